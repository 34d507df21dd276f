package plan

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// uppers returns the adopted plans of units above path that by may see, for a
// rollout or for another one of any of its directives, the highest first.
func uppers(ctx context.Context, tx *db.Tx, by auth.Actor, rollout, path string) ([]Plan, error) {
	return db.All(ctx, tx, scan, seen+` AND p.state = 'adopted' AND pl.path < $4 AND substr($4, 1, length(pl.path)) = pl.path
		AND p.rollout IN (SELECT b.rollout FROM rollout_directive a JOIN rollout_directive b ON b.directive = a.directive WHERE a.rollout = $5
			UNION SELECT $5)
		ORDER BY pl.path, p.entered_at, p.id`, by.Tree, by.Path, by.End(), path, rollout)
}

// numbered reports whether another plan of the unit, or a paper of it, has a symbol
// in the year of a day.
func numbered(ctx context.Context, tx *db.Tx, p Plan, symbol string, day vn.Day) (bool, error) {
	var n int
	err := tx.One(ctx, `SELECT (SELECT count(*) FROM plan WHERE unit = $1 AND id <> $2 AND symbol = $3 AND substr(paper_day, 1, 4) = $4)
		+ (SELECT count(*) FROM paper WHERE unit = $1 AND symbol = $3 AND substr(day, 1, 4) = $4)`,
		[]any{p.Unit, p.ID, symbol, string(day[:4])}, &n)
	return n > 0, err
}

func setSymbol(ctx context.Context, tx *db.Tx, id, symbol string, day vn.Day) error {
	return tx.Exec(ctx, `UPDATE plan SET symbol = $1, paper_day = $2 WHERE id = $3`, symbol, day, id)
}

func setEdition(ctx context.Context, tx *db.Tx, id string, edition int64) error {
	return tx.Exec(ctx, `UPDATE plan SET edition = $1 WHERE id = $2`, edition, id)
}

func setCarries(ctx context.Context, tx *db.Tx, id, clauses string) error {
	return tx.Exec(ctx, `UPDATE plan SET carries = $1 WHERE id = $2`, clauses, id)
}

func setTell(ctx context.Context, tx *db.Tx, id, what, after string) error {
	return tx.Exec(ctx, `UPDATE plan SET tell = $1, told = $2 WHERE id = $3`, what, after, id)
}

// A telling is what is still to be told about a plan.
type telling struct {
	tree                     string
	id                       int64 // of the unit
	what, after, unit, title string
}

func toTell(ctx context.Context, tx *db.Tx, id string) (t telling, err error) {
	err = tx.One(ctx, `SELECT p.tree, p.unit, p.tell, p.told, n.name, p.title FROM plan p
		JOIN unit_name n ON n.unit = p.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = p.unit)
		WHERE p.id = $1`, []any{id}, &t.tree, &t.id, &t.what, &t.after, &t.unit, &t.title)
	return t, err
}

// A place is where a unit stands.
type place struct {
	id   int64
	path string
}

// below returns the next units directly under that of a plan.
func below(ctx context.Context, tx *db.Tx, t telling, limit int) ([]place, error) {
	return db.All(ctx, tx, func(r db.Scanner) (p place, err error) { return p, r.Scan(&p.id, &p.path) }, `
		SELECT pl.unit, pl.path FROM unit_edge e JOIN place pl ON pl.tree = e.tree AND pl.unit = e.unit
		WHERE e.tree = $1 AND e.parent = $2 AND e.to_day = '' AND pl.path > $3 ORDER BY pl.path LIMIT $4`, t.tree, t.id, t.after, limit)
}

func hasChildren(ctx context.Context, tx *db.Tx, p Plan) (bool, error) {
	var n int
	err := tx.One(ctx, `SELECT count(*) FROM (SELECT 1 FROM plan p JOIN unit_edge e ON e.tree = p.tree AND e.parent = p.unit AND e.to_day = ''
		WHERE p.id = $1 LIMIT 1) x`, []any{p.ID}, &n)
	return n > 0, err
}
