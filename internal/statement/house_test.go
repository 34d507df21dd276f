package statement_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
	"nhipcau/internal/statement"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const tree = "doan"

var noFile file.Blob

// house is a bloc of three units, the first with a cell of its own, on 12 October
// 2020; another bloc stands beside it under the top.
type house struct {
	db    *db.DB
	now   atomic.Int64
	units map[string]org.Unit
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{db: dbtest.Open(t), units: map[string]org.Unit{}}
	tally.Attach(h.db)
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.at("2020-10-12")
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: "đoàn", From: "2020-01-02"}
		}
		if h.units["top"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đoàn", n("top")); err != nil {
			return err
		}
		for _, at := range [][2]string{{"top", "khoi"}, {"top", "khac"}, {"khoi", "mot"}, {"khoi", "hai"}, {"khoi", "ba"}, {"mot", "to"}} {
			if h.units[at[1]], err = org.Create(ctx, tx, auth.System(tree), at[0], n(at[1])); err != nil {
				return err
			}
		}
		return nil
	})
	return h
}

// at sets the clock to 08:00 of a day.
func (h *house) at(day vn.Day) { h.now.Store(day.Start().Add(8 * time.Hour).Unix()) }

func (h *house) as(unit string, roles ...auth.Role) auth.Actor {
	u := h.units[unit]
	return auth.Actor{
		Login: "ai-" + unit, Name: "Người của " + unit, Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: roles,
	}
}

func (h *house) clerk(unit string) auth.Actor     { return h.as(unit, auth.Clerk) }
func (h *house) secretary(unit string) auth.Actor { return h.as(unit, auth.Secretary) }

func (h *house) write(t *testing.T, f db.Work) error {
	t.Helper()
	return h.db.Write(t.Context(), f)
}

// asked is a form of four items.
func asked() statement.Form {
	return statement.Form{Title: "Kết quả học tập", Period: "năm 2020", LastDay: "2020-12-31", Items: []statement.Item{
		{Key: "models", Label: "Mô hình mới", Word: "mô hình", Sort: statement.Count},
		{Key: "students", Label: "Học viên", Word: "học viên", Sort: statement.Count},
		{Key: "cells", Label: "Chi đoàn đã ký cam kết", Word: "chi đoàn", Sort: statement.Ratio},
		{Key: "share", Label: "Tỷ lệ tham gia", Sort: statement.Percent},
	}}
}

func (h *house) opened(t *testing.T) (f statement.Form) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = statement.Open(ctx, tx, h.clerk("khoi"), asked())
		return err
	})
	return f
}

func says(figures ...statement.Figure) statement.Statement {
	return statement.Statement{Figures: figures, Paper: "Báo cáo số 12-BC/ĐTN", Signer: "Trần Văn Ký", Day: "2020-10-10"}
}

func count(item string, n int64, b statement.Bound) statement.Figure {
	return statement.Figure{Item: item, Value: n, Bound: b}
}

func (h *house) state(t *testing.T, by auth.Actor, f statement.Form, unit string, s statement.Statement) (statement.Statement, error) {
	t.Helper()
	err := h.write(t, func(ctx context.Context, tx *db.Tx) error {
		said, err := statement.State(ctx, tx, by, f.ID, unit, s, noFile)
		if err == nil {
			s = said
		}
		return err
	})
	return s, err
}

func (h *house) correct(t *testing.T, by auth.Actor, f statement.Form, unit string, s statement.Statement) (said statement.Statement, err error) {
	t.Helper()
	err = h.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		said, err = statement.Correct(ctx, tx, by, f.ID, unit, s, noFile)
		return err
	})
	return said, err
}

func (h *house) withdraw(t *testing.T, by auth.Actor, f statement.Form, unit, id, reason string) error {
	t.Helper()
	return h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return statement.Withdraw(ctx, tx, by, f.ID, unit, id, reason)
	})
}

func (h *house) close(t *testing.T, by auth.Actor, f statement.Form) error {
	t.Helper()
	return h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return statement.Close(ctx, tx, by, f.ID, f.Version)
	})
}

// sum is what an item adds up to under a unit.
func (h *house) sum(t *testing.T, f statement.Form, unit string, n int) (s statement.Sum) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		v, err := tally.Total(ctx, tx, f.Sheet, h.units[unit].ID)
		s = statement.SumOf(v, n)
		return err
	})
	return s
}

func (h *house) history(t *testing.T, f statement.Form, unit string) (all []statement.Statement) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = statement.History(ctx, tx, f, h.units[unit].ID)
		return err
	})
	return all
}

// proven fails the test if a figure is not what posts and statements say.
func (h *house) proven(t *testing.T, after string) {
	t.Helper()
	p, err := tally.Prove(t.Context(), h.db, map[string]tally.Recount{statement.Kind().Name: statement.Recount})
	if err != nil || p.Mismatches > 0 {
		t.Fatalf("after %s: %d mismatches, %v\n%q", after, p.Mismatches, err, p.Details)
	}
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

// fields returns the fields at fault with their messages.
func fields(err error) map[string]string {
	all := map[string]string{}
	if err != nil {
		for k, v := range fault.Of(err).Fields {
			all[k] = v.Key
		}
	}
	return all
}
