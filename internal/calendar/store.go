package calendar

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/cycle"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

func readPlan(ctx context.Context, tx *db.Tx, form string) (Plan, error) {
	p := Plan{Form: form}
	all, err := db.All(ctx, tx, func(s db.Scanner) (p Plan, err error) {
		var rule string
		var ahead int
		c := &p.Cycle
		if err := s.Scan(&p.Form, &c.Kind, &c.First, &c.From, &c.To, &c.Years, &rule, &ahead, &p.Next, &p.ActorName, db.At(&p.At), &p.Version); err != nil {
			return p, err
		}
		p.Rule, _ = cycle.ParseRule(rule)
		p.Ahead = ahead != 0
		return p, nil
	}, `SELECT form, kind, first, from_day, to_day, years, rule, ahead, next_day, actor_name, at, version FROM form_cycle WHERE form = $1`, form)
	if err != nil || len(all) == 0 {
		return p, err
	}
	p = all[0]
	p.Levels, err = db.All(ctx, tx, func(s db.Scanner) (l Level, err error) {
		var rule string
		err = s.Scan(&l.Depth, &l.Kind, &rule)
		l.Rule, _ = cycle.ParseRule(rule)
		return l, err
	}, `SELECT depth, kind, rule FROM form_level WHERE form = $1 ORDER BY n`, form)
	return p, err
}

func writePlan(ctx context.Context, tx *db.Tx, by auth.Actor, p Plan) error {
	c := p.Cycle
	var err error
	if p.Version == 1 {
		err = db.Changed(tx.ExecN(ctx, `INSERT INTO form_cycle (form, kind, first, from_day, to_day, years, rule, ahead, next_day, actor, actor_name, at, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1) ON CONFLICT (form) DO NOTHING`,
			p.Form, c.Kind, c.First, c.From, c.To, c.Years, p.Rule.String(), p.Ahead, p.Next, by.Login, by.Name, tx.Now))
	} else {
		err = db.Changed(tx.ExecN(ctx, `UPDATE form_cycle SET kind = $1, first = $2, from_day = $3, to_day = $4, years = $5, rule = $6, ahead = $7, next_day = $8,
			actor = $9, actor_name = $10, at = $11, version = version + 1 WHERE form = $12 AND version = $13`,
			c.Kind, c.First, c.From, c.To, c.Years, p.Rule.String(), p.Ahead, p.Next, by.Login, by.Name, tx.Now, p.Form, p.Version-1))
	}
	if err != nil {
		return err
	}
	if err := tx.Exec(ctx, `DELETE FROM form_level WHERE form = $1`, p.Form); err != nil {
		return err
	}
	if len(p.Levels) == 0 {
		return nil
	}
	return db.InsertMany(ctx, tx, `INSERT INTO form_level (form, n, depth, kind, rule) VALUES`, len(p.Levels), func(i int) []any {
		l := p.Levels[i]
		return []any{p.Form, i + 1, l.Depth, l.Kind, l.Rule.String()}
	})
}

func setNext(ctx context.Context, tx *db.Tx, form string, day vn.Day) error {
	return tx.Exec(ctx, `UPDATE form_cycle SET next_day = $1 WHERE form = $2`, day, form)
}

// A begun is a form whose next period begins, and in whose name it opens.
type begun struct {
	form string
	day  vn.Day
	by   auth.Actor
}

// begins returns forms whose next period opens by itself by a day, the earliest
// first, in the name of who last wrote so.
func begins(ctx context.Context, tx *db.Tx, day vn.Day, limit int) ([]begun, error) {
	return db.All(ctx, tx, func(s db.Scanner) (b begun, err error) {
		return b, s.Scan(&b.form, &b.day, &b.by.Login, &b.by.Name, &b.by.Tree, &b.by.Unit, &b.by.UnitKey, &b.by.UnitName, &b.by.Path)
	}, `SELECT c.form, c.next_day, c.actor, c.actor_name, f.tree, f.unit, u.key, n.name, pl.path
		FROM form_cycle c
		JOIN form f ON f.id = c.form AND f.state = 'open'
		JOIN unit u ON u.id = f.unit
		JOIN unit_name n ON n.unit = f.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = f.unit)
		JOIN place pl ON pl.tree = f.tree AND pl.unit = f.unit
		WHERE c.next_day > '' AND c.next_day <= $1 ORDER BY c.next_day, c.form LIMIT $2`, day, limit)
}
