package rollout_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/follow"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const tree = "doan"

// house is a bloc of three units on 12 October 2020: the first has five members,
// one of them exempt, and a cell of two under it; the second has three; the third
// has none.
type house struct {
	db    *db.DB
	jobs  *job.Runner
	now   atomic.Int64
	units map[string]org.Unit
	who   map[string][]int64 // members of a unit
	paper directive.Directive
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{db: dbtest.Open(t), units: map[string]org.Unit{}, who: map[string][]int64{}}
	tally.Attach(h.db)
	h.jobs = job.NewRunner(h.db, slog.New(slog.DiscardHandler))
	rollout.Jobs(h.jobs)
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.at("2020-10-12")
	h.do(t, func(ctx context.Context, tx *db.Tx) error {
		clear(h.who) // the closure may run twice
		if err := h.plant(ctx, tx); err != nil {
			return err
		}
		for unit, n := range map[string]int{"mot": 5, "hai": 3, "to": 2} {
			for i := range n {
				m, err := org.Admit(ctx, tx, h.clerk("khoi"), unit, org.NewMember{Key: fmt.Sprintf("%s-%d", unit, i), Name: fmt.Sprint("Đoàn viên ", i), From: "2020-01-05"})
				if err != nil {
					return err
				}
				h.who[unit] = append(h.who[unit], m.ID)
			}
		}
		if err := org.Exempt(ctx, tx, h.clerk("khoi"), "mot-4", "2020-02-01", "Số 1"); err != nil {
			return err
		}
		_, err := account.Create(ctx, tx, auth.System(tree), account.New{Login: "bithu1", Name: "Bí thư", Unit: "mot", Roles: []auth.Role{auth.Secretary}})
		if err != nil {
			return err
		}
		h.paper, err = directive.Enter(ctx, tx, h.clerk("khoi"), directive.Form{
			Kind: "NQ", Number: "59", Symbol: "NQ/TW", Issuer: "Bộ Chính trị", Issued: "2020-08-05", Subject: "Về Cần Thơ",
		}, file.Blob{})
		return err
	})
	return h
}

func (h *house) plant(ctx context.Context, tx *db.Tx) error {
	n := func(key string) org.NewUnit {
		return org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: "đoàn", From: "2020-01-02"}
	}
	root, err := org.Plant(ctx, tx, auth.System(tree), tree, "Đoàn", n("khoi"))
	if err != nil {
		return err
	}
	h.units["khoi"] = root
	for _, at := range [][2]string{{"khoi", "mot"}, {"khoi", "hai"}, {"khoi", "ba"}, {"mot", "to"}} {
		if h.units[at[1]], err = org.Create(ctx, tx, auth.System(tree), at[0], n(at[1])); err != nil {
			return err
		}
	}
	return nil
}

// at sets the clock to 08:00 of a day.
func (h *house) at(day vn.Day) { h.now.Store(day.Start().Add(8 * time.Hour).Unix()) }

// night lets the jobs of a day run that are due after midnight.
func (h *house) night(t *testing.T, day vn.Day) {
	t.Helper()
	h.now.Store(day.Start().Add(10 * time.Minute).Unix())
	h.drain(t)
}

func (h *house) drain(t *testing.T) {
	t.Helper()
	if err := h.jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (h *house) do(t *testing.T, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	dbtest.Write(t, h.db, f)
}

func (h *house) see(t *testing.T, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	dbtest.Read(t, h.db, f)
}

func (h *house) as(unit string, roles ...auth.Role) auth.Actor {
	u := h.units[unit]
	return auth.Actor{
		Login: "ai-" + unit, Name: "Người của " + unit, Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: roles,
	}
}

func (h *house) clerk(unit string) auth.Actor     { return h.as(unit, auth.Clerk) }
func (h *house) secretary(unit string) auth.Actor { return h.as(unit, auth.Secretary) }

func deadline(day vn.Day, w vn.Wording) vn.Deadline { return vn.Deadline{Day: day, Wording: w} }

// form asks the units of the first level for everything, those of the second for
// a conference.
func (h *house) form() rollout.Form {
	return rollout.Form{
		Title: "Học tập Nghị quyết 59", Scope: "khoi", Papers: []rollout.Paper{{Directive: h.paper.ID, Mode: rollout.Study}},
		Demands: []rollout.Demand{
			{Step: rollout.Hold, Level: 1, Deadline: deadline("2020-10-30", vn.Until)},
			{Step: rollout.Reach, Level: 1, Percent: 75, Deadline: deadline("2020-11-30", vn.Until)},
			{Step: rollout.Adopt, Level: 1, Deadline: deadline("2020-11-15", vn.Before)},
			{Step: rollout.Report, Level: 1, Deadline: deadline("2020-12-15", vn.Until)},
			{Step: rollout.Hold, Level: 2, Deadline: deadline("2020-10-25", vn.Before)},
		},
	}
}

// draft enters a rollout; submitted, and approved, bring it on.
func (h *house) draft(t *testing.T) (r rollout.Rollout) {
	t.Helper()
	h.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = rollout.Enter(ctx, tx, h.clerk("khoi"), h.form(), "")
		return err
	})
	return r
}

func (h *house) submitted(t *testing.T) rollout.Rollout {
	t.Helper()
	r := h.draft(t)
	h.do(t, func(ctx context.Context, tx *db.Tx) error {
		return rollout.Submit(ctx, tx, h.clerk("khoi"), r.ID, r.Version)
	})
	return h.get(t, r.ID)
}

func (h *house) approved(t *testing.T) rollout.Rollout {
	t.Helper()
	r := h.submitted(t)
	h.do(t, func(ctx context.Context, tx *db.Tx) error {
		return rollout.Approve(ctx, tx, h.secretary("khoi"), r.ID, r.Version)
	})
	return h.get(t, r.ID)
}

// opened is a rollout whose obligations have been given.
func (h *house) opened(t *testing.T) rollout.Rollout {
	t.Helper()
	r := h.approved(t)
	h.drain(t)
	return h.get(t, r.ID)
}

func (h *house) get(t *testing.T, id string) (r rollout.Rollout) {
	t.Helper()
	h.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = rollout.Get(ctx, tx, h.secretary("khoi"), id)
		return err
	})
	return r
}

func (h *house) fulfil(t *testing.T, r rollout.Rollout, step rollout.Step, unit string) {
	t.Helper()
	h.do(t, func(ctx context.Context, tx *db.Tx) error {
		return rollout.Fulfil(ctx, tx, h.clerk(unit), rollout.Fulfilment{
			Rollout: r.ID, Step: step, Unit: h.units[unit].ID, Source: tally.Source{Kind: "plan", ID: "p-" + unit},
		})
	})
}

func (h *house) unfulfil(t *testing.T, r rollout.Rollout, step rollout.Step, unit string) {
	t.Helper()
	h.do(t, func(ctx context.Context, tx *db.Tx) error {
		return rollout.Unfulfil(ctx, tx, h.clerk(unit), rollout.Fulfilment{Rollout: r.ID, Step: step, Unit: h.units[unit].ID}, "nhầm")
	})
}

func (h *house) extend(t *testing.T, r rollout.Rollout, step rollout.Step, unit string, day vn.Day) (n int, err error) {
	t.Helper()
	err = h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = rollout.Extend(ctx, tx, h.secretary("khoi"), r.ID, step, h.units[unit].ID, day, "bận")
		return err
	})
	return n, err
}

// own is a figure of one unit, total one of its subtree.
func (h *house) own(t *testing.T, r rollout.Rollout, unit, lane string) (n int64) {
	t.Helper()
	h.see(t, func(ctx context.Context, tx *db.Tx) error {
		v, err := tally.Own(ctx, tx, r.Sheet, h.units[unit].ID)
		n = v.Get(rollout.Kind().Lane(lane))
		return err
	})
	return n
}

func (h *house) total(t *testing.T, r rollout.Rollout, unit, lane string) (n int64) {
	t.Helper()
	h.see(t, func(ctx context.Context, tx *db.Tx) error {
		v, err := tally.Total(ctx, tx, r.Sheet, h.units[unit].ID)
		n = v.Get(rollout.Kind().Lane(lane))
		return err
	})
	return n
}

// owes returns how a unit's obligations stand today, by step.
func (h *house) owes(t *testing.T, r rollout.Rollout, unit string) map[rollout.Step]rollout.Standing {
	t.Helper()
	all := map[rollout.Step]rollout.Standing{}
	h.see(t, func(ctx context.Context, tx *db.Tx) error {
		list, err := rollout.Obligations(ctx, tx, h.secretary("khoi"), r.ID)
		for _, o := range list {
			if o.UnitKey == unit {
				all[o.Step] = o.Standing(vn.DayOf(tx.Now))
			}
		}
		return err
	})
	return all
}

// proven fails the test if a figure is not what posts and records say, or a
// unit's persons pass those due.
func (h *house) proven(t *testing.T, r rollout.Rollout, after string) {
	t.Helper()
	p, err := tally.Prove(t.Context(), h.db, map[string]tally.Recount{"rollout": tally.Together(rollout.Recount, follow.Recount)})
	if err != nil || p.Mismatches > 0 {
		t.Fatalf("after %s: %d mismatches, %v\n%q", after, p.Mismatches, err, p.Details)
	}
	for key := range h.units {
		due := h.own(t, r, key, "expected") - h.own(t, r, key, "exempt")
		if got := h.own(t, r, key, "persons") + h.own(t, r, key, "declared_persons"); got > due || got < 0 {
			t.Fatalf("after %s: %s counts %d persons of %d due", after, key, got, due)
		}
	}
}

// notices counts the notices with a key.
func (h *house) notices(t *testing.T, key string) (n int) {
	t.Helper()
	h.see(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.One(ctx, `SELECT count(*) FROM notice WHERE key = $1`, []any{key}, &n)
	})
	return n
}

// ended names how a verb ended.
func ended(err error) string {
	if err == nil {
		return "done"
	}
	switch fault.Of(err).Kind {
	case fault.NotFound:
		return "not found"
	case fault.Denied:
		return "denied"
	case fault.Conflict:
		return "conflict"
	case fault.Invalid:
		return "invalid"
	}
	return err.Error()
}
