package rollout

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// What a reform does to rollouts. The verbs of the reform have asked who may.

// Running returns the rollouts of a tree by which units owe something.
func Running(ctx context.Context, tx *db.Tx, tree string) ([]Rollout, error) {
	return db.All(ctx, tx, scan, rollouts+` WHERE r.tree = $1 AND r.state IN ('open', 'approved') ORDER BY r.entered_at, r.id`, tree)
}

// stillOpen are the obligations of a rollout, $1, that units at and under a path
// answer for and have not done: $2 to $4 are the tree and the range of the path.
const stillOpen = ` o.rollout = $1 AND o.done_at IS NULL AND o.ended_at IS NULL
	AND o.keeper IN (SELECT unit FROM place WHERE tree = $2 AND path >= $3 AND path < $4)`

// OpenOf counts what the units at and under a path still owe by a rollout.
func OpenOf(ctx context.Context, tx *db.Tx, r Rollout, path string) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM obligation o WHERE`+stillOpen, []any{r.ID, r.Tree, path, auth.After(path)}, &n)
	return n, err
}

// HandOver makes keeper answer for all that unit answers for, in every rollout.
func HandOver(ctx context.Context, tx *db.Tx, unit, keeper int64) error {
	return tx.Exec(ctx, `UPDATE obligation SET keeper = $1 WHERE keeper = $2`, keeper, unit)
}

// HandBack undoes HandOver: what units had owed, and keeper took over, unit
// answers for again.
func HandBack(ctx context.Context, tx *db.Tx, units []int64, keeper, unit int64) error {
	for _, u := range units {
		if err := tx.Exec(ctx, `UPDATE obligation SET keeper = $1 WHERE keeper = $2 AND unit = $3`, unit, keeper, u); err != nil {
			return err
		}
	}
	return nil
}

// Release ends what the units at and under a path still owe by a rollout whose
// scope they leave.
func Release(ctx context.Context, tx *db.Tx, r Rollout, path string) error {
	all, err := db.All(ctx, tx, scanOwed, owedRows+` WHERE`+stillOpen+` ORDER BY o.unit, o.step`, r.ID, r.Tree, path, auth.After(path))
	if err != nil {
		return err
	}
	return release(ctx, tx, all)
}

// ReleaseOutside ends what is still owed by a rollout and answered for by units
// that do not stand at or under a path.
func ReleaseOutside(ctx context.Context, tx *db.Tx, r Rollout, path string) error {
	all, err := db.All(ctx, tx, scanOwed, owedRows+` WHERE o.rollout = $1 AND o.done_at IS NULL AND o.ended_at IS NULL
		AND o.keeper IN (SELECT unit FROM place WHERE tree = $2 AND (path < $3 OR path >= $4)) ORDER BY o.unit, o.step`, r.ID, r.Tree, path, auth.After(path))
	if err != nil {
		return err
	}
	return release(ctx, tx, all)
}

// Retake undoes Release: what the units at and under a path owed by running
// rollouts of a tree, and a reform ended at a time, is owed again.
func Retake(ctx context.Context, tx *db.Tx, tree, path string, at time.Time) error {
	return tx.Exec(ctx, `UPDATE obligation SET ended_at = NULL WHERE ended_at = $1
		AND keeper IN (SELECT unit FROM place WHERE tree = $2 AND path >= $3 AND path < $4)
		AND rollout IN (SELECT id FROM rollout WHERE tree = $2 AND state IN ('open', 'approved'))`, at, tree, path, auth.After(path))
}

// GoOn makes a rollout count on another sheet, the next part of its own.
func GoOn(ctx context.Context, tx *db.Tx, rollout string, sheet int64) error {
	return tx.Exec(ctx, `UPDATE rollout SET sheet = $1 WHERE id = $2`, sheet, rollout)
}

// Moved follows a unit that moved from one path to another: rollouts reach whom
// they reached.
func Moved(ctx context.Context, tx *db.Tx, tree, from, to string) error {
	return tx.Exec(ctx, `UPDATE rollout SET scope_path = $1 || substr(scope_path, $2) WHERE tree = $3 AND scope_path >= $4 AND scope_path < $5`,
		to, len(from)+1, tree, from, auth.After(from))
}
