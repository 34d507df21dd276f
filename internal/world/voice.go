package world

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/draft"
	"nhipcau/internal/feeding"
	"nhipcau/internal/file"
	"nhipcau/internal/form"
	"nhipcau/internal/guidance"
	"nhipcau/internal/opinion"
	"nhipcau/internal/plan"
	"nhipcau/internal/target"
	"nhipcau/internal/vn"
)

// back adds what comes back up in the weeks before the demonstration begins.
func (s *story) back() {
	s.january()
	s.signed()
	s.nextGoal()
	s.guide(thisMonth)
	s.ask()
}

// goals sets what was to be reached in 2023 and hands it down: most take on what they
// are given, some propose less, a few have not answered.
func (s *story) goals(f *form.Form) {
	t := &target.Target{}
	s.then(on2(2023, 1, 4, 9, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		*t, err = s.goal(ctx, tx, f, 2023, 1900)
		return err
	})
	s.answers(t, on2(2023, 1, 10, 10, 0), func(n int) bool { return n%20 != 9 })
}

// nextGoal sets what is to be reached in 2024, to which half of the units have answered.
func (s *story) nextGoal() {
	t := &target.Target{}
	s.then(on2(2024, 1, 8, 9, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		*t, err = s.goal(ctx, tx, s.months, 2024, 2100)
		return err
	})
	s.answers(t, on2(2024, 1, 12, 10, 0), func(n int) bool { return n%2 == 0 })
}

// goal sets a year's target, read off the figures of the months, and gives each unit
// its share.
func (s *story) goal(ctx context.Context, tx *db.Tx, f *form.Form, year int, value int64) (target.Target, error) {
	day := func(month, y int) vn.Day { return vn.Day(fmt.Sprintf("%d-%02d-01", y, month)) }
	t, err := target.Make(ctx, tx, s.vanthu, feeding.Feeds(), target.Target{
		Label: fmt.Sprintf("Kết nạp đoàn viên mới năm %d (minh họa)", year), Word: "người", Direction: target.Least, From: day(1, year),
		Note: "Tính theo số liệu hằng tháng của các đơn vị.", Feed: "form", FeedOf: f.ID + ":joined",
		Points: []target.Point{
			{Name: "Quý I", To: day(4, year), Value: value * 23 / 100},
			{Name: "Quý II", To: day(7, year), Value: value * 49 / 100},
			{Name: "Quý III", To: day(10, year), Value: value * 76 / 100},
			{Name: "Quý IV", To: day(1, year+1), Value: value},
		},
	})
	if err != nil {
		return t, err
	}
	if err := target.Open(ctx, tx, s.vanthu, t.ID, t.Version); err != nil {
		return t, err
	}
	_, own, err := target.Handing(ctx, tx, s.vanthu, t.ID, s.bloc.root.Key)
	if err != nil {
		return t, err
	}
	weights := make([]int64, len(s.heads))
	for i := range weights {
		weights[i] = int64(2 + (i+1)%4)
	}
	var shares []target.Share
	for i, v := range target.Split(value, weights) {
		shares = append(shares, target.Share{Unit: s.bloc.units[i].ID, Value: v})
	}
	return t, target.Hand(ctx, tx, s.vanthu, t.ID, s.bloc.root.Key, own.Version, shares, "")
}

// answers lets units say what they take on.
func (s *story) answers(t *target.Target, when time.Time, who func(n int) bool) {
	s.then(when, func(ctx context.Context, tx *db.Tx) error {
		for n := 1; n <= len(s.heads); n++ {
			if !who(n) {
				continue
			}
			r, err := target.At(ctx, tx, s.heads[n-1], feeding.Feeds(), *t, s.bloc.units[n-1].Unit)
			if err != nil {
				return err
			}
			takes, why := r.Value, ""
			if n%12 == 4 {
				takes, why = takes-takes/5, "Nguồn kết nạp năm nay ít hơn do không tuyển dụng mới (minh họa)."
			}
			if err := target.Reply(ctx, tx, s.heads[n-1], t.ID, s.bloc.units[n-1].Key, r.Version, takes, why); err != nil {
				return err
			}
		}
		return nil
	})
}

// A month is the guidance of one, and how many units in ten have answered it.
type month struct {
	guidance.Guidance
	publish        int // day after the first of the month
	received, done int
}

// december was answered by nearly all.
var december = month{guidance.Guidance{
	Month: "2023-12-01", LastDay: "2023-12-31", Title: "Định hướng sinh hoạt tháng 12/2023 (minh họa)",
	Body: "Tập trung tuyên truyền kỷ niệm ngày thành lập Quân đội nhân dân Việt Nam; tổng kết công tác đoàn năm 2023.\nCác đơn vị đưa nội dung vào sinh hoạt chi đoàn và bảng tin.",
	Points: []guidance.Point{
		{Text: "Đưa vào sinh hoạt chi đoàn", Word: "cuộc"}, {Text: "Đăng bảng tin, trang tin của đơn vị", Word: "tin, bài"}, {Text: "Tổ chức hoạt động đền ơn đáp nghĩa", Word: "hoạt động"},
	},
}, -3, 10, 9}

// thisMonth has just been received.
var thisMonth = month{guidance.Guidance{
	Month: "2024-01-01", LastDay: "2024-01-31", Title: "Định hướng sinh hoạt tháng 01/2024 (minh họa)",
	Body: "Quán triệt nhiệm vụ năm 2024; chuẩn bị học tập Kết luận số 01-KL/TW.\nChăm lo Tết cho đoàn viên, thanh niên có hoàn cảnh khó khăn.",
	Points: []guidance.Point{
		{Text: "Đưa vào sinh hoạt chi đoàn", Word: "cuộc"}, {Text: "Đăng bảng tin, trang tin của đơn vị", Word: "tin, bài"}, {Text: "Thăm, tặng quà Tết", Word: "suất quà"},
	},
}, 1, 6, 2}

// guide publishes the guidance of a month and lets units answer it.
func (s *story) guide(m month) {
	g, first := &guidance.Guidance{}, m.Month.Start().Add(9*time.Hour)
	s.then(first.AddDate(0, 0, m.publish), func(ctx context.Context, tx *db.Tx) (err error) {
		m.Depth = 1
		if *g, err = guidance.Make(ctx, tx, s.vanthu, m.Guidance); err != nil {
			return err
		}
		return guidance.Publish(ctx, tx, s.vanthu, g.ID, g.Version)
	})
	s.then(first.AddDate(0, 0, 10), func(ctx context.Context, tx *db.Tx) error {
		for n := 1; n <= len(s.heads); n++ {
			if n%10 >= m.received || n == 7 && m.received < 10 {
				continue
			}
			if err := guidance.Receive(ctx, tx, s.heads[n-1], g.ID); err != nil {
				return err
			}
			for i := range m.Points {
				if n%10 >= m.done {
					break
				}
				x := guidance.Deed{Point: int64(i + 1), Count: int64((n + i) % 5), Day: vn.DayOf(first).AddDays(2 + n%8)}
				if x.Count == 0 {
					x.Day, x.Note = "", "Đã xếp lịch vào tuần sau."
				}
				if err := guidance.Report(ctx, tx, s.heads[n-1], g.ID, 0, x, file.Blob{}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// ask tells of the bloc's own programme: its first draft was put before ten units and
// what they said is answered; the second is before all of them.
func (s *story) ask() {
	p, first, second := &plan.Plan{}, &opinion.Consultation{}, &opinion.Consultation{}
	owners := draft.Owners{plan.Drafts()}
	var ten []string
	for n := range 10 {
		ten = append(ten, s.bloc.units[n*5].Key)
	}
	s.on(at(10, 18, 9, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		f := s.planForm("Đoàn khối")
		f.Tasks = append(f.Tasks, plan.Task{
			Text: "Kiểm tra, giám sát việc học tập ở các đơn vị", Lead: "Ban Kiểm tra", Deliverable: "Báo cáo kiểm tra", Deadline: vn.Deadline{Day: s.day("2021-04-30"), Wording: vn.Until},
		})
		f.Organisation = "Ban Thường vụ Đoàn khối chỉ đạo, các đơn vị báo cáo kết quả hằng tháng."
		if *p, err = plan.Enter(ctx, tx, s.vanthu, s.rollout.ID, f); err != nil {
			return err
		}
		*first, err = s.putBefore(ctx, tx, owners, p.ID, "Bản gửi mười đơn vị", opinion.Form{
			Title: "Góp ý dự thảo Chương trình hành động của Đoàn khối (minh họa)", Deadline: vn.Deadline{Day: s.day("2020-10-23"), Wording: vn.Until}, Whom: opinion.These, Units: ten,
		})
		return err
	})
	s.on(at(10, 21, 9, 0), func(ctx context.Context, tx *db.Tx) error {
		for i := range ten {
			if err := s.says(ctx, tx, s.heads[i*5], first.ID, i); err != nil {
				return err
			}
		}
		return nil
	})
	s.on(at(10, 24, 9, 0), func(ctx context.Context, tx *db.Tx) error { return s.closing(ctx, tx, owners, *first) })
	s.on(at(10, 26, 9, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		*second, err = s.putBefore(ctx, tx, owners, p.ID, "Đã tiếp thu ý kiến mười đơn vị", opinion.Form{
			Title: "Góp ý dự thảo lần 2 Chương trình hành động của Đoàn khối (minh họa)", Note: "Đề nghị các đơn vị tập trung góp ý chỉ tiêu, nhiệm vụ và thời hạn.",
			Deadline: vn.Deadline{Day: s.day("2020-11-06"), Wording: vn.Until}, Whom: opinion.Under,
		})
		return err
	})
	s.on(at(10, 30, 14, 0), func(ctx context.Context, tx *db.Tx) error {
		for n := 2; n <= len(s.heads); n += 3 {
			if err := s.says(ctx, tx, s.heads[n-1], second.ID, n/3); err != nil {
				return err
			}
		}
		note, err := s.onPassage(ctx, tx, second.ID, remarks[1])
		if err != nil {
			return err
		}
		return opinion.CommentOn(ctx, tx, s.comrade, second.ID, note)
	})
}

// putBefore freezes the draft of a plan as its next version and asks about it.
func (s *story) putBefore(ctx context.Context, tx *db.Tx, owners draft.Owners, id, note string, f opinion.Form) (opinion.Consultation, error) {
	of := draft.Of{Kind: "plan", ID: id}
	x, err := owners.Find(ctx, tx, s.vanthu, of)
	if err != nil {
		return opinion.Consultation{}, err
	}
	t, err := draft.Begin(ctx, tx, s.vanthu, x)
	if err != nil {
		return opinion.Consultation{}, err
	}
	v, err := draft.Name(ctx, tx, s.vanthu, x, t.N, note)
	if err != nil {
		return opinion.Consultation{}, err
	}
	return opinion.Open(ctx, tx, owners, s.vanthu, of, v.V, f)
}

// A remark is about a passage, and perhaps how it should read.
type remark struct{ passage, text, suggest string }

var remarks = []remark{
	{"nắm được nội dung chính", "Nên yêu cầu cao hơn, phù hợp với đoàn viên là cán bộ.", "nắm vững nội dung cốt lõi"},
	{"công trình thanh niên", "Đơn vị ít đoàn viên nên được làm chung công trình với đơn vị bạn.", ""},
	{"giám sát việc học tập", "Cần kiểm tra cả việc làm theo sau học tập.", "giám sát việc học và làm theo"},
	{"hằng tháng", "Báo cáo hằng tháng là dày, đề nghị theo quý.", "hằng quý"},
}

// onPassage is a remark as a note on the text asked about; where its passage has been
// reworded since it is the remark about works, whose passage stays.
func (s *story) onPassage(ctx context.Context, tx *db.Tx, id string, r remark) (opinion.Note, error) {
	c, err := opinion.Get(ctx, tx, s.vanthu, id)
	if err != nil {
		return opinion.Note{}, err
	}
	text, err := opinion.Text(ctx, tx, c)
	if err != nil {
		return opinion.Note{}, err
	}
	for _, b := range text.Blocks {
		if before, _, ok := strings.Cut(b.Text, r.passage); ok {
			from := utf8.RuneCountInString(before)
			return opinion.Note{Block: b.ID, From: from, To: from + utf8.RuneCountInString(r.passage), Text: r.text, Suggest: r.suggest}, nil
		}
	}
	if r == remarks[1] {
		return opinion.Note{}, fmt.Errorf("the draft has no passage %q", r.passage)
	}
	return s.onPassage(ctx, tx, id, remarks[1])
}

// says sends the opinion of a unit: two in three agree with the draft as it is.
func (s *story) says(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int) error {
	agrees := n%3 != 0
	if !agrees {
		note, err := s.onPassage(ctx, tx, id, remarks[n/3%len(remarks)])
		if err != nil {
			return err
		}
		if err := opinion.AddPoint(ctx, tx, by, id, note); err != nil {
			return err
		}
	}
	c, err := opinion.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	unit, err := opinion.StandingOf(ctx, tx, c, by.Unit)
	if err != nil {
		return err
	}
	return opinion.Send(ctx, tx, by, id, unit.Version, "", agrees)
}

// closing takes up the wording that units propose where it fits, says why where it does
// not, and closes the consultation.
func (s *story) closing(ctx context.Context, tx *db.Tx, owners draft.Owners, c opinion.Consultation) error {
	if err := opinion.Consolidate(ctx, tx, s.vanthu, c.ID, c.Version); err != nil {
		return err
	}
	all, err := opinion.Points(ctx, tx, c, opinion.Filter{}, 0, 0, 100)
	if err != nil {
		return err
	}
	for _, p := range all {
		switch p.Suggest {
		default:
			err = opinion.TakeUp(ctx, tx, owners, s.vanthu, c.ID, p.ID, p.Version)
		case "":
			err = opinion.Reply(ctx, tx, s.vanthu, c.ID, p.ID, p.Version, opinion.Partly, "Các đơn vị có dưới 15 đoàn viên được đăng ký chung công trình.")
		case "hằng quý":
			err = opinion.Reply(ctx, tx, s.vanthu, c.ID, p.ID, p.Version, opinion.NotTaken, "Giữ như dự thảo để số liệu khớp với biểu hằng tháng đang dùng.")
		}
		if err != nil {
			return err
		}
	}
	if c, err = opinion.Get(ctx, tx, s.vanthu, c.ID); err != nil {
		return err
	}
	return opinion.Close(ctx, tx, s.vanthu, c.ID, c.Version)
}
