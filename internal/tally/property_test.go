package tally_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/tally"
)

// naive counts as a person would, unit by unit, without the package's own tree.
type naive struct {
	parent []int
	own    []tally.Delta
}

func (n *naive) post(unit int, d tally.Delta) { n.own[unit] = n.own[unit].Plus(d) }

func (n *naive) total(unit int) tally.Delta {
	sum := n.own[unit].Plus(nil)
	for child, p := range n.parent {
		if p == unit && child != unit {
			sum = sum.Plus(n.total(child))
		}
	}
	return sum
}

func randomParents(r *rand.Rand, n int) []int {
	parent := []int{-1}
	for i := 1; i < n; i++ {
		parent = append(parent, max(0, i-1-r.IntN(min(i, 6))))
	}
	return parent
}

func randomDelta(r *rand.Rand) tally.Delta {
	d := tally.Delta{}
	for range 1 + r.IntN(3) {
		d[tally.Lane(r.IntN(4))] = int64(r.IntN(41) - 20)
	}
	return d
}

// Any run of posts, voids and corrections, in deeds of one or many units, some
// of which fail, gives what a naive count gives.
func TestNodesEqualANaiveCount(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(7, uint64(len(t.Name()))))
		g := plant(t, d, randomParents(r, 40))
		n := &naive{g.parent, make([]tally.Delta, len(g.parent))}
		var done []struct {
			unit int
			d    tally.Delta
		}
		failed := errors.New("the deed fails")
		for range 120 {
			type move struct {
				unit int
				d    tally.Delta
			}
			var moves []move
			for range 1 + r.IntN(5) {
				m := move{r.IntN(len(g.units)), randomDelta(r)}
				if len(done) > 0 && r.IntN(4) == 0 { // a void
					one := done[r.IntN(len(done))]
					m = move{one.unit, one.d.Neg()}
				}
				moves = append(moves, m)
			}
			fails := r.IntN(5) == 0
			err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				for _, m := range moves {
					if err := tally.Post(ctx, tx, g.by, g.entry(m.unit, m.d)); err != nil {
						return err
					}
				}
				if fails {
					return failed
				}
				return nil
			})
			if fails != errors.Is(err, failed) || !fails && err != nil {
				t.Fatalf("got %v", err)
			}
			if fails {
				continue
			}
			for _, m := range moves {
				n.post(m.unit, m.d)
				done = append(done, m)
			}
			unit := moves[0].unit // what was written is read at once
			if got, want := g.total(unit).Delta(), n.total(unit); !same(got, want) {
				t.Fatalf("unit %d: got %v, want %v", unit, got, want)
			}
		}
		for unit := range g.units {
			if got, want := g.total(unit).Delta(), n.total(unit); !same(got, want) {
				t.Errorf("unit %d: got %v, want %v", unit, got, want)
			}
		}
		g.proven()
	})
}

// Many who write at once lose nothing and double nothing, and each reads its own
// figure as soon as its deed is answered.
func TestManyWriters(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		const writers, deeds = 24, 15
		r := rand.New(rand.NewPCG(3, 3))
		g := plant(t, d, randomParents(r, 60))
		var all sync.WaitGroup
		errs := make(chan error, writers)
		for w := range writers {
			all.Go(func() {
				unit := 1 + w*2
				for i := range deeds {
					if err := g.post(unit, tally.Delta{held: 1, persons: int64(i)}); err != nil {
						errs <- err
						return
					}
					if err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
						own, err := tally.Own(ctx, tx, g.sheet, g.units[unit])
						if got := own.Get(held); err == nil && got != int64(i+1) {
							err = fmt.Errorf("unit %d: got %d after %d posts", unit, got, i+1)
						}
						return err
					}); err != nil {
						errs <- err
						return
					}
				}
			})
		}
		all.Wait()
		close(errs)
		for err := range errs {
			t.Error(err)
		}
		want := tally.Delta{held: writers * deeds, persons: writers * deeds * (deeds - 1) / 2}
		if got := g.total(0).Delta(); !same(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		g.proven()
	})
}

// One deed of more posts than a fold takes is folded whole.
func TestManyPostsOfOneDeed(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		const n = 41_000
		g := plant(t, d, small)
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for i := range n {
				if err := tally.Post(ctx, tx, g.by, g.entry(i%len(g.units), tally.Delta{held: 1})); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := g.total(0).Get(held); got != n {
			t.Errorf("got %d, want %d", got, n)
		}
		g.proven()
	})
}

// A proof that runs while others post finds nothing wrong.
func TestProofWhileOthersPost(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		var all sync.WaitGroup
		for w := range 4 {
			all.Go(func() {
				for range 40 {
					if err := g.post(w, tally.Delta{held: 1, persons: 3}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 12 {
			r, err := tally.Prove(t.Context(), d, nil)
			if err != nil || r.Mismatches > 0 {
				t.Errorf("got %q %v", r.Details, err)
			}
		}
		all.Wait()
		if got := g.total(0).Get(held); got != 160 {
			t.Errorf("got %d, want 160", got)
		}
		g.proven()
	})
}

// Sheets that open at once on a changed tree share one new epoch.
func TestSheetsOpenedAtOnce(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		const n = 8
		g := plant(t, d, small)
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `UPDATE tree SET changed = changed + 1`)
		})
		var epochs [n]int64
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					s, err := tally.Open(ctx, tx, g.by, kind, fmt.Sprint("at once ", i), treeKey, g.units[0])
					epochs[i] = s.Epoch
					return err
				}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, id := range epochs {
			if id == 0 || id != epochs[0] {
				t.Errorf("got epochs %v, want one", epochs)
				break
			}
		}
	})
}
