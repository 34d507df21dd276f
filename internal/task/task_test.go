package task

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A cast is a small tree with people: r above a and b, c under a.
type cast struct {
	*db.DB
	t          *testing.T
	now        time.Time
	jobs       *job.Runner
	r, a, b, c auth.Actor
}

// gather opens a house on Monday 2 November 2020.
func gather(t *testing.T) *cast {
	t.Helper()
	d := dbtest.Open(t)
	tally.Attach(d)
	s := &cast{DB: d, t: t, now: dbtest.Noon, jobs: job.NewRunner(d, slog.New(slog.DiscardHandler))}
	d.SetClock(func() time.Time { return s.now })
	Jobs(s.jobs)
	s.do(func(ctx context.Context, tx *db.Tx) error {
		root, err := org.Plant(ctx, tx, auth.System("doan"), "doan", "Đoàn", org.NewUnit{Key: "r", Name: "Đoàn khối", Kind: "đoàn khối", From: "2020-01-01"})
		if err != nil {
			return err
		}
		s.r = actor(root)
		for _, u := range []struct {
			parent, key string
			as          *auth.Actor
		}{{"r", "a", &s.a}, {"r", "b", &s.b}, {"a", "c", &s.c}} {
			made, err := org.Create(ctx, tx, auth.System("doan"), u.parent, org.NewUnit{Key: u.key, Name: "Đơn vị " + u.key, Kind: "đoàn cơ sở", From: "2020-01-01"})
			if err != nil {
				return err
			}
			*u.as = actor(made)
		}
		return nil
	})
	return s
}

func actor(u org.Unit) auth.Actor {
	return auth.Actor{Login: "login-" + u.Key, Name: "Bí thư " + u.Key, Tree: "doan", Unit: u.ID, UnitKey: u.Key, UnitName: u.Short, Path: u.Path, Roles: []auth.Role{auth.Secretary}}
}

func (s *cast) do(f func(ctx context.Context, tx *db.Tx) error) {
	s.t.Helper()
	dbtest.Write(s.t, s.DB, f)
}

// try runs a verb that may be refused.
func (s *cast) try(f func(ctx context.Context, tx *db.Tx) error) error {
	return s.Write(s.t.Context(), f)
}

// on sets the clock to eight in the morning of a day and lets the jobs run.
func (s *cast) on(day vn.Day) {
	s.t.Helper()
	s.now = day.Start().Add(8 * time.Hour)
	if err := s.jobs.Drain(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func work(text string, leads ...string) Form {
	return Form{Text: text, Deliverable: "Báo cáo", Reach: Named, Leads: leads}
}

// given gives work and returns the task of each lead.
func (s *cast) given(by auth.Actor, f Form) (all []Task) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *db.Tx) error {
		o, err := Give(ctx, tx, by, f)
		if err != nil {
			return err
		}
		all, err = List(ctx, tx, by, Filter{Order: o.ID}, 0, 50)
		return err
	})
	return all
}

func (s *cast) get(by auth.Actor, id string) (t Task) {
	s.t.Helper()
	s.do(func(ctx context.Context, tx *db.Tx) (err error) {
		t, err = Get(ctx, tx, by, id)
		return err
	})
	return t
}

// stands fails the test unless the task stands so today, and all figures are proven.
func (s *cast) stands(id string, want State, figures string) {
	s.t.Helper()
	t := s.get(s.r, id)
	if got := t.State(vn.DayOf(s.now)); got != want {
		s.t.Errorf("the task is %s, want %s", got, want)
	}
	s.do(func(ctx context.Context, tx *db.Tx) error {
		_, v, err := Counts(ctx, tx, t.Order.Unit.ID, "2020")
		var lanes []string
		for _, l := range kind.Lanes {
			if n := v.Get(kind.Lane(l)); n != 0 {
				lanes = append(lanes, l+"="+vn.Int(n))
			}
		}
		if got := strings.Join(lanes, " "); got != figures {
			s.t.Errorf("counted are %q, want %q", got, figures)
		}
		return err
	})
	r, err := tally.Prove(s.t.Context(), s.DB, map[string]tally.Recount{kind.Name: Recount})
	if err != nil || r.Mismatches > 0 {
		s.t.Fatalf("not proven: %v %+v", err, r)
	}
}

// TestRound follows a task from hand to hand: late, more time, done, sent back, done
// late, verified.
func TestRound(t *testing.T) {
	s := gather(t)
	x := s.given(s.r, work("Tổ chức ra quân", "a"))[0]
	if x.Due != "2020-11-12" || x.Order.Moved != "" {
		t.Fatalf("due %s, moved from %q", x.Due, x.Order.Moved)
	}
	s.stands(x.ID, Running, "given=1")
	s.on("2020-11-09")
	s.stands(x.ID, Soon, "given=1")
	s.on("2020-11-13")
	s.on("2020-11-14")
	s.stands(x.ID, Late, "given=1 late=1")

	if err := s.try(func(ctx context.Context, tx *db.Tx) error { return Ask(ctx, tx, s.a, x.ID, 1, "2020-11-12", "mưa") }); fault.Of(err).Fields["new_day"].Key != "task.error.past" {
		t.Errorf("a day in the past is asked for: %v", err)
	}
	s.do(func(ctx context.Context, tx *db.Tx) error {
		return Ask(ctx, tx, s.a, x.ID, x.Version, "2020-11-21", "mưa")
	}) // a Saturday
	if err := s.try(func(ctx context.Context, tx *db.Tx) error { return Ask(ctx, tx, s.a, x.ID, 2, "2020-11-25", "mưa") }); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second question while one waits: %v", err)
	}
	s.do(func(ctx context.Context, tx *db.Tx) error { return Refuse(ctx, tx, s.r, x.ID, 2, "không") })
	s.stands(x.ID, Late, "given=1 late=1")
	s.do(func(ctx context.Context, tx *db.Tx) error { return Ask(ctx, tx, s.a, x.ID, 3, "2020-11-21", "bão") })
	s.do(func(ctx context.Context, tx *db.Tx) error { return Extend(ctx, tx, s.r, x.ID, 4, "2020-11-21", "") })
	if y := s.get(s.a, x.ID); y.Due != "2020-11-23" || !y.Extended || y.Asks {
		t.Errorf("more time: %+v", y)
	}
	s.stands(x.ID, Running, "given=1")

	if err := s.try(func(ctx context.Context, tx *db.Tx) error { return Finish(ctx, tx, s.a, x.ID, 5, " ") }); fault.Of(err).Fields["result"].Key != "task.error.result" {
		t.Errorf("done without a word or evidence: %v", err)
	}
	s.do(func(ctx context.Context, tx *db.Tx) error {
		if err := AddEvidence(ctx, tx, s.a, x.ID, "https://example.org/anh", nil); err != nil {
			return err
		}
		if err := Note(ctx, tx, s.a, x.ID, "đã ra quân"); err != nil {
			return err
		}
		return Finish(ctx, tx, s.a, x.ID, 5, "")
	})
	s.stands(x.ID, Done, "given=1 done=1")
	s.on("2020-11-26")
	s.stands(x.ID, Done, "given=1 done=1")
	s.do(func(ctx context.Context, tx *db.Tx) error { return SendBack(ctx, tx, s.r, x.ID, 6, "thiếu ảnh") })
	s.stands(x.ID, Late, "given=1 late=1")
	s.do(func(ctx context.Context, tx *db.Tx) error { return Finish(ctx, tx, s.a, x.ID, 7, "đã bổ sung") })
	s.stands(x.ID, DoneLate, "given=1 done=1 done_late=1")
	s.do(func(ctx context.Context, tx *db.Tx) error { return Verify(ctx, tx, s.r, x.ID, 8, "") })
	s.stands(x.ID, Verified, "given=1 done=1 done_late=1 verified=1")
	var kinds []string
	s.do(func(ctx context.Context, tx *db.Tx) error {
		all, err := Events(ctx, tx, x.ID, 100)
		for _, e := range all {
			kinds = append(kinds, e.Kind)
		}
		return err
	})
	if got := strings.Join(kinds, " "); got != "given asked refused asked extended progress done returned done verified" {
		t.Errorf("it went %s", got)
	}
	if err := s.try(func(ctx context.Context, tx *db.Tx) error { return Withdraw(ctx, tx, s.r, x.ID, 9, "thôi") }); !fault.Is(err, fault.Conflict) {
		t.Errorf("a verified task is withdrawn: %v", err)
	}
}

// TestStates: how a task stands is worked out from its days.
func TestStates(t *testing.T) {
	noon := func(d vn.Day) time.Time { return d.Start().Add(12 * time.Hour) }
	for name, c := range map[string]struct {
		t    Task
		want State
	}{
		"four days left":                         {Task{Due: "2020-11-06"}, Running},
		"three days left":                        {Task{Due: "2020-11-05"}, Soon},
		"the last day":                           {Task{Due: "2020-11-02"}, Soon},
		"the day after":                          {Task{Due: "2020-11-01"}, Late},
		"done on the last day":                   {Task{Due: "2020-11-01", DoneAt: noon("2020-11-01")}, Done},
		"done the day after":                     {Task{Due: "2020-11-01", DoneAt: noon("2020-11-02")}, DoneLate},
		"verified":                               {Task{Due: "2020-10-01", DoneAt: noon("2020-11-01"), VerifiedAt: noon("2020-11-01")}, Verified},
		"withdrawn though done":                  {Task{Due: "2020-10-01", DoneAt: noon("2020-11-01"), WithdrawnAt: noon("2020-11-01")}, Withdrawn},
		"withdrawn though late":                  {Task{Due: "2020-10-01", LateAt: noon("2020-10-02"), WithdrawnAt: noon("2020-11-01")}, Withdrawn},
		"done at the midnight that ends the day": {Task{Due: "2020-11-01", DoneAt: vn.Day("2020-11-02").Start().Add(-time.Second)}, Done},
	} {
		if got := c.t.State("2020-11-02"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestWho: a table of who may do what with a task that r gave to a.
func TestWho(t *testing.T) {
	s := gather(t)
	x := s.given(s.r, work("Việc của a", "a"))[0]
	clerk := func(by auth.Actor) auth.Actor { by.Roles = []auth.Role{auth.Clerk}; return by }
	member := func(by auth.Actor) auth.Actor { by.Roles = []auth.Role{auth.Member}; return by }
	const missing, denied, done = "missing", "denied", "done"
	verbs := map[string]func(ctx context.Context, tx *db.Tx, by auth.Actor) error{
		"read": func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := Get(ctx, tx, by, x.ID)
			return err
		},
		"note": func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return Note(ctx, tx, by, x.ID, "đang làm")
		},
		"finish": func(ctx context.Context, tx *db.Tx, by auth.Actor) error { return Finish(ctx, tx, by, x.ID, 1, "xong") },
		"ask": func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return Ask(ctx, tx, by, x.ID, 1, "2020-12-01", "bận")
		},
		"extend": func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return Extend(ctx, tx, by, x.ID, 1, "2020-12-01", "bận")
		},
		"withdraw": func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return Withdraw(ctx, tx, by, x.ID, 1, "thôi")
		},
		"give": func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := Give(ctx, tx, by, work("x", by.UnitKey))
			return err
		},
		"verify": func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			if err := Finish(ctx, tx, s.a, x.ID, 1, "xong"); err != nil {
				return err
			}
			return Verify(ctx, tx, by, x.ID, 2, "")
		},
	}
	for who, c := range map[string]struct {
		by   auth.Actor
		want map[string]string
	}{
		"r's clerk":  {clerk(s.r), map[string]string{"read": done, "note": denied, "finish": denied, "ask": denied, "extend": done, "withdraw": done, "give": done, "verify": done}},
		"a's clerk":  {clerk(s.a), map[string]string{"read": done, "note": done, "finish": done, "ask": done, "extend": denied, "withdraw": denied, "give": done, "verify": denied}},
		"a's member": {member(s.a), map[string]string{"read": done, "note": denied, "finish": denied, "ask": denied, "extend": denied, "withdraw": denied, "give": denied, "verify": denied}},
		"b":          {s.b, map[string]string{"read": missing, "note": missing, "finish": missing, "ask": missing, "extend": missing, "withdraw": missing, "give": done, "verify": missing}},
		"c":          {s.c, map[string]string{"read": missing, "note": missing, "finish": missing, "ask": missing, "extend": missing, "withdraw": missing, "give": done, "verify": missing}},
	} {
		for verb, want := range c.want {
			got := done
			err := s.try(func(ctx context.Context, tx *db.Tx) error {
				if err := verbs[verb](ctx, tx, c.by); err != nil {
					return err
				}
				return errUndone
			})
			switch {
			case fault.Is(err, fault.NotFound):
				got = missing
			case fault.Is(err, fault.Denied):
				got = denied
			case !errors.Is(err, errUndone):
				got = err.Error()
			}
			if got != want {
				t.Errorf("%s %s: %s, want %s", who, verb, got, want)
			}
		}
	}
}

type undone struct{}

func (undone) Error() string { return "undone" }

var errUndone = undone{}

// TestDown: a task is handed down, its partner sees it, and what it is told by its
// children are counts.
func TestDown(t *testing.T) {
	s := gather(t)
	f := work("Việc lớn", "a")
	f.Partners = []string{"b", "B"}
	up := s.given(s.r, f)[0]
	if got := s.get(s.b, up.ID); len(got.Order.Partners) != 1 || got.Lead.Key != "a" {
		t.Errorf("the partner sees %+v", got)
	}
	down := work("Việc nhỏ", "c")
	down.Parent = up.ID
	x := s.given(s.a, down)[0]
	if err := s.try(func(ctx context.Context, tx *db.Tx) error { _, err := Give(ctx, tx, s.r, down); return err }); !fault.Is(err, fault.Denied) {
		t.Errorf("who does not lead hands down: %v", err)
	}
	down.Leads = []string{"a"}
	if err := s.try(func(ctx context.Context, tx *db.Tx) error { _, err := Give(ctx, tx, s.a, down); return err }); fault.Of(err).Fields["leads"].Key != "task.error.own" {
		t.Errorf("a unit hands a task down to itself: %v", err)
	}
	s.on("2020-11-20")
	s.do(func(ctx context.Context, tx *db.Tx) error {
		p, err := Children(ctx, tx, up.ID)
		if p != (Progress{Given: 1, Late: 1}) {
			t.Errorf("children: %+v", p)
		}
		return err
	})
	s.do(func(ctx context.Context, tx *db.Tx) error { return Finish(ctx, tx, s.c, x.ID, 1, "xong") })
	s.do(func(ctx context.Context, tx *db.Tx) error {
		p, err := Children(ctx, tx, up.ID)
		if p != (Progress{Given: 1, Done: 1}) {
			t.Errorf("children: %+v", p)
		}
		return err
	})
	own := s.given(s.b, work("Việc của mình", "b"))[0]
	s.do(func(ctx context.Context, tx *db.Tx) error { return Finish(ctx, tx, s.b, own.ID, 1, "xong") })
	if err := s.try(func(ctx context.Context, tx *db.Tx) error { return Verify(ctx, tx, s.b, own.ID, 2, "") }); !fault.Is(err, fault.Denied) {
		t.Errorf("a unit verifies what it did itself: %v", err)
	}
	s.do(func(ctx context.Context, tx *db.Tx) error { return Verify(ctx, tx, s.r, own.ID, 2, "") })
	top := s.given(s.r, work("Việc của khối", "r"))[0]
	s.do(func(ctx context.Context, tx *db.Tx) error {
		if err := Finish(ctx, tx, s.r, top.ID, 1, "xong"); err != nil {
			return err
		}
		return Verify(ctx, tx, s.r, top.ID, 2, "") // nobody stands above
	})
}
