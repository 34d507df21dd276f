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

// OpenOf counts what units still owe by a rollout.
func OpenOf(ctx context.Context, tx *db.Tx, rollout string, units []int64) (n int64, err error) {
	for _, u := range units {
		var one int64
		if err := tx.One(ctx, `SELECT count(*) FROM obligation WHERE rollout = $1 AND keeper = $2 AND done_at IS NULL AND ended_at IS NULL`,
			[]any{rollout, u}, &one); err != nil {
			return 0, err
		}
		n += one
	}
	return n, nil
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

// Release ends what units still owe by a rollout whose scope they have left.
func Release(ctx context.Context, tx *db.Tx, r Rollout, units []int64) error {
	for _, u := range units {
		all, err := db.All(ctx, tx, scanOwed, owedRows+` WHERE o.rollout = $1 AND o.keeper = $2 AND o.done_at IS NULL AND o.ended_at IS NULL ORDER BY o.unit, o.step`, r.ID, u)
		if err != nil {
			return err
		}
		for _, o := range all {
			if err := release(ctx, tx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// Retake undoes Release: what unit owed by a rollout and a reform ended at a time
// is owed again.
func Retake(ctx context.Context, tx *db.Tx, rollout string, unit int64, at time.Time) error {
	return tx.Exec(ctx, `UPDATE obligation SET ended_at = NULL WHERE rollout = $1 AND keeper = $2 AND ended_at = $3`, rollout, unit, at)
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
