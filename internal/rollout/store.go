package rollout

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

const (
	columns = `r.id, r.tree, r.unit, hn.name, r.scope, su.key, r.scope_path, sn.name, r.title, r.note, r.state, r.opening_day, r.mark, r.sheet,
		r.replaces, r.sample, r.entered_name, r.entered_at, r.version`
	rollouts = `SELECT ` + columns + `
		FROM rollout r
		JOIN unit_name hn ON hn.unit = r.unit AND hn.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = r.unit)
		JOIN unit su ON su.id = r.scope
		JOIN unit_name sn ON sn.unit = r.scope AND sn.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = r.scope)
		JOIN place pl ON pl.tree = r.tree AND pl.unit = r.unit`
	// A person sees the rollouts of their subtree, those that reach their unit
	// once they are approved, and those in which it answers for something. Every query that reads rollouts for a person
	// starts from seen: $1 is the tree, $2 and $3 the range of the subtree.
	seen = rollouts + `
		WHERE r.tree = $1 AND (pl.path >= $2 AND pl.path < $3
			OR r.sheet <> 0 AND substr($2, 1, length(r.scope_path)) = r.scope_path
			OR EXISTS (SELECT 1 FROM obligation x JOIN place xp ON xp.tree = r.tree AND xp.unit = x.keeper WHERE x.rollout = r.id AND xp.path = $2))`
)

func scan(r db.Scanner) (o Rollout, err error) {
	var sample int
	err = r.Scan(&o.ID, &o.Tree, &o.Unit, &o.UnitName, &o.Scope, &o.ScopeKey, &o.ScopePath, &o.ScopeName, &o.Title, &o.Note, &o.State,
		&o.OpeningDay, &o.Mark, &o.Sheet, &o.Replaces, &sample, &o.EnteredName, db.At(&o.EnteredAt), &o.Version)
	o.Sample = sample != 0
	return o, err
}

// Get returns a rollout that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Rollout, error) {
	return db.First(db.All(ctx, tx, scan, seen+` AND r.id = $4`, by.Tree, by.Path, by.End(), id))
}

// Find returns a rollout whoever asks: for jobs and for slices that act on one.
func Find(ctx context.Context, tx *db.Tx, id string) (Rollout, error) {
	return db.First(db.All(ctx, tx, scan, rollouts+` WHERE r.id = $1`, id))
}

// List returns the rollouts by may see that hold every word of query, the
// newest first, at most limit after offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, query string, offset, limit int) ([]Rollout, error) {
	match, args := db.Match("r.fold", vn.Fold(query), 4)
	args = append([]any{by.Tree, by.Path, by.End()}, args...)
	args = append(args, limit, offset)
	return db.All(ctx, tx, scan, seen+` AND `+match+` ORDER BY r.entered_at DESC, r.id LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// Owing returns the open rollouts by which by's unit still owes a step, the
// soonest due first.
func Owing(ctx context.Context, tx *db.Tx, by auth.Actor, step Step) ([]Rollout, error) {
	return db.All(ctx, tx, scan, rollouts+` JOIN (SELECT rollout, min(due) AS due FROM obligation
			WHERE keeper = $2 AND step = $3 AND done_at IS NULL AND ended_at IS NULL GROUP BY rollout) o ON o.rollout = r.id
		WHERE r.tree = $1 AND r.state = 'open'
		ORDER BY o.due, r.entered_at, r.id`, by.Tree, by.Unit, step)
}

// Using returns the rollouts by may see that roll a directive out.
func Using(ctx context.Context, tx *db.Tx, by auth.Actor, directiveID string) ([]Rollout, error) {
	return db.All(ctx, tx, scan, seen+` AND EXISTS (SELECT 1 FROM rollout_directive d WHERE d.rollout = r.id AND d.directive = $4)
		ORDER BY r.entered_at DESC, r.id`, by.Tree, by.Path, by.End(), directiveID)
}

// Waiting returns the rollouts that wait for by's approval.
func Waiting(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Rollout, error) {
	return db.All(ctx, tx, scan, seen+` AND r.unit = $4 AND r.state = 'submitted' ORDER BY r.entered_at, r.id`, by.Tree, by.Path, by.End(), by.Unit)
}

// Successor returns the approved rollout that took the place of r; NotFound if
// none did that by may see.
func Successor(ctx context.Context, tx *db.Tx, by auth.Actor, r Rollout) (Rollout, error) {
	return db.First(db.All(ctx, tx, scan, seen+` AND r.replaces = $4 AND r.sheet <> 0`, by.Tree, by.Path, by.End(), r.ID))
}

// Papers returns the directives of a rollout in order.
func Papers(ctx context.Context, tx *db.Tx, r Rollout) ([]Paper, error) {
	return db.All(ctx, tx, func(s db.Scanner) (p Paper, err error) { return p, s.Scan(&p.Directive, &p.Mode) },
		`SELECT directive, mode FROM rollout_directive WHERE rollout = $1 ORDER BY n`, r.ID)
}

// Directives returns the directives of a rollout that by may see, with how they
// are to be taken up.
func Directives(ctx context.Context, tx *db.Tx, by auth.Actor, r Rollout) ([]directive.Directive, []Mode, error) {
	papers, err := Papers(ctx, tx, r)
	if err != nil {
		return nil, nil, err
	}
	var all []directive.Directive
	var modes []Mode
	for _, p := range papers {
		d, err := directive.Get(ctx, tx, by, p.Directive)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		all, modes = append(all, d), append(modes, p.Mode)
	}
	return all, modes, nil
}

// Demands returns what a rollout asks, by level and step.
func Demands(ctx context.Context, tx *db.Tx, r Rollout) ([]Demand, error) {
	return db.All(ctx, tx, func(s db.Scanner) (d Demand, err error) {
		return d, s.Scan(&d.Step, &d.Level, &d.Deadline.Day, &d.Deadline.Wording, &d.Percent)
	}, `SELECT step, level, day, wording, percent FROM rollout_step WHERE rollout = $1
		ORDER BY level, CASE step WHEN 'hold' THEN 1 WHEN 'reach' THEN 2 WHEN 'adopt' THEN 3 ELSE 4 END`, r.ID)
}

// An Event is one step in a rollout's life.
type Event struct {
	Kind   string
	Actor  string
	Reason string
	At     time.Time
}

// Events returns what has happened to a rollout, oldest first. The caller has
// found it through seen.
func Events(ctx context.Context, tx *db.Tx, r Rollout) ([]Event, error) {
	return db.All(ctx, tx, func(s db.Scanner) (e Event, err error) {
		return e, s.Scan(&e.Kind, &e.Actor, &e.Reason, db.At(&e.At))
	}, `SELECT kind, actor_name, reason, at FROM rollout_event WHERE rollout = $1 ORDER BY seq`, r.ID)
}

// reasonOf returns the reason of the last event of a kind.
func reasonOf(ctx context.Context, tx *db.Tx, id, kind string) (reason string, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(reason), '') FROM rollout_event WHERE rollout = $1 AND kind = $2`, []any{id, kind}, &reason)
	return reason, err
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, id string, f Form, scope org.Unit, replaces string) error {
	return tx.Exec(ctx, `
		INSERT INTO rollout (id, tree, unit, scope, scope_path, title, note, fold, state, opening_day, mark, sheet, replaces, sample,
			entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', '', 0, 0, $9, $10, $11, $12, $13, 1)`,
		id, by.Tree, by.Unit, scope.ID, scope.Path, f.Title, f.Note, vn.Fold(f.Title), replaces, f.Sample, by.Login, by.Name, tx.Now)
}

func update(ctx context.Context, tx *db.Tx, id string, version int64, f Form, scope org.Unit) error {
	return db.Changed(tx.ExecN(ctx, `
		UPDATE rollout SET scope = $1, scope_path = $2, title = $3, note = $4, fold = $5, version = version + 1
		WHERE id = $6 AND version = $7 AND state = 'draft'`, scope.ID, scope.Path, f.Title, f.Note, vn.Fold(f.Title), id, version))
}

func replaceParts(ctx context.Context, tx *db.Tx, id string, f Form) error {
	for _, q := range []string{`DELETE FROM rollout_directive WHERE rollout = $1`, `DELETE FROM rollout_step WHERE rollout = $1`} {
		if err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	for i, p := range f.Papers {
		if err := tx.Exec(ctx, `INSERT INTO rollout_directive (rollout, n, directive, mode) VALUES ($1, $2, $3, $4)`, id, i+1, p.Directive, p.Mode); err != nil {
			return err
		}
	}
	for _, d := range f.Demands {
		if err := tx.Exec(ctx, `INSERT INTO rollout_step (rollout, step, level, day, wording, percent) VALUES ($1, $2, $3, $4, $5, $6)`,
			id, d.Step, d.Level, d.Deadline.Day, d.Deadline.Wording, d.Percent); err != nil {
			return err
		}
	}
	return nil
}

func setState(ctx context.Context, tx *db.Tx, id string, version int64, from, to State) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE rollout SET state = $1, version = version + 1 WHERE id = $2 AND version = $3 AND state = $4`, to, id, version, from))
}

func freeze(ctx context.Context, tx *db.Tx, id string, day vn.Day, mark, sheet int64) error {
	return tx.Exec(ctx, `UPDATE rollout SET opening_day = $1, mark = $2, sheet = $3 WHERE id = $4`, day, mark, sheet, id)
}

// AddEvent records a step in a rollout's life, with why if a reason was asked.
func AddEvent(ctx context.Context, tx *db.Tx, by auth.Actor, id, kind, reason string) error {
	return tx.Exec(ctx, `INSERT INTO rollout_event (id, rollout, kind, actor, actor_name, reason, at, seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		db.NewKey(), id, kind, by.Login, by.Name, reason, tx.Now, tx.NewID())
}

// At returns the rollouts by may see that are under way and in which a unit has a
// part, the newest first, at most limit. path is the unit's.
func At(ctx context.Context, tx *db.Tx, by auth.Actor, path string, limit int) ([]Rollout, error) {
	return db.All(ctx, tx, scan, seen+` AND r.state IN ('approved', 'open') AND substr($4, 1, length(r.scope_path)) = r.scope_path
		ORDER BY r.entered_at DESC, r.id LIMIT $5`, by.Tree, by.Path, by.End(), path, limit)
}
