package org

import (
	"context"

	"nhipcau/internal/db"
)

func readEpoch(ctx context.Context, tx *db.Tx, id int64) (tree string, blob []byte, err error) {
	err = tx.One(ctx, `SELECT tree, blob FROM epoch WHERE id = $1`, []any{id}, &tree, &blob)
	return tree, blob, err
}

// lastEpoch returns the newest epoch of tree and whether the tree still is as
// it was when it was cut.
func lastEpoch(ctx context.Context, tx *db.Tx, tree string) (id int64, current bool, err error) {
	var changed, cut int64
	err = tx.One(ctx, `
		SELECT t.changed, t.cut, coalesce((SELECT max(e.id) FROM epoch e WHERE e.tree = t.key), 0)
		FROM tree t WHERE t.key = $1`, []any{tree}, &changed, &cut, &id)
	return id, id != 0 && changed == cut, err
}

// standing returns the edges that last, in tree order.
func standing(ctx context.Context, tx *db.Tx, tree string) ([]edge, error) {
	return db.All(ctx, tx, func(r db.Scanner) (e edge, err error) { return e, r.Scan(&e.unit, &e.parent) }, `
		SELECT e.unit, e.parent FROM unit_edge e JOIN place p ON p.tree = e.tree AND p.unit = e.unit
		WHERE e.tree = $1 AND e.to_day = '' ORDER BY p.path`, tree)
}

func insertEpoch(ctx context.Context, tx *db.Tx, e *Epoch, blob []byte) error {
	if err := tx.Exec(ctx, `
		INSERT INTO epoch (id, tree, version, from_day, cut_at, units, blob)
		SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6 FROM epoch WHERE tree = $2`,
		e.ID, e.Tree, today(tx), tx.Now, e.Len(), blob); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE tree SET cut = changed WHERE key = $1`, e.Tree)
}
