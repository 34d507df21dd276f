package form

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// A person sees the forms that units of their subtree have made, and those that
// ask their unit from above, which are no drafts. Every query that reads forms for
// a person starts from seen: $1 is the tree, $2 and $3 the range of the subtree.
const (
	columns = `f.id, f.unit, u.key, n.name, pl.path, f.title, f.asks, f.state, f.entered_name, f.entered_at, f.version`
	forms   = `SELECT ` + columns + `
		FROM form f
		JOIN unit u ON u.id = f.unit
		JOIN unit_name n ON n.unit = f.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = f.unit)
		JOIN place pl ON pl.tree = f.tree AND pl.unit = f.unit`
	seen = forms + `
		WHERE f.tree = $1 AND (pl.path >= $2 AND pl.path < $3 OR f.state <> 'draft' AND substr($2, 1, length(pl.path)) = pl.path)`
)

func scan(s db.Scanner) (f Form, err error) {
	return f, s.Scan(&f.ID, &f.Unit, &f.UnitKey, &f.UnitName, &f.UnitPath, &f.Title, &f.Asks, &f.State, &f.EnteredName, db.At(&f.EnteredAt), &f.Version)
}

// Get returns a form that by may see, with its items.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Form, error) {
	f, err := db.First(db.All(ctx, tx, scan, seen+` AND f.id = $4`, by.Tree, by.Path, by.End(), id))
	if err != nil {
		return Form{}, err
	}
	f.Items, err = itemsOf(ctx, tx, id)
	return f, err
}

// Find returns a form with its items, whoever asks.
func Find(ctx context.Context, tx *db.Tx, id string) (Form, error) {
	f, err := db.First(db.All(ctx, tx, scan, forms+` WHERE f.id = $1`, id))
	if err != nil {
		return Form{}, err
	}
	f.Items, err = itemsOf(ctx, tx, id)
	return f, err
}

// List returns the forms by may see that hold every word of query, the newest
// first, at most limit after offset, without their items.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, query string, offset, limit int) ([]Form, error) {
	match, args := db.Match("f.fold", vn.Fold(query), 4)
	args = append([]any{by.Tree, by.Path, by.End()}, args...)
	args = append(args, limit, offset)
	return db.All(ctx, tx, scan, seen+` AND `+match+` ORDER BY f.entered_at DESC, f.id DESC LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// listAfter returns the forms by may see, the oldest first, at most limit after a
// time and an id.
func listAfter(ctx context.Context, tx *db.Tx, by auth.Actor, at int64, id string, limit int) ([]Form, error) {
	return db.All(ctx, tx, scan, seen+` AND (f.entered_at > $4 OR f.entered_at = $4 AND f.id > $5) ORDER BY f.entered_at, f.id LIMIT $6`,
		by.Tree, by.Path, by.End(), at, id, limit)
}

func itemsOf(ctx context.Context, tx *db.Tx, form string) ([]Item, error) {
	return db.All(ctx, tx, func(s db.Scanner) (i Item, err error) {
		var needed int
		err = s.Scan(&i.Key, &i.Section, &i.Label, &i.Word, &needed, &i.Low, &i.High)
		i.Needed = needed != 0
		return i, err
	}, `SELECT key, section, label, word, needed, low, high FROM form_item WHERE form = $1 ORDER BY n`, form)
}

func insertForm(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) error {
	if err := tx.Exec(ctx, `
		INSERT INTO form (id, tree, unit, title, fold, asks, state, entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, $8, $9, 1)`,
		f.ID, by.Tree, by.Unit, f.Title, vn.Fold(f.Title), f.Asks, by.Login, by.Name, tx.Now); err != nil {
		return err
	}
	return insertItems(ctx, tx, f)
}

func insertItems(ctx context.Context, tx *db.Tx, f Form) error {
	return db.InsertMany(ctx, tx, `INSERT INTO form_item (form, n, key, section, label, word, needed, low, high) VALUES`, len(f.Items), func(i int) []any {
		it := f.Items[i]
		return []any{f.ID, i + 1, it.Key, it.Section, it.Label, it.Word, it.Needed, it.Low, it.High}
	})
}

func updateForm(ctx context.Context, tx *db.Tx, f Form, version int64) error {
	if err := db.Changed(tx.ExecN(ctx, `UPDATE form SET title = $1, fold = $2, asks = $3, version = version + 1 WHERE id = $4 AND version = $5 AND state = 'draft'`,
		f.Title, vn.Fold(f.Title), f.Asks, f.ID, version)); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `DELETE FROM form_item WHERE form = $1`, f.ID); err != nil {
		return err
	}
	return insertItems(ctx, tx, f)
}

func setState(ctx context.Context, tx *db.Tx, id string, version int64, from, to Stage) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE form SET state = $1, version = version + 1 WHERE id = $2 AND version = $3 AND state = $4`, to, id, version, from))
}
