package attendance

import (
	"context"

	"nhipcau/internal/db"
)

// Homes returns the members on the roll of an occasion who are not exempt, with their
// home units. The caller has seen the occasion.
func Homes(ctx context.Context, tx *db.Tx, occasion string) (map[int64]int64, error) {
	all := map[int64]int64{}
	return all, db.Each(ctx, tx, `SELECT member, unit FROM attendance WHERE occasion = $1 AND state <> 'exempt'`, []any{occasion}, func(r db.Scanner) error {
		var m, u int64
		err := r.Scan(&m, &u)
		all[m] = u
		return err
	})
}
