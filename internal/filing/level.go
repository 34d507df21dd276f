package filing

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
)

// MaxLevel is how many units a table of a level holds: all communes of a nation.
const MaxLevel = 12_000

// A Level is the table of all units so many levels under one, as the tree stood when
// the period was opened, with what the units above them returned themselves and with
// branches that end before: its rows add up to the figures of the unit.
type Level struct {
	Unit  org.Unit
	Top   Row // the unit with all under it
	Own   Row // the unit's own part
	Down  int // how many levels
	Parts []Part
}

// A Part is a unit directly under the one a level is of, with the rows at and under it.
type Part struct {
	Row
	Rows []Seated
	// Gone are the figures of its rows that by may not see: of units that stand
	// elsewhere today. Count is how many they are.
	Gone  Row
	Count int
}

// A Seated row is a unit in a table of a level.
type Seated struct {
	Row
	Above string // name of the unit over it
	Own   bool   // what the unit has itself, without those under it
}

// A Depth is how many units stand so many levels under one, with the first of them.
type Depth struct {
	Down  int
	Units int
	Like  string // name of the first, "" if by may not see it
}

// Depths returns which levels there are under a unit that by may see.
func (r *Round) Depths(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string) (u org.Unit, all []Depth, err error) {
	u, at, err := r.on(ctx, tx, by, unitKey)
	if err != nil {
		return u, nil, err
	}
	var first []int64
	for i := at + 1; i < r.epoch.End(at); i++ {
		down := r.epoch.Depth(i) - r.epoch.Depth(at)
		if down > len(all) {
			all, first = append(all, Depth{Down: down}), append(first, r.epoch.Unit(i))
		}
		all[down-1].Units++
	}
	names, err := namesOf(ctx, tx, by, first)
	for i := range all {
		all[i].Like = names[first[i]].name
	}
	return u, all, err
}

// A seat is a place that becomes a row of a level.
type seat struct {
	at, part int // part is which of the units directly under the top it stands at or under
	own      bool
}

// Level returns the table of the units down levels under a unit that by may see, 1 for
// those directly under it. More than MaxLevel are a Conflict, no units that deep are not
// found.
func (r *Round) Level(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string, down int) (l Level, err error) {
	u, top, err := r.on(ctx, tx, by, unitKey)
	if err != nil {
		return l, err
	}
	l.Unit, l.Down = u, down
	seats, heads, between, deepest := r.seats(top, down)
	switch {
	case down < 1 || down > 1 && deepest < down:
		return l, notFound()
	case len(seats) > MaxLevel:
		return l, fault.New(fault.Conflict, "filing.error.table", len(seats), MaxLevel)
	}
	nodes, err := tally.Under(ctx, tx, r.Sheet.ID, between)
	if err != nil {
		return l, err
	}
	if nodes[u.ID], err = tally.NodeOf(ctx, tx, r.Sheet.ID, u.ID); err != nil {
		return l, err
	}
	units := append([]int64(nil), between...)
	for _, s := range seats {
		units = append(units, r.epoch.Unit(s.at))
	}
	names, err := namesOf(ctx, tx, by, distinct(units))
	if err != nil {
		return l, err
	}
	l.Top = r.row(top, nodes[u.ID], called{u.ID, u.Key, u.Name})
	l.Own = l.Top.alone()
	for _, at := range heads {
		id := r.epoch.Unit(at)
		l.Parts = append(l.Parts, Part{Row: r.row(at, nodes[id], names[id])})
	}
	for _, s := range seats {
		if err := l.Parts[s.part].seat(r, s, nodes, names); err != nil {
			return l, err
		}
	}
	return l, nil
}

// seats returns the places of the rows of a level in the order of the tree, those of the
// units directly under the top, the units whose children stand in the table or above
// it, and how deep the tree goes, no further than the level.
func (r *Round) seats(top, down int) (seats []seat, heads []int, between []int64, deepest int) {
	e := r.epoch
	between = append(between, e.Unit(top))
	for i := top + 1; i < e.End(top); {
		depth := e.Depth(i) - e.Depth(top)
		deepest = max(deepest, depth)
		if depth == 1 {
			heads = append(heads, i)
		}
		if depth == down || e.End(i) == i+1 {
			seats = append(seats, seat{at: i, part: len(heads) - 1})
			i = e.End(i)
			continue
		}
		seats = append(seats, seat{at: i, part: len(heads) - 1, own: true})
		between = append(between, e.Unit(i))
		i++
	}
	return seats, heads, between, deepest
}

// seat puts a row into a part. A unit between the levels has one only if it is asked
// itself or has returned something.
func (p *Part) seat(r *Round, s seat, nodes map[int64]tally.Node, names map[int64]called) error {
	id := r.epoch.Unit(s.at)
	x := Seated{Row: r.row(s.at, nodes[id], names[id]), Above: names[r.epoch.Parent(s.at)].name, Own: s.own}
	if s.own {
		if x.Row = x.alone(); !x.Asked && x.Total.Empty() {
			return nil
		}
	}
	if x.Key != "" {
		p.Rows = append(p.Rows, x)
		return nil
	}
	p.Count++
	p.Gone.Due += x.Due
	return p.Gone.Total.Add(x.Total.Delta())
}

// alone is a unit's own part of its row.
func (r Row) alone() Row {
	r.Total, r.Due = r.Own, 0
	if r.Asked {
		r.Due = 1
	}
	return r
}
