package filing

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

const periodColumns = `p.id, p.form, p.edition, p.n, p.name, p.from_day, p.to_day, p.last_day, p.state, p.sheet, p.entered_name, p.entered_at, p.version`

func scanPeriod(s db.Scanner) (p Period, err error) {
	return p, s.Scan(&p.ID, &p.Form, &p.Edition, &p.N, &p.Name, &p.From, &p.To, &p.LastDay, &p.State, &p.Sheet, &p.EnteredName, db.At(&p.EnteredAt), &p.Version)
}

func readPeriod(ctx context.Context, tx *db.Tx, id string) (Period, error) {
	return db.First(db.All(ctx, tx, scanPeriod, `SELECT `+periodColumns+` FROM form_period p WHERE p.id = $1`, id))
}

// Periods returns the periods of a form, the newest first, at most limit before
// the period n; 0 is from the newest. The caller has found the form through seen.
func Periods(ctx context.Context, tx *db.Tx, form string, n int64, limit int) ([]Period, error) {
	return db.All(ctx, tx, scanPeriod, `SELECT `+periodColumns+` FROM form_period p WHERE p.form = $1 AND ($2 = 0 OR p.n < $2) ORDER BY p.n DESC LIMIT $3`,
		form, n, limit)
}

func insertPeriod(ctx context.Context, tx *db.Tx, by auth.Actor, p Period) (n int64, err error) {
	if err := tx.One(ctx, `SELECT coalesce(max(n), 0) + 1 FROM form_period WHERE form = $1`, []any{p.Form}, &n); err != nil {
		return 0, err
	}
	return n, tx.Exec(ctx, `
		INSERT INTO form_period (id, form, edition, n, name, from_day, to_day, last_day, state, sheet, entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $12, 1)`,
		p.ID, p.Form, p.Edition, n, p.Name, p.From, p.To, p.LastDay, p.Sheet, by.Login, by.Name, tx.Now)
}

func closePeriod(ctx context.Context, tx *db.Tx, id string, version int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE form_period SET state = 'closed', version = version + 1 WHERE id = $1 AND version = $2 AND state = 'open'`, id, version))
}

// closePeriods closes all periods of a form that are open.
func closePeriods(ctx context.Context, tx *db.Tx, form string) error {
	return tx.Exec(ctx, `UPDATE form_period SET state = 'closed', version = version + 1 WHERE form = $1 AND state = 'open'`, form)
}

// above returns the condition that column is the path of by's unit or of one above
// it, with its arguments from $n on.
func above(column string, by auth.Actor, n int) (string, []any) {
	var q []string
	var args []any
	for i := range by.Path {
		if i > 0 && by.Path[i] == '/' {
			q, args = append(q, db.Arg(n+len(args))), append(args, by.Path[:i+1])
		}
	}
	if len(q) == 0 {
		return `FALSE`, nil
	}
	return column + ` IN (` + strings.Join(q, ", ") + `)`, args
}

// notFound is what somebody is told who may not see a thing.
func notFound() error { return fault.New(fault.NotFound, "error.not_found") }
