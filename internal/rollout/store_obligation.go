package rollout

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// Who sees an obligation is decided by the place of the unit that answers for it.
const obligations = `SELECT o.rollout, r.title, o.step, o.unit, u.key, n.name, o.keeper, k.key, kn.name, o.day, o.wording, o.extended, o.due, o.done_at, o.declared, o.source, o.source_id, o.ended_at
	FROM obligation o
	JOIN rollout r ON r.id = o.rollout
	JOIN unit u ON u.id = o.unit
	JOIN unit_name n ON n.unit = o.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = o.unit)
	JOIN unit k ON k.id = o.keeper
	JOIN unit_name kn ON kn.unit = o.keeper AND kn.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = o.keeper)
	JOIN place pl ON pl.tree = r.tree AND pl.unit = o.keeper
	WHERE r.tree = $1 AND pl.path >= $2 AND pl.path < $3`

func scanObligation(s db.Scanner) (o Obligation, err error) {
	var declared int
	err = s.Scan(&o.Rollout, &o.Title, &o.Step, &o.Unit, &o.UnitKey, &o.UnitName, &o.Keeper, &o.KeeperKey, &o.KeeperName, &o.Deadline.Day, &o.Deadline.Wording, &o.Extended, &o.Due,
		db.At(&o.DoneAt), &declared, &o.Source.Kind, &o.Source.ID, db.At(&o.EndedAt))
	o.Declared = declared != 0
	return o, err
}

// Obligations returns what the units of by's subtree owe by a rollout that is not
// Wide, in tree order and the order of the steps.
func Obligations(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string) ([]Obligation, error) {
	return db.All(ctx, tx, scanObligation, obligations+` AND o.rollout = $4 AND o.step IN (`+everyStep+`)
		AND o.unit IN (SELECT x.unit FROM obligation x WHERE x.rollout = $4)`+inOrder, by.Tree, by.Path, by.End(), rollout)
}

// Owed returns what by's own unit still owes by open rollouts, the soonest due
// first.
func Owed(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Obligation, error) {
	return db.All(ctx, tx, scanObligation, obligations+` AND o.keeper = $4 AND r.state = 'open' AND o.done_at IS NULL AND o.ended_at IS NULL
		ORDER BY o.due, r.entered_at, CASE o.step WHEN 'hold' THEN 1 WHEN 'reach' THEN 2 WHEN 'adopt' THEN 3 ELSE 4 END`,
		by.Tree, by.Path, by.End(), by.Unit)
}

// An owedRow is an obligation as the verbs and jobs change it.
type owedRow struct {
	Obligation
	LateAt time.Time
	Tree   string
	Sheet  int64
	State  State // of the rollout
}

const owedRows = `SELECT o.rollout, r.title, o.step, o.unit, o.keeper, o.extended, o.due, o.done_at, o.declared, o.source, o.source_id, o.late_at, o.ended_at,
	r.tree, r.sheet, r.state
	FROM obligation o JOIN rollout r ON r.id = o.rollout`

func scanOwed(s db.Scanner) (o owedRow, err error) {
	var declared int
	err = s.Scan(&o.Rollout, &o.Title, &o.Step, &o.Unit, &o.Keeper, &o.Extended, &o.Due, db.At(&o.DoneAt), &declared, &o.Source.Kind, &o.Source.ID,
		db.At(&o.LateAt), db.At(&o.EndedAt), &o.Tree, &o.Sheet, &o.State)
	o.Declared = declared != 0
	return o, err
}

// owed returns a unit's obligation and the sheet that counts it; Unit is 0 if
// the unit owes no such step.
func owed(ctx context.Context, tx *db.Tx, rollout string, step Step, unit int64) (owedRow, int64, error) {
	all, err := db.All(ctx, tx, scanOwed, owedRows+` WHERE o.rollout = $1 AND o.step = $2 AND o.unit = $3`, rollout, step, unit)
	if err != nil || len(all) == 0 {
		return owedRow{}, 0, err
	}
	return all[0], all[0].Sheet, nil
}

// takenOver returns what a unit answers for since units were closed.
func takenOver(ctx context.Context, tx *db.Tx, rollout string, step Step, keeper int64) ([]owedRow, error) {
	return db.All(ctx, tx, scanOwed, owedRows+` WHERE o.rollout = $1 AND o.step = $2 AND o.keeper = $3 AND o.unit <> $3 ORDER BY o.unit`, rollout, step, keeper)
}

// doneBy returns what the source of f did besides for its unit.
func doneBy(ctx context.Context, tx *db.Tx, f Fulfilment) ([]owedRow, error) {
	return db.All(ctx, tx, scanOwed, owedRows+` WHERE o.rollout = $1 AND o.step = $2 AND o.source = $3 AND o.source_id = $4 AND o.unit <> $5 ORDER BY o.unit`,
		f.Rollout, f.Step, f.Source.Kind, f.Source.ID, f.Unit)
}

// Obliged returns what a unit owes by a step of a rollout, whoever asks; Unit is
// 0 if it owes no such step.
func Obliged(ctx context.Context, tx *db.Tx, rollout string, step Step, unit int64) (Obligation, error) {
	o, _, err := owed(ctx, tx, rollout, step, unit)
	return o.Obligation, err
}

// openBefore returns the first of what an extension reaches.
func openBefore(ctx context.Context, tx *db.Tx, e Extension, limit int) ([]owedRow, error) {
	one, args := ``, []any{e.Rollout, e.Step, e.Day, limit}
	if e.Unit != 0 {
		one, args = ` AND o.unit = $5`, append(args, e.Unit)
	}
	return db.All(ctx, tx, scanOwed, owedRows+` WHERE o.rollout = $1 AND o.step = $2 AND o.due < $3 AND o.done_at IS NULL AND o.ended_at IS NULL
		AND r.state = 'open'`+one+` ORDER BY o.unit LIMIT $4`, args...)
}

// owedAfter returns the next units that owe, or owed, a step.
func owedAfter(ctx context.Context, tx *db.Tx, rollout string, step Step, after int64, limit int) ([]owedRow, error) {
	return db.All(ctx, tx, scanOwed, owedRows+` WHERE o.rollout = $1 AND o.step = $2 AND o.unit > $3 ORDER BY o.unit LIMIT $4`, rollout, step, after, limit)
}

// overdue returns what is still owed though its last day has passed, counted as
// late or not: the next after one that it returned before.
func overdue(ctx context.Context, tx *db.Tx, today vn.Day, after owedRow, limit int) ([]owedRow, error) {
	return db.All(ctx, tx, scanOwed, owedRows+` WHERE o.due < $1 AND (o.due, o.rollout, o.step, o.unit) > ($2, $3, $4, $5)
		AND o.done_at IS NULL AND o.ended_at IS NULL ORDER BY o.due, o.rollout, o.step, o.unit LIMIT $6`, today, after.Due, after.Rollout, after.Step, after.Unit, limit)
}

// unended returns what units still owe by a rollout.
func unended(ctx context.Context, tx *db.Tx, rollout string, units []int64) ([]owedRow, error) {
	var all []owedRow
	for in, args := range db.In(units, rollout) {
		some, err := db.All(ctx, tx, scanOwed, owedRows+` WHERE o.rollout = $1 AND o.step IN (`+everyStep+`) AND o.done_at IS NULL AND o.ended_at IS NULL
			AND o.unit `+in+` ORDER BY o.unit, o.step`, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// everyStep, all of them, lets the key of an obligation be used where its unit is
// known.
const everyStep = `'hold', 'reach', 'adopt', 'report'`

// orphaned returns what is still owed by units that no longer stand. It begins with
// these few: the order is no index's.
func orphaned(ctx context.Context, tx *db.Tx, today vn.Day, limit int) ([]owedRow, error) {
	return db.All(ctx, tx, scanOwed, owedRows+` WHERE r.state = 'open' AND o.done_at IS NULL AND o.ended_at IS NULL
		AND o.keeper IN (SELECT g.unit FROM tree t JOIN unit_edge g ON g.tree = t.key WHERE g.to_day > '' AND g.to_day <= $1)
		AND NOT EXISTS (SELECT 1 FROM unit_edge e WHERE e.tree = r.tree AND e.unit = o.keeper AND (e.to_day = '' OR e.to_day > $1))
		ORDER BY o.rollout || '', o.unit, o.step LIMIT $2`, today, limit)
}

// dueBefore returns of which units who is due is frozen already.
func dueBefore(ctx context.Context, tx *db.Tx, rollout string, units []int64) (map[int64]bool, error) {
	all := map[int64]bool{}
	for in, args := range db.In(units, rollout) {
		if err := db.Each(ctx, tx, `SELECT unit FROM rollout_due WHERE rollout = $1 AND unit `+in, args, func(s db.Scanner) error {
			var u int64
			err := s.Scan(&u)
			all[u] = true
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// insertDue freezes how many are due in units.
func insertDue(ctx context.Context, tx *db.Tx, rollout string, units []int64, due map[int64]org.Count) error {
	return db.InsertMany(ctx, tx, `INSERT INTO rollout_due (rollout, unit, listed, exempt) VALUES`, len(units), func(i int) []any {
		return []any{rollout, units[i], due[units[i]].Listed, due[units[i]].Exempt}
	})
}

// unitsDue returns the units that have a part in a rollout, at most limit after one.
func unitsDue(ctx context.Context, tx *db.Tx, rollout string, after int64, limit int) ([]int64, error) {
	return db.All(ctx, tx, func(s db.Scanner) (u int64, err error) { return u, s.Scan(&u) },
		`SELECT unit FROM rollout_due WHERE rollout = $1 AND unit > $2 ORDER BY unit LIMIT $3`, rollout, after, limit)
}

// CountDue returns how many are due in a unit, 0 if it is not under the scope.
func CountDue(ctx context.Context, tx *db.Tx, rollout string, unit int64) (n int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(sum(listed - exempt), 0) FROM rollout_due WHERE rollout = $1 AND unit = $2`, []any{rollout, unit}, &n)
	return n, err
}

func insertObligations(ctx context.Context, tx *db.Tx, rollout string, all []gift) error {
	return db.InsertMany(ctx, tx, `
		INSERT INTO obligation (rollout, step, unit, keeper, day, wording, percent, extended, due, declared, source, source_id) VALUES`, len(all), func(i int) []any {
		u, d := all[i].unit, all[i].demand
		return []any{rollout, d.Step, u, u, d.Deadline.Day, d.Deadline.Wording, d.Percent, "", d.Deadline.Last(), 0, "", ""}
	})
}

func markDone(ctx context.Context, tx *db.Tx, f Fulfilment) error {
	return tx.Exec(ctx, `UPDATE obligation SET done_at = $1, declared = $2, source = $3, source_id = $4, late_at = NULL WHERE rollout = $5 AND step = $6 AND unit = $7`,
		tx.Now, f.Declared && f.Step == Hold, f.Source.Kind, f.Source.ID, f.Rollout, f.Step, f.Unit)
}

func markOpen(ctx context.Context, tx *db.Tx, rollout string, step Step, unit int64, late, ended any) error {
	return tx.Exec(ctx, `UPDATE obligation SET done_at = NULL, declared = 0, source = '', source_id = '', late_at = $1, ended_at = $2
		WHERE rollout = $3 AND step = $4 AND unit = $5`, late, ended, rollout, step, unit)
}

func markLate(ctx context.Context, tx *db.Tx, all []owedRow) error {
	return markAll(ctx, tx, all, `UPDATE obligation SET late_at = $1`, tx.Now)
}

func markEnded(ctx context.Context, tx *db.Tx, all []owedRow) error {
	return markAll(ctx, tx, all, `UPDATE obligation SET ended_at = $1, late_at = NULL`, tx.Now)
}

func setExtended(ctx context.Context, tx *db.Tx, e Extension, all []owedRow) error {
	return markAll(ctx, tx, all, `UPDATE obligation SET extended = $1, due = $1, late_at = NULL`, e.Day)
}

// markAll sets the same, $1, in many obligations: one statement for each rollout,
// step and list of units.
func markAll(ctx context.Context, tx *db.Tx, all []owedRow, set string, to any) error {
	type key struct {
		rollout string
		step    Step
	}
	units := map[key][]int64{}
	var order []key
	for _, o := range all {
		k := key{o.Rollout, o.Step}
		if units[k] == nil {
			order = append(order, k)
		}
		units[k] = append(units[k], o.Unit)
	}
	for _, k := range order {
		for in, args := range db.In(units[k], to, k.rollout, k.step) {
			if err := tx.Exec(ctx, set+` WHERE rollout = $2 AND step = $3 AND unit `+in, args...); err != nil {
				return err
			}
		}
	}
	return nil
}

func insertExtension(ctx context.Context, tx *db.Tx, e Extension) error {
	return tx.Exec(ctx, `INSERT INTO extension (id, rollout, step, unit, day, reason, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.ID, e.Rollout, e.Step, e.Unit, e.Day, e.Reason, e.Login, e.Actor, tx.Now)
}

const extensions = `SELECT id, rollout, step, unit, day, reason, actor, actor_name, at FROM extension`

func scanExtension(s db.Scanner) (e Extension, err error) {
	return e, s.Scan(&e.ID, &e.Rollout, &e.Step, &e.Unit, &e.Day, &e.Reason, &e.Login, &e.Actor, db.At(&e.At))
}

func findExtension(ctx context.Context, tx *db.Tx, id string) (Extension, error) {
	return db.First(db.All(ctx, tx, scanExtension, extensions+` WHERE id = $1`, id))
}

// Extensions returns the extensions that concern a unit, oldest first.
func Extensions(ctx context.Context, tx *db.Tx, rollout string, unit int64) ([]Extension, error) {
	return db.All(ctx, tx, scanExtension, extensions+` WHERE rollout = $1 AND unit IN ($2, 0) ORDER BY at, id`, rollout, unit)
}

// PercentOf returns the share a unit is to reach, 0 if it owes none.
func PercentOf(ctx context.Context, tx *db.Tx, rollout string, unit int64) (percent int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(percent), 0) FROM obligation WHERE rollout = $1 AND unit = $2 AND step = 'reach'`, []any{rollout, unit}, &percent)
	return percent, err
}

// Recount returns, by unit, what the records of this package say a rollout's
// sheet should hold: who is due, what is owed, done, late and extended. Persons
// and declarations are follow's, the attendance lanes conference's.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	r, err := Find(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	all := map[int64]tally.Delta{}
	add := func(unit int64, lane string, n int64) {
		all[unit] = all[unit].Plus(tally.Delta{kind.Lane(lane): n})
	}
	for _, q := range []string{
		`SELECT unit, step || '_due', count(*) FROM obligation WHERE rollout = $1 GROUP BY unit, step`,
		`SELECT unit, step || '_late', count(*) FROM obligation WHERE rollout = $1 AND late_at IS NOT NULL GROUP BY unit, step`,
		`SELECT unit, step || '_extended', count(*) FROM obligation WHERE rollout = $1 AND extended <> '' GROUP BY unit, step`,
		`SELECT unit, CASE WHEN declared = 1 THEN 'declared_held' WHEN step = 'hold' THEN 'held' WHEN step = 'reach' THEN 'reached'
			WHEN step = 'adopt' THEN 'adopted' ELSE 'received' END, 1 FROM obligation WHERE rollout = $1 AND done_at IS NOT NULL`,
	} {
		if err := db.Each(ctx, tx, q, []any{s.Source}, func(row db.Scanner) error {
			var unit, n int64
			var lane string
			if err := row.Scan(&unit, &lane, &n); err != nil {
				return err
			}
			add(unit, lane, n)
			return nil
		}); err != nil {
			return nil, err
		}
	}
	for after := int64(0); ; {
		units, err := unitsDue(ctx, tx, s.Source, after, recounted)
		if err != nil || len(units) == 0 {
			return all, err
		}
		after = units[len(units)-1]
		due, err := org.CountDueOf(ctx, tx, units, r.Frozen())
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			all[u] = all[u].Plus(tally.Delta{kind.Lane("expected"): due[u].Listed, kind.Lane("exempt"): due[u].Exempt})
		}
	}
}

// recounted is how many units are counted again by one statement.
const recounted = 200

// DoneBy returns, by unit, the record by which a step of a rollout was
// fulfilled.
func DoneBy(ctx context.Context, tx *db.Tx, rollout string, step Step) (map[int64]string, error) {
	all := map[int64]string{}
	return all, db.Each(ctx, tx, `SELECT unit, source_id FROM obligation WHERE rollout = $1 AND step = $2 AND done_at IS NOT NULL`, []any{rollout, step}, func(s db.Scanner) error {
		var unit int64
		var id string
		err := s.Scan(&unit, &id)
		all[unit] = id
		return err
	})
}
