package fill

import "slices"

// An Odd is a figure that stands apart from others of its kind. It is a question to
// who types it, never a refusal: figures may well be so.
type Odd struct {
	Figure int64
	Count  int   // how many others there are
	Middle int64 // their median; of an even number the lower of the two in the middle
	Low    int64 // at least half of the others are from Low to High
	High   int64
}

// Few is how many others there must be before one can say what is usual.
const Few = 3

// wide is how many times the usual distance from the middle a figure may be away.
const wide = 5

// Apart says whether a figure stands apart from others: those of the unit in the
// periods before, or those of its siblings in the same period. What is usual is the
// median of the others and the median of their distances from it (the median
// absolute deviation), which one wild figure among them does not move.
//
// It is apart when it is further from the median than five usual distances, and
// further than half of the median, and further than slack, the least difference that
// anybody would ask about: so a 12 after a row of 10, 10, 10 is not asked about, and
// a 100 is. Everything is in whole numbers.
func Apart(figure int64, others []int64, slack int64) (Odd, bool) {
	if len(others) < Few {
		return Odd{}, false
	}
	middle := median(others)
	distances := make([]int64, len(others))
	for i, x := range others {
		distances[i] = distance(x, middle)
	}
	usual := median(distances)
	o := Odd{Figure: figure, Count: len(others), Middle: middle, Low: middle - usual, High: middle + usual}
	return o, distance(figure, middle) > max(wide*usual, distance(middle, 0)/2, slack)
}

// median returns the middle of some figures, the lower of two.
func median(all []int64) int64 {
	s := slices.Sorted(slices.Values(all))
	return s[(len(s)-1)/2]
}

func distance(x, y int64) int64 { return max(x-y, y-x) }
