package db_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

// TestMany writes and reads back as many rows as are given, whatever fits into a
// statement.
func TestMany(t *testing.T) {
	d := dbtest.Open(t)
	for _, n := range []int{0, 1, 2, 5, 6, 49, 50, 51, 199, 201, 1_250, 12_345} {
		var keys []string
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			keys = nil
			for i := range n {
				keys = append(keys, fmt.Sprintf("%d-%06d", n, i))
			}
			told := 0
			ctx = db.Counting(ctx, func(rows int) { told += rows })
			defer func() {
				if told > n || told < n-2_000 {
					t.Errorf("%d rows written, told of %d", n, told)
				}
			}()
			return db.InsertMany(ctx, tx, `INSERT INTO once (token, location, at) VALUES`, n, func(i int) []any { return []any{keys[i], "/", tx.Now} })
		})
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
			got, err := db.AllIn(ctx, tx, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) },
				`SELECT token FROM once WHERE location = $1 AND token IN`, append(slices.Clone(keys), "none"), "/")
			slices.Sort(got)
			if err == nil && !slices.Equal(got, keys) {
				t.Errorf("%d rows written, %d read", n, len(got))
			}
			return err
		})
	}
}
