package plan

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// listAfter returns the plans by may see, the last entered first, at most limit
// after the one entered at a second with an id; from the beginning if that id is
// "".
func listAfter(ctx context.Context, tx *db.Tx, by auth.Actor, f Filter, at int64, id string, limit int) ([]Plan, error) {
	q, args := f.narrow(by)
	if id != "" {
		args = append(args, at, id)
		second, last := db.Arg(len(args)-1), db.Arg(len(args))
		q += ` AND (p.entered_at < ` + second + ` OR p.entered_at = ` + second + ` AND p.id > ` + last + `)`
	}
	args = append(args, limit)
	return db.All(ctx, tx, scan, q+` ORDER BY p.entered_at DESC, p.id LIMIT `+db.Arg(len(args)), args...)
}
