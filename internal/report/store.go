package report

import (
	"context"
	"fmt"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// A person sees the reports of their unit and of the units under it. Every
// query that reads reports for a person starts from seen: $1 is the tree, $2
// and $3 are the range of the person's subtree.
const (
	columns = `p.id, p.form, p.unit, u.key, n.name, p.rollout, r.title, r.sheet, p.state, p.post_mark, p.entered_name, p.entered_at, p.version`
	seen    = `SELECT ` + columns + `
		FROM report p
		JOIN rollout r ON r.id = p.rollout
		JOIN unit u ON u.id = p.unit
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
		JOIN place pl ON pl.tree = p.tree AND pl.unit = p.unit
		WHERE p.tree = $1 AND pl.path >= $2 AND pl.path < $3`
)

func scan(r db.Scanner) (p Report, err error) {
	err = r.Scan(&p.ID, &p.Form, &p.Unit, &p.UnitKey, &p.UnitName, &p.Rollout, &p.RolloutTitle, &p.Sheet, &p.State, &p.PostMark,
		&p.EnteredName, db.At(&p.EnteredAt), &p.Version)
	return p, err
}

// Get returns a report that by may see, with its answers.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Report, error) {
	r, err := db.First(db.All(ctx, tx, scan, seen+` AND p.id = $4`, by.Tree, by.Path, by.End(), id))
	if err != nil {
		return Report{}, err
	}
	r.Answers, err = answers(ctx, tx, id)
	return r, err
}

// OfUnit returns the report of a unit on a rollout that by may see, with its
// answers; NotFound if there is none.
func OfUnit(ctx context.Context, tx *db.Tx, by auth.Actor, rolloutID string, unit int64) (Report, error) {
	r, err := db.First(db.All(ctx, tx, scan, seen+` AND p.rollout = $4 AND p.unit = $5`, by.Tree, by.Path, by.End(), rolloutID, unit))
	if err != nil {
		return Report{}, err
	}
	r.Answers, err = answers(ctx, tx, r.ID)
	return r, err
}

// A Filter narrows a list; the zero one takes everything.
type Filter struct {
	Rollout string
	State   State
	Query   string
}

// List returns the reports by may see, the newest first, at most limit after
// offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, f Filter, offset, limit int) ([]Report, error) {
	q, args := f.narrow(by)
	args = append(args, limit, offset)
	return db.All(ctx, tx, scan, q+` ORDER BY p.entered_at DESC, p.id LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// narrow returns seen with f's conditions, and its arguments.
func (f Filter) narrow(by auth.Actor) (q string, args []any) {
	q, args = seen, []any{by.Tree, by.Path, by.End()}
	and := func(cond string, v any) {
		args = append(args, v)
		q += " AND " + fmt.Sprintf(cond, db.Arg(len(args)))
	}
	if f.Rollout != "" {
		and("p.rollout = %s", f.Rollout)
	}
	if f.State != "" {
		and("p.state = %s", f.State)
	}
	if s := vn.Fold(vn.Clean(f.Query)); s != "" {
		and("n.fold LIKE %s ESCAPE '!'", "%"+db.EscapeLike(s)+"%")
	}
	return q, args
}

// A Child is a unit directly under another, with its report on a rollout.
type Child struct {
	UnitKey  string
	UnitName string
	Report   string // id, "" if it has begun none
	State    State  // "" if it has begun none
}

// Children returns the standing units directly under unit and where their
// reports stand, in tree order. The caller has found unit through seen.
func Children(ctx context.Context, tx *db.Tx, by auth.Actor, rolloutID string, unit int64) ([]Child, error) {
	return db.All(ctx, tx, func(r db.Scanner) (c Child, err error) {
		return c, r.Scan(&c.UnitKey, &c.UnitName, &c.Report, &c.State)
	}, `SELECT u.key, n.name, coalesce(p.id, ''), coalesce(p.state, '')
		FROM unit_edge e
		JOIN unit u ON u.id = e.unit
		JOIN unit_name n ON n.unit = u.id AND n.to_day = ''
		JOIN place pl ON pl.tree = e.tree AND pl.unit = e.unit
		LEFT JOIN report p ON p.unit = e.unit AND p.rollout = $1
		WHERE e.tree = $2 AND e.parent = $3 AND e.to_day = '' AND pl.path >= $4 AND pl.path < $5
		ORDER BY pl.path`, rolloutID, by.Tree, unit, by.Path, by.End())
}

// A Remark is what one unit wrote under one item of its submitted report.
type Remark struct {
	UnitName string
	Report   string
	Item     string
	Text     string
}

// Remarks returns what the units directly under unit wrote in reports that are
// submitted or accepted, by item and in tree order: a consolidated report lists
// them under each item.
func Remarks(ctx context.Context, tx *db.Tx, by auth.Actor, rolloutID string, unit int64) ([]Remark, error) {
	return db.All(ctx, tx, func(r db.Scanner) (m Remark, err error) {
		return m, r.Scan(&m.UnitName, &m.Report, &m.Item, &m.Text)
	}, `SELECT n.name, p.id, a.item, a.text
		FROM report p
		JOIN report_answer a ON a.report = p.id
		JOIN unit_edge e ON e.tree = p.tree AND e.unit = p.unit AND e.to_day = ''
		JOIN unit_name n ON n.unit = p.unit AND n.to_day = ''
		JOIN place pl ON pl.tree = p.tree AND pl.unit = p.unit
		WHERE p.rollout = $1 AND p.tree = $2 AND e.parent = $3 AND p.state IN ('submitted', 'accepted') AND pl.path >= $4 AND pl.path < $5
		ORDER BY a.item, pl.path`, rolloutID, by.Tree, unit, by.Path, by.End())
}

// Events returns what has happened to a report, oldest first. The caller has
// found the report through seen.
func Events(ctx context.Context, tx *db.Tx, r Report) ([]Event, error) {
	return db.All(ctx, tx, func(r db.Scanner) (e Event, err error) {
		return e, r.Scan(&e.Kind, &e.Actor, &e.Office, &e.Reason, db.At(&e.At))
	}, `SELECT kind, actor_name, office, reason, at FROM report_event WHERE report = $1 ORDER BY seq`, r.ID)
}

// Waiting returns the reports that wait for by's unit to accept or return them,
// the oldest first, at most limit.
func Waiting(ctx context.Context, tx *db.Tx, by auth.Actor, limit int) ([]Report, error) {
	return db.All(ctx, tx, scan, seen+` AND p.state = 'submitted' AND p.unit <> $4 ORDER BY p.entered_at, p.id LIMIT $5`,
		by.Tree, by.Path, by.End(), by.Unit, limit)
}

func answers(ctx context.Context, tx *db.Tx, report string) (map[string]string, error) {
	type row struct{ item, text string }
	rows, err := db.All(ctx, tx, func(r db.Scanner) (v row, err error) { return v, r.Scan(&v.item, &v.text) },
		`SELECT item, text FROM report_answer WHERE report = $1`, report)
	all := make(map[string]string, len(rows))
	for _, v := range rows {
		all[v.item] = v.text
	}
	return all, err
}

func hasChildren(ctx context.Context, tx *db.Tx, unit int64) (bool, error) {
	var n int
	err := tx.One(ctx, `SELECT count(*) FROM unit_edge WHERE parent = $1 AND to_day = ''`, []any{unit}, &n)
	return n > 0, err
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, r Report) error {
	return tx.Exec(ctx, `
		INSERT INTO report (id, form, tree, unit, rollout, state, post_mark, entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, 1)`,
		r.ID, r.Form, by.Tree, r.Unit, r.Rollout, r.State, by.Login, by.Name, tx.Now)
}

func update(ctx context.Context, tx *db.Tx, id string, version int64, s State, mark int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE report SET state = $1, post_mark = $2, version = version + 1 WHERE id = $3 AND version = $4`, s, mark, id, version))
}

func replaceAnswers(ctx context.Context, tx *db.Tx, report string, answers map[string]string) error {
	if err := tx.Exec(ctx, `DELETE FROM report_answer WHERE report = $1`, report); err != nil {
		return err
	}
	for item, text := range answers {
		if err := tx.Exec(ctx, `INSERT INTO report_answer (report, item, text) VALUES ($1, $2, $3)`, report, item, text); err != nil {
			return err
		}
	}
	return nil
}

func insertEvent(ctx context.Context, tx *db.Tx, by auth.Actor, report, kind, office, reason string) error {
	return tx.Exec(ctx, `
		INSERT INTO report_event (id, report, kind, actor, actor_name, office, reason, at, seq)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		db.NewKey(), report, kind, by.Login, by.Name, office, reason, tx.Now, tx.NewID())
}

// Received returns the reports on a rollout that are submitted or accepted, by
// unit: the deep proof holds against them what is counted as received.
func Received(ctx context.Context, tx *db.Tx, rolloutID string) (map[int64]string, error) {
	all := map[int64]string{}
	return all, db.Each(ctx, tx, `SELECT unit, id FROM report WHERE rollout = $1 AND state IN ('submitted', 'accepted')`, []any{rolloutID}, func(r db.Scanner) error {
		var unit int64
		var id string
		err := r.Scan(&unit, &id)
		all[unit] = id
		return err
	})
}
