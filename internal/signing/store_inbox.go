package signing

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// A unit accepts the reports of those directly under it, and what the units that it
// took over would have accepted. $1 is its id.
func mine(by auth.Actor) string { return db.Among("r.above", "$1", by.Before) }

func countsOf(ctx context.Context, tx *db.Tx, by auth.Actor, period string) (Counts, error) {
	all := Counts{}
	return all, db.Each(ctx, tx, `SELECT r.state, count(*) FROM filing_report r WHERE `+mine(by)+` AND r.period = $2 GROUP BY r.state`, []any{by.Unit, period}, func(s db.Scanner) error {
		var state State
		var n int64
		err := s.Scan(&state, &n)
		all[state] = n
		return err
	})
}

const lineColumns = columns + `, u.key, n.name`

// called joins the unit of a report with its name of today.
const called = `
	JOIN unit u ON u.id = r.unit
	JOIN unit_name n ON n.unit = r.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = r.unit)`

func scanLine(s db.Scanner) (l Line, err error) {
	r := &l.Report
	return l, s.Scan(&r.Period, &r.Unit, &r.Above, &r.State, &r.N, &r.Accepted, &r.Until, &r.Hash, &r.waits, db.At(&r.At), &r.Version, &l.Key, &l.Name)
}

func inbox(ctx context.Context, tx *db.Tx, by auth.Actor, period string, state State, query string, offset, limit int) ([]Line, error) {
	match, words := db.Match("n.fold", vn.Fold(query), 5)
	args := append([]any{by.Unit, period, state, by.Tree}, words...)
	args = append(args, limit, offset)
	return db.All(ctx, tx, scanLine, `SELECT `+lineColumns+`
		FROM filing_report r`+called+`
		JOIN place p ON p.tree = $4 AND p.unit = r.unit
		WHERE `+mine(by)+` AND r.period = $2 AND r.state = $3 AND `+match+`
		ORDER BY p.path, r.unit LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// waitingFor returns reports that wait for by's unit: those named with the number that
// was seen, or the first of all.
func waitingFor(ctx context.Context, tx *db.Tx, by auth.Actor, period string, seen map[string]int64) ([]Line, error) {
	if seen == nil {
		return inbox(ctx, tx, by, period, Submitted, "", 0, MaxBulk)
	}
	var keys []string
	for key := range seen {
		keys = append(keys, key)
	}
	all, err := db.AllIn(ctx, tx, scanLine, `SELECT `+lineColumns+` FROM filing_report r`+called+`
		WHERE `+mine(by)+` AND r.period = $2 AND r.state = 'submitted' AND u.key IN`, keys, by.Unit, period)
	lines := all[:0]
	for _, l := range all {
		if seen[l.Key] == l.N && len(lines) < MaxBulk {
			lines = append(lines, l)
		}
	}
	return lines, err
}

// accept writes that reports were accepted as they stand.
func accept(ctx context.Context, tx *db.Tx, period string, units []int64) error {
	for in, args := range db.In(units, tx.Now, period) {
		if err := tx.Exec(ctx, `UPDATE filing_report SET state = 'accepted', accepted = n, until_day = '', at = $1, version = version + 1
			WHERE period = $2 AND unit `+in, args...); err != nil {
			return err
		}
	}
	return nil
}

// lastEvents returns the number of the last event of some reports.
func lastEvents(ctx context.Context, tx *db.Tx, period string, units []int64) (map[int64]int64, error) {
	all := map[int64]int64{}
	for in, args := range db.In(units, period) {
		if err := db.Each(ctx, tx, `SELECT unit, max(k) FROM filing_event WHERE period = $1 AND unit `+in+` GROUP BY unit`, args, func(s db.Scanner) error {
			var unit, k int64
			err := s.Scan(&unit, &k)
			all[unit] = k
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func scanTask(s db.Scanner) (t Task, err error) {
	return t, s.Scan(&t.Period, &t.Title, &t.Name, &t.Waits, &t.Until, &t.UnitKey)
}

func toAccept(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Task, error) {
	return db.All(ctx, tx, scanTask, `SELECT p.id, f.title, p.name, w.waits, '', ''
		FROM (SELECT r.period, count(*) AS waits FROM filing_report r WHERE `+mine(by)+` AND r.state = 'submitted' GROUP BY r.period) w
		JOIN form_period p ON p.id = w.period
		JOIN form f ON f.id = p.form
		ORDER BY p.last_day, p.id`, by.Unit)
}

// ownIn returns the periods in which the report of by's own unit is in a state.
func ownIn(ctx context.Context, tx *db.Tx, by auth.Actor, state State) ([]Task, error) {
	return db.All(ctx, tx, scanTask, `SELECT p.id, f.title, p.name, 1, r.until_day, u.key
		FROM filing_report r JOIN unit u ON u.id = r.unit JOIN form_period p ON p.id = r.period JOIN form f ON f.id = p.form
		WHERE `+db.Among("r.unit", "$1", by.Before)+` AND r.state = $2 ORDER BY p.last_day, p.id`, by.Unit, state)
}
