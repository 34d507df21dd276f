package filing_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// What a unit returns is counted up to the owner, and a correction moves the count
// by what it changes.
func TestSubmitAndCorrect(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	r, err := h.submit(t, h.clerk("hai"), p.ID, "hai", 0, filing.Figures{"members": 40, "admitted": 0}, "")
	if err != nil || r.N != 1 || !r.Stands() {
		t.Fatalf("got %+v, %v", r, err)
	}
	if _, err := h.submit(t, h.clerk("mot"), p.ID, "to1", 0, filing.Figures{"members": 5, "change": -3}, ""); err != nil {
		t.Fatal(err)
	}
	v := h.total(t, p, "khoi")
	if v.Get(0) != 2 || v.Get(1) != 45 || !v.Has(2) || v.Has(3) || v.Get(4) != -3 {
		t.Errorf("got %v", v.Delta())
	}
	// The same figures again change nothing, even from somebody who has seen nothing.
	if again, err := h.submit(t, h.clerk("khoi"), p.ID, "hai", 0, filing.Figures{"members": 40, "admitted": 0}, ""); err != nil || again.N != 1 {
		t.Errorf("got %+v, %v", again, err)
	}
	_, err = h.submit(t, h.clerk("hai"), p.ID, "hai", 0, filing.Figures{"members": 41}, "nhầm")
	wantKind(t, "who has not seen the first", err, fault.Conflict, "filing.error.changed")
	_, err = h.submit(t, h.clerk("hai"), p.ID, "hai", 1, filing.Figures{"members": 41}, " ")
	wantFields(t, "without a reason", err, map[string]string{"reason": "error.needed"})
	// Zero is taken back to empty, empty filled with zero.
	if r, err = h.submit(t, h.clerk("hai"), p.ID, "hai", 1, filing.Figures{"members": 41, "classes": 0}, "nhầm"); err != nil || r.N != 2 {
		t.Fatalf("got %+v, %v", r, err)
	}
	if _, ok := r.Figure(2); ok {
		t.Error("a figure left out is still there")
	}
	if x, ok := r.Figure(3); !ok || x != 0 {
		t.Error("a zero was lost")
	}
	if v := h.total(t, p, "khoi"); v.Get(0) != 2 || v.Get(1) != 46 || !v.Has(3) {
		t.Errorf("got %v", v.Delta())
	}
	h.proven(t)
}

// A withdrawal takes everything back and is a row of the history; figures returned
// afterwards need no reason.
func TestWithdraw(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	hai := h.clerk("hai")
	wantKind(t, "nothing to withdraw", h.withdraw(t, hai, p.ID, "hai", 0, "nhầm"), fault.Conflict, "filing.error.changed")
	if _, err := h.submit(t, hai, p.ID, "hai", 0, filing.Figures{"members": 40}, ""); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "another one seen", h.withdraw(t, hai, p.ID, "hai", 2, "nhầm"), fault.Conflict, "filing.error.changed")
	wantFields(t, "without a reason", h.withdraw(t, hai, p.ID, "hai", 1, ""), map[string]string{"reason": "error.needed"})
	if err := h.withdraw(t, hai, p.ID, "hai", 1, "chưa họp"); err != nil {
		t.Fatal(err)
	}
	if v := h.total(t, p, "top"); !v.Empty() {
		t.Errorf("above the owner: got %v", v.Delta())
	}
	if v := h.total(t, p, "khoi"); v.Get(0) != 0 || v.Get(1) != 0 {
		t.Errorf("got %v", v.Delta())
	}
	if r, err := h.submit(t, hai, p.ID, "hai", 2, filing.Figures{"members": 40}, ""); err != nil || r.N != 3 {
		t.Errorf("got %+v, %v", r, err)
	}
	var all []filing.Return
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = filing.History(ctx, tx, p.ID, h.units["hai"].ID)
		return err
	})
	if len(all) != 3 || !all[0].Stands() || all[1].Stands() || all[1].Reason != "chưa họp" || all[2].N != 1 {
		t.Errorf("got %+v", all)
	}
	h.proven(t)
}

// Every mistake is named by the field it is in.
func TestSubmitIsRefusedByField(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	for _, c := range []struct {
		what   string
		f      filing.Figures
		fields map[string]string
	}{
		{"nothing at all", nil, map[string]string{"figures": "filing.error.empty", "figures.members": "error.needed"}},
		{"a needed one missing", filing.Figures{"classes": 1}, map[string]string{"figures.members": "error.needed"}},
		{"too much and too little", filing.Figures{"members": 1001, "change": -101}, map[string]string{"figures.members": "filing.error.between", "figures.change": "filing.error.between"}},
		{"an item of none", filing.Figures{"members": 1, "other": 1}, map[string]string{"figures.other": "filing.error.unknown"}},
	} {
		_, err := h.submit(t, h.clerk("hai"), p.ID, "hai", 0, c.f, "")
		wantFields(t, c.what, err, c.fields)
	}
	if v := h.total(t, p, "khoi"); !v.Empty() {
		t.Errorf("got %v", v.Delta())
	}
}

// Who may return what: one's own and what is under one, as clerk or secretary,
// where the form asks and the period is open.
func TestWhoSubmits(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	one := filing.Figures{"members": 1}
	for _, c := range []struct {
		what string
		by   auth.Actor
		unit string
		kind fault.Kind
		key  string
	}{
		{"a unit beside", h.clerk("ba"), "hai", fault.NotFound, "error.not_found"},
		{"a bloc beside, of its own", h.clerk("khac"), "khac", fault.NotFound, "error.not_found"},
		{"a member", h.as("hai", auth.Member), "hai", fault.Denied, "filing.error.may_submit"},
		{"an inspector from above", h.as("top", auth.Inspector), "hai", fault.Denied, "filing.error.may_submit"},
		{"one that is not asked", h.clerk("mot"), "mot", fault.Conflict, "filing.error.not_asked"},
		{"one outside the form, from above both", h.clerk("top"), "khac", fault.Conflict, "filing.error.not_on"},
		{"no such unit", h.clerk("top"), "nowhere", fault.NotFound, "error.not_found"},
	} {
		_, err := h.submit(t, c.by, p.ID, c.unit, 0, one, "")
		wantKind(t, c.what, err, c.kind, c.key)
		wantKind(t, c.what+", withdrawing", h.withdraw(t, c.by, p.ID, c.unit, 1, "x"), c.kind, c.key)
	}
	_, err := h.submit(t, h.clerk("hai"), "nothing", "hai", 0, one, "")
	wantKind(t, "no such period", err, fault.NotFound, "error.not_found")
	for _, by := range []auth.Actor{h.as("to1", auth.Secretary), h.clerk("top")} {
		if _, err := h.submit(t, by, p.ID, "to1", 0, one, ""); err != nil {
			t.Errorf("%s: %v", by.Name, err)
		}
	}
	if err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return filing.ClosePeriod(ctx, tx, h.clerk("khoi"), p.ID, 1)
	}); err != nil {
		t.Fatal(err)
	}
	_, err = h.submit(t, h.clerk("hai"), p.ID, "hai", 0, one, "")
	wantKind(t, "a closed period", err, fault.Conflict, "filing.error.closed")
	h.proven(t)
}

// A form is made by its unit, amended as a draft, opened once; periods are opened
// while it is open, and closed with it.
func TestStagesOfAForm(t *testing.T) {
	h := build(t)
	khoi := h.clerk("khoi")
	do := func(f db.Work) error { return h.db.Write(t.Context(), f) }
	var f form.Form
	bad := asked("sometimes")
	bad.Title, bad.Items = " ", nil
	wantFields(t, "nothing filled in", do(func(ctx context.Context, tx *db.Tx) error { _, err := form.Make(ctx, tx, khoi, bad); return err }),
		map[string]string{"title": "error.needed", "asks": "error.needed", "items": "form.error.items"})
	for key, change := range map[string]func(i []form.Item){
		"form.error.item":  func(i []form.Item) { i[1].Label = "" },
		"form.error.key":   func(i []form.Item) { i[1].Key = "members" },
		"form.error.range": func(i []form.Item) { i[1].Low = 101 },
	} {
		g := asked(form.Leaf)
		change(g.Items)
		wantFields(t, key, do(func(ctx context.Context, tx *db.Tx) error { _, err := form.Make(ctx, tx, khoi, g); return err }), map[string]string{"items": key})
	}
	err := do(func(ctx context.Context, tx *db.Tx) error {
		_, err := form.Make(ctx, tx, h.as("khoi", auth.Member), asked(form.Leaf))
		return err
	})
	wantKind(t, "a member", err, fault.Denied, "form.error.may_make")
	if err := do(func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = form.Make(ctx, tx, khoi, asked(form.All))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	see := func(by auth.Actor) error {
		return h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error { _, err := form.Get(ctx, tx, by, f.ID); return err })
	}
	if !fault.Is(see(h.clerk("hai")), fault.NotFound) || see(h.clerk("top")) != nil {
		t.Error("a draft is for its owner and those above")
	}
	period := func(by auth.Actor, p filing.Period) error {
		return do(func(ctx context.Context, tx *db.Tx) error {
			_, err := filing.OpenPeriod(ctx, tx, by, f.ID, p)
			return err
		})
	}
	wantKind(t, "a period of a draft", period(khoi, march), fault.Conflict, "filing.error.not_open")
	g := asked(form.Under)
	g.Items = g.Items[:2]
	amend := func(by auth.Actor, version int64) error {
		return do(func(ctx context.Context, tx *db.Tx) error { return form.Amend(ctx, tx, by, f.ID, version, g) })
	}
	wantKind(t, "somebody above", amend(h.clerk("top"), 1), fault.Denied, "form.error.may_keep")
	wantKind(t, "an old version", amend(khoi, 7), fault.Conflict, "error.conflict")
	if err := amend(khoi, 1); err != nil {
		t.Fatal(err)
	}
	move := func(verb func(context.Context, *db.Tx, auth.Actor, string, int64) error, version int64) error {
		return do(func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, khoi, f.ID, version) })
	}
	if err := move(form.Open, 2); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "opened twice", move(form.Open, 3), fault.Conflict, "form.error.stage")
	wantKind(t, "amended after", amend(khoi, 3), fault.Conflict, "form.error.opened")
	if see(h.clerk("hai")) != nil || !fault.Is(see(h.clerk("khac")), fault.NotFound) {
		t.Error("an open form is for those it asks, and no others")
	}
	wantFields(t, "a period without days", period(khoi, filing.Period{To: "2025-03-01", From: "2025-04-01", LastDay: "2025-03-05"}),
		map[string]string{"name": "error.needed", "to": "filing.error.order", "last": "filing.error.before"})
	wantKind(t, "a period by one below", period(h.clerk("hai"), march), fault.Denied, "form.error.may_keep")
	if err := period(khoi, march); err != nil {
		t.Fatal(err)
	}
	if err := move(filing.CloseForm, 3); err != nil {
		t.Fatal(err)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := filing.Periods(ctx, tx, f.ID, 0, 10)
		if err == nil && (len(all) != 1 || all[0].State != form.Closed || all[0].N != 1) {
			t.Errorf("got %+v", all)
		}
		return err
	})
	wantKind(t, "a period of a closed form", period(khoi, march), fault.Conflict, "filing.error.not_open")
}

// Each way to ask asks other units, of which one sees what one owes.
func TestWhoIsAsked(t *testing.T) {
	h := build(t)
	owes := func(unit string) bool {
		var all []filing.Owed
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = filing.Owing(ctx, tx, h.clerk(unit))
			return err
		})
		return len(all) > 0
	}
	for _, c := range []struct {
		asks form.Asks
		want []string
	}{
		{form.Leaf, []string{"ba", "hai", "to1", "to2"}},
		{form.Under, []string{"ba", "hai", "mot"}},
		{form.All, []string{"ba", "hai", "mot", "to1", "to2"}},
	} {
		p := h.opened(t, asked(c.asks))
		var got []string
		for key := range h.units {
			if owes(key) {
				got = append(got, key)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v owe it, want %v", c.asks, got, c.want)
		}
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
			r, err := filing.GetRound(ctx, tx, h.clerk("khoi"), p.ID)
			if err == nil && r.Due(h.units["khoi"].ID) != int64(len(c.want)) {
				t.Errorf("%s: %d are due, want %d", c.asks, r.Due(h.units["khoi"].ID), len(c.want))
			}
			return err
		})
		for i, key := range c.want {
			if r, err := h.submit(t, h.clerk(key), p.ID, key, 0, filing.Figures{"members": int64(i)}, ""); err != nil || r.N != 1 {
				t.Fatalf("%s: %v", key, err)
			}
			if owes(key) {
				t.Errorf("%s still owes it", key)
			}
		}
		if err := h.withdraw(t, h.clerk("hai"), p.ID, "hai", 1, "nhầm"); err != nil || !owes("hai") {
			t.Errorf("after a withdrawal: %v, owed %v", err, owes("hai"))
		}
		if err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return filing.ClosePeriod(ctx, tx, h.clerk("khoi"), p.ID, 1)
		}); err != nil {
			t.Fatal(err)
		}
		if owes("hai") {
			t.Error("a closed period is owed")
		}
	}
	if !(filing.Period{LastDay: "2025-04-05"}).Late(vn.Day("2025-04-06").Start()) || (filing.Period{LastDay: "2025-04-05"}).Late(vn.Day("2025-04-05").Start()) {
		t.Error("late begins after the last day")
	}
}

// Whatever was submitted, corrected and withdrawn, by whom and however often:
// every total is the sum of the newest returns.
func TestTotalsAreTheNewestReturns(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	r := rand.New(rand.NewPCG(3, 9))
	leaves := []string{"ba", "hai", "to1", "to2"}
	seen := map[string]int64{}
	stands := map[string]filing.Figures{}
	for range 120 {
		unit := leaves[r.IntN(len(leaves))]
		if stands[unit] != nil && r.IntN(4) == 0 {
			if err := h.withdraw(t, h.clerk("khoi"), p.ID, unit, seen[unit], "rút"); err != nil {
				t.Fatal(err)
			}
			seen[unit]++
			delete(stands, unit)
			continue
		}
		f := filing.Figures{"members": r.Int64N(1001)}
		for key, most := range map[string]int64{"admitted": 2, "classes": 2, "change": 3} {
			if r.IntN(2) == 0 {
				f[key] = r.Int64N(most)
			}
		}
		got, err := h.submit(t, h.clerk(unit), p.ID, unit, seen[unit], f, "sửa")
		if err != nil {
			t.Fatal(err)
		}
		seen[unit], stands[unit] = got.N, f
	}
	want := map[tally.Lane]int64{0: int64(len(stands))}
	for _, f := range stands {
		for i, it := range asked(form.Leaf).Items {
			want[tally.Lane(i+1)] += f[it.Key]
		}
	}
	v := h.total(t, p, "khoi")
	for l, n := range want {
		if v.Get(l) != n {
			t.Errorf("lane %d: got %d, want %d", l, v.Get(l), n)
		}
	}
	h.proven(t)
}

// Of many who return for one unit at once, having seen nothing, one is first; the
// others are told.
func TestSubmitAtOnce(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			_, errs[i] = h.submit(t, h.clerk("hai"), p.ID, "hai", 0, filing.Figures{"members": int64(i)}, "")
		})
	}
	all.Wait()
	first := 0
	for _, err := range errs {
		switch {
		case err == nil:
			first++
		case !fault.Is(err, fault.Conflict):
			t.Errorf("got %v", err)
		}
	}
	if first != 1 {
		t.Errorf("%d were first", first)
	}
	if v := h.total(t, p, "khoi"); v.Get(0) != 1 {
		t.Errorf("got %v", v.Delta())
	}
	h.proven(t)
}
