package db_test

import (
	"context"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

// both runs f on SQLite, and on PostgreSQL where the environment names a server.
func both(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) {
		d := dbtest.OpenSQLite(t)
		things(t, d)
		f(t, d)
	})
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		t.Run("postgres", func(t *testing.T) {
			d := dbtest.Open(t)
			things(t, d)
			f(t, d)
		})
	}
}

// things makes a small table to write to, which is no part of the schema.
func things(t testing.TB, d *db.DB) {
	t.Helper()
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Exec(ctx, `CREATE TABLE kind (name TEXT PRIMARY KEY)`); err != nil {
			return err
		}
		return tx.Exec(ctx, `CREATE TABLE thing (id BIGINT PRIMARY KEY, kind TEXT REFERENCES kind (name),
			name TEXT NOT NULL UNIQUE, n BIGINT NOT NULL, at BIGINT, flag SMALLINT NOT NULL, blob BYTEA NOT NULL)`)
	})
}

const insert = `INSERT INTO thing (id, kind, name, n, at, flag, blob) VALUES ($1, $2, $3, $4, $5, $6, $7)`

// add writes one thing.
func add(ctx context.Context, tx *db.Tx, name string) error {
	return tx.Exec(ctx, insert, tx.NewID(), nil, name, 0, tx.Now, false, []byte(nil))
}

// names returns the names of all things, in order.
func names(t testing.TB, d *db.DB) []string {
	t.Helper()
	var all []string
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = db.All(ctx, tx, func(row db.Scanner) (s string, err error) {
			return s, row.Scan(&s)
		}, `SELECT name FROM thing ORDER BY name`)
		return err
	})
	return all
}

func wantNames(t testing.TB, d *db.DB, want ...string) {
	t.Helper()
	if got := names(t, d); !slices.Equal(got, want) {
		t.Errorf("things: got %q, want %q", got, want)
	}
}

// together holds the writer busy until all of fs wait, so that SQLite takes them
// in one group, and returns their errors.
func together(t testing.TB, d *db.DB, fs ...db.Work) []error {
	t.Helper()
	begun, free := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		var once sync.Once
		err := d.Write(t.Context(), func(context.Context, *db.Tx) error {
			once.Do(func() { close(begun) })
			<-free
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	errs := make([]error, len(fs))
	for i, f := range fs {
		before := d.Stats().Queue
		all.Go(func() { errs[i] = d.Write(t.Context(), f) })
		for d.Stats().Queue == before {
			runtime.Gosched()
		}
	}
	close(free)
	all.Wait()
	return errs
}
