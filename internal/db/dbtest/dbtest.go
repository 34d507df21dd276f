// Package dbtest opens databases for tests: a fresh one for each, migrated, with
// the clock at Noon. They are SQLite files; where NHIPCAU_TEST_POSTGRES names a
// server (postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable), whose role
// may create databases, they are databases of that server, in Vietnamese order, so
// that a column whose order matters and that lacks the mark /*C*/ shows itself.
package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"nhipcau/internal/db"
)

// Noon is the time in every test database: 2 November 2020, 12:00 in Vietnam.
var Noon = time.Date(2020, 11, 2, 5, 0, 0, 0, time.UTC)

// Open returns an empty, migrated database of the test's own, which is closed
// when the test ends.
func Open(t testing.TB, opts ...db.Option) *db.DB {
	t.Helper()
	if server := Server(); server != "" {
		return open(t, postgres(t, server), opts)
	}
	return OpenSQLite(t, opts...)
}

// OpenSQLite is Open for SQLite, whatever the environment says.
func OpenSQLite(t testing.TB, opts ...db.Option) *db.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	Prepare(t, path)
	return open(t, "file:"+path, append([]db.Option{db.NoSync()}, opts...))
}

// Prepare writes an empty, migrated SQLite database to a file.
func Prepare(t testing.TB, path string) {
	t.Helper()
	made, err := pattern()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, made, 0o600); err != nil {
		t.Fatal(err)
	}
}

// pattern is a migrated SQLite file, made once: by each package's tests, or by the
// first of all where NHIPCAU_TEST_PATTERNS names a folder to keep it in.
var pattern = sync.OnceValues(func() ([]byte, error) {
	schema, err := digest()
	if err != nil {
		return nil, err
	}
	keep := os.Getenv("NHIPCAU_TEST_PATTERNS")
	kept := filepath.Join(keep, schema+".db")
	if keep != "" {
		if made, err := os.ReadFile(kept); err == nil {
			return made, nil
		}
	}
	dir, err := os.MkdirTemp(keep, "dbtest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "pattern.db")
	if err := migrate(context.Background(), "file:"+path); err != nil {
		return nil, err
	}
	made, err := os.ReadFile(path)
	if err == nil && keep != "" {
		err = os.Rename(path, kept) // whole, or not there
	}
	return made, err
})

func migrate(ctx context.Context, url string) error {
	d, err := db.Open(ctx, url, db.NoSync())
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Migrate(ctx)
}

func open(t testing.TB, url string, opts []db.Option) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	d.SetClock(func() time.Time { return Noon })
	addresses.Store(d, url)
	t.Cleanup(func() { addresses.Delete(d) })
	return d
}

var addresses sync.Map // *db.DB to its url

// Again opens the database of d, which Open returned, once more: what a second
// node does, or the program after a restart.
func Again(t testing.TB, d *db.DB, opts ...db.Option) *db.DB {
	t.Helper()
	return open(t, Address(t, d), opts)
}

// Address returns the url of d, which Open returned.
func Address(t testing.TB, d *db.DB) string {
	t.Helper()
	url, ok := addresses.Load(d)
	if !ok {
		t.Fatal("dbtest: this database was not opened here")
	}
	return url.(string)
}

// Vacant returns the address of a database in which nothing is, not even the
// schema, of the engine of d, which Open returned; in SQLite it is made by whoever
// opens it, and its folder too.
func Vacant(t testing.TB, d *db.DB) string {
	t.Helper()
	if server := Address(t, d); db.Engine(server) == db.PostgreSQL {
		return made(t, server, "template0")
	}
	return "file:" + filepath.Join(t.TempDir(), "data", "nhipcau.db")
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
