package holiday

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// Between returns the calendar of the days from one to another, both with it.
func Between(ctx context.Context, tx *db.Tx, from, to vn.Day) (Calendar, error) {
	c := Calendar{}
	return c, db.Each(ctx, tx, `SELECT day, kind FROM holiday WHERE day >= $1 AND day <= $2`, []any{from, to}, func(r db.Scanner) error {
		var d vn.Day
		var k Kind
		err := r.Scan(&d, &k)
		c[d] = k
		return err
	})
}

// Around returns the calendar in which the first working day from d on is found.
func Around(ctx context.Context, tx *db.Tx, d vn.Day) (Calendar, error) {
	return Between(ctx, tx, d, d.AddDays(longest))
}

// Of returns the rows of days from one to another, in order.
func Of(ctx context.Context, tx *db.Tx, from, to vn.Day) ([]Day, error) {
	return db.All(ctx, tx, func(r db.Scanner) (d Day, err error) {
		return d, r.Scan(&d.Day, &d.Kind, &d.Name, &d.Source, &d.Actor, db.At(&d.At))
	}, `SELECT day, kind, name, source, actor_name, at FROM holiday WHERE day >= $1 AND day <= $2 ORDER BY day`, from, to)
}

func put(ctx context.Context, tx *db.Tx, by auth.Actor, d Day) error {
	return tx.Exec(ctx, `INSERT INTO holiday (day, kind, name, source, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (day) DO UPDATE SET kind = excluded.kind, name = excluded.name, source = excluded.source, actor_name = excluded.actor_name, at = excluded.at`,
		d.Day, d.Kind, d.Name, d.Source, by.Name, tx.Now)
}

func remove(ctx context.Context, tx *db.Tx, day vn.Day) error {
	n, err := tx.ExecN(ctx, `DELETE FROM holiday WHERE day = $1`, day)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return err
}
