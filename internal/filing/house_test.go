package filing_test

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
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const tree = "doan"

// house is a bloc of three units, the first with two cells of its own, in March
// 2025; another bloc stands beside it under the top.
type house struct {
	db    *db.DB
	now   atomic.Int64
	units map[string]org.Unit
}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{db: dbtest.OpenSQLite(t), units: map[string]org.Unit{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		h.db = dbtest.Open(t)
	}
	tally.Attach(h.db)
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.at("2025-03-25")
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

// asked is a form of four items.
func asked(asks form.Asks) form.Form {
	return form.Form{Title: "Số liệu tháng", Asks: asks, Items: []form.Item{
		{Key: "members", Section: "Tổ chức", Label: "Đoàn viên", Word: "người", Needed: true, High: 1000},
		{Key: "admitted", Section: "Tổ chức", Label: "Kết nạp mới", Word: "người", High: 100},
		{Key: "classes", Section: "Học tập", Label: "Lớp học", Word: "lớp", High: 50},
		{Key: "change", Section: "Học tập", Label: "Tăng giảm", Word: "người", Low: -100, High: 100},
	}}
}

var march = filing.Period{Name: "Tháng 3/2025", From: "2025-03-01", To: "2025-04-01", LastDay: "2025-04-05"}

// opened opens a form of the bloc and a period of it.
func (h *house) opened(t testing.TB, f form.Form) (p filing.Period) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		made, err := form.Make(ctx, tx, h.clerk("khoi"), f)
		if err != nil {
			return err
		}
		if err := form.Open(ctx, tx, h.clerk("khoi"), made.ID, made.Version); err != nil {
			return err
		}
		p, err = filing.OpenPeriod(ctx, tx, h.clerk("khoi"), made.ID, march)
		return err
	})
	return p
}

func (h *house) submit(t testing.TB, by auth.Actor, period, unit string, seen int64, f filing.Figures, reason string) (r filing.Return, err error) {
	t.Helper()
	err = h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = filing.Submit(ctx, tx, by, period, unit, seen, f, reason)
		return err
	})
	return r, err
}

func (h *house) withdraw(t testing.TB, by auth.Actor, period, unit string, seen int64, reason string) error {
	t.Helper()
	return h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := filing.Withdraw(ctx, tx, by, period, unit, seen, reason)
		return err
	})
}

// total returns the figures of a unit and all under it, by lane.
func (h *house) total(t testing.TB, p filing.Period, unit string) (v tally.Vec) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = tally.Total(ctx, tx, p.Sheet, h.units[unit].ID)
		return err
	})
	return v
}

// proven holds the deep proof of all sheets.
func (h *house) proven(t testing.TB) {
	t.Helper()
	r, err := tally.Prove(t.Context(), h.db, map[string]tally.Recount{filing.Kind().Name: filing.Recount})
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

func wantFields(t testing.TB, what string, err error, fields map[string]string) {
	t.Helper()
	got := map[string]string{}
	if fault.Is(err, fault.Invalid) {
		for f, text := range fault.Of(err).Fields {
			got[f] = text.Key
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(fields) {
		t.Errorf("%s: got %v (%v), want %v", what, got, err, fields)
	}
}
