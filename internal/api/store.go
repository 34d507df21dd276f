package api

import (
	"context"
	"time"

	"nhipcau/internal/db"
)

func kept(ctx context.Context, tx *db.Tx, login, key string) (stored, bool, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (s stored, err error) { return s, r.Scan(&s.request, &s.body) },
		`SELECT request, body FROM api_answer WHERE account = $1 AND key = $2`, login, key)
	if err != nil || len(all) == 0 {
		return stored{}, false, err
	}
	return all[0], true, nil
}

// keep writes an answer down. Of two requests at once the second fails here in
// PostgreSQL, is run again, and finds the answer of the first.
func keep(ctx context.Context, tx *db.Tx, login, key string, s stored) error {
	return tx.Exec(ctx, `INSERT INTO api_answer (account, key, request, body, at) VALUES ($1, $2, $3, $4, $5)`, login, key, s.request, s.body, tx.Now)
}

func forget(ctx context.Context, tx *db.Tx, before time.Time) error {
	return tx.Exec(ctx, `DELETE FROM api_answer WHERE at < $1`, before)
}
