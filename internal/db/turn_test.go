package db_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

// Closures in turn never run beside each other, and one that fails or goes away lets
// the next have its turn.
func TestInTurn(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `CREATE TABLE turned (n BIGINT NOT NULL)`)
		})
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Write(db.InTurn(gone, "x"), func(context.Context, *db.Tx) error { return nil }); err == nil {
			t.Error("somebody who has gone had a turn")
		}
		var all sync.WaitGroup
		began := d.Stats().Rerun
		for i := range 40 {
			all.Go(func() {
				err := d.Write(db.InTurn(t.Context(), "x"), func(ctx context.Context, tx *db.Tx) error {
					var n int64
					if err := tx.One(ctx, `SELECT count(*) FROM turned`, nil, &n); err != nil {
						return err
					}
					if i%10 == 0 {
						return fmt.Errorf("number %d fails", i)
					}
					return tx.Exec(ctx, `INSERT INTO turned (n) VALUES ($1)`, n)
				})
				if (err != nil) != (i%10 == 0) {
					t.Errorf("number %d: %v", i, err)
				}
			})
		}
		all.Wait()
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
			var n, most int64
			err := tx.One(ctx, `SELECT count(*), max(n) FROM turned`, nil, &n, &most)
			if n != 36 || most != 35 {
				t.Errorf("%d rows, the last saw %d before it", n, most)
			}
			return err
		})
		if again := d.Stats().Rerun - began; again > 0 {
			t.Errorf("%d closures ran again", again)
		}
	})
}
