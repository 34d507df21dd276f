package conference

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
)

// levelSheet returns the sheet of a level, 0 if its hosts are not told or there is
// none.
func levelSheet(ctx context.Context, tx *db.Tx, id string, n int64) (sheet int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(sheet), 0) FROM conference_level WHERE conference = $1 AND n = $2`, []any{id, n}, &sheet)
	return sheet, err
}

// untold counts the levels of a conference whose hosts are not told.
func untold(ctx context.Context, tx *db.Tx, id string) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM conference_level WHERE conference = $1 AND told = 0`, []any{id}, &n)
	return n, err
}

// standing says which states count in a lane of a level: a conference that is being
// reopened is held until that is done.
var standing = map[string]string{
	"begun": `state <> 'cancelled'`,
	"held":  `state IN ('closed', 'reopening')`,
}

// besides counts the other conferences of c's host at c's level that count in a lane.
func besides(ctx context.Context, tx *db.Tx, c Conference, lane string) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM conference WHERE parent = $1 AND level = $2 AND unit = $3 AND id <> $4 AND parent <> '' AND `+standing[lane],
		[]any{c.Parent, c.Level, c.Unit, c.ID}, &n)
	return n, err
}

func heldFor(ctx context.Context, tx *db.Tx, id string, n int64) (map[int64]tally.Delta, error) {
	all := map[int64]tally.Delta{}
	err := db.Each(ctx, tx, `SELECT unit, max(CASE WHEN `+standing["begun"]+` THEN 1 ELSE 0 END), max(CASE WHEN `+standing["held"]+` THEN 1 ELSE 0 END)
		FROM conference WHERE parent = $1 AND level = $2 AND parent <> '' GROUP BY unit`, []any{id, n}, func(r db.Scanner) error {
		var unit, begun, held int64
		err := r.Scan(&unit, &begun, &held)
		all[unit] = tally.Delta{levelKind.Lane("begun"): begun, levelKind.Lane("held"): held}
		return err
	})
	return all, err
}

// HeldBy returns the conferences that units hold for a level of another, of those
// that by may see and that are not cancelled; with no more than 500 units.
func HeldBy(ctx context.Context, tx *db.Tx, by auth.Actor, parent string, n int64, units []int64) ([]Conference, error) {
	return db.AllIn(ctx, tx, scan, seen+` AND c.parent = $5 AND c.level = $6 AND c.parent <> '' AND c.state <> 'cancelled' AND c.unit IN`, units,
		by.Tree, by.Path, by.End(), by.Member, parent, n)
}

// Counted returns which of some conferences are closed, so that their attendance lists
// stand.
func Counted(ctx context.Context, tx *db.Tx, ids []string) (map[string]bool, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (id string, err error) { return id, r.Scan(&id) },
		`SELECT id FROM conference WHERE state = 'closed' AND id IN`, ids)
	counted := make(map[string]bool, len(all))
	for _, id := range all {
		counted[id] = true
	}
	return counted, err
}
