package conference

import (
	"context"

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
