package db_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
)

// counting makes a queue and a sum, and folds the queue into the sum three rows at
// a time.
func counting(t testing.TB, d *db.DB) {
	t.Helper()
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, q := range []string{
			`CREATE TABLE queue (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)`,
			`CREATE TABLE total (n BIGINT NOT NULL)`,
			`INSERT INTO total (n) VALUES (0)`,
		} {
			if err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	d.OnFold(foldSome)
}

type queued struct{ id, n int64 }

func foldSome(ctx context.Context, tx *db.Tx) error {
	rows, err := db.All(ctx, tx, func(row db.Scanner) (q queued, err error) {
		return q, row.Scan(&q.id, &q.n)
	}, `SELECT id, n FROM queue ORDER BY id LIMIT 3`)
	for _, q := range rows {
		if q.n < 0 {
			return fault.New(fault.Invalid, "error.negative")
		}
		if err := tx.Exec(ctx, `UPDATE total SET n = n + $1`, q.n); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `DELETE FROM queue WHERE id = $1`, q.id); err != nil {
			return err
		}
	}
	if len(rows) == 3 {
		tx.NeedFold()
	}
	return err
}

func post(n int64) db.Work {
	return func(ctx context.Context, tx *db.Tx) error {
		tx.NeedFold()
		return tx.Exec(ctx, `INSERT INTO queue (id, n) VALUES ($1, $2)`, tx.NewID(), n)
	}
}

func wantTotal(t *testing.T, d *db.DB, total, waiting int64) {
	t.Helper()
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		var n, w int64
		err := tx.One(ctx, `SELECT (SELECT n FROM total), (SELECT count(*) FROM queue)`, nil, &n, &w)
		if n != total || w != waiting {
			t.Errorf("got a total of %d and %d waiting, want %d and %d", n, w, total, waiting)
		}
		return err
	})
}

func TestFold(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		counting(t, d)
		var all sync.WaitGroup
		const writers, each = 8, 20
		for range writers {
			all.Go(func() {
				for range each {
					if err := d.Write(t.Context(), post(1)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		wantTotal(t, d, writers*each, 0)
		if s := d.Stats(); s.Folds == 0 || s.FoldsFailed != 0 {
			t.Errorf("folded %d times, %d failed", s.Folds, s.FoldsFailed)
		}
	})
}

// A deed that says nothing about folds leaves its rows for Drain.
func TestDrain(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		counting(t, d)
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for range 10 {
				if err := tx.Exec(ctx, `INSERT INTO queue (id, n) VALUES ($1, 2)`, tx.NewID()); err != nil {
					return err
				}
			}
			return nil
		})
		wantTotal(t, d, 0, 10)
		if err := d.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantTotal(t, d, 20, 0)
	})
}

// A deed that fails, or is rolled back, asks for no fold.
func TestNoFoldForAFailure(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		counting(t, d)
		no := errors.New("no")
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(post(5)(ctx, tx), no)
		})
		if !errors.Is(err, no) {
			t.Error(err)
		}
		if s := d.Stats(); s.Folds != 0 {
			t.Errorf("folded %d times", s.Folds)
		}
	})
}

// In SQLite a deed that cannot be folded fails alone.
func TestFoldFails(t *testing.T) {
	d := dbtest.OpenSQLite(t)
	counting(t, d)
	errs := together(t, d, post(1), post(-1), post(2))
	if errs[0] != nil || !fault.Is(errs[1], fault.Invalid) || errs[2] != nil {
		t.Errorf("got %v, want the second alone to be invalid", errs)
	}
	wantTotal(t, d, 3, 0)
}

// A test that gives up inside a fold does not take the writer with it.
func TestFoldEndsItsGoroutine(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		counting(t, d)
		d.OnFold(func(ctx context.Context, tx *db.Tx) error { panic("in the fold") })
		_ = d.Write(t.Context(), post(1)) // SQLite says no, PostgreSQL has it already
		if err := d.Write(t.Context(), func(context.Context, *db.Tx) error { return nil }); err != nil {
			t.Error(err)
		}
		if err := d.Drain(t.Context()); err == nil {
			t.Error("draining: got no error")
		}
	})
}
