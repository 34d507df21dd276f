package tally

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func FuzzVec(f *testing.F) {
	for _, d := range []Delta{{}, {0: 0}, {0: 1, 7: -1, 8: math.MaxInt64}, {63: 5, 64: 6, 255: math.MinInt64}} {
		v, err := vecOf(d)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(v.pack())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := unpack(b)
		if err != nil {
			return
		}
		back, err := unpack(v.pack())
		if err != nil || !back.Equal(v) {
			t.Errorf("%x: got %v %v, want %v", b, back.Delta(), err, v.Delta())
		}
		w, err := vecOf(v.Delta())
		if err != nil || !w.Equal(v) {
			t.Errorf("%x: got %v %v from its own delta, want %v", b, w.Delta(), err, v.Delta())
		}
	})
}

func TestVecPresence(t *testing.T) {
	v, err := vecOf(Delta{2: 0, 5: -3})
	if err != nil {
		t.Fatal(err)
	}
	for l, want := range map[Lane]bool{0: false, 2: true, 5: true, 6: false, 255: false} {
		if v.Has(l) != want {
			t.Errorf("lane %d: got present %v, want %v", l, v.Has(l), want)
		}
	}
	if v.Get(5) != -3 || v.Get(2) != 0 || v.Get(200) != 0 {
		t.Errorf("got %v", v.Delta())
	}
	if w, _ := vecOf(Delta{5: -3}); w.Equal(v) {
		t.Error("zero and absent are taken for the same")
	}
	if (Vec{}).Has(0) || !(Vec{}).Empty() || v.Empty() {
		t.Error("an empty vector is not empty")
	}
}

// A vector of few figures stays small, and an older one lacks the tail.
func TestVecIsPacked(t *testing.T) {
	v, _ := vecOf(Delta{0: 1, 3: 40})
	if b := v.pack(); len(b) != 4 {
		t.Errorf("got %d bytes %x, want 4", len(b), b)
	}
	if b := (Vec{}).pack(); len(b) != 1 {
		t.Errorf("got %x for nothing", b)
	}
	for _, b := range [][]byte{{0}, {}} {
		if v, err := unpack(b); err != nil || !v.Empty() {
			t.Errorf("%x: got %v %v, want nothing", b, v.Delta(), err)
		}
	}
	for _, b := range [][]byte{{1}, {1, 0}, {1, 1}, {1, 1, 2, 3}, {33}, {200, 1}} {
		if v, err := unpack(b); err == nil {
			t.Errorf("%x: got %v, want an error", b, v.Delta())
		}
	}
}

func TestVecOverflow(t *testing.T) {
	for _, c := range []struct {
		had, add int64
		fits     bool
	}{
		{math.MaxInt64 - 1, 1, true},
		{math.MaxInt64, 1, false},
		{math.MinInt64, -1, false},
		{math.MinInt64 + 1, -1, true},
		{math.MaxInt64, math.MinInt64, true},
		{-1, math.MinInt64, false},
		{0, 0, true},
	} {
		v, err := vecOf(Delta{3: c.had})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Add(Delta{3: c.add}); (err == nil) != c.fits || err != nil && !errors.Is(err, errOverflow) {
			t.Errorf("%d + %d: got %v", c.had, c.add, err)
		}
	}
}

func TestKind(t *testing.T) {
	k := NewKind("study", "expected", "held")
	if k.Lane("held") != 1 || !k.Has("expected") || k.Has("late") {
		t.Errorf("got %+v", k)
	}
	d := Delta{0: 2, 1: -1}
	if got := d.Neg(); got[0] != -2 || got[1] != 1 || d[0] != 2 {
		t.Errorf("got %v from %v", got, d)
	}
	if got := d.Plus(Delta{1: 1, 4: 5}); got[0] != 2 || got[1] != 0 || got[4] != 5 || len(d) != 2 {
		t.Errorf("got %v, and %v", got, d)
	}
}

// Parts are of few sizes, and together they are everything.
func TestChunks(t *testing.T) {
	for n := range 1200 {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		at := 0
		for part := range chunks(all) {
			if len(part) != 1 && !slices.Contains(sizes, len(part)) {
				t.Fatalf("a part of %d", len(part))
			}
			for _, x := range part {
				if x != at {
					t.Fatalf("got %d, want %d", x, at)
				}
				at++
			}
		}
		if at != n {
			t.Fatalf("got %d of %d", at, n)
		}
	}
}
