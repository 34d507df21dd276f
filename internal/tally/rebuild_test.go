package tally_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/tally"
)

// damages are ways in which nodes can be wrong.
var damages = map[string]string{
	"own figures":                   `UPDATE tally_node SET own = $3 WHERE sheet = $1 AND unit = $2`,
	"a total":                       `UPDATE tally_node SET total = $3 WHERE sheet = $1 AND unit = $2`,
	"a node that is gone":           `DELETE FROM tally_node WHERE sheet = $1 AND unit = $2 AND own <> $3`,
	"all of them gone":              `DELETE FROM tally_node WHERE sheet = $1 AND unit <> $2 + 1000000 AND own <> $3`,
	"a node under another":          `UPDATE tally_node SET parent = 77 WHERE sheet = $1 AND unit = $2 AND own <> $3`,
	"a node twice":                  `INSERT INTO tally_node (sheet, parent, unit, own, total) SELECT sheet, 77, unit, own, total FROM tally_node WHERE sheet = $1 AND unit = $2 AND own <> $3`,
	"a node of a unit off the tree": `INSERT INTO tally_node (sheet, parent, unit, own, total) SELECT $1, $2, 99, total, $3 FROM tally_node WHERE parent = 0`,
}

func (g *grove) damage(q string, unit int) {
	g.t.Helper()
	dbtest.Write(g.t, g.d, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.ExecN(ctx, q, g.sheet, g.units[unit], []byte{1, 2, 4}) // held = 2
		if err == nil && n == 0 {
			err = fmt.Errorf("nothing was damaged")
		}
		return err
	})
}

func (g *grove) rebuild() tally.Rebuilt {
	g.t.Helper()
	r, err := tally.Rebuild(g.t.Context(), g.d, g.sheet)
	if err != nil {
		g.t.Fatal(err)
	}
	return r
}

func TestRebuild(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, append(small, 2))
		for _, unit := range []int{3, 4, 5, 5, 1} {
			g.must(unit, tally.Delta{expected: 10, held: 1})
		}
		if r := g.rebuild(); r.Changed() || r.Nodes != 6 {
			t.Errorf("of what is right: got %+v", r)
		}
		for name, q := range damages {
			g.damage(q, 1)
			if r := g.prove(nil); r.Mismatches == 0 {
				t.Errorf("%s: nobody sees it", name)
			}
			if r := g.rebuild(); !r.Changed() || r.Nodes != 6 {
				t.Errorf("%s: got %+v", name, r)
			}
			g.proven()
			if r := g.rebuild(); r.Changed() {
				t.Errorf("%s: done again: got %+v", name, r)
			}
		}
		if got := g.total(0).Delta(); !same(got, tally.Delta{expected: 50, held: 5}) {
			t.Errorf("got %v", got)
		}
		g.damage(`UPDATE tally_node SET total = $3 WHERE sheet = $1 AND unit = $2`, 1)
		g.damage(`UPDATE tally_post SET vector = $3 WHERE sheet = $1 AND unit = $2`, 3) // a post that says otherwise
		g.rebuild()
		if got := g.total(0).Delta(); !same(got, tally.Delta{expected: 40, held: 6}) {
			t.Errorf("after another post: got %v", got)
		}
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `UPDATE tally_post SET vector = $1 WHERE unit = $2`, []byte{9}, g.units[3])
		})
		if _, err := tally.Rebuild(t.Context(), d, g.sheet); err == nil {
			t.Error("a post that cannot be read was passed over")
		}
	})
}

// While others post nothing is lost and nothing doubled.
func TestRebuildWhileOthersPost(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(5, 5))
		g := plant(t, d, randomParents(r, 60))
		var all sync.WaitGroup
		const writers, deeds = 8, 20
		for w := range writers {
			all.Go(func() {
				for i := range deeds {
					if err := g.post((w*7+i)%60, tally.Delta{held: 1, persons: 3}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range 10 {
			dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
				return tx.Exec(ctx, `UPDATE tally_node SET total = $1 WHERE unit = $2`, []byte{1, 2, 4}, g.units[i%3])
			})
			g.rebuild()
		}
		all.Wait()
		g.rebuild()
		if got := g.total(0).Delta(); !same(got, tally.Delta{held: writers * deeds, persons: 3 * writers * deeds}) {
			t.Errorf("got %v", got)
		}
		g.proven()
	})
}
