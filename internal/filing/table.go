package filing

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
)

// Shown is how many items stand beside each other in a table.
const Shown = 6

// MaxRows is how many units one page of a table holds.
const MaxRows = tally.MaxChildren

// A Row is a unit in the table of a period.
type Row struct {
	Unit  int64
	Key   string
	Name  string // of today
	Own   tally.Vec
	Total tally.Vec // with everything under it
	Due   int64     // returns that are due at and under it
	Asked bool      // it is asked itself
	Leaf  bool      // none are under it

	over string // name of the unit above it, in lists of units from many
}

// Received returns how many returns stand at and under the unit.
func (r Row) Received() int64 { return r.Total.Get(received) }

// Figure returns what the returns at and under the unit add up to for the item at
// a place, from 1; false if there are none.
func (r Row) Figure(n int) (int64, bool) {
	return r.Total.Get(tally.Lane(n)), r.Total.Has(tally.Lane(n))
}

// on returns a unit that by may see with its place on the round's sheet.
func (r *Round) on(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string) (org.Unit, int, error) {
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return u, 0, err
	}
	at, ok := r.epoch.Index(u.ID)
	if !ok || !r.epoch.Under(at, r.root) {
		return u, 0, notFound()
	}
	return u, at, nil
}

// row makes the row of the unit at a place.
func (r *Round) row(at int, n tally.Node, c called) Row {
	own, due := r.due(r.epoch, at)
	return Row{
		Unit: r.epoch.Unit(at), Key: c.key, Name: c.name, Own: n.Own, Total: n.Total, Due: due, Asked: own > 0, Leaf: r.epoch.End(at) == at+1,
	}
}

// Table returns the row of a unit and those of the units directly under it that by
// may see, as the tree stood when the period was opened, in its order: at most
// limit, and MaxRows, after a place. next is where the following come, 0 for none.
// It reads no more than it returns.
func (r *Round) Table(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string, after tally.Place, limit int) (u org.Unit, top Row, rows []Row, next tally.Place, err error) {
	u, at, err := r.on(ctx, tx, by, unitKey)
	if err != nil {
		return u, top, nil, 0, err
	}
	limit = min(limit, MaxRows)
	var places []int
	var units []int64
	for child := range r.epoch.Children(at) {
		if child < int(after) {
			continue
		}
		if len(places) == limit {
			next = tally.Place(child)
			break
		}
		places, units = append(places, child), append(units, r.epoch.Unit(child))
	}
	nodes, err := r.nodes(ctx, tx, u.ID, units, after == 0 && next == 0)
	if err != nil {
		return u, top, nil, 0, err
	}
	names, err := namesOf(ctx, tx, by, units)
	if err != nil {
		return u, top, nil, 0, err
	}
	for i, child := range places {
		if c, ok := names[units[i]]; ok {
			rows = append(rows, r.row(child, nodes[units[i]], c))
		}
	}
	return u, r.row(at, nodes[u.ID], called{u.ID, u.Key, u.Name}), rows, next, nil
}

// nodes returns the nodes of a unit and of some directly under it; of all of them,
// they stand beside each other and are read at once.
func (r *Round) nodes(ctx context.Context, tx *db.Tx, unit int64, under []int64, all bool) (map[int64]tally.Node, error) {
	if !all {
		return tally.NodesOf(ctx, tx, r.Sheet.ID, append([]int64{unit}, under...))
	}
	nodes, err := tally.NodesOf(ctx, tx, r.Sheet.ID, []int64{unit})
	if err != nil || len(under) == 0 {
		return nodes, err
	}
	children, err := tally.Children(ctx, tx, r.Sheet.ID, unit, 0, tally.MaxChildren)
	for _, n := range children {
		nodes[n.Unit] = n
	}
	return nodes, err
}

// Lacking returns the units at and under a unit that are asked and have not
// returned, of those that by may see, in the order of the tree: at most limit after
// a place, and where the following come, 0 for none.
func (r *Round) Lacking(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string, after tally.Place, limit int) (org.Unit, []Row, tally.Place, error) {
	u, _, err := r.on(ctx, tx, by, unitKey)
	if err != nil {
		return u, nil, 0, err
	}
	units, next, err := tally.Lacking(ctx, tx, tally.Lack{
		Sheet: r.Sheet, Top: u.ID, Done: []tally.Lane{received}, DueOf: r.due, After: after, Limit: limit,
	})
	if err != nil {
		return u, nil, 0, err
	}
	var above []int64
	for _, id := range units {
		above = append(above, r.above(id))
	}
	names, err := namesOf(ctx, tx, by, distinct(append(above, units...)))
	var rows []Row
	for i, id := range units {
		if c, ok := names[id]; ok {
			rows = append(rows, Row{Unit: id, Key: c.key, Name: c.name, Asked: true, Due: 1, over: names[above[i]].name})
		}
	}
	return u, rows, next, err
}

// above returns the unit above one on the sheet, 0 for the sheet's root.
func (r *Round) above(unit int64) int64 {
	at, ok := r.epoch.Index(unit)
	if !ok || at == r.root {
		return 0
	}
	return r.epoch.Parent(at)
}

func distinct(all []int64) (some []int64) {
	had := map[int64]bool{0: true}
	for _, x := range all {
		if !had[x] {
			had[x] = true
			some = append(some, x)
		}
	}
	return some
}
