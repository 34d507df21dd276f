package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
)

type (
	day  string
	role string
	lane int32
	yes  bool
	hash []byte
)

func TestValues(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		local := time.Date(2020, 11, 2, 9, 30, 15, 999, time.FixedZone("", 7*3600))
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Exec(ctx, `INSERT INTO kind (name) VALUES ($1)`, role("clerk")); err != nil {
				return err
			}
			if err := tx.Exec(ctx, insert, uint32(1), role("clerk"), day("2020-11-02"), lane(7), local, yes(true), hash("ab")); err != nil {
				return err
			}
			return tx.Exec(ctx, insert, 2, nil, "none", int8(-1), time.Time{}, false, []byte(nil))
		})
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
			var k role
			var name day
			var n lane
			var at time.Time
			var flag bool
			var blob hash
			if err := tx.One(ctx, `SELECT kind, name, n, at, flag, blob FROM thing WHERE id = $1`, []any{1}, &k, &name, &n, db.At(&at), &flag, &blob); err != nil {
				return err
			}
			if got, want := fmt.Sprintf("%s %s %d %v %t %s", k, name, n, at, flag, blob), "clerk 2020-11-02 7 2020-11-02 02:30:15 +0000 UTC true ab"; got != want {
				t.Errorf("read back %s, want %s", got, want)
			}
			var kind *string
			at = dbtest.Noon
			if err := tx.One(ctx, `SELECT kind, at, blob FROM thing WHERE id = $1 AND at IS NULL`, []any{int64(2)}, &kind, db.At(&at), &blob); err != nil {
				return err
			}
			if kind != nil || !at.IsZero() || len(blob) != 0 {
				t.Errorf("read back kind %v, at %v, blob %q, want none", kind, at, blob)
			}
			return nil
		})
	})
}

func TestNow(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		d.SetClock(func() time.Time { return time.Date(2020, 1, 1, 7, 0, 0, 5e8, time.FixedZone("", 7*3600)) })
		want := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		dbtest.Write(t, d, func(_ context.Context, tx *db.Tx) error {
			if tx.Now != want {
				t.Errorf("the transaction's time: got %v, want %v", tx.Now, want)
			}
			return nil
		})
		if got := d.Now(); got != want {
			t.Errorf("the database's time: got %v, want %v", got, want)
		}
	})
}

func TestConflict(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error { return add(ctx, tx, "a") })
		for name, f := range map[string]db.Work{
			"unique": func(ctx context.Context, tx *db.Tx) error { return add(ctx, tx, "a") },
			"primary": func(ctx context.Context, tx *db.Tx) error {
				return tx.Exec(ctx, `INSERT INTO thing (id, name, n, flag, blob) SELECT id, 'z', 0, 0, blob FROM thing`)
			},
			"foreign": func(ctx context.Context, tx *db.Tx) error {
				return tx.Exec(ctx, insert, tx.NewID(), "no such kind", "b", 0, tx.Now, false, []byte{})
			},
			"swallowed": func(ctx context.Context, tx *db.Tx) error {
				if err := add(ctx, tx, "a"); err == nil {
					t.Error("the second a was taken")
				}
				return nil
			},
			"carried on": func(ctx context.Context, tx *db.Tx) error {
				if err := add(ctx, tx, "a"); err == nil {
					t.Error("the second a was taken")
				}
				return add(ctx, tx, "c")
			},
		} {
			if err := d.Write(t.Context(), f); !fault.Is(err, fault.Conflict) || fault.Of(err).Key != "error.conflict" {
				t.Errorf("%s: got %v, want a conflict", name, err)
			}
		}
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `INSERT INTO thing (id, name, n, flag, blob) VALUES (1, NULL, 0, 0, $1)`, []byte{})
		})
		if err == nil || !fault.Is(err, fault.Internal) {
			t.Errorf("NULL where there must be a value: got %v, want an internal error", err)
		}
		wantNames(t, d, "a")
	})
}

// What only the commit finds is the fault of the closure that did it.
func TestCommitFails(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `CREATE TABLE late (kind TEXT NOT NULL REFERENCES kind (name) DEFERRABLE INITIALLY DEFERRED)`)
		})
		errs := together(t, d, adding("a"), func(ctx context.Context, tx *db.Tx) error {
			if err := add(ctx, tx, "lost"); err != nil {
				return err
			}
			return tx.Exec(ctx, `INSERT INTO late (kind) VALUES ('no such kind')`)
		}, adding("b"))
		if errs[0] != nil || !fault.Is(errs[1], fault.Conflict) || errs[2] != nil {
			t.Errorf("got %v, want the second alone to conflict", errs)
		}
		wantNames(t, d, "a", "b")
	})
}

func TestNotFound(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			var n int
			if err := tx.One(ctx, `SELECT n FROM thing WHERE id = $1`, []any{1}, &n); !fault.Is(err, fault.NotFound) {
				t.Errorf("got %v, want not found", err)
			}
			return add(ctx, tx, "after") // it spends nothing
		})
		wantNames(t, d, "after")
	})
}

func TestReadOnly(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `INSERT INTO kind (name) VALUES ('k')`)
		})
		if !fault.Is(err, fault.Unavailable) || fault.Of(err).Key != "error.readonly" {
			t.Errorf("writing while reading: got %v, want error.readonly", err)
		}
		err = d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error {
			if id := tx.NewID(); id != 0 {
				t.Errorf("an id while reading: got %d", id)
			}
			return nil
		})
		if err == nil {
			t.Error("an id while reading: got no error")
		}
	})
}

func TestRowsAreRead(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		stop := errors.New("enough")
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for _, name := range []string{"a", "b", "c"} {
				if err := add(ctx, tx, name); err != nil {
					return err
				}
			}
			n := 0
			err := db.Each(ctx, tx, `SELECT name FROM thing ORDER BY name`, nil, func(db.Scanner) error {
				if n++; n == 2 {
					return stop
				}
				return nil
			})
			if !errors.Is(err, stop) || n != 2 {
				t.Errorf("got %v after %d rows, want to stop after 2", err, n)
			}
			return tx.Exec(ctx, `UPDATE thing SET n = 1`) // the rows are closed
		})
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return db.Each(ctx, tx, `SELECT name FROM thing`, nil, func(db.Scanner) error {
				return tx.Exec(ctx, `UPDATE thing SET n = 2`)
			})
		})
		if err == nil || !strings.Contains(err.Error(), "while rows are read") {
			t.Errorf("a statement while rows are read: got %v", err)
		}
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.ExecN(ctx, `UPDATE thing SET n = 3 WHERE name >= $1 AND name < $2`, "a", "c")
			if n != 2 {
				t.Errorf("changed %d rows, want 2", n)
			}
			return err
		})
	})
}

func TestNested(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		nothing := func(context.Context, *db.Tx) error { return nil }
		for name, f := range map[string]func(ctx context.Context) error{
			"write": func(ctx context.Context) error { return d.Write(ctx, nothing) },
			"read":  func(ctx context.Context) error { return d.Read(ctx, nothing) },
			"drain": d.Drain,
			"ready": d.Ready,
		} {
			inner := func(ctx context.Context, _ *db.Tx) error { return f(ctx) }
			for outer, err := range map[string]error{"write": d.Write(t.Context(), inner), "read": d.Read(t.Context(), inner)} {
				if err == nil || !strings.Contains(err.Error(), "inside another") {
					t.Errorf("%s in %s: got %v, want a refusal", name, outer, err)
				}
			}
		}
		other := dbtest.OpenSQLite(t)
		dbtest.Write(t, d, func(ctx context.Context, _ *db.Tx) error { return other.Read(ctx, nothing) })
	})
}

func TestPanic(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		errs := together(t, d,
			func(ctx context.Context, tx *db.Tx) error { return add(ctx, tx, "before") },
			func(ctx context.Context, tx *db.Tx) error {
				if err := add(ctx, tx, "lost"); err != nil {
					return err
				}
				write := func(m map[string]int) { m["no map"] = 1 }
				write(nil)
				return nil
			},
			func(ctx context.Context, tx *db.Tx) error { return add(ctx, tx, "behind") },
		)
		if errs[0] != nil || errs[2] != nil {
			t.Errorf("the neighbours: got %v and %v", errs[0], errs[2])
		}
		if !fault.Is(errs[1], fault.Internal) || !strings.Contains(errs[1].Error(), "nil map") {
			t.Errorf("the panic: got %v, want it as an internal error", errs[1])
		}
		wantNames(t, d, "before", "behind")
	})
}

func TestIncrements(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error { return add(ctx, tx, "a") })
		const writers, each = 8, 25
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				for range each {
					err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
						var n int
						if err := tx.One(ctx, `SELECT n FROM thing WHERE name = 'a'`, nil, &n); err != nil {
							return err
						}
						return tx.Exec(ctx, `UPDATE thing SET n = $1 WHERE name = 'a'`, n+1)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
			var n int
			err := tx.One(ctx, `SELECT n FROM thing WHERE name = 'a'`, nil, &n)
			if n != writers*each {
				t.Errorf("counted %d, want %d", n, writers*each)
			}
			return err
		})
	})
}

func TestNewID(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		seen := map[int64]bool{}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 10 {
					var mine []int64
					err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
						mine = mine[:0]
						for range 1500 { // more than a block
							mine = append(mine, tx.NewID())
						}
						return nil
					})
					if err != nil || !slices.IsSorted(mine) || mine[0] <= 0 {
						t.Errorf("got %v and ids from %d", err, mine[0])
					}
					mu.Lock()
					for _, id := range mine {
						if seen[id] {
							t.Errorf("%d twice", id)
						}
						seen[id] = true
					}
					mu.Unlock()
				}
			})
		}
		all.Wait()
	})
}

func TestNewKey(t *testing.T) {
	seen := map[string]bool{}
	for range 10_000 {
		key := db.NewKey()
		if len(key) != 12 || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || seen[key] {
			t.Fatalf("bad key %q", key)
		}
		seen[key] = true
	}
}

func TestClaim(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		const jobs = 40
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for i := range jobs {
				err := tx.Exec(ctx, `INSERT INTO job (id, kind, payload, uniq, run_at, lease_by, attempts, error, done, total, created_at)
					VALUES ($1, 'k', '{}', $2, $3, '', 0, '', 0, 0, $3)`, fmt.Sprintf("%03d", i), fmt.Sprint("u", i), tx.Now)
				if err != nil {
					return err
				}
			}
			return tx.Exec(ctx, `UPDATE job SET run_at = run_at + 60 WHERE id = '039'`)
		})
		var mu sync.Mutex
		taken := map[string]int{}
		claim := func(by string) bool {
			var j db.JobRow
			var ok bool
			dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
				j, ok, err = tx.Claim(ctx, []string{"other", "k"}, time.Minute, by)
				return err
			})
			if ok {
				mu.Lock()
				taken[j.ID]++
				mu.Unlock()
			}
			return ok
		}
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				for claim(fmt.Sprint(i)) {
				}
			})
		}
		all.Wait()
		if len(taken) != jobs-1 {
			t.Errorf("claimed %d jobs, want %d", len(taken), jobs-1)
		}
		for id, n := range taken {
			if n != 1 {
				t.Errorf("job %s was claimed %d times", id, n)
			}
		}
		d.SetClock(func() time.Time { return dbtest.Noon.Add(time.Minute) })
		if !claim("late") || taken["000"] != 2 {
			t.Errorf("after the lease the first job is not claimed again: %v", taken)
		}
	})
}

func TestMatch(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			for _, name := range []string{"doan xa hoa binh", "doan xa binh hoa", "100% du", "a_b", "doanh nghiep"} {
				if err := add(ctx, tx, name); err != nil {
					return err
				}
			}
			return nil
		})
		for query, want := range map[string]int{"": 5, "doan": 3, "doan ": 3, "Hoa xa": 2, "oan": 0, "%": 0, "100%": 1, "a_": 1, "a%": 0, "hoa binh x": 2} {
			dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
				where, args := db.Match("name", query, 2)
				var n int
				err := tx.One(ctx, `SELECT count(*) FROM thing WHERE n = $1 AND `+where, append([]any{0}, args...), &n)
				if n != want {
					t.Errorf("%q matches %d, want %d", query, n, want)
				}
				return err
			})
		}
	})
}

func TestLock(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		inside := 0
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					if err := tx.Lock(ctx, "one at a time"); err != nil {
						return err
					}
					if inside++; inside != 1 { // the race detector looks too
						t.Errorf("%d hold the lock", inside)
					}
					inside--
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
}

// Paths are compared as bytes on both engines, because the column is marked; the
// schema is made anew, from the files.
func TestOrderOfPaths(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		if strings.HasPrefix(dbtest.Address(t, d), "postgres") {
			dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
				if err := tx.Exec(ctx, `DROP SCHEMA public CASCADE`); err != nil {
					return err
				}
				return tx.Exec(ctx, `CREATE SCHEMA public`)
			})
			d = dbtest.Again(t, d)
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		paths := []string{"/Z/", "/a-c/", "/a/", "/a/b/", "/a0/", "/b/", "/e/", "/Đ/"}
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Exec(ctx, `INSERT INTO tree (key, name, changed, cut) VALUES ('t', 'T', 0, 0)`); err != nil {
				return err
			}
			for i, path := range paths {
				if err := tx.Exec(ctx, `INSERT INTO unit (id, key, phone, sample, created_at, version) VALUES ($1, $2, '', 0, 0, 0)`, i, path); err != nil {
					return err
				}
				if err := tx.Exec(ctx, `INSERT INTO place (tree, unit, path, depth) VALUES ('t', $1, $2, 0)`, i, path); err != nil {
					return err
				}
			}
			return nil
		})
		read := func(q string, args ...any) (got []string) {
			dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
				got, err = db.All(ctx, tx, func(row db.Scanner) (s string, err error) { return s, row.Scan(&s) }, q, args...)
				return err
			})
			return got
		}
		if got := read(`SELECT path FROM place ORDER BY path`); !slices.Equal(got, paths) {
			t.Errorf("in order: got %q, want %q", got, paths)
		}
		if got, want := read(`SELECT path FROM place WHERE path >= $1 AND path < $2 ORDER BY path`, "/a/", "/a0"), paths[2:4]; !slices.Equal(got, want) {
			t.Errorf("under /a/: got %q, want %q", got, want)
		}
	})
}

func TestListen(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		heard, err := d.Listen(ctx, "units")
		if err != nil {
			t.Fatal(err)
		}
		lost := errors.New("rolled back")
		if err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			tx.Notify("units", "never")
			return lost
		}); !errors.Is(err, lost) {
			t.Error(err)
		}
		dbtest.Write(t, d, func(_ context.Context, tx *db.Tx) error {
			tx.Notify("others", "elsewhere")
			tx.Notify("units", "first")
			return nil
		})
		if got := <-heard; got != "first" {
			t.Errorf("heard %q, want first", got)
		}
		dbtest.Write(t, d, func(_ context.Context, tx *db.Tx) error {
			for i := range 200 { // nobody listens meanwhile
				tx.Notify("units", fmt.Sprint(i))
			}
			return nil
		})
		last := ""
		for last != "199" {
			last = <-heard
		}
		cancel()
		for range heard { // closed at the end
		}
	})
}
