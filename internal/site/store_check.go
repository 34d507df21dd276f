package site

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

func readLines(ctx context.Context, tx *db.Tx, id string) ([]Line, error) {
	return db.All(ctx, tx, func(r db.Scanner) (l Line, err error) { return l, r.Scan(&l.N, &l.Text) },
		`SELECT line, text FROM site_line WHERE conference = $1 ORDER BY line`, id)
}

func replaceLines(ctx context.Context, tx *db.Tx, id string, lines []Line) error {
	if err := tx.Exec(ctx, `DELETE FROM site_line WHERE conference = $1`, id); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `INSERT INTO site_line (conference, line, text) VALUES`, len(lines), func(i int) []any {
		return []any{id, lines[i].N, lines[i].Text}
	})
}

// tickedLines returns which lines of a checklist somebody has ticked.
func tickedLines(ctx context.Context, tx *db.Tx, id string) (map[int64]bool, error) {
	ticked := map[int64]bool{}
	return ticked, db.Each(ctx, tx, `SELECT DISTINCT line FROM site_tick WHERE conference = $1`, []any{id}, func(r db.Scanner) error {
		var l int64
		err := r.Scan(&l)
		ticked[l] = true
		return err
	})
}

// ticksOf returns what is ticked at a site.
func ticksOf(ctx context.Context, tx *db.Tx, id string, n int64) ([]Tick, error) {
	return db.All(ctx, tx, func(r db.Scanner) (t Tick, err error) { return t, r.Scan(&t.Line, &t.Name, db.At(&t.At)) },
		`SELECT line, actor_name, at FROM site_tick WHERE conference = $1 AND site = $2 ORDER BY line`, id, n)
}

func insertTick(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, line int64) error {
	return tx.Exec(ctx, `INSERT INTO site_tick (conference, site, line, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, n, line, by.Login, by.Name, tx.Now)
}

func deleteTick(ctx context.Context, tx *db.Tx, id string, n, line int64) error {
	return tx.Exec(ctx, `DELETE FROM site_tick WHERE conference = $1 AND site = $2 AND line = $3`, id, n, line)
}

// setChecks keeps beside a site which of its lines are ticked, so that lists need not
// look for the ticks.
func setChecks(ctx context.Context, tx *db.Tx, id string, n, version, checks int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE site SET checks = $1, version = version + 1 WHERE conference = $2 AND n = $3 AND version = $4`, checks, id, n, version))
}
