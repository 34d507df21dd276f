package guidance

import (
	"context"
	"math/bits"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
)

// A Row is how guidance stands at a unit and all under it.
type Row struct {
	Called
	Due      int64 // units that are asked
	Received int64
	Reported int64 // have said what they did of some point
	Done     int64 // of all
	Asked    bool  // it is asked itself
	Leaf     bool  // none are under it
	counts   []int64
}

// Count is how often a point was done at and under the unit, its place from 0.
func (r Row) Count(point int) int64 { return r.counts[point] }

// MaxRows is how many units one page holds.
const MaxRows = 100

func (g Guidance) row(a *asked, at int, v tally.Vec, c Called) Row {
	own, all := a.due(a.epoch, at)
	r := Row{
		Called: c, Due: all, Received: v.Get(received), Reported: v.Get(reported), Done: v.Get(done), Asked: own > 0, Leaf: a.epoch.End(at) == at+1,
	}
	for i := range g.Points {
		r.counts = append(r.counts, v.Get(count+tally.Lane(i)))
	}
	return r
}

// on returns who is asked, and the place of a unit on the tree of the sheet; NotFound
// if it is not there.
func (g Guidance) on(ctx context.Context, tx *db.Tx, unit int64) (*asked, int, error) {
	a, err := g.asked(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	at, ok := a.epoch.Index(unit)
	if !ok || !a.epoch.Under(at, a.root) {
		return nil, 0, fault.New(fault.NotFound, "error.not_found")
	}
	return a, at, nil
}

// Table returns how guidance that was published stands at a unit and at those directly
// under it in which anybody is asked and that by may see, in the order of the tree: at
// most limit, and MaxRows, after a place; next is where the following come, 0 for
// none.
func Table(ctx context.Context, tx *db.Tx, by auth.Actor, g Guidance, u org.Unit, after tally.Place, limit int) (top Row, rows []Row, next tally.Place, err error) {
	a, at, err := g.on(ctx, tx, u.ID)
	if err != nil {
		return top, nil, 0, err
	}
	limit = max(1, min(limit, MaxRows))
	var places []int
	units := []int64{u.ID}
	for child := range a.epoch.Children(at) {
		if _, n := a.due(a.epoch, child); n == 0 || child < int(after) {
			continue
		}
		if len(places) == limit {
			next = tally.Place(child)
			break
		}
		places, units = append(places, child), append(units, a.epoch.Unit(child))
	}
	nodes, err := tally.NodesOf(ctx, tx, g.Sheet, units)
	if err != nil {
		return top, nil, 0, err
	}
	names, err := namesOf(ctx, tx, by, units)
	if err != nil {
		return top, nil, 0, err
	}
	for i, child := range places {
		if c, ok := names[units[i+1]]; ok {
			rows = append(rows, g.row(a, child, nodes[units[i+1]].Total, c))
		}
	}
	return g.row(a, at, nodes[u.ID].Total, Called{u.ID, u.Key, u.Name}), rows, next, nil
}

// Lacking returns units at and under one that are asked and have not received it or,
// with all, have not said what they did of every point, of those that by may see: at
// most limit after a place, and where the following come, 0 for none.
func Lacking(ctx context.Context, tx *db.Tx, by auth.Actor, g Guidance, u org.Unit, all bool, after tally.Place, limit int) ([]Called, tally.Place, error) {
	a, _, err := g.on(ctx, tx, u.ID)
	if err != nil {
		return nil, 0, err
	}
	lack := tally.Lack{Sheet: a.sheet, Top: u.ID, Done: []tally.Lane{received}, DueOf: a.due, After: after, Limit: limit}
	if all {
		lack.Done = []tally.Lane{done}
	}
	units, next, err := tally.Lacking(ctx, tx, lack)
	if err != nil {
		return nil, 0, err
	}
	names, err := namesOf(ctx, tx, by, units)
	var some []Called
	for _, id := range units {
		if c, ok := names[id]; ok {
			some = append(some, c)
		}
	}
	return some, next, err
}

// An Owed is guidance that by's unit has to receive, or to say what it did of.
type Owed struct {
	Guidance
	UnitKey  string // whose it is: by's own, or of a unit that has ended
	Received bool   // as it stands
}

// Owing returns what by's own unit, and units that it took over, have to answer, the
// soonest first.
func Owing(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Owed, error) {
	all, err := waiting(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	var owed []Owed
	for _, g := range all {
		if owed, err = g.owing(ctx, tx, owed, by.Unit, by.UnitKey); err != nil {
			return nil, err
		}
	}
	if len(by.Before) == 0 {
		return owed, nil
	}
	keys, err := keysOf(ctx, tx, by.Before)
	if err != nil {
		return nil, err
	}
	if all, err = fromAbove(ctx, tx, by); err != nil {
		return nil, err
	}
	for _, g := range all {
		a, err := g.asked(ctx, tx)
		if err != nil {
			return nil, err
		}
		for _, u := range by.Before {
			if !a.asks(u) {
				continue
			}
			if owed, err = g.owing(ctx, tx, owed, u, keys[u]); err != nil {
				return nil, err
			}
		}
	}
	return owed, nil
}

// owing adds g to owed if a unit that it asks has not answered it.
func (g Guidance) owing(ctx context.Context, tx *db.Tx, owed []Owed, unit int64, key string) ([]Owed, error) {
	s, err := standingOf(ctx, tx, g.ID, unit)
	if err != nil {
		return nil, err
	}
	n, err := pointsOf(ctx, tx, g.ID)
	if err == nil && (s.Edition < g.Edition || bits.OnesCount64(s.reported) < n) {
		owed = append(owed, Owed{g, key, s.Edition == g.Edition})
	}
	return owed, err
}
