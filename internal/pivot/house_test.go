package pivot_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/pivot"
	"nhipcau/internal/reform"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const tree = "doan"

// house is a tree that a form is asked of, and, beside it, what every unit returned
// and what stood under what when each period was opened.
type house struct {
	db      *db.DB
	now     atomic.Int64
	units   map[string]org.Unit
	above   map[string]string // of today
	form    form.Form
	periods []kept
}

// kept is a period as the test remembers it.
type kept struct {
	filing.Period
	above    map[string]string
	returned map[string]filing.Figures
}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{db: dbtest.OpenSQLite(t), units: map[string]org.Unit{}, above: map[string]string{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		h.db = dbtest.Open(t)
	}
	tally.Attach(h.db)
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.at("2025-01-05")
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		h.units["top"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đoàn", newUnit("top"))
		return err
	})
	h.add(t, "top", "khoi", "khac")
	return h
}

func newUnit(key string) org.NewUnit {
	return org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: "đoàn", From: "2020-01-02"}
}

func (h *house) at(day vn.Day) { h.now.Store(day.Start().Add(8 * time.Hour).Unix()) }

func (h *house) add(t testing.TB, above string, keys ...string) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		for _, key := range keys {
			if h.units[key], err = org.Create(ctx, tx, auth.System(tree), above, newUnit(key)); err != nil {
				return err
			}
			h.above[key] = above
		}
		return nil
	})
}

func (h *house) clerk(unit string) auth.Actor {
	u := h.units[unit]
	return auth.Actor{Login: "ai-" + unit, Name: "Người của " + unit, Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: []auth.Role{auth.Clerk}}
}

// merge merges a unit into another on a day, as an administrator does.
func (h *house) merge(t testing.TB, unit, into string) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		admin := h.clerk("khoi")
		admin.Roles = []auth.Role{auth.Administrator}
		r, err := reform.EnterMany(ctx, tx, admin, reform.Table{Day: vn.DayOf(tx.Now), Decision: "Quyết định số 7", Lines: []reform.Line{{N: 1, Act: reform.Into, Unit: unit, Target: into}}})
		if err != nil {
			return err
		}
		return reform.Make(ctx, tx, admin, r.ID)
	})
	delete(h.above, unit)
}

// items are of all ways to put figures together, two formulas and a text.
var items = []form.Item{
	{Key: "classes", Label: "Lớp học", High: 1000},
	{Key: "members", Label: "Đoàn viên", Over: form.Last, High: 1000},
	{Key: "least", Label: "Ít nhất", Over: form.Min, High: 1000},
	{Key: "most", Label: "Nhiều nhất", Over: form.Max, High: 1000},
	{Key: "hours", Label: "Giờ", Decimals: 1, High: 1000},
	{Key: "done", Label: "Đã họp", Kind: form.YesNo},
	{Key: "share", Label: "Bình quân", Kind: form.Formula, Decimals: 2, Formula: "classes / members"},
	{Key: "change", Label: "Tăng giảm", Kind: form.Formula, Formula: "members - prev(members)"},
	{Key: "words", Label: "Nhận xét", Kind: form.Text},
}

// ask opens the form.
func (h *house) ask(t testing.TB, asks form.Asks, items []form.Item) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		by := h.clerk("khoi")
		if h.form, err = form.Make(ctx, tx, by, form.Form{Title: "Số liệu tháng", Asks: asks, Items: items}); err != nil {
			return err
		}
		return form.Open(ctx, tx, by, h.form.ID, h.form.Version)
	})
}

// month opens the period of a month of 2025.
func (h *house) month(t testing.TB, n int) *kept {
	t.Helper()
	k := kept{above: map[string]string{}, returned: map[string]filing.Figures{}}
	from, to := vn.MakeDay(2025, n, 1), vn.MakeDay(2025, n+1, 1)
	h.at(from.AddDays(5))
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		k.Period, err = filing.OpenPeriod(ctx, tx, h.clerk("khoi"), h.form.ID, filing.Period{Name: fmt.Sprintf("Tháng %d/2025", n), From: from, To: to, LastDay: to})
		return err
	})
	for unit, above := range h.above {
		k.above[unit] = above
	}
	h.periods = append(h.periods, k)
	return &h.periods[len(h.periods)-1]
}

// returns has a unit return figures.
func (h *house) returns(t testing.TB, k *kept, unit string, f filing.Figures) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		_, err := filing.Submit(ctx, tx, h.clerk(unit), k.ID, unit, 0, f, "")
		return err
	})
	k.returned[unit] = f
}

func (h *house) get(t testing.TB, by auth.Actor, unit string, ask pivot.Ask) (p pivot.Pivot, err error) {
	t.Helper()
	if ask.Form == "" {
		ask.Form = h.form.ID
	}
	err = h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = pivot.Get(ctx, tx, by, unit, ask)
		return err
	})
	return p, err
}

// some are figures of a unit: some are blank and some zero.
func some(r *rand.Rand) filing.Figures {
	f := filing.Figures{}
	for _, key := range []string{"classes", "members", "least", "most", "hours", "done"} {
		switch r.IntN(4) {
		case 0: // blank
		case 1:
			f[key] = 0
		default:
			f[key] = r.Int64N(900)
			if key == "done" {
				f[key] = 1
			}
		}
	}
	return f
}
