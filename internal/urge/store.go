package urge

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/task"
	"nhipcau/internal/vn"
)

func rulesOf(ctx context.Context, tx *db.Tx, unit int64) ([]Rule, error) {
	return db.All(ctx, tx, func(s db.Scanner) (r Rule, err error) {
		return r, s.Scan(&r.Sort, &r.Days, &r.On, &r.Actor, db.At(&r.At))
	}, `SELECT sort, days, enabled, actor_name, at FROM task_rule WHERE unit = $1 ORDER BY CASE WHEN sort = 'remind' THEN 0 ELSE 1 END, days`, unit)
}

// allRules returns the rules of every unit that has written some.
func allRules(ctx context.Context, tx *db.Tx) (map[int64][]Rule, error) {
	all := map[int64][]Rule{}
	return all, db.Each(ctx, tx, `SELECT unit, sort, days, enabled FROM task_rule`, nil, func(s db.Scanner) error {
		var unit int64
		var r Rule
		err := s.Scan(&unit, &r.Sort, &r.Days, &r.On)
		all[unit] = append(all[unit], r)
		return err
	})
}

func insertRule(ctx context.Context, tx *db.Tx, unit int64, r Rule) error {
	return tx.Exec(ctx, `INSERT INTO task_rule (unit, sort, days, enabled, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (unit, sort, days) DO NOTHING`,
		unit, r.Sort, r.Days, r.On, r.Actor, tx.Now)
}

func setRule(ctx context.Context, tx *db.Tx, by auth.Actor, sort string, days int64, on bool) error {
	n, err := tx.ExecN(ctx, `UPDATE task_rule SET enabled = $1, actor_name = $2, at = $3 WHERE unit = $4 AND sort = $5 AND days = $6`, on, by.Name, tx.Now, by.Unit, sort, days)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return err
}

// mark notes that a rule speaks about a task and its last day; false if it has.
func mark(ctx context.Context, tx *db.Tx, t task.Task, r Rule) (bool, error) {
	n, err := tx.ExecN(ctx, `INSERT INTO task_reminded (task, due, sort, days, told, at) VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (task, due, sort, days) DO NOTHING`,
		t.ID, t.Due, r.Sort, r.Days, tx.Now)
	return n == 1, err
}

func setTold(ctx context.Context, tx *db.Tx, t task.Task, r Rule, told int) error {
	return tx.Exec(ctx, `UPDATE task_reminded SET told = $1 WHERE task = $2 AND due = $3 AND sort = $4 AND days = $5`, told, t.ID, t.Due, r.Sort, r.Days)
}

// dueOn returns the open tasks of the whole house whose last day is among days, by day:
// at most limit after one it returned before; the zero one begins. days are in order.
func dueOn(ctx context.Context, tx *db.Tx, days []vn.Day, after remindee, limit int) ([]remindee, error) {
	var all []remindee
	for _, day := range days {
		if day < after.Due || len(all) == limit {
			continue
		}
		from := ""
		if day == after.Due {
			from = after.ID
		}
		some, err := db.All(ctx, tx, func(r db.Scanner) (t remindee, err error) {
			return t, r.Scan(&t.ID, &t.tree, &t.Due, &t.Lead.ID, &t.Lead.Name, &t.Order.Unit.ID, &t.Order.Text, &t.Order.GivenDay)
		}, `SELECT t.id, t.tree, t.due, t.lead, n.short, t.unit, o.text, o.given_day
			FROM task t JOIN task_order o ON o.id = t.task_order
			JOIN unit_name n ON n.unit = t.lead AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = t.lead)
			WHERE t.due = $1 AND t.done_at IS NULL AND t.withdrawn_at IS NULL AND t.id > $2 ORDER BY t.id LIMIT $3`, day, from, limit-len(all))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// A Reminder is one that was given.
type Reminder struct {
	Task, Text, Lead string
	Rule             Rule
	Due              vn.Day
	Told             int64 // people; 0 where the units have nobody on the system
}

// reminders returns those that the rules of by's unit have given, the newest first,
// at most limit.
func reminders(ctx context.Context, tx *db.Tx, by auth.Actor, limit int) ([]Reminder, error) {
	return db.All(ctx, tx, func(s db.Scanner) (r Reminder, err error) {
		var t task.Task
		err = s.Scan(&r.Task, &t.Order.Text, &r.Lead, &r.Rule.Sort, &r.Rule.Days, &r.Due, &r.Told, db.At(&r.Rule.At))
		r.Text = t.Short()
		return r, err
	}, `SELECT t.id, o.text, n.short, d.sort, d.days, d.due, d.told, d.at
		FROM task t JOIN task_order o ON o.id = t.task_order JOIN task_reminded d ON d.task = t.id
		JOIN unit_name n ON n.unit = t.lead AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = t.lead)
		WHERE t.unit = $1 AND t.tree = $2 ORDER BY d.at DESC, t.id, d.sort LIMIT $3`, by.Unit, by.Tree, limit)
}
