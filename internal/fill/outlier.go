package fill

import "slices"

// A Usual is what is usual among some figures: those of a unit in the periods before,
// or those of its siblings in the same period. A figure far from it is a question to
// who types it, never a refusal: figures may well be so.
//
// What is usual is the median of the figures and the median of their distances from
// it (the median absolute deviation), which one wild figure among them does not move.
type Usual struct {
	Count  int   // how many figures there are
	Middle int64 // their median; of an even number the lower of the two in the middle
	Low    int64 // at least half of them are from Low to High
	High   int64
	Reach  int64 // how far from Middle a figure may be without a question
}

// Few is how many figures there must be before one can say what is usual.
const Few = 3

// wide is how many times the usual distance from the middle a figure may be away.
const wide = 5

// UsualOf says what is usual among some figures; false if they are too few. A figure
// is apart when it is further from the median than five usual distances, and further
// than half of the median, and further than slack, the least difference that anybody
// would ask about: after a row of 10, 10, 10 a 12 is not asked about, and a 100 is.
// Everything is in whole numbers.
func UsualOf(figures []int64, slack int64) (Usual, bool) {
	if len(figures) < Few {
		return Usual{}, false
	}
	middle := median(figures)
	distances := make([]int64, len(figures))
	for i, x := range figures {
		distances[i] = distance(x, middle)
	}
	usual := median(distances)
	return Usual{
		Count: len(figures), Middle: middle, Low: middle - usual, High: middle + usual,
		Reach: max(wide*usual, distance(middle, 0)/2, slack),
	}, true
}

// Apart reports whether a figure is to be asked about.
func (u Usual) Apart(figure int64) bool { return distance(figure, u.Middle) > u.Reach }

// median returns the middle of some figures, the lower of two.
func median(all []int64) int64 {
	s := slices.Sorted(slices.Values(all))
	return s[(len(s)-1)/2]
}

func distance(x, y int64) int64 { return max(x-y, y-x) }
