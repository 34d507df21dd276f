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

const obligations = `SELECT o.rollout, r.title, o.step, o.unit, u.key, n.name, o.day, o.wording, o.extended, o.due, o.done_at, o.declared, o.source, o.source_id, o.ended_at
	FROM obligation o
	JOIN rollout r ON r.id = o.rollout
	JOIN unit u ON u.id = o.unit
	JOIN unit_name n ON n.unit = o.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = o.unit)
	JOIN place pl ON pl.tree = r.tree AND pl.unit = o.unit
	WHERE r.tree = $1 AND pl.path >= $2 AND pl.path < $3`

func scanObligation(s db.Scanner) (o Obligation, err error) {
	var declared int
	err = s.Scan(&o.Rollout, &o.Title, &o.Step, &o.Unit, &o.UnitKey, &o.UnitName, &o.Deadline.Day, &o.Deadline.Wording, &o.Extended, &o.Due,
		db.At(&o.DoneAt), &declared, &o.Source.Kind, &o.Source.ID, db.At(&o.EndedAt))
	o.Declared = declared != 0
	return o, err
}

// Obligations returns what the units of by's subtree owe by a rollout, in tree
// order and the order of the steps.
func Obligations(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string) ([]Obligation, error) {
	return db.All(ctx, tx, scanObligation, obligations+` AND o.rollout = $4
		ORDER BY pl.path, CASE o.step WHEN 'hold' THEN 1 WHEN 'reach' THEN 2 WHEN 'adopt' THEN 3 ELSE 4 END`, by.Tree, by.Path, by.End(), rollout)
}

// Owed returns what by's own unit still owes by open rollouts, the soonest due
// first.
func Owed(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Obligation, error) {
	return db.All(ctx, tx, scanObligation, obligations+` AND o.unit = $4 AND r.state = 'open' AND o.done_at IS NULL AND o.ended_at IS NULL
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

const owedRows = `SELECT o.rollout, r.title, o.step, o.unit, o.extended, o.due, o.done_at, o.declared, o.source, o.source_id, o.late_at, o.ended_at,
	r.tree, r.sheet, r.state
	FROM obligation o JOIN rollout r ON r.id = o.rollout`

func scanOwed(s db.Scanner) (o owedRow, err error) {
	var declared int
	err = s.Scan(&o.Rollout, &o.Title, &o.Step, &o.Unit, &o.Extended, &o.Due, db.At(&o.DoneAt), &declared, &o.Source.Kind, &o.Source.ID,
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

func openBefore(ctx context.Context, tx *db.Tx, rollout string, step Step, unit int64, day vn.Day) ([]owedRow, error) {
	return db.All(ctx, tx, scanOwed, owedRows+` WHERE o.rollout = $1 AND o.step = $2 AND (o.unit = $3 OR $3 = 0) AND o.due < $4
		AND o.done_at IS NULL AND o.ended_at IS NULL ORDER BY o.unit`, rollout, step, unit, day)
}

func overdue(ctx context.Context, tx *db.Tx, today vn.Day, limit int) ([]owedRow, error) {
	return db.All(ctx, tx, scanOwed, owedRows+` WHERE o.due < $1 AND o.done_at IS NULL AND o.ended_at IS NULL AND o.late_at IS NULL AND r.state = 'open'
		ORDER BY o.due, o.rollout, o.step, o.unit LIMIT $2`, today, limit)
}

func unended(ctx context.Context, tx *db.Tx, rollout string, limit int) ([]owedRow, error) {
	return db.All(ctx, tx, scanOwed, owedRows+` WHERE o.rollout = $1 AND o.done_at IS NULL AND o.ended_at IS NULL ORDER BY o.unit, o.step LIMIT $2`, rollout, limit)
}

// orphaned returns what is still owed by units that no longer stand.
func orphaned(ctx context.Context, tx *db.Tx, today vn.Day, limit int) ([]owedRow, error) {
	return db.All(ctx, tx, scanOwed, owedRows+` WHERE r.state = 'open' AND o.done_at IS NULL AND o.ended_at IS NULL AND NOT EXISTS (
		SELECT 1 FROM unit_edge e WHERE e.tree = r.tree AND e.unit = o.unit AND (e.to_day = '' OR e.to_day > $1))
		ORDER BY o.rollout, o.unit, o.step LIMIT $2`, today, limit)
}

// insertDue freezes how many are due in a unit; first is false if it was done
// before.
func insertDue(ctx context.Context, tx *db.Tx, rollout string, unit, listed, exempt int64) (first bool, err error) {
	n, err := tx.ExecN(ctx, `INSERT INTO rollout_due (rollout, unit, listed, exempt) VALUES ($1, $2, $3, $4)
		ON CONFLICT (rollout, unit) DO NOTHING`, rollout, unit, listed, exempt)
	return n == 1, err
}

func unitsDue(ctx context.Context, tx *db.Tx, rollout string) ([]int64, error) {
	return db.All(ctx, tx, func(s db.Scanner) (u int64, err error) { return u, s.Scan(&u) }, `SELECT unit FROM rollout_due WHERE rollout = $1 ORDER BY unit`, rollout)
}

// countDue returns how many are due in a unit, 0 if it is not under the scope.
func countDue(ctx context.Context, tx *db.Tx, rollout string, unit int64) (n int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(sum(listed - exempt), 0) FROM rollout_due WHERE rollout = $1 AND unit = $2`, []any{rollout, unit}, &n)
	return n, err
}

func insertObligation(ctx context.Context, tx *db.Tx, rollout string, unit int64, d Demand) error {
	return tx.Exec(ctx, `
		INSERT INTO obligation (rollout, step, unit, day, wording, percent, extended, due, declared, source, source_id)
		VALUES ($1, $2, $3, $4, $5, $6, '', $7, 0, '', '')`,
		rollout, d.Step, unit, d.Deadline.Day, d.Deadline.Wording, d.Percent, d.Deadline.Last())
}

func markDone(ctx context.Context, tx *db.Tx, f Fulfilment) error {
	return tx.Exec(ctx, `UPDATE obligation SET done_at = $1, declared = $2, source = $3, source_id = $4, late_at = NULL WHERE rollout = $5 AND step = $6 AND unit = $7`,
		tx.Now, f.Declared && f.Step == Hold, f.Source.Kind, f.Source.ID, f.Rollout, f.Step, f.Unit)
}

func markOpen(ctx context.Context, tx *db.Tx, rollout string, step Step, unit int64, late, ended any) error {
	return tx.Exec(ctx, `UPDATE obligation SET done_at = NULL, declared = 0, source = '', source_id = '', late_at = $1, ended_at = $2
		WHERE rollout = $3 AND step = $4 AND unit = $5`, late, ended, rollout, step, unit)
}

func markLate(ctx context.Context, tx *db.Tx, o owedRow) error {
	return tx.Exec(ctx, `UPDATE obligation SET late_at = $1 WHERE rollout = $2 AND step = $3 AND unit = $4`, tx.Now, o.Rollout, o.Step, o.Unit)
}

func markEnded(ctx context.Context, tx *db.Tx, o owedRow) error {
	return tx.Exec(ctx, `UPDATE obligation SET ended_at = $1, late_at = NULL WHERE rollout = $2 AND step = $3 AND unit = $4`, tx.Now, o.Rollout, o.Step, o.Unit)
}

func anyEnded(ctx context.Context, tx *db.Tx, rollout string, unit int64) (bool, error) {
	var n int
	err := tx.One(ctx, `SELECT count(*) FROM obligation WHERE rollout = $1 AND unit = $2 AND ended_at IS NOT NULL`, []any{rollout, unit}, &n)
	return n > 0, err
}

func setExtended(ctx context.Context, tx *db.Tx, rollout string, step Step, unit int64, day vn.Day) error {
	return tx.Exec(ctx, `UPDATE obligation SET extended = $1, due = $1, late_at = NULL WHERE rollout = $2 AND step = $3 AND unit = $4`, day, rollout, step, unit)
}

func insertExtension(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string, step Step, unit int64, day vn.Day, reason string) error {
	return tx.Exec(ctx, `INSERT INTO extension (id, rollout, step, unit, day, reason, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		db.NewKey(), rollout, step, unit, day, reason, by.Login, by.Name, tx.Now)
}

// percentOf returns the share a unit is to reach, 0 if it owes none.
func percentOf(ctx context.Context, tx *db.Tx, rollout string, unit int64) (percent int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(percent), 0) FROM obligation WHERE rollout = $1 AND unit = $2 AND step = 'reach'`, []any{rollout, unit}, &percent)
	return percent, err
}

type creditRow struct {
	member, unit int64
	counted      string
}

func creditsOf(ctx context.Context, tx *db.Tx, rollout, occasion string) ([]creditRow, error) {
	return db.All(ctx, tx, func(s db.Scanner) (c creditRow, err error) { return c, s.Scan(&c.member, &c.unit, &c.counted) },
		`SELECT member, unit, counted FROM credit WHERE rollout = $1 AND occasion = $2 ORDER BY member`, rollout, occasion)
}

func countCredits(ctx context.Context, tx *db.Tx, rollout string, unit int64) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM credit WHERE rollout = $1 AND unit = $2 AND counted = 'due'`, []any{rollout, unit}, &n)
	return n, err
}

// Credited returns which members have been counted in a rollout, of those of
// one unit: a make-up session is for the others.
func Credited(ctx context.Context, tx *db.Tx, rollout string, unit int64) (map[int64]bool, error) {
	list, err := db.All(ctx, tx, func(s db.Scanner) (m int64, err error) { return m, s.Scan(&m) },
		`SELECT member FROM credit WHERE rollout = $1 AND member IN (SELECT member FROM membership WHERE unit = $2)`, rollout, unit)
	all := map[int64]bool{}
	for _, m := range list {
		all[m] = true
	}
	return all, err
}

func insertCredit(ctx context.Context, tx *db.Tx, rollout string, member, unit int64, occasion, counted string) (added bool, err error) {
	n, err := tx.ExecN(ctx, `INSERT INTO credit (rollout, member, unit, occasion, counted, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (rollout, member) DO NOTHING`, rollout, member, unit, occasion, counted, tx.Now)
	return n == 1, err
}

func moveCredit(ctx context.Context, tx *db.Tx, rollout string, member int64, occasion string) error {
	return tx.Exec(ctx, `UPDATE credit SET occasion = $1 WHERE rollout = $2 AND member = $3`, occasion, rollout, member)
}

func deleteCredit(ctx context.Context, tx *db.Tx, rollout string, member int64) error {
	return tx.Exec(ctx, `DELETE FROM credit WHERE rollout = $1 AND member = $2`, rollout, member)
}

// declarationOf returns the declaration that stands for a unit; ID is "" if
// there is none.
func declarationOf(ctx context.Context, tx *db.Tx, rollout string, unit int64) (Declaration, error) {
	all, err := db.All(ctx, tx, func(s db.Scanner) (d Declaration, err error) {
		return d, s.Scan(&d.ID, &d.Unit, &d.HeldDay, &d.Attended, &d.Persons, &d.Trimmed, &d.Signer, &d.Paper, &d.File, &d.ActorName)
	}, `SELECT id, unit, held_day, attended, persons, trimmed, signer, paper, coalesce(file, ''), actor_name
		FROM declaration WHERE rollout = $1 AND unit = $2 AND withdrawn_at IS NULL`, rollout, unit)
	if err != nil || len(all) == 0 {
		return Declaration{}, err
	}
	return all[0], nil
}

func insertDeclaration(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string, d Declaration, paper any) error {
	return tx.Exec(ctx, `
		INSERT INTO declaration (id, rollout, unit, held_day, attended, persons, trimmed, signer, paper, file, actor, actor_name, at, withdrawn_why)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12, '')`,
		d.ID, rollout, d.Unit, d.HeldDay, d.Attended, d.Persons, d.Signer, d.Paper, paper, by.Login, by.Name, tx.Now)
}

func setTrimmed(ctx context.Context, tx *db.Tx, id string, trimmed int64) error {
	return tx.Exec(ctx, `UPDATE declaration SET trimmed = $1 WHERE id = $2`, trimmed, id)
}

func endDeclaration(ctx context.Context, tx *db.Tx, id, why string) error {
	return tx.Exec(ctx, `UPDATE declaration SET withdrawn_at = $1, withdrawn_why = $2 WHERE id = $3`, tx.Now, why, id)
}

// Recount returns, by unit, what the records of this package say a rollout's
// sheet should hold: who is due, what is owed, done, late and extended, who is
// credited, and what was declared. The attendance lanes are conference's.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	r, err := find(ctx, tx, s.Source)
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
		`SELECT unit, CASE WHEN counted = 'due' THEN 'persons' ELSE 'persons_extra' END, count(*) FROM credit WHERE rollout = $1 GROUP BY unit, counted`,
		`SELECT unit, 'declared_attended', attended FROM declaration WHERE rollout = $1 AND withdrawn_at IS NULL`,
		`SELECT unit, 'declared_persons', persons - trimmed FROM declaration WHERE rollout = $1 AND withdrawn_at IS NULL`,
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
	units, err := unitsDue(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	for _, u := range units {
		listed, exempt, err := org.CountDue(ctx, tx, u, r.Frozen())
		if err != nil {
			return nil, err
		}
		all[u] = all[u].Plus(tally.Delta{kind.Lane("expected"): listed, kind.Lane("exempt"): exempt})
	}
	return all, nil
}

func insertReminder(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string, unit int64) (first bool, err error) {
	n, err := tx.ExecN(ctx, `INSERT INTO reminder (rollout, unit, day, actor_name, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (rollout, unit, day) DO NOTHING`,
		rollout, unit, vn.DayOf(tx.Now), by.Name, tx.Now)
	return n == 1, err
}

func remindedToday(ctx context.Context, tx *db.Tx, rollout string) (map[int64]string, error) {
	type row struct {
		unit int64
		who  string
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (v row, err error) { return v, s.Scan(&v.unit, &v.who) },
		`SELECT unit, actor_name FROM reminder WHERE rollout = $1 AND day = $2`, rollout, vn.DayOf(tx.Now))
	all := map[int64]string{}
	for _, v := range list {
		all[v.unit] = v.who
	}
	return all, err
}

// A Contact is whom to call in a unit.
type Contact struct{ UnitPhone, Head, HeadPhone string }

// contacts returns whom to call in the obliged units of by's subtree.
func contacts(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string) (map[int64]Contact, error) {
	type row struct {
		unit int64
		Contact
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (v row, err error) {
		return v, s.Scan(&v.unit, &v.UnitPhone, &v.Head, &v.HeadPhone)
	}, `SELECT u.id, u.phone, coalesce(m.name, ''), coalesce(m.phone, '')
		FROM unit u
		JOIN place p ON p.tree = $1 AND p.unit = u.id
		LEFT JOIN office f ON f.unit = u.id AND f.rank = 1 AND f.to_day = ''
		LEFT JOIN member m ON m.id = f.member
		WHERE p.path >= $2 AND p.path < $3 AND EXISTS (SELECT 1 FROM obligation o WHERE o.rollout = $4 AND o.unit = u.id)
		ORDER BY p.path, m.id`, by.Tree, by.Path, by.End(), rollout)
	all := map[int64]Contact{}
	for _, v := range list {
		all[v.unit] = v.Contact
	}
	return all, err
}

// An Extension is more time given, to one unit or to all.
type Extension struct {
	Step   Step
	Day    vn.Day
	Reason string
	Actor  string
	At     time.Time
}

// Extensions returns the extensions that concern a unit, oldest first.
func Extensions(ctx context.Context, tx *db.Tx, rollout string, unit int64) ([]Extension, error) {
	return db.All(ctx, tx, func(s db.Scanner) (e Extension, err error) {
		return e, s.Scan(&e.Step, &e.Day, &e.Reason, &e.Actor, db.At(&e.At))
	}, `SELECT step, day, reason, actor_name, at FROM extension WHERE rollout = $1 AND unit IN ($2, 0) ORDER BY at, id`, rollout, unit)
}

// CreditedBy returns the members an occasion is credited with at a unit, as due
// or as extra: the rows behind a figure of persons.
func CreditedBy(ctx context.Context, tx *db.Tx, rollout, occasion string, unit int64, due bool) (map[int64]bool, error) {
	counted := asExtra
	if due {
		counted = asDue
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (m int64, err error) { return m, s.Scan(&m) },
		`SELECT member FROM credit WHERE rollout = $1 AND occasion = $2 AND unit = $3 AND counted = $4`, rollout, occasion, unit, counted)
	all := map[int64]bool{}
	for _, m := range list {
		all[m] = true
	}
	return all, err
}

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
