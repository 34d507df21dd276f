package tally_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
)

// traced reads a whole trace page by page.
func (g *grove) traced(by auth.Actor, q tally.Query) (all []tally.Posted, err error) {
	err = g.d.Read(g.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		all = nil
		for after, more := int64(0), true; more; {
			q.After = after
			p, err := tally.Trace(ctx, tx, by, q)
			if err != nil {
				return err
			}
			if len(p.Posts) > q.Limit || p.More && p.Next <= after {
				g.t.Errorf("got a page of %d after %d, next %d", len(p.Posts), after, p.Next)
			}
			all = append(all, p.Posts...)
			after, more = p.Next, p.More
		}
		return nil
	})
	return all, err
}

// Every figure is the sum of the posts it opens to.
func TestTraceAddsUpToTheFigure(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(5, 5))
		g := plant(t, d, randomParents(r, 30))
		for range 60 {
			g.must(r.IntN(len(g.units)), randomDelta(r))
		}
		for unit := range g.units {
			for lane := range tally.Lane(4) {
				for _, subtree := range []bool{false, true} {
					g.checkTrace(unit, lane, subtree)
				}
			}
		}
	})
}

func (g *grove) checkTrace(unit int, lane tally.Lane, subtree bool) {
	g.t.Helper()
	all, err := g.traced(g.at(unit), tally.Query{Sheet: g.sheet, Unit: g.units[unit], Lane: lane, Subtree: subtree, Limit: 7})
	if err != nil {
		g.t.Fatal(err)
	}
	var sum, last int64
	for _, p := range all {
		sum += p.Moved
		if p.ID <= last {
			g.t.Fatalf("post %d comes after %d", p.ID, last)
		}
		last = p.ID
		if !subtree && p.Unit != g.units[unit] {
			g.t.Errorf("unit %d: a post of unit %d", unit, p.Unit)
		}
	}
	var v tally.Vec
	g.read(func(ctx context.Context, tx *db.Tx) (err error) {
		if v, err = tally.Own(ctx, tx, g.sheet, g.units[unit]); err == nil && subtree {
			v, err = tally.Total(ctx, tx, g.sheet, g.units[unit])
		}
		return err
	})
	if sum != v.Get(lane) || (len(all) > 0) != v.Has(lane) {
		g.t.Errorf("unit %d lane %d subtree %v: %d posts add up to %d, the figure is %d", unit, lane, subtree, len(all), sum, v.Get(lane))
	}
}

// The same for a figure of so many units that the sheet is read through.
func TestTraceOfManyUnits(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		parents := []int{-1, 0, 0}
		for i := range 600 {
			parents = append(parents, 1+i%2)
		}
		g := plant(t, d, parents)
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for unit := 3; unit < len(g.units); unit++ {
				if err := tally.Post(ctx, tx, g.by, g.entry(unit, tally.Delta{held: 1, persons: int64(unit)})); err != nil {
					return err
				}
			}
			return nil
		})
		for unit, want := range []int{600, 300, 300} {
			all, err := g.traced(g.at(unit), tally.Query{Sheet: g.sheet, Unit: g.units[unit], Lane: persons, Subtree: true, Limit: 250})
			if err != nil || len(all) != want {
				t.Errorf("unit %d: got %d posts %v, want %d", unit, len(all), err, want)
			}
			g.checkTrace(unit, held, true)
		}
	})
}

// A post says who, when, from which record, and on whose word.
func TestTraceTellsTheDeed(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		e := g.entry(3, tally.Delta{held: 1, persons: 12})
		e.Reason, e.Declared = "đơn vị chưa dùng hệ thống", tally.Declaration{Signer: "Trần Văn Ba", Paper: "Biên bản 12/BB"}
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error { return tally.Post(ctx, tx, g.by, e) })
		all, err := g.traced(g.at(0), tally.Query{Sheet: g.sheet, Unit: g.units[0], Lane: persons, Subtree: true, Limit: 10})
		if err != nil || len(all) != 1 {
			t.Fatalf("got %d posts %v, want one", len(all), err)
		}
		p := all[0]
		if p.Unit != g.units[3] || p.UnitKey != "u3" || p.UnitName != "Chi đoàn u3" || p.Moved != 12 || p.Source != e.Source ||
			p.Actor != "chi" || p.ActorName != "Lê Thị Chi" || p.Reason != e.Reason || p.Declared != e.Declared || !p.Declared.Made() || !p.At.Equal(dbtest.Noon) {
			t.Errorf("got %+v", p)
		}
	})
}

// Nobody sees posts of units outside their own subtree.
func TestTraceHidesOtherSubtrees(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		for unit := range g.units {
			g.must(unit, tally.Delta{held: 1})
		}
		elsewhere := g.at(0)
		elsewhere.Tree = "lanh-tho"
		for _, c := range []struct {
			who  string
			by   auth.Actor
			unit int
			want int // posts under the unit, -1: there is no such thing
		}{
			{"the root's", g.at(0), 0, 6},
			{"the root's", g.at(0), 1, 3},
			{"the house", auth.System(treeKey), 0, 6},
			{"a branch's", g.at(1), 1, 3},
			{"a branch's", g.at(1), 4, 1},
			{"a branch's, above", g.at(1), 0, -1},
			{"a branch's, beside", g.at(1), 2, -1},
			{"a branch's, beside and down", g.at(1), 5, -1},
			{"nobody", auth.Actor{}, 0, -1},
			{"of another tree", elsewhere, 0, -1},
		} {
			all, err := g.traced(c.by, tally.Query{Sheet: g.sheet, Unit: g.units[c.unit], Lane: held, Subtree: true, Limit: 2})
			if c.want < 0 && !fault.Is(err, fault.NotFound) || c.want >= 0 && (err != nil || len(all) != c.want) {
				t.Errorf("%s at unit %d: got %d posts %v, want %d", c.who, c.unit, len(all), err, c.want)
			}
		}
	})
}

// A unit that has moved away since the sheet was opened is no longer shown to
// whom it has left, though the figure of then still counts it.
func TestTraceAfterAMove(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		g.must(3, tally.Delta{held: 1})
		g.must(4, tally.Delta{held: 1})
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `UPDATE place SET path = $1 WHERE unit = $2`, g.paths[2]+"00009/", g.units[4])
		})
		for unit, want := range map[int]int{0: 2, 1: 1} {
			all, err := g.traced(g.at(unit), tally.Query{Sheet: g.sheet, Unit: g.units[1], Lane: held, Subtree: true, Limit: 9})
			if err != nil || len(all) != want {
				t.Errorf("as unit %d: got %d posts %v, want %d", unit, len(all), err, want)
			}
		}
		d.SetClock(func() time.Time { return dbtest.Noon.AddDate(0, 1, 0) })
		g.proven()
	})
}
