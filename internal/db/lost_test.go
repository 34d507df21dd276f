package db_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

// within is the time in which another node has to have taken a fold over: what is
// asked for, not what it takes.
const within = 5 * time.Second

// lose is what the child of TestLostFolder does: it posts 7 and says so in the
// middle of its fold, which goes on when its input ends. As "silent" it posts and
// asks for no fold.
func lose(mode, url string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, url)
	if err != nil {
		return err
	}
	if mode == "silent" {
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `INSERT INTO queue (id, n) VALUES ($1, 7)`, tx.NewID())
		})
		fmt.Println("posted", err)
		return err
	}
	first := true
	d.OnFold(func(ctx context.Context, tx *db.Tx) error {
		if err := foldSome(ctx, tx); err != nil {
			return err
		}
		if first {
			first = false
			fmt.Println("folding")
			if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
				return err
			}
		}
		return nil
	})
	err = d.Write(ctx, post(7))
	fmt.Println("answered", err)
	return err
}

// A child is another node.
type child struct {
	*exec.Cmd
	t     *testing.T
	in    io.Closer
	lines *bufio.Scanner
}

func spawn(t *testing.T, d *db.DB, mode string) *child {
	t.Helper()
	c := &child{Cmd: exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$"), t: t}
	c.Env = append(os.Environ(), "NHIPCAU_TEST_LOSE="+mode, "NHIPCAU_TEST_URL="+dbtest.Address(t, d))
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	c.in, c.lines = in, bufio.NewScanner(out)
	return c
}

// says waits for the child's next line.
func (c *child) says(want string) {
	c.t.Helper()
	if c.lines.Scan(); c.lines.Text() != want {
		c.t.Fatalf("the child says %q, want %q", c.lines.Text(), want)
	}
}

// must fails the test on an error of what was done to the child.
func (c *child) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// ends waits for the child, however it ended.
func (c *child) ends() {
	c.t.Helper()
	if err := c.Wait(); err != nil {
		c.t.Log("the child:", err)
	}
}

// counts makes d a node that folds and looks.
func counts(t *testing.T) *db.DB {
	d := dbtest.Open(t)
	counting(t, d)
	d.OnLook(func(ctx context.Context, tx *db.Tx) (bool, error) {
		var n int
		err := tx.One(ctx, `SELECT count(*) FROM queue`, nil, &n)
		return n > 0, err
	})
	return d
}

// becomes waits until everything is folded.
func becomes(t *testing.T, d *db.DB, total int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for n, w := int64(0), int64(1); n != total || w != 0; runtime.Gosched() {
		if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
			return tx.One(ctx, `SELECT (SELECT n FROM total), (SELECT count(*) FROM queue)`, nil, &n, &w)
		}); err != nil {
			t.Fatalf("after %v: a total of %d, %d waiting, want %d (%v)", within, n, w, total, err)
		}
	}
}

// holder ends the connection that folds.
const holder = `SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
	WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database() AND a.application_name = 'nhipcau fold'`

// A node that is lost while it folds loses nothing, doubles nothing, and another
// takes over, whether or not anybody posts.
func TestLostFolder(t *testing.T) {
	if os.Getenv("NHIPCAU_TEST_POSTGRES") == "" {
		return // SQLite folds in the transaction that posts
	}
	for _, posts := range []bool{false, true} {
		also := map[bool]string{false: "", true: ", and another node posts"}[posts]
		total := int64(7)
		if posts {
			total = 12
		}
		goesOn := func(t *testing.T, d *db.DB) {
			t.Helper()
			if posts {
				ctx, cancel := context.WithTimeout(t.Context(), within)
				defer cancel()
				if err := d.Write(ctx, post(5)); err != nil {
					t.Errorf("a deed meanwhile: %v", err)
				}
				if s := d.Stats(); s.FoldsFailed != 0 {
					t.Errorf("%d folds failed", s.FoldsFailed)
				}
			}
			becomes(t, d, total)
		}
		t.Run("killed"+also, func(t *testing.T) {
			d := counts(t)
			c := spawn(t, d, "folding")
			c.says("folding")
			c.must(c.Process.Kill())
			goesOn(t, d)
			c.ends()
		})
		t.Run("stopped"+also, func(t *testing.T) {
			d := counts(t)
			c := spawn(t, d, "folding")
			c.says("folding")
			c.must(c.Process.Signal(syscall.SIGSTOP))
			goesOn(t, d)
			c.in.Close()
			c.must(c.Process.Signal(syscall.SIGCONT))
			c.says("answered <nil>")
			c.ends()
			becomes(t, d, total)
		})
		t.Run("cut off"+also, func(t *testing.T) {
			d := counts(t)
			c := spawn(t, d, "folding")
			c.says("folding")
			dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
				n, err := tx.ExecN(ctx, holder)
				if n != 1 {
					t.Errorf("%d connections folded", n)
				}
				return err
			})
			goesOn(t, d)
			c.in.Close()
			c.says("answered <nil>")
			c.ends()
			becomes(t, d, total)
		})
		t.Run("silent"+also, func(t *testing.T) {
			d := counts(t)
			c := spawn(t, d, "silent")
			c.says("posted <nil>")
			c.ends()
			goesOn(t, d)
		})
	}
}

// A node that is stopped between two folds holds the lock in no transaction.
func TestIdleHolder(t *testing.T) {
	if os.Getenv("NHIPCAU_TEST_POSTGRES") == "" {
		return
	}
	d := counts(t)
	other, err := sql.Open("pgx", dbtest.Address(t, d)+"&application_name=nhipcau%20fold")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	lock := fnv.New64a()
	lock.Write([]byte("nhipcau fold"))
	if _, err := conn.ExecContext(t.Context(), `SELECT pg_advisory_lock($1)`, int64(lock.Sum64())); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	if err := d.Write(ctx, post(5)); err != nil {
		t.Error(err)
	}
	wantTotal(t, d, 5, 0)
	if err := conn.PingContext(t.Context()); err == nil {
		t.Error("the holder was left alone: the lock was not the folds'")
	}
}

// Who runs alone is not overtaken by a fold, and holds the lock as long as it works.
func TestWriteAlone(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		counting(t, d)
		second := dbtest.Again(t, d)
		second.OnFold(foldSome)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if err := second.Write(t.Context(), post(1)); err != nil {
					t.Error(err)
				}
			})
			if err := d.WriteAlone(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				var n, w int64
				if err := tx.One(ctx, `SELECT n, (SELECT count(*) FROM queue) FROM total`, nil, &n, &w); err != nil {
					return err
				}
				tx.NeedFold()
				return tx.Exec(ctx, `UPDATE total SET n = $1`, n) // what a fold adds meanwhile would be lost
			}); err != nil {
				t.Error(err)
			}
		}
		all.Wait()
		wantTotal(t, d, 10, 0)
	})
}
