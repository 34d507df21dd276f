package db_test

import (
	"context"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

func TestWriteRead(t *testing.T) {
	d := dbtest.Open(t)
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `INSERT INTO tree (key, name, changed, cut) VALUES ($1, $2, $3, $4)`, "t", "T", 1, 1)
	})
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		var n int
		return tx.One(ctx, `SELECT count(*) FROM tree`, nil, &n)
	})
}
