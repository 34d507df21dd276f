package statement

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A person sees the forms that units of their subtree have opened, and those
// that are addressed to their unit by one above it. Every query that reads forms
// for a person starts from seen: $1 is the tree, $2 and $3 the range of the
// subtree.
const (
	columns = `f.id, f.unit, u.key, n.name, pl.path, f.title, f.period, f.rollout, f.directive, f.last_day, f.state, f.sheet,
		f.entered_name, f.entered_at, f.closed_name, f.closed_at, f.version`
	forms = `SELECT ` + columns + `
		FROM statement_form f
		JOIN unit u ON u.id = f.unit
		JOIN unit_name n ON n.unit = f.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = f.unit)
		JOIN place pl ON pl.tree = f.tree AND pl.unit = f.unit`
	seen = forms + `
		WHERE f.tree = $1 AND (pl.path >= $2 AND pl.path < $3 OR substr($2, 1, length(pl.path)) = pl.path)`
)

func scan(s db.Scanner) (f Form, err error) {
	err = s.Scan(&f.ID, &f.Unit, &f.UnitKey, &f.UnitName, &f.UnitPath, &f.Title, &f.Period, &f.Rollout, &f.Directive, &f.LastDay, &f.State, &f.Sheet,
		&f.EnteredName, db.At(&f.EnteredAt), &f.ClosedName, db.At(&f.ClosedAt), &f.Version)
	return f, err
}

// Get returns a form that by may see, with its items.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Form, error) {
	all, err := db.All(ctx, tx, scan, seen+` AND f.id = $4`, by.Tree, by.Path, by.End(), id)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	if err != nil {
		return Form{}, err
	}
	f := all[0]
	f.Items, err = itemsOf(ctx, tx, id)
	return f, err
}

// List returns the forms by may see that hold every word of query, the newest
// first, at most limit after offset, without their items.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, query string, offset, limit int) ([]Form, error) {
	match, args := db.Match("f.fold", vn.Fold(query), 4)
	args = append([]any{by.Tree, by.Path, by.End()}, args...)
	args = append(args, limit, offset)
	return db.All(ctx, tx, scan, seen+` AND `+match+` ORDER BY f.entered_at DESC, f.id LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// Owing returns the open forms with a last day in which by's own unit is asked
// and has not stated, the soonest first.
func Owing(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Form, error) {
	return db.All(ctx, tx, scan, forms+` JOIN statement_asked a ON a.form = f.id JOIN place p ON p.tree = f.tree AND p.unit = a.unit
		WHERE f.tree = $1 AND a.unit = $2 AND f.state = 'open' AND f.last_day <> ''
			AND NOT EXISTS (`+covering+`)
		ORDER BY f.last_day, f.entered_at, f.id`, by.Tree, by.Unit)
}

func itemsOf(ctx context.Context, tx *db.Tx, form string) ([]Item, error) {
	return db.All(ctx, tx, func(s db.Scanner) (i Item, err error) { return i, s.Scan(&i.Key, &i.Label, &i.Word, &i.Sort) },
		`SELECT key, label, word, kind FROM statement_item WHERE form = $1 ORDER BY n`, form)
}

func insertForm(ctx context.Context, tx *db.Tx, by auth.Actor, f Form, asked []int64) error {
	if err := tx.Exec(ctx, `
		INSERT INTO statement_form (id, tree, unit, title, period, fold, rollout, directive, last_day, state, sheet,
			entered_by, entered_name, entered_at, closed_name, closed_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11, $12, $13, '', NULL, 1)`,
		f.ID, by.Tree, by.Unit, f.Title, f.Period, vn.Fold(f.Title+" "+f.Period), f.Rollout, f.Directive, f.LastDay, f.Sheet,
		by.Login, by.Name, tx.Now); err != nil {
		return err
	}
	for i, it := range f.Items {
		if err := tx.Exec(ctx, `INSERT INTO statement_item (form, n, key, label, word, kind) VALUES ($1, $2, $3, $4, $5, $6)`,
			f.ID, i+1, it.Key, it.Label, it.Word, it.Sort); err != nil {
			return err
		}
	}
	for _, u := range asked {
		if err := tx.Exec(ctx, `INSERT INTO statement_asked (form, unit) VALUES ($1, $2)`, f.ID, u); err != nil {
			return err
		}
	}
	return nil
}

func closeForm(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE statement_form SET state = 'closed', closed_name = $1, closed_at = $2, version = version + 1
		WHERE id = $3 AND version = $4 AND state = 'open'`, by.Name, tx.Now, id, version))
}
