package directive

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// listAfter returns the directives by may see, of a kind if that is not "", that
// hold every word of query: the last entered first, at most limit after the one
// entered at a second with an id; from the beginning if that id is "".
func listAfter(ctx context.Context, tx *db.Tx, by auth.Actor, query, kind string, at int64, id string, limit int) ([]Directive, error) {
	match, args := db.Match("d.fold", vn.Fold(query), 8)
	return db.All(ctx, tx, scan, seen+` AND ($4 = '' OR d.kind = $4) AND ($6 = '' OR d.entered_at < $5 OR d.entered_at = $5 AND d.id > $6) AND `+match+`
		ORDER BY d.entered_at DESC, d.id LIMIT $7`, append([]any{by.Tree, by.Path, by.End(), kind, at, id, limit}, args...)...)
}
