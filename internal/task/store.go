package task

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A person sees the tasks that units of their subtree lead, and those that their unit
// gave or takes part in. Every query that reads tasks for a person starts from one of
// these: $1 is the tree, $2 and $3 are the range of the person's subtree, $4 is the unit.
const (
	orderColumns = `o.id, o.unit, u.key, n.short, o.parent, o.text, o.deliverable, o.given_day, o.day, o.wording, o.moved,
		o.source, o.source_id, o.block, o.source_text, o.reach, o.given, o.entered_name, o.entered_at, o.version, up.path`
	orderTables = `JOIN unit u ON u.id = o.unit
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
		JOIN place up ON up.tree = o.tree AND up.unit = o.unit`
	columns = `t.id, t.lead, lu.key, ln.short, t.person, coalesce(m.name, ''), t.charge, t.due, t.sheet,
		t.done_at, t.verified_at, t.late_at, t.withdrawn_at, t.returned, t.asks, t.extended, t.version, lp.path, ` + orderColumns
	tables = `JOIN task_order o ON o.id = t.task_order
		` + orderTables + `
		JOIN unit lu ON lu.id = t.lead
		JOIN unit_name ln ON ln.unit = lu.id AND ln.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = lu.id)
		JOIN place lp ON lp.tree = t.tree AND lp.unit = t.lead
		LEFT JOIN member m ON m.id = t.person`
	all = `SELECT ` + columns + ` FROM task t ` + tables + ` WHERE t.tree = $1`
)

// seen are the tasks that by may see.
func seen(by auth.Actor) string {
	return all + ` AND (lp.path >= $2 AND lp.path < $3 OR ` + own(by, "t.unit") + `
		OR EXISTS (SELECT 1 FROM task_partner p WHERE p.task_order = t.task_order AND ` + own(by, "p.unit") + `))`
}

func seenOrders(by auth.Actor) string {
	return `SELECT ` + orderColumns + ` FROM task_order o ` + orderTables + ` WHERE o.tree = $1 AND (up.path >= $2 AND up.path < $3
		OR EXISTS (SELECT 1 FROM task_partner p WHERE p.task_order = o.id AND ` + own(by, "p.unit") + `))`
}

// own says of a column, where $4 is by's unit, that it is by's or one whose work that
// has taken over.
func own(by auth.Actor, column string) string { return db.Among(column, "$4", by.Before) }

func eyes(by auth.Actor) []any { return []any{by.Tree, by.Path, by.End(), by.Unit} }

func (o *Order) fields() []any {
	return []any{
		&o.ID, &o.Unit.ID, &o.Unit.Key, &o.Unit.Name, &o.Parent, &o.Text, &o.Deliverable, &o.GivenDay, &o.Deadline.Day, &o.Deadline.Wording, &o.Moved,
		&o.Source, &o.SourceID, &o.Block, &o.SourceText, &o.Reach, yes(&o.Given), &o.EnteredName, db.At(&o.EnteredAt), &o.Version, &o.unitPath,
	}
}

// A flag reads 0 and 1.
type flag bool

func yes(b *bool) *flag { return (*flag)(b) }

// Scan reads a column.
func (f *flag) Scan(v any) error {
	n, ok := v.(int64)
	*f = flag(ok && n != 0)
	return nil
}

func scanOrder(r db.Scanner) (o Order, err error) { return o, r.Scan(o.fields()...) }

func scan(r db.Scanner) (t Task, err error) {
	return t, r.Scan(append([]any{
		&t.ID, &t.Lead.ID, &t.Lead.Key, &t.Lead.Name, &t.Person, &t.PersonName, &t.Charge, &t.Due, &t.Sheet,
		db.At(&t.DoneAt), db.At(&t.VerifiedAt), db.At(&t.LateAt), db.At(&t.WithdrawnAt), yes(&t.Returned), yes(&t.Asks), yes(&t.Extended), &t.Version, &t.leadPath,
	}, t.Order.fields()...)...)
}

// Get returns a task that by may see, with the partners of its order.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Task, error) {
	t, err := db.First(db.All(ctx, tx, scan, seen(by)+` AND t.id = $5`, append(eyes(by), id)...))
	if err == nil {
		t.Order.Partners, err = partners(ctx, tx, t.Order.ID)
	}
	return t, err
}

// GetOrder returns an order that by may see.
func GetOrder(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Order, error) {
	o, err := db.First(db.All(ctx, tx, scanOrder, seenOrders(by)+` AND o.id = $5`, append(eyes(by), id)...))
	if err == nil {
		o.Partners, err = partners(ctx, tx, id)
	}
	return o, err
}

// find returns an order, whoever asks.
func find(ctx context.Context, tx *db.Tx, id string) (Order, string, error) {
	tree := ""
	o, err := db.First(db.All(ctx, tx, func(r db.Scanner) (o Order, err error) {
		return o, r.Scan(append(o.fields(), &tree)...)
	}, `SELECT `+orderColumns+`, o.tree FROM task_order o `+orderTables+` WHERE o.id = $1`, id))
	return o, tree, err
}

func partners(ctx context.Context, tx *db.Tx, order string) ([]Unit, error) {
	return db.All(ctx, tx, func(r db.Scanner) (u Unit, err error) { return u, r.Scan(&u.ID, &u.Key, &u.Name) },
		`SELECT u.id, u.key, n.short FROM task_partner p JOIN unit u ON u.id = p.unit
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
		WHERE p.task_order = $1 ORDER BY n.sort, u.id`, order)
}

func insertOrder(ctx context.Context, tx *db.Tx, by auth.Actor, o Order) error {
	return tx.Exec(ctx, `INSERT INTO task_order (id, tree, unit, parent, text, fold, deliverable, given_day, day, wording, moved,
			source, source_id, block, source_text, reach, at_path, given, entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', $17, $18, $19, $20, 1)`,
		o.ID, by.Tree, o.Unit.ID, o.Parent, o.Text, vn.Fold(o.Text+" "+o.Deliverable), o.Deliverable, o.GivenDay, o.Deadline.Day, o.Deadline.Wording, o.Moved,
		o.Source, o.SourceID, o.Block, o.SourceText, o.Reach, o.Given, by.Login, by.Name, tx.Now)
}

func updateOrder(ctx context.Context, tx *db.Tx, o Order) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE task_order SET text = $1, fold = $2, deliverable = $3, day = $4, wording = $5, moved = $6, version = version + 1
		WHERE id = $7 AND version = $8`, o.Text, vn.Fold(o.Text+" "+o.Deliverable), o.Deliverable, o.Deadline.Day, o.Deadline.Wording, o.Moved, o.ID, o.Version))
}

func setReach(ctx context.Context, tx *db.Tx, order, path string, given bool) error {
	return tx.Exec(ctx, `UPDATE task_order SET at_path = $1, given = $2 WHERE id = $3`, path, given, order)
}

func reached(ctx context.Context, tx *db.Tx, order string) (path string, err error) {
	err = tx.One(ctx, `SELECT at_path FROM task_order WHERE id = $1`, []any{order}, &path)
	return path, err
}

func setPartners(ctx context.Context, tx *db.Tx, order string, units []Unit) error {
	if err := tx.Exec(ctx, `DELETE FROM task_partner WHERE task_order = $1`, order); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `INSERT INTO task_partner (task_order, unit) VALUES`, len(units), func(i int) []any { return []any{order, units[i].ID} })
}

func insertTasks(ctx context.Context, tx *db.Tx, tree string, all []Task) error {
	return db.InsertMany(ctx, tx, `INSERT INTO task (id, task_order, tree, unit, lead, person, charge, due, sheet, returned, asks, extended, done_day, version) VALUES`, len(all), func(i int) []any {
		t := all[i]
		return []any{t.ID, t.Order.ID, tree, t.Order.Unit.ID, t.Lead.ID, t.Person, t.Charge, t.Due, t.Sheet, 0, 0, 0, "", 1}
	})
}

// change writes the days and marks of a task that has not changed since it was read.
func change(ctx context.Context, tx *db.Tx, t Task) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE task SET due = $1, done_at = $2, verified_at = $3, late_at = $4, withdrawn_at = $5, returned = $6, asks = $7, extended = $8, done_day = $9, version = version + 1
		WHERE id = $10 AND version = $11`, t.Due, t.DoneAt, t.VerifiedAt, t.LateAt, t.WithdrawnAt, t.Returned, t.Asks, t.Extended, t.doneDay(), t.ID, t.Version))
}

func insertEvents(ctx context.Context, tx *db.Tx, by auth.Actor, tasks []string, e Event) error {
	return db.InsertMany(ctx, tx, `INSERT INTO task_event (id, task, kind, text, day, unit, actor, actor_name, at) VALUES`, len(tasks), func(i int) []any {
		return []any{tx.NewID(), tasks[i], e.Kind, e.Text, e.Day, by.Unit, by.Login, by.Name, tx.Now}
	})
}

// Events returns what has happened to a task, oldest first, at most the newest limit.
// The caller has found the task through seen.
func Events(ctx context.Context, tx *db.Tx, task string, limit int) ([]Event, error) {
	return db.All(ctx, tx, func(r db.Scanner) (e Event, err error) {
		return e, r.Scan(&e.Kind, &e.Text, &e.Day, &e.Actor, db.At(&e.At))
	}, `SELECT kind, text, day, actor_name, at FROM (SELECT id, kind, text, day, actor_name, at FROM task_event WHERE task = $1 ORDER BY id DESC LIMIT $2) x ORDER BY id`, task, limit)
}

// last returns the newest event of a kind.
func last(ctx context.Context, tx *db.Tx, task, kind string) (Event, error) {
	return db.First(db.All(ctx, tx, func(r db.Scanner) (e Event, err error) {
		return e, r.Scan(&e.Kind, &e.Text, &e.Day, &e.Actor, db.At(&e.At))
	}, `SELECT kind, text, day, actor_name, at FROM task_event WHERE task = $1 AND kind = $2 ORDER BY id DESC LIMIT 1`, task, kind))
}

// ofPlan returns the task of a block of a plan that has not been withdrawn.
func ofPlan(ctx context.Context, tx *db.Tx, plan, block string) (Task, error) {
	t, err := db.First(db.All(ctx, tx, scan, `SELECT `+columns+` FROM task t `+tables+`
		WHERE o.source_id = $1 AND o.block = $2 AND o.source = 'plan' AND t.withdrawn_at IS NULL`, plan, block))
	if fault.Is(err, fault.NotFound) {
		return Task{}, nil
	}
	return t, err
}

// blocks returns the tasks of a plan that have not been withdrawn, by block.
func blocks(ctx context.Context, tx *db.Tx, plan string) ([]Task, error) {
	return db.All(ctx, tx, scan, `SELECT `+columns+` FROM task t `+tables+`
		WHERE o.source_id = $1 AND o.source = 'plan' AND t.withdrawn_at IS NULL ORDER BY o.id`, plan)
}

func setCharge(ctx context.Context, tx *db.Tx, id, charge string) error {
	return tx.Exec(ctx, `UPDATE task SET charge = $1 WHERE id = $2`, charge, id)
}

// EvidenceOf returns what shows a task's work, in the order it came. The caller has
// found the task through seen.
func EvidenceOf(ctx context.Context, tx *db.Tx, task string) ([]Evidence, error) {
	return db.All(ctx, tx, func(r db.Scanner) (e Evidence, err error) {
		return e, r.Scan(&e.ID, &e.Kind, &e.File, &e.FileName, &e.Text, &e.Actor, db.At(&e.At))
	}, `SELECT e.id, e.kind, e.file, coalesce(f.name, ''), e.text, e.actor_name, e.at FROM task_evidence e LEFT JOIN file f ON f.id = e.file WHERE e.task = $1 ORDER BY e.id`, task)
}

func insertEvidence(ctx context.Context, tx *db.Tx, by auth.Actor, task string, e Evidence) error {
	return tx.Exec(ctx, `INSERT INTO task_evidence (id, task, kind, file, text, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.NewID(), task, e.Kind, e.File, e.Text, by.Login, by.Name, tx.Now)
}

func dropEvidence(ctx context.Context, tx *db.Tx, task string, id int64) error {
	n, err := tx.ExecN(ctx, `DELETE FROM task_evidence WHERE task = $1 AND id = $2`, task, id)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return err
}
