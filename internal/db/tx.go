package db

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"nhipcau/internal/fault"
)

// A Tx is a transaction. Its clock stands still, so everything done in one
// transaction bears one time.
type Tx struct {
	Now  time.Time // UTC, whole seconds
	q    *sql.Tx
	fold bool
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
	r, err := tx.q.ExecContext(ctx, q, plain(args)...)
	if err != nil {
		return 0, faultOf(err)
	}
	return r.RowsAffected()
}

// One scans the only row of q into dest. No row is a NotFound fault.
func (tx *Tx) One(ctx context.Context, q string, args []any, dest ...any) error {
	err := tx.q.QueryRowContext(ctx, q, plain(args)...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "error.not_found")
	}
	return faultOf(err)
}

// A Scanner is a row to scan.
type Scanner interface{ Scan(dest ...any) error }

// Each calls f with every row of q until f returns an error.
func Each(ctx context.Context, tx *Tx, q string, args []any, f func(Scanner) error) error {
	rows, err := tx.q.QueryContext(ctx, q, plain(args)...)
	if err != nil {
		return faultOf(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return faultOf(rows.Err())
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

func faultOf(err error) error {
	if err != nil && (strings.Contains(err.Error(), "constraint") || strings.Contains(err.Error(), "SQLSTATE 23")) {
		return fault.Wrap(fault.Conflict, err, "error.conflict")
	}
	return err
}
