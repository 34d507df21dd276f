package target_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/target"
	"nhipcau/internal/vn"
)

const tree = "doan"

// house is a bloc of three units, the first with two cells of its own; another unit
// stands beside it under the top.
type house struct {
	db    *db.DB
	now   atomic.Int64
	units map[string]org.Unit
	got   map[string]int64 // what each unit itself has reached, by key
}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{db: dbtest.OpenSQLite(t), units: map[string]org.Unit{}, got: map[string]int64{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		h.db = dbtest.Open(t)
	}
	tally.Attach(h.db)
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.at("2025-05-10")
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: "đoàn", From: "2020-01-02"}
		}
		if h.units["top"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đoàn", n("top")); err != nil {
			return err
		}
		for _, at := range [][2]string{{"top", "khoi"}, {"top", "khac"}, {"khoi", "mot"}, {"khoi", "hai"}, {"khoi", "ba"}, {"mot", "to1"}, {"mot", "to2"}} {
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

func (h *house) clerk(unit string) auth.Actor { return h.as(unit, auth.Clerk) }

// feeds is one feed: what units have reached, each with those under it, of which only
// the bloc and those under it may be seen by people of the bloc.
func (h *house) feeds() target.Feeds {
	return target.Feeds{{
		Key: "got", Label: "x", Past: true,
		Choices: func(context.Context, *db.Tx, auth.Actor) ([]target.Choice, error) {
			return []target.Choice{{Of: "all", Text: "Tất cả"}}, nil
		},
		Named: func(_ context.Context, _ *db.Tx, _ auth.Actor, of string) (target.Choice, error) {
			if of != "all" {
				return target.Choice{}, fault.New(fault.NotFound, "error.not_found")
			}
			return target.Choice{Of: of, Text: "Tất cả"}, nil
		},
		Read: func(_ context.Context, _ *db.Tx, _ auth.Actor, _ string, units []int64, _, to vn.Day) (map[int64]target.Reading, error) {
			all := map[int64]target.Reading{}
			for _, id := range units {
				for key, got := range h.got {
					if h.under(key, id) && "2025-04-01" <= to {
						all[id] = target.Reading{Value: all[id].Value + got}
					}
				}
			}
			return all, nil
		},
	}}
}

func (h *house) under(key string, top int64) bool {
	for _, u := range h.units {
		if u.ID == top {
			return len(h.units[key].Path) >= len(u.Path) && h.units[key].Path[:len(u.Path)] == u.Path
		}
	}
	return false
}

func (h *house) write(t testing.TB, f func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return h.db.Write(t.Context(), f)
}

// year is a target of a year in quarters.
func year() target.Target {
	return target.Target{
		Label: "Kết nạp đoàn viên mới", Word: "người", Direction: target.Least, From: "2025-01-01", Feed: "got", FeedOf: "all",
		Points: []target.Point{{"Quý 1", "2025-04-01", 200}, {"Quý 2", "2025-07-01", 500}, {"Quý 3", "2025-10-01", 800}, {"Quý 4", "2026-01-01", 1000}},
	}
}

// opened sets a target of the bloc and issues it.
func (h *house) opened(t testing.TB, x target.Target) (made target.Target) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		if made, err = target.Make(ctx, tx, h.clerk("khoi"), h.feeds(), x); err != nil {
			return err
		}
		if err = target.Open(ctx, tx, h.clerk("khoi"), made.ID, made.Version); err != nil {
			return err
		}
		made, err = target.Get(ctx, tx, h.clerk("khoi"), made.ID)
		return err
	})
	return made
}

// hand hands down from a unit, as what it stands at now.
func (h *house) hand(t testing.TB, id, from string, shares map[string]int64, reason string) error {
	t.Helper()
	row := h.row(t, id, from)
	var all []target.Share
	for _, key := range []string{"mot", "hai", "ba", "to1", "to2", "khac"} {
		if x, ok := shares[key]; ok {
			all = append(all, target.Share{Unit: h.units[key].ID, Value: x})
		}
	}
	return h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return target.Hand(ctx, tx, h.clerk(from), id, from, row.Version, all, reason)
	})
}

func (h *house) reply(t testing.TB, id, unit string, takes int64, reason string) error {
	t.Helper()
	row := h.row(t, id, unit)
	return h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return target.Reply(ctx, tx, h.clerk(unit), id, unit, row.Version, takes, reason)
	})
}

// row is how a target stands at a unit, for the bloc.
func (h *house) row(t testing.TB, id, unit string) (r target.Row) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		by := h.clerk("khoi")
		x, err := target.Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		u, err := org.Get(ctx, tx, by, unit)
		if err != nil {
			return err
		}
		r, err = target.At(ctx, tx, by, h.feeds(), x, u)
		return err
	})
	return r
}

// wantChain holds assigned, handed down, taken by those under, and reached.
func (h *house) wantChain(t testing.TB, id, unit, want string) {
	t.Helper()
	r := h.row(t, id, unit)
	if got := fmt.Sprint(r.Value, r.Handed, r.Taken, r.Reached); got != want {
		t.Errorf("%s: got %s, want %s", unit, got, want)
	}
}

// proven holds the deep proof of all sheets.
func (h *house) proven(t testing.TB) {
	t.Helper()
	r, err := tally.Prove(t.Context(), h.db, map[string]tally.Recount{target.Kind().Name: target.Recount})
	if err != nil || r.Mismatches > 0 || r.Sheets == 0 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func wantKind(t testing.TB, what string, err error, k fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, k) || fault.Of(err).Text.Key != key {
		t.Errorf("%s: got %v, want %s", what, err, key)
	}
}

func wantField(t testing.TB, what string, err error, field, key string) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[field].Key != key {
		t.Errorf("%s: got %v, want %s at %s", what, err, key, field)
	}
}
