package reform_test

import (
	"context"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/guidance"
	"nhipcau/internal/lineage"
	"nhipcau/internal/org"
	"nhipcau/internal/reform"
	"nhipcau/internal/tally"
	"nhipcau/internal/target"
	"nhipcau/internal/task"
	"nhipcau/internal/vn"
)

const tree = "doan"

// house is a unit with two cells and a unit beside it.
type house struct {
	db    *db.DB
	now   atomic.Int64
	units map[string]org.Unit
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{db: dbtest.OpenSQLite(t), units: map[string]org.Unit{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		h.db = dbtest.Open(t)
	}
	tally.Attach(h.db)
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.at("2025-05-12")
	h.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: "đoàn", From: "2020-01-02"}
		}
		if h.units["khoi"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đoàn", n("khoi")); err != nil {
			return err
		}
		for _, at := range [][2]string{{"khoi", "mot"}, {"khoi", "hai"}, {"mot", "to1"}, {"mot", "to2"}} {
			if h.units[at[1]], err = org.Create(ctx, tx, auth.System(tree), at[0], n(at[1])); err != nil {
				return err
			}
		}
		return nil
	})
	return h
}

func (h *house) at(day vn.Day) { h.now.Store(day.Start().Add(8 * time.Hour).Unix()) }

func (h *house) write(t *testing.T, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	dbtest.Write(t, h.db, f)
}

// as is somebody of a unit as a session makes them: with what the unit has taken over.
func (h *house) as(t *testing.T, unit string, roles ...auth.Role) (by auth.Actor) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		u, err := org.ByID(ctx, tx, tree, h.units[unit].ID)
		if err != nil {
			return err
		}
		by = auth.Actor{Login: "ai-" + unit, Name: "Người của " + unit, Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: roles}
		by.Before, err = lineage.Before(ctx, tx, tree, u.ID)
		return err
	})
	return by
}

// open is what the cell to2 has open.
type open struct{ task, given, target, guidance string }

// busy gives to2 work of every sort.
func (h *house) busy(t *testing.T) (o open) {
	mot, to2 := h.as(t, "mot", auth.Clerk), h.as(t, "to2", auth.Clerk)
	h.write(t, func(ctx context.Context, tx *db.Tx) error {
		if _, err := task.Give(ctx, tx, mot, task.Form{Text: "Mở lớp", Deliverable: "Danh sách", Leads: []string{"to2"}}); err != nil {
			return err
		}
		all, err := task.List(ctx, tx, to2, task.Filter{Side: task.Mine}, 0, 10)
		if err != nil {
			return err
		}
		o.task = all[0].ID
		if _, err := task.Give(ctx, tx, mot, task.Form{Text: "Trực", Deliverable: "Sổ", Leads: []string{"to1"}, Partners: []string{"to2"}}); err != nil {
			return err
		}
		g, err := task.Give(ctx, tx, to2, task.Form{Text: "Tự làm", Deliverable: "Sổ", Leads: []string{"to2"}})
		if err != nil {
			return err
		}
		o.given = g.ID
		x, err := target.Make(ctx, tx, mot, nil, target.Target{
			Label: "Kết nạp", Word: "người", Direction: target.Least, From: "2025-01-01", Points: []target.Point{{Name: "Năm", To: "2026-01-01", Value: 10}},
		})
		if err != nil {
			return err
		}
		if err := target.Open(ctx, tx, mot, x.ID, x.Version); err != nil {
			return err
		}
		o.target = x.ID
		if err := target.Hand(ctx, tx, mot, x.ID, "mot", 1, []target.Share{{Unit: h.units["to2"].ID, Value: 6}}, ""); err != nil {
			return err
		}
		y, err := guidance.Make(ctx, tx, mot, guidance.Guidance{
			Month: "2025-05-01", Title: "Tháng 5", Body: "Nội dung", LastDay: "2025-05-31", Points: []guidance.Point{{Text: "Sinh hoạt", Word: "buổi"}},
		})
		if err != nil {
			return err
		}
		o.guidance = y.ID
		return guidance.Publish(ctx, tx, mot, y.ID, y.Version)
	})
	return o
}

// merge lets to1 take over from to2, by a table or alone, and returns the reform and
// what its dry run said.
func (h *house) merge(t *testing.T, many bool) (id string, said map[string]int64) {
	admin := h.as(t, "khoi", auth.Administrator)
	said = map[string]int64{}
	h.write(t, func(ctx context.Context, tx *db.Tx) error {
		clear(said)
		var all []reform.Handed
		if many {
			r, err := reform.EnterMany(ctx, tx, admin, reform.Table{Day: vn.DayOf(tx.Now), Decision: "Quyết định số 7", Lines: []reform.Line{
				{N: 1, Act: reform.Into, Unit: "to2", Target: "to1"},
			}})
			if err != nil {
				return err
			}
			_, trial, err := reform.Trying(ctx, tx, admin, r.ID)
			if err != nil {
				return err
			}
			id, all = r.ID, trial.Handed
			if err := reform.Make(ctx, tx, admin, r.ID); err != nil {
				return err
			}
		} else {
			f := reform.Form{Kind: reform.Close, Unit: "to2", Target: "to1", Day: vn.DayOf(tx.Now), Decision: "Quyết định số 7"}
			p, err := reform.Try(ctx, tx, admin, f)
			if err != nil {
				return err
			}
			r, err := reform.Enter(ctx, tx, admin, f)
			if err != nil {
				return err
			}
			id, all = r.ID, p.Handed
		}
		for _, x := range all {
			said[x.What] = x.N
		}
		return nil
	})
	return id, said
}

// TestHandedOver merges a cell that has work of every sort into another: that one goes
// on with it, what was counted stays, and the undoing gives all of it back.
func TestHandedOver(t *testing.T) {
	for name, many := range map[string]bool{"alone": false, "table": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			o := h.busy(t)
			h.owes(t, "to1", 1, 0, 1)
			h.owes(t, "to2", 2, 1, 1)
			id, said := h.merge(t, many)
			for what, n := range map[string]int64{"tasks": 2, "given": 1, "partners": 1, "targets": 1, "guidance": 1} {
				if said[what] != n {
					t.Errorf("the dry run says %d %s, want %d", said[what], what, n)
				}
			}
			h.owes(t, "to1", 3, 1, 2)
			h.undo(t, id)
			h.owes(t, "to1", 1, 0, 1)
			h.owes(t, "to2", 2, 1, 1)
			_, _ = h.merge(t, many)
			h.answers(t, o)
			h.owes(t, "to1", 2, 0, 0)
			h.proved(t)
		})
	}
}

// owes is how many tasks, shares of targets and guidance a unit has to answer.
func (h *house) owes(t *testing.T, unit string, tasks, targets, told int) {
	t.Helper()
	by := h.as(t, unit, auth.Clerk)
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		a, err := task.Owing(ctx, tx, by, 100)
		if err != nil {
			return err
		}
		b, err := target.Owing(ctx, tx, by)
		if err != nil {
			return err
		}
		c, err := guidance.Owing(ctx, tx, by)
		if len(a) != tasks || len(b) != targets || len(c) != told {
			t.Errorf("%s owes %d tasks, %d targets, %d guidance; want %d, %d, %d", unit, len(a), len(b), len(c), tasks, targets, told)
		}
		return err
	})
}

func (h *house) undo(t *testing.T, id string) {
	t.Helper()
	admin := h.as(t, "khoi", auth.Administrator)
	h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return reform.Undo(ctx, tx, admin, id, "Nhập nhầm")
	})
}

// answers lets to1 do what to2 had been given; somebody of hai may not.
func (h *house) answers(t *testing.T, o open) {
	t.Helper()
	by, other := h.as(t, "to1", auth.Clerk), h.as(t, "hai", auth.Clerk)
	other.Path = h.units["khoi"].Path // sees it, and does not answer for it
	finish := func(by auth.Actor) error {
		return h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			x, err := task.Get(ctx, tx, by, o.task)
			if err != nil {
				return err
			}
			return task.Finish(ctx, tx, by, o.task, x.Version, "Đã xong")
		})
	}
	if err := finish(other); !fault.Is(err, fault.Denied) {
		t.Errorf("somebody else finishes it: %v", err)
	}
	if err := finish(by); err != nil {
		t.Errorf("to1 finishes the task of to2: %v", err)
	}
	h.write(t, func(ctx context.Context, tx *db.Tx) error {
		if err := target.Reply(ctx, tx, by, o.target, "to2", 1, 6, ""); err != nil {
			return err
		}
		to2, err := lineage.InStead(ctx, tx, by, "to2")
		if err != nil {
			return err
		}
		if _, err := lineage.InStead(ctx, tx, other, "to2"); !fault.Is(err, fault.Denied) {
			t.Errorf("somebody else stands for to2: %v", err)
		}
		if err := guidance.Receive(ctx, tx, to2, o.guidance); err != nil {
			return err
		}
		orders, err := task.Orders(ctx, tx, by, "", 0, 10)
		if len(orders) != 1 || orders[0].ID != o.given {
			t.Errorf("to1 gave %+v", orders)
		}
		return err
	})
	h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return guidance.Receive(ctx, tx, by, o.guidance)
	})
	h.write(t, func(ctx context.Context, tx *db.Tx) error {
		for _, b := range []auth.Actor{by, by.As(h.units["to2"].ID, "to2")} {
			if err := guidance.Report(ctx, tx, b, o.guidance, 0, guidance.Deed{Point: 1, Count: 1, Day: "2025-05-12"}, file.Blob{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// proved holds every total against the records, and what mot gave against what was
// given to its cells.
func (h *house) proved(t *testing.T) {
	t.Helper()
	p, err := tally.Prove(t.Context(), h.db, map[string]tally.Recount{
		task.Kind().Name: task.Recount, target.Kind().Name: target.Recount, guidance.Kind().Name: guidance.Recount,
	})
	if err != nil || p.Mismatches > 0 || p.Sheets == 0 {
		t.Errorf("got %+v, %v", p, err)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		_, total, err := task.Counts(ctx, tx, h.units["mot"].ID, "2025")
		if given, done := total.Get(task.Kind().Lane("given")), total.Get(task.Kind().Lane("done")); given != 2 || done != 1 {
			t.Errorf("mot gave %d, of which %d are done", given, done)
		}
		return err
	})
}
