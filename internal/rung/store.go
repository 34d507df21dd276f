package rung

import (
	"context"

	"nhipcau/internal/db"
	"nhipcau/internal/tally"
)

// sheetOf returns the sheet of a level, 0 if its hosts are not told or there is none.
func sheetOf(ctx context.Context, tx *db.Tx, id string, n int64) (sheet int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(sheet), 0) FROM conference_level WHERE conference = $1 AND n = $2`, []any{id, n}, &sheet)
	return sheet, err
}

// untold counts the levels of a conference whose hosts are not told.
func untold(ctx context.Context, tx *db.Tx, id string) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM conference_level WHERE conference = $1 AND told = 0`, []any{id}, &n)
	return n, err
}

// standing says which states count in a lane: a conference that is being reopened is
// held until that is done.
var standing = map[string]string{
	"begun": `state <> 'cancelled'`,
	"held":  `state IN ('closed', 'reopening')`,
}

// askedOf returns the unit for which a conference is held.
func askedOf(ctx context.Context, tx *db.Tx, id string) (unit int64, err error) {
	err = tx.One(ctx, `SELECT level_unit FROM conference WHERE id = $1`, []any{id}, &unit)
	return unit, err
}

// besides counts the other conferences of a unit at a level that count in a lane.
func besides(ctx context.Context, tx *db.Tx, h Held, lane string) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM conference WHERE parent = $1 AND level = $2 AND level_unit = $3 AND id <> $4 AND parent <> '' AND `+standing[lane],
		[]any{h.Parent, h.Level, h.unit, h.ID}, &n)
	return n, err
}

func heldFor(ctx context.Context, tx *db.Tx, id string, n int64) (map[int64]tally.Delta, error) {
	all := map[int64]tally.Delta{}
	return all, db.Each(ctx, tx, `SELECT level_unit, max(CASE WHEN `+standing["begun"]+` THEN 1 ELSE 0 END), max(CASE WHEN `+standing["held"]+` THEN 1 ELSE 0 END)
		FROM conference WHERE parent = $1 AND level = $2 AND parent <> '' GROUP BY level_unit`, []any{id, n}, func(r db.Scanner) error {
		var unit, begun, held int64
		err := r.Scan(&unit, &begun, &held)
		all[unit] = tally.Delta{kind.Lane("begun"): begun, kind.Lane("held"): held}
		return err
	})
}

func askedFor(ctx context.Context, tx *db.Tx, id string, n int64) ([]int64, error) {
	return db.All(ctx, tx, func(r db.Scanner) (u int64, err error) { return u, r.Scan(&u) },
		`SELECT unit FROM conference_asked WHERE conference = $1 AND level = $2`, id, n)
}
