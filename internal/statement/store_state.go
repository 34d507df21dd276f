package statement

import (
	"context"
	"slices"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
)

const statements = `SELECT s.id, s.form, s.unit, u.key, n.name, s.whole, s.signer, s.paper, s.day, coalesce(s.file, ''), s.replaces, s.reason,
		s.actor_name, s.at, s.ended_at, s.ended_name, s.ended_why
	FROM statement s
	JOIN statement_form f ON f.id = s.form
	JOIN place p ON p.tree = f.tree AND p.unit = s.unit
	JOIN unit u ON u.id = s.unit
	JOIN unit_name n ON n.unit = s.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = s.unit)`

func scanStatement(r db.Scanner) (s Statement, err error) {
	var whole int
	err = r.Scan(&s.ID, &s.Form, &s.Unit, &s.UnitKey, &s.UnitName, &whole, &s.Signer, &s.Paper, &s.Day, &s.File, &s.Replaces, &s.Reason,
		&s.ActorName, db.At(&s.At), db.At(&s.EndedAt), &s.EndedName, &s.EndedWhy)
	s.Whole = whole != 0
	return s, err
}

// withFigures gives each statement of a form its figures.
func withFigures(ctx context.Context, tx *db.Tx, form string, unit int64, all []Statement, err error) ([]Statement, error) {
	if err != nil || len(all) == 0 {
		return nil, err
	}
	figures := map[string][]Figure{}
	if err := db.Each(ctx, tx, `SELECT x.statement, i.key, x.value, x.base, x.bound, x.words
		FROM statement_figure x
		JOIN statement s ON s.id = x.statement
		JOIN statement_item i ON i.form = s.form AND i.n = x.n
		WHERE s.form = $1 AND ($2 = 0 OR s.unit = $2) ORDER BY x.statement, x.n`, []any{form, unit}, func(r db.Scanner) error {
		var id string
		var x Figure
		err := r.Scan(&id, &x.Item, &x.Value, &x.Of, &x.Bound, &x.Words)
		figures[id] = append(figures[id], x)
		return err
	}); err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Figures = figures[all[i].ID]
	}
	return all, nil
}

// between returns the statements that stand in a form, of the units from one path
// to before another, in tree order. The caller has found the form through seen.
func between(ctx context.Context, tx *db.Tx, f Form, from, to string) ([]Statement, error) {
	all, err := db.All(ctx, tx, scanStatement, statements+` WHERE s.form = $1 AND s.ended_at IS NULL AND p.path >= $2 AND p.path < $3 ORDER BY p.path`,
		f.ID, from, to)
	return withFigures(ctx, tx, f.ID, 0, all, err)
}

// History returns all statements of a unit in a form, the newest first, also
// those that stand no more. The caller has found both through their seen.
func History(ctx context.Context, tx *db.Tx, f Form, unit int64) ([]Statement, error) {
	all, err := db.All(ctx, tx, scanStatement, statements+` WHERE s.form = $1 AND s.unit = $2 ORDER BY s.seq DESC`, f.ID, unit)
	return withFigures(ctx, tx, f.ID, unit, all, err)
}

// Standing returns the statement of a unit that stands in a form; one without an
// ID if there is none.
func Standing(ctx context.Context, tx *db.Tx, f Form, unit int64) (Statement, error) {
	all, err := History(ctx, tx, f, unit)
	return standing(all), err
}

// Find returns a statement of a unit in by's subtree, standing or not, without
// its figures.
func Find(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Statement, error) {
	return db.First(db.All(ctx, tx, scanStatement, statements+` WHERE s.id = $1 AND f.tree = $2 AND p.path >= $3 AND p.path < $4`, id, by.Tree, by.Path, by.End()))
}

// standingOf returns what stands in a form, whoever asks, to be counted again.
func standingOf(ctx context.Context, tx *db.Tx, form string) ([]Statement, error) {
	all, err := db.All(ctx, tx, scanStatement, statements+` WHERE s.form = $1 AND s.ended_at IS NULL ORDER BY s.seq`, form)
	return withFigures(ctx, tx, form, 0, all, err)
}

// rows returns units of by's subtree that are asked in a form or have stated, in
// tree order, at most limit after the path after.
func rows(ctx context.Context, tx *db.Tx, by auth.Actor, f Form, after string, limit int) ([]row, error) {
	return db.All(ctx, tx, func(s db.Scanner) (r row, err error) {
		return r, s.Scan(&r.unit, &r.UnitKey, &r.UnitName, &r.path, &r.Within)
	}, `SELECT u.id, u.key, n.name, p.path, coalesce((
			SELECT max(wn.name) FROM statement w
			JOIN place wp ON wp.tree = p.tree AND wp.unit = w.unit
			JOIN unit_name wn ON wn.unit = w.unit AND wn.to_day = ''
			WHERE w.form = $1 AND w.ended_at IS NULL AND w.whole = 1 AND w.unit <> p.unit AND substr(p.path, 1, length(wp.path)) = wp.path), '')
		FROM place p
		JOIN unit u ON u.id = p.unit
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
		WHERE p.tree = $2 AND p.path >= $3 AND p.path < $4 AND p.path > $5
			AND (EXISTS (SELECT 1 FROM statement_asked a WHERE a.form = $1 AND a.unit = p.unit)
				OR EXISTS (SELECT 1 FROM statement s WHERE s.form = $1 AND s.unit = p.unit AND s.ended_at IS NULL))
		ORDER BY p.path LIMIT $6`, f.ID, by.Tree, by.Path, by.End(), after, limit)
}

// covering finds what counts as a statement of the unit at p, asked by a of a
// form f: its own, or one that a unit above it has made for everything under it.
const covering = `SELECT 1 FROM statement s JOIN place sp ON sp.tree = f.tree AND sp.unit = s.unit
	WHERE s.form = f.id AND s.ended_at IS NULL AND (s.unit = a.unit OR s.whole = 1 AND substr(p.path, 1, length(sp.path)) = sp.path)`

// Said returns how many of the units asked stand in by's subtree, and of how many
// of them there is a statement, their own or that of a unit above them.
func Said(ctx context.Context, tx *db.Tx, by auth.Actor, form string) (stated, asked int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(sum(CASE WHEN EXISTS (`+covering+`) THEN 1 ELSE 0 END), 0), count(*)
		FROM statement_asked a
		JOIN statement_form f ON f.id = a.form
		JOIN place p ON p.tree = f.tree AND p.unit = a.unit
		WHERE a.form = $1 AND p.path >= $2 AND p.path < $3`, []any{form, by.Path, by.End()}, &stated, &asked)
	return stated, asked, err
}

// answered counts, by place of the item, the figures that stand in by's subtree.
func answered(ctx context.Context, tx *db.Tx, by auth.Actor, form string) (map[int]int, error) {
	all := map[int]int{}
	return all, db.Each(ctx, tx, `SELECT x.n, count(*)
		FROM statement s
		JOIN statement_form f ON f.id = s.form
		JOIN place p ON p.tree = f.tree AND p.unit = s.unit
		JOIN statement_figure x ON x.statement = s.id
		WHERE s.form = $1 AND s.ended_at IS NULL AND p.path >= $2 AND p.path < $3
		GROUP BY x.n`, []any{form, by.Path, by.End()}, func(r db.Scanner) error {
		var n, count int
		err := r.Scan(&n, &count)
		all[n] = count
		return err
	})
}

type overlap struct {
	n     int
	unit  string
	id    int64 // of that unit
	path  string
	whole bool
}

// overlaps returns the items that u may not state because they are counted in
// another unit's statement already: one above it that states for everything under
// it, or, if whole, one under u.
func overlaps(ctx context.Context, tx *db.Tx, f Form, u org.Unit, whole bool) ([]overlap, error) {
	all, err := db.All(ctx, tx, func(s db.Scanner) (o overlap, err error) {
		var w int
		err = s.Scan(&o.n, &o.unit, &o.id, &o.path, &w)
		o.whole = w != 0
		return o, err
	}, `
		SELECT x.n, n.name, s.unit, p.path, s.whole
		FROM statement s
		JOIN statement_form f ON f.id = s.form
		JOIN place p ON p.tree = f.tree AND p.unit = s.unit
		JOIN unit_name n ON n.unit = s.unit AND n.from_day = (SELECT max(y.from_day) FROM unit_name y WHERE y.unit = s.unit)
		JOIN statement_figure x ON x.statement = s.id
		WHERE s.form = $1 AND s.unit <> $2 AND s.ended_at IS NULL AND (s.whole = 1 OR $3 = 1)
		ORDER BY x.n, p.path`, f.ID, u.ID, whole)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	sheet, err := tally.Find(ctx, tx, f.Sheet)
	if err != nil {
		return nil, err
	}
	e, err := epoch.ByID(ctx, tx, sheet.Epoch)
	if err != nil {
		return nil, err
	}
	// A unit that has moved since the form was opened is counted where it stood.
	under := func(unit int64, path string, top int64, topPath string) bool {
		at, ok := e.Index(unit)
		over, ok2 := e.Index(top)
		return strings.HasPrefix(path, topPath) || ok && ok2 && e.Under(at, over)
	}
	return slices.DeleteFunc(all, func(o overlap) bool {
		return !(o.whole && under(u.ID, u.Path, o.id, o.path) || whole && under(o.id, o.path, u.ID, u.Path))
	}), nil
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, f Form, s Statement) error {
	var paper any
	if s.File != "" {
		paper = s.File
	}
	if err := tx.Exec(ctx, `
		INSERT INTO statement (id, form, unit, whole, signer, paper, day, file, replaces, reason, actor, actor_name, at, seq, ended_at, ended_name, ended_why)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, NULL, '', '')`,
		s.ID, f.ID, s.Unit, s.Whole, s.Signer, s.Paper, s.Day, paper, s.Replaces, s.Reason, by.Login, by.Name, tx.Now, tx.NewID()); err != nil {
		return err
	}
	for _, x := range s.Figures {
		if err := tx.Exec(ctx, `INSERT INTO statement_figure (statement, n, value, base, bound, words) VALUES ($1, $2, $3, $4, $5, $6)`,
			s.ID, f.item(x.Item), x.Value, x.Of, x.Bound, x.Words); err != nil {
			return err
		}
	}
	return nil
}

func endStatement(ctx context.Context, tx *db.Tx, by auth.Actor, id, why string) error {
	return tx.Exec(ctx, `UPDATE statement SET ended_at = $1, ended_name = $2, ended_why = $3 WHERE id = $4`, tx.Now, by.Name, why, id)
}
