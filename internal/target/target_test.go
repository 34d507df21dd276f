package target_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/target"
)

// TestChain follows a target from the bloc down to a cell and back.
func TestChain(t *testing.T) {
	t.Parallel()
	h := build(t)
	x := h.opened(t, year())
	h.wantChain(t, x.ID, "khoi", "1000 0 0 0")
	if err := h.hand(t, x.ID, "khoi", map[string]int64{"mot": 500, "hai": 300, "ba": 140}, ""); err != nil {
		t.Fatal(err)
	}
	h.wantChain(t, x.ID, "khoi", "1000 940 0 0")
	if r := h.row(t, x.ID, "khoi"); r.Rest() != 60 || r.Asked != 3 || r.Replied != 0 {
		t.Errorf("rest %d, asked %d, replied %d", r.Rest(), r.Asked, r.Replied)
	}
	for unit, takes := range map[string]int64{"mot": 500, "hai": 300} {
		if err := h.reply(t, x.ID, unit, takes, ""); err != nil {
			t.Fatal(err)
		}
	}
	wantField(t, "a proposal without a reason", h.reply(t, x.ID, "ba", 110, " "), "reason", "error.needed")
	if err := h.reply(t, x.ID, "ba", 110, "Đơn vị ít người"); err != nil {
		t.Fatal(err)
	}
	h.wantChain(t, x.ID, "khoi", "1000 940 910 0")
	if err := h.hand(t, x.ID, "mot", map[string]int64{"to1": 300, "to2": 210}, ""); err != nil {
		t.Fatal(err)
	}
	h.wantChain(t, x.ID, "mot", "500 510 0 0")
	h.wantChain(t, x.ID, "khoi", "1000 940 910 0")
	h.got["to1"], h.got["to2"], h.got["hai"] = 200, 12, 300
	h.wantChain(t, x.ID, "khoi", "1000 940 910 512")
	h.wantChain(t, x.ID, "mot", "500 510 0 212")
	h.proven(t)

	// What was proposed is agreed to; another number makes the answer fall.
	wantField(t, "a change without a reason", h.hand(t, x.ID, "khoi", map[string]int64{"ba": 110}, ""), "reason", "error.needed")
	if err := h.hand(t, x.ID, "khoi", map[string]int64{"ba": 110, "hai": 320}, "Theo đề xuất"); err != nil {
		t.Fatal(err)
	}
	if r := h.row(t, x.ID, "ba"); r.Answer != target.Accepted || r.Takes != 110 {
		t.Errorf("agreed: got %+v", r.Standing)
	}
	if r := h.row(t, x.ID, "hai"); r.Answer != "" || r.Takes != 0 {
		t.Errorf("changed: got %+v", r.Standing)
	}
	h.wantChain(t, x.ID, "khoi", "1000 930 610 512")
	h.proven(t)
}

// TestUnderAndLacking reads the table of units page by page, and who has not
// answered at any level.
func TestUnderAndLacking(t *testing.T) {
	t.Parallel()
	h := build(t)
	x := h.opened(t, year())
	for from, shares := range map[string]map[string]int64{"khoi": {"mot": 500, "hai": 300, "ba": 140}} {
		if err := h.hand(t, x.ID, from, shares, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.hand(t, x.ID, "mot", map[string]int64{"to1": 1, "to2": 2}, ""); err != nil {
		t.Fatal(err)
	}
	for unit, takes := range map[string]int64{"mot": 500, "to2": 2} {
		if err := h.reply(t, x.ID, unit, takes, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.reply(t, x.ID, "ba", 100, "Ít người"); err != nil {
		t.Fatal(err)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		by := h.clerk("khoi")
		var got []string
		for after := int64(0); ; {
			rows, next, err := target.Under(ctx, tx, by, h.feeds(), x, h.units["khoi"].ID, after, 2)
			if err != nil {
				return err
			}
			for _, r := range rows {
				got = append(got, fmt.Sprintf("%s %d %d %s %d %s", r.Key, r.Value, r.Handed, r.Answer, r.Takes, r.Reason))
			}
			if after = next; next == 0 {
				break
			}
		}
		if want := "mot 500 3 accepted 500 |hai 300 0  0 |ba 140 0 proposed 100 Ít người"; strings.Join(got, "|") != want {
			t.Errorf("got %q, want %q", got, want)
		}
		all, _, err := target.Lacking(ctx, tx, by, x, h.units["khoi"].ID, 0, 50)
		var keys []string
		for _, c := range all {
			keys = append(keys, c.Key)
		}
		if fmt.Sprint(keys) != "[to1 hai]" {
			t.Errorf("lacking: got %v", keys)
		}
		return err
	})
}

// TestWho holds who sees a target and who may do what.
func TestWho(t *testing.T) {
	t.Parallel()
	h := build(t)
	x := h.opened(t, year())
	see := func(unit string) error {
		return h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := target.Get(ctx, tx, h.as(unit, auth.Member), x.ID)
			return err
		})
	}
	wantKind(t, "not handed down", see("mot"), fault.NotFound, "error.not_found")
	wantKind(t, "beside", see("khac"), fault.NotFound, "error.not_found")
	if err := see("top"); err != nil {
		t.Errorf("above: got %v", err)
	}
	if err := h.hand(t, x.ID, "khoi", map[string]int64{"mot": 500}, ""); err != nil {
		t.Fatal(err)
	}
	if err := see("mot"); err != nil {
		t.Errorf("handed down: got %v", err)
	}
	wantKind(t, "a cell to which nothing was handed", see("to1"), fault.NotFound, "error.not_found")
	run := func(f func(ctx context.Context, tx *db.Tx) error) error { return h.write(t, f) }
	wantKind(t, "a member sets", run(func(ctx context.Context, tx *db.Tx) error {
		_, err := target.Make(ctx, tx, h.as("khoi", auth.Member), h.feeds(), year())
		return err
	}), fault.Denied, "target.error.may_make")
	wantKind(t, "the unit under revises", run(func(ctx context.Context, tx *db.Tx) error {
		return target.Revise(ctx, tx, h.clerk("mot"), x.ID, x.Version, []int64{1, 2, 3, 4}, "vì")
	}), fault.Denied, "target.error.may_keep")
	wantKind(t, "the unit above answers", run(func(ctx context.Context, tx *db.Tx) error {
		return target.Reply(ctx, tx, h.clerk("khoi"), x.ID, "mot", 1, 500, "")
	}), fault.Denied, "target.error.may_answer")
	wantKind(t, "the unit above hands down for it", run(func(ctx context.Context, tx *db.Tx) error {
		return target.Hand(ctx, tx, h.clerk("khoi"), x.ID, "mot", 1, nil, "")
	}), fault.Denied, "target.error.may_hand")
	wantKind(t, "an old page", run(func(ctx context.Context, tx *db.Tx) error {
		return target.Hand(ctx, tx, h.clerk("khoi"), x.ID, "khoi", 1, []target.Share{{Unit: h.units["hai"].ID, Value: 1}}, "")
	}), fault.Conflict, "error.conflict")
	wantField(t, "not directly under", h.hand(t, x.ID, "khoi", map[string]int64{"to1": 5}, ""), "shares", "target.error.unit")
	wantKind(t, "the owner answers itself", h.reply(t, x.ID, "khoi", 5, "vì"), fault.Conflict, "target.error.own")
	if err := run(func(ctx context.Context, tx *db.Tx) error {
		return target.Close(ctx, tx, h.clerk("khoi"), x.ID, x.Version)
	}); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "an ended target", h.reply(t, x.ID, "mot", 5, "vì"), fault.Conflict, "target.error.stage")
}

// TestRevised changes the values of an open target.
func TestRevised(t *testing.T) {
	t.Parallel()
	h := build(t)
	x := h.opened(t, year())
	revise := func(path []int64, reason string) error {
		return h.write(t, func(ctx context.Context, tx *db.Tx) error {
			return target.Revise(ctx, tx, h.clerk("khoi"), x.ID, x.Version, path, reason)
		})
	}
	wantField(t, "without a reason", revise([]int64{1, 2, 3, 4}, ""), "reason", "error.needed")
	wantField(t, "too few", revise([]int64{1, 2}, "vì"), "path", "target.error.path")
	if err := revise([]int64{100, 300, 600, 900}, "Chia tách đơn vị"); err != nil {
		t.Fatal(err)
	}
	h.wantChain(t, x.ID, "khoi", "900 0 0 0")
	wantKind(t, "again from the same page", revise([]int64{1, 2, 3, 4}, "vì"), fault.Conflict, "error.conflict")
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := target.History(ctx, tx, x.ID, h.units["khoi"].ID, 10)
		if len(all) != 2 || all[0].Deed != "revised" || all[0].Path != "100 300 600 900" || all[1].Path != "200 500 800 1000" {
			t.Errorf("got %+v", all)
		}
		return err
	})
	h.proven(t)
}

// TestMarks holds a path against what was reached, for units that have a part of it.
func TestMarks(t *testing.T) {
	t.Parallel()
	h := build(t)
	x := h.opened(t, year())
	if err := h.hand(t, x.ID, "khoi", map[string]int64{"mot": 333}, ""); err != nil {
		t.Fatal(err)
	}
	h.got["mot"] = 60
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := target.Marks(ctx, tx, h.clerk("khoi"), h.feeds(), x, h.row(t, x.ID, "mot"))
		got := ""
		for _, m := range all {
			got += fmt.Sprint(m.Due, m.Reached, m.Known, m.Running, ";")
		}
		if want := "66 60 true false;166 60 true true;266 0 false false;333 0 false false;"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		return err
	})
	if !x.Behind("2025-05-10", 333, 60) || x.Behind("2025-05-10", 333, 66) || x.Behind("2025-03-31", 333, 0) {
		t.Error("behind")
	}
	most := year()
	most.Direction = target.Most
	if most.Behind("2025-02-01", 1000, 200) || !most.Behind("2025-02-01", 1000, 201) || most.Behind("2025-05-01", 1000, 500) {
		t.Error("most")
	}
}

// TestInput refuses what cannot be a target, by field.
func TestInput(t *testing.T) {
	t.Parallel()
	h := build(t)
	for _, c := range []struct {
		what, field, key string
		change           func(*target.Target)
	}{
		{"no label", "label", "error.needed", func(x *target.Target) { x.Label = " " }},
		{"no direction", "direction", "error.needed", func(x *target.Target) { x.Direction = "" }},
		{"no path", "points", "target.error.points", func(x *target.Target) { x.Points = nil }},
		{"days that go back", "points", "target.error.order", func(x *target.Target) { x.Points[1].To = "2025-02-01" }},
		{"below zero", "points", "target.error.value", func(x *target.Target) { x.Points[3].Value = -1 }},
		{"a feed that is not there", "feed", "error.needed", func(x *target.Target) { x.Feed = "moon" }},
		{"a figure that is not seen", "feed", "target.error.feed", func(x *target.Target) { x.FeedOf = "other" }},
	} {
		x := year()
		c.change(&x)
		wantField(t, c.what, h.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := target.Make(ctx, tx, h.clerk("khoi"), h.feeds(), x)
			return err
		}), c.field, c.key)
	}
	points, err := target.ParsePoints("Quý 1 | 31/3/2025 | 1.200,5\n\nQuý 2 | 30/6/2025 | 2.000", 2)
	if err != nil || points[0].Value != 120050 || points[0].To != "2025-04-01" || points[1].Value != 200000 {
		t.Errorf("got %+v, %v", points, err)
	}
	for _, bad := range []string{"Quý 1 | 31/3/2025", "Quý 1 | 31/13/2025 | 5", "Quý 1 | 31/3/2025 | năm", "Quý 1 | 31/3/2025 | 1,234", "Quý 1 | 31/3/2025 | -5"} {
		_, err := target.ParsePoints(bad, 2)
		wantField(t, bad, err, "points", "target.error.line")
	}
}

// TestSplit holds that shares add up to the whole, that none is further from its
// exact part than one, and that equal weights differ by one at most.
func TestSplit(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		weights, sum := make([]int64, 1+r.IntN(40)), int64(0)
		for i := range weights {
			weights[i] = r.Int64N(1000)
			sum += weights[i]
		}
		whole := r.Int64N(1_000_000)
		shares, all := target.Split(whole, weights), int64(0)
		for i, s := range shares {
			all += s
			if sum > 0 && (s*sum > whole*weights[i]+sum || s*sum < whole*weights[i]-sum) {
				t.Fatalf("%d of %v: got %v", whole, weights, shares)
			}
		}
		if all != whole {
			t.Fatalf("%d of %v: got %v, together %d", whole, weights, shares, all)
		}
	}
	if got := fmt.Sprint(target.Split(10, []int64{0, 0, 0})); got != "[4 3 3]" {
		t.Errorf("got %s", got)
	}
	if got := fmt.Sprint(target.Split(7, nil)); got != "[]" {
		t.Errorf("got %s", got)
	}
}

// TestSums hands down, answers and revises at random, and holds after all of it that
// the sheet is what the records say, and that what units stand at is what was done.
func TestSums(t *testing.T) {
	t.Parallel()
	h := build(t)
	x := h.opened(t, year())
	r := rand.New(rand.NewPCG(3, 4))
	under := map[string][]string{"khoi": {"mot", "hai", "ba"}, "mot": {"to1", "to2"}}
	given := map[string]int64{"khoi": 1000}
	takes := map[string]int64{}
	for range 60 {
		switch r.IntN(2) {
		case 0:
			from := []string{"khoi", "mot"}[r.IntN(2)]
			if _, ok := given[from]; !ok {
				continue
			}
			shares := map[string]int64{}
			for _, u := range under[from] {
				if r.IntN(2) == 0 {
					shares[u] = r.Int64N(50)
				}
			}
			if err := h.hand(t, x.ID, from, shares, "vì"); err != nil {
				t.Fatal(err)
			}
			for u, v := range shares {
				if had, ok := given[u]; ok && had != v && takes[u] != v {
					delete(takes, u)
				}
				given[u] = v
			}
		default:
			u := []string{"mot", "hai", "ba", "to1", "to2"}[r.IntN(5)]
			v, ok := given[u]
			if !ok {
				continue
			}
			if r.IntN(2) == 0 {
				v = r.Int64N(50)
			}
			if err := h.reply(t, x.ID, u, v, "vì"); err != nil {
				t.Fatal(err)
			}
			takes[u] = v
		}
	}
	for from, units := range under {
		handed, taken := int64(0), int64(0)
		for _, u := range units {
			handed, taken = handed+given[u], taken+takes[u]
		}
		h.wantChain(t, x.ID, from, fmt.Sprint(given[from], handed, taken, 0))
	}
	h.proven(t)
}

// TestWide hands down to thousands at once.
func TestWide(t *testing.T) {
	t.Parallel()
	h := build(t)
	const many = 3321
	var text strings.Builder
	text.WriteString("Mã đơn vị,Tên đơn vị,Loại đơn vị,Mã cấp trên,Từ ngày\n")
	for i := range many {
		fmt.Fprintf(&text, "xa-%04d,Xã %04d,xã,hai,2/1/2020\n", i, i)
	}
	table, err := intake.Read([]byte(text.String()), org.UnitLayout())
	if err != nil || len(table.Bad) > 0 {
		t.Fatal(table.Bad, err)
	}
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		_, err := org.ImportUnits(ctx, tx, h.as("top", auth.Administrator), table, false)
		return err
	})
	x := h.opened(t, year())
	if err := h.hand(t, x.ID, "khoi", map[string]int64{"hai": 100_000}, ""); err != nil {
		t.Fatal(err)
	}
	by := h.clerk("hai")
	if err := h.write(t, func(ctx context.Context, tx *db.Tx) error {
		offers, err := target.Offers(ctx, tx, by, nil, x, by.Unit, target.Equal, 100_000)
		if err != nil {
			return err
		}
		var shares []target.Share
		for _, o := range offers {
			shares = append(shares, target.Share{Unit: o.ID, Value: o.Value})
		}
		return target.Hand(ctx, tx, by, x.ID, "hai", 1, shares, "")
	}); err != nil {
		t.Fatal(err)
	}
	h.wantChain(t, x.ID, "hai", "100000 100000 0 0")
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		seen := 0
		for after := int64(0); ; {
			rows, next, err := target.Under(ctx, tx, by, h.feeds(), x, by.Unit, after, 1000)
			if err != nil || len(rows) > target.MaxRows {
				t.Fatal(len(rows), err)
			}
			seen += len(rows)
			if after = next; next == 0 {
				break
			}
		}
		all, next, err := target.Lacking(ctx, tx, by, x, by.Unit, tally.Place(0), 50)
		if seen != many || len(all) != 50 || next == 0 {
			t.Errorf("seen %d, lacking %d, next %d", seen, len(all), next)
		}
		return err
	})
	h.proven(t)
}
