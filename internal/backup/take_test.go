package backup_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"nhipcau/internal/backup"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/file"
)

// TestMain is the child of TestDiskFull where it is told so.
func TestMain(m *testing.M) {
	if data := os.Getenv("NHIPCAU_TEST_FULL"); data != "" {
		if err := full(context.Background(), data); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func want(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %q in it", err, text)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestThere: what is there already is not replaced, but a backup by --force.
func TestThere(t *testing.T) {
	h := newHouse(t, 1)
	path := h.take(t)
	before := text(t, path)
	_, err := backup.Take(t.Context(), h.House, path, false, nil)
	want(t, err, "--force")
	if text(t, path) != before {
		t.Error("the backup that was there has changed")
	}
	h.save(t, "thêm", 10)
	if m, err := backup.Take(t.Context(), h.House, path, true, nil); err != nil || m.Files != 2 {
		t.Errorf("by force: %v, %d files, want 2", err, m.Files)
	}
	if m, err := backup.Check(t.Context(), path, nil); err != nil || m.Files != 2 {
		t.Errorf("by force: %v, %d files, want 2", err, m.Files)
	}
	other := filepath.Join(t.TempDir(), "luận văn.tar")
	write(t, other, "bốn năm làm việc")
	_, err = backup.Take(t.Context(), h.House, other, true, nil)
	want(t, err, "is not a backup")
	if text(t, other) != "bốn năm làm việc" {
		t.Error("another's file was replaced")
	}
	_, err = backup.Take(t.Context(), h.House, t.TempDir(), true, nil)
	want(t, err, "is not a backup")
	_, err = backup.Take(t.Context(), h.House, filepath.Join(t.TempDir(), "no", "such.tar"), false, nil)
	want(t, err, "no such file")
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestLeft: what a killed backup has left is no hindrance and goes away, and is
// not readable by others where it was before.
func TestLeft(t *testing.T) {
	h := newHouse(t, 1)
	path := filepath.Join(t.TempDir(), "house.tar")
	write(t, path+".part", strings.Repeat("một nửa ", 1<<18))
	write(t, path+".part.database", strings.Repeat("một nửa ", 1<<18))
	if _, err := backup.Take(t.Context(), h.House, path, false, nil); err != nil {
		t.Fatal(err)
	}
	if got := left(t, filepath.Dir(path)); got != "house.tar" {
		t.Errorf("there is %q", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("the mode is %v, %v; want 0600", info.Mode(), err)
	}
	if _, err := backup.Check(t.Context(), path, nil); err != nil {
		t.Error(err)
	}
}

// TestTwoAtOnce: a backup that is being written is left alone by another of the
// same name.
func TestTwoAtOnce(t *testing.T) {
	h := newHouse(t, 3)
	path := filepath.Join(t.TempDir(), "house.tar")
	var second error
	tried := false
	if _, err := backup.Take(t.Context(), h.House, path, false, func(_, _ int64) {
		if !tried {
			tried = true
			_, second = backup.Take(t.Context(), h.House, path, false, nil)
		}
	}); err != nil {
		t.Error(err)
	}
	want(t, second, "another process is writing")
	if _, err := backup.Check(t.Context(), path, nil); err != nil {
		t.Error(err)
	}
}

// TestStopped: a backup that is told to stop leaves nothing, and neither does a
// restore.
func TestStopped(t *testing.T) {
	h := newHouse(t, 5)
	whole := h.take(t)
	to := h.empty(t)
	path := filepath.Join(t.TempDir(), "house.tar")
	for name, do := range map[string]func(context.Context, backup.Progress) error{
		"backup": func(ctx context.Context, p backup.Progress) error {
			_, err := backup.Take(ctx, h.House, path, false, p)
			return err
		},
		"check": func(ctx context.Context, p backup.Progress) error {
			_, err := backup.Check(ctx, whole, p)
			return err
		},
		"restore": func(ctx context.Context, p backup.Progress) error {
			_, err := backup.Restore(ctx, whole, to, p)
			return err
		},
	} {
		for _, part := range []float64{0, 0.1, 0.5, 0.9, 1, 1.01, 1.3, 1.9} { // from 1 on, of the second reading
			if part >= 1 && name != "restore" {
				continue
			}
			ctx, stop := context.WithCancel(t.Context())
			if part == 0 {
				stop()
			}
			last, readings := int64(0), 0
			err := do(ctx, func(done, total int64) {
				if done < last {
					readings++
				}
				if last = done; float64(readings)+float64(done)/float64(total) >= part {
					stop()
				}
			})
			stop()
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s stopped at %v: %v", name, part, err)
			}
		}
	}
	if got := left(t, filepath.Dir(path)) + left(t, to.Data); got != "" {
		t.Errorf("there is %q", got)
	}
	if _, err := backup.Restore(t.Context(), whole, to, nil); err != nil {
		t.Error(err)
	}
}

// TestBlobs: there is no backup without every file that the database names, and
// what is wrong is said by the file's name.
func TestBlobs(t *testing.T) {
	for name, c := range map[string]struct {
		hurt func(path string) error
		want string
	}{
		"gone":    {os.Remove, "cannot be read"},
		"shorter": {func(path string) error { return os.Truncate(path, 5) }, "has 5 bytes"},
		"changed": {func(path string) error {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b[len(b)/2] ^= 1
			return os.WriteFile(path, b, 0o600)
		}, "other bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, 3)
			b := h.save(t, "nghị quyết", 2000)
			if err := c.hurt(filepath.Join(h.data, "files", b.SHA256[:2], b.SHA256)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "house.tar")
			_, err := backup.Take(t.Context(), h.House, path, false, nil)
			want(t, err, c.want)
			want(t, err, b.SHA256+" (nghị quyết.pdf)")
			if got := left(t, filepath.Dir(path)); got != "" {
				t.Errorf("there is %q", got)
			}
		})
	}
}

// TestOccupied: a place in which anything is, is refused, and stays as it is.
func TestOccupied(t *testing.T) {
	h := newHouse(t, 2)
	path := h.take(t)
	for _, name := range []string{"nhipcau.db", "files", "ghi chú.txt"} {
		to := h.empty(t)
		if err := os.Mkdir(to.Data, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(to.Data, name), "của ai đó")
		_, err := backup.Restore(t.Context(), path, to, nil)
		want(t, err, "is not empty ("+name)
		if left(t, to.Data) != name || text(t, filepath.Join(to.Data, name)) != "của ai đó" {
			t.Errorf("%s: there is %q", name, left(t, to.Data))
		}
	}
	if db.Engine(h.URL) == db.PostgreSQL {
		to := h.empty(t)
		to.URL = h.URL
		before := state(t, h.URL, h.data)
		_, err := backup.Restore(t.Context(), path, to, nil)
		want(t, err, "is not empty")
		if state(t, h.URL, h.data) != before || left(t, to.Data) != "" {
			t.Error("the database that was there has changed")
		}
	}
	to := h.empty(t)
	if err := os.MkdirAll(filepath.Join(to.Data, "lost+found"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(to.Data, "restore.part", "files", "ab"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(to.Data, "restore.part", "database"), "một nửa") // a killed restore's
	if _, err := backup.Restore(t.Context(), path, to, nil); err != nil {
		t.Errorf("after a killed restore: %v", err)
	}
	if got := left(t, to.Data); strings.Contains(got, "restore.part") || !strings.Contains(got, "files") {
		t.Errorf("there is %q", got)
	}
}

// TestOtherEngine: a backup of one engine is not restored into the other.
func TestOtherEngine(t *testing.T) {
	h := newHouse(t, 1)
	if db.Engine(h.URL) != db.PostgreSQL {
		return // there is only one
	}
	lite := houseOf(t, dbtest.OpenSQLite(t), 1)
	to, data := h.empty(t), filepath.Join(t.TempDir(), "data")
	_, err := backup.Restore(t.Context(), h.take(t), backup.Place{Data: data, URL: "file:" + filepath.Join(data, "nhipcau.db")}, nil)
	want(t, err, "a backup of PostgreSQL and cannot be restored into the embedded database; name an empty")
	_, err = backup.Restore(t.Context(), lite.take(t), to, nil)
	want(t, err, "a backup of the embedded database and cannot be restored into PostgreSQL; leave out --database")
	if got := left(t, data) + left(t, to.Data); got != "" || len(count(t, to.URL)) > 0 {
		t.Errorf("there is %q, %v", got, count(t, to.URL))
	}
}

// TestTools: without pg_dump, with one that is too old and with one that fails,
// there is a sentence and no backup. The address with its password is in none of
// its arguments.
func TestTools(t *testing.T) {
	h := newHouse(t, 1)
	if db.Engine(h.URL) != db.PostgreSQL {
		return // the embedded database needs none
	}
	path := filepath.Join(t.TempDir(), "house.tar")
	for _, c := range []struct{ script, want string }{
		{"", "cannot be run (install postgresql-client-"},
		{"#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n", "is of PostgreSQL 9"},
		{"#!/bin/sh\necho what\n", "does not say its version"},
		{"#!/bin/sh\n[ $1 = --version ] && echo 'pg_dump (PostgreSQL) 99.1' && exit\necho \"said: $* in $PGSSLMODE $PGDATABASE\" >&2\nexit 1\n", "in disable nhipcau_test_"},
	} {
		bin := t.TempDir()
		if c.script != "" {
			if err := os.WriteFile(filepath.Join(bin, "pg_dump"), []byte(c.script), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("PATH", bin+":/bin")
		if c.script == "" {
			t.Setenv("PATH", bin)
		}
		_, err := backup.Take(t.Context(), h.House, path, false, nil)
		want(t, err, c.want)
		if err != nil && strings.Contains(err.Error(), "postgres://") {
			t.Errorf("the address is among the arguments: %v", err)
		}
		if got := left(t, filepath.Dir(path)); got != "" {
			t.Errorf("there is %q", got)
		}
	}
}

// full takes a backup where no file may be longer than 4 KB.
func full(ctx context.Context, data string) error {
	signal.Ignore(syscall.SIGXFSZ)
	d, err := db.Open(ctx, os.Getenv("NHIPCAU_TEST_FULL_URL"))
	if err != nil {
		return err
	}
	store, err := file.Open(filepath.Join(data, "files"))
	if err != nil {
		return err
	}
	limit := syscall.Rlimit{Cur: 4096, Max: 4096}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	h := backup.House{DB: d, URL: os.Getenv("NHIPCAU_TEST_FULL_URL"), Files: store, Program: "test"}
	_, err = backup.Take(ctx, h, os.Getenv("NHIPCAU_TEST_FULL_FILE"), false, nil)
	return err
}

// TestDiskFull: where the disk takes no more, there is an error, and nothing of
// the backup.
func TestDiskFull(t *testing.T) {
	h := houseOf(t, dbtest.OpenSQLite(t), 2)
	path := filepath.Join(t.TempDir(), "house.tar")
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), "NHIPCAU_TEST_FULL="+h.data, "NHIPCAU_TEST_FULL_URL="+h.URL, "NHIPCAU_TEST_FULL_FILE="+path)
	out, err := child.CombinedOutput()
	if e, ok := errors.AsType[*exec.ExitError](err); !ok || e.ExitCode() != 3 {
		t.Errorf("the child: %v\n%s", err, out)
	}
	t.Logf("%s", out)
	if got := left(t, filepath.Dir(path)); got != "" {
		t.Errorf("there is %q", got)
	}
}
