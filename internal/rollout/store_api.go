package rollout

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// listAfter returns the rollouts by may see, in a state if that is not "", that
// hold every word of query: the last entered first, at most limit after the one
// entered at a second with an id; from the beginning if that id is "".
func listAfter(ctx context.Context, tx *db.Tx, by auth.Actor, query string, s State, at int64, id string, limit int) ([]Rollout, error) {
	match, args := db.Match("r.fold", vn.Fold(query), 8)
	return db.All(ctx, tx, scan, seen+` AND ($4 = '' OR r.state = $4) AND ($6 = '' OR r.entered_at < $5 OR r.entered_at = $5 AND r.id > $6) AND `+match+`
		ORDER BY r.entered_at DESC, r.id LIMIT $7`, append([]any{by.Tree, by.Path, by.End(), s, at, id, limit}, args...)...)
}

// placed is an obligation and the place of the unit that answers for it.
type placed struct {
	Obligation
	path string
}

// obligedAfter returns all obligations of the first units at and under top, at
// most limit units after a path: in tree order and the order of the steps.
func obligedAfter(ctx context.Context, tx *db.Tx, by auth.Actor, r Rollout, top, after string, limit int) ([]placed, error) {
	paths, err := db.All(ctx, tx, func(s db.Scanner) (p string, err error) { return p, s.Scan(&p) }, `
		SELECT pl.path FROM place pl WHERE pl.tree = $1 AND pl.path >= $2 AND pl.path < $3 AND pl.path >= $4 AND pl.path < $5 AND pl.path > $6
			AND EXISTS (SELECT 1 FROM obligation o WHERE o.rollout = $7 AND o.keeper = pl.unit)
		ORDER BY pl.path LIMIT $8`, by.Tree, by.Path, by.End(), top, auth.After(top), after, r.ID, limit)
	if err != nil || len(paths) == 0 {
		return nil, err
	}
	all, err := db.All(ctx, tx, scanObligation, obligations+` AND o.rollout = $4 AND pl.path >= $5 AND pl.path <= $6
		ORDER BY pl.path, o.unit <> o.keeper, o.unit, CASE o.step WHEN 'hold' THEN 1 WHEN 'reach' THEN 2 WHEN 'adopt' THEN 3 ELSE 4 END`,
		by.Tree, by.Path, by.End(), r.ID, paths[0], paths[len(paths)-1])
	out := make([]placed, len(all))
	n := -1
	for i, o := range all {
		if i == 0 || o.Keeper != all[i-1].Keeper {
			n++
		}
		out[i] = placed{o, paths[n]}
	}
	return out, err
}
