package tally_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/tally"
)

// together has works wait behind one that is held up, so that SQLite takes them as
// one group, and returns their answers.
func together(t *testing.T, d *db.DB, works []db.Work) []error {
	t.Helper()
	begun, free := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		var once sync.Once
		if err := d.Write(t.Context(), func(context.Context, *db.Tx) error {
			once.Do(func() { close(begun) })
			<-free
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	<-begun
	errs := make([]error, len(works))
	for i, f := range works {
		before := d.Stats().Queue
		all.Go(func() { errs[i] = d.Write(t.Context(), f) })
		for !postgres() && d.Stats().Queue == before {
			runtime.Gosched()
		}
	}
	close(free)
	all.Wait()
	return errs
}

// A move is what one deed adds to one unit.
type move struct {
	unit int
	d    tally.Delta
}

var errDeed = errors.New("the deed fails")

// endings are the ways in which a closure that has posted can end. All but the
// first undo it; one of them undoes everything its neighbours did, in SQLite, so
// that they run again.
var endings = []func(ctx context.Context, tx *db.Tx) error{
	func(context.Context, *db.Tx) error { return nil },
	func(context.Context, *db.Tx) error { return errDeed },
	func(context.Context, *db.Tx) error { panic("the deed breaks") },
	func(context.Context, *db.Tx) error { runtime.Goexit(); return nil },
	func(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, `SELECT no_such_thing`) },
	func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `INSERT OR ROLLBACK INTO tree (key, name, changed, cut) VALUES ($1, 'Đoàn', 1, 0)`, treeKey)
	},
	func(ctx context.Context, tx *db.Tx) error { // does not say so
		_ = tx.Exec(ctx, `INSERT OR ROLLBACK INTO tree (key, name, changed, cut) VALUES ($1, 'Đoàn', 1, 0)`, treeKey)
		return nil
	},
	func(ctx context.Context, tx *db.Tx) error { // a statement that is cancelled
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return tx.Exec(ctx, `UPDATE tree SET changed = changed`)
	},
}

// Whatever a neighbour in a group does, each deed that stands is counted once, and
// none that was undone.
func TestGroupsCountOnce(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(11, uint64(len(t.Name()))))
		g := plant(t, d, randomParents(r, 40))
		n := &naive{g.parent, make([]tally.Delta, len(g.parent))}
		before := d.Stats()
		for range 40 {
			var works []db.Work
			var moves [][]move
			var how []int
			for range 2 + r.IntN(8) {
				var some []move
				for range 1 + r.IntN(20) {
					some = append(some, move{r.IntN(len(g.units)), randomDelta(r)})
				}
				end := 0
				if r.IntN(3) == 0 {
					end = r.IntN(len(endings))
				}
				if postgres() && end == 3 {
					end = 1 // there a closure runs on its caller's goroutine
				}
				works, moves, how = append(works, g.deed(some, r.IntN(2) == 0, endings[end])), append(moves, some), append(how, end)
			}
			for i, err := range together(t, d, works) {
				if (how[i] == 0) != (err == nil) {
					t.Fatalf("ending %d: got %v", how[i], err)
				}
				if err != nil {
					continue
				}
				for _, m := range moves[i] {
					n.post(m.unit, m.d)
				}
			}
			if got, want := g.total(0).Delta(), n.total(0); !same(got, want) {
				t.Fatalf("got %v, want %v", got, want)
			}
		}
		for unit := range g.units {
			if got, want := g.total(unit).Delta(), n.total(unit); !same(got, want) {
				t.Errorf("unit %d: got %v, want %v", unit, got, want)
			}
		}
		g.proven()
		if s := d.Stats(); !postgres() && (s.Rerun == before.Rerun || s.Largest < 4) {
			t.Errorf("nothing ran again, or no group was large: the test shows nothing: %+v", s)
		}
	})
}

// deed posts moves, at once or one after the other, and then ends.
func (g *grove) deed(moves []move, many bool, end db.Work) db.Work {
	return func(ctx context.Context, tx *db.Tx) error {
		var all []tally.Entry
		for _, m := range moves {
			e := g.entry(m.unit, m.d)
			if !many {
				if err := tally.Post(ctx, tx, g.by, e); err != nil {
					return err
				}
			}
			all = append(all, e)
		}
		if many {
			if err := tally.PostMany(ctx, tx, g.by, all); err != nil {
				return err
			}
		}
		return end(ctx, tx)
	}
}

// PostMany posts to several sheets, all or nothing.
func TestPostMany(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		var second int64
		if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			s, err := tally.Open(ctx, tx, g.by, kind, "rollout2", treeKey, g.units[1])
			second = s.ID
			return err
		}); err != nil {
			t.Fatal(err)
		}
		write := func(entries ...tally.Entry) error {
			return d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tally.PostMany(ctx, tx, g.by, entries) })
		}
		on := func(sheet int64, unit int) tally.Entry {
			e := g.entry(unit, tally.Delta{held: 1})
			e.Sheet = sheet
			return e
		}
		var many []tally.Entry
		for i := range 200 {
			many = append(many, on(g.sheet, i%6), on(second, 3))
		}
		if err := write(append(many, tally.Entry{Sheet: second, Unit: g.units[3]}, g.entry(2, tally.Delta{}))...); err != nil {
			t.Fatal(err)
		}
		for name, bad := range map[string]tally.Entry{"a unit off the sheet": on(second, 5), "no such sheet": on(1<<40, 1)} {
			if err := write(on(g.sheet, 2), bad); err == nil {
				t.Errorf("%s: was posted", name)
			}
		}
		if err := write(); err != nil {
			t.Errorf("nothing at all: %v", err)
		}
		if got := g.total(0).Get(held); got != 200 {
			t.Errorf("got %d, want 200", got)
		}
		g.sheet = second
		if got := fmt.Sprint(g.total(1).Get(held), g.total(3).Get(held)); got != "200 200" {
			t.Errorf("on the second sheet: got %s", got)
		}
		if r := g.prove(nil); r.Posts != 400 || r.Mismatches != 0 {
			t.Errorf("got %+v", r)
		}
	})
}
