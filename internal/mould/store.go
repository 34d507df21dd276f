package mould

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/file"
)

// Of returns the pattern of a unit for a form, which the caller has found.
func Of(ctx context.Context, tx *db.Tx, form string, unit int64) (m Mould, err error) {
	var id string
	all, err := db.All(ctx, tx, func(r db.Scanner) (m Mould, err error) { return m, r.Scan(&m.N, &id, &m.Name, db.At(&m.At)) },
		`SELECT n, file, actor_name, at FROM mould WHERE form = $1 AND unit = $2 ORDER BY n DESC LIMIT 1`, form, unit)
	if err != nil || len(all) == 0 {
		return m, err
	}
	m = all[0]
	if id != "" {
		m.File, err = file.Get(ctx, tx, id)
	}
	return m, err
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, form string, unit, n int64, file string) error {
	return tx.Exec(ctx, `INSERT INTO mould (form, unit, n, file, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`, form, unit, n, file, by.Login, by.Name, tx.Now)
}
