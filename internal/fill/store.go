package fill

import (
	"context"
	"encoding/json"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// A Draft is what stands in the fields of a unit's return before it is one, as it was
// typed: one for all the unit's clerks.
type Draft struct {
	Fields  map[string]string // by name of the field
	Base    int64             // number of the return that it goes on from, 0 for none
	Login   string
	Name    string // who typed last
	At      time.Time
	Version int64 // 0 if there is none
}

// read returns the draft of a unit's return, without a version if there is none.
func read(ctx context.Context, tx *db.Tx, period string, unit int64) (Draft, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (d Draft, err error) {
		var fields string
		if err := r.Scan(&fields, &d.Base, &d.Login, &d.Name, db.At(&d.At), &d.Version); err != nil {
			return d, err
		}
		return d, json.Unmarshal([]byte(fields), &d.Fields)
	}, `SELECT fields, base, actor, actor_name, at, version FROM filing_draft WHERE period = $1 AND unit = $2`, period, unit)
	if err != nil || len(all) == 0 {
		return Draft{}, err
	}
	return all[0], nil
}

// put writes a draft over the one with d's version, 0 for none. It is a Conflict if
// another stands.
func put(ctx context.Context, tx *db.Tx, by auth.Actor, period string, unit int64, d Draft) error {
	b, err := json.Marshal(d.Fields)
	if err != nil {
		return err
	}
	if d.Version == 0 {
		return db.Changed(tx.ExecN(ctx, `INSERT INTO filing_draft (period, unit, fields, base, actor, actor_name, at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
			ON CONFLICT (period, unit) DO NOTHING`, period, unit, string(b), d.Base, by.Login, by.Name, tx.Now))
	}
	return db.Changed(tx.ExecN(ctx, `UPDATE filing_draft SET fields = $1, base = $2, actor = $3, actor_name = $4, at = $5, version = version + 1
		WHERE period = $6 AND unit = $7 AND version = $8`, string(b), d.Base, by.Login, by.Name, tx.Now, period, unit, d.Version))
}

// drop forgets a draft that has become a return.
func drop(ctx context.Context, tx *db.Tx, period string, unit int64) error {
	return tx.Exec(ctx, `DELETE FROM filing_draft WHERE period = $1 AND unit = $2`, period, unit)
}
