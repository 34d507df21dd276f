package reform

import (
	"context"

	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// Handed is how much of one sort units have open that end: who takes over from a unit
// goes on with it. Nothing of it is written anew: the rows name who was given the work,
// who answers for it follows from the reform, and its undoing gives all of it back.
type Handed struct {
	What string // names the message "reform.handed."+What
	N    int64
}

// handedCounts count what units have open; each ends in the column that is one of them.
// $1 is the tree, $2 a day a month ago.
var handedCounts = []struct {
	what, query string
}{
	{"tasks", `SELECT count(*) FROM task WHERE tree = $1 AND $2 <> '' AND done_at IS NULL AND withdrawn_at IS NULL AND lead `},
	{"given", `SELECT count(*) FROM task WHERE tree = $1 AND $2 <> '' AND verified_at IS NULL AND withdrawn_at IS NULL AND unit `},
	{"partners", `SELECT count(*) FROM task_partner p WHERE $2 <> '' AND EXISTS (SELECT 1 FROM task t WHERE t.task_order = p.task_order AND t.tree = $1
			AND t.done_at IS NULL AND t.withdrawn_at IS NULL) AND p.unit `},
	{"targets", `SELECT count(*) FROM target_unit s JOIN target t ON t.id = s.target WHERE t.tree = $1 AND $2 <> '' AND t.state = 'open' AND s.unit `},
	{"guidance", `SELECT count(*) FROM place me
			JOIN guidance g ON g.tree = me.tree AND g.state = 'published' AND g.last_day >= $2 AND g.unit <> me.unit
			JOIN place pl ON pl.tree = g.tree AND pl.unit = g.unit AND substr(me.path, 1, length(pl.path)) = pl.path
			WHERE me.tree = $1 AND (g.to_depth = 0 OR g.to_depth = me.depth - pl.depth)
			AND (g.to_kind = '' OR g.to_kind = (SELECT k.kind FROM unit_kind k WHERE k.unit = me.unit AND k.from_day = (
				SELECT max(x.from_day) FROM unit_kind x WHERE x.unit = me.unit)))
			AND NOT EXISTS (SELECT 1 FROM guidance_unit s WHERE s.guidance = g.id AND s.unit = me.unit AND s.edition = g.edition AND s.reported <> 0)
			AND me.unit `},
	{"opinions", `SELECT count(*) FROM opinion_unit o JOIN consultation c ON c.id = o.consultation
			WHERE c.tree = $1 AND $2 <> '' AND c.state = 'open' AND o.due = 1 AND o.state = 'gathering' AND o.unit `},
	{"returns", `SELECT count(*) FROM filing_report r JOIN form_period p ON p.id = r.period JOIN form f ON f.id = p.form
			WHERE f.tree = $1 AND $2 <> '' AND p.state = 'open' AND r.state IN ('asked', 'submitted', 'returned') AND r.unit `},
	{"typed", `SELECT count(*) FROM filing_draft d JOIN form_period p ON p.id = d.period JOIN form f ON f.id = p.form
			WHERE f.tree = $1 AND $2 <> '' AND p.state = 'open' AND d.unit `},
	{"plans", `SELECT count(*) FROM plan WHERE tree = $1 AND $2 <> '' AND state IN ('draft', 'submitted') AND unit `},
}

// handed counts what units have open, without what there is none of.
func handed(ctx context.Context, tx *db.Tx, tree string, units []int64) ([]Handed, error) {
	var all []Handed
	for _, c := range handedCounts {
		sum := int64(0)
		if err := db.AmongIDs(units, []any{tree, vn.DayOf(tx.Now).AddDays(-31)}, func(in string, args []any) error {
			var n int64
			err := tx.One(ctx, c.query+in, args, &n)
			sum += n
			return err
		}); err != nil {
			return nil, err
		}
		if sum > 0 {
			all = append(all, Handed{c.what, sum})
		}
	}
	return all, nil
}
