// Package dbtest opens databases for tests.
package dbtest

import (
	"context"
	"testing"
	"time"

	"nhipcau/internal/db"
)

// Noon is the time in every test database: 2 November 2020, 12:00 in Vietnam.
var Noon = time.Date(2020, 11, 2, 5, 0, 0, 0, time.UTC)

// Open returns an empty, migrated database of the test's own.
func Open(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), "file:"+t.TempDir()+"/test.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	d.SetClock(func() time.Time { return Noon })
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// Write runs f in a transaction of d and fails the test on an error.
func Write(t testing.TB, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// Read is Write for a read-only transaction.
func Read(t testing.TB, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}
