package sheet

import (
	"context"
	"encoding/json"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

const printed = `SELECT n, people, actor_name, at FROM invitation_list WHERE conference = $1 AND site = $2`

func scanPrinted(r db.Scanner) (p Printed, err error) {
	var people string
	if err = r.Scan(&p.N, &people, &p.ActorName, db.At(&p.At)); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(people), &p.people)
}

// listsOf returns the last lists of a site, the newest first.
func listsOf(ctx context.Context, tx *db.Tx, id string, site int64) ([]Printed, error) {
	return db.All(ctx, tx, scanPrinted, printed+` ORDER BY n DESC LIMIT 20`, id, site)
}

// lastList returns the last list of a site; number 0 if there is none.
func lastList(ctx context.Context, tx *db.Tx, id string, site int64) (Printed, error) {
	all, err := db.All(ctx, tx, scanPrinted, printed+` ORDER BY n DESC LIMIT 1`, id, site)
	if err != nil || len(all) == 0 {
		return Printed{}, err
	}
	return all[0], nil
}

func listOf(ctx context.Context, tx *db.Tx, id string, site, n int64) (Printed, error) {
	return db.First(db.All(ctx, tx, scanPrinted, printed+` AND n = $3`, id, site, n))
}

func insertList(ctx context.Context, tx *db.Tx, by auth.Actor, id string, site, n int64, people []int64) error {
	body, err := json.Marshal(people)
	if err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO invitation_list (conference, site, n, people, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6)`, id, site, n, string(body), by.Name, tx.Now)
}

// pathOf returns the place of a unit.
func pathOf(ctx context.Context, tx *db.Tx, tree string, unit int64) (path string, err error) {
	err = tx.One(ctx, `SELECT path FROM place WHERE tree = $1 AND unit = $2`, []any{tree, unit}, &path)
	return path, err
}
