package plan

import (
	"context"
	"fmt"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// A person sees the plans of their unit and of the units under it, and those that
// units above have adopted. Every query that reads plans for a person starts from
// seen: $1 is the tree, $2 and $3 are the range of the person's subtree. The paths
// above one are its beginnings, of steps of one width; reading them so asks for a
// few places and not for all.
const (
	columns = `p.id, p.unit, u.key, n.name, p.rollout, r.title, p.title, p.basis, p.organisation, p.state, p.entered_name, p.entered_at, p.version,
		coalesce(pp.symbol, p.symbol), coalesce(pp.day, p.paper_day), coalesce(pp.id, ''), p.edition, pl.path,
		(SELECT max(e.at) FROM plan_event e WHERE e.plan = p.id AND e.kind = 'adopted' AND p.state = 'adopted'),
		coalesce((SELECT e.actor_name FROM plan_event e WHERE e.plan = p.id AND e.kind = 'adopted' AND p.state = 'adopted' ORDER BY e.seq DESC LIMIT 1), ''),
		coalesce((SELECT e.office FROM plan_event e WHERE e.plan = p.id AND e.kind = 'adopted' AND p.state = 'adopted' ORDER BY e.seq DESC LIMIT 1), '')`
	seen = `SELECT ` + columns + `
		FROM (SELECT unit, path FROM place WHERE tree = $1 AND path >= $2 AND path < $3
			UNION ALL SELECT unit, path FROM place WHERE tree = $1 AND path < $2 AND path IN (substr($2, 1, 7), substr($2, 1, 13),
				substr($2, 1, 19), substr($2, 1, 25), substr($2, 1, 31), substr($2, 1, 37), substr($2, 1, 43), substr($2, 1, 49))) pl
		JOIN plan p ON p.unit = pl.unit AND p.tree = $1
		JOIN rollout r ON r.id = p.rollout
		JOIN unit u ON u.id = p.unit
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
		LEFT JOIN paper pp ON pp.source_kind = 'plan' AND pp.source = p.id AND pp.kind = 'programme' AND pp.withdrawn_at IS NULL
		WHERE (p.state = 'adopted' OR pl.path >= $2)`
)

func scan(r db.Scanner) (p Plan, err error) {
	err = r.Scan(&p.ID, &p.Unit, &p.UnitKey, &p.UnitName, &p.Rollout, &p.RolloutTitle, &p.Title, &p.Basis, &p.Organisation, &p.State,
		&p.EnteredName, db.At(&p.EnteredAt), &p.Version, &p.Symbol, &p.PaperDay, &p.Paper, &p.Edition, &p.Path, db.At(&p.AdoptedAt), &p.AdoptedBy, &p.AdoptedOffice)
	return p, err
}

// Get returns a plan that by may see, with its rows.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Plan, error) {
	p, err := db.First(db.All(ctx, tx, scan, seen+` AND p.id = $4`, by.Tree, by.Path, by.End(), id))
	if err != nil {
		return Plan{}, err
	}
	return p, p.rows(ctx, tx)
}

// A Filter narrows a list; the zero one takes everything.
type Filter struct {
	Rollout string
	State   State
	Unit    int64
	Query   string
}

// List returns the plans by may see, the newest first, at most limit after
// offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, f Filter, offset, limit int) ([]Plan, error) {
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
	if f.Unit != 0 {
		and("p.unit = %s", f.Unit)
	}
	if s := vn.Fold(vn.Clean(f.Query)); s != "" {
		args = append(args, "%"+db.EscapeLike(s)+"%")
		q += ` AND (p.fold LIKE ` + db.Arg(len(args)) + ` ESCAPE '!' OR n.fold LIKE ` + db.Arg(len(args)) + ` ESCAPE '!')`
	}
	return q, args
}

// States returns the state of every plan for a rollout in by's subtree, by unit
// id: a dashboard shows who is drafting.
func States(ctx context.Context, tx *db.Tx, by auth.Actor, rolloutID string) (map[int64]Plan, error) {
	list, err := db.All(ctx, tx, scan, seen+` AND p.rollout = $4`, by.Tree, by.Path, by.End(), rolloutID)
	all := make(map[int64]Plan, len(list))
	for _, p := range list {
		all[p.Unit] = p
	}
	return all, err
}

func exists(ctx context.Context, tx *db.Tx, rolloutID string, unit int64) (bool, error) {
	var n int
	err := tx.One(ctx, `SELECT count(*) FROM plan WHERE rollout = $1 AND unit = $2`, []any{rolloutID, unit}, &n)
	return n > 0, err
}

// Events returns what has happened to a plan, oldest first. The caller has
// found the plan through seen.
func Events(ctx context.Context, tx *db.Tx, p Plan) ([]Event, error) {
	return db.All(ctx, tx, func(r db.Scanner) (e Event, err error) {
		return e, r.Scan(&e.Kind, &e.Actor, &e.Office, &e.Reason, db.At(&e.At))
	}, `SELECT kind, actor_name, office, reason, at FROM plan_event WHERE plan = $1 ORDER BY seq`, p.ID)
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, p Plan) error {
	return tx.Exec(ctx, `
		INSERT INTO plan (id, tree, unit, rollout, title, fold, basis, organisation, state, symbol, paper_day, edition, carries, tell, told,
			entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', 0, '', '', '', $10, $11, $12, 1)`,
		p.ID, by.Tree, p.Unit, p.Rollout, p.Title, vn.Fold(p.Title), p.Basis, p.Organisation, p.State, by.Login, by.Name, tx.Now)
}

// update writes what p says, in a state, if it has not changed since version.
func update(ctx context.Context, tx *db.Tx, p Plan, version int64, s State) error {
	return db.Changed(tx.ExecN(ctx, `
		UPDATE plan SET state = $1, title = $2, fold = $3, basis = $4, organisation = $5, version = version + 1
		WHERE id = $6 AND version = $7`, s, p.Title, vn.Fold(p.Title), p.Basis, p.Organisation, p.ID, version))
}

func insertEvent(ctx context.Context, tx *db.Tx, by auth.Actor, plan, kind, office, reason string) error {
	return tx.Exec(ctx, `
		INSERT INTO plan_event (id, plan, kind, actor, actor_name, office, reason, at, seq)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		db.NewKey(), plan, kind, by.Login, by.Name, office, reason, tx.Now, tx.NewID())
}

// InForce returns the adopted plans for a rollout, by unit: the deep proof
// holds against them what is counted as adopted.
func InForce(ctx context.Context, tx *db.Tx, rolloutID string) (map[int64]string, error) {
	all := map[int64]string{}
	return all, db.Each(ctx, tx, `SELECT unit, id FROM plan WHERE rollout = $1 AND state = 'adopted'`, []any{rolloutID}, func(r db.Scanner) error {
		var unit int64
		var id string
		err := r.Scan(&unit, &id)
		all[unit] = id
		return err
	})
}
