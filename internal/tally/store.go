package tally

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

const sheetColumns = `id, kind, source, tree, epoch, root, opened_at, sealed_at`

func scanSheet(r db.Scanner) (s Sheet, err error) {
	return s, r.Scan(&s.ID, &s.Kind, &s.Source, &s.Tree, &s.Epoch, &s.Root, db.At(&s.OpenedAt), db.At(&s.SealedAt))
}

// Find returns a sheet.
func Find(ctx context.Context, tx *db.Tx, id int64) (Sheet, error) {
	all, err := db.All(ctx, tx, scanSheet, `SELECT `+sheetColumns+` FROM tally_sheet WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	if err != nil {
		return Sheet{}, err
	}
	return all[0], nil
}

func sheets(ctx context.Context, tx *db.Tx) ([]Sheet, error) {
	return db.All(ctx, tx, scanSheet, `SELECT `+sheetColumns+` FROM tally_sheet ORDER BY id`)
}

func insertSheet(ctx context.Context, tx *db.Tx, by auth.Actor, s Sheet) error {
	return tx.Exec(ctx, `
		INSERT INTO tally_sheet (id, kind, source, tree, epoch, root, opened_at, opened_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.ID, s.Kind, s.Source, s.Tree, s.Epoch, s.Root, s.OpenedAt, by.Login)
}

func insertPost(ctx context.Context, tx *db.Tx, by auth.Actor, n Entry) error {
	id, vector := tx.NewID(), pack(n.Delta)
	if err := tx.Exec(ctx, `
		INSERT INTO tally_post (id, sheet, unit, vector, source_kind, source_id, actor, actor_name, reason, signer, paper, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		id, n.Sheet, n.Unit, vector, n.Source.Kind, n.Source.ID, by.Login, by.Name, n.Reason,
		n.Declared.Signer, n.Declared.Paper, tx.Now); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO tally_queue (post, sheet, unit, vector) VALUES ($1, $2, $3, $4)`, id, n.Sheet, n.Unit, vector)
}

type queued struct {
	sheet, unit int64
	delta       Delta
}

// takeQueue returns what waits and empties the queue.
func takeQueue(ctx context.Context, tx *db.Tx) ([]queued, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (q queued, err error) {
		var b []byte
		if err := r.Scan(&q.sheet, &q.unit, &b); err != nil {
			return q, err
		}
		q.delta, err = unpack(b)
		return q, err
	}, `SELECT sheet, unit, vector FROM tally_queue ORDER BY post`)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all, tx.Exec(ctx, `DELETE FROM tally_queue`)
}

func addToNode(ctx context.Context, tx *db.Tx, sheet, parent, unit int64, own, total Delta) error {
	had, err := db.All(ctx, tx, scanNode, `SELECT unit, own, total FROM tally_node WHERE sheet = $1 AND parent = $2 AND unit = $3`, sheet, parent, unit)
	if err != nil {
		return err
	}
	n := Node{Unit: unit}
	if len(had) > 0 {
		n = had[0]
	}
	if err := n.Own.Add(own); err != nil {
		return err
	}
	if err := n.Total.Add(total); err != nil {
		return err
	}
	return tx.Exec(ctx, `
		INSERT INTO tally_node (sheet, parent, unit, own, total) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (sheet, parent, unit) DO UPDATE SET own = excluded.own, total = excluded.total`,
		sheet, parent, unit, pack(n.Own.Delta()), pack(n.Total.Delta()))
}

// A Node is a unit's own figures and those of everything under it.
type Node struct {
	Unit  int64
	Own   Vec
	Total Vec
}

func scanNode(r db.Scanner) (n Node, err error) {
	var own, total []byte
	if err := r.Scan(&n.Unit, &own, &total); err != nil {
		return n, err
	}
	if n.Own, err = unpackVec(own); err != nil {
		return n, err
	}
	n.Total, err = unpackVec(total)
	return n, err
}

// nodeOf returns a unit's node as it stands now; all is absent if nothing was
// posted.
func nodeOf(ctx context.Context, tx *db.Tx, sheet, unit int64) (Node, error) {
	all, err := db.All(ctx, tx, scanNode, `SELECT unit, own, total FROM tally_node WHERE sheet = $1 AND unit = $2`, sheet, unit)
	if err != nil || len(all) == 0 {
		return Node{Unit: unit}, err
	}
	return all[0], nil
}

// Total returns the figures of a unit and everything under it.
func Total(ctx context.Context, tx *db.Tx, sheet, unit int64) (Vec, error) {
	n, err := nodeOf(ctx, tx, sheet, unit)
	return n.Total, err
}

// Own returns the figures of a unit alone.
func Own(ctx context.Context, tx *db.Tx, sheet, unit int64) (Vec, error) {
	n, err := nodeOf(ctx, tx, sheet, unit)
	return n.Own, err
}

// Children returns the nodes directly under a unit, by unit id, at most limit
// after the unit after. A unit without posts has no node.
func Children(ctx context.Context, tx *db.Tx, sheet, parent, after int64, limit int) ([]Node, error) {
	return db.All(ctx, tx, scanNode, `SELECT unit, own, total FROM tally_node WHERE sheet = $1 AND parent = $2 AND unit > $3 ORDER BY unit LIMIT $4`,
		sheet, parent, after, limit)
}

// Nodes returns all nodes of a sheet by unit.
func Nodes(ctx context.Context, tx *db.Tx, sheet int64) (map[int64]Node, error) {
	all := map[int64]Node{}
	return all, db.Each(ctx, tx, `SELECT unit, own, total FROM tally_node WHERE sheet = $1`, []any{sheet}, func(r db.Scanner) error {
		n, err := scanNode(r)
		all[n.Unit] = n
		return err
	})
}

// LastPost returns the newest post of a sheet, 0 if it has none: a watermark
// for At.
func LastPost(ctx context.Context, tx *db.Tx, sheet int64) (id int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(id), 0) FROM tally_post WHERE sheet = $1`, []any{sheet}, &id)
	return id, err
}

// At returns a unit's own figures and those of its subtree as they stood when
// the post upTo was the newest, recounted from the posts.
func At(ctx context.Context, tx *db.Tx, sheet, unit, upTo int64) (own, total Vec, err error) {
	s, err := Find(ctx, tx, sheet)
	if err != nil {
		return own, total, err
	}
	e, err := org.EpochByID(ctx, tx, s.Epoch)
	if err != nil {
		return own, total, err
	}
	top, ok := e.Index(unit)
	if !ok {
		return own, total, nil
	}
	err = eachPost(ctx, tx, sheet, upTo, func(u int64, d Delta) error {
		if i, ok := e.Index(u); !ok || !e.Under(i, top) {
			return nil
		}
		if u == unit {
			if err := own.Add(d); err != nil {
				return err
			}
		}
		return total.Add(d)
	})
	return own, total, err
}

// eachPost calls f for every post of a sheet up to and including upTo, oldest
// first.
func eachPost(ctx context.Context, tx *db.Tx, sheet, upTo int64, f func(unit int64, d Delta) error) error {
	return db.Each(ctx, tx, `SELECT unit, vector FROM tally_post WHERE sheet = $1 AND id <= $2 ORDER BY id`, []any{sheet, upTo}, func(r db.Scanner) error {
		var unit int64
		var b []byte
		if err := r.Scan(&unit, &b); err != nil {
			return err
		}
		d, err := unpack(b)
		if err != nil {
			return err
		}
		return f(unit, d)
	})
}

// A Posted is one post as a trace shows it.
type Posted struct {
	ID        int64
	Unit      int64
	UnitKey   string
	UnitName  string
	Delta     Delta
	Source    Source
	ActorName string
	Reason    string
	Declared  Declaration
	At        time.Time
}

// Trace returns the posts that touched any of lanes at a unit, and under it if
// subtree, the oldest first, at most limit after the post after. Only units by
// may see are listed; a unit by may not see is NotFound.
func Trace(ctx context.Context, tx *db.Tx, by auth.Actor, sheet, unit int64, subtree bool, lanes []Lane, after int64, limit int) ([]Posted, error) {
	u, err := org.See(ctx, tx, by, unit)
	if err != nil {
		return nil, err
	}
	end := u.Path + "!" // a path of digits and slashes comes before no unit under it
	if subtree {
		end = auth.After(u.Path)
	}
	var all []Posted
	err = db.Each(ctx, tx, `
		SELECT t.id, t.unit, un.key, n.name, t.vector, t.source_kind, t.source_id, t.actor_name, t.reason, t.signer, t.paper, t.at
		FROM tally_post t
		JOIN tally_sheet s ON s.id = t.sheet
		JOIN place p ON p.tree = s.tree AND p.unit = t.unit
		JOIN unit un ON un.id = t.unit
		JOIN unit_name n ON n.unit = t.unit AND n.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $7 THEN x.from_day END), min(x.from_day)) FROM unit_name x WHERE x.unit = t.unit)
		WHERE t.sheet = $1 AND p.path >= $2 AND p.path < $3 AND p.path >= $4 AND p.path < $5 AND t.id > $6
		ORDER BY t.id`,
		[]any{sheet, u.Path, end, by.Path, by.End(), after, vn.DayOf(tx.Now)}, func(r db.Scanner) error {
			if len(all) == limit {
				return nil
			}
			var p Posted
			var b []byte
			if err := r.Scan(&p.ID, &p.Unit, &p.UnitKey, &p.UnitName, &b, &p.Source.Kind, &p.Source.ID, &p.ActorName, &p.Reason,
				&p.Declared.Signer, &p.Declared.Paper, db.At(&p.At)); err != nil {
				return err
			}
			var err error
			if p.Delta, err = unpack(b); err != nil {
				return err
			}
			for _, l := range lanes {
				if p.Delta[l] != 0 {
					all = append(all, p)
					break
				}
			}
			return nil
		})
	return all, err
}
