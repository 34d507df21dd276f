package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"nhipcau/internal/fault"
)

// A Tx is a transaction. Its clock stands still, so everything done in one
// transaction bears one time. It is for one goroutine, and ends with its closure.
type Tx struct {
	Now time.Time // UTC, whole seconds

	ctx     context.Context // the closure's, for NewID, which is given none
	q       querier
	dialect dialect
	open    bool  // rows are being read
	spent   error // why no further statement may run
	fold    bool
	notes   []note
	ids     ids
}

// A dialect is how one engine says what the other says otherwise.
type dialect interface {
	nextBlock() string // a query that takes the next block of ids
	lock() string      // a query that locks the number $1 until the end, "" where nothing is needed
	skipLocked() string
	tables() string // a query for the names of all tables
	manyArgs() int  // how many arguments of one statement are quickest where rows are many
}

// A querier runs statements: a transaction, through prepared ones where they help.
type querier interface {
	ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
}

// NeedFold asks for the functions given to OnFold to run for this transaction.
func (tx *Tx) NeedFold() { tx.fold = true }

// Exec runs a statement.
func (tx *Tx) Exec(ctx context.Context, q string, args ...any) error {
	_, err := tx.ExecN(ctx, q, args...)
	return err
}

// ExecN runs a statement and returns the number of rows it changed.
func (tx *Tx) ExecN(ctx context.Context, q string, args ...any) (int64, error) {
	if err := tx.usable(); err != nil {
		return 0, err
	}
	r, err := tx.q.ExecContext(ctx, q, plain(args)...)
	if err != nil {
		return 0, tx.spend(err)
	}
	n, err := r.RowsAffected()
	return n, tx.spend(err)
}

// One scans the first row of q into dest. No row is a NotFound fault.
func (tx *Tx) One(ctx context.Context, q string, args []any, dest ...any) error {
	rows, err := tx.query(ctx, q, args)
	if err != nil {
		return err
	}
	if rows.Next() {
		err := rows.Scan(dest...)
		return errors.Join(err, tx.done(rows))
	}
	if err := tx.done(rows); err != nil {
		return err
	}
	return fault.New(fault.NotFound, "error.not_found")
}

// A Scanner is a row to scan.
type Scanner interface{ Scan(dest ...any) error }

// Each calls f with every row of q until f returns an error, and returns that.
// f runs no statement of its own.
func Each(ctx context.Context, tx *Tx, q string, args []any, f func(Scanner) error) error {
	rows, err := tx.query(ctx, q, args)
	if err != nil {
		return err
	}
	defer tx.done(rows) // where f ends early, or panics
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return tx.done(rows)
}

// All returns the rows of q, each read by scan.
func All[T any](ctx context.Context, tx *Tx, scan func(Scanner) (T, error), q string, args ...any) ([]T, error) {
	var all []T
	err := Each(ctx, tx, q, args, func(row Scanner) error {
		one, err := scan(row)
		all = append(all, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func (tx *Tx) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	if err := tx.usable(); err != nil {
		return nil, err
	}
	rows, err := tx.q.QueryContext(ctx, q, plain(args)...)
	if err != nil {
		return nil, tx.spend(err)
	}
	tx.open = true
	return rows, nil
}

// done closes rows; called again it does nothing.
func (tx *Tx) done(rows *sql.Rows) error {
	tx.open = false
	return tx.spend(errors.Join(rows.Err(), rows.Close()))
}

func (tx *Tx) usable() error {
	if tx.spent != nil {
		return tx.spent
	}
	if tx.open {
		tx.spent = errOpen
	}
	return tx.spent
}

// spend notes the error that spends tx and returns it as a fault.
func (tx *Tx) spend(err error) error {
	if err != nil && tx.spent == nil {
		tx.spent = faultOf(err)
		return tx.spent
	}
	return faultOf(err)
}

// run calls f with tx, contains its panic, and returns why the
// transaction must not be committed.
func (tx *Tx) run(ctx context.Context, f Work) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db: panic in a transaction: %v\n%s", p, debug.Stack())
		}
		if err == nil {
			err = tx.spent
		}
		if tx.spent == nil {
			tx.spent = errOver
		}
	}()
	tx.ctx = ctx
	return f(ctx, tx)
}

// Lock makes this transaction wait until it alone holds name, and holds it until
// its end. In SQLite every transaction that writes is alone anyway.
func (tx *Tx) Lock(ctx context.Context, name string) error {
	q := tx.dialect.lock()
	if q == "" {
		return tx.usable()
	}
	return tx.Exec(ctx, q, number(name))
}

// ForUpdateSkipLocked ends a SELECT by which several workers share out rows: each
// gets rows that no other holds.
func (tx *Tx) ForUpdateSkipLocked() string { return tx.dialect.skipLocked() }

// First returns the first row of a query; none is a NotFound fault.
func First[T any](all []T, err error) (T, error) {
	var one T
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	if err != nil {
		return one, err
	}
	return all[0], nil
}

// Changed is a Conflict fault if a statement changed no row: somebody else has
// changed what it was for.
func Changed(n int64, err error) error {
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "error.conflict")
	}
	return err
}
