package report

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// listAfter returns the reports by may see, of a unit if that is not 0, the last
// entered first, at most limit after the one entered at a second with an id; from
// the beginning if that id is "".
func listAfter(ctx context.Context, tx *db.Tx, by auth.Actor, f Filter, unit, at int64, id string, limit int) ([]Report, error) {
	q, args := f.narrow(by)
	if unit != 0 {
		args = append(args, unit)
		q += ` AND p.unit = ` + db.Arg(len(args))
	}
	if id != "" {
		args = append(args, at, id)
		second, last := db.Arg(len(args)-1), db.Arg(len(args))
		q += ` AND (p.entered_at < ` + second + ` OR p.entered_at = ` + second + ` AND p.id > ` + last + `)`
	}
	args = append(args, limit)
	return db.All(ctx, tx, scan, q+` ORDER BY p.entered_at DESC, p.id LIMIT `+db.Arg(len(args)), args...)
}
