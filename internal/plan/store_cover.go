package plan

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/rollout"
)

func (c *Coverage) directive(ctx context.Context, tx *db.Tx, by auth.Actor) (err error) {
	c.Directive, err = directive.Get(ctx, tx, by, c.Paper.ID)
	return err
}

// kept are the plans that fulfil an obligation of a rollout whose keeper stands in
// a subtree, each with for how many units it does: a unit that took others over
// fulfils theirs too. So what is counted of them never passes what is owed. $1 is
// the rollout, $2 to $4 are the tree and the range of the subtree.
const kept = `SELECT p.id, pl.path, count(*) AS n
	FROM place pl
	JOIN obligation o ON o.keeper = pl.unit AND o.rollout = $1 AND o.step = 'adopt' AND o.source = 'plan' AND o.done_at IS NOT NULL
	JOIN plan p ON p.id = o.source_id AND p.state = 'adopted'
	WHERE pl.tree = $2 AND pl.path >= $3 AND pl.path < $4
	GROUP BY p.id, pl.path`

// countCarried returns how many units under a path carry out each clause, by its
// id.
func countCarried(ctx context.Context, tx *db.Tx, r rollout.Rollout, path string) (map[string]int64, error) {
	all := map[string]int64{}
	return all, db.Each(ctx, tx, `
		SELECT c.clause, sum(c.n) FROM (SELECT DISTINCT k.id, k.n, u.clause FROM (`+kept+`) k JOIN clause_use u ON u.plan = k.id) c
		GROUP BY c.clause`, []any{r.ID, r.Tree, path, auth.After(path)}, func(r db.Scanner) error {
		var id string
		var n int64
		err := r.Scan(&id, &n)
		all[id] = n
		return err
	})
}

// countBranches returns by path, for each unit directly under the one looked at,
// how many clauses of the paper are carried out under it or, with one clause named,
// how many units carry out that.
func countBranches(ctx context.Context, tx *db.Tx, c Coverage, one string) (map[string]int64, error) {
	step := len(c.Top.Path) + 6 // steps of a path are of one width
	args := []any{c.Rollout.ID, c.Rollout.Tree, c.Top.Path, auth.After(c.Top.Path), step}
	q := `SELECT substr(k.path, 1, $5), count(DISTINCT u.clause) FROM (` + kept + `) k
		JOIN clause_use u ON u.plan = k.id JOIN clause x ON x.id = u.clause AND x.kind = $6 AND x.owner = $7 AND x.place > 0 GROUP BY 1`
	if one != "" {
		q = `SELECT substr(k.path, 1, $5), sum(k.n) FROM (` + kept + `) k
			WHERE EXISTS (SELECT 1 FROM clause_use u WHERE u.plan = k.id AND u.clause = $6) GROUP BY 1`
		args = append(args, one)
	} else {
		args = append(args, c.Paper.Kind, c.Paper.ID)
	}
	all := map[string]int64{}
	return all, db.Each(ctx, tx, q, args, func(r db.Scanner) error {
		var path string
		var n int64
		err := r.Scan(&path, &n)
		all[path] = n
		return err
	})
}

// An ownPlan is where a unit stands and its adopted plan, "" if it has none.
type ownPlan struct{ path, plan string }

// adoptedBy returns where units stand, and what plan each has adopted for a
// rollout.
func adoptedBy(ctx context.Context, tx *db.Tx, rollout string, units []int64) (map[int64]ownPlan, error) {
	type row struct {
		unit int64
		ownPlan
	}
	rows, err := db.AllIn(ctx, tx, func(r db.Scanner) (x row, err error) { return x, r.Scan(&x.unit, &x.path, &x.plan) }, `
		SELECT pl.unit, pl.path, coalesce(p.id, '') FROM rollout r
		JOIN place pl ON pl.tree = r.tree
		LEFT JOIN plan p ON p.rollout = r.id AND p.unit = pl.unit AND p.state = 'adopted'
		WHERE r.id = $1 AND pl.unit IN`, units, rollout)
	all := make(map[int64]ownPlan, len(rows))
	for _, x := range rows {
		all[x.unit] = x.ownPlan
	}
	return all, err
}

// A Doing is a row of a plan that carries out a clause.
type Doing struct {
	Plan, Unit, UnitKey, N, Text string
}

// Doers returns the rows that carry out a clause in the adopted plans of the unit
// looked at, of those directly under it and of those above it that by may see, in
// tree order, at most limit.
func Doers(ctx context.Context, tx *db.Tx, by auth.Actor, c Coverage, one string, limit int) ([]Doing, error) {
	return db.All(ctx, tx, func(r db.Scanner) (d Doing, err error) {
		return d, r.Scan(&d.Plan, &d.Unit, &d.UnitKey, &d.N, &d.Text)
	}, `SELECT p.id, n.name, u.key, x.n, x.text FROM clause_use s
		JOIN plan p ON p.id = s.plan AND p.state = 'adopted' AND p.tree = $2
		JOIN clause x ON x.kind = 'plan' AND x.owner = p.id AND x.block = s.block AND x.place > 0
		JOIN place pl ON pl.tree = p.tree AND pl.unit = p.unit
		JOIN unit u ON u.id = p.unit
		JOIN unit_name n ON n.unit = p.unit AND n.from_day = (SELECT max(y.from_day) FROM unit_name y WHERE y.unit = p.unit)
		WHERE s.clause = $1 AND (pl.path >= $3 AND pl.path < $4 AND length(pl.path) <= $5 OR pl.path < $3 AND substr($3, 1, length(pl.path)) = pl.path)
		ORDER BY pl.path, x.place LIMIT $6`,
		one, by.Tree, c.Top.Path, auth.After(c.Top.Path), len(c.Top.Path)+6, limit)
}
