package fill_test

import (
	"math/rand/v2"
	"testing"

	"nhipcau/internal/fill"
)

// What people would ask about is asked about, and what they would not is not.
func TestApart(t *testing.T) {
	for _, c := range []struct {
		name   string
		figure int64
		others []int64
		apart  bool
	}{
		{"a nought too many", 430, []int64{40, 43, 46, 41, 44}, true},
		{"a nought too few", 4, []int64{40, 43, 46, 41, 44}, true},
		{"as ever", 45, []int64{40, 43, 46, 41, 44}, false},
		{"a good month", 52, []int64{40, 43, 46, 41, 44}, false},
		{"a little more than a steady figure", 12, []int64{10, 10, 10, 10}, false},
		{"ten times a steady figure", 100, []int64{10, 10, 10, 10}, true},
		{"one wild figure among them moves nothing", 45, []int64{40, 43, 4300, 41, 44}, false},
		{"none where there were many", 0, []int64{400, 430, 460}, true},
		{"small figures", 3, []int64{0, 0, 1, 0}, false},
		{"too few to say", 1_000_000, []int64{1, 2}, false},
		{"below zero", -500, []int64{-10, -12, -11, -9}, true},
	} {
		if u, ok := fill.UsualOf(c.others, 5); (ok && u.Apart(c.figure)) != c.apart {
			t.Errorf("%s: asked about or not: %+v", c.name, u)
		}
	}
}

// Whatever the figures: at least half of the others are in the usual range and none
// of that is apart, their order says nothing, and what is further away than a figure
// that is apart is apart too.
func TestApartProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 39))
	for range 3000 {
		others := make([]int64, fill.Few+r.IntN(20))
		size := int64(1) << r.IntN(40)
		for i := range others {
			others[i] = r.Int64N(2*size) - size/2
		}
		figure := r.Int64N(8*size) - 3*size
		slack := r.Int64N(10)
		u, ok := fill.UsualOf(others, slack)
		if !ok {
			t.Fatalf("%d figures are too few", len(others))
		}
		inside := 0
		for _, x := range others {
			if x >= u.Low && x <= u.High {
				inside++
			}
		}
		if 2*inside < len(others) {
			t.Fatalf("%d of %v are from %d to %d", inside, others, u.Low, u.High)
		}
		for _, x := range []int64{u.Low, u.Middle, u.High} {
			if u.Apart(x) {
				t.Fatalf("%d is apart from %v", x, others)
			}
		}
		r.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
		if again, _ := fill.UsualOf(others, slack); again != u {
			t.Fatalf("%v: the order matters", others)
		}
		further := figure + 1 + r.Int64N(size)
		if figure < u.Middle {
			further = figure - 1 - r.Int64N(size)
		}
		if u.Apart(figure) && !u.Apart(further) {
			t.Fatalf("%d is apart from %v, and %d is not", figure, others, further)
		}
	}
}
