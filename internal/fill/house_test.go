package fill_test

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

// asked is a form of three figures and a text, with steps.
func asked(steps form.Steps) form.Form {
	return form.Form{Title: "Số liệu tháng", Asks: form.Leaf, Steps: steps, Items: []form.Item{
		{Key: "members", Section: "Tổ chức", Label: "Đoàn viên", Word: "người", Over: form.Last, Needed: true, High: 1000},
		{Key: "classes", Section: "Học tập", Label: "Lớp học", Word: "lớp", High: 50},
		{Key: "spent", Section: "Học tập", Label: "Kinh phí", Word: "triệu đồng", Decimals: 1, High: 10_000},
		{Key: "story", Section: "Đánh giá", Label: "Đánh giá chung", Kind: form.Text},
	}}
}

// opened opens a form of the bloc with a period for each of some months.
func (h *house) opened(t testing.TB, f form.Form, months int) (all []filing.Period) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		all = nil
		made, err := form.Make(ctx, tx, h.clerk("khoi"), f)
		if err != nil {
			return err
		}
		if err := form.Open(ctx, tx, h.clerk("khoi"), made.ID, made.Version); err != nil {
			return err
		}
		for n := range months {
			from := vn.MakeDay(2024, n+1, 1)
			p, err := filing.OpenPeriod(ctx, tx, h.clerk("khoi"), made.ID, filing.Period{Name: fmt.Sprint("Kỳ ", n+1), From: from, To: from.AddDays(28), LastDay: from.AddDays(35)})
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all
}

// do writes what a verb does.
func (h *house) do(t testing.TB, f func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return h.db.Write(t.Context(), f)
}

// file returns figures as the unit's clerk.
func (h *house) file(t testing.TB, period, unit string, seen int64, f filing.Figures) {
	t.Helper()
	if err := h.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := filing.Submit(ctx, tx, h.clerk(unit), period, unit, seen, f, "sửa")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func wantKind(t testing.TB, what string, err error, k fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, k) || fault.Of(err).Text.Key != key {
		t.Errorf("%s: got %v, want %s", what, err, key)
	}
}

func (h *house) create(ctx context.Context, tx *db.Tx, parent, key string) (org.Unit, error) {
	return org.Create(ctx, tx, auth.System(tree), parent, org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: "đoàn", From: "2020-01-02"})
}
