package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
	"nhipcau/internal/paper"
	"nhipcau/internal/plan"
	"nhipcau/internal/rollout"
	"nhipcau/internal/statement"
	"nhipcau/internal/vn"
)

// A land is an organisation of one article: its root is real, the units under
// it are those the article names, or numbered, and the people are made up.
type land struct {
	tree    string
	login   string // begins the logins of its people
	root    org.NewUnit
	kind    string
	units   int
	name    func(n int) (name, short string)
	people  func(n int) int // of unit n
	offices bool            // everybody holds one
	from    vn.Day
	family  paper.Family
	place   string
}

// settle founds a land and gives its people logins.
func settle(ctx context.Context, h House, l land, at time.Time) (*story, error) {
	s := &story{House: h, tree: l.tree}
	hashed, err := account.HashPassword(ctx, Password)
	if err != nil {
		return nil, err
	}
	return s, s.write(ctx, at, func(ctx context.Context, tx *db.Tx) (err error) {
		s.r = rand.New(rand.NewPCG(1, uint64(l.units))) // the closure may run twice
		s.heads, s.bloc = nil, &bloc{}
		if s.bloc.root, err = org.Plant(ctx, tx, auth.System(l.tree), l.tree, l.root.Name, l.root); err != nil {
			return err
		}
		by := auth.System(l.tree)
		if err := paper.SetLetterhead(ctx, tx, by, s.bloc.root.Key, 0, paper.Letterhead{Family: l.family, Place: l.place}); err != nil {
			return err
		}
		if err := org.BeginTerm(ctx, tx, by, s.bloc.root.Key, "2020-2025", "2020-01-01", "2025-12-31"); err != nil {
			return err
		}
		for n := 1; n <= l.units; n++ {
			c, err := l.populate(ctx, tx, s.r, s.bloc.root, n)
			if err != nil {
				return err
			}
			s.bloc.units = append(s.bloc.units, c)
		}
		if s.bikhu, err = s.login(ctx, tx, hashed, l.login+"-bithu", "Bí thư "+l.root.Short+" (minh họa)", s.bloc.root, 0, auth.Secretary); err != nil {
			return err
		}
		if s.vanthu, err = s.login(ctx, tx, hashed, l.login+"-vanthu", "Văn thư "+l.root.Short+" (minh họa)", s.bloc.root, 0, auth.Clerk); err != nil {
			return err
		}
		for i, c := range s.bloc.units {
			head, err := s.login(ctx, tx, hashed, fmt.Sprintf("%s-%02d", l.login, i+1), c.members[0].Name, c.Unit, c.members[0].ID, auth.Secretary)
			if err != nil {
				return err
			}
			s.heads = append(s.heads, head)
		}
		return nil
	})
}

// populate creates unit n with its people; the first is its head.
func (l land) populate(ctx context.Context, tx *db.Tx, r *rand.Rand, root org.Unit, n int) (crew, error) {
	by := auth.System(l.tree)
	name, short := l.name(n)
	u, err := org.Create(ctx, tx, by, root.Key, org.NewUnit{
		Key: fmt.Sprintf("%s-%02d", l.login, n), Name: name, Short: short, Kind: l.kind, Phone: Phone(r), From: l.from, Sample: true,
	})
	if err != nil {
		return crew{}, err
	}
	if err := org.BeginTerm(ctx, tx, by, u.Key, "2020-2025", "2020-01-01", "2025-12-31"); err != nil {
		return crew{}, err
	}
	c := crew{Unit: u}
	for i := range l.people(n) {
		m, err := org.Admit(ctx, tx, by, u.Key, org.NewMember{Name: Name(r), From: l.from, Sample: true})
		if err != nil {
			return crew{}, err
		}
		a := org.Appointment{Title: "Ủy viên Ban Chấp hành", Rank: 4, From: l.from}
		switch {
		case i == 0:
			a.Title, a.Rank = "Bí thư", 1
		case i == 1:
			a.Title, a.Rank = "Phó Bí thư", 2
		case !l.offices:
			a.Title = ""
		}
		if a.Title != "" {
			if err := org.Appoint(ctx, tx, by, u.Key, m.Key, a); err != nil {
				return crew{}, err
			}
		}
		c.members = append(c.members, m)
	}
	return c, nil
}

// enter enters papers and puts their ids into into.
func (s *story) enter(t time.Time, into *[]rollout.Paper, forms ...directive.Form) {
	s.on(t, func(ctx context.Context, tx *db.Tx) error {
		*into = nil // the closure may run twice
		for _, f := range forms {
			d, err := directive.Enter(ctx, tx, s.vanthu, f, file.Blob{})
			if err != nil {
				return err
			}
			*into = append(*into, rollout.Paper{Directive: d.ID, Mode: rollout.Study})
		}
		return nil
	})
}

// state lets the clerk of the root enter what an article says of work that has
// no records here, each figure as the article gives it.
func (s *story) state(t time.Time, form statement.Form, by map[string]statement.Statement, order ...string) {
	s.on(t, func(ctx context.Context, tx *db.Tx) error {
		f, err := statement.Open(ctx, tx, s.vanthu, form)
		if err != nil {
			return err
		}
		for _, unit := range order {
			if _, err := statement.State(ctx, tx, s.vanthu, f.ID, unit, by[unit], file.Blob{}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *story) everyUnit() (keys []string) {
	for _, u := range s.bloc.units {
		keys = append(keys, u.Key)
	}
	return keys
}

// on2 is a time of a day of a year.
func on2(year int, month time.Month, day, hour, minute int) time.Time {
	return time.Date(year, month, day, hour, minute, 0, 0, vn.Zone)
}

// Port tells how the story of the city with 56 sites begins, up to the convening of
// its conference: where a test's own story of that conference begins.
func Port(ctx context.Context, h House) error {
	s, err := port(ctx, h)
	if err != nil {
		return err
	}
	return s.play(ctx)
}

// port is the youth union of a city, with its papers and its rollout.
func port(ctx context.Context, h House) (*story, error) {
	s, err := settle(ctx, h, land{
		tree: "hai-phong", login: "hp", from: "2021-01-04", family: paper.Youth, place: "Hải Phòng",
		root: org.NewUnit{Key: "thanh-doan-hai-phong", Name: "Thành đoàn Hải Phòng", Short: "Thành đoàn Hải Phòng", Kind: "Thành đoàn", From: "2021-01-04"},
		kind: "Quận, Huyện đoàn, Đoàn trực thuộc", units: haiPhongSites,
		name: func(n int) (string, string) {
			return fmt.Sprintf("Quận, Huyện đoàn, Đoàn trực thuộc số %02d", n), fmt.Sprintf("Đoàn số %02d", n)
		},
		people: func(n int) int { return 17 + n%3 }, offices: true,
	}, on2(2021, 6, 1, 8, 0))
	if err != nil {
		return nil, err
	}
	var papers []rollout.Paper
	s.enter(on2(2021, 6, 10, 8, 0), &papers,
		directive.Form{Kind: "NQ", Issuer: "Đại hội Đảng bộ thành phố lần thứ XVI", Subject: "Nghị quyết Đại hội Đảng bộ thành phố lần thứ XVI", Term: "2020-2025"},
		directive.Form{Kind: "NQ", Issuer: "Đại hội đại biểu toàn quốc lần thứ XIII của Đảng", Subject: "Nghị quyết Đại hội XIII của Đảng", Term: "khóa XIII"},
		directive.Form{Kind: "CTR", Issuer: "Ban Thường vụ Thành đoàn Hải Phòng", Subject: "Chương trình hành động của Đoàn TNCS Hồ Chí Minh thành phố thực hiện Nghị quyết Đại hội XIII của Đảng, Nghị quyết Đại hội XVI Đảng bộ thành phố", Term: "2020-2025"},
	)
	s.open(on2(2021, 6, 21, 8, 0), func() rollout.Form {
		return rollout.Form{
			Title: "Học tập, quán triệt Nghị quyết Đại hội Đảng bộ thành phố lần thứ XVI; triển khai Chương trình hành động của Đoàn",
			Note:  "Các Quận, Huyện đoàn và Đoàn trực thuộc cụ thể hóa bằng các chương trình hành động cụ thể. Hạn là ngày minh họa.",
			Scope: s.bloc.root.Key, Papers: papers, Sample: true,
			Demands: []rollout.Demand{{Step: rollout.Adopt, Level: 1, Deadline: vn.Deadline{Day: "2021-08-31", Wording: vn.Until}}},
		}
	})
	return s, nil
}

// haiPhong is the youth union of a city: a conference at 56 sites with just under
// a thousand officers, on 25 June 2021 (article 001).
func haiPhong(ctx context.Context, h House) (*story, error) {
	s, err := port(ctx, h)
	if err != nil {
		return nil, err
	}
	s.portConference()
	s.state(on2(2021, 6, 28, 8, 0), statement.Form{
		Title: "Hội nghị trực tuyến ngày 25/6/2021: số liệu đã công bố", Period: "ngày 25/6/2021",
		Items: []statement.Item{
			{Key: "sites", Label: "Điểm cầu tại các Quận, Huyện đoàn, Đoàn trực thuộc", Word: "điểm cầu", Sort: statement.Count},
			{Key: "people", Label: "Cán bộ Đoàn chủ chốt tham gia", Word: "người", Sort: statement.Count},
			{Key: "topics", Label: "Chuyên đề được truyền đạt", Word: "chuyên đề", Sort: statement.Count},
		},
	}, map[string]statement.Statement{s.bloc.root.Key: {
		Paper: "Bài “Gần 1.000 cán bộ Đoàn chủ chốt thành phố tham gia Hội nghị trực tuyến…”, 25/6/2021", Signer: "Hoàng Tùng", Day: "2021-06-25", Whole: true,
		Figures: []statement.Figure{
			{Item: "sites", Value: 56, Bound: statement.Exact, Words: "56 điểm cầu"},
			{Item: "people", Value: 1000, Bound: statement.Less, Words: "gần 1.000 cán bộ Đoàn chủ chốt"},
			{Item: "topics", Value: 4, Bound: statement.Exact, Words: "4 Chuyên đề"},
		},
	}}, s.bloc.root.Key)
	for n := 1; n <= haiPhongSites; n++ {
		s.adopt(n, on2(2021, 7, 5+n%25, 9, n%60), programme("Nghị quyết Đại hội Đảng bộ thành phố lần thứ XVI", s.bloc.units[n-1].Short, "2021-12-31"))
	}
	s.monthly()
	return s, nil
}

const haiPhongSites = 56

func haiPhongTopics() (all []conference.Topic) {
	times := [][2]string{{"08:20", "09:05"}, {"09:05", "09:45"}, {"10:00", "10:40"}, {"10:40", "11:15"}} // made up
	for i, t := range []string{
		"Tổ chức các phong trào hành động cách mạng phát huy vai trò xung kích, tình nguyện, sáng tạo của thanh niên trong xây dựng và bảo vệ Tổ quốc và tổ chức các chương trình đồng hành với thanh niên",
		"Công tác Đoàn và phong trào thanh niên trường học, công tác phụ trách Đội TNTP Hồ Chí Minh, bảo vệ, chăm sóc, giáo dục thiếu niên, nhi đồng",
		"Những nội dung cốt lõi của Nghị quyết Đại hội Đảng bộ thành phố lần thứ XVI",
		"Công tác giáo dục của Đoàn, công tác xây dựng Đoàn, Đoàn tham gia xây dựng Đảng và hệ thống chính trị, công tác quốc tế thanh niên và mở rộng mặt trận đoàn kết tập hợp thanh niên",
	} {
		all = append(all, conference.Topic{Title: t, Start: times[i][0], End: times[i][1]})
	}
	return all
}

// programme is a unit's made-up programme of action.
func programme(paper, unit string, until vn.Day) plan.Form {
	f := planForm(unit)
	f.Title = "Chương trình hành động thực hiện " + paper + " của " + unit
	f.Tasks[0].Text = "Sinh hoạt chuyên đề về " + paper
	for i := range f.Tasks {
		f.Tasks[i].Deadline.Day = until
	}
	return f
}

// Committee founds a provincial bloc (article 002) with a number of units and a login
// for each, and nothing else: where a test's own story begins.
func Committee(ctx context.Context, h House, units int) error {
	_, err := committee(ctx, h, units)
	return err
}

func committee(ctx context.Context, h House, units int) (*story, error) {
	return settle(ctx, h, land{
		tree: "khoi-tinh", login: "kt", from: "2020-01-02", family: paper.Party,
		root: org.NewUnit{Key: "dang-bo-khoi-tinh", Name: "Đảng bộ Khối các cơ quan tỉnh", Short: "Đảng bộ Khối", Kind: "Đảng bộ khối", From: "2020-01-02"},
		kind: "Chi, đảng bộ trực thuộc", units: units,
		name: func(n int) (string, string) {
			return fmt.Sprintf("Chi, đảng bộ trực thuộc số %02d", n), fmt.Sprintf("Chi, đảng bộ số %02d", n)
		},
		people: func(n int) int { return 9 + n*7%23 },
	}, on2(2020, 11, 16, 8, 0))
}

// province is a provincial bloc: its units study before 31 December 2020, and its
// own draft programme was discussed on 4 December (article 002). How many units it
// has the article does not say.
func province(ctx context.Context, h House) (*story, error) {
	const units = 24
	s, err := committee(ctx, h, units)
	if err != nil {
		return nil, err
	}
	const congress = "Nghị quyết Đại hội đại biểu Đảng bộ tỉnh lần thứ XX"
	var papers []rollout.Paper
	s.enter(on2(2020, 11, 20, 8, 0), &papers,
		directive.Form{Kind: "NQ", Issuer: "Đại hội đại biểu Đảng bộ tỉnh lần thứ XX", Subject: congress + ", nhiệm kỳ 2020-2025", Term: "2020-2025"},
		directive.Form{Kind: "CTR", Issuer: "Ban Chấp hành Đảng bộ tỉnh", Subject: "Chương trình hành động của Ban Chấp hành Đảng bộ tỉnh thực hiện Nghị quyết", Term: "2020-2025"},
		directive.Form{Kind: "KH", Issuer: "Đảng ủy Khối các cơ quan tỉnh", Subject: "Kế hoạch học tập, quán triệt, triển khai thực hiện Nghị quyết Đại hội đại biểu Đảng bộ tỉnh lần thứ XX", Term: "2020-2025"},
	)
	s.open(on2(2020, 11, 30, 8, 0), func() rollout.Form {
		return rollout.Form{
			Title: "Học tập, quán triệt, triển khai Nghị quyết Đại hội Đảng bộ tỉnh lần thứ XX",
			Note:  "Các chi, đảng bộ trực thuộc tổ chức hội nghị học tập cho cán bộ, đảng viên xong trước ngày 31/12/2020; mỗi đảng bộ, chi bộ xây dựng chương trình hành động (hạn minh họa).",
			Scope: s.bloc.root.Key, Papers: papers,
			Demands: []rollout.Demand{
				{Step: rollout.Hold, Level: 1, Deadline: vn.Deadline{Day: "2020-12-31", Wording: vn.Before}},
				{Step: rollout.Adopt, Level: 1, Deadline: vn.Deadline{Day: "2021-01-31", Wording: vn.Until}},
			},
		}
	})
	s.gather(s.vanthu, on2(2020, 12, 4, 7, 30), on2(2020, 12, 4, 11, 30), conference.Form{
		Rollout: "-", Sort: "main", Mode: "in_person", Day: "2020-12-04", Start: "07:30", Units: s.everyUnit(), Chair: "Hoàng Anh Trung, Tỉnh ủy viên, Bí thư Đảng ủy Khối các cơ quan tỉnh",
		Title: "Hội nghị cán bộ chủ chốt của Đảng bộ Khối học tập, quán triệt, triển khai thực hiện " + congress,
		Topics: []conference.Topic{
			{Title: congress + ", nhiệm kỳ 2020-2025"},
			{Title: "Chương trình hành động của Ban Chấp hành Đảng bộ tỉnh thực hiện Nghị quyết"},
			{Title: "Dự thảo Chương trình hành động của Đảng bộ Khối các cơ quan tỉnh"},
		},
	}, 0)
	s.draft()
	for n := 1; n <= units; n++ {
		day := 7 + n%20
		if n == 11 {
			day = 31 // a day late: before the 31st means the 30th
		}
		s.gather(s.heads[n-1], on2(2020, 12, day, 14, n%60), on2(2020, 12, day, 17, n%60), conference.Form{
			Rollout: "-", Sort: "main", Mode: "in_person", Day: vn.DayOf(on2(2020, 12, day, 14, 0)), Sample: true,
			Title: "Hội nghị học tập " + congress + " của " + s.bloc.units[n-1].Short, Topics: []conference.Topic{{Title: congress}},
		}, 15)
		s.adopt(n, on2(2021, 1, 4+n%20, 9, n%60), programme(congress, s.bloc.units[n-1].Short, "2021-06-30"))
	}
	return s, nil
}

// draft tells of the bloc's own programme: drafted, sent back to take up what the
// delegates said at the conference, adopted later.
func (s *story) draft() {
	var p plan.Plan
	f := programme("Nghị quyết Đại hội đại biểu Đảng bộ tỉnh lần thứ XX", "Đảng bộ Khối các cơ quan tỉnh", "2021-12-31")
	f.Title = "Chương trình hành động của Đảng bộ Khối các cơ quan tỉnh thực hiện Nghị quyết Đại hội đại biểu Đảng bộ tỉnh lần thứ XX"
	s.on(on2(2020, 12, 3, 15, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = plan.Enter(ctx, tx, s.vanthu, s.rollout.ID, f); err != nil {
			return err
		}
		return plan.Submit(ctx, tx, s.vanthu, p.ID, p.Version)
	})
	s.on(on2(2020, 12, 4, 11, 40), func(ctx context.Context, tx *db.Tx) error {
		return plan.Return(ctx, tx, s.bikhu, p.ID, p.Version+1, "Các đại biểu dự Hội nghị đã đóng góp nhiều ý kiến vào dự thảo; văn thư tiếp thu rồi trình lại.")
	})
	s.on(on2(2020, 12, 21, 9, 0), func(ctx context.Context, tx *db.Tx) error {
		return plan.Adopt(ctx, tx, s.bikhu, p.ID, p.Version+2, plan.Adoption{})
	})
}

// review is a provincial bloc's committee that reviews 2023 on 16 January 2024,
// with 67 contest entries, 37 and 30 (article 003).
func review(ctx context.Context, h House) (*story, error) {
	s, err := settle(ctx, h, land{
		tree: "dang-uy-khoi", login: "du", from: "2023-01-03", family: paper.Party,
		root: org.NewUnit{Key: "dang-uy-khoi-tinh", Name: "Đảng ủy Khối các cơ quan tỉnh", Short: "Đảng ủy Khối", Kind: "Đảng ủy khối", From: "2023-01-03"},
		kind: "Chi, đảng bộ cơ sở", units: 18,
		name: func(n int) (string, string) {
			return fmt.Sprintf("Chi, đảng bộ cơ sở số %02d", n), fmt.Sprintf("Chi, đảng bộ số %02d", n)
		},
		people: func(n int) int { return 7 + n*5%13 },
	}, on2(2023, 12, 1, 8, 0))
	if err != nil {
		return nil, err
	}
	var papers []rollout.Paper
	s.enter(on2(2023, 12, 4, 8, 0), &papers,
		directive.Form{Kind: "KL", Number: "01", Symbol: "KL/TW", Issuer: "Bộ Chính trị", Issued: "2021-05-18", Subject: subject01},
		directive.Form{Kind: "CT", Number: "05", Symbol: "CT/TW", Issuer: "Bộ Chính trị", Issued: "2016-05-15", Subject: "Về đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh"},
		directive.Form{Kind: "KL", Number: "21", Symbol: "KL/TW", Issuer: "Ban Chấp hành Trung ương", Issued: "2021-10-25", Subject: "Kết luận Hội nghị lần thứ tư Ban Chấp hành Trung ương Đảng khóa XIII", Term: "khóa XIII"},
	)
	s.open(on2(2024, 1, 8, 8, 0), func() rollout.Form {
		return rollout.Form{
			Title: "Triển khai nhiệm vụ năm 2024", Note: "Thực hiện Kết luận số 01-KL/TW và Kết luận số 21-KL/TW trong năm 2024. Hạn là ngày minh họa.",
			Scope: s.bloc.root.Key, Papers: papers[:1], Sample: true,
			Demands: []rollout.Demand{
				{Step: rollout.Adopt, Level: 1, Deadline: vn.Deadline{Day: "2024-02-29", Wording: vn.Until}},
				{Step: rollout.Report, Level: 1, Deadline: vn.Deadline{Day: "2024-06-30", Wording: vn.Until}},
			},
		}
	})
	s.gather(s.vanthu, on2(2024, 1, 16, 8, 0), on2(2024, 1, 16, 11, 0), conference.Form{
		Rollout: "-", Sort: "main", Mode: "in_person", Day: "2024-01-16", Units: s.everyUnit(), Chair: "Đặng Anh Tuấn, Tỉnh ủy viên, Bí thư Đảng ủy Khối",
		Title: "Hội nghị tổng kết năm 2023, triển khai nhiệm vụ năm 2024", Topics: []conference.Topic{{Title: "Tổng kết năm 2023"}, {Title: "Nhiệm vụ năm 2024", Speaker: "Đặng Anh Tuấn", SpeakerTitle: "Tỉnh ủy viên, Bí thư Đảng ủy Khối"}},
	}, 0)
	s.state(on2(2024, 1, 16, 14, 0), statement.Form{
		Title: "Bài dự thi được chọn gửi về cấp trên", Period: "năm 2023",
		Items: []statement.Item{
			{Key: "entries", Label: "Bài dự thi, toàn Khối", Word: "bài", Sort: statement.Total},
			{Key: "essays", Label: "Bài hưởng ứng cuộc thi viết chính luận lần thứ 3 (năm 2023)", Word: "bài", Sort: statement.Count},
			{Key: "press", Label: "Bài hưởng ứng Giải Báo chí toàn quốc về Xây dựng Đảng năm 2023", Word: "bài", Sort: statement.Count},
		},
	}, map[string]statement.Statement{s.bloc.root.Key: {
		Paper: "Bài “Đảng ủy Khối các cơ quan tỉnh tổ chức Hội nghị tổng kết năm 2023, triển khai nhiệm vụ năm 2024”", Signer: "Nguyễn Anh Tho", Day: "2024-01-16", Whole: true,
		Figures: []statement.Figure{
			{Item: "essays", Value: 37, Bound: statement.Exact, Words: "37 bài hưởng ứng cuộc thi viết chính luận"},
			{Item: "press", Value: 30, Bound: statement.Exact, Words: "30 bài hưởng ứng Giải Báo chí toàn quốc về Xây dựng Đảng"},
		},
	}}, s.bloc.root.Key)
	return s, nil
}

// Districts founds a city's commission with two districts (article 004) and the cells
// and committees of both, with a login for each, and nothing else: where a test's own
// story begins. The article says how many Thốt Nốt has; those of Cờ Đỏ are as many as
// its communes and its town.
func Districts(ctx context.Context, h House) error {
	s, err := districts(ctx, h)
	if err != nil {
		return err
	}
	if _, err = s.cells(ctx, 0, "tn", "quận Thốt Nốt", thotNotUnits); err != nil {
		return err
	}
	_, err = s.cells(ctx, 1, "cd", "huyện Cờ Đỏ", coDoUnits)
	return err
}

func districts(ctx context.Context, h House) (*story, error) {
	names := []string{"Ban Tuyên giáo Quận ủy Thốt Nốt", "Ban Tuyên giáo Huyện ủy Cờ Đỏ"}
	return settle(ctx, h, land{
		tree: "tuyen-giao-can-tho", login: "ct", from: "2020-01-02", family: paper.Party, place: "Cần Thơ",
		root: org.NewUnit{Key: "ban-tuyen-giao-can-tho", Name: "Ban Tuyên giáo Thành ủy Cần Thơ", Short: "Ban Tuyên giáo Thành ủy", Kind: "Ban của Thành ủy", From: "2020-01-02"},
		kind: "Ban của Quận ủy, Huyện ủy", units: len(names),
		name: func(n int) (string, string) { return names[n-1], names[n-1] }, people: func(int) int { return 6 },
	}, on2(2020, 1, 6, 8, 0))
}

// inspection is a city's commission and the two districts it worked with in
// October 2020 (article 004): the 27 programmes of Thốt Nốt are records, all else
// is declared as the article gives it.
func inspection(ctx context.Context, h House) (*story, error) {
	s, err := districts(ctx, h)
	if err != nil {
		return nil, err
	}
	inner, err := s.cells(ctx, 0, "tn", "quận Thốt Nốt", thotNotUnits)
	if err != nil {
		return nil, err
	}
	const paper = "Chỉ thị số 05-CT/TW"
	var papers []rollout.Paper
	inner.enter(on2(2020, 1, 13, 8, 0), &papers,
		directive.Form{Kind: "CT", Number: "05", Symbol: "CT/TW", Issuer: "Bộ Chính trị", Issued: "2016-05-15", Subject: "Về đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh"})
	inner.open(on2(2020, 1, 14, 8, 0), func() rollout.Form {
		return rollout.Form{
			Title: "Xây dựng chương trình hành động, kế hoạch làm theo Bác năm 2020", Note: "27 chi, đảng bộ xây dựng chương trình, kế hoạch. Hạn là ngày minh họa.",
			Scope: inner.bloc.root.Key, Papers: papers, Sample: true,
			Demands: []rollout.Demand{{Step: rollout.Adopt, Level: 1, Deadline: vn.Deadline{Day: "2020-03-31", Wording: vn.Until}}},
		}
	})
	for n := 1; n <= thotNotUnits; n++ {
		inner.adopt(n, on2(2020, 2, 3+n%25, 9, n%60), programme(paper, inner.bloc.units[n-1].Short, "2020-12-31"))
	}
	s.deeds = append(s.deeds, inner.deeds...)
	s.gather(s.vanthu, on2(2020, 10, 28, 14, 0), on2(2020, 10, 28, 16, 30), conference.Form{
		Sort: "main", Mode: "in_person", Day: "2020-10-28", Start: "14:00", Units: []string{s.bloc.units[0].Key},
		Chair:  "Lê Thị Sương Mai, Thành ủy viên, Phó Trưởng Ban Tuyên giáo Thành ủy Cần Thơ",
		Title:  "Buổi làm việc với Ban Tuyên giáo Quận ủy Thốt Nốt về kết quả công tác năm 2020 và định hướng nhiệm vụ năm 2021",
		Topics: []conference.Topic{{Title: "Kết quả công tác năm 2020"}, {Title: "Định hướng nhiệm vụ năm 2021"}},
	}, 0)
	s.stateInspection()
	return s, nil
}

const (
	thotNotUnits = 27
	coDoUnits    = 10
)

// cells founds the cells and committees under a district, whose story is its own;
// their keys and logins begin with login.
func (s *story) cells(ctx context.Context, at int, login, place string, units int) (*story, error) {
	inner := &story{House: s.House, tree: s.tree, later: s.later}
	district := s.bloc.units[at]
	l := land{
		tree: s.tree, login: login, from: "2020-01-02", kind: "Chi, đảng bộ",
		name: func(n int) (string, string) {
			return fmt.Sprintf("Chi, đảng bộ số %02d %s", n, place), fmt.Sprintf("Chi, đảng bộ số %02d", n)
		},
		people: func(n int) int { return 5 + n%6 },
	}
	hashed, err := account.HashPassword(ctx, Password)
	if err != nil {
		return nil, err
	}
	return inner, s.write(ctx, on2(2020, 1, 6, 9, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		inner.r = rand.New(rand.NewPCG(uint64(units), 2020)) // the closure may run twice
		inner.heads, inner.bloc = nil, &bloc{root: district.Unit}
		inner.bikhu = s.heads[at]
		if inner.vanthu, err = inner.login(ctx, tx, hashed, login+"-vanthu", "Văn thư "+strings.TrimPrefix(strings.TrimPrefix(place, "quận "), "huyện ")+" (minh họa)", district.Unit, 0, auth.Clerk); err != nil {
			return err
		}
		for n := 1; n <= units; n++ {
			c, err := l.populate(ctx, tx, inner.r, district.Unit, n)
			if err != nil {
				return err
			}
			inner.bloc.units = append(inner.bloc.units, c)
			head, err := inner.login(ctx, tx, hashed, fmt.Sprintf("%s-%02d", login, n), c.members[0].Name, c.Unit, c.members[0].ID, auth.Secretary)
			if err != nil {
				return err
			}
			inner.heads = append(inner.heads, head)
		}
		return nil
	})
}

func (s *story) stateInspection() {
	const paper = "Bài “Kiểm tra công tác Tuyên giáo năm 2020 tại quận Thốt Nốt và huyện Cờ Đỏ”, cập nhật 29/10/2020"
	one := func(figures ...statement.Figure) statement.Statement {
		return statement.Statement{Paper: paper, Signer: "Ban biên tập của bài", Day: "2020-10-29", Whole: true, Figures: figures}
	}
	first, second := s.bloc.units[0].Key, s.bloc.units[1].Key
	s.state(on2(2020, 10, 29, 8, 0), statement.Form{
		Title: "Kết quả công tác năm 2020 của hai địa phương", Period: "năm 2020",
		Items: []statement.Item{
			{Key: "commitments", Label: "Đảng viên xây dựng bảng cam kết tu dưỡng, rèn luyện, phấn đấu", Word: "%", Sort: statement.Percent},
			{Key: "models", Label: "Mô hình thực hiện Chỉ thị số 05-CT/TW được duy trì và phát triển", Word: "mô hình", Sort: statement.Count},
			{Key: "skilled", Label: "Mô hình dân vận khéo phát động thực hiện mới", Word: "mô hình", Sort: statement.Count},
			{Key: "classes", Label: "Lớp đào tạo, bồi dưỡng", Word: "lớp", Sort: statement.Count},
			{Key: "attendances", Label: "Lượt học viên", Word: "lượt học viên", Sort: statement.Count},
			{Key: "learners", Label: "Học viên", Word: "học viên", Sort: statement.Count},
			{Key: "quality", Label: "Kết quả học tập của học viên so với yêu cầu", Word: "%", Sort: statement.Percent},
		},
	}, map[string]statement.Statement{
		first: one(
			statement.Figure{Item: "commitments", Value: 9200, Bound: statement.More, Words: "hơn 92% đảng viên"},
			statement.Figure{Item: "models", Value: 32, Bound: statement.Exact, Words: "32 mô hình thực hiện Chỉ thị số 05-CT/TW"},
			statement.Figure{Item: "skilled", Value: 34, Bound: statement.Exact, Words: "34 mô hình dân vận khéo"},
			statement.Figure{Item: "classes", Value: 35, Bound: statement.Exact, Words: "35 lớp đào tạo, bồi dưỡng"},
			statement.Figure{Item: "attendances", Value: 2611, Bound: statement.Exact, Words: "2.611 lượt học viên"},
		),
		second: one(
			statement.Figure{Item: "classes", Value: 43, Bound: statement.Exact, Words: "43 lớp bồi dưỡng lý luận chính trị, chuyên môn nghiệp vụ"},
			statement.Figure{Item: "learners", Value: 5700, Bound: statement.More, Words: "trên 5.700 học viên"},
			statement.Figure{Item: "quality", Value: 9900, Bound: statement.Exact, Words: "99% so với yêu cầu"},
		),
	}, first, second)
}
