package statement_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/statement"
)

// TestWhateverIsStated states, corrects and withdraws at random and holds every
// sum and its bound against what stands, counted by hand.
func TestWhateverIsStated(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h, r := build(t), rand.New(rand.NewPCG(seed, 7))
			f := h.opened(t)
			units := []string{"khoi", "mot", "hai", "ba", "to"}
			standing := map[string]statement.Statement{}
			for step := range 40 {
				unit := units[r.IntN(len(units))]
				had, stands := standing[unit]
				s := random(r)
				var err error
				deed := "state"
				switch {
				case !stands:
					s, err = h.state(t, h.clerk("khoi"), f, unit, s)
				case r.IntN(3) == 0:
					deed = "withdraw"
					err = h.withdraw(t, h.clerk("khoi"), f, unit, had.ID, "nhầm")
				default:
					deed = "correct"
					s.Replaces, s.Reason = had.ID, "sửa"
					s, err = h.correct(t, h.clerk("khoi"), f, unit, s)
				}
				after := fmt.Sprintf("step %d, %s %s: %s", step, deed, unit, ended(err))
				switch {
				case err == nil && deed == "withdraw":
					delete(standing, unit)
				case err == nil:
					standing[unit] = s
				case ended(err) != "invalid" || len(fields(err)) == 0:
					t.Fatalf("%s: %v", after, err)
				}
				h.hold(t, f, standing, after)
			}
			h.proven(t, "everything")
		})
	}
}

// Of two people who state or correct at once, the second is told.
func TestTwoAtOnce(t *testing.T) {
	h := build(t)
	f := h.opened(t)
	race := func(s statement.Statement, do func(*testing.T, auth.Actor, statement.Form, string, statement.Statement) (statement.Statement, error)) {
		t.Helper()
		got := make(chan string, 4)
		for range cap(got) {
			go func() {
				_, err := do(t, h.clerk("mot"), f, "mot", s)
				got <- ended(err)
			}()
		}
		counts := map[string]int{}
		for range cap(got) {
			counts[<-got]++
		}
		if counts["done"] != 1 || counts["conflict"] != cap(got)-1 {
			t.Errorf("at once: %v", counts)
		}
	}
	s := says(count("models", 7, statement.More))
	race(s, h.state)
	s.Replaces, s.Reason = h.history(t, f, "mot")[0].ID, "sửa"
	race(s, h.correct)
	if got := h.sum(t, f, "khoi", 1); got != (statement.Sum{Value: 7, More: 1}) {
		t.Errorf("counted %+v", got)
	}
	h.proven(t, "two at once")
}

// random is a statement of some items; now and then for everything under a unit.
func random(r *rand.Rand) statement.Statement {
	s := says(statement.Figure{Item: "share", Value: r.Int64N(10_000), Bound: statement.More})
	s.Whole = r.IntN(6) == 0
	for _, item := range []string{"models", "students", "cells"} {
		if r.IntN(3) == 0 {
			continue
		}
		x := count(item, r.Int64N(50), statement.Bounds[r.IntN(len(statement.Bounds))])
		if item == "cells" {
			x.Of = x.Value + 1 + r.Int64N(9)
		}
		s.Figures = append(s.Figures, x)
	}
	return s
}

// below are the units whose figures stand in a unit's total.
var below = map[string][]string{
	"khoi": {"khoi", "mot", "hai", "ba", "to"}, "mot": {"mot", "to"}, "hai": {"hai"}, "ba": {"ba"}, "to": {"to"},
}

// hold fails the test if a sum is not what the standing statements add up to, its
// bound not what theirs say, or an item is counted twice for a unit.
func (h *house) hold(t *testing.T, f statement.Form, standing map[string]statement.Statement, after string) {
	t.Helper()
	for unit, under := range below {
		for n, item := range f.Items[:3] {
			var want statement.Sum
			for _, u := range under {
				x, ok := standing[u].Figure(item.Key)
				if !ok {
					continue
				}
				want.Value, want.Of = want.Value+x.Value, want.Of+x.Of
				switch x.Bound {
				case statement.More:
					want.More++
				case statement.Less:
					want.Less++
				}
				if u != unit && standing[unit].Whole {
					if _, twice := standing[unit].Figure(item.Key); twice {
						t.Fatalf("after %s: %s is counted at %s and under it", after, item.Key, unit)
					}
				}
			}
			got := h.sum(t, f, unit, n+1)
			if got != want || got.Bound() != word(want) {
				t.Fatalf("after %s: %s of %s is %+v %s, want %+v %s", after, item.Key, unit, got, got.Bound(), want, word(want))
			}
		}
		if got := h.sum(t, f, unit, 4); got != (statement.Sum{}) {
			t.Fatalf("after %s: percentages were added up: %+v", after, got)
		}
	}
}

// word is the bound that a sum must be read with.
func word(s statement.Sum) statement.Bound {
	return map[[2]bool]statement.Bound{
		{false, false}: statement.Exact, {true, false}: statement.More, {false, true}: statement.Less, {true, true}: statement.About,
	}[[2]bool{s.More != 0, s.Less != 0}]
}
