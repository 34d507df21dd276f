package pivot

import (
	"slices"
)

// An Axis is one of the three directions in which figures are laid out.
type Axis string

// The axes.
const (
	Units   Axis = "units"
	Periods Axis = "periods"
	Items   Axis = "items"
)

// Axes are all of them.
var Axes = []Axis{Units, Periods, Items}

// A Layout says which axis stands on the rows and which on the columns. The third is
// nested in the columns, or one of its members is shown alone.
type Layout struct {
	Rows, Columns Axis
	Show          string // "all" nests the third; a unit's key, a period's id, an item's key, "over" for all periods, "whole" for the whole unit
}

const (
	all   = "all"
	over  = "over"
	whole = "whole"
)

// settle makes three axes of what was asked for. Units are not nested unless somebody
// asks for it, as there are many; the whole is shown instead.
func (y *Layout) settle() {
	if !slices.Contains(Axes, y.Rows) {
		y.Rows = Units
	}
	if !slices.Contains(Axes, y.Columns) || y.Columns == y.Rows {
		y.Columns = Periods
		if y.Rows == Periods {
			y.Columns = Items
		}
	}
	switch {
	case y.Show != "":
	case y.Third() == Units:
		y.Show = whole
	default:
		y.Show = all
	}
}

// Third is the axis that stands neither on the rows nor on the columns.
func (y Layout) Third() Axis {
	for _, a := range Axes {
		if a != y.Rows && a != y.Columns {
			return a
		}
	}
	return Items
}

// only returns the key of the one unit that is shown, "" if there are several.
func (y Layout) only(unitKey string) string {
	switch {
	case y.Third() != Units || y.Show == all:
		return ""
	case y.Show == whole || y.Show == "":
		return unitKey
	}
	return y.Show
}

// A Member is one of the lines, rounds or items that stand on an axis.
type Member struct {
	Axis  Axis
	Line  Line
	At    int  // of a round or an item
	Total bool // the whole of the units, or all periods put together
}

// Members returns what stands on an axis, the total last.
func (p Pivot) Members(axis Axis) (some []Member) {
	switch axis {
	case Units:
		for _, l := range p.Lines {
			some = append(some, Member{Axis: Units, Line: l})
		}
		if !p.Alone() && len(p.Lines) > 0 && !p.one {
			some = append(some, Member{Axis: Units, Line: p.Whole, Total: true})
		}
	case Periods:
		for i := range p.Rounds {
			some = append(some, Member{Axis: Periods, At: i})
		}
		if len(p.Rounds) > 1 {
			some = append(some, Member{Axis: Periods, Total: true})
		}
	default:
		for i := range p.Items {
			some = append(some, Member{Axis: Items, At: i})
		}
	}
	return some
}

// third returns the members of the third axis that are shown.
func (p Pivot) third(y Layout) []Member {
	some := p.Members(y.Third())
	if y.Show == all || y.Third() == Units {
		return some
	}
	for _, m := range some {
		if p.id(m) == y.Show {
			return []Member{m}
		}
	}
	return some
}

// id names a member in addresses.
func (p Pivot) id(m Member) string {
	switch {
	case m.Axis == Units:
		return m.Line.Key
	case m.Axis == Items:
		return p.Items[m.At].Key
	case m.Total:
		return over
	}
	return p.Rounds[m.At].Period.ID
}

// Cell returns what stands where three members of the three axes meet.
func (p Pivot) Cell(a, b, c Member) Cell {
	var l Line
	var period, item Member
	for _, m := range []Member{a, b, c} {
		switch m.Axis {
		case Units:
			l = m.Line
		case Periods:
			period = m
		default:
			item = m
		}
	}
	if period.Total {
		return p.Over(l, item.At)
	}
	return p.Period(l, period.At, item.At)
}

// weight is how many cells a line of the pivot has.
func (p Pivot) weight(y Layout) int {
	n := 1
	for _, axis := range []Axis{Periods, Items} {
		if axis == y.Third() {
			n *= max(1, len(p.third(y)))
		} else {
			n *= max(1, len(p.Members(axis)))
		}
	}
	return n
}
