package world

import (
	"context"
	"fmt"

	"nhipcau/internal/calendar"
	"nhipcau/internal/cycle"
	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
)

// monthly has the city ask the same figures each month: all but one unit returned
// those of June, some too late and some corrected; July is under way. The figures
// are made up.
func (s *story) monthly() {
	f := &form.Form{} // known when its day has come
	s.on(on2(2021, 6, 28, 9, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		*f, err = form.Make(ctx, tx, s.vanthu, form.Form{Title: "Số liệu công tác đoàn hằng tháng (minh họa)", Asks: form.Leaf, Items: monthlyItems()})
		if err != nil {
			return err
		}
		if err := form.Open(ctx, tx, s.vanthu, f.ID, f.Version); err != nil {
			return err
		}
		_, err = calendar.Set(ctx, tx, s.vanthu, f.ID, 0, calendar.Plan{
			Cycle: cycle.Cycle{Kind: cycle.Month, First: cycle.Calendar}, Rule: cycle.Rule{How: cycle.OnDay, N: 5, Months: 1},
		})
		return err
	})
	june := s.askFor(f, filing.Period{Name: "Tháng 6/2021", From: "2021-06-01", To: "2021-07-01", LastDay: "2021-07-05"}, 1)
	for n := range s.heads {
		if n != haiPhongSites-1 {
			s.returns(june, n, 2+n%5, 0, "")
		}
	}
	s.returns(june, 6, 7, 1, "Đếm sót chi đoàn mới thành lập")
	s.on(on2(2021, 7, 20, 8, 0), func(ctx context.Context, tx *db.Tx) error {
		return filing.ClosePeriod(ctx, tx, s.vanthu, june.ID, june.Version)
	})
	july := s.askFor(f, filing.Period{Name: "Tháng 7/2021", From: "2021-07-01", To: "2021-08-01", LastDay: "2021-08-05"}, 29)
	for n := range s.heads {
		if n%3 != 2 {
			s.returns(july, n, 30, 0, "")
		}
	}
}

// askFor opens a period of a form on a day of July.
func (s *story) askFor(f *form.Form, p filing.Period, day int) *filing.Period {
	opened := &filing.Period{}
	s.on(on2(2021, 7, day, 8, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		*opened, err = filing.OpenPeriod(ctx, tx, s.vanthu, f.ID, p)
		return err
	})
	return opened
}

// returns lets unit n, from 0, return its figures on a day of July.
func (s *story) returns(p *filing.Period, n, day int, seen int64, reason string) {
	s.on(on2(2021, 7, day, 9, n), func(ctx context.Context, tx *db.Tx) error {
		figures := filing.Figures{}
		for i, it := range monthlyItems() {
			x := it.High / 4 * int64(60+(n*7+i*13)%40) / 100
			if i < 2 {
				x += seen // what a correction finds
			}
			if i%4 != 3 || n%5 != 0 { // some leave some of it empty
				figures[fmt.Sprint("item_", i+1)] = x
			}
		}
		_, err := filing.Submit(ctx, tx, s.heads[n], p.ID, s.bloc.units[n].Key, seen, figures, reason)
		return err
	})
}

func monthlyItems() (all []form.Item) {
	for _, part := range []struct {
		section string
		items   []form.Item
	}{
		{"Tổ chức", []form.Item{
			{Label: "Chi đoàn trực thuộc", Word: "chi đoàn", Over: form.Last, Needed: true, High: 200},
			{Label: "Đoàn viên hiện có", Word: "người", Over: form.Last, Needed: true, High: 10000},
			{Label: "Đoàn viên mới kết nạp", Word: "người", High: 400},
			{Label: "Đoàn viên trưởng thành", Word: "người", High: 400},
		}},
		{"Học tập, bồi dưỡng", []form.Item{
			{Label: "Lớp tập huấn đã mở", Word: "lớp", High: 20},
			{Label: "Lượt đoàn viên tham gia", Word: "lượt", High: 6000},
			{Label: "Bài đăng tuyên truyền", Word: "bài", High: 300},
		}},
		{"Phong trào", []form.Item{
			{Label: "Công trình thanh niên", Word: "công trình", High: 40},
			{Label: "Ngày công tình nguyện", Word: "ngày", High: 4000},
			{Label: "Đơn vị máu hiến tặng", Word: "đơn vị", High: 400},
		}},
	} {
		for _, it := range part.items {
			it.Section = part.section
			all = append(all, it)
		}
	}
	return all
}
