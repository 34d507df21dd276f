package task

import (
	"context"

	"nhipcau/internal/db"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// newestSheet returns the last sheet of a unit's year and its number; 0 if there is
// none yet.
func newestSheet(ctx context.Context, tx *db.Tx, unit int64, year string) (sheet, n int64, err error) {
	if err = tx.One(ctx, `SELECT coalesce(max(n), 0) FROM task_sheet WHERE unit = $1 AND year = $2`, []any{unit, year}, &n); err != nil || n == 0 {
		return 0, 0, err
	}
	err = tx.One(ctx, `SELECT sheet FROM task_sheet WHERE unit = $1 AND year = $2 AND n = $3`, []any{unit, year, n}, &sheet)
	return sheet, n, err
}

func insertSheet(ctx context.Context, tx *db.Tx, unit int64, year string, n, sheet int64) error {
	return tx.Exec(ctx, `INSERT INTO task_sheet (unit, year, n, sheet) VALUES ($1, $2, $3, $4)`, unit, year, n, sheet)
}

func sheetsOf(ctx context.Context, tx *db.Tx, unit int64, year string) ([]int64, error) {
	return db.All(ctx, tx, func(r db.Scanner) (s int64, err error) { return s, r.Scan(&s) },
		`SELECT sheet FROM task_sheet WHERE unit = $1 AND year = $2 ORDER BY n`, unit, year)
}

// counted returns what the tasks of a sheet come to at each lead.
func counted(ctx context.Context, tx *db.Tx, sheet int64) (map[int64]tally.Delta, error) {
	all := map[int64]tally.Delta{}
	return all, db.Each(ctx, tx, `SELECT lead, due, done_at, verified_at, late_at, withdrawn_at FROM task WHERE sheet = $1`, []any{sheet}, func(r db.Scanner) error {
		var t Task
		err := r.Scan(&t.Lead.ID, &t.Due, db.At(&t.DoneAt), db.At(&t.VerifiedAt), db.At(&t.LateAt), db.At(&t.WithdrawnAt))
		all[t.Lead.ID] = all[t.Lead.ID].Plus(t.figures())
		return err
	})
}

// overdue returns open tasks whose last day has passed before day and that are not
// counted as late, of the whole house, and the tree of each.
func overdue(ctx context.Context, tx *db.Tx, day vn.Day, limit int) (all []Task, trees []string, err error) {
	err = db.Each(ctx, tx, `SELECT id, tree, lead, due, sheet FROM task
		WHERE due < $1 AND done_at IS NULL AND withdrawn_at IS NULL AND late_at IS NULL ORDER BY due, id LIMIT $2`, []any{day, limit}, func(r db.Scanner) error {
		var t Task
		var tree string
		err := r.Scan(&t.ID, &tree, &t.Lead.ID, &t.Due, &t.Sheet)
		all, trees = append(all, t), append(trees, tree)
		return err
	})
	return all, trees, err
}

func setLate(ctx context.Context, tx *db.Tx, all []Task) error {
	ids := make([]string, len(all))
	for i, t := range all {
		ids[i] = t.ID
	}
	for in, args := range db.In(ids, tx.Now) {
		if err := tx.Exec(ctx, `UPDATE task SET late_at = $1 WHERE id `+in, args...); err != nil {
			return err
		}
	}
	return nil
}
