package load_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/load"
)

func quiet(string, int) {}

// fill loads a tree of n units into the empty database d, which it closes.
func fill(t *testing.T, d *db.DB, n int) error {
	t.Helper()
	address := dbtest.Address(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return load.Into(t.Context(), address, quiet, func(l *load.Loader) error {
		if err := l.Table("tree", []string{"key", "name", "changed", "cut"}, func(add func(...any) bool) error {
			add("t", "Cây", int64(1), int64(1))
			return nil
		}); err != nil {
			return err
		}
		first, err := l.IDs(int64(n))
		if err != nil {
			return err
		}
		if err := l.Table("unit", []string{"id", "key", "phone", "sample", "created_at", "version"}, func(add func(...any) bool) error {
			for i := range n {
				if !add(first+int64(i), fmt.Sprintf("u-%06d", i), "", int64(1), int64(0), int64(1)) {
					break
				}
			}
			return nil
		}); err != nil {
			return err
		}
		return l.Table("place", []string{"tree", "unit", "path", "depth"}, func(add func(...any) bool) error {
			for i := range n {
				if !add("t", first+int64(i), fmt.Sprintf("/%06d/", i), int64(0)) {
					break
				}
			}
			return nil
		})
	})
}

// Rows are there, keys and constraints hold again, and ids go on after those taken.
func TestLoaderFills(t *testing.T) {
	const n = 5000
	d := dbtest.Open(t)
	if err := fill(t, d, n); err != nil {
		t.Fatal(err)
	}
	d = dbtest.Again(t, d)
	if err := d.Migrate(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a half made house is opened: %v", err)
	}
	if err := d.Loaded(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		var units, places, last int64
		if err := tx.One(ctx, `SELECT (SELECT count(*) FROM unit), (SELECT count(*) FROM place), (SELECT max(id) FROM unit)`, nil, &units, &places, &last); err != nil {
			return err
		}
		if units != n || places != n {
			t.Errorf("%d units and %d places, want %d", units, places, n)
		}
		return nil
	})
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		var last int64
		if err := tx.One(ctx, `SELECT max(id) FROM unit`, nil, &last); err != nil {
			return err
		}
		if id := tx.NewID(); id <= last {
			t.Errorf("id %d is given again after %d", id, last)
		}
		return nil
	})
	for what, q := range map[string]string{
		"a path twice":     `INSERT INTO place (tree, unit, path, depth) SELECT 'x', unit, path, depth FROM place`,
		"a unit of no one": `INSERT INTO unit_kind (unit, from_day, to_day, kind) VALUES (1, '', '', '')`,
	} {
		if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, q) }); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	before := indexes(t, dbtest.Open(t))
	if after := indexes(t, d); after != before {
		t.Errorf("indexes and keys differ:\n%s\n%s", after, before)
	}
}

// indexes names what keeps order in a database.
func indexes(t *testing.T, d *db.DB) string {
	t.Helper()
	q := `SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name`
	if db.Engine(dbtest.Address(t, d)) == db.PostgreSQL {
		q = `SELECT indexname FROM pg_indexes WHERE schemaname = 'public' UNION ALL SELECT conrelid::regclass || conname FROM pg_constraint ORDER BY 1`
	}
	var all string
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		return db.Each(ctx, tx, q, nil, func(r db.Scanner) error {
			var name string
			err := r.Scan(&name)
			all += name + "\n"
			return err
		})
	})
	return all
}

// What breaks in the middle is said, and the house is refused from then on.
func TestLoaderBreaks(t *testing.T) {
	broken := errors.New("broken")
	columns := []string{"key", "name", "changed", "cut"}
	for what, rows := range map[string]func(add func(...any) bool) error{
		"rows that fail": func(add func(...any) bool) error {
			for i := range 10_000 {
				add(fmt.Sprint(i), "", int64(0), int64(0))
			}
			return broken
		},
		"a row that is too short": func(add func(...any) bool) error {
			add("a", "", int64(0), int64(0))
			add("b", "")
			return nil
		},
		"a key twice": func(add func(...any) bool) error {
			for range 2 * 1024 * 20 {
				if !add("a", "", int64(0), int64(0)) {
					break
				}
			}
			return nil
		},
	} {
		d := dbtest.Open(t)
		address := dbtest.Address(t, d)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		err := load.Into(t.Context(), address, quiet, func(l *load.Loader) error { return l.Table("tree", columns, rows) })
		if err == nil || what == "rows that fail" && !errors.Is(err, broken) {
			t.Errorf("%s: %v", what, err)
		}
		d = dbtest.Again(t, d)
		if err := d.Migrate(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: a half made house is opened: %v", what, err)
		}
		if err := load.Into(t.Context(), address, quiet, func(*load.Loader) error { return nil }); err == nil {
			t.Errorf("%s: a half made house is filled again", what)
		}
	}
}
