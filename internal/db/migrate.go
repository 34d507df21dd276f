package db

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"

	"nhipcau/internal/fault"
)

// Migrations holds the program's schema: migrations/NNNN_name.sql, plain SQL for
// both engines behind "-- +goose Up".
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Migrate brings the database to the program's schema, and does nothing where it
// is there. A database that a newer program has migrated is refused with a fault
// Unavailable. Nodes that start together may all call it.
func (d *DB) Migrate(ctx context.Context) error { return d.engine.migrate(ctx) }

// Ready returns nil if the database answers and has the program's schema.
func (d *DB) Ready(ctx context.Context) error {
	want, err := newest()
	if err != nil {
		return err
	}
	return d.Read(ctx, func(ctx context.Context, tx *Tx) error {
		have, err := Version(ctx, tx)
		if err != nil {
			return unavailable(err, "error.old_database")
		}
		switch {
		case have > want:
			return fault.New(fault.Unavailable, "error.newer_database")
		case have < want:
			return fault.New(fault.Unavailable, "error.old_database")
		}
		return nil
	})
}

// newest is the version of the newest migration the program knows.
func newest() (int64, error) {
	names, err := fs.Glob(Migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	var most int64
	for _, name := range names {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		most = max(most, n)
	}
	return most, nil
}

// migrate runs the statements of house, what this package keeps for itself, and
// the migrations that have not run.
func migrate(ctx context.Context, pool *sql.DB, dialect goose.Dialect, files fs.FS, house ...string) error {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, pool, sub, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("reading the schema's version: %w", faultOf(err))
	}
	if have > want {
		return unavailable(fmt.Errorf("the database has schema %d, the program knows %d", have, want), "error.newer_database")
	}
	for _, q := range house {
		if _, err := pool.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("making the house's tables: %w", faultOf(err))
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating: %w", faultOf(err))
	}
	return nil
}

// dialected reads migrations as one engine wants them: each pair is a text and
// what stands in its place.
type dialected struct {
	fs.FS
	pairs []string
}

// A table that is looked up by more than one number alone is kept in the order of
// its key by SQLite; PostgreSQL compares paths byte by byte where this is asked.
var (
	liteMigrations     = dialected{Migrations, []string{`BIGINT PRIMARY KEY`, `INTEGER PRIMARY KEY`, `/*clustered*/`, `WITHOUT ROWID`}}
	postgresMigrations = dialected{Migrations, []string{`/*C*/`, `COLLATE "C"`}}
)

// Open opens a file; what it reads is as the engine wants it.
func (d dialected) Open(name string) (fs.File, error) {
	f, err := d.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return f, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return &textFile{bytes.NewReader([]byte(strings.NewReplacer(d.pairs...).Replace(string(text)))), info}, nil
}

type textFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *textFile) Close() error               { return nil }
