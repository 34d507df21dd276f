package signing

import (
	"context"
	"encoding/json"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

const columns = `r.period, r.unit, r.above, r.state, r.n, r.accepted, r.until_day, r.hash, r.at, r.version`

func scan(s db.Scanner) (r Report, err error) {
	return r, s.Scan(&r.Period, &r.Unit, &r.Above, &r.State, &r.N, &r.Accepted, &r.Until, &r.Hash, db.At(&r.At), &r.Version)
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
		return tx.Exec(ctx, `INSERT INTO filing_report (period, unit, above, state, n, accepted, until_day, hash, at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`,
			r.Period, r.Unit, r.Above, r.State, r.N, r.Accepted, r.Until, r.Hash, tx.Now)
	}
	return db.Changed(tx.ExecN(ctx, `UPDATE filing_report SET above = $1, state = $2, n = $3, accepted = $4, until_day = $5, hash = $6, at = $7, version = version + 1
		WHERE period = $8 AND unit = $9 AND version = $10`, r.Above, r.State, r.N, r.Accepted, r.Until, r.Hash, tx.Now, r.Period, r.Unit, r.Version))
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
