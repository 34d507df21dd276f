package world

import (
	"context"
	"fmt"
	"strings"
	"time"

	"nhipcau/internal/calendar"
	"nhipcau/internal/cycle"
	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/signing"
	"nhipcau/internal/summary"
	"nhipcau/internal/vn"
)

// The way back up, as the bloc lives it: the figures of each month of 2023 and of
// January, the report of the year with its signatures, targets, guidance and an
// opinion on a draft (voice.go). All of it is made up.

const monthItems = `# Tổ chức
* [members] Đoàn viên hiện có | người | last | 0..5000
* [joined] Đoàn viên mới kết nạp | người | 0..500
[left] Đoàn viên trưởng thành | người | 0..500
# Học tập
* [classes] Buổi sinh hoạt chuyên đề | buổi | 0..200
[attended] Lượt đoàn viên dự sinh hoạt | lượt | 0..20000
[per_class] Bình quân mỗi buổi | lượt | = attended / classes | .1
[news] Tin, bài tuyên truyền | tin, bài | 0..500
# Phong trào
[works] Công trình, phần việc thanh niên | công trình | 0..100
[days] Ngày công tình nguyện | ngày | 0..5000
[blood] Đơn vị máu hiến tặng | đơn vị | 0..1000
# Đánh giá
[good] Kết quả nổi bật |  | text
[plan] Trọng tâm tháng sau |  | text`

const yearItems = `# Tổ chức
* [members] Đoàn viên hiện có | người | last | 0..5000
* [joined] Đoàn viên mới kết nạp trong năm | người | 0..5000
[joined_female] Nữ | người | of joined female
# Học tập
* [classes] Lớp, buổi học tập nghị quyết | lớp | 0..1000
* [attended] Lượt đoàn viên học tập | lượt | 0..50000
[per_class] Bình quân mỗi lớp | lượt | = attended / classes | .1
# Nhiệm vụ
* [tasks] Nhiệm vụ được giao | nhiệm vụ | 0..500
* [tasks_done] Nhiệm vụ hoàn thành | nhiệm vụ | of tasks done
[tasks_rate] Tỷ lệ hoàn thành | % | = share(tasks_done; tasks) | .1
# Đánh giá
* [good] Kết quả nổi bật |  | text
[short] Hạn chế, nguyên nhân |  | text`

// then adds a deed at its own time, which the days of a later telling do not move.
func (s *story) then(at time.Time, do func(ctx context.Context, tx *db.Tx) error) {
	s.deeds = append(s.deeds, deed{at, do})
}

// made makes a form of items written as lines and opens it.
func (s *story) made(ctx context.Context, tx *db.Tx, title, lines string, asks form.Asks, steps form.Steps) (form.Form, error) {
	items, err := form.ParseItems(lines)
	if err != nil {
		return form.Form{}, err
	}
	f, err := form.Make(ctx, tx, s.vanthu, form.Form{Title: title, Asks: asks, Steps: steps, Items: items})
	if err != nil {
		return f, err
	}
	return f, form.Open(ctx, tx, s.vanthu, f.ID, f.Version)
}

// year tells of the twelve months of 2023: each unit's figures on the second or the
// fourth of the month after, some too late, some not at all, some corrected.
func (s *story) year() {
	f := &form.Form{}
	s.then(on2(2022, 12, 28, 9, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		if *f, err = s.made(ctx, tx, "Số liệu công tác đoàn hằng tháng (minh họa)", monthItems, form.Under, form.None); err != nil {
			return err
		}
		return summary.Word(ctx, tx, s.vanthu, f.ID, "good", "Trong tháng, các đơn vị tổ chức {classes} buổi sinh hoạt chuyên đề với {attended} lượt đoàn viên; kết nạp {joined} đoàn viên mới, thực hiện {works} công trình, phần việc.")
	})
	s.months = f
	s.goals(f)
	s.guide(december)
	for m := 1; m <= 12; m++ {
		s.month(f, m)
	}
}

// month tells of one month of 2023.
func (s *story) month(f *form.Form, m int) {
	month := time.Month(m)
	first, next := on2(2023, month, 1, 8, 0), on2(2023, month+1, 1, 8, 0)
	p := &filing.Period{}
	s.then(first, func(ctx context.Context, tx *db.Tx) (err error) {
		*p, err = filing.OpenPeriod(ctx, tx, s.vanthu, f.ID, filing.Period{
			Name: fmt.Sprintf("Tháng %d/2023", m), From: vn.DayOf(first), To: vn.DayOf(next), LastDay: vn.DayOf(next).AddDays(4),
		})
		return err
	})
	batch := func(day, hour int, in func(n int) bool) {
		s.then(next.AddDate(0, 0, day-1).Add(time.Duration(hour-8)*time.Hour), func(ctx context.Context, tx *db.Tx) error {
			for n := 1; n <= len(s.heads); n++ {
				if !in(n) {
					continue
				}
				if err := s.monthReturn(ctx, tx, p.ID, n, m); err != nil {
					return err
				}
			}
			return nil
		})
	}
	late := func(n int) bool { return (n*7+m)%13 == 0 }
	never := func(n int) bool { return (n*5+m*3)%41 == 0 && m < 12 }
	batch(2, 9, func(n int) bool { return !late(n) && !never(n) && n%3 == 0 })
	batch(4, 15, func(n int) bool { return !late(n) && !never(n) && n%3 != 0 })
	batch(8, 10, func(n int) bool { return late(n) && !never(n) })
	if m == 12 {
		s.inWords(p)
		return
	}
	s.then(next.AddDate(0, 0, 14), func(ctx context.Context, tx *db.Tx) error {
		return filing.ClosePeriod(ctx, tx, s.vanthu, p.ID, p.Version)
	})
}

// season is how busy the months are, in hundredths: March is the month of youth, in
// July is the volunteers' summer.
var season = [...]int64{70, 60, 170, 110, 100, 125, 160, 135, 90, 100, 110, 140}

// monthFigures are those of unit n in month m, which grow a little over the year.
func (s *story) monthFigures(n, m int) filing.Figures {
	people, k := int64(len(s.bloc.units[n-1].members)), season[(m-1)%12]
	x := int64((n*17+m*29)%10) - 4 // from -4 to 5
	classes := 1 + k*int64(2+n%3)/100
	figures := filing.Figures{
		"members": people + int64(m+n%3)/3, "joined": max(0, k*int64(2+n%4)/100+x/3), "left": max(0, int64(n+m)%5-2),
		"classes": classes, "attended": classes * people * (78 + x + int64(m)/2) / 100,
		"news": max(0, k*int64(3+n%5)/100+x), "works": max(0, k*int64(1+n%3)/150+x/4),
	}
	if n%6 != 1 { // some leave these empty
		figures["days"] = max(0, k*people*int64(1+n%3)/400+x*3)
		figures["blood"] = max(0, k*int64(n%7)/60+x)
	}
	return figures
}

func (s *story) monthReturn(ctx context.Context, tx *db.Tx, period string, n, m int) error {
	unit := s.bloc.units[n-1]
	if (n+m)%29 == 0 && m < 12 {
		_, err := filing.Nothing(ctx, tx, s.heads[n-1], period, unit.Key, 0, "")
		return err
	}
	e := filing.Entry{Figures: s.monthFigures(n, m)}
	if m >= 12 && n%4 == 3 {
		e.Texts = filing.Texts{"good": highlights[n/4%len(highlights)], "plan": "Tổ chức học tập và đăng ký công trình thanh niên chào mừng ngày thành lập Đoàn."}
	}
	_, err := filing.File(ctx, tx, s.heads[n-1], period, unit.Key, e)
	return err
}

var highlights = []string{
	"Hoàn thành học tập cho toàn thể đoàn viên trước thời hạn; ra mắt tổ hỗ trợ dịch vụ công trực tuyến.",
	"Duy trì nền nếp sinh hoạt chi đoàn; vận động đoàn viên hiến máu đạt kết quả tốt.",
	"Bàn giao công trình thanh niên số hóa hồ sơ lưu trữ của cơ quan.",
	"Phối hợp với công đoàn tổ chức ngày hội việc làm, thu hút đông đoàn viên tham gia.",
}

// inWords has the clerk of the bloc put December into words, with those of two units. A
// unit finds a mistake later, so one of the figures has moved since.
func (s *story) inWords(p *filing.Period) {
	root := s.bloc.root.Key
	s.then(on2(2024, 1, 9, 9, 0), func(ctx context.Context, tx *db.Tx) error {
		if err := summary.Write(ctx, tx, s.vanthu, nil, p.ID, root, "good", 0,
			"Tháng 12, toàn Đoàn khối tổ chức {classes} buổi sinh hoạt chuyên đề với {attended} lượt đoàn viên dự; kết nạp {joined} đoàn viên mới; thực hiện {works} công trình, phần việc thanh niên."); err != nil {
			return err
		}
		for i, n := range []int{3, 15} {
			if err := summary.Take(ctx, tx, s.vanthu, nil, p.ID, root, "good", s.bloc.units[n-1].Key, int64(i+1)); err != nil {
				return err
			}
		}
		return summary.Write(ctx, tx, s.vanthu, nil, p.ID, root, "plan", 0, "Tập trung học tập Kết luận số 01-KL/TW; chuẩn bị Tháng Thanh niên năm 2024.")
	})
	s.then(on2(2024, 1, 10, 10, 0), func(ctx context.Context, tx *db.Tx) error {
		figures := s.monthFigures(7, 12)
		figures["joined"]++
		_, err := filing.File(ctx, tx, s.heads[6], p.ID, s.bloc.units[6].Key, filing.Entry{Seen: 1, Figures: figures, Texts: filing.Texts{
			"good": highlights[7/4%len(highlights)], "plan": "Tổ chức học tập và đăng ký công trình thanh niên chào mừng ngày thành lập Đoàn.",
		}, Reason: "Đếm sót một đoàn viên kết nạp ngày 31/12"})
		return err
	})
}

// january gives the monthly form its calendar, by which January is asked for, and a
// few units that were quick.
func (s *story) january() {
	p := &filing.Period{}
	s.then(on2(2024, 1, 1, 8, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		if _, err = calendar.Set(ctx, tx, s.vanthu, s.months.ID, 0, calendar.Plan{
			Cycle: cycle.Cycle{Kind: cycle.Month, First: cycle.Calendar}, Rule: cycle.Rule{How: cycle.OnDay, N: 5, Months: 1}, Ahead: true,
		}); err != nil {
			return err
		}
		*p, err = calendar.OpenNext(ctx, tx, s.vanthu, s.months.ID, calendar.Weekends)
		return err
	})
	s.then(on2(2024, 1, 15, 16, 0), func(ctx context.Context, tx *db.Tx) error {
		if _, err := calendar.Except(ctx, tx, s.vanthu, p.ID, s.bloc.units[11].Key, false, p.LastDay.AddDays(5), "Đơn vị đang sáp nhập hai chi đoàn, chưa chốt được số liệu (minh họa)"); err != nil {
			return err
		}
		for n := 4; n <= len(s.heads); n += 9 {
			if err := s.monthReturn(ctx, tx, p.ID, n, 13); err != nil {
				return err
			}
		}
		return nil
	})
}

// signed tells of the report of the year: a unit's clerk enters it, its secretary
// signs it, the bloc accepts it or sends it back with its reasons.
func (s *story) signed() {
	p := &filing.Period{}
	s.then(on2(2023, 12, 27, 9, 0), func(ctx context.Context, tx *db.Tx) error {
		f, err := s.made(ctx, tx, "Báo cáo công tác đoàn năm (minh họa)", yearItems, form.Under, form.Second)
		if err != nil {
			return err
		}
		*p, err = filing.OpenPeriod(ctx, tx, s.vanthu, f.ID, filing.Period{Name: "Năm 2023", From: "2022-12-15", To: "2023-12-15", LastDay: "2024-01-20"})
		return err
	})
	s.then(on2(2024, 1, 4, 9, 0), func(ctx context.Context, tx *db.Tx) error {
		for n := 1; n <= len(s.heads); n++ {
			if n%5 == 1 && n != 11 {
				continue // not yet
			}
			if _, err := signing.Submit(ctx, tx, s.heads[n-1], p.ID, s.bloc.units[n-1].Key, s.yearEntry(n, 0)); err != nil {
				return err
			}
		}
		return nil
	})
	s.then(on2(2024, 1, 8, 14, 0), func(ctx context.Context, tx *db.Tx) error {
		for n := 2; n <= len(s.heads); n += 2 {
			if n%5 == 1 || n%10 == 0 {
				continue
			}
			if err := signing.Accept(ctx, tx, s.vanthu, p.ID, s.bloc.units[n-1].Key, 1); err != nil {
				return err
			}
		}
		for _, n := range []int{7, 15, 25} {
			if err := signing.Return(ctx, tx, s.vanthu, p.ID, s.bloc.units[n-1].Key, 1, signing.Back{
				Reason: "Đề nghị đối chiếu lại với sổ theo dõi trước khi ký.", Until: "2024-01-18",
				Reasons: map[string]string{"attended": "Nhiều hơn số đoàn viên nhân với số lớp đã mở.", "tasks_done": "Chưa tính nhiệm vụ hoàn thành quá hạn."},
			}); err != nil {
				return err
			}
		}
		return nil
	})
	// Unit 07 has mended its report, which waits for its secretary; unit 15 sent it again.
	s.then(on2(2024, 1, 15, 10, 0), func(ctx context.Context, tx *db.Tx) error {
		e := s.yearEntry(7, 1)
		e.Figures["attended"] -= 40
		e.Figures["tasks_done"]++
		e.Reason = "Đã đối chiếu với sổ theo dõi"
		if _, err := signing.Submit(ctx, tx, s.thuky, p.ID, s.bloc.units[6].Key, e); err != nil {
			return err
		}
		e = s.yearEntry(15, 1)
		e.Figures["tasks_done"]++
		e.Reason = "Đã tính nhiệm vụ hoàn thành quá hạn; số lượt học tập đúng sổ theo dõi"
		_, err := signing.Submit(ctx, tx, s.heads[14], p.ID, s.bloc.units[14].Key, e)
		return err
	})
}

func (s *story) yearEntry(n int, seen int64) filing.Entry {
	people := int64(len(s.bloc.units[n-1].members))
	classes, tasks := int64(2+n%4), int64(6+n%9)
	return filing.Entry{
		Seen: seen,
		Figures: filing.Figures{
			"members": people, "joined": int64(4 + n%12), "joined_female": int64(4+n%12) / 2, "classes": classes, "attended": classes*people - int64(n%7),
			"tasks": tasks, "tasks_done": tasks - int64(n%3) - 1,
		},
		Texts: filing.Texts{"good": highlights[n%len(highlights)], "short": strings.Repeat("Một số chi đoàn sinh hoạt chưa đều do đoàn viên đi công tác. ", 1+n%2)},
	}
}
