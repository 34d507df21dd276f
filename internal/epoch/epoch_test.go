package epoch

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// randomTree returns the edges of a tree of n units in pre-order, with ids in no
// order.
func randomTree(r *rand.Rand, n int) []edge {
	ids := r.Perm(n * 3)[:n]
	var edges []edge
	var path []int64
	for _, id := range ids {
		unit := int64(id + 1)
		path = path[:min(len(path), 1+r.IntN(len(path)+1))]
		e := edge{unit: unit}
		if len(edges) > 0 {
			e.parent = path[len(path)-1]
		}
		edges, path = append(edges, e), append(path, unit)
	}
	return edges
}

// The compiled tree says of every unit what the edges say.
func TestEpochFollowsItsEdges(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		edges := randomTree(r, 1+r.IntN(60))
		e, err := compile(edges)
		if err != nil {
			t.Fatal(err)
		}
		checkEpoch(t, e, edges)
		blob, err := e.encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeEpoch(blob)
		if err != nil {
			t.Fatal(err)
		}
		checkEpoch(t, again, edges)
	}
}

func checkEpoch(t *testing.T, e *Epoch, edges []edge) {
	t.Helper()
	parent := map[int64]int64{}
	for _, x := range edges {
		parent[x.unit] = x.parent
	}
	if e.Len() != len(edges) {
		t.Fatalf("got %d units, want %d", e.Len(), len(edges))
	}
	for unit, above := range parent {
		i, ok := e.Index(unit)
		if !ok || e.Unit(i) != unit || e.Parent(i) != above {
			t.Fatalf("unit %d: got place %d %v under %d, want under %d", unit, i, ok, e.Parent(i), above)
		}
		var chain, want []int64
		for at := range e.Up(i) {
			chain = append(chain, e.Unit(at))
		}
		for u := unit; u != 0; u = parent[u] {
			want = append(want, u)
		}
		if !slices.Equal(chain, want) || e.Depth(i) != len(want)-1 {
			t.Fatalf("unit %d: got chain %v depth %d, want %v", unit, chain, e.Depth(i), want)
		}
		for other := range parent {
			j, _ := e.Index(other)
			under := slices.Contains(want, other)
			if e.Under(i, j) != under || slices.Contains(e.Subtree(j), unit) != under {
				t.Fatalf("unit %d under %d: got %v, want %v", unit, other, e.Under(i, j), under)
			}
		}
		var children, mine []int64
		for at := range e.Children(i) {
			children = append(children, e.Unit(at))
		}
		for _, x := range edges {
			if x.parent == unit {
				mine = append(mine, x.unit)
			}
		}
		if !slices.Equal(children, mine) {
			t.Fatalf("unit %d: got children %v, want %v", unit, children, mine)
		}
	}
	for _, no := range []int64{-1, 0, 1 << 40} {
		if _, ok := e.Index(no); ok {
			t.Errorf("unit %d is in a tree without it", no)
		}
	}
}

func TestEpochRefusesWhatIsNoTree(t *testing.T) {
	for name, edges := range map[string][]edge{
		"a circle":      {{1, 0}, {2, 3}, {3, 2}},
		"an orphan":     {{1, 0}, {2, 9}},
		"twice a child": {{1, 0}, {2, 1}, {2, 1}},
	} {
		if e, err := compile(edges); err == nil {
			t.Errorf("%s: got %d units, want an error", name, e.Len())
		}
	}
}

func FuzzEpoch(f *testing.F) {
	for seed := range uint64(3) {
		e, err := compile(randomTree(rand.New(rand.NewPCG(seed, 2)), 20))
		if err != nil {
			f.Fatal(err)
		}
		blob, err := e.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(blob)
	}
	f.Fuzz(func(t *testing.T, blob []byte) {
		e, err := decodeEpoch(blob)
		if err != nil {
			return
		}
		again, err := e.encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeEpoch(again)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := back.encode()
		if err != nil || !bytes.Equal(again, twice) {
			t.Errorf("got %x, want %x (%v)", twice, again, err)
		}
		for i := range e.Len() {
			if e.End(i) <= i || e.End(i) > e.Len() || e.Above(i) >= i {
				t.Errorf("place %d ends at %d, above it is %d", i, e.End(i), e.Above(i))
			}
		}
	})
}

// What stands on a day: units that have not ended, under the parent of that
// day, and all that lies above them.
func TestStanding(t *testing.T) {
	s := func(unit, parent int64, from, to vn.Day) span { return span{edge{unit, parent}, from, to} }
	spans := []span{
		s(1, 0, "2018-01-01", ""),
		s(2, 1, "2018-01-01", "2020-06-01"), // closed, yet 3 still hangs under it
		s(3, 2, "2018-01-01", ""),
		s(4, 1, "2018-01-01", "2020-11-02"),                            // its last day was yesterday
		s(5, 1, "2018-01-01", "2020-11-03"),                            // its last day is today
		s(6, 1, "2018-01-01", "2020-11-02"), s(6, 5, "2020-11-02", ""), // moved today
		s(7, 1, "2018-01-01", "2020-12-01"), s(7, 5, "2020-12-01", ""), // moves next month
	}
	want := []edge{{1, 0}, {2, 1}, {3, 2}, {5, 1}, {6, 5}, {7, 1}}
	if got := standing(spans, "2020-11-02"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func epochFor(t *testing.T, d *db.DB) (e *Epoch) {
	t.Helper()
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = For(ctx, tx, "doan")
		return err
	})
	return e
}

// An epoch is cut when the tree has changed and never otherwise; the old ones
// stay as they were.
func TestEpochIsCutWhenTheTreeChanges(t *testing.T) {
	d := dbtest.Open(t)
	by := auth.System("doan")
	write := func(f func(ctx context.Context, tx *db.Tx) error) {
		t.Helper()
		dbtest.Write(t, d, f)
	}
	add := func(parent, key string) {
		t.Helper()
		write(func(ctx context.Context, tx *db.Tx) error {
			_, err := org.Create(ctx, tx, by, parent, org.NewUnit{Key: key, Name: "Chi đoàn " + key, Kind: "chi đoàn", From: "2019-01-01"})
			return err
		})
	}
	write(func(ctx context.Context, tx *db.Tx) error {
		_, err := org.Plant(ctx, tx, by, "doan", "Đoàn", org.NewUnit{Key: "goc", Name: "Đoàn khối", Kind: "đoàn khối", From: "2019-01-01"})
		return err
	})
	add("goc", "a")
	add("goc", "b")
	first := epochFor(t, d)
	if again := epochFor(t, d); again.ID != first.ID || again.Len() != 3 {
		t.Errorf("got epoch %d of %d units, want %d of 3 again", again.ID, again.Len(), first.ID)
	}

	write(func(ctx context.Context, tx *db.Tx) error {
		return org.Rename(ctx, tx, by, "a", 1, org.NewUnit{Name: "Chi đoàn A mới", From: "2020-01-01"}, "đổi tên")
	})
	if again := epochFor(t, d); again.ID != first.ID {
		t.Error("a renaming cut an epoch")
	}

	add("a", "c")
	second := epochFor(t, d)
	if second.ID == first.ID || second.Len() != 4 {
		t.Errorf("after a new unit: got epoch %d of %d units", second.ID, second.Len())
	}

	closing := vn.DayOf(dbtest.Noon).AddDays(2)
	write(func(ctx context.Context, tx *db.Tx) error {
		u, err := org.Get(ctx, tx, by, "b")
		if err != nil {
			return err
		}
		above, err := org.Above(ctx, tx, by.Tree, u.ID)
		if err != nil {
			return err
		}
		_, err = org.EndUnit(ctx, tx, by.Tree, u, above, closing)
		return err
	})
	third := epochFor(t, d)
	if third.Len() != 4 {
		t.Errorf("before the day of a closing: got %d units, want 4", third.Len())
	}
	d.SetClock(func() time.Time { return dbtest.Noon.AddDate(0, 0, 1) })
	if again := epochFor(t, d); again.ID != third.ID {
		t.Error("a day on which nothing happened cut an epoch")
	}
	d.SetClock(func() time.Time { return dbtest.Noon.AddDate(0, 0, 2) })
	fourth := epochFor(t, d)
	if fourth.ID == third.ID || fourth.Len() != 3 {
		t.Errorf("on the day of a closing: got %d units, want 3", fourth.Len())
	}
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		old, err := ByID(ctx, tx, first.ID)
		if err == nil && (old.Len() != 3 || old.Tree != "doan") {
			err = fmt.Errorf("the first epoch has become one of %d units in %q", old.Len(), old.Tree)
		}
		return err
	})
}

// An epoch that was read before its transaction failed is not held for another.
func TestEpochRolledBack(t *testing.T) {
	d := dbtest.Open(t)
	by := auth.System("doan")
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		_, err := org.Plant(ctx, tx, by, "doan", "Đoàn", org.NewUnit{Key: "goc", Name: "Đoàn khối", Kind: "đoàn khối", From: "2019-01-01"})
		return err
	})
	var lost int64
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := org.Create(ctx, tx, by, "goc", org.NewUnit{Key: "x", Name: "Chi đoàn X", Kind: "chi đoàn", From: "2019-01-01"}); err != nil {
			return err
		}
		e, err := For(ctx, tx, "doan")
		if err != nil {
			return err
		}
		if e, err = ByID(ctx, tx, e.ID); err != nil {
			return err
		}
		lost = e.ID
		return fmt.Errorf("no")
	})
	if err == nil {
		t.Fatal("want an error")
	}
	if e := epochFor(t, d); e.ID == lost || e.Len() != 1 {
		t.Errorf("got epoch %d of %d units, want another than %d, of 1", e.ID, e.Len(), lost)
	}
}

func TestShelfIsBounded(t *testing.T) {
	s := shelf{byID: map[int64]*shelved{}}
	for id := range int64(100) {
		s.put(&Epoch{ID: id})
		s.get(0)
	}
	if len(s.byID) != maxKept || s.get(0) == nil || s.get(99) == nil || s.get(1) != nil {
		t.Errorf("got %d epochs held, want the %d used last", len(s.byID), maxKept)
	}
}

func BenchmarkEpoch(b *testing.B) {
	edges := randomTree(rand.New(rand.NewPCG(1, 1)), 300_000)
	for i := range edges { // a national tree is as deep as its levels
		if i > 0 {
			edges[i].parent = edges[max(0, i/17-1)].unit
		}
	}
	var blob []byte
	for b.Loop() {
		e, err := compile(edges)
		if err != nil {
			b.Fatal(err)
		}
		if blob, err = e.encode(); err != nil {
			b.Fatal(err)
		}
		if _, err := decodeEpoch(blob); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(blob)), "bytes")
}
