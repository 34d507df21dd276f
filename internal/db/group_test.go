package db_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"modernc.org/sqlite"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
)

// lite is a SQLite database with a table of things.
func lite(t testing.TB) *db.DB {
	t.Helper()
	d := dbtest.OpenSQLite(t)
	things(t, d)
	return d
}

func adding(name string) db.Work {
	return func(ctx context.Context, tx *db.Tx) error { return add(ctx, tx, name) }
}

func TestGroupWithFailingNeighbour(t *testing.T) {
	d := lite(t)
	no := errors.New("no")
	before := d.Stats()
	errs := together(t, d, adding("a"), func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(add(ctx, tx, "undone"), no)
	}, adding("a"), adding("b"))
	if errs[0] != nil || errs[3] != nil {
		t.Errorf("the good ones: got %v and %v", errs[0], errs[3])
	}
	if !errors.Is(errs[1], no) || !fault.Is(errs[2], fault.Conflict) {
		t.Errorf("the bad ones: got %v and %v, want no and a conflict", errs[1], errs[2])
	}
	wantNames(t, d, "a", "b")
	s := d.Stats()
	if groups := s.Groups - before.Groups; groups > 2 || s.Largest < 4 || s.Rerun != 0 || s.Failed != 2 {
		t.Errorf("got %d groups, %+v", groups, s)
	}
}

// A second a conflicts only as long as the first one stands: when the group is
// undone, the answer is found again.
func TestAnswersComeAfterTheCommit(t *testing.T) {
	d := lite(t)
	once := true
	errs := together(t, d, func(ctx context.Context, tx *db.Tx) error {
		if !once {
			return errors.New("not twice")
		}
		return add(ctx, tx, "a")
	}, adding("a"), func(context.Context, *db.Tx) error {
		if once {
			once = false
			runtime.Goexit() // fails alone; see below for what undoes a group
		}
		return nil
	})
	if errs[0] != nil || !fault.Is(errs[1], fault.Conflict) || errs[2] == nil {
		t.Errorf("got %v", errs)
	}
	once = true
	errs = together(t, d, func(ctx context.Context, tx *db.Tx) error {
		if !once {
			return errors.New("not twice")
		}
		return add(ctx, tx, "b")
	}, adding("b"), func(ctx context.Context, tx *db.Tx) error {
		once = false
		return interrupted(ctx, tx)
	})
	if errs[0] == nil || errs[1] != nil || !errors.Is(errs[2], context.Canceled) {
		t.Errorf("got %v, want the second to succeed alone", errs)
	}
	wantNames(t, d, "a", "b")
}

// interrupted runs a statement without end that is cancelled once it has written a
// thousand rows, for which SQLite undoes the whole transaction.
func interrupted(ctx context.Context, tx *db.Tx) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	thousandth.Store(&cancel)
	err := tx.Exec(ctx, `INSERT INTO thing (id, name, n, flag, blob)
		WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT -n, 'x' || n, test_row(n), 0, x'' FROM c`)
	// The writer must notice by itself that nothing is left to go on with.
	return errors.Join(err, add(context.WithoutCancel(ctx), tx, "loose"))
}

// thousandth is called by the SQL function test_row at the thousandth row.
var thousandth atomic.Pointer[context.CancelFunc]

func TestMain(m *testing.M) {
	sqlite.MustRegisterScalarFunction("test_row", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		if cancel := thousandth.Load(); args[0] == int64(1000) && cancel != nil {
			(*cancel)()
		}
		return args[0], nil
	})
	if url := os.Getenv("NHIPCAU_TEST_BURST"); url != "" {
		fmt.Fprintln(os.Stderr, burst(url))
		os.Exit(1)
	}
	if mode := os.Getenv("NHIPCAU_TEST_LOSE"); mode != "" {
		if err := lose(mode, os.Getenv("NHIPCAU_TEST_URL")); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestCancelledStatement(t *testing.T) {
	d := lite(t)
	errs := together(t, d, adding("a"), interrupted, adding("b"))
	if errs[0] != nil || !errors.Is(errs[1], context.Canceled) || errs[2] != nil {
		t.Errorf("got %v, want the second alone to be cancelled", errs)
	}
	wantNames(t, d, "a", "b")
	if s := d.Stats(); s.Rerun == 0 {
		t.Error("SQLite undid nothing: the test shows nothing")
	}
}

func TestFullDisk(t *testing.T) {
	d := lite(t)
	var pages int
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.One(ctx, `PRAGMA page_count`, nil, &pages); err != nil {
			return err
		}
		return tx.One(ctx, fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+50), nil, &pages)
	})
	fill := func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, insert, tx.NewID(), nil, "large", 0, tx.Now, false, make([]byte, 1<<20))
	}
	errs := together(t, d, adding("a"), fill, adding("b"), func(ctx context.Context, tx *db.Tx) error {
		if err := fill(ctx, tx); err == nil {
			t.Error("a megabyte was written to a full disk")
		}
		return nil // the writer must not believe it
	}, adding("c"))
	for i, err := range errs {
		full := i == 1 || i == 3
		if full != fault.Is(err, fault.Unavailable) || full && fault.Of(err).Key != "error.disk_full" || !full && err != nil {
			t.Errorf("closure %d: got %v", i, err)
		}
	}
	wantNames(t, d, "a", "b", "c")
}

// The whole group does not fit, but some of it does.
func TestDiskFillsUpInAGroup(t *testing.T) {
	d := lite(t)
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		var pages int
		if err := tx.One(ctx, `PRAGMA page_count`, nil, &pages); err != nil {
			return err
		}
		return tx.One(ctx, fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+100), nil, &pages)
	})
	var fs []db.Work
	for i := range 20 {
		fs = append(fs, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, insert, tx.NewID(), nil, fmt.Sprintf("%02d", i), 0, tx.Now, false, make([]byte, 40_000))
		})
	}
	var want []string
	for i, err := range together(t, d, fs...) {
		switch {
		case err == nil:
			want = append(want, fmt.Sprintf("%02d", i))
		case !fault.Is(err, fault.Unavailable):
			t.Errorf("got %v", err)
		}
	}
	if len(want) == 0 || len(want) == 20 {
		t.Errorf("%d of 20 fitted: the test shows nothing", len(want))
	}
	wantNames(t, d, want...)
}

func TestReadOnlyFile(t *testing.T) {
	path := "file:" + filepath.Join(t.TempDir(), "house.db")
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	things(t, d)
	dbtest.Write(t, d, adding("a"))
	fixed, err := db.Open(t.Context(), path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer fixed.Close()
	err = fixed.Write(t.Context(), adding("b"))
	if !fault.Is(err, fault.Unavailable) || fault.Of(err).Key != "error.readonly" {
		t.Errorf("got %v, want error.readonly", err)
	}
	wantNames(t, fixed, "a")
}

// Somebody else, a backup for one, holds the file.
func TestBusyFile(t *testing.T) {
	path := "file:" + filepath.Join(t.TempDir(), "house.db")
	one, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	if err := one.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	things(t, one)
	two, err := db.Open(t.Context(), path+"?_pragma=busy_timeout(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	dbtest.Write(t, one, func(ctx context.Context, tx *db.Tx) error {
		err := two.Write(context.WithoutCancel(t.Context()), adding("b"))
		if !fault.Is(err, fault.Unavailable) || fault.Of(err).Key != "error.busy" {
			t.Errorf("got %v, want error.busy", err)
		}
		return add(ctx, tx, "a")
	})
	dbtest.Write(t, two, adding("b"))
	wantNames(t, one, "a", "b")
}

// A test's FailNow ends the goroutine it runs on; the writer outlives it.
func TestClosureEndsItsGoroutine(t *testing.T) {
	d := lite(t)
	errs := together(t, d, adding("a"), func(ctx context.Context, tx *db.Tx) error {
		if err := add(ctx, tx, "lost"); err != nil {
			return err
		}
		return db.Each(ctx, tx, `SELECT name FROM thing`, nil, func(db.Scanner) error {
			runtime.Goexit()
			return nil
		})
	}, adding("b"))
	if errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("got %v, want the second alone to fail", errs)
	}
	dbtest.Write(t, d, adding("c"))
	wantNames(t, d, "a", "b", "c")
}

// A transaction kept beyond its closure is good for nothing.
func TestKeptTransaction(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		var kept *db.Tx
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			kept = tx
			return add(ctx, tx, "a")
		})
		if err := add(t.Context(), kept, "b"); err == nil || !strings.Contains(err.Error(), "over") {
			t.Errorf("got %v, want a refusal", err)
		}
		wantNames(t, d, "a")
	})
}

func TestClose(t *testing.T) {
	d, err := db.Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "house.db"))
	if err != nil {
		t.Fatal(err)
	}
	heard, err := d.Listen(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	for range heard {
	}
	if err := d.Write(t.Context(), adding("a")); err == nil {
		t.Error("a closed database takes writes")
	}
}

// A caller that goes away stops waiting; what it asked for is done all the same.
func TestCancelledCaller(t *testing.T) {
	d := lite(t)
	ctx, cancel := context.WithCancel(t.Context())
	begun, free, gone := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		gone <- d.Write(t.Context(), func(context.Context, *db.Tx) error {
			close(begun)
			<-free
			return nil
		})
	}()
	<-begun
	go func() { gone <- d.Write(ctx, adding("asked for")) }()
	for d.Stats().Queue == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the caller to be gone", err)
	}
	close(free)
	if err := <-gone; err != nil {
		t.Error(err)
	}
	if err := d.Drain(t.Context()); err != nil { // behind it in the queue
		t.Error(err)
	}
	if err := d.Write(ctx, adding("never")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a caller that never came", err)
	}
	wantNames(t, d, "asked for")
}

// In PostgreSQL the statement of a caller that goes away is cancelled.
func TestCancelledCallerOfPostgres(t *testing.T) {
	if os.Getenv("NHIPCAU_TEST_POSTGRES") == "" {
		return // the test above is SQLite's
	}
	d := dbtest.Open(t)
	things(t, d)
	ctx, cancel := context.WithCancel(t.Context())
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := add(ctx, tx, "a"); err != nil {
			return err
		}
		cancel()
		return add(ctx, tx, "b")
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the caller to be gone", err)
	}
	wantNames(t, d)
}
