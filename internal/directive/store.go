package directive

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// A person sees the papers entered in their subtree and those sent down to it.
// Every query that reads directives for a person starts from seen: $1 is the
// tree, $2 and $3 are the range of the person's subtree.
const (
	columns = `d.id, d.unit, n.name, d.kind, d.number, d.symbol, d.issuer, d.issued_day, d.term, d.subject,
		coalesce(d.file, ''), coalesce(f.name, ''), d.sample, d.entered_name, d.entered_at, d.version`
	seen = `SELECT ` + columns + `
		FROM directive d
		JOIN unit_name n ON n.unit = d.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = d.unit)
		JOIN place pl ON pl.tree = d.tree AND pl.unit = d.unit
		LEFT JOIN file f ON f.id = d.file
		WHERE d.tree = $1 AND (pl.path >= $2 AND pl.path < $3 OR EXISTS (
			SELECT 1 FROM directive_reach r WHERE r.directive = d.id AND r.tree = $1 AND substr($2, 1, length(r.path)) = r.path))`
)

func scan(r db.Scanner) (d Directive, err error) {
	var sample int
	err = r.Scan(&d.ID, &d.Unit, &d.UnitName, &d.Kind, &d.Number, &d.Symbol, &d.Issuer, &d.Issued, &d.Term, &d.Subject,
		&d.File, &d.FileName, &sample, &d.EnteredName, db.At(&d.EnteredAt), &d.Version)
	d.Sample = sample != 0
	return d, err
}

// Get returns a directive that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Directive, error) {
	return db.First(db.All(ctx, tx, scan, seen+` AND d.id = $4`, by.Tree, by.Path, by.End(), id))
}

// List returns the directives by may see that hold every word of query, the
// newest paper first, at most limit after offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, query string, offset, limit int) ([]Directive, error) {
	match, args := db.Match("d.fold", vn.Fold(query), 4)
	args = append([]any{by.Tree, by.Path, by.End()}, args...)
	args = append(args, limit, offset)
	return db.All(ctx, tx, scan, seen+` AND `+match+` ORDER BY d.issued_day DESC, d.entered_at DESC, d.id
		LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// Reach sends a directive down to the subtree at path: units there see it.
func Reach(ctx context.Context, tx *db.Tx, id, tree, path string) error {
	return tx.Exec(ctx, `INSERT INTO directive_reach (directive, tree, path, at) VALUES ($1, $2, $3, $4) ON CONFLICT (directive, tree, path) DO NOTHING`,
		id, tree, path, tx.Now)
}

// Same returns the directive that by may see and that f would enter a second
// time; NotFound if there is none.
func Same(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) (Directive, error) {
	f.clean()
	return db.First(db.All(ctx, tx, scan, seen+` AND d.identity = $4 ORDER BY d.entered_at, d.id LIMIT 1`, by.Tree, by.Path, by.End(), f.identity()))
}

func (f Form) fold() string {
	return vn.Fold(Directive{Number: f.Number, Symbol: f.Symbol}.Code() + " " + f.Number + " " + f.Symbol + " " + f.Issuer + " " + f.Subject + " " + f.Term)
}

func fileArg(id string) any {
	if id == "" {
		return nil
	}
	return id
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, id string, f Form, fileID string) error {
	return tx.Exec(ctx, `
		INSERT INTO directive (id, tree, unit, kind, number, symbol, issuer, issued_day, term, subject, fold, identity, file, sample,
			entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1)`,
		id, by.Tree, by.Unit, f.Kind, f.Number, f.Symbol, f.Issuer, f.Issued, f.Term, f.Subject, f.fold(), f.identity(), fileArg(fileID),
		f.Sample, by.Login, by.Name, tx.Now)
}

func update(ctx context.Context, tx *db.Tx, id string, version int64, f Form, fileID string) error {
	return db.Changed(tx.ExecN(ctx, `
		UPDATE directive SET kind = $1, number = $2, symbol = $3, issuer = $4, issued_day = $5, term = $6, subject = $7, fold = $8, identity = $9,
			file = $10, version = version + 1
		WHERE id = $11 AND version = $12`,
		f.Kind, f.Number, f.Symbol, f.Issuer, f.Issued, f.Term, f.Subject, f.fold(), f.identity(), fileArg(fileID), id, version))
}

// Moved follows a unit that moved from one path to another: what had reached it,
// and what had reached units under it, reaches them where they stand now.
func Moved(ctx context.Context, tx *db.Tx, tree, from, to string) error {
	if err := tx.Exec(ctx, `
		INSERT INTO directive_reach (directive, tree, path, at)
		SELECT DISTINCT directive, tree, $1, CAST($2 AS BIGINT) FROM directive_reach
		WHERE tree = $3 AND path <> $4 AND substr($4, 1, length(path)) = path AND substr($1, 1, length(path)) <> path
		ON CONFLICT (directive, tree, path) DO NOTHING`, to, tx.Now, tree, from); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `
		INSERT INTO directive_reach (directive, tree, path, at)
		SELECT directive, tree, $1 || substr(path, $2), at FROM directive_reach WHERE tree = $3 AND path >= $4 AND path < $5
		ON CONFLICT (directive, tree, path) DO NOTHING`, to, len(from)+1, tree, from, auth.After(from)); err != nil {
		return err
	}
	return tx.Exec(ctx, `DELETE FROM directive_reach WHERE tree = $1 AND path >= $2 AND path < $3`, tree, from, auth.After(from))
}
