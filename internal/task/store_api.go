package task

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// listAfter is List after the task with an id whose last day begins at a time; the
// zero time begins.
func listAfter(ctx context.Context, tx *db.Tx, by auth.Actor, f Filter, at int64, id string, limit int) ([]Task, error) {
	q, args := f.narrow(by, vn.DayOf(tx.Now))
	if id != "" {
		args = append(args, vn.DayOf(time.Unix(at, 0)), id)
		q += ` AND (t.due, t.id) > (` + db.Arg(len(args)-1) + `, ` + db.Arg(len(args)) + `)`
	}
	args = append(args, limit)
	return db.All(ctx, tx, scan, q+` ORDER BY t.due, t.id LIMIT `+db.Arg(len(args)), args...)
}
