package tally_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/epoch"
	"nhipcau/internal/tally"
)

// lacking reads the whole list of q by pages.
func (g *grove) lacking(q tally.Lack) (all []int64) {
	g.t.Helper()
	g.read(func(ctx context.Context, tx *db.Tx) (err error) {
		if q.Sheet, err = tally.Find(ctx, tx, g.sheet); err != nil {
			return err
		}
		for {
			units, next, err := tally.Lacking(ctx, tx, q)
			if err != nil {
				return err
			}
			if len(units) > q.Limit || next != 0 && len(units) < q.Limit {
				g.t.Fatalf("a page of %d units, next %d, with limit %d", len(units), next, q.Limit)
			}
			all = append(all, units...)
			if next == 0 {
				return nil
			}
			if next <= q.After {
				g.t.Fatalf("a page goes on at %d, not after %d", next, q.After)
			}
			q.After = next
		}
	})
	return all
}

// Who has not is the same as somebody finds who asks every unit, whatever was
// posted, whether it is due by posts or by a rule, from any unit down and by
// pages of any size.
func TestLackingIsWhatANaiveScanFinds(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(11, 4))
		g := plant(t, d, randomParents(r, 60))
		inTree := make([]int, len(g.units)) // by path, as the tree is ordered
		for i := range inTree {
			inTree[i] = i
		}
		slices.SortFunc(inTree, func(a, b int) int { return strings.Compare(g.paths[a], g.paths[b]) })
		due, done := make([]int64, len(g.units)), make([]int64, len(g.units))
		leaf := func(e *epoch.Epoch, at int) (own, subtree int64) {
			if e.End(at) == at+1 {
				own = 1
			}
			return own, int64(e.Leaves(at))
		}
		for range 60 {
			unit := r.IntN(len(g.units))
			switch {
			case due[unit] == 0:
				n := r.Int64N(3)
				g.must(unit, tally.Delta{expected: n})
				due[unit] += n
			case done[unit] == due[unit]:
				g.must(unit, tally.Delta{held: -1})
				done[unit]--
			default:
				n := 1 + r.Int64N(due[unit]-done[unit])
				g.must(unit, tally.Delta{held: n, late: n})
				done[unit] += n
			}
			top, limit := r.IntN(len(g.units)), 1+r.IntN(7)
			var byPosts, byRule []int64
			for _, i := range inTree {
				if !strings.HasPrefix(g.paths[i], g.paths[top]) {
					continue
				}
				if done[i] < due[i] {
					byPosts = append(byPosts, g.units[i])
				}
				if g.under[i] == 0 && (due[i] == 0 || done[i] < due[i]) {
					byRule = append(byRule, g.units[i])
				}
			}
			if got := g.lacking(tally.Lack{Top: g.units[top], Done: []tally.Lane{held}, Due: []tally.Lane{expected}, Limit: limit}); !slices.Equal(got, byPosts) {
				t.Fatalf("unit %d, by posts: got %v, want %v", top, got, byPosts)
			}
			// By the rule, what is due is 1 of each leaf, or what was posted as due.
			rule := func(e *epoch.Epoch, at int) (own, subtree int64) {
				for i := at; i < e.End(at); i++ {
					unit := slices.Index(g.units, e.Unit(i))
					n := due[unit]
					if one, _ := leaf(e, i); one > n {
						n = one
					}
					if g.under[unit] > 0 {
						n = done[unit] // nothing more than was done
					}
					if subtree += n; i == at {
						own = n
					}
				}
				return own, subtree
			}
			if got := g.lacking(tally.Lack{Top: g.units[top], Done: []tally.Lane{held}, DueOf: rule, Limit: limit}); !slices.Equal(got, byRule) {
				t.Fatalf("unit %d, by rule: got %v, want %v", top, got, byRule)
			}
		}
	})
}

// Nothing posted: everybody of whom something is expected, and no more.
func TestLackingBeforeAnythingWasPosted(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		q := tally.Lack{
			Top: g.units[0], Done: []tally.Lane{held}, Limit: 2,
			DueOf: func(e *epoch.Epoch, at int) (int64, int64) { return 1, int64(e.End(at) - at) },
		}
		if got := g.lacking(q); len(got) != len(g.units) {
			t.Errorf("got %v, want all %d", got, len(g.units))
		}
		q.DueOf, q.Due = nil, []tally.Lane{expected}
		if got := g.lacking(q); len(got) != 0 {
			t.Errorf("got %v, want none", got)
		}
	})
}

// BenchmarkLacking measures the first page of who has not among 20,000 leaves,
// when nothing was posted and when one in a hundred lacks.
func BenchmarkLacking(b *testing.B) {
	parents, level := []int{-1}, []int{0}
	for _, fan := range []int{20, 40, 25} {
		var next []int
		for _, p := range level {
			for range fan {
				parents = append(parents, p)
				next = append(next, len(parents)-1)
			}
		}
		level = next
	}
	d := durable(b)
	g := plant(b, d, parents)
	q := tally.Lack{Top: g.units[0], Done: []tally.Lane{held}, Limit: 50, DueOf: func(e *epoch.Epoch, at int) (own, subtree int64) {
		if e.End(at) == at+1 {
			own = 1
		}
		return own, int64(e.Leaves(at))
	}}
	first := func() {
		dbtest.Read(b, d, func(ctx context.Context, tx *db.Tx) (err error) {
			if q.Sheet, err = tally.Find(ctx, tx, g.sheet); err != nil {
				return err
			}
			units, _, err := tally.Lacking(ctx, tx, q)
			if err == nil && len(units) != q.Limit {
				err = fmt.Errorf("got %d units", len(units))
			}
			return err
		})
	}
	run := func(name string) {
		b.Run(name, func(b *testing.B) {
			first()
			began := time.Now()
			for b.Loop() {
				first()
			}
			b.ReportMetric(time.Since(began).Seconds()*1e3/float64(b.N), "ms/page")
		})
	}
	run("nothing posted")
	delta := tally.Delta{held: 1}
	dbtest.Write(b, d, func(ctx context.Context, tx *db.Tx) error {
		for at, i := range level {
			if at%100 == 99 {
				continue
			}
			if err := tally.Post(ctx, tx, g.by, g.entry(i, delta)); err != nil {
				return err
			}
		}
		return nil
	})
	run("one in a hundred")
}
