package world_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"nhipcau/internal/vn"
	"nhipcau/internal/world"
)

// The older a woman, the more often she is Thị, and a man Văn; names are clean
// and come again from the same source of chance.
func TestNamesOfAges(t *testing.T) {
	const n = 20_000
	for _, c := range []struct {
		female    bool
		born      int
		mark      string
		low, high int // of a hundred
	}{
		{true, 1950, " Thị ", 83, 87},
		{true, 1985, " Thị ", 68, 72},
		{true, 2003, " Thị ", 55, 75},
		{false, 1950, " Văn ", 43, 47},
		{false, 1985, " Văn ", 23, 27},
		{false, 2003, " Văn ", 12, 25},
	} {
		r, again := rand.New(rand.NewPCG(1, 1)), rand.New(rand.NewPCG(1, 1))
		marked, nguyen := 0, 0
		for range n {
			name := world.NameOf(r, c.female, c.born)
			if name != vn.Clean(name) || name != world.NameOf(again, c.female, c.born) {
				t.Fatalf("%+v: %q", c, name)
			}
			if strings.Contains(name, c.mark) {
				marked++
			}
			if strings.HasPrefix(name, "Nguyễn ") {
				nguyen++
			}
		}
		if p := marked * 100 / n; p < c.low || p > c.high {
			t.Errorf("%+v: %d in a hundred", c, p)
		}
		if p := nguyen * 100 / n; p < 36 || p > 41 {
			t.Errorf("%+v: %d in a hundred are Nguyễn", c, p)
		}
	}
}
