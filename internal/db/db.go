// Package db opens the database and runs transactions in it. It is SQLite by
// default and PostgreSQL by choice.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"time"
)

// DB is a database.
type DB struct {
	read, write *sql.DB
	postgres    bool
	mu          sync.Mutex
	url         string
	clock       func() time.Time
	folds       []func(ctx context.Context, tx *Tx) error
}

// An Option changes how Open opens a database.
type Option func(*DB)

// Open opens the database at url, "file:PATH" or "postgres://…". It does not
// migrate it.
func Open(ctx context.Context, url string, opts ...Option) (*DB, error) {
	d := &DB{url: url, clock: time.Now, postgres: strings.HasPrefix(url, "postgres")}
	for _, o := range opts {
		o(d)
	}
	var err error
	if d.postgres {
		d.write, err = sql.Open("pgx", url)
		d.read = d.write
		return d, err
	}
	if d.write, err = sql.Open("sqlite", url+pragmas+"&_txlock=immediate"); err != nil {
		return nil, err
	}
	d.write.SetMaxOpenConns(1)
	if err := d.write.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	d.read, err = sql.Open("sqlite", url+pragmas+"&_pragma=query_only(ON)")
	return d, err
}

const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)"

// SetClock makes now the clock of every later transaction. For tests.
func (d *DB) SetClock(now func() time.Time) { d.clock = now }

// Now is the time a transaction begun now would bear.
func (d *DB) Now() time.Time { return d.clock().UTC().Truncate(time.Second) }

// Close closes the database.
func (d *DB) Close() error { d.read.Close(); return d.write.Close() }

// Ready reports whether the database answers.
func (d *DB) Ready(ctx context.Context) error { return d.read.PingContext(ctx) }

// OnFold registers f to run before a group's commit.
func (d *DB) OnFold(f func(ctx context.Context, tx *Tx) error) { d.folds = append(d.folds, f) }

// Drain folds what waits.
func (d *DB) Drain(ctx context.Context) error {
	return d.Write(ctx, func(_ context.Context, tx *Tx) error { tx.NeedFold(); return nil })
}

// Read runs f in a read-only transaction.
func (d *DB) Read(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	return d.run(ctx, d.read, &sql.TxOptions{ReadOnly: true}, f)
}

// Write runs f in a transaction and commits it if f returns nil.
func (d *DB) Write(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.run(ctx, d.write, nil, f)
}

func (d *DB) run(ctx context.Context, pool *sql.DB, opts *sql.TxOptions, f func(ctx context.Context, tx *Tx) error) error {
	t, err := pool.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer t.Rollback()
	tx := &Tx{q: t, Now: d.Now()}
	if err := f(ctx, tx); err != nil {
		return err
	}
	for _, fold := range d.folds {
		if tx.fold {
			if err := fold(ctx, tx); err != nil {
				return err
			}
		}
	}
	return t.Commit()
}
