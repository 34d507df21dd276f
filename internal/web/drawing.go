package web

import (
	"fmt"
	"slices"
)

// A State colours a tag, a bar or a tile; each comes with a word or a sign,
// never alone.
type State string

// The states.
const (
	Done State = "done"
	Soon State = "soon"
	Late State = "late"
	None State = "none"
)

// Sign returns the sign that says the state without colour.
func (s State) Sign() string {
	switch s {
	case Done:
		return "✓"
	case Late:
		return "!"
	}
	return ""
}

// A Segment is a part of a bar: a state and how much of the whole.
type Segment struct {
	State State
	Of    int64
}

type span struct {
	State State
	X, W  string
}

// spans lays the segments of a bar side by side in a width of 1000.
func spans(total int64, segments []Segment) []span {
	var all []span
	x := 0.0
	for _, s := range segments {
		if total <= 0 || s.Of <= 0 {
			continue
		}
		w := min(float64(s.Of)*1000/float64(total), 1000-x)
		all = append(all, span{s.State, number(x), number(w)})
		x += w
	}
	return all
}

func number(f float64) string { return fmt.Sprintf("%.2f", f) }

// A Tile is a unit in a treemap: its size, its state and where it leads.
type Tile struct {
	Label, Href string
	Size        int64
	State       State
}

type placed struct {
	Tile
	x, y, w, h float64
}

// X, Y, W and H are the tile's place with a gap around it, in the drawing's
// own units.
func (t placed) X() string { return number(t.x + .75) }

// Y is the top edge.
func (t placed) Y() string { return number(t.y + .75) }

// W is the width.
func (t placed) W() string { return number(max(0, t.w-1.5)) }

// H is the height.
func (t placed) H() string { return number(max(0, t.h-1.5)) }

// MidX is the middle.
func (t placed) MidX() string { return number(t.x + t.w/2) }

// MidY is the base line of a sign in the middle.
func (t placed) MidY() string { return number(t.y + t.h/2 + 4) }

// Roomy reports whether a sign fits.
func (t placed) Roomy() bool { return t.w > 12 && t.h > 14 }

// squarify lays tiles out in a box, the largest first, as square as can be
// (Bruls, Huizing and van Wijk, 2000).
func squarify(tiles []Tile, w, h float64) []placed {
	tiles = slices.DeleteFunc(slices.Clone(tiles), func(t Tile) bool { return t.Size <= 0 })
	slices.SortStableFunc(tiles, func(a, b Tile) int { return int(b.Size - a.Size) })
	var all []placed
	x, y := 0.0, 0.0
	for len(tiles) > 0 {
		total := 0.0
		for _, t := range tiles {
			total += float64(t.Size)
		}
		scale := w * h / total
		short := min(w, h)
		n := bestRow(tiles, scale, short)
		area := 0.0
		for _, t := range tiles[:n] {
			area += float64(t.Size) * scale
		}
		thick, at := area/short, 0.0
		for _, t := range tiles[:n] {
			long := float64(t.Size) * scale / thick
			if w >= h {
				all = append(all, placed{t, x, y + at, thick, long})
			} else {
				all = append(all, placed{t, x + at, y, long, thick})
			}
			at += long
		}
		if w >= h {
			x, w = x+thick, w-thick
		} else {
			y, h = y+thick, h-thick
		}
		tiles = tiles[n:]
	}
	return all
}

// bestRow returns how many tiles to lay along the short side so that the worst
// of them is as square as can be.
func bestRow(tiles []Tile, scale, short float64) int {
	best, sum := -1.0, 0.0
	for i, t := range tiles {
		sum += float64(t.Size) * scale
		thick, worst := sum/short, 0.0
		for _, u := range tiles[:i+1] {
			long := float64(u.Size) * scale / thick
			worst = max(worst, long/thick, thick/long)
		}
		if best >= 0 && worst > best {
			return i
		}
		best = worst
	}
	return len(tiles)
}
