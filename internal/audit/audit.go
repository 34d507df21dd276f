// Package audit keeps who did what to which thing. Entries are only added.
package audit

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// An Entry is one thing done.
type Entry struct {
	At     time.Time
	Login  string // account id, "" for the house itself
	Name   string
	Unit   int64  // unit acted for
	Action string // slice and verb, "plan.adopted"
	Object string
	Detail string
}

// Record writes an entry in the same transaction as the deed, so there is never
// one without the other.
func Record(ctx context.Context, tx *db.Tx, by auth.Actor, action, object, detail string) error {
	return tx.Exec(ctx, `
		INSERT INTO audit (id, at, actor, actor_name, unit, action, object, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.NewID(), tx.Now, by.Login, by.Name, by.Unit, action, object, detail)
}

// Of returns the entries about an object, oldest first.
func Of(ctx context.Context, tx *db.Tx, object string) ([]Entry, error) {
	return db.All(ctx, tx, func(r db.Scanner) (e Entry, err error) {
		return e, r.Scan(db.At(&e.At), &e.Login, &e.Name, &e.Unit, &e.Action, &e.Object, &e.Detail)
	}, `SELECT at, actor, actor_name, unit, action, object, detail FROM audit WHERE object = $1 ORDER BY id`, object)
}

// RecordMany is Record for n entries of one deed; entry returns the object and
// the detail of entry i.
func RecordMany(ctx context.Context, tx *db.Tx, by auth.Actor, action string, n int, entry func(i int) (object, detail string)) error {
	return db.InsertMany(ctx, tx, `INSERT INTO audit (id, at, actor, actor_name, unit, action, object, detail) VALUES`, n, func(i int) []any {
		object, detail := entry(i)
		return []any{tx.NewID(), tx.Now, by.Login, by.Name, by.Unit, action, object, detail}
	})
}
