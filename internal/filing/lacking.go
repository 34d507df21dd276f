package filing

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// What jobs and slices above this one ask of a round. Whoever calls has found the
// period through its reader, or acts for the house.

// Find returns the round of a period, whoever asks.
func Find(ctx context.Context, tx *db.Tx, id string) (Round, error) {
	p, err := readPeriod(ctx, tx, id)
	if err != nil {
		return Round{}, err
	}
	r, err := roundOf(ctx, tx, id, p.State, p.Version)
	if err == nil {
		err = r.timed(ctx, tx, p.dues)
	}
	return r, err
}

// A Lack is a unit that has not returned, and by when it owed it.
type Lack struct {
	Unit int64
	Last vn.Day
}

// Lacks returns the units at and under a unit of the round's sheet that are asked
// and have not returned, in the order of the tree: at most limit after a place, and
// where the following come, 0 for none.
func (r *Round) Lacks(ctx context.Context, tx *db.Tx, top int64, after tally.Place, limit int) ([]Lack, tally.Place, error) {
	units, next, err := tally.Lacking(ctx, tx, tally.Lack{
		Sheet: r.Sheet, Top: top, Done: []tally.Lane{received}, DueOf: r.due, After: after, Limit: min(limit, tally.MaxLack),
	})
	all := make([]Lack, len(units))
	for i, u := range units {
		all[i] = Lack{u, r.LastDay(u)}
	}
	return all, next, err
}

// Within reports whether a unit stands at or under another on the round's sheet.
func (r *Round) Within(unit, top int64) bool {
	at, ok := r.epoch.Index(unit)
	over, stands := r.epoch.Index(top)
	return ok && stands && r.epoch.Under(at, over)
}

// RowsOf returns how units stand, of those that are on the round's sheet; their
// keys and names the caller knows.
func (r *Round) RowsOf(ctx context.Context, tx *db.Tx, units []int64) (map[int64]Row, error) {
	nodes, err := tally.NodesOf(ctx, tx, r.Sheet.ID, units)
	rows := make(map[int64]Row, len(units))
	for _, u := range units {
		if at, ok := r.epoch.Index(u); ok && r.epoch.Under(at, r.root) {
			rows[u] = r.row(at, nodes[u], called{id: u})
		}
	}
	return rows, err
}

// TopFor returns the key of the unit whose figures by sees of the round: the
// owner's, or their own if they stand under it.
func (r *Round) TopFor(by auth.Actor) string {
	_, key := topOf(by, r.Form)
	return key
}

// Received returns how many returns stand at and under a unit, how many of them
// came in time, and how many are due.
func (r *Round) Received(ctx context.Context, tx *db.Tx, unit int64) (all, intime, due int64, err error) {
	v, err := tally.Total(ctx, tx, r.Sheet.ID, unit)
	return v.Get(received), v.Get(inTime), r.Due(unit), err
}
