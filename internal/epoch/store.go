package epoch

import (
	"context"

	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

func readEpoch(ctx context.Context, tx *db.Tx, id int64) (tree string, blob []byte, err error) {
	err = tx.One(ctx, `SELECT tree, blob FROM epoch WHERE id = $1`, []any{id}, &tree, &blob)
	return tree, blob, err
}

// lastEpoch returns the newest epoch of tree, 0 if none was cut, and whether
// the tree still is as it was then.
func lastEpoch(ctx context.Context, tx *db.Tx, tree string) (id int64, current bool, err error) {
	var changed, cut int64
	var day vn.Day
	err = tx.One(ctx, `
		SELECT t.changed, t.cut, coalesce(e.id, 0), coalesce(e.from_day, '')
		FROM tree t
		LEFT JOIN epoch e ON e.tree = t.key AND e.version = (SELECT max(x.version) FROM epoch x WHERE x.tree = t.key)
		WHERE t.key = $1`, []any{tree}, &changed, &cut, &id, &day)
	if err != nil || id == 0 || changed != cut {
		return id, false, err
	}
	if day == vn.DayOf(tx.Now) {
		return id, true, nil
	}
	var ended int64
	err = tx.One(ctx, `SELECT count(*) FROM unit_edge WHERE tree = $1 AND to_day > $2 AND to_day <= $3`, []any{tree, day, vn.DayOf(tx.Now)}, &ended)
	return id, ended == 0, err
}

// readSpans returns all edges of tree, a unit's together and the earliest
// first, units in tree order.
func readSpans(ctx context.Context, tx *db.Tx, tree string) ([]span, error) {
	return db.All(ctx, tx, func(r db.Scanner) (s span, err error) {
		return s, r.Scan(&s.unit, &s.parent, &s.from, &s.to)
	}, `SELECT e.unit, e.parent, e.from_day, e.to_day
		FROM unit_edge e
		LEFT JOIN place p ON p.tree = e.tree AND p.unit = e.unit
		WHERE e.tree = $1
		ORDER BY p.path, e.unit, e.from_day`, tree)
}

// insertEpoch keeps e as the newest epoch of its tree. Of two transactions that
// cut at the same time, the second waits at the tree's row and runs again.
func insertEpoch(ctx context.Context, tx *db.Tx, e *Epoch, blob []byte) error {
	if err := tx.Exec(ctx, `UPDATE tree SET cut = changed WHERE key = $1`, e.Tree); err != nil {
		return err
	}
	return tx.Exec(ctx, `
		INSERT INTO epoch (id, tree, version, from_day, cut_at, units, blob)
		SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6 FROM epoch WHERE tree = $2`,
		e.ID, e.Tree, vn.DayOf(tx.Now), tx.Now, e.Len(), blob)
}
