package job

import (
	"context"
	"time"

	"nhipcau/internal/db"
)

func insert(ctx context.Context, tx *db.Tx, n New) error {
	return tx.Exec(ctx, `
		INSERT INTO job (id, kind, payload, uniq, run_at, lease_by, attempts, error, done, total, created_at)
		VALUES ($1, $2, $3, $4, $5, '', 0, '', 0, 0, $6)
		ON CONFLICT (uniq) WHERE finished_at IS NULL AND uniq <> '' DO NOTHING`,
		db.NewKey(), n.Kind, n.Payload, n.Unique, n.RunAt, tx.Now)
}

// Find returns the newest job enqueued as unique, NotFound if there is none.
func Find(ctx context.Context, tx *db.Tx, unique string) (Job, error) {
	return db.First(db.All(ctx, tx, func(r db.Scanner) (j Job, err error) {
		return j, r.Scan(&j.ID, &j.Kind, &j.Payload, &j.Attempts, &j.Done, &j.Total, &j.Error, db.At(&j.Finished))
	}, `SELECT id, kind, payload, attempts, done, total, error, finished_at FROM job WHERE uniq = $1
		ORDER BY created_at DESC, (CASE WHEN finished_at IS NULL THEN 0 ELSE 1 END), id LIMIT 1`, unique))
}

func progress(ctx context.Context, tx *db.Tx, id string, done, total int64) error {
	return tx.Exec(ctx, `UPDATE job SET done = $1, total = $2, lease_until = $3 WHERE id = $4`, done, total, tx.Now.Add(lease), id)
}

func finish(ctx context.Context, tx *db.Tx, id, failed string) error {
	return tx.Exec(ctx, `UPDATE job SET finished_at = $1, error = $2, lease_until = NULL WHERE id = $3`, tx.Now, failed, id)
}

func retry(ctx context.Context, tx *db.Tx, id string, at time.Time, failed string) error {
	return tx.Exec(ctx, `UPDATE job SET run_at = $1, error = $2, lease_until = NULL WHERE id = $3`, at, failed, id)
}

// A Count is how many jobs of a kind are in a state: waiting, running, or failed
// for good.
type Count struct {
	Kind, State string
	N           int64
}

// Counts returns how many jobs are not done, by kind and state.
func Counts(ctx context.Context, tx *db.Tx) ([]Count, error) {
	return db.All(ctx, tx, func(r db.Scanner) (c Count, err error) { return c, r.Scan(&c.Kind, &c.State, &c.N) }, `
		SELECT kind, CASE WHEN finished_at IS NOT NULL THEN 'failed' WHEN lease_until > $1 THEN 'running' ELSE 'waiting' END AS state, count(*)
		FROM job WHERE finished_at IS NULL OR error <> '' GROUP BY 1, 2 ORDER BY 1, 2`, tx.Now)
}

// again makes a job that went well run once more at a time.
func again(ctx context.Context, tx *db.Tx, id string, at time.Time) error {
	return tx.Exec(ctx, `UPDATE job SET run_at = $1, error = '', attempts = 0, lease_until = NULL WHERE id = $2`, at, id)
}
