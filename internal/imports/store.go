package imports

import (
	"bytes"
	"context"
	"encoding/json"
	"math"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/job"
)

// A person sees the imports they have made, and as one who keeps the books those
// of their subtree. Every query that reads imports for a person starts from seen:
// $1 is the tree, $2 the login, $3 and $4 the range of the subtree.
const (
	imports = `SELECT i.id, i.tree, i.unit, i.path, i.kind, i.target, i.name, i.sha256, i.state, i.total, i.fresh, i.changed, i.same, i.bad, i.head, i.problem,
			i.login, i.actor_name, i.roles, i.at, i.expires_at, i.applied_at
		FROM import i`
	seen = imports + ` WHERE i.tree = $1 AND (i.login = $2 OR i.path >= $3 AND i.path < $4)`
)

func scan(r db.Scanner) (im Import, err error) {
	var head, roles string
	if err := r.Scan(&im.ID, &im.Tree, &im.Unit, &im.Path, &im.Kind, &im.Target, &im.Name, &im.SHA256, &im.State, &im.Rows,
		&im.Outcome.New, &im.Outcome.Changed, &im.Outcome.Same, &im.Bad, &head, &im.Problem,
		&im.Login, &im.ActorName, &roles, db.At(&im.At), db.At(&im.Expires), db.At(&im.AppliedAt)); err != nil {
		return im, err
	}
	if err := json.Unmarshal([]byte(head), &im.Head); err != nil {
		return im, err
	}
	return im, json.Unmarshal([]byte(roles), &im.Roles)
}

// Get returns an import that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Import, error) {
	return db.First(db.All(ctx, tx, scan, seen+` AND i.id = $5`, by.Tree, by.Login, by.Path, by.End(), id))
}

// find returns an import for the house's own work.
func find(ctx context.Context, tx *db.Tx, id string) (Import, error) {
	return db.First(db.All(ctx, tx, scan, imports+` WHERE i.id = $1`, id))
}

// List returns the imports by may see, the newest first, at most limit after
// offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, offset, limit int) ([]Import, error) {
	return db.All(ctx, tx, scan, seen+` ORDER BY i.at DESC, i.id LIMIT $5 OFFSET $6`, by.Tree, by.Login, by.Path, by.End(), limit, offset)
}

// Wrongs returns a page of what is wrong with the rows of an import, from 0. The
// caller has seen the import.
func Wrongs(ctx context.Context, tx *db.Tx, im Import, page int) ([]intake.Bad, error) {
	rows, err := db.All(ctx, tx, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) },
		`SELECT bad FROM import_bad WHERE import = $1 AND page = $2`, im.ID, page)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var all []intake.Bad
	d := json.NewDecoder(bytes.NewReader([]byte(rows[0])))
	if err := d.Decode(&all); err != nil {
		return nil, err
	}
	for _, b := range all {
		for i, a := range b.Args {
			if n, ok := a.(float64); ok && n == math.Trunc(n) {
				b.Args[i] = int64(n) // as it was before it was stored
			}
		}
	}
	return all, nil
}

// Progress returns how far the job of an import has come.
func Progress(ctx context.Context, tx *db.Tx, im Import) (job.Job, error) {
	j, err := job.Find(ctx, tx, unique(im.ID))
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return j, err
}

func insert(ctx context.Context, tx *db.Tx, im Import) error {
	head, err := json.Marshal(im.Head)
	if err != nil {
		return err
	}
	roles, err := json.Marshal(im.Roles)
	if err != nil {
		return err
	}
	return tx.Exec(ctx, `
		INSERT INTO import (id, tree, unit, path, kind, target, name, sha256, state, total, fresh, changed, same, bad, head, problem,
			login, actor_name, roles, at, expires_at, applied_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', $16, $17, $18, $19, $20, $21)`,
		im.ID, im.Tree, im.Unit, im.Path, im.Kind, im.Target, im.Name, im.SHA256, im.State, im.Rows, im.Outcome.New, im.Outcome.Changed, im.Outcome.Same, im.Bad,
		string(head), im.Login, im.ActorName, string(roles), im.At, im.Expires, im.AppliedAt)
}

func insertBody(ctx context.Context, tx *db.Tx, id string, body []byte) error {
	return tx.Exec(ctx, `INSERT INTO import_body (import, body) VALUES ($1, $2)`, id, body)
}

func bodyOf(ctx context.Context, d *db.DB, id string) (body []byte, err error) {
	err = d.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.One(ctx, `SELECT body FROM import_body WHERE import = $1`, []any{id}, &body)
	})
	return body, err
}

// replaceBad keeps what is wrong, so many to a page.
func replaceBad(ctx context.Context, tx *db.Tx, id string, bad []intake.Bad) error {
	if err := tx.Exec(ctx, `DELETE FROM import_bad WHERE import = $1`, id); err != nil {
		return err
	}
	var pages []string
	bad = bad[:min(maxBad, len(bad))]
	for len(bad) > 0 {
		n := min(badPage, len(bad))
		b, err := json.Marshal(bad[:n])
		if err != nil {
			return err
		}
		pages, bad = append(pages, string(b)), bad[n:]
	}
	return db.InsertMany(ctx, tx, `INSERT INTO import_bad (import, page, bad) VALUES`, len(pages), func(i int) []any {
		return []any{id, i, pages[i]}
	})
}

// setState moves an import on from one of two states, and says whether it did.
func setState(ctx context.Context, tx *db.Tx, id string, to State, problem string, from ...State) (int64, error) {
	return tx.ExecN(ctx, `UPDATE import SET state = $1, problem = $2 WHERE id = $3 AND (state = $4 OR state = $5)`, to, problem, id, from[0], from[len(from)-1])
}

// setApplied notes what was done and lets go of the file.
func setApplied(ctx context.Context, tx *db.Tx, id string, out intake.Outcome) (int64, error) {
	n, err := tx.ExecN(ctx, `
		UPDATE import SET state = 'applied', applied_at = $1, fresh = $2, changed = $3, same = $4, bad = 0, head = '[]'
		WHERE id = $5 AND state IN ('checked', 'running')`, tx.Now, out.New, out.Changed, out.Same, id)
	if err != nil {
		return 0, err
	}
	return n, tx.Exec(ctx, `DELETE FROM import_body WHERE import = $1`, id)
}

// setBad notes that rows have become bad since they were offered.
func setBad(ctx context.Context, tx *db.Tx, id string, out intake.Outcome) (int64, error) {
	return tx.ExecN(ctx, `
		UPDATE import SET state = 'checked', problem = $1, fresh = $2, changed = $3, same = $4, bad = $5
		WHERE id = $6 AND state IN ('checked', 'running')`, "imports.error.changed", out.New, out.Changed, out.Same, len(out.Bad), id)
}

// deleteExpired lets go of what nobody has confirmed in time: the file, its first
// rows and what was wrong with them.
func deleteExpired(ctx context.Context, tx *db.Tx) error {
	for _, q := range []string{
		`DELETE FROM import_body WHERE import IN (SELECT id FROM import WHERE expires_at <= $1 AND state <> 'running')`,
		`DELETE FROM import_bad WHERE import IN (SELECT id FROM import WHERE expires_at <= $1 AND state <> 'running')`,
		`UPDATE import SET state = CASE WHEN state = 'checked' THEN 'expired' ELSE state END, head = '[]' WHERE expires_at <= $1 AND state <> 'running'`,
	} {
		if err := tx.Exec(ctx, q, tx.Now); err != nil {
			return err
		}
	}
	return nil
}
