package coverage

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/rollout"
)

func (c *Coverage) directive(ctx context.Context, tx *db.Tx, by auth.Actor) (err error) {
	c.Directive, err = directive.Get(ctx, tx, by, c.Paper.ID)
	return err
}

// eachKept calls f with every plan under a path that fulfils an obligation of a
// rollout: where its keeper stands, for how many units it does, and the ids of the
// clauses it carries out. A unit that took others over fulfils theirs too, so what
// is counted of plans never passes what is owed.
func eachKept(ctx context.Context, tx *db.Tx, r rollout.Rollout, path string, f func(path string, units int64, carries string)) error {
	return db.Each(ctx, tx, `
		SELECT pl.path, count(*), p.carries FROM place pl
		JOIN obligation o ON o.keeper = pl.unit AND o.rollout = $1 AND o.step = 'adopt' AND o.source = 'plan' AND o.done_at IS NOT NULL
		JOIN plan p ON p.id = o.source_id AND p.state = 'adopted' AND p.carries <> ''
		WHERE pl.tree = $2 AND pl.path >= $3 AND pl.path < $4
		GROUP BY pl.path, p.id, p.carries`, []any{r.ID, r.Tree, path, auth.After(path)}, func(s db.Scanner) error {
		var at, carries string
		var n int64
		err := s.Scan(&at, &n, &carries)
		f(at, n, carries)
		return err
	})
}

// countCarried returns how many units under a path carry out each clause, by its
// id.
func countCarried(ctx context.Context, tx *db.Tx, r rollout.Rollout, path string) (map[string]int64, error) {
	all := map[string]int64{}
	return all, eachKept(ctx, tx, r, path, func(_ string, units int64, carries string) {
		for id := range strings.FieldsSeq(carries) {
			all[id] += units
		}
	})
}

// countBranches returns by path, for each unit directly under the one looked at,
// how many clauses of the paper are carried out under it or, with one clause named,
// how many units carry out that.
func countBranches(ctx context.Context, tx *db.Tx, c Coverage, one string) (map[string]int64, error) {
	of := map[string]bool{}
	for _, x := range c.Clauses {
		of[x.ID] = true
	}
	all, seen := map[string]int64{}, map[[2]string]bool{}
	return all, eachKept(ctx, tx, c.Rollout, c.Top.Path, func(path string, units int64, carries string) {
		i := strings.IndexByte(path[len(c.Top.Path):], '/')
		if i < 0 { // the unit itself
			return
		}
		branch := path[:len(c.Top.Path)+i+1]
		for id := range strings.FieldsSeq(carries) {
			switch key := [2]string{branch, id}; {
			case one != "" && id == one:
				all[branch] += units
			case one == "" && of[id] && !seen[key]:
				seen[key] = true
				all[branch]++
			}
		}
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
