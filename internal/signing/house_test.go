package signing_test

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
	"nhipcau/internal/signing"
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

// asked is a form of three figures and a text, with steps.
func asked(steps form.Steps) form.Form {
	return form.Form{Title: "Số liệu tháng", Asks: form.Leaf, Steps: steps, Items: []form.Item{
		{Key: "members", Section: "Tổ chức", Label: "Đoàn viên", Word: "người", Over: form.Last, Needed: true, High: 1000},
		{Key: "classes", Section: "Học tập", Label: "Lớp học", Word: "lớp", High: 50},
		{Key: "spent", Section: "Học tập", Label: "Kinh phí", Word: "triệu đồng", Decimals: 1, High: 10_000},
		{Key: "story", Section: "Đánh giá", Label: "Đánh giá chung", Kind: form.Text},
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

// do writes what a verb does.
func (h *house) do(t testing.TB, f func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return h.db.Write(t.Context(), f)
}

func (h *house) submit(t testing.TB, by auth.Actor, period, unit string, e filing.Entry) (r signing.Report, err error) {
	t.Helper()
	err = h.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = signing.Submit(ctx, tx, by, period, unit, e)
		return err
	})
	return r, err
}

func (h *house) accept(t testing.TB, by auth.Actor, period, unit string, seen int64) error {
	t.Helper()
	return h.do(t, func(ctx context.Context, tx *db.Tx) error { return signing.Accept(ctx, tx, by, period, unit, seen) })
}

func (h *house) giveBack(t testing.TB, by auth.Actor, period, unit string, seen int64, back signing.Back) error {
	t.Helper()
	return h.do(t, func(ctx context.Context, tx *db.Tx) error {
		return signing.Return(ctx, tx, by, period, unit, seen, back)
	})
}

func (h *house) get(t testing.TB, by auth.Actor, period, unit string) (c signing.Case) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = signing.Get(ctx, tx, by, period, unit)
		return err
	})
	return c
}

// wantState checks how a report stands.
func (h *house) wantState(t testing.TB, period, unit string, state signing.State) signing.Case {
	t.Helper()
	c := h.get(t, h.clerk("khoi"), period, unit)
	if c.Report.State != state {
		t.Errorf("%s is %q, want %q", unit, c.Report.State, state)
	}
	return c
}

// broken returns what the proof of signatures says.
func (h *house) broken(t testing.TB) (lines []string) {
	t.Helper()
	if err := signing.Prove(t.Context(), h.db, func(line string) { lines = append(lines, line) }); err != nil {
		t.Fatal(err)
	}
	return lines
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
	if lines := h.broken(t); len(lines) > 0 {
		t.Errorf("got %q", lines)
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
