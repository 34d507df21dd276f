package plan

import (
	"context"
	"regexp"

	"nhipcau/internal/auth"
	"nhipcau/internal/clause"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// rows fills in the rows of p and what each carries out.
func (p *Plan) rows(ctx context.Context, tx *db.Tx) (err error) {
	if p.Goals, err = db.All(ctx, tx, func(r db.Scanner) (g Goal, err error) {
		return g, r.Scan(&g.ID, &g.Text, &g.Target)
	}, `SELECT block, text, target FROM plan_goal WHERE plan = $1 ORDER BY n`, p.ID); err != nil {
		return err
	}
	if p.Targets, err = db.All(ctx, tx, func(r db.Scanner) (t Target, err error) {
		return t, r.Scan(&t.ID, &t.Indicator, &t.Value, &t.Unit, &t.Direction)
	}, `SELECT block, indicator, value, unit, direction FROM plan_target WHERE plan = $1 ORDER BY n`, p.ID); err != nil {
		return err
	}
	if p.Tasks, err = db.All(ctx, tx, func(r db.Scanner) (t Task, err error) {
		return t, r.Scan(&t.ID, &t.Text, &t.Lead, &t.LeadUnit, &t.LeadKey, &t.Partners, &t.Deliverable, &t.Deadline.Day, &t.Deadline.Wording)
	}, `SELECT t.block, t.text, coalesce(n.name, t.lead), coalesce(t.lead_unit, 0), coalesce(u.key, ''), t.partners, t.deliverable, t.day, t.wording
		FROM plan_task t
		LEFT JOIN unit u ON u.id = t.lead_unit
		LEFT JOIN unit_name n ON n.unit = t.lead_unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = t.lead_unit)
		WHERE t.plan = $1 ORDER BY t.n`, p.ID); err != nil {
		return err
	}
	uses, err := clause.Uses(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	by := map[string][]string{}
	for _, u := range uses {
		by[u.Block] = append(by[u.Block], u.Clause)
	}
	for i, g := range p.Goals {
		p.Goals[i].Carries = by[g.ID]
	}
	for i, t := range p.Targets {
		p.Targets[i].Carries = by[t.ID]
	}
	for i, t := range p.Tasks {
		p.Tasks[i].Carries = by[t.ID]
	}
	return nil
}

func replaceRows(ctx context.Context, tx *db.Tx, plan string, f Form) error {
	for _, q := range []string{`DELETE FROM plan_goal WHERE plan = $1`, `DELETE FROM plan_target WHERE plan = $1`, `DELETE FROM plan_task WHERE plan = $1`} {
		if err := tx.Exec(ctx, q, plan); err != nil {
			return err
		}
	}
	for i, g := range f.Goals {
		if err := tx.Exec(ctx, `INSERT INTO plan_goal (plan, n, block, text, target) VALUES ($1, $2, $3, $4, $5)`, plan, i+1, g.ID, g.Text, g.Target); err != nil {
			return err
		}
	}
	for i, t := range f.Targets {
		if err := tx.Exec(ctx, `INSERT INTO plan_target (plan, n, block, indicator, value, unit, direction) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			plan, i+1, t.ID, t.Indicator, t.Value, t.Unit, t.Direction); err != nil {
			return err
		}
	}
	for i, t := range f.Tasks {
		var lead any
		if t.LeadUnit != 0 {
			lead = t.LeadUnit
		}
		if err := tx.Exec(ctx, `
			INSERT INTO plan_task (plan, n, block, text, lead, lead_unit, partners, deliverable, day, wording)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			plan, i+1, t.ID, t.Text, t.Lead, lead, t.Partners, t.Deliverable, t.Deadline.Day, t.Deadline.Wording); err != nil {
			return err
		}
	}
	return nil
}

// A head is a unit that leads a task.
type head struct {
	id        int64
	key, name string
}

// keyed is a unit as forms offer it: its name, and its key behind.
var keyed = regexp.MustCompile(`^.* \(([a-z0-9][a-z0-9.-]*)\)$`)

// leader returns the standing unit of by's subtree that what was typed names: by
// its key, by name and key, or by the whole of its name if only one is called so.
// The zero one means that it is words.
func leader(ctx context.Context, tx *db.Tx, by auth.Actor, typed string) (head, error) {
	if typed == "" {
		return head{}, nil
	}
	key := typed
	if m := keyed.FindStringSubmatch(typed); m != nil {
		key = m[1]
	}
	if org.ValidKey(key) {
		u, err := org.Get(ctx, tx, by, key)
		if err == nil && u.Closed == "" {
			return head{u.ID, u.Key, u.Name}, nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return head{}, err
		}
	}
	// The words of a name lead to the few units that have all of them.
	const most = 50
	found, err := org.Find(ctx, tx, by, typed, most)
	var named []org.Unit
	for _, u := range found {
		if vn.Fold(u.Name) == vn.Fold(typed) {
			named = append(named, u)
		}
	}
	if err != nil || len(named) != 1 {
		return head{}, err
	}
	return head{named[0].ID, named[0].Key, named[0].Name}, nil
}
