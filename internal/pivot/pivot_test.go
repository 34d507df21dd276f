package pivot_test

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/pivot"
	"nhipcau/internal/tally"
)

// keys are the items that are entered, in the order of the form.
var keys = []string{"classes", "members", "least", "most", "hours", "done", "share", "change"}

// under reports whether a unit stood at or under another in the period.
func (k *kept) under(unit, top string) bool {
	for {
		switch above, ok := k.above[unit]; {
		case unit == top:
			return true
		case !ok:
			return false
		default:
			unit = above
		}
	}
}

// leaf reports whether none stood under a unit.
func (k *kept) leaf(unit string) bool {
	for _, above := range k.above {
		if above == unit {
			return false
		}
	}
	return true
}

// sum adds what was returned at and under a unit; ok is false if nothing was.
func (k *kept) sum(unit string, own bool, key string) (n int64, ok bool) {
	for u, f := range k.returned {
		if x, has := f[key]; has && (u == unit || !own && k.under(u, unit)) {
			n, ok = n+x, true
		}
	}
	return n, ok
}

// traced adds up the posts that the address of a cell opens.
func (h *house) traced(t *testing.T, by auth.Actor, l pivot.Line, c pivot.Cell) (n int64) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		page, err := tally.Trace(ctx, tx, by, tally.Query{Sheet: c.Sheet, Unit: l.Unit, Lane: filing.Kind().Lane(c.Lane), Subtree: !l.Own, Limit: 500})
		for _, p := range page.Posts {
			n += p.Moved
		}
		return err
	})
	return n
}

// TestAgainstNaive holds every cell of pivots of random trees against what the test
// remembers and against the posts that it opens, and the lines of each period against
// the whole: two units merge between the periods, and every period keeps its tree.
func TestAgainstNaive(t *testing.T) {
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 7))
		h := build(t)
		all := []string{"khoi"}
		for n := range 9 {
			key := fmt.Sprint("u", n)
			h.add(t, all[r.IntN(min(len(all), 5))], key)
			all = append(all, key)
		}
		asks := []form.Asks{form.Leaf, form.All}[seed]
		h.ask(t, asks, items)
		for month := 1; month <= 4; month++ {
			k := h.month(t, month)
			for _, u := range all {
				if _, stands := k.above[u]; stands && u != "khoi" && r.IntN(4) > 0 && (asks == form.All || k.leaf(u)) {
					h.returns(t, k, u, some(r))
				}
			}
			if month == 2 {
				var leaves []string
				for _, u := range all {
					if k.leaf(u) {
						leaves = append(leaves, u)
					}
				}
				h.at("2025-02-20")
				h.merge(t, leaves[0], leaves[1])
			}
		}
		for _, level := range pivot.Levels {
			h.compare(t, fmt.Sprintf("seed %d, %s", seed, level), level)
		}
	}
}

func (h *house) compare(t *testing.T, what string, level pivot.Level) {
	t.Helper()
	by := h.clerk("khoi")
	p, err := h.get(t, by, "khoi", pivot.Ask{Items: keys, Level: level})
	if err != nil || len(p.Rounds) != 4 || len(p.Items) != len(keys) {
		t.Fatalf("%s: %d rounds, %d items, %v", what, len(p.Rounds), len(p.Items), err)
	}
	figures := 0
	for i := range p.Rounds {
		k := &h.periods[i]
		for n, it := range p.Items {
			if !it.Entered() {
				continue
			}
			var sum int64
			for _, l := range append(p.Lines, p.Whole) {
				c := p.Period(l, i, n)
				want, ok := k.sum(l.Key, l.Own, it.Key)
				at := fmt.Sprintf("%s: %s %v in %s of %s", what, l.Key, l.Own, it.Key, k.Name)
				_, stands := k.above[l.Key]
				extreme := (it.Over == form.Min || it.Over == form.Max) && !l.Own && !k.leaf(l.Key)
				switch {
				case c.State == pivot.Outside:
					if stands && ok && !l.Own && level == pivot.Children && k.above[l.Key] == "khoi" {
						t.Errorf("%s is outside", at)
					}
				case extreme && ok:
					if c.State != pivot.None || c.Why.Key != "filing.why.extreme" {
						t.Errorf("%s: %+v, which does not add up", at, c)
					}
				case !ok:
					if c.State == pivot.Figure {
						t.Errorf("%s: got %d, nothing was returned", at, c.Units)
					}
				default:
					figures++
					if c.State != pivot.Figure || c.Units != want {
						t.Errorf("%s: got %s %d, want %d", at, c.State, c.Units, want)
					} else if got := h.traced(t, by, l, c); got != want {
						t.Errorf("%s opens %d, shows %d", at, got, want)
					}
				}
				if c.State == pivot.Figure && !l.All {
					sum += c.Units
				}
			}
			if whole := p.Period(p.Whole, i, n); whole.State == pivot.Figure && whole.Units != sum {
				t.Errorf("%s: the lines come to %d in %s of %s, the whole is %d", what, sum, it.Key, k.Name, whole.Units)
			}
		}
	}
	if figures < 20 {
		t.Errorf("%s: only %d figures", what, figures)
	}
	h.compareOver(t, what, p)
}

// compareOver holds the margin over the periods against the cells beside it.
func (h *house) compareOver(t *testing.T, what string, p pivot.Pivot) {
	t.Helper()
	for _, l := range append(p.Lines, p.Whole) {
		for n, it := range p.Items {
			if !it.Entered() {
				continue
			}
			want := new(big.Rat)
			some, apart := false, false
			for i := range p.Rounds {
				c := p.Period(l, i, n)
				apart = apart || c.State == pivot.None
				if c.State != pivot.Figure {
					continue
				}
				switch x := formula.Scaled(c.Units, c.Item.Decimals).X; {
				case !some || it.Over == form.Last, it.Over == form.Min && x.Cmp(want) < 0, it.Over == form.Max && x.Cmp(want) > 0:
					want = x
				case it.Over == form.Sum:
					want = new(big.Rat).Add(want, x)
				}
				some = true
			}
			c := p.Over(l, n)
			switch {
			case apart && c.State == pivot.Figure, !some && c.State == pivot.Figure, some && !apart && c.State != pivot.Figure:
				t.Errorf("%s: %s over %s is %+v", what, it.Key, l.Key, c)
			case c.State == pivot.Figure && formula.Scaled(c.Units, c.Item.Decimals).X.Cmp(want) != 0:
				t.Errorf("%s: %s over %s is %s, want %s", what, it.Key, l.Key, c.Item.Write(c.Units), want)
			}
		}
	}
}

// TestFormulas works formulas out of the sums, not by adding them up, and looks one
// period back.
func TestFormulas(t *testing.T) {
	h := build(t)
	h.add(t, "khoi", "mot", "hai")
	h.ask(t, form.Leaf, items)
	for n, f := range map[string][2]filing.Figures{
		"mot": {{"classes": 1, "members": 4}, {"classes": 3, "members": 5}},
		"hai": {{"classes": 2, "members": 2}, {"members": 10}},
	} {
		for month := range 2 {
			if len(h.periods) <= month {
				h.month(t, month+1)
			}
			h.returns(t, &h.periods[month], n, f[month])
		}
	}
	p, err := h.get(t, h.clerk("khoi"), "khoi", pivot.Ask{Items: []string{"share", "change"}})
	if err != nil {
		t.Fatal(err)
	}
	say := func(c pivot.Cell) string {
		if c.State == pivot.Figure {
			return c.Item.Write(c.Units)
		}
		return string(c.State) + " " + c.Why.Key
	}
	var got []string
	for _, l := range append(p.Lines, p.Whole) {
		for n := range p.Items {
			got = append(got, fmt.Sprint(l.Key, ": ", say(p.Period(l, 0, n)), "; ", say(p.Period(l, 1, n)), "; ", say(p.Over(l, n))))
		}
	}
	want := []string{
		"mot: 0,25; 0,60; 0,80", "mot: none filing.why.first; 1; none filing.why.prev",
		"hai: 1,00; none formula.why.empty; 0,20", "hai: none filing.why.first; 8; none filing.why.prev",
		"khoi: 0,50; 0,20; 0,40", "khoi: none filing.why.first; 9; none filing.why.prev",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// From the second period alone, the one before is still looked back to.
	p, err = h.get(t, h.clerk("mot"), "mot", pivot.Ask{Items: []string{"change"}, From: h.periods[1].ID})
	if err != nil || len(p.Rounds) != 1 || !p.Alone() || say(p.Period(p.Lines[0], 0, 0)) != "1" {
		t.Errorf("got %+v %v", p.Lines, err)
	}
}

// TestRights shows nobody more than the units at and under their own.
func TestRights(t *testing.T) {
	h := build(t)
	h.add(t, "khoi", "mot", "hai")
	h.add(t, "mot", "to1", "to2")
	h.ask(t, form.Leaf, items)
	h.month(t, 1)
	h.add(t, "top", "xa")
	for _, c := range []struct {
		by, unit, only string
		lines          int // -1: it is not found
	}{
		{"khoi", "khoi", "", 2},
		{"mot", "mot", "", 2},
		{"top", "khoi", "", 2},
		{"to1", "to1", "", 1},
		{"top", "top", "", 0},
		{"khoi", "khoi", "to1", 1},
		{"mot", "khoi", "", -1},
		{"to1", "to2", "", -1},
		{"khac", "khoi", "", -1},
		{"khac", "khac", "", -1},
		{"khoi", "mot", "hai", -1},
		{"mot", "mot", "hai", -1},
	} {
		p, err := h.get(t, h.clerk(c.by), c.unit, pivot.Ask{Only: c.only})
		switch {
		case c.lines < 0:
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%+v: got %+v %v", c, p.Lines, err)
			}
		case err != nil || len(p.Lines) != c.lines:
			t.Errorf("%+v: got %+v %v", c, p.Lines, err)
		}
	}
}

// TestPages takes the lines page by page, each once.
func TestPages(t *testing.T) {
	h := build(t)
	for n := range 7 {
		h.add(t, "khoi", fmt.Sprint("u", n))
	}
	h.ask(t, form.Leaf, items)
	h.month(t, 1)
	var got []string
	for after, pages := 0, 0; pages == 0 || after > 0; pages++ {
		p, err := h.get(t, h.clerk("khoi"), "khoi", pivot.Ask{After: after, Limit: 3})
		if err != nil || p.Count != 7 || len(p.Lines) > 3 {
			t.Fatalf("%d lines of %d, %v", len(p.Lines), p.Count, err)
		}
		for _, l := range p.Lines {
			got = append(got, l.Key)
		}
		after = p.Next
	}
	if fmt.Sprint(got) != "[u0 u1 u2 u3 u4 u5 u6]" {
		t.Errorf("got %q", got)
	}
}
