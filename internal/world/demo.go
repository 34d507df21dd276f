// Package world makes up people and tells stories: the five organisations of the
// demonstration, and smaller ones for tests.
//
// A story goes through the same verbs as people do, at its own dates. Facts are
// those of five published articles (seed.go, tales.go); all else is numbered or
// made up, and marked as sample data.
package world

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/file"
	"nhipcau/internal/follow"
	"nhipcau/internal/form"
	"nhipcau/internal/i18n"
	"nhipcau/internal/job"
	"nhipcau/internal/mail"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/plan"
	"nhipcau/internal/presence"
	"nhipcau/internal/report"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A House is what a story is told into.
type House struct {
	DB    *db.DB
	Files *file.Store
	Jobs  *job.Runner
	Clock *Clock
}

// Trees are the keys of the trees of the demonstration, in order.
var Trees = []string{"dang-uy-khoi", Tree, "hai-phong", "khoi-tinh", "tuyen-giao-can-tho"}

// Password is that of every login of a story.
const Password = "demo"

// A Login is one to try the demonstration with.
type Login struct{ Login, Who string }

// Logins are one per role.
var Logins = []Login{
	{"bikhu", "bí thư Đoàn khối · secretary of the bloc"},
	{"vanthu", "văn thư Đoàn khối · clerk of the bloc"},
	{"donvi07", "bí thư đơn vị 07 · secretary of unit 07"},
	{"thuky07", "văn thư đơn vị 07 · clerk of unit 07"},
	{"doanvien", "đoàn viên đơn vị 07 · member of unit 07"},
	{"quantri", "quản trị · administrator"},
	{"hp-bithu", "bí thư Thành đoàn Hải Phòng · secretary of a city's youth union"},
	{"kt-bithu", "bí thư Đảng bộ Khối các cơ quan tỉnh · secretary of a provincial bloc"},
	{"du-bithu", "bí thư Đảng ủy Khối các cơ quan tỉnh · secretary of a bloc's committee"},
	{"ct-bithu", "trưởng ban, Cần Thơ · head of a city's commission"},
}

// present is when the demonstration begins: the day after the last of the events
// that its articles tell of.
var present = time.Date(2024, 1, 17, 8, 0, 0, 0, vn.Zone)

// Demo tells the histories of five organisations into an empty house and lets the
// clock go on from 17 January 2024, 08:00. A house they were told into before goes
// on later than anything done in it; one with other units in it is refused.
func Demo(ctx context.Context, h House) error {
	h.Clock.Set(present)
	var last time.Time
	err := h.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		trees, err := org.Trees(ctx, tx)
		if err != nil || len(trees) == 0 {
			return err
		}
		if !slices.Equal(trees, Trees) {
			return fmt.Errorf("the data folder holds other data; give the demonstration a folder of its own by --data")
		}
		last, err = lastDeed(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if last.IsZero() {
		if err := tell(ctx, h); err != nil {
			return fmt.Errorf("telling the demonstration's history: %w", err)
		}
	} else if last.After(present) {
		h.Clock.Let(last)
		return nil
	}
	h.Clock.Let(present)
	return nil
}

// tell tells all histories, each at its own dates. What overlaps in time is told
// together, for the nightly work looks at all organisations at once.
func tell(ctx context.Context, h House) error {
	city, err := inspection(ctx, h)
	if err != nil {
		return err
	}
	if err := city.play(ctx); err != nil {
		return err
	}
	youth, err := begin(ctx, h, Units)
	if err != nil {
		return err
	}
	if err := youth.tellBloc(ctx); err != nil {
		return err
	}
	party, err := province(ctx, h)
	if err != nil {
		return err
	}
	youth.finish()
	youth.deeds = append(youth.deeds, party.deeds...)
	if err := youth.play(ctx, at(11, 7, 0, 6), at(11, 16, 0, 6), at(12, 1, 0, 6), at(12, 16, 0, 6), at(12, 31, 0, 6)); err != nil {
		return err
	}
	if err := youth.sign(ctx); err != nil {
		return err
	}
	port, err := haiPhong(ctx, h)
	if err != nil {
		return err
	}
	if err := port.play(ctx); err != nil {
		return err
	}
	youth.year()
	if err := youth.play(ctx); err != nil {
		return err
	}
	committee, err := review(ctx, h)
	if err != nil {
		return err
	}
	youth.plot, youth.later = conclusion01, int(present.Sub(time.Date(2020, 11, 2, 8, 0, 0, 0, vn.Zone)).Hours()/24)
	youth.deeds = committee.deeds
	if err := youth.write(ctx, at(10, 1, 9, 0), youth.mailboxes); err != nil {
		return err
	}
	youth.work()
	youth.back()
	if err := youth.tellBloc(ctx); err != nil {
		return err
	}
	h.Clock.Set(present)
	return h.Jobs.Drain(ctx)
}

// sign lets the bloc's secretary sign the figures of the finished rollout.
func (s *story) sign(ctx context.Context) error {
	s.Clock.Set(time.Date(2021, 1, 15, 9, 0, 0, 0, vn.Zone))
	if _, err := tally.SealSheet(ctx, s.DB, s.bikhu, s.rollout.Sheet, "Bí thư", tally.Together(rollout.Recount, follow.Recount, conference.RecountRollout)); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, by := range append([]auth.Actor{s.bikhu, s.vanthu}, s.heads...) { // they have read what was told of it
			if err := notify.MarkAllRead(ctx, tx, by); err != nil {
				return err
			}
		}
		return nil
	})
}

// A story is what one telling needs.
type story struct {
	House
	r       *rand.Rand
	bloc    *bloc
	bikhu   auth.Actor
	vanthu  auth.Actor
	thuky   auth.Actor   // clerk of unit 07
	comrade auth.Actor   // member of unit 07
	heads   []auth.Actor // secretary of unit n is heads[n-1]
	rollout rollout.Rollout
	deeds   []deed
	tree    string
	plot    plot
	pieces  map[string]string // clauses of the first paper, by number
	months  *form.Form        // the monthly form of the bloc
	later   int               // days by which everything happens later than it is written down here
}

// day returns a day of the plot as it falls in this telling.
func (s *story) day(d vn.Day) vn.Day { return d.AddDays(s.later) }

// A deed is one step of a story at its time.
type deed struct {
	at time.Time
	do func(ctx context.Context, tx *db.Tx) error
}

func (s *story) on(at time.Time, do func(ctx context.Context, tx *db.Tx) error) {
	s.deeds = append(s.deeds, deed{at.AddDate(0, 0, s.later), do})
}

// at returns a time of a day in 2020.
func at(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2020, month, day, hour, minute, 0, 0, vn.Zone)
}

// write runs do with the clock at t.
func (s *story) write(ctx context.Context, t time.Time, do func(ctx context.Context, tx *db.Tx) error) error {
	s.Clock.Set(t.AddDate(0, 0, s.later))
	return s.DB.Write(ctx, do)
}

// Found makes the bloc with a number of units, its people and its logins, and
// nothing else: where a test's own story begins.
func Found(ctx context.Context, h House, units int) error {
	_, err := begin(ctx, h, units)
	return err
}

func begin(ctx context.Context, h House, units int) (*story, error) {
	s := &story{House: h, r: rand.New(rand.NewPCG(59, 2020)), tree: Tree, plot: resolution59}
	hashed, err := account.HashPassword(ctx, Password)
	if err != nil {
		return nil, err
	}
	return s, s.write(ctx, at(10, 1, 8, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		s.r = rand.New(rand.NewPCG(59, 2020)) // the closure may run twice
		s.heads = nil
		if s.bloc, err = found(ctx, tx, s.r, units); err != nil {
			return err
		}
		return s.admitLogins(ctx, tx, hashed)
	})
}

// admitLogins makes the logins of Logins, and a secretary's for every unit.
func (s *story) admitLogins(ctx context.Context, tx *db.Tx, hashed string) (err error) {
	root := s.bloc.root
	if s.bikhu, err = s.login(ctx, tx, hashed, "bikhu", "Bí thư Đoàn khối (minh họa)", root, 0, auth.Secretary); err != nil {
		return err
	}
	if s.vanthu, err = s.login(ctx, tx, hashed, "vanthu", "Văn thư Đoàn khối (minh họa)", root, 0, auth.Clerk); err != nil {
		return err
	}
	if _, err = s.login(ctx, tx, hashed, "quantri", "Quản trị (minh họa)", root, 0, auth.Administrator); err != nil {
		return err
	}
	for i, c := range s.bloc.units {
		head, err := s.login(ctx, tx, hashed, fmt.Sprintf("donvi%02d", i+1), c.members[0].Name, c.Unit, c.members[0].ID, auth.Secretary)
		if err != nil {
			return err
		}
		s.heads = append(s.heads, head)
	}
	seventh := s.bloc.units[min(6, len(s.bloc.units)-1)]
	if s.thuky, err = s.login(ctx, tx, hashed, "thuky07", seventh.members[1].Name, seventh.Unit, seventh.members[1].ID, auth.Clerk); err != nil {
		return err
	}
	s.comrade, err = s.login(ctx, tx, hashed, "doanvien", seventh.members[4].Name, seventh.Unit, seventh.members[4].ID, auth.Member)
	return err
}

func (s *story) login(ctx context.Context, tx *db.Tx, hashed, login, name string, u org.Unit, member int64, role auth.Role) (auth.Actor, error) {
	by := auth.System(s.tree)
	a, err := account.Create(ctx, tx, by, account.New{Login: login, Name: name, Member: member, Unit: u.Key, Roles: []auth.Role{role}})
	if err != nil {
		return auth.Actor{}, err
	}
	return auth.Actor{
		Login: a.ID, Name: a.Name, Member: member, Tree: s.tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: []auth.Role{role},
	}, account.SetPassword(ctx, tx, by, a.ID, hashed)
}

// tellBloc tells the bloc's rollout up to the third of November of the plot.
func (s *story) tellBloc(ctx context.Context) error {
	if err := s.openRollout(ctx); err != nil {
		return err
	}
	s.divide()
	s.blocConference()
	for n := 1; n <= Units; n++ {
		s.unit(n)
	}
	s.extensions()
	return s.play(ctx, at(10, 31, 0, 6))
}

// play does the deeds in the order of their times, with the nightly work at each
// of nights.
func (s *story) play(ctx context.Context, nights ...time.Time) error {
	for _, t := range nights {
		s.on(t, nil)
	}
	slices.SortStableFunc(s.deeds, func(a, b deed) int { return a.at.Compare(b.at) })
	for _, d := range s.deeds {
		s.Clock.Set(d.at)
		var err error
		if d.do == nil {
			err = s.Jobs.Drain(ctx)
		} else {
			err = s.DB.Write(ctx, d.do)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", d.at.Format(time.DateTime), err)
		}
	}
	s.deeds = nil
	return nil
}

// mailboxes lets a few people want their notices by mail, at addresses that are
// nobody's. The demonstration sends nothing: their letters are seen to wait.
func (s *story) mailboxes(ctx context.Context, tx *db.Tx) error {
	for _, p := range []struct {
		by     auth.Actor
		name   string
		choice mail.Choice
	}{{s.bikhu, "bikhu", mail.Daily}, {s.vanthu, "vanthu", mail.AtOnce}, {s.heads[6], "donvi07", mail.AtOnce}, {s.heads[11], "donvi12", mail.Daily}} {
		code, err := mail.Set(ctx, tx, p.by, 0, mail.Form{Address: p.name + "@example.org", Choice: p.choice, Lang: i18n.Vietnamese})
		if err != nil {
			return err
		}
		if _, err := mail.UseCode(ctx, tx, code); err != nil {
			return err
		}
	}
	return nil
}

// openRollout enters the three papers and opens the rollout on the day of the
// conference.
func (s *story) openRollout(ctx context.Context) error {
	blob, err := s.Files.Put(s.plot.file, bytes.NewReader(samplePaper()), file.MaxSize, file.PDF)
	if err != nil {
		return err
	}
	var papers []rollout.Paper
	for i, p := range s.plot.papers {
		if err := s.write(ctx, at(10, 12, 8, 10*i), func(ctx context.Context, tx *db.Tx) error {
			b := file.Blob{}
			if i == 0 {
				b = blob
			}
			d, err := directive.Enter(ctx, tx, s.vanthu, p, b)
			if err != nil {
				return err
			}
			mode := rollout.Study
			if p.Kind == "TB" {
				mode = rollout.Inform
			}
			papers = append(papers[:i], rollout.Paper{Directive: d.ID, Mode: mode})
			return nil
		}); err != nil {
			return err
		}
	}
	if err := s.write(ctx, at(10, 13, 9, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		s.rollout, err = rollout.Enter(ctx, tx, s.vanthu, s.rolloutForm(papers), "")
		return err
	}); err != nil {
		return err
	}
	if err := s.write(ctx, at(10, 13, 9, 30), func(ctx context.Context, tx *db.Tx) error {
		return rollout.Submit(ctx, tx, s.vanthu, s.rollout.ID, s.rollout.Version)
	}); err != nil {
		return err
	}
	if err := s.write(ctx, at(10, 16, 7, 0), func(ctx context.Context, tx *db.Tx) error {
		return rollout.Approve(ctx, tx, s.bikhu, s.rollout.ID, s.rollout.Version+1)
	}); err != nil {
		return err
	}
	if err := s.Jobs.Drain(ctx); err != nil {
		return err
	}
	return s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		s.rollout, err = rollout.Get(ctx, tx, s.bikhu, s.rollout.ID)
		return err
	})
}

// rolloutForm is what the plot asks of the grassroots organisations. The days are
// made up.
func (s *story) rolloutForm(papers []rollout.Paper) rollout.Form {
	f := rolloutForm(s.bloc.root.Key, papers)
	f.Title, f.Note = s.plot.title, s.plot.note
	for i := range f.Demands {
		f.Demands[i].Deadline.Day = s.day(f.Demands[i].Deadline.Day)
	}
	return f
}

// rolloutForm is what the article asks of the grassroots organisations: roll
// out again to all members, draw up a programme. The days are made up.
func rolloutForm(scope string, papers []rollout.Paper) rollout.Form {
	return rollout.Form{
		Title: resolution59.title,
		Note:  resolution59.note,
		Scope: scope, Papers: papers, Sample: true,
		Demands: []rollout.Demand{
			{Step: rollout.Hold, Level: 1, Deadline: vn.Deadline{Day: "2020-10-30", Wording: vn.Until}},
			{Step: rollout.Reach, Level: 1, Percent: 100, Deadline: vn.Deadline{Day: "2020-11-30", Wording: vn.Until}},
			{Step: rollout.Adopt, Level: 1, Deadline: vn.Deadline{Day: "2020-11-15", Wording: vn.Before}},
			{Step: rollout.Report, Level: 1, Deadline: vn.Deadline{Day: "2020-12-15", Wording: vn.Until}},
		},
	}
}

// blocConference is the conference of the article: every unit is represented by
// its secretary, some by the deputy too.
func (s *story) blocConference() {
	var c conference.Conference
	f := conference.Form{
		Rollout: s.rollout.ID, Title: s.plot.conference, Sort: "main", Mode: "in_person", Day: s.day(conferenceDay), Start: "07:30", End: "11:30", Sample: true,
		Topics: s.plot.topics,
	}
	for _, u := range s.bloc.units {
		f.Units = append(f.Units, u.Key)
	}
	s.on(at(10, 16, 7, 10), func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = conference.Enter(ctx, tx, s.vanthu, f); err != nil {
			return err
		}
		_, err = conference.Convene(ctx, tx, s.vanthu, c.ID, c.Version)
		return err
	})
	s.on(at(10, 16, 11, 40), func(ctx context.Context, tx *db.Tx) error {
		rows, err := presence.Roll(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		var marks []attendance.Mark
		for i, row := range rows {
			m := attendance.Mark{Member: row.Member, State: attendance.Present, Version: row.Version}
			if row.Office != "Bí thư" && i%3 != 0 { // of most units only the secretary came
				m.State, m.Reason = attendance.Excused, "duty"
			}
			marks = append(marks, m)
		}
		guests := []attendance.Guest{{Label: s.plot.guests[0], Number: 6}, {Label: s.plot.guests[1], Number: 9}}
		if _, err := conference.Mark(ctx, tx, s.vanthu, c.ID, marks, guests); err != nil {
			return err
		}
		return conference.Close(ctx, tx, s.vanthu, c.ID, c.Version+1)
	})
}

// unit tells what became of unit n.
func (s *story) unit(n int) {
	switch fateOf(n) {
	case held:
		day := 17 + (n*5)%13
		s.unitConference(n, "main", at(10, day, 14, n%60))
		if n%9 == 4 {
			s.unitConference(n, "makeup", at(10, min(30, day+5), 8, n%60))
		}
		s.unitPlan(n)
		s.unitReport(n)
	case declared:
		s.declaration(n)
	}
}

// unitConference holds a unit's own conference: nearly everybody is there.
func (s *story) unitConference(n int, sort string, t time.Time) {
	c, by := s.bloc.units[n-1], s.heads[n-1]
	title := fmt.Sprintf("Hội nghị triển khai %s của %s", s.plot.paper, c.Short)
	if sort == "makeup" {
		title = fmt.Sprintf("Buổi học bù %s của %s", s.plot.paper, c.Short)
	}
	f := conference.Form{
		Rollout: s.rollout.ID, Title: title, Sort: sort, Mode: "in_person", Day: s.day(vn.DayOf(t)), Start: "14:00", End: "16:30", Sample: true,
		Topics: []conference.Topic{{Title: s.plot.topics[0].Title, Speaker: c.members[0].Name, SpeakerTitle: "Bí thư"}},
	}
	var got conference.Conference
	seed := uint64(n)
	s.on(t.Add(-24*time.Hour), func(ctx context.Context, tx *db.Tx) (err error) {
		if got, err = conference.Enter(ctx, tx, by, f); err != nil {
			return err
		}
		_, err = conference.Convene(ctx, tx, by, got.ID, got.Version)
		return err
	})
	s.on(t.Add(3*time.Hour), func(ctx context.Context, tx *db.Tx) error {
		rows, err := presence.Roll(ctx, tx, got.ID)
		if err != nil {
			return err
		}
		if _, err := conference.Mark(ctx, tx, by, got.ID, marks(rows, rand.New(rand.NewPCG(seed, 7)), sort), nil); err != nil {
			return err
		}
		return conference.Close(ctx, tx, by, got.ID, got.Version+1)
	})
}

// marks makes up a roll: in twelve one is away, most of them with a reason.
func marks(rows []presence.Row, r *rand.Rand, sort string) []attendance.Mark {
	var all []attendance.Mark
	for i, row := range rows {
		m := attendance.Mark{Member: row.Member, State: attendance.Present, Version: row.Version}
		x := r.IntN(60)
		switch {
		case row.State == attendance.Exempt:
			m.State = attendance.Exempt
		case i == 0 || sort == "makeup":
		case x < 3:
			m.State, m.Reason = attendance.Excused, attendance.Reasons[x]
		case x == 3:
			m.State = attendance.Absent
		case x < 7:
			m.State = attendance.Online
		}
		all = append(all, m)
	}
	return all
}

// unitPlan drafts a plan for most units; 41 are adopted, unit 07 waits for its
// secretary.
func (s *story) unitPlan(n int) {
	by := s.heads[n-1]
	drafted := n == 7 || n%7 == 6
	if n%17 == 2 {
		return
	}
	t := at(10, 22+n%10, 9, n%60)
	var p plan.Plan
	s.on(t, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = plan.Enter(ctx, tx, by, s.rollout.ID, s.planForm(s.bloc.units[n-1].Short))
		return err
	})
	if n == 7 {
		s.on(t.Add(30*time.Minute), func(ctx context.Context, tx *db.Tx) error { return plan.Submit(ctx, tx, by, p.ID, p.Version) })
	}
	if !drafted {
		s.on(t.Add(time.Hour), func(ctx context.Context, tx *db.Tx) error {
			return plan.Adopt(ctx, tx, by, p.ID, p.Version, plan.Adoption{})
		})
	}
}

// planForm is a unit's programme in this telling.
func (s *story) planForm(unit string) plan.Form {
	f := planForm(unit)
	f.Title = "Chương trình hành động thực hiện " + s.plot.paper + " của " + unit
	f.Tasks[0].Text = "Sinh hoạt chuyên đề về " + s.plot.paper
	for i := range f.Tasks {
		f.Tasks[i].Deadline.Day = s.day(f.Tasks[i].Deadline.Day)
	}
	s.carry(&f)
	return f
}

func planForm(unit string) plan.Form {
	until := func(d vn.Day) vn.Deadline { return vn.Deadline{Day: d, Wording: vn.Until} }
	return plan.Form{
		Title: "Chương trình hành động thực hiện Nghị quyết số 59-NQ/TW của " + unit,
		Basis: "Dữ liệu minh họa",
		Goals: []plan.Goal{
			{Text: "Đoàn viên nắm được nội dung chính của các nghị quyết", Target: "100 % đoàn viên"},
			{Text: "Đơn vị có công trình thanh niên gắn với nhiệm vụ chuyên môn", Target: "01 công trình"},
		},
		Tasks: []plan.Task{
			{Text: "Sinh hoạt chuyên đề về Nghị quyết số 59-NQ/TW", Lead: "Ban Chấp hành", Partners: "Chi đoàn", Deliverable: "Biên bản sinh hoạt", Deadline: until("2020-12-10")},
			{Text: "Đăng ký và thực hiện công trình thanh niên", Lead: "Phó Bí thư", Partners: "Công đoàn cơ sở", Deliverable: "Hồ sơ công trình", Deadline: until("2021-03-26")},
		},
	}
}

// unitReport lets a few units report early.
func (s *story) unitReport(n int) {
	if n != 3 && n != 16 && n != 31 && n != 40 {
		return
	}
	by := s.heads[n-1]
	var r report.Report
	s.on(at(11, 1, 15, n%60), func(ctx context.Context, tx *db.Tx) (err error) {
		if r, err = report.Begin(ctx, tx, by, s.rollout.ID); err != nil {
			return err
		}
		if err := report.Write(ctx, tx, by, r.ID, r.Version, map[string]string{
			"strengths": "Tổ chức học tập đúng thời gian, đủ nội dung (minh họa).", "proposals": "Đề nghị cấp thêm tài liệu in (minh họa).",
		}); err != nil {
			return err
		}
		return report.Submit(ctx, tx, by, r.ID, r.Version+1)
	})
	switch n {
	case 3, 31:
		s.on(at(11, 1, 16, n%60), func(ctx context.Context, tx *db.Tx) error { return report.Accept(ctx, tx, s.vanthu, r.ID, r.Version+2) })
	case 16:
		s.on(at(11, 1, 16, n%60), func(ctx context.Context, tx *db.Tx) error {
			return report.Return(ctx, tx, s.vanthu, r.ID, r.Version+2, "Bổ sung phần hạn chế, nguyên nhân (minh họa).")
		})
	}
}

// declaration enters what a unit that is not on the system wrote on paper.
func (s *story) declaration(n int) {
	c := s.bloc.units[n-1]
	s.on(at(10, 29, 10, n%60), func(ctx context.Context, tx *db.Tx) error {
		// All but two of those still due, the secretary having been counted by name.
		listed := int64(len(c.members))
		var exempt int64
		for _, m := range c.members {
			if m.Exempt {
				exempt++
			}
		}
		persons := max(0, listed-exempt-4)
		return follow.Declare(ctx, tx, s.vanthu, s.rollout.ID, c.Key, follow.DeclarationForm{
			HeldDay: s.day("2020-10-26"), Attended: persons + 1, Persons: persons, Signer: c.members[0].Name + ", Bí thư",
			Paper: fmt.Sprintf("Báo cáo số %02d ngày %s (minh họa)", n, s.day("2020-10-28")),
		}, file.Blob{})
	})
}

// extensions gives five units more time.
func (s *story) extensions() {
	for n := 1; n <= Units; n++ {
		if fateOf(n) != extended {
			continue
		}
		unit := s.bloc.units[n-1].ID
		s.on(at(10, 29, 15, n%60), func(ctx context.Context, tx *db.Tx) error {
			_, err := rollout.Extend(ctx, tx, s.bikhu, s.rollout.ID, rollout.Hold, unit, s.day("2020-11-06"), "Đơn vị tập trung công tác chuyên môn (minh họa)")
			return err
		})
	}
}
