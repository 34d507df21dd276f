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
	columns = `f.id, f.unit, u.key, n.name, pl.path, f.title, f.asks, f.state, f.edition, f.drafting, e.steps, f.entered_name, f.entered_at, f.version`
	forms   = `SELECT ` + columns + `
		FROM form f
		JOIN unit u ON u.id = f.unit
		JOIN unit_name n ON n.unit = f.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = f.unit)
		JOIN place pl ON pl.tree = f.tree AND pl.unit = f.unit
		JOIN form_edition e ON e.form = f.id AND e.n = f.edition`
	seen = forms + `
		WHERE f.tree = $1 AND (pl.path >= $2 AND pl.path < $3 OR f.state <> 'draft' AND substr($2, 1, length(pl.path)) = pl.path)`
)

func scan(s db.Scanner) (f Form, err error) {
	return f, s.Scan(&f.ID, &f.Unit, &f.UnitKey, &f.UnitName, &f.UnitPath, &f.Title, &f.Asks, &f.State, &f.Edition, &f.Drafting, &f.Steps, &f.EnteredName, db.At(&f.EnteredAt), &f.Version)
}

// Get returns a form that by may see, with its items.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Form, error) {
	f, err := db.First(db.All(ctx, tx, scan, seen+` AND f.id = $4`, by.Tree, by.Path, by.End(), id))
	if err != nil {
		return Form{}, err
	}
	f.Items, err = itemsOf(ctx, tx, id, f.Edition)
	return f, err
}

// Find returns an edition of a form with its items, whoever asks.
func Find(ctx context.Context, tx *db.Tx, id string, edition int64) (Form, error) {
	f, err := db.First(db.All(ctx, tx, scan, forms+` WHERE f.id = $1`, id))
	if err != nil {
		return Form{}, err
	}
	f.Edition = edition
	if err := tx.One(ctx, `SELECT steps FROM form_edition WHERE form = $1 AND n = $2`, []any{id, edition}, &f.Steps); err != nil {
		return Form{}, err
	}
	f.Items, err = itemsOf(ctx, tx, id, edition)
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

const itemColumns = `key, section, label, word, kind, decimals, over, needed, low, high, formula, source, of_key, part`

func scanItem(s db.Scanner) (i Item, err error) {
	var needed int
	err = s.Scan(&i.Key, &i.Section, &i.Label, &i.Word, &i.Kind, &i.Decimals, &i.Over, &needed, &i.Low, &i.High, &i.Formula, &i.Source, &i.Of, &i.Part)
	i.Needed = needed != 0
	return i, err
}

func itemsOf(ctx context.Context, tx *db.Tx, form string, edition int64) ([]Item, error) {
	return db.All(ctx, tx, scanItem, `SELECT `+itemColumns+` FROM form_item WHERE form = $1 AND edition = $2 ORDER BY n`, form, edition)
}

// itemsUpTo returns the items that the editions of a form up to one ever had, each
// as the newest of them has it.
func itemsUpTo(ctx context.Context, tx *db.Tx, form string, edition int64) ([]Item, error) {
	return db.All(ctx, tx, scanItem, `SELECT `+itemColumns+` FROM form_item i WHERE form = $1 AND edition = (
		SELECT max(x.edition) FROM form_item x WHERE x.form = i.form AND x.key = i.key AND x.edition <= $2) ORDER BY edition DESC, n`, form, edition)
}

func insertForm(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) error {
	if err := tx.Exec(ctx, `
		INSERT INTO form (id, tree, unit, title, fold, asks, state, edition, drafting, entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, 0, $8, $9, $10, 1)`,
		f.ID, by.Tree, by.Unit, f.Title, vn.Fold(f.Title), f.Asks, f.Edition, by.Login, by.Name, tx.Now); err != nil {
		return err
	}
	return insertEdition(ctx, tx, by, f)
}

func insertEdition(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) error {
	if err := tx.Exec(ctx, `INSERT INTO form_edition (form, n, state, steps, entered_by, entered_name, entered_at) VALUES ($1, $2, 'draft', $3, $4, $5, $6)`,
		f.ID, f.Edition, f.Steps, by.Login, by.Name, tx.Now); err != nil {
		return err
	}
	return insertItems(ctx, tx, f)
}

func insertItems(ctx context.Context, tx *db.Tx, f Form) error {
	return db.InsertMany(ctx, tx, `INSERT INTO form_item (form, edition, n, `+itemColumns+`) VALUES`, len(f.Items), func(i int) []any {
		it := f.Items[i]
		return []any{f.ID, f.Edition, i + 1, it.Key, it.Section, it.Label, it.Word, it.Kind, it.Decimals, it.Over, it.Needed, it.Low, it.High, it.Formula, it.Source, it.Of, it.Part}
	})
}

// updateForm writes the edition of f that is a draft.
func updateForm(ctx context.Context, tx *db.Tx, f Form, version int64) error {
	if err := db.Changed(tx.ExecN(ctx, `UPDATE form SET title = $1, fold = $2, asks = $3, version = version + 1 WHERE id = $4 AND version = $5`,
		f.Title, vn.Fold(f.Title), f.Asks, f.ID, version)); err != nil {
		return err
	}
	if err := db.Changed(tx.ExecN(ctx, `UPDATE form_edition SET steps = $1 WHERE form = $2 AND n = $3 AND state = 'draft'`, f.Steps, f.ID, f.Edition)); err != nil {
		return err
	}
	if err := deleteItems(ctx, tx, f.ID, f.Edition); err != nil {
		return err
	}
	return insertItems(ctx, tx, f)
}

func deleteItems(ctx context.Context, tx *db.Tx, form string, edition int64) error {
	return tx.Exec(ctx, `DELETE FROM form_item WHERE form = $1 AND edition = $2`, form, edition)
}

func setState(ctx context.Context, tx *db.Tx, id string, version int64, from, to Stage) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE form SET state = $1, version = version + 1 WHERE id = $2 AND version = $3 AND state = $4`, to, id, version, from))
}

// setEdition says that an edition is in use, and stays as it is from then on.
func setEdition(ctx context.Context, tx *db.Tx, id string, edition int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE form_edition SET state = 'open' WHERE form = $1 AND n = $2 AND state = 'draft'`, id, edition))
}

func setDrafting(ctx context.Context, tx *db.Tx, id string, version, edition int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE form SET drafting = $1, version = version + 1 WHERE id = $2 AND version = $3`, edition, id, version))
}

// putEdition puts the edition that was drafted in use.
func putEdition(ctx context.Context, tx *db.Tx, id string, version, edition int64) error {
	if err := db.Changed(tx.ExecN(ctx, `UPDATE form SET edition = $1, drafting = 0, version = version + 1 WHERE id = $2 AND version = $3`, edition, id, version)); err != nil {
		return err
	}
	return setEdition(ctx, tx, id, edition)
}

func deleteEdition(ctx context.Context, tx *db.Tx, id string, version, edition int64) error {
	if err := setDrafting(ctx, tx, id, version, 0); err != nil {
		return err
	}
	if err := deleteItems(ctx, tx, id, edition); err != nil {
		return err
	}
	return tx.Exec(ctx, `DELETE FROM form_edition WHERE form = $1 AND n = $2`, id, edition)
}

// Asking returns the forms by may see that are open and ask from a unit or one above
// it, the newest first, at most limit, without their items. path is the unit's.
func Asking(ctx context.Context, tx *db.Tx, by auth.Actor, path string, limit int) ([]Form, error) {
	return db.All(ctx, tx, scan, seen+` AND f.state = 'open' AND substr($4, 1, length(pl.path)) = pl.path ORDER BY f.entered_at DESC, f.id DESC LIMIT $5`,
		by.Tree, by.Path, by.End(), path, limit)
}
