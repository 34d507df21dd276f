package attendance

import (
	"context"

	"nhipcau/internal/db"
)

// Withdraw takes a member off the roll of an open occasion of whom nothing is noted
// yet; whoever is marked or has checked in stays.
func Withdraw(ctx context.Context, tx *db.Tx, occasion string, member int64) error {
	if _, err := open(ctx, tx, occasion); err != nil {
		return err
	}
	n, err := tx.ExecN(ctx, `DELETE FROM attendance WHERE occasion = $1 AND member = $2 AND state IN ('invited', 'exempt') AND fact = ''`, occasion, member)
	if err != nil || n == 0 {
		return err
	}
	return addPeople(ctx, tx, occasion, -1)
}
