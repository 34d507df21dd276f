package db

import (
	"context"
	"slices"

	"nhipcau/internal/fault"
)

// HalfMade is the table that marks a database that is being filled in bulk: while
// it is there Migrate refuses the database, so that what was left half made is not
// taken for a house.
const HalfMade = "house_half"

// Loaded says that a database is whole: what was filled in bulk and what was to be
// added by transactions.
func (d *DB) Loaded(ctx context.Context) error {
	return d.Write(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.Exec(ctx, `DROP TABLE `+HalfMade)
	})
}

// whole refuses a database that is marked.
func (d *DB) whole(ctx context.Context) error {
	return d.Read(ctx, func(ctx context.Context, tx *Tx) error {
		names, err := All(ctx, tx, func(row Scanner) (s string, err error) { return s, row.Scan(&s) }, tx.dialect.tables())
		if err == nil && slices.Contains(names, HalfMade) {
			err = fault.New(fault.Unavailable, "error.half_made")
		}
		return err
	})
}
