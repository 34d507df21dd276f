package reform

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

const (
	reforms = `SELECT f.id, f.tree, f.kind, f.day, f.decision, f.reason, f.actor, f.actor_name, f.at, p.state, p.problem, p.why, p.path, p.at, p.seq,
		p.unit, u.key, un.name, p.target, t.key, tn.name
		FROM reform f
		JOIN reform_plan p ON p.reform = f.id
		JOIN unit u ON u.id = p.unit
		JOIN unit_name un ON un.unit = u.id AND un.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
		JOIN unit t ON t.id = p.target
		JOIN unit_name tn ON tn.unit = t.id AND tn.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = t.id)
		JOIN place pu ON pu.tree = f.tree AND pu.unit = p.unit
		JOIN place pt ON pt.tree = f.tree AND pt.unit = p.target`
	// A person sees the reforms that touch their subtree: $1 is the tree, $2 and
	// $3 the range of the subtree.
	seen = reforms + ` WHERE f.tree = $1 AND (pu.path >= $2 AND pu.path < $3 OR pt.path >= $2 AND pt.path < $3)`
)

func scan(s db.Scanner) (r Reform, err error) {
	return r, s.Scan(&r.ID, &r.Tree, &r.Kind, &r.Day, &r.Decision, &r.Reason, &r.login, &r.Actor, db.At(&r.At), &r.State, &r.Problem, &r.Why, &r.path,
		db.At(&r.Applied), &r.seq, &r.Unit, &r.UnitKey, &r.UnitName, &r.Target, &r.TargetKey, &r.TargetName)
}

// Get returns a reform that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Reform, error) {
	return db.First(db.All(ctx, tx, scan, seen+` AND f.id = $4`, by.Tree, by.Path, by.End(), id))
}

func find(ctx context.Context, tx *db.Tx, id string) (Reform, error) {
	return db.First(db.All(ctx, tx, scan, reforms+` WHERE f.id = $1`, id))
}

// List returns the reforms by may see, the newest first, at most limit after
// offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, offset, limit int) ([]Reform, error) {
	return db.All(ctx, tx, scan, seen+` AND (p.state <> 'draft' OR $6 = 1) ORDER BY f.at DESC, f.id LIMIT $4 OFFSET $5`,
		by.Tree, by.Path, by.End(), limit, offset, org.MayReform(by) == nil)
}

// due returns the planned reforms whose day has come, the earliest first.
func due(ctx context.Context, tx *db.Tx) ([]Reform, error) {
	return db.All(ctx, tx, scan, reforms+` WHERE p.state = 'planned' AND f.day <= $1 ORDER BY f.day, f.at, f.id`, vn.DayOf(tx.Now))
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, id string, p Preview) error {
	if err := tx.Exec(ctx, `INSERT INTO reform (id, tree, kind, day, decision, reason, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, by.Tree, p.Form.Kind, p.Form.Day, p.Form.Decision, p.Form.Reason, by.Login, by.Name, tx.Now); err != nil {
		return err
	}
	to := p.Unit.ID
	if p.Form.Kind == Close {
		to = p.Target.ID
	}
	if err := tx.Exec(ctx, `INSERT INTO lineage (reform, old_unit, new_unit, num, den, keeper, assumed) VALUES ($1, $2, $3, 1, 1, 1, 0)`, id, p.Unit.ID, to); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO reform_plan (reform, unit, target, path, seq, state, problem, why) VALUES ($1, $2, $3, '', 0, 'planned', '', '')`, id, p.Unit.ID, p.Target.ID)
}

func setApplied(ctx context.Context, tx *db.Tx, id, path string) error {
	if err := tx.Exec(ctx, `UPDATE reform SET applied_at = $1 WHERE id = $2`, tx.Now, id); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE reform_plan SET state = 'applied', problem = '', path = $1, at = $2, seq = $3 WHERE reform = $4`, path, tx.Now, tx.NewID(), id)
}

func setFailed(ctx context.Context, tx *db.Tx, id, problem string) error {
	return tx.Exec(ctx, `UPDATE reform_plan SET state = 'failed', problem = $1 WHERE reform = $2`, problem, id)
}

func setUndone(ctx context.Context, tx *db.Tx, id, why string) error {
	if err := tx.Exec(ctx, `UPDATE reform SET undone_at = $1 WHERE id = $2`, tx.Now, id); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE reform_plan SET state = 'undone', why = $1 WHERE reform = $2`, why, id)
}

func insertSheet(ctx context.Context, tx *db.Tx, reform string, old, next int64) error {
	return tx.Exec(ctx, `INSERT INTO reform_sheet (reform, old, new) VALUES ($1, $2, $3)`, reform, old, next)
}

// sheetsOf returns the parts that a reform opened.
func sheetsOf(ctx context.Context, tx *db.Tx, reform string) ([]int64, error) {
	return db.All(ctx, tx, func(s db.Scanner) (n int64, err error) { return n, s.Scan(&n) }, `SELECT new FROM reform_sheet WHERE reform = $1 ORDER BY new`, reform)
}

func insertMember(ctx context.Context, tx *db.Tx, reform string, member int64) error {
	return tx.Exec(ctx, `INSERT INTO reform_member (reform, member) VALUES ($1, $2)`, reform, member)
}

func membersOf(ctx context.Context, tx *db.Tx, reform string) ([]int64, error) {
	return db.All(ctx, tx, func(s db.Scanner) (n int64, err error) { return n, s.Scan(&n) }, `SELECT member FROM reform_member WHERE reform = $1 ORDER BY member`, reform)
}

// laterReforms counts the reforms applied after r that touch its units.
func laterReforms(ctx context.Context, tx *db.Tx, r Reform) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM reform f JOIN reform_plan p ON p.reform = f.id
		WHERE f.tree = $1 AND p.state = 'applied' AND f.id <> $2 AND p.seq > $3 AND (p.unit IN ($4, $5) OR p.target = $4
			OR EXISTS (SELECT 1 FROM reform_step s WHERE s.reform = f.id AND s.unit IN ($4, $5)))`,
		[]any{r.Tree, r.ID, r.seq, r.Unit, r.Target}, &n)
	return n, err
}
