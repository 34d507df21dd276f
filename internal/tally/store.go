package tally

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

const sheetColumns = `id, kind, source, tree, epoch, root, opened_at, opened_by, part, next, sealed_at`

func scanSheet(r db.Scanner) (s Sheet, err error) {
	return s, r.Scan(&s.ID, &s.Kind, &s.Source, &s.Tree, &s.Epoch, &s.Root, db.At(&s.OpenedAt), &s.OpenedBy, &s.Part, &s.Next, db.At(&s.SealedAt))
}

// A sheetKey remembers a sheet for the rest of a transaction.
type sheetKey int64

// Find returns a sheet, whoever asks. It is read once in a transaction: whoever
// changes one says forget.
func Find(ctx context.Context, tx *db.Tx, id int64) (s Sheet, err error) {
	if s, ok := tx.Memo(sheetKey(id)).(Sheet); ok {
		return s, nil
	}
	err = tx.One(ctx, `SELECT `+sheetColumns+` FROM tally_sheet WHERE id = $1`, []any{id},
		&s.ID, &s.Kind, &s.Source, &s.Tree, &s.Epoch, &s.Root, db.At(&s.OpenedAt), &s.OpenedBy, &s.Part, &s.Next, db.At(&s.SealedAt))
	if err == nil {
		tx.Remember(sheetKey(id), s)
	}
	return s, err
}

// forget has Find read a sheet again.
func forget(tx *db.Tx, id int64) { tx.Forget(sheetKey(id)) }

func sheets(ctx context.Context, tx *db.Tx) ([]Sheet, error) {
	return db.All(ctx, tx, scanSheet, `SELECT `+sheetColumns+` FROM tally_sheet ORDER BY id`)
}

func insertSheet(ctx context.Context, tx *db.Tx, s Sheet) error {
	return tx.Exec(ctx, `
		INSERT INTO tally_sheet (id, kind, source, tree, epoch, root, opened_at, opened_by, part, next)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`,
		s.ID, s.Kind, s.Source, s.Tree, s.Epoch, s.Root, s.OpenedAt, s.OpenedBy, s.Part)
}

const (
	postHead  = `INSERT INTO tally_post (id, sheet, unit, vector, source_kind, source_id, actor, actor_name, reason, signer, paper, at) VALUES`
	queueHead = `INSERT INTO tally_queue (post, sheet, unit, vector) VALUES`
)

// insertPosts writes posts, and leaves them to the fold: in memory where it runs
// in this transaction, in the queue where it does not.
func insertPosts(ctx context.Context, tx *db.Tx, by auth.Actor, posts []post) error {
	for i := range posts {
		p := &posts[i]
		p.id, p.packed = tx.NewID(), p.vec.pack()
	}
	if err := db.InsertMany(ctx, tx, postHead, len(posts), func(i int) []any {
		p := &posts[i]
		return []any{
			p.id, p.sheet, p.unit, p.packed, p.entry.Source.Kind, p.entry.Source.ID, by.Login, by.Name, p.entry.Reason,
			p.entry.Declared.Signer, p.entry.Declared.Paper, tx.Now,
		}
	}); err != nil {
		return err
	}
	if tx.Carry(posts) {
		return nil
	}
	tx.NeedFold()
	return db.InsertMany(ctx, tx, queueHead, len(posts), func(i int) []any {
		p := &posts[i]
		return []any{p.id, p.sheet, p.unit, p.packed}
	})
}

// A post is what a fold needs of one, and on its way into the table the rest.
type post struct {
	id, sheet, unit int64
	vec             Vec
	packed          []byte
	entry           *Entry
}

// takeQueue returns the first posts that are not yet in the nodes, at most
// limit, and takes them off the queue. A post with a lower id may be committed in
// the meantime; this transaction does not see it and leaves it waiting.
func takeQueue(ctx context.Context, tx *db.Tx, limit int) ([]post, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (p post, err error) {
		if err := r.Scan(&p.id, &p.sheet, &p.unit, &p.packed); err != nil {
			return p, err
		}
		p.vec, err = unpack(p.packed)
		return p, err
	}, `SELECT post, sheet, unit, vector FROM tally_queue ORDER BY post LIMIT $1`, limit)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all, tx.Exec(ctx, `DELETE FROM tally_queue WHERE post <= $1`, all[len(all)-1].id)
}

// anyWaiting reports whether there are posts that are not yet in the nodes.
func anyWaiting(ctx context.Context, tx *db.Tx) (bool, error) {
	var first int64
	err := tx.One(ctx, `SELECT coalesce(min(post), 0) FROM tally_queue`, nil, &first)
	return first != 0, err
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

// totalsOf begins a query for the totals of a unit on sheets, likewise.
const totalsOf = `SELECT n.sheet, n.total FROM tally_node k
	JOIN tally_node n ON n.sheet = k.sheet AND n.parent = k.parent AND n.unit = k.unit WHERE k.unit = $1 AND `

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

// A nodeKey is where a node stands on its sheet.
type nodeKey struct{ parent, unit int64 }

// eachNode calls f with the nodes of a sheet, packed.
func eachNode(ctx context.Context, tx *db.Tx, sheet int64, f func(key nodeKey, own, total db.Raw) error) error {
	var key nodeKey
	var own, total db.Raw
	return db.Each(ctx, tx, `SELECT parent, unit, own, total FROM tally_node WHERE sheet = $1`, []any{sheet}, func(r db.Scanner) error {
		if err := r.Scan(&key.parent, &key.unit, &own, &total); err != nil {
			return err
		}
		return f(key, own, total)
	})
}

func removeNode(ctx context.Context, tx *db.Tx, sheet int64, key nodeKey) error {
	return tx.Exec(ctx, `DELETE FROM tally_node WHERE sheet = $1 AND parent = $2 AND unit = $3`, sheet, key.parent, key.unit)
}

// addToNodes adds changes to the nodes of a sheet, at most one per unit. They are
// taken in the order in which the nodes are stored.
func addToNodes(ctx context.Context, tx *db.Tx, sheet int64, changes []*Node) error {
	slices.SortFunc(changes, func(a, b *Node) int {
		return cmp.Or(cmp.Compare(a.parent, b.parent), cmp.Compare(a.Unit, b.Unit))
	})
	for part := range chunks(changes) {
		if err := addChunk(ctx, tx, sheet, part); err != nil {
			return err
		}
	}
	return nil
}

func addChunk(ctx context.Context, tx *db.Tx, sheet int64, changes []*Node) error {
	args := make([]any, 0, 5*len(changes))
	for _, n := range changes {
		args = append(args, n.parent, n.Unit)
	}
	at := make(map[int64]int, len(changes))
	for i, n := range changes {
		at[n.Unit] = i
	}
	if err := db.Each(ctx, tx, havingNodes(len(changes)), append(args, sheet), func(r db.Scanner) error {
		had, err := scanNode(r)
		if err != nil {
			return err
		}
		n := changes[at[had.Unit]]
		if err := n.Own.addVec(had.Own); err != nil {
			return err
		}
		return n.Total.addVec(had.Total)
	}); err != nil {
		return err
	}
	args = args[:0]
	for _, n := range changes {
		args = append(args, sheet, n.parent, n.Unit, n.Own.pack(), n.Total.pack())
	}
	return putNodes(ctx, tx, len(changes), args)
}

// putNodes writes n nodes: sheet, parent, unit, own and total of each.
func putNodes(ctx context.Context, tx *db.Tx, n int, args []any) error {
	return tx.Exec(ctx, puttingNodes(n), args...)
}

// chunks yields all in parts of few sizes: a query over a part has few texts, so
// the engines keep them prepared.
func chunks[T any](all []T) func(yield func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(all) > 0 {
			n := 1
			for _, size := range sizes {
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

var sizes = []int{512, 64, 8}

// texts keeps the statements over chunks, each made once.
type texts struct{ byLength sync.Map }

func (t *texts) of(n int, write func(b *strings.Builder)) string {
	if q, ok := t.byLength.Load(n); ok {
		return q.(string)
	}
	var b strings.Builder
	write(&b)
	t.byLength.Store(n, b.String())
	return b.String()
}

var having, putting texts

// havingNodes reads the nodes of n keys and a sheet. The join is written so that
// SQLite looks each up by its key; given a list of units it reads the whole sheet.
func havingNodes(n int) string {
	return having.of(n, func(b *strings.Builder) {
		b.WriteString(`WITH w (parent, unit) AS (VALUES (CAST($1 AS BIGINT), CAST($2 AS BIGINT))`)
		for i := 1; i < n; i++ {
			b.WriteString(`, (` + db.Arg(2*i+1) + `, ` + db.Arg(2*i+2) + `)`)
		}
		b.WriteString(`) SELECT n.parent, n.unit, n.own, n.total FROM w CROSS JOIN tally_node n
			WHERE n.sheet = ` + db.Arg(2*n+1) + ` AND n.parent = w.parent AND n.unit = w.unit`)
	})
}

// puttingNodes writes n nodes.
func puttingNodes(n int) string {
	return putting.of(n, func(b *strings.Builder) {
		b.WriteString(`INSERT INTO tally_node (sheet, parent, unit, own, total) VALUES `)
		for i := range n {
			if i > 0 {
				b.WriteString(`, `)
			}
			p := 5 * i
			b.WriteString(`(` + db.Arg(p+1) + `, ` + db.Arg(p+2) + `, ` + db.Arg(p+3) + `, ` + db.Arg(p+4) + `, ` + db.Arg(p+5) + `)`)
		}
		b.WriteString(` ON CONFLICT (sheet, parent, unit) DO UPDATE SET own = excluded.own, total = excluded.total`)
	})
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
