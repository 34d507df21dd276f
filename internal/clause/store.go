package clause

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// Whoever calls has found the paper through its own slice: a clause is seen by
// who sees its paper.

const clauses = `SELECT c.id, c.depth, c.n, c.mark, c.text, c.block, EXISTS (SELECT 1 FROM clause_use u WHERE u.clause = c.id) FROM clause c`

func scan(r db.Scanner) (c Clause, err error) {
	return c, r.Scan(&c.ID, &c.Depth, &c.N, &c.Mark, &c.Text, &c.Block, &c.Used)
}

// Of returns the pieces of a paper in order.
func Of(ctx context.Context, tx *db.Tx, p Paper) ([]Clause, error) {
	return db.All(ctx, tx, scan, clauses+` WHERE c.kind = $1 AND c.owner = $2 AND c.place > 0 ORDER BY c.place`, p.Kind, p.ID)
}

// published returns all pieces that a paper ever had, by id.
func published(ctx context.Context, tx *db.Tx, p Paper) ([]Clause, error) {
	return db.All(ctx, tx, scan, clauses+` WHERE c.kind = $1 AND c.owner = $2 ORDER BY c.id`, p.Kind, p.ID)
}

// A List says how the pieces of a directive came to be; the zero one of a paper
// that has none.
type List struct {
	EnteredName string
	EnteredAt   time.Time
	Version     int64
}

// ListOf returns how the pieces of a paper came to be.
func ListOf(ctx context.Context, tx *db.Tx, p Paper) (l List, err error) {
	err = tx.One(ctx, `SELECT entered_name, entered_at, version FROM clause_list WHERE kind = $1 AND owner = $2`, []any{p.Kind, p.ID},
		&l.EnteredName, db.At(&l.EnteredAt), &l.Version)
	if fault.Is(err, fault.NotFound) {
		return List{}, nil
	}
	return l, err
}

func bump(ctx context.Context, tx *db.Tx, by auth.Actor, p Paper, version int64) error {
	q := `UPDATE clause_list SET entered_name = $3, entered_at = $4, version = version + 1 WHERE kind = $1 AND owner = $2 AND version = $5`
	if version == 0 {
		q = `INSERT INTO clause_list (kind, owner, entered_name, entered_at, version) VALUES ($1, $2, $3, $4, $5 + 1) ON CONFLICT (kind, owner) DO NOTHING`
	}
	return db.Changed(tx.ExecN(ctx, q, p.Kind, p.ID, by.Name, tx.Now, version))
}

// write puts the pieces of a paper in the order of all.
func write(ctx context.Context, tx *db.Tx, p Paper, all []Clause) error {
	for i, c := range all {
		if err := tx.Exec(ctx, `INSERT INTO clause (id, kind, owner, place, depth, n, mark, text, block) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (id) DO UPDATE SET place = excluded.place, depth = excluded.depth, n = excluded.n, mark = excluded.mark, text = excluded.text, gone_at = NULL`,
			c.ID, p.Kind, p.ID, i+1, c.Depth, c.N, c.Mark, c.Text, c.Block); err != nil {
			return err
		}
	}
	return nil
}

func drop(ctx context.Context, tx *db.Tx, all []Clause) error {
	for _, c := range all {
		if err := tx.Exec(ctx, `DELETE FROM clause WHERE id = $1`, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// retire takes pieces out of their paper without forgetting them.
func retire(ctx context.Context, tx *db.Tx, all []Clause) error {
	for _, c := range all {
		if err := tx.Exec(ctx, `UPDATE clause SET place = 0, gone_at = coalesce(gone_at, $1) WHERE id = $2`, tx.Now, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// A Ref is a clause as a plan refers to it, with the paper it is of.
type Ref struct {
	Paper
	Clause
	Gone bool
}

// Known returns the clauses with ids, by id; what there is none of is absent.
func Known(ctx context.Context, tx *db.Tx, ids []string) (map[string]Ref, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (f Ref, err error) {
		return f, r.Scan(&f.Clause.ID, &f.Kind, &f.Paper.ID, &f.Depth, &f.N, &f.Mark, &f.Text, &f.Gone)
	}, `SELECT id, kind, owner, depth, n, mark, text, place = 0 FROM clause WHERE id IN`, ids)
	known := make(map[string]Ref, len(all))
	for _, f := range all {
		known[f.Clause.ID] = f
	}
	return known, err
}

// Uses returns what the blocks of a plan carry out, block by block in the order of
// the papers.
func Uses(ctx context.Context, tx *db.Tx, plan string) ([]Use, error) {
	return db.All(ctx, tx, func(r db.Scanner) (u Use, err error) { return u, r.Scan(&u.Block, &u.Clause) },
		`SELECT u.block, u.clause FROM clause_use u JOIN clause c ON c.id = u.clause WHERE u.plan = $1 ORDER BY u.block, c.kind, c.owner, c.place, c.id`, plan)
}

// Carry makes what the blocks of a plan carry out what uses says, and no more. The
// caller has looked at every clause.
func Carry(ctx context.Context, tx *db.Tx, plan string, uses []Use) error {
	if err := tx.Exec(ctx, `DELETE FROM clause_use WHERE plan = $1`, plan); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `INSERT INTO clause_use (plan, clause, block) VALUES`, len(uses), func(i int) []any {
		return []any{plan, uses[i].Clause, uses[i].Block}
	})
}
