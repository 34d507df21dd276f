package guidance

import (
	"context"
	"math/bits"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// standingOf returns what a unit has answered, nothing if it has no row.
func standingOf(ctx context.Context, tx *db.Tx, id string, unit int64) (Standing, error) {
	all, err := db.All(ctx, tx, scanStanding, `SELECT unit, edition, reported, actor_name, at FROM guidance_unit WHERE guidance = $1 AND unit = $2`, id, unit)
	if err != nil || len(all) == 0 {
		return Standing{Unit: unit}, err
	}
	return all[0], nil
}

func scanStanding(s db.Scanner) (x Standing, err error) {
	var reported int64
	err = s.Scan(&x.Unit, &x.Edition, &reported, &x.ActorName, db.At(&x.At))
	x.reported = uint64(reported)
	return x, err
}

func putStanding(ctx context.Context, tx *db.Tx, by auth.Actor, id string, s Standing) error {
	return tx.Exec(ctx, `
		INSERT INTO guidance_unit (guidance, unit, edition, reported, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (guidance, unit) DO UPDATE SET edition = excluded.edition, reported = excluded.reported`,
		id, s.Unit, s.Edition, int64(s.reported), by.Login, by.Name, tx.Now)
}

const deeds = `SELECT d.point, d.n, d.count, d.day, d.note, coalesce(d.file, ''), coalesce(f.name, ''), d.actor_name, d.at
	FROM guidance_deed d LEFT JOIN file f ON f.id = d.file WHERE d.guidance = $1 AND d.unit = $2`

func scanDeed(s db.Scanner) (d Deed, err error) {
	return d, s.Scan(&d.Point, &d.N, &d.Count, &d.Day, &d.Note, &d.File, &d.FileName, &d.ActorName, db.At(&d.At))
}

// newest returns the deed of a unit at a point that stands, N 0 if there is none.
func newest(ctx context.Context, tx *db.Tx, id string, unit, point int64) (Deed, error) {
	all, err := db.All(ctx, tx, scanDeed, deeds+` AND d.point = $3 ORDER BY d.n DESC LIMIT 1`, id, unit, point)
	if err != nil || len(all) == 0 {
		return Deed{Point: point}, err
	}
	return all[0], nil
}

// Deeds returns all that a unit has said of what it did, by point, the newest first.
// The caller has found both through their seen.
func Deeds(ctx context.Context, tx *db.Tx, id string, unit int64) ([]Deed, error) {
	return db.All(ctx, tx, scanDeed, deeds+` ORDER BY d.point, d.n DESC`, id, unit)
}

func insertDeed(ctx context.Context, tx *db.Tx, by auth.Actor, id string, d Deed) error {
	var f any
	if d.File != "" {
		f = d.File
	}
	return tx.Exec(ctx, `INSERT INTO guidance_deed (guidance, unit, point, n, count, day, note, file, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		id, by.Unit, d.Point, d.N, d.Count, d.Day, d.Note, f, by.Login, by.Name, tx.Now)
}

// counts returns, by unit, what the rows of units say that the sheet of guidance with
// so many points should hold.
func counts(ctx context.Context, tx *db.Tx, id string, points int) (map[int64]tally.Delta, error) {
	own := map[int64]tally.Delta{}
	if err := db.Each(ctx, tx, `SELECT unit, edition, reported, actor_name, at FROM guidance_unit WHERE guidance = $1`, []any{id}, func(r db.Scanner) error {
		s, err := scanStanding(r)
		d := tally.Delta{received: 1}
		if s.reported != 0 {
			d[reported] = 1
		}
		if bits.OnesCount64(s.reported) == points {
			d[done] = 1
		}
		own[s.Unit] = d
		return err
	}); err != nil {
		return nil, err
	}
	return own, db.Each(ctx, tx, `SELECT unit, point, count FROM guidance_deed d WHERE guidance = $1
		AND n = (SELECT max(x.n) FROM guidance_deed x WHERE x.guidance = $1 AND x.unit = d.unit AND x.point = d.point)`, []any{id}, func(r db.Scanner) error {
		var unit, point, n int64
		err := r.Scan(&unit, &point, &n)
		if own[unit] == nil {
			own[unit] = tally.Delta{}
		}
		own[unit][count+tally.Lane(point-1)] = n
		return err
	})
}

// A Called unit is its key and the name it has today.
type Called struct {
	ID        int64
	Key, Name string
}

// namesOf returns what some units are called, of those that by may see.
func namesOf(ctx context.Context, tx *db.Tx, by auth.Actor, units []int64) (map[int64]Called, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (c Called, err error) { return c, r.Scan(&c.ID, &c.Key, &c.Name) }, `
		SELECT u.id, u.key, n.name
		FROM unit u
		JOIN place p ON p.tree = $1 AND p.unit = u.id
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $4 THEN x.from_day END), min(x.from_day)) FROM unit_name x WHERE x.unit = u.id)
		WHERE p.path >= $2 AND p.path < $3 AND u.id IN`, units, by.Tree, by.Path, by.End(), vn.DayOf(tx.Now))
	names := make(map[int64]Called, len(all))
	for _, c := range all {
		names[c.ID] = c
	}
	return names, err
}
