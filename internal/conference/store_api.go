package conference

import (
	"context"
	"math"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// listAfter returns the conferences by may see, in a state if that is not "", the
// last entered first, at most limit after the one entered at a second with an id;
// from the beginning if that id is "".
func listAfter(ctx context.Context, tx *db.Tx, by auth.Actor, f Filter, s State, at int64, id string, limit int) ([]Conference, error) {
	match, args := db.Match("c.fold", vn.Fold(f.Query), 10)
	return db.All(ctx, tx, scan, seen+` AND ($5 = '' OR c.rollout = $5) AND ($6 = '' OR c.state = $6)
		AND ($8 = '' OR c.entered_at < $7 OR c.entered_at = $7 AND c.id > $8) AND `+match+`
		ORDER BY c.entered_at DESC, c.id LIMIT $9`, append([]any{by.Tree, by.Path, by.End(), by.Member, f.Rollout, s, at, id, limit}, args...)...)
}

// HeldBy returns the conferences that units hold for a level of another, of those
// that by may see and that are not cancelled.
func HeldBy(ctx context.Context, tx *db.Tx, by auth.Actor, parent string, n int64, units []int64) ([]Conference, error) {
	return db.AllIn(ctx, tx, scan, seen+` AND c.parent = $5 AND c.level = $6 AND c.parent <> '' AND c.state <> 'cancelled' AND c.level_unit IN`, units,
		by.Tree, by.Path, by.End(), by.Member, parent, n)
}

// Held returns the ids of the conferences that units at and under a path of by's tree
// have held on days from one until before another, as it was known at a moment; the
// zero moment is now. The caller has found the unit of the path through its seen.
func Held(ctx context.Context, tx *db.Tx, by auth.Actor, path string, from, to vn.Day, until time.Time) ([]string, error) {
	known := int64(math.MaxInt64)
	if !until.IsZero() {
		known = until.Unix()
	}
	return db.All(ctx, tx, func(r db.Scanner) (id string, err error) { return id, r.Scan(&id) }, `
		SELECT c.id FROM place pl JOIN conference c ON c.unit = pl.unit AND c.tree = pl.tree
		WHERE pl.tree = $1 AND pl.path >= $2 AND pl.path < $3 AND c.state = 'closed' AND c.day >= $4 AND c.day < $5
			AND EXISTS (SELECT 1 FROM conference_event e WHERE e.conference = c.id AND e.kind = 'closed' AND e.at < $6)
		ORDER BY c.day, c.id`, by.Tree, path, auth.After(path), from, to, known)
}
