package tally

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

const sheetColumns = `id, kind, source, tree, epoch, root, opened_at, opened_by, part, next, sealed_at`

func scanSheet(r db.Scanner) (s Sheet, err error) {
	return s, r.Scan(&s.ID, &s.Kind, &s.Source, &s.Tree, &s.Epoch, &s.Root, db.At(&s.OpenedAt), &s.OpenedBy, &s.Part, &s.Next, db.At(&s.SealedAt))
}

// Find returns a sheet, whoever asks.
func Find(ctx context.Context, tx *db.Tx, id int64) (s Sheet, err error) {
	err = tx.One(ctx, `SELECT `+sheetColumns+` FROM tally_sheet WHERE id = $1`, []any{id},
		&s.ID, &s.Kind, &s.Source, &s.Tree, &s.Epoch, &s.Root, db.At(&s.OpenedAt), &s.OpenedBy, &s.Part, &s.Next, db.At(&s.SealedAt))
	return s, err
}

func sheets(ctx context.Context, tx *db.Tx) ([]Sheet, error) {
	return db.All(ctx, tx, scanSheet, `SELECT `+sheetColumns+` FROM tally_sheet ORDER BY id`)
}

func insertSheet(ctx context.Context, tx *db.Tx, s Sheet) error {
	return tx.Exec(ctx, `
		INSERT INTO tally_sheet (id, kind, source, tree, epoch, root, opened_at, opened_by, part, next)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`,
		s.ID, s.Kind, s.Source, s.Tree, s.Epoch, s.Root, s.OpenedAt, s.OpenedBy, s.Part)
}

func insertPost(ctx context.Context, tx *db.Tx, by auth.Actor, n Entry, v Vec) error {
	id, vector := tx.NewID(), v.pack()
	if err := tx.Exec(ctx, `
		INSERT INTO tally_post (id, sheet, unit, vector, source_kind, source_id, actor, actor_name, reason, signer, paper, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		id, n.Sheet, n.Unit, vector, n.Source.Kind, n.Source.ID, by.Login, by.Name, n.Reason,
		n.Declared.Signer, n.Declared.Paper, tx.Now); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO tally_queue (post, sheet, unit, vector) VALUES ($1, $2, $3, $4)`, id, n.Sheet, n.Unit, vector)
}

// A post is what a proof and a fold need of one.
type post struct {
	id, sheet, unit int64
	vec             Vec
}

// takeQueue returns the first posts that are not yet in the nodes, at most
// limit, and takes them off the queue. A post with a lower id may be committed in
// the meantime; this transaction does not see it and leaves it waiting.
func takeQueue(ctx context.Context, tx *db.Tx, limit int) ([]post, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (p post, err error) {
		var b []byte
		if err := r.Scan(&p.id, &p.sheet, &p.unit, &b); err != nil {
			return p, err
		}
		p.vec, err = unpack(b)
		return p, err
	}, `SELECT post, sheet, unit, vector FROM tally_queue ORDER BY post LIMIT $1`, limit)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all, tx.Exec(ctx, `DELETE FROM tally_queue WHERE post <= $1`, all[len(all)-1].id)
}

// waiting returns the posts that are not yet in the nodes.
func waiting(ctx context.Context, tx *db.Tx) (map[int64]bool, error) {
	all := map[int64]bool{}
	err := db.Each(ctx, tx, `SELECT post FROM tally_queue`, nil, func(r db.Scanner) error {
		var id int64
		err := r.Scan(&id)
		all[id] = true
		return err
	})
	return all, err
}

// A Node is a unit's own figures and those of everything under it, itself
// included.
type Node struct {
	Unit  int64
	Own   Vec
	Total Vec

	parent int64 // in the key, 0 for the sheet's root
}

const nodeColumns = `parent, unit, own, total`

// nodesOf begins a query for the nodes of units of a sheet, whose condition on k.unit
// follows: the units are looked up by their index, then each node by its key. Without
// statistics SQLite would go through all nodes of the sheet instead.
const nodesOf = `SELECT n.parent, n.unit, n.own, n.total FROM tally_node k
	JOIN tally_node n ON n.sheet = k.sheet AND n.parent = k.parent AND n.unit = k.unit WHERE k.sheet = $1 AND `

func scanNode(r db.Scanner) (n Node, err error) {
	var own, total []byte
	if err := r.Scan(&n.parent, &n.Unit, &own, &total); err != nil {
		return n, err
	}
	if n.Own, err = unpack(own); err != nil {
		return n, err
	}
	n.Total, err = unpack(total)
	return n, err
}

// addToNodes adds changes to the nodes of a sheet, at most one per unit.
func addToNodes(ctx context.Context, tx *db.Tx, sheet int64, changes []Node) error {
	for part := range chunks(changes) {
		if err := addChunk(ctx, tx, sheet, part); err != nil {
			return err
		}
	}
	return nil
}

func addChunk(ctx context.Context, tx *db.Tx, sheet int64, changes []Node) error {
	units := make([]int64, len(changes))
	for i, n := range changes {
		units[i] = n.Unit
	}
	had := make(map[int64]Node, len(changes))
	where, args := among("k.unit", units, sheet)
	if err := db.Each(ctx, tx, nodesOf+where, args, func(r db.Scanner) error {
		n, err := scanNode(r)
		had[n.Unit] = n
		return err
	}); err != nil {
		return err
	}
	var q strings.Builder
	q.WriteString(`INSERT INTO tally_node (sheet, parent, unit, own, total) VALUES `)
	args = []any{sheet}
	for i, n := range changes {
		now := had[n.Unit]
		if err := now.Own.addVec(n.Own); err != nil {
			return err
		}
		if err := now.Total.addVec(n.Total); err != nil {
			return err
		}
		if i > 0 {
			q.WriteString(`, `)
		}
		p := len(args)
		q.WriteString(`($1, ` + db.Arg(p+1) + `, ` + db.Arg(p+2) + `, ` + db.Arg(p+3) + `, ` + db.Arg(p+4) + `)`)
		args = append(args, n.parent, n.Unit, now.Own.pack(), now.Total.pack())
	}
	q.WriteString(` ON CONFLICT (sheet, parent, unit) DO UPDATE SET own = excluded.own, total = excluded.total`)
	return tx.Exec(ctx, q.String(), args...)
}

// chunks yields all in parts of few sizes: a query over a part has few texts, so
// the engines keep them prepared.
func chunks[T any](all []T) func(yield func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(all) > 0 {
			n := 1
			for _, size := range []int{128, 16} {
				if len(all) >= size {
					n = size
					break
				}
			}
			if !yield(all[:n]) {
				return
			}
			all = all[n:]
		}
	}
}

// among returns the condition that column is one of ids, and args with the ids
// behind them.
func among(column string, ids []int64, args ...any) (string, []any) {
	var q strings.Builder
	q.WriteString(column + ` IN (`)
	for i, id := range ids {
		if i > 0 {
			q.WriteString(`, `)
		}
		args = append(args, id)
		q.WriteString(db.Arg(len(args)))
	}
	q.WriteString(`)`)
	return q.String(), args
}

// Queued returns how many posts are not yet in the nodes.
func Queued(ctx context.Context, tx *db.Tx) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM tally_queue`, nil, &n)
	return n, err
}
