package tally_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
)

var kind = tally.NewKind("study", "expected", "held", "persons", "late")

var (
	expected = kind.Lane("expected")
	held     = kind.Lane("held")
	persons  = kind.Lane("persons")
	late     = kind.Lane("late")
)

const treeKey = "doan"

// both runs f on SQLite and, where the environment names a server, PostgreSQL.
func both(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) { f(t, attached(dbtest.OpenSQLite(t))) })
	if postgres() {
		t.Run("postgres", func(t *testing.T) { f(t, attached(dbtest.Open(t))) })
	}
}

func postgres() bool { return os.Getenv("NHIPCAU_TEST_POSTGRES") != "" }

func attached(d *db.DB) *db.DB {
	tally.Attach(d)
	return d
}

// A grove is a planted tree and a sheet over it. Units are numbered in the order
// they were planted, the root is 0.
type grove struct {
	t      testing.TB
	d      *db.DB
	units  []int64
	keys   []string
	paths  []string
	parent []int
	under  map[int]int // children so far
	sheet  int64
	by     auth.Actor
}

// plant makes a tree in which unit i hangs under parent[i] < i, and opens a sheet
// over all of it.
func plant(t testing.TB, d *db.DB, parent []int) *grove {
	t.Helper()
	g := &grove{t: t, d: d, parent: parent, by: auth.Actor{Login: "chi", Name: "Lê Thị Chi", Tree: treeKey, Path: "/00001/"}}
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		g.units, g.keys, g.paths, g.under = nil, nil, nil, map[int]int{}
		if err := tx.Exec(ctx, `INSERT INTO tree (key, name, changed, cut) VALUES ($1, 'Đoàn', 1, 0)`, treeKey); err != nil {
			return err
		}
		for i, p := range parent {
			if err := g.add(ctx, tx, i, p); err != nil {
				return err
			}
		}
		s, err := tally.Open(ctx, tx, g.by, kind, "rollout1", treeKey, g.units[0])
		g.sheet = s.ID
		return err
	})
	return g
}

func (g *grove) add(ctx context.Context, tx *db.Tx, i, p int) error {
	id, key, path, depth, above := tx.NewID(), fmt.Sprintf("u%d", i), "/00001/", 0, int64(0)
	if i > 0 {
		g.under[p]++
		above, path, depth = g.units[p], fmt.Sprintf("%s%05d/", g.paths[p], g.under[p]), len(g.paths[p])/6
	}
	g.units, g.keys, g.paths = append(g.units, id), append(g.keys, key), append(g.paths, path)
	for _, q := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO unit (id, key, phone, sample, created_at, version) VALUES ($1, $2, '', 0, $3, 1)`, []any{id, key, tx.Now}},
		{`INSERT INTO unit_name (unit, from_day, to_day, name, short, fold, sort) VALUES ($1, '2019-01-01', '', $2, $2, $2, $3)`, []any{id, "Chi đoàn " + key, []byte(key)}},
		{`INSERT INTO unit_kind (unit, from_day, to_day, kind) VALUES ($1, '2019-01-01', '', 'chi đoàn')`, []any{id}},
		{`INSERT INTO unit_edge (tree, unit, parent, from_day, to_day) VALUES ($1, $2, $3, '2019-01-01', '')`, []any{treeKey, id, above}},
		{`INSERT INTO place (tree, unit, path, depth) VALUES ($1, $2, $3, $4)`, []any{treeKey, id, path, depth}},
	} {
		if err := tx.Exec(ctx, q.text, q.args...); err != nil {
			return err
		}
	}
	return nil
}

func (g *grove) entry(unit int, d tally.Delta) tally.Entry {
	return tally.Entry{Sheet: g.sheet, Unit: g.units[unit], Delta: d, Source: tally.Source{Kind: "conference", ID: fmt.Sprint("c", unit)}}
}

func (g *grove) post(unit int, d tally.Delta) error {
	return g.d.Write(g.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tally.Post(ctx, tx, g.by, g.entry(unit, d))
	})
}

func (g *grove) must(unit int, d tally.Delta) {
	g.t.Helper()
	if err := g.post(unit, d); err != nil {
		g.t.Fatal(err)
	}
}

// at returns an actor who acts for a unit.
func (g *grove) at(unit int) auth.Actor {
	by := g.by
	by.Unit, by.Path = g.units[unit], g.paths[unit]
	return by
}

func (g *grove) read(f func(ctx context.Context, tx *db.Tx) error) {
	g.t.Helper()
	dbtest.Read(g.t, g.d, f)
}

func (g *grove) total(unit int) (v tally.Vec) {
	g.t.Helper()
	g.read(func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = tally.Total(ctx, tx, g.sheet, g.units[unit])
		return err
	})
	return v
}

func (g *grove) prove(recounts map[string]tally.Recount) tally.Report {
	g.t.Helper()
	r, err := tally.Prove(g.t.Context(), g.d, recounts)
	if err != nil {
		g.t.Fatal(err)
	}
	return r
}

func (g *grove) proven() {
	g.t.Helper()
	if r := g.prove(nil); r.Mismatches != 0 {
		g.t.Errorf("got %d mismatches: %q", r.Mismatches, r.Details)
	}
}

// small is 0 ─ 1 ─ (3, 4), 0 ─ 2 ─ 5.
var small = []int{-1, 0, 0, 1, 1, 2}

func TestPostsAreCountedUpTheTree(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		g.must(3, tally.Delta{expected: 10, held: 1})
		g.must(4, tally.Delta{expected: 7})
		g.must(5, tally.Delta{expected: 5, persons: 0})
		g.must(1, tally.Delta{expected: 2})
		g.must(3, tally.Delta{held: -1})
		for unit, want := range map[int]tally.Delta{
			0: {expected: 24, held: 0, persons: 0}, 1: {expected: 19, held: 0}, 2: {expected: 5, persons: 0}, 3: {expected: 10, held: 0},
		} {
			if got := g.total(unit).Delta(); !same(got, want) {
				t.Errorf("unit %d: got %v, want %v", unit, got, want)
			}
		}
		g.read(func(ctx context.Context, tx *db.Tx) error {
			own, err := tally.Own(ctx, tx, g.sheet, g.units[1])
			if err != nil || !same(own.Delta(), tally.Delta{expected: 2}) {
				t.Errorf("own: got %v %v", own.Delta(), err)
			}
			nodes, err := tally.Children(ctx, tx, g.sheet, g.units[0], 0, 500)
			if err != nil || len(nodes) != 2 || nodes[0].Unit != g.units[1] || nodes[1].Total.Get(expected) != 5 {
				t.Errorf("children: got %+v %v", nodes, err)
			}
			nodes, err = tally.Children(ctx, tx, g.sheet, g.units[0], g.units[1], 500)
			if err != nil || len(nodes) != 1 || nodes[0].Unit != g.units[2] {
				t.Errorf("children after the first: got %+v %v", nodes, err)
			}
			all, err := tally.Nodes(ctx, tx, g.sheet)
			if err != nil || len(all) != 6 {
				t.Errorf("got %d nodes, want 6 (%v)", len(all), err)
			}
			return err
		})
		g.proven()
	})
}

func same(a, b tally.Delta) bool {
	return len(a) == len(b) && fmt.Sprint(a) == fmt.Sprint(b)
}

func TestPostRefuses(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		inner := g.sheet
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			s, err := tally.Open(ctx, tx, g.by, kind, "rollout2", treeKey, g.units[1])
			inner = s.ID
			return err
		})
		open := g.sheet
		g.sheet = inner
		if err := g.post(5, tally.Delta{held: 1}); !fault.Is(err, fault.Internal) {
			t.Errorf("a unit beside the sheet: got %v", err)
		}
		if err := g.post(0, tally.Delta{held: 1}); !fault.Is(err, fault.Internal) {
			t.Errorf("a unit above the sheet: got %v", err)
		}
		if err := g.post(3, tally.Delta{held: tally.Most + 1}); !fault.Is(err, fault.Internal) {
			t.Errorf("a figure too large: got %v", err)
		}
		g.must(3, tally.Delta{held: 1})
		if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tally.Open(ctx, tx, g.by, kind, "rollout2", treeKey, g.units[0])
			return err
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second sheet of a thing: got %v", err)
		}
		g.sheet = open
		g.must(3, tally.Delta{held: 1})
		g.read(func(ctx context.Context, tx *db.Tx) error {
			for unit, want := range map[int]bool{0: false, 1: true, 4: true, 5: false} {
				if on, err := tally.On(ctx, tx, inner, g.units[unit]); err != nil || on != want {
					t.Errorf("unit %d on the inner sheet: got %v %v, want %v", unit, on, err, want)
				}
			}
			if _, err := tally.Find(ctx, tx, 1<<40); !fault.Is(err, fault.NotFound) {
				t.Errorf("no such sheet: got %v", err)
			}
			return nil
		})
		g.proven()
	})
}

// A zero is posted when it makes a lane present and dropped when it does not.
func TestZeros(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		for _, delta := range []tally.Delta{{held: 0}, {held: 0}, {}, nil, {held: 0, persons: 3}} {
			g.must(3, delta)
		}
		if got := g.total(0); !same(got.Delta(), tally.Delta{held: 0, persons: 3}) {
			t.Errorf("got %v", got.Delta())
		}
		if r := g.prove(nil); r.Posts != 2 || r.Mismatches != 0 {
			t.Errorf("got %+v, want 2 posts", r)
		}
	})
}

// What one closure posted is undone with it, and its neighbours stand.
func TestFailedDeedsLeaveNothing(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		g.must(3, tally.Delta{held: 1})
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for unit := range g.units {
				if err := tally.Post(ctx, tx, g.by, g.entry(unit, tally.Delta{held: 1, late: 1})); err != nil {
					return err
				}
			}
			return fault.New(fault.Invalid, "error.form")
		})
		if !fault.Is(err, fault.Invalid) {
			t.Fatalf("got %v", err)
		}
		if got := g.total(0).Delta(); !same(got, tally.Delta{held: 1}) {
			t.Errorf("got %v, want held 1 alone", got)
		}
		if r := g.prove(nil); r.Posts != 1 || r.Nodes != 3 || r.Mismatches != 0 {
			t.Errorf("got %+v, want one post and three nodes", r)
		}
	})
}

// A watermark shows what stood then, whatever was posted since.
func TestWatermark(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		type mark struct {
			post   int64
			totals []tally.Delta
		}
		var marks []mark
		for i, unit := range []int{3, 5, 3, 1, 4, 0, 3} {
			g.must(unit, tally.Delta{expected: int64(i + 1), held: int64(i%3 - 1)})
			m := mark{}
			g.read(func(ctx context.Context, tx *db.Tx) (err error) {
				m.post, err = tally.LastPost(ctx, tx, g.sheet)
				return err
			})
			for unit := range g.units {
				m.totals = append(m.totals, g.total(unit).Delta())
			}
			marks = append(marks, m)
		}
		g.read(func(ctx context.Context, tx *db.Tx) error {
			for _, m := range marks {
				for unit, want := range m.totals {
					own, total, err := tally.At(ctx, tx, g.sheet, g.units[unit], m.post)
					if err != nil {
						return err
					}
					if !same(total.Delta(), want) {
						t.Errorf("at post %d unit %d: got %v, want %v", m.post, unit, total.Delta(), want)
					}
					if unit >= 3 && !own.Equal(total) {
						t.Errorf("a leaf's own figures %v are not its total %v", own.Delta(), total.Delta())
					}
				}
			}
			_, total, err := tally.At(ctx, tx, g.sheet, g.units[0], marks[0].post-1)
			if err == nil && !total.Empty() {
				t.Errorf("before the first post: got %v", total.Delta())
			}
			return err
		})
	})
}

// A sheet keeps the tree it was opened on.
func TestSheetKeepsItsEpoch(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		var later int64
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			u, err := org.Create(ctx, tx, auth.System(treeKey), "u1", org.NewUnit{Key: "moi", Name: "Chi đoàn mới", Kind: "chi đoàn", From: "2020-01-01"})
			if err != nil {
				return err
			}
			g.units = append(g.units, u.ID)
			s, err := tally.Open(ctx, tx, g.by, kind, "rollout2", treeKey, g.units[0])
			later = s.ID
			return err
		})
		if err := g.post(6, tally.Delta{held: 1}); !fault.Is(err, fault.Internal) {
			t.Errorf("a unit made after the sheet: got %v", err)
		}
		g.must(3, tally.Delta{held: 1})
		g.sheet = later
		g.must(6, tally.Delta{held: 1})
		if got := g.total(1).Get(held); got != 1 {
			t.Errorf("got %d held on the later sheet, want 1", got)
		}
		if slices.Contains(g.units[:6], g.units[6]) {
			t.Error("an id was used twice")
		}
		g.proven()
	})
}
