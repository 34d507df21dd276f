package calendar_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/calendar"
	"nhipcau/internal/cycle"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const tree = "doan"

// house is a bloc of three units, the first with two cells, in March 2025; each
// unit has a clerk with a login.
type house struct {
	db    *db.DB
	jobs  *job.Runner
	now   atomic.Int64
	units map[string]org.Unit
	form  form.Form
}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{db: dbtest.OpenSQLite(t), units: map[string]org.Unit{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		h.db = dbtest.Open(t)
	}
	tally.Attach(h.db)
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.jobs = job.NewRunner(h.db, slog.New(slog.DiscardHandler))
	calendar.Jobs(h.jobs, calendar.Weekends)
	h.at("2025-03-10")
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: "đoàn", From: "2020-01-02"}
		}
		if h.units["khoi"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đoàn", n("khoi")); err != nil {
			return err
		}
		for _, at := range [][2]string{{"khoi", "mot"}, {"khoi", "hai"}, {"khoi", "ba"}, {"mot", "to1"}, {"mot", "to2"}} {
			if h.units[at[1]], err = org.Create(ctx, tx, auth.System(tree), at[0], n(at[1])); err != nil {
				return err
			}
		}
		for key, u := range h.units {
			if err := tx.Exec(ctx, `INSERT INTO account (id, login, name, password, created_at, version) VALUES ($1, $1, $1, '', $2, 1)`, "ai-"+key, tx.Now); err != nil {
				return err
			}
			if err := tx.Exec(ctx, `INSERT INTO account_grant (id, account, role, tree, unit, from_day, to_day, granted_by, at) VALUES ($1, $2, 'clerk', $3, $4, '2020-01-01', '', '', $5)`,
				"q-"+key, "ai-"+key, tree, u.ID, tx.Now); err != nil {
				return err
			}
		}
		f, err := form.Make(ctx, tx, h.clerk("khoi"), form.Form{Title: "Báo cáo tháng", Asks: form.All, Items: []form.Item{{Key: "members", Label: "Đoàn viên", High: 1000}}})
		if err != nil {
			return err
		}
		h.form = f
		return form.Open(ctx, tx, h.clerk("khoi"), f.ID, f.Version)
	})
	return h
}

// at sets the clock to 08:00 of a day.
func (h *house) at(day vn.Day) { h.now.Store(day.Start().Add(8 * time.Hour).Unix()) }

func (h *house) clerk(unit string) auth.Actor {
	u := h.units[unit]
	return auth.Actor{Login: "ai-" + unit, Name: "Người của " + unit, Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: []auth.Role{auth.Clerk}}
}

func (h *house) write(t testing.TB, f func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return h.db.Write(t.Context(), f)
}

// monthly is a month as state bodies cut it: cells by the 16th, the rest by the
// 18th or the next day at work.
var monthly = calendar.Plan{
	Cycle: cycle.Cycle{Kind: cycle.Month, First: cycle.State}, Rule: cycle.Rule{How: cycle.OnDay, N: 18, Roll: true}, Ahead: true,
	Levels: []calendar.Level{{Depth: 2, Rule: cycle.Rule{How: cycle.After, N: 2}}},
}

func (h *house) set(t testing.TB, by auth.Actor, version int64, p calendar.Plan) error {
	t.Helper()
	return h.write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := calendar.Set(ctx, tx, by, h.form.ID, version, p)
		return err
	})
}

func (h *house) drain(t testing.TB) {
	t.Helper()
	if err := h.jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// run has a job done now.
func (h *house) run(t testing.TB, kind string) {
	t.Helper()
	if err := h.write(t, func(ctx context.Context, tx *db.Tx) error { return job.Enqueue(ctx, tx, job.New{Kind: kind}) }); err != nil {
		t.Fatal(err)
	}
	h.drain(t)
}

func (h *house) periods(t testing.TB) (all []filing.Period) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = filing.Periods(ctx, tx, h.form.ID, 0, 50)
		return err
	})
	return all
}

// heard returns the notices of a unit's clerk, and forgets them.
func (h *house) heard(t testing.TB, unit string) (all []string) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = db.All(ctx, tx, func(s db.Scanner) (string, error) {
			var key, args, link string
			err := s.Scan(&key, &args, &link)
			return strings.TrimPrefix(key, "calendar.notice.") + " " + args + " " + link[strings.LastIndex(link, "/")+1:], err
		}, `SELECT key, args, link FROM notice WHERE account = $1 ORDER BY at, key`, "ai-"+unit)
		if err != nil {
			return err
		}
		return tx.Exec(ctx, `DELETE FROM notice WHERE account = $1`, "ai-"+unit)
	})
	return all
}

func (h *house) wantHeard(t testing.TB, want map[string]string) {
	t.Helper()
	for unit, one := range want {
		if got := strings.Join(h.heard(t, unit), "; "); got != one {
			t.Errorf("%s heard %q, want %q", unit, got, one)
		}
	}
}

// next opens the next period, and has everybody forget that they were told.
func (h *house) next(t testing.TB) (p filing.Period) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = calendar.OpenNext(ctx, tx, h.clerk("khoi"), h.form.ID, calendar.Weekends)
		return err
	})
	h.quietly(t, "2025-03-10")
	return p
}

// quietly makes it another day, on which nobody remembers what the rules said.
func (h *house) quietly(t testing.TB, day vn.Day) {
	t.Helper()
	h.at(day)
	h.drain(t)
	for key := range h.units {
		h.heard(t, key)
	}
}

func (h *house) submit(t testing.TB, period, unit string) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		_, err := filing.Submit(ctx, tx, h.clerk(unit), period, unit, 0, filing.Figures{"members": 5}, "")
		return err
	})
}

func wantKind(t testing.TB, what string, err error, k fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, k) || fault.Of(err).Text.Key != key {
		t.Errorf("%s: got %v, want %s", what, err, key)
	}
}

// TestAhead lets periods open by themselves over two months, with a stretch in
// which the program did not run.
func TestAhead(t *testing.T) {
	h := build(t)
	if err := h.set(t, h.clerk("khoi"), 0, monthly); err != nil {
		t.Fatal(err)
	}
	h.run(t, calendar.OpenJob)
	all := h.periods(t)
	if len(all) != 1 || all[0].Name != "Tháng 3/2025" || all[0].From != "2025-02-15" || all[0].To != "2025-03-15" || all[0].LastDay != "2025-03-18" {
		t.Fatalf("opened %+v", all)
	}
	h.run(t, calendar.OpenJob)
	if n := len(h.periods(t)); n != 1 {
		t.Fatalf("%d periods after the job ran again", n)
	}
	h.wantHeard(t, map[string]string{
		"to1": `opened ["Báo cáo tháng","Tháng 3/2025","16/3/2025"] to1`, "ba": `opened ["Báo cáo tháng","Tháng 3/2025","18/3/2025"] ba`, "khoi": "",
	})
	h.at("2025-03-15")
	h.run(t, calendar.OpenJob)
	h.at("2025-06-20") // nobody was asked for May; June is under way
	h.run(t, calendar.OpenJob)
	var names []string
	for _, p := range h.periods(t) {
		names = append(names, p.Name+" "+string(p.LastDay))
	}
	if got := strings.Join(names, ", "); got != "Tháng 7/2025 2025-07-18, Tháng 4/2025 2025-04-18" && got != "Tháng 7/2025 2025-07-18, Tháng 4/2025 2025-04-18, Tháng 3/2025 2025-03-18" {
		t.Fatalf("opened %s", got)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		p, err := calendar.Get(ctx, tx, h.form.ID)
		if p.Next != "2025-07-15" || len(p.Levels) != 1 || p.Rule != monthly.Rule || p.Cycle != monthly.Cycle || p.Version != 1 {
			t.Errorf("the plan: %+v", p)
		}
		return err
	})
}

func TestSet(t *testing.T) {
	h := build(t)
	for _, tt := range []struct {
		what   string
		change func(p *calendar.Plan)
		field  string
		key    string
	}{
		{"no kind", func(p *calendar.Plan) { p.Cycle.Kind = "" }, "kind", "error.needed"},
		{"the 31st", func(p *calendar.Plan) { p.Cycle.First = 31 }, "first", "calendar.error.first"},
		{"a campaign without days", func(p *calendar.Plan) { p.Cycle = cycle.Cycle{Kind: cycle.Campaign} }, "from", "calendar.error.campaign"},
		{"a term without years", func(p *calendar.Plan) { p.Cycle = cycle.Cycle{Kind: cycle.Term, From: "2020-10-20"} }, "from", "calendar.error.term"},
		{"no rule", func(p *calendar.Plan) { p.Rule = cycle.Rule{} }, "rule", "calendar.error.rule"},
		{"a level of any", func(p *calendar.Plan) { p.Levels = []calendar.Level{{Rule: p.Rule}} }, "levels", "calendar.error.any"},
		{"a level without a rule", func(p *calendar.Plan) { p.Levels = []calendar.Level{{Depth: 1}} }, "levels", "calendar.error.level"},
		{"a day before the week", func(p *calendar.Plan) { p.Cycle = cycle.Cycle{Kind: cycle.Week} }, "rule", "calendar.error.before"},
	} {
		p := monthly
		tt.change(&p)
		err := h.set(t, h.clerk("khoi"), 0, p)
		if !fault.Is(err, fault.Invalid) || len(fault.Of(err).Fields) != 1 || fault.Of(err).Fields[tt.field].Key != tt.key {
			t.Errorf("%s: %v", tt.what, err)
		}
	}
	wantKind(t, "by who is asked", h.set(t, h.clerk("mot"), 0, monthly), fault.Denied, "form.error.may_keep")
	open := func() error {
		return h.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := calendar.OpenNext(ctx, tx, h.clerk("khoi"), h.form.ID, calendar.Weekends)
			return err
		})
	}
	wantKind(t, "without a plan", open(), fault.Conflict, "calendar.error.none")
	p := monthly
	p.Ahead, p.Cycle = false, cycle.Cycle{Kind: cycle.Campaign, From: "2025-03-01", To: "2025-05-01"}
	if err := h.set(t, h.clerk("khoi"), 0, p); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "twice", h.set(t, h.clerk("khoi"), 0, p), fault.Conflict, "error.conflict")
	if err := h.set(t, h.clerk("khoi"), 1, p); err != nil {
		t.Fatal(err)
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "a campaign twice", open(), fault.Conflict, "calendar.error.over")
}

// TestRemind reminds by hand: once a day for each unit, and those who lack alone.
func TestRemind(t *testing.T) {
	h := build(t)
	p := monthly
	p.Ahead = false
	if err := h.set(t, h.clerk("khoi"), 0, p); err != nil {
		t.Fatal(err)
	}
	one := h.next(t)
	h.submit(t, one.ID, "to1")
	remind := func(by, unit string) error {
		return h.write(t, func(ctx context.Context, tx *db.Tx) error { return calendar.Remind(ctx, tx, h.clerk(by), one.ID, unit) })
	}
	h.quietly(t, "2025-03-17")
	if err := remind("mot", "mot"); err != nil {
		t.Fatal(err)
	}
	h.drain(t)
	h.wantHeard(t, map[string]string{
		"to1": "", "to2": `after ["1","Báo cáo tháng","Tháng 3/2025","16/3/2025"] to2`, "mot": `before ["1","Báo cáo tháng","Tháng 3/2025","18/3/2025"] mot`, "ba": "",
	})
	if err := remind("khoi", "khoi"); err != nil {
		t.Fatal(err)
	}
	h.drain(t)
	h.wantHeard(t, map[string]string{"to2": "", "mot": "", "ba": `before ["1","Báo cáo tháng","Tháng 3/2025","18/3/2025"] ba`})
	wantKind(t, "again", remind("khoi", "hai"), fault.Conflict, "calendar.error.today")
	wantKind(t, "from beside", remind("ba", "hai"), fault.NotFound, "error.not_found")
	h.quietly(t, "2025-03-18")
	h.submit(t, one.ID, "hai")
	wantKind(t, "where nobody lacks", remind("khoi", "hai"), fault.Conflict, "calendar.error.none_lack")
	if err := remind("khoi", "khoi"); err != nil {
		t.Fatal(err)
	}
	h.drain(t)
	h.wantHeard(t, map[string]string{"hai": "", "ba": `on ["Báo cáo tháng","Tháng 3/2025","18/3/2025"] ba`})
}

// TestRules lets the owner's rules speak on the mornings of a fortnight.
func TestRules(t *testing.T) {
	h := build(t)
	p := monthly
	p.Ahead = false
	if err := h.set(t, h.clerk("khoi"), 0, p); err != nil {
		t.Fatal(err)
	}
	one := h.next(t)
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		_, err := calendar.Except(ctx, tx, h.clerk("khoi"), one.ID, "ba", false, "2025-03-21", "Bão")
		return err
	})
	said := map[string][]string{}
	for day := vn.Day("2025-03-11"); day < "2025-03-24"; day = day.AddDays(1) {
		h.at(day)
		h.run(t, calendar.MorningJob)
		h.run(t, calendar.MorningJob) // again says nothing twice
		for _, unit := range []string{"to1", "hai", "ba"} {
			for _, s := range h.heard(t, unit) {
				said[unit] = append(said[unit], string(day[8:])+" "+strings.Fields(s)[0])
			}
		}
		if day == "2025-03-16" {
			h.submit(t, one.ID, "hai")
		}
	}
	for unit, want := range map[string]string{
		"to1": "15 before, 16 on, 17 after, 23 after",  // by the 16th
		"hai": "11 before",                             // by the 18th; it returned on the 16th
		"ba":  "14 before, 20 before, 21 on, 22 after", // by the 21st
	} {
		if got := strings.Join(said[unit], ", "); got != want {
			t.Errorf("%s heard %s, want %s", unit, got, want)
		}
	}
}

func TestPunctuality(t *testing.T) {
	h := build(t)
	if err := h.set(t, h.clerk("khoi"), 0, monthly); err != nil {
		t.Fatal(err)
	}
	for _, month := range []struct {
		open, at vn.Day
		units    []string
	}{{"2025-02-20", "2025-03-15", []string{"to1", "to2", "ba"}}, {"2025-03-15", "2025-04-17", []string{"to1", "ba"}}, {"2025-04-15", "2025-04-20", []string{"to1"}}} {
		h.at(month.open)
		h.run(t, calendar.OpenJob)
		h.at(month.at)
		for _, u := range month.units {
			h.submit(t, h.periods(t)[0].ID, u)
		}
	}
	h.at("2025-05-17")
	history := func(by, unit string) (x calendar.History, err error) {
		err = h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			x, err = calendar.Punctuality(ctx, tx, h.clerk(by), h.form.ID, unit, 0, 50)
			return err
		})
		return x, err
	}
	x, err := history("khoi", "mot")
	if err != nil {
		t.Fatal(err)
	}
	line := func(l calendar.Line) string {
		var all []string
		for _, m := range l.Marks {
			all = append(all, fmt.Sprint(m.State, " ", m.InTime, "/", m.Received, "/", m.Due))
		}
		return strings.Join(all, ", ")
	}
	if len(x.Periods) != 3 || x.Periods[0].Name != "Tháng 3/2025" || len(x.Lines) != 2 {
		t.Fatalf("got %+v", x)
	}
	for got, want := range map[string]string{
		line(x.Top):      "several 2/2/3, several 0/1/3, several 1/1/3",
		line(x.Lines[0]): "in_time 1/1/1, late 0/1/1, in_time 1/1/1",
		line(x.Lines[1]): "in_time 1/1/1, missing 0/0/1, missing 0/0/1",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	y, err := history("khoi", "khoi")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(y.Lines, func(l calendar.Line) bool { return l.Key == "ba" })
	if got := line(y.Lines[i]); got != "in_time 1/1/1, in_time 1/1/1, waiting 0/0/1" {
		t.Errorf("ba: %s", got)
	}
	if s := y.Lines[i].Sum(); s.Due != 2 || s.InTime != 2 {
		t.Errorf("what is still to come lowers a rate: %+v", s)
	}
	if _, err := history("ba", "mot"); !fault.Is(err, fault.NotFound) {
		t.Errorf("from beside: %v", err)
	}
}
