package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/file"
	"nhipcau/internal/rollout"
	"nhipcau/internal/world"
)

// DemoPassword is the password of every login of a story.
const DemoPassword = world.Password

// A TestHouse is the whole program over a database of the test's own, served on
// loopback, on a clock set by hand.
type TestHouse struct {
	URL   string
	t     testing.TB
	h     *house
	cfg   Config
	clock *world.Clock
	made  *db.DB // tells the engine, and where another database can be made
	stop  func()
}

// NewTestHouse opens a house on the engine the tests run on.
func NewTestHouse(t testing.TB) *TestHouse {
	t.Helper()
	return NewTestHouseWith(t, Config{})
}

// NewTestHouseWith is NewTestHouse with what else is configured.
func NewTestHouseWith(t testing.TB, cfg Config) *TestHouse {
	t.Helper()
	cfg.Data = t.TempDir()
	made := dbtest.Open(t)
	if url := dbtest.Address(t, made); strings.HasPrefix(url, "postgres") {
		cfg.Database = url
	} else {
		dbtest.Prepare(t, cfg.databaseFile())
	}
	return serveTest(t, cfg, made)
}

// told is the demonstration, told once for all tests that begin with it.
var told struct {
	once    sync.Once
	dir     string // data of the house
	pattern dbtest.Pattern
	at      time.Time // clock after it
	err     error
}

// TestMain takes away what told has made.
func TestMain(m *testing.M) {
	code := m.Run()
	if told.dir != "" {
		err := os.RemoveAll(told.dir)
		if dbtest.Server() != "" {
			err = errors.Join(err, told.pattern.Drop())
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

func tellDemo(ctx context.Context) (err error) {
	if told.dir, err = os.MkdirTemp("", "demo"); err != nil {
		return err
	}
	tell := func(url string) error {
		h, err := open(ctx, Config{Data: told.dir, Database: url}, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		clock := &world.Clock{}
		clock.Set(dbtest.Noon)
		h.db.SetClock(clock.Now)
		err = world.Demo(ctx, world.House{DB: h.db, Files: h.files, Jobs: h.jobs, Clock: clock})
		told.at = clock.Now()
		return errors.Join(err, h.Close())
	}
	server := dbtest.Server()
	if server == "" {
		return tell("")
	}
	told.pattern, err = dbtest.NewPattern(ctx, server, tell)
	return err
}

// NewDemoHouse returns a house in which the demonstration has been told, the clock
// where the story ends.
func NewDemoHouse(t testing.TB) *TestHouse {
	t.Helper()
	told.once.Do(func() { told.err = tellDemo(context.Background()) })
	if told.err != nil {
		t.Fatal(told.err)
	}
	cfg := Config{Data: filepath.Join(t.TempDir(), "data")}
	if err := os.CopyFS(cfg.Data, os.DirFS(told.dir)); err != nil {
		t.Fatal(err)
	}
	if dbtest.Server() != "" {
		cfg.Database = told.pattern.Copy(t)
	}
	h := serveTest(t, cfg, dbtest.Open(t))
	h.h.demo = func() bool { return true }
	h.clock.Set(told.at)
	return h
}

// At serves what lies at a place that Vacant has named.
func (h *TestHouse) At(flags []string) *TestHouse {
	h.t.Helper()
	cfg := Config{Data: flags[1]}
	if len(flags) > 2 {
		cfg.Database = flags[3]
	}
	return serveTest(h.t, cfg, h.made)
}

func serveTest(t testing.TB, cfg Config, made *db.DB) *TestHouse {
	t.Helper()
	h, err := open(t.Context(), cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	clock := &world.Clock{}
	clock.Set(dbtest.Noon)
	h.db.SetClock(clock.Now)
	s := httptest.NewServer(h)
	stop := sync.OnceFunc(func() {
		h.live.Close()
		s.Close()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return &TestHouse{URL: s.URL, t: t, h: h, cfg: cfg, clock: clock, made: made, stop: stop}
}

func (h *TestHouse) world() world.House {
	return world.House{DB: h.h.db, Files: h.h.files, Jobs: h.h.jobs, Clock: h.clock}
}

// Found makes the bloc with a number of units and its logins.
func (h *TestHouse) Found(units int) error { return world.Found(h.t.Context(), h.world(), units) }

// Districts makes a city's commission with two districts and their cells.
func (h *TestHouse) Districts() error { return world.Districts(h.t.Context(), h.world()) }

// Committee makes a provincial bloc with a number of units.
func (h *TestHouse) Committee(units int) error {
	return world.Committee(h.t.Context(), h.world(), units)
}

// Set makes the clock stand at t.
func (h *TestHouse) Set(t time.Time) { h.clock.Set(t) }

// DrainJobs runs every job that is due.
func (h *TestHouse) DrainJobs() error { return h.h.jobs.Drain(h.t.Context()) }

// Flags are those by which a command finds the house's data.
func (h *TestHouse) Flags() []string {
	if h.cfg.Database != "" {
		return []string{"--data", h.cfg.Data, "--database", h.cfg.Database}
	}
	return []string{"--data", h.cfg.Data}
}

// Vacant are the flags of a place where there is nothing, of the same engine.
func (h *TestHouse) Vacant() []string {
	h.t.Helper()
	data := filepath.Join(h.t.TempDir(), "data")
	if h.cfg.Database != "" {
		return []string{"--data", data, "--database", dbtest.Vacant(h.t, h.made)}
	}
	return []string{"--data", data}
}

// Keep keeps a file that a row names, and nothing else.
func (h *TestHouse) Keep(name string, text []byte) error {
	b, err := h.h.files.Put(name, bytes.NewReader(text), file.MaxSize, file.PDF)
	if err != nil {
		return err
	}
	return h.h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := file.Save(ctx, tx, auth.System(world.Tree), b)
		return err
	})
}

// Source is the database as database/sql opens it.
func (h *TestHouse) Source() (driver, source string) {
	if h.cfg.embedded() {
		return "sqlite", h.cfg.url() + "?_pragma=busy_timeout(10000)"
	}
	return "pgx", h.cfg.url()
}

// Routes are the routes of the site, each with who may ask.
func (h *TestHouse) Routes() []string {
	var all []string
	for _, r := range h.h.site.Routes() {
		all = append(all, r.Pattern+"  "+r.Access)
	}
	return all
}

// Prove recomputes every figure, from the records too.
func (h *TestHouse) Prove(ctx context.Context) (int, []string, error) {
	r, err := h.h.prove(ctx, true)
	return r.Mismatches, r.Details, err
}

// Rollout returns the id of the one rollout of the demonstration.
func (h *TestHouse) Rollout() string {
	var id string
	if err := h.h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		all, err := rollout.List(ctx, tx, auth.Actor{Tree: world.Tree, Path: "/"}, "", 0, 1)
		if err == nil && len(all) == 1 {
			id = all[0].ID
		}
		return err
	}); err != nil || id == "" {
		h.t.Fatalf("no rollout: %v", err)
	}
	return id
}

// Name names a page for people: ids of things are left out.
func (h *TestHouse) Name(path string) string { return strings.ReplaceAll(path, h.Rollout(), "ID") }
