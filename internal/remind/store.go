package remind

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/rollout"
)

func scan(s db.Scanner) (r Rule, err error) {
	var on int
	err = s.Scan(&r.Days, &on, &r.Actor, db.At(&r.At))
	r.On = on != 0
	return r, err
}

// written returns the rules a unit has written down; none where it has changed
// none.
func written(ctx context.Context, tx *db.Tx, unit int64) ([]Rule, error) {
	return db.All(ctx, tx, scan, `SELECT days, enabled, actor_name, at FROM remind_rule WHERE unit = $1 ORDER BY days`, unit)
}

// allWritten returns the rules of every unit that has written some.
func allWritten(ctx context.Context, tx *db.Tx) (map[int64][]Rule, error) {
	all := map[int64][]Rule{}
	return all, db.Each(ctx, tx, `SELECT unit, days, enabled FROM remind_rule`, nil, func(s db.Scanner) error {
		var unit int64
		var r Rule
		var on int
		if err := s.Scan(&unit, &r.Days, &on); err != nil {
			return err
		}
		r.On = on != 0
		all[unit] = append(all[unit], r)
		return nil
	})
}

func insert(ctx context.Context, tx *db.Tx, unit int64, r Rule) error {
	return tx.Exec(ctx, `INSERT INTO remind_rule (unit, days, enabled, actor_name, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (unit, days) DO NOTHING`,
		unit, r.Days, r.On, r.Actor, tx.Now)
}

func set(ctx context.Context, tx *db.Tx, by auth.Actor, days int64, on bool) error {
	n, err := tx.ExecN(ctx, `UPDATE remind_rule SET enabled = $1, actor_name = $2, at = $3 WHERE unit = $4 AND days = $5`, on, by.Name, tx.Now, by.Unit, days)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return err
}

// mark notes that a rule speaks about o; first is false if it has spoken.
func mark(ctx context.Context, tx *db.Tx, o rollout.Due, r Rule) (first bool, err error) {
	n, err := tx.ExecN(ctx, `INSERT INTO remind_done (rollout, step, unit, due, days, host, told, at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)
		ON CONFLICT (rollout, step, unit, due, days) DO NOTHING`, o.Rollout, o.Step, o.Unit, o.Day, r.Days, o.Host, tx.Now)
	return n == 1, err
}

func setTold(ctx context.Context, tx *db.Tx, o rollout.Due, r Rule, told int) error {
	return tx.Exec(ctx, `UPDATE remind_done SET told = $1 WHERE rollout = $2 AND step = $3 AND unit = $4 AND due = $5 AND days = $6`,
		told, o.Rollout, o.Step, o.Unit, o.Day, r.Days)
}

// Given returns the reminders that the rules of by's unit have given, the newest
// first, at most limit.
func Given(ctx context.Context, tx *db.Tx, by auth.Actor, limit int) ([]Reminder, error) {
	if err := mayRule(by); err != nil {
		return nil, err
	}
	return db.All(ctx, tx, func(s db.Scanner) (r Reminder, err error) {
		return r, s.Scan(&r.Rollout, &r.Title, &r.Step, &r.UnitKey, &r.UnitName, &r.Due, &r.Days, &r.Told, db.At(&r.At))
	}, `SELECT d.rollout, r.title, d.step, u.key, n.name, d.due, d.days, d.told, d.at
		FROM remind_done d JOIN rollout r ON r.id = d.rollout JOIN unit u ON u.id = d.unit
		JOIN unit_name n ON n.unit = d.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = d.unit)
		WHERE d.host = $1 AND r.unit = $1 ORDER BY d.at DESC, n.sort, d.step LIMIT $2`, by.Unit, limit)
}
