package signing

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

const columns = `r.period, r.unit, r.above, r.state, r.n, r.accepted, r.until_day, r.hash, r.waits, r.at, r.version`

func scan(s db.Scanner) (r Report, err error) {
	return r, s.Scan(&r.Period, &r.Unit, &r.Above, &r.State, &r.N, &r.Accepted, &r.Until, &r.Hash, &r.waits, db.At(&r.At), &r.Version)
}

// read returns how the return of a unit stands, without a state if it has none.
func read(ctx context.Context, tx *db.Tx, period string, unit int64) (Report, error) {
	all, err := db.All(ctx, tx, scan, `SELECT `+columns+` FROM filing_report r WHERE r.period = $1 AND r.unit = $2`, period, unit)
	if err != nil || len(all) == 0 {
		return Report{Period: period, Unit: unit}, err
	}
	return all[0], nil
}

// put writes how a report stands now. It is a Conflict if it has changed since it
// was read.
func put(ctx context.Context, tx *db.Tx, r Report) error {
	if r.Version == 0 {
		return tx.Exec(ctx, `INSERT INTO filing_report (period, unit, above, state, n, accepted, until_day, hash, waits, at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`,
			r.Period, r.Unit, r.Above, r.State, r.N, r.Accepted, r.Until, r.Hash, r.waits, tx.Now)
	}
	return db.Changed(tx.ExecN(ctx, `UPDATE filing_report SET above = $1, state = $2, n = $3, accepted = $4, until_day = $5, hash = $6, waits = $7, at = $8, version = version + 1
		WHERE period = $9 AND unit = $10 AND version = $11`, r.Above, r.State, r.N, r.Accepted, r.Until, r.Hash, r.waits, tx.Now, r.Period, r.Unit, r.Version))
}

const eventColumns = `period, unit, k, kind, n, hash, mark, actor, actor_name, office, reason, items, until_day, at`

func scanEvent(s db.Scanner) (e Event, err error) {
	var items string
	if err := s.Scan(&e.Period, &e.Unit, &e.K, &e.Kind, &e.N, &e.Hash, &e.Mark, &e.Login, &e.Name, &e.Office, &e.Reason, &items, &e.Until, db.At(&e.At)); err != nil {
		return e, err
	}
	if items != "" {
		err = json.Unmarshal([]byte(items), &e.Reasons)
	}
	return e, err
}

// events returns what has happened to the report of a unit, in order.
func events(ctx context.Context, tx *db.Tx, period string, unit int64) ([]Event, error) {
	return db.All(ctx, tx, scanEvent, `SELECT `+eventColumns+` FROM filing_event WHERE period = $1 AND unit = $2 ORDER BY k`, period, unit)
}

// insertEvents writes what by did to some reports, each in its order.
func insertEvents(ctx context.Context, tx *db.Tx, by auth.Actor, all []Event) error {
	items := make([]string, len(all))
	for i, e := range all {
		if len(e.Reasons) > 0 {
			b, err := json.Marshal(e.Reasons)
			if err != nil {
				return err
			}
			items[i] = string(b)
		}
	}
	return db.InsertMany(ctx, tx, `INSERT INTO filing_event (`+eventColumns+`) VALUES`, len(all), func(i int) []any {
		e := all[i]
		return []any{e.Period, e.Unit, e.K, e.Kind, e.N, e.Hash, e.Mark, by.Login, by.Name, e.Office, e.Reason, items[i], e.Until, tx.Now}
	})
}

// next is the number of the next event of a report.
func next(ctx context.Context, tx *db.Tx, period string, unit int64) (k int64, err error) {
	return k, tx.One(ctx, `SELECT coalesce(max(k), 0) + 1 FROM filing_event WHERE period = $1 AND unit = $2`, []any{period, unit}, &k)
}

// periodsOf returns the periods in which there are reports of steps.
func periodsOf(ctx context.Context, tx *db.Tx) ([]string, error) {
	return db.All(ctx, tx, func(s db.Scanner) (id string, err error) { return id, s.Scan(&id) }, `
		SELECT p.id FROM form_period p WHERE EXISTS (SELECT 1 FROM filing_report r WHERE r.period = p.id) ORDER BY p.id`)
}

// reportsAfter returns some of the reports of a period, by their units after one.
func reportsAfter(ctx context.Context, tx *db.Tx, period string, unit int64) ([]Report, error) {
	const some = 500
	return db.All(ctx, tx, scan, `SELECT `+columns+` FROM filing_report r WHERE r.period = $1 AND r.unit > $2 ORDER BY r.unit LIMIT $3`, period, unit, some)
}

// eventsOf returns what has happened to some reports of a period, by unit, in order.
func eventsOf(ctx context.Context, tx *db.Tx, period string, units []int64) (map[int64][]Event, error) {
	all := map[int64][]Event{}
	for in, args := range db.In(units, period) {
		some, err := db.All(ctx, tx, scanEvent, `SELECT `+eventColumns+` FROM filing_event WHERE period = $1 AND unit `+in+` ORDER BY unit, k`, args...)
		if err != nil {
			return nil, err
		}
		for _, e := range some {
			all[e.Unit] = append(all[e.Unit], e)
		}
	}
	return all, nil
}

// strays says which deeds of the audit are among the events no more.
func strays(ctx context.Context, tx *db.Tx) (lines []string, err error) {
	return db.All(ctx, tx, func(s db.Scanner) (line string, err error) {
		var object, action, name string
		err = s.Scan(&object, &action, &name)
		return "report " + object + ": " + action + " by " + name + " is gone", err
	}, `
		SELECT a.object, a.action, a.actor_name FROM audit a
		WHERE a.action IN ('signing.submitted', 'signing.signed', 'signing.accepted')
		AND NOT EXISTS (SELECT 1 FROM filing_event e WHERE e.period || ':' || CAST(e.unit AS TEXT) = a.object AND e.hash = a.detail) ORDER BY a.id`)
}

// returnAt returns the number of the return that a sheet held at a unit when one post
// was its last, 0 if it held none; what is before the number in the source of its
// posts is prefix.
func returnAt(ctx context.Context, tx *db.Tx, sheet, unit int64, prefix string, post int64) (n int64, err error) {
	all, err := db.All(ctx, tx, func(s db.Scanner) (id string, err error) { return id, s.Scan(&id) }, `
		SELECT p.source_id FROM tally_post p WHERE p.sheet = $1 AND p.unit = $2 AND p.id <= $3 AND p.source_kind = 'return' ORDER BY p.id DESC`, sheet, unit, post)
	if err != nil {
		return 0, err
	}
	for _, id := range all {
		if number, ok := strings.CutPrefix(id, prefix); ok {
			return strconv.ParseInt(number, 10, 64)
		}
	}
	return 0, nil
}
