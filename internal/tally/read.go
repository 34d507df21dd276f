package tally

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/vn"
)

// MaxChildren is how many children one page may ask for.
const MaxChildren = 500

// NodeOf returns a unit's node as it stands now; all is absent if nothing was
// posted.
func NodeOf(ctx context.Context, tx *db.Tx, sheet, unit int64) (Node, error) {
	all, err := db.All(ctx, tx, scanNode, `SELECT `+nodeColumns+` FROM tally_node WHERE sheet = $1 AND unit = $2`, sheet, unit)
	if err != nil || len(all) == 0 {
		return Node{Unit: unit}, err
	}
	return all[0], nil
}

// Total returns the figures of a unit and everything under it.
func Total(ctx context.Context, tx *db.Tx, sheet, unit int64) (Vec, error) {
	n, err := NodeOf(ctx, tx, sheet, unit)
	return n.Total, err
}

// Own returns the figures of a unit alone.
func Own(ctx context.Context, tx *db.Tx, sheet, unit int64) (Vec, error) {
	n, err := NodeOf(ctx, tx, sheet, unit)
	return n.Own, err
}

// Children returns the nodes directly under a unit, by unit id, at most limit
// (and MaxChildren) after the unit after. A unit without posts on or under it
// has no node. The sheet's root is the one child of unit 0.
func Children(ctx context.Context, tx *db.Tx, sheet, parent, after int64, limit int) ([]Node, error) {
	return db.All(ctx, tx, scanNode, `
		SELECT `+nodeColumns+` FROM tally_node WHERE sheet = $1 AND parent = $2 AND unit > $3 ORDER BY unit LIMIT $4`,
		sheet, parent, after, min(limit, MaxChildren))
}

// Nodes returns all nodes of a sheet by unit.
func Nodes(ctx context.Context, tx *db.Tx, sheet int64) (map[int64]Node, error) {
	all := map[int64]Node{}
	return all, db.Each(ctx, tx, `SELECT `+nodeColumns+` FROM tally_node WHERE sheet = $1`, []any{sheet}, func(r db.Scanner) error {
		n, err := scanNode(r)
		all[n.Unit] = n
		return err
	})
}

// NodesOf returns the nodes of some units on a sheet, by unit; one without posts on
// or under it has none.
func NodesOf(ctx context.Context, tx *db.Tx, sheet int64, units []int64) (map[int64]Node, error) {
	all := map[int64]Node{}
	for part := range chunks(units) {
		where, args := among("k.unit", part, sheet)
		if err := db.Each(ctx, tx, nodesOf+where, args, func(r db.Scanner) error {
			n, err := scanNode(r)
			all[n.Unit] = n
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// NodesOn returns the nodes of some units on some sheets, by sheet and unit: many of
// both are read by one statement.
func NodesOn(ctx context.Context, tx *db.Tx, sheets, units []int64) (map[int64]map[int64]Node, error) {
	all := make(map[int64]map[int64]Node, len(sheets))
	var list []string
	var args []any
	for _, s := range sheets {
		args = append(args, s)
		list = append(list, db.Arg(len(args)))
		all[s] = make(map[int64]Node, len(units))
	}
	if len(sheets) == 0 {
		return all, nil
	}
	q := `SELECT k.sheet, n.parent, n.unit, n.own, n.total FROM tally_node k
		CROSS JOIN tally_node n WHERE n.sheet = k.sheet AND n.parent = k.parent AND n.unit = k.unit AND k.sheet IN (` + strings.Join(list, ", ") + `) AND k.unit `
	return all, db.AmongIDs(units, args, func(in string, args []any) error {
		return db.Each(ctx, tx, q+in, args, func(r db.Scanner) error {
			var sheet int64
			var n Node
			var own, total db.Raw
			if err := r.Scan(&sheet, &n.parent, &n.Unit, &own, &total); err != nil {
				return err
			}
			if err := n.Own.addPacked(own); err != nil {
				return err
			}
			err := n.Total.addPacked(total)
			all[sheet][n.Unit] = n
			return err
		})
	})
}

// Under returns the nodes directly under any of some units, by unit: many of them by few
// statements, as those under one unit stand beside each other.
func Under(ctx context.Context, tx *db.Tx, sheet int64, parents []int64) (map[int64]Node, error) {
	all := map[int64]Node{}
	return all, db.AmongIDs(parents, []any{sheet}, func(in string, args []any) error {
		return db.Each(ctx, tx, `SELECT `+nodeColumns+` FROM tally_node WHERE sheet = $1 AND parent `+in, args, func(r db.Scanner) error {
			n, err := scanNode(r)
			all[n.Unit] = n
			return err
		})
	})
}

// A Child is a node directly under another, with what its unit is called.
type Child struct {
	Node
	UnitKey  string
	UnitName string // of today
}

// ChildrenOf returns the nodes directly under a unit whose units by may see, by
// unit id, at most limit after the unit after.
func ChildrenOf(ctx context.Context, tx *db.Tx, by auth.Actor, s Sheet, parent, after int64, limit int) ([]Child, error) {
	return db.All(ctx, tx, func(r db.Scanner) (c Child, err error) {
		var own, total []byte
		if err := r.Scan(&c.parent, &c.Unit, &own, &total, &c.UnitKey, &c.UnitName); err != nil {
			return c, err
		}
		if c.Own, err = unpack(own); err != nil {
			return c, err
		}
		c.Total, err = unpack(total)
		return c, err
	}, `
		SELECT t.parent, t.unit, t.own, t.total, u.key, n.name
		FROM tally_node t
		JOIN place p ON p.tree = $3 AND p.unit = t.unit
		JOIN unit u ON u.id = t.unit
		JOIN unit_name n ON n.unit = t.unit AND n.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $6 THEN x.from_day END), min(x.from_day)) FROM unit_name x WHERE x.unit = t.unit)
		WHERE t.sheet = $1 AND t.parent = $2 AND p.path >= $4 AND p.path < $5 AND t.unit > $7 ORDER BY t.unit LIMIT $8`,
		s.ID, parent, s.Tree, by.Path, by.End(), vn.DayOf(tx.Now), after, limit)
}

// lackOf returns what q asks about of the nodes whose column is unit: the unit's
// own, or those under it.
func lackOf(ctx context.Context, tx *db.Tx, q Lack, column string, unit int64) (map[int64]lacked, error) {
	all := map[int64]lacked{}
	return all, db.Each(ctx, tx, `SELECT unit, own, total FROM tally_node WHERE sheet = $1 AND `+column+` = $2`, []any{q.Sheet.ID, unit}, func(r db.Scanner) error {
		var unit int64
		var own, total []byte
		if err := r.Scan(&unit, &own, &total); err != nil {
			return err
		}
		o, err := laneSums(own, q.Done, q.Due)
		if err != nil {
			return err
		}
		t, err := laneSums(total, q.Done, q.Due)
		all[unit] = lacked{own: o[0], total: t[0], dueOwn: o[1], dueTotal: t[1]}
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
// the post upTo was the newest, recounted from the posts. All is absent for a
// unit that is not on the sheet.
func At(ctx context.Context, tx *db.Tx, sheet, unit, upTo int64) (own, total Vec, err error) {
	s, err := Find(ctx, tx, sheet)
	if err != nil {
		return own, total, err
	}
	if s, err = s.partWith(ctx, tx, upTo); err != nil {
		return own, total, err
	}
	sheet = s.ID
	e, _, top, on, err := s.area(ctx, tx, unit)
	if err != nil || !on {
		return own, total, err
	}
	if own, total, ok, err := s.back(ctx, tx, e, top, unit, upTo); ok || err != nil {
		return own, total, err
	}
	add := func(u int64, v Vec) error {
		if i, ok := e.Index(u); !ok || !e.Under(i, top) {
			return nil
		}
		if u == unit {
			if err := own.addVec(v); err != nil {
				return err
			}
		}
		return total.addVec(v)
	}
	under := e.Subtree(top)
	if len(under) > fewUnits {
		err := eachPost(ctx, tx, `SELECT unit, vector FROM tally_post WHERE sheet = $1 AND id <= $2`, []any{sheet, upTo}, add)
		return own, total, err
	}
	for part := range chunks(under) {
		where, args := among("unit", part, sheet, upTo)
		if err := eachPost(ctx, tx, `SELECT unit, vector FROM tally_post WHERE sheet = $1 AND id <= $2 AND `+where, args, add); err != nil {
			return own, total, err
		}
	}
	return own, total, nil
}

// back returns what At does, from the figures of today and the posts that came later,
// which are few where a sheet was sealed at its end. It is not ok where posts wait to
// be folded, or where a later post brought a lane to nothing: whether it was there
// before only the earlier ones say.
func (s Sheet) back(ctx context.Context, tx *db.Tx, e *epoch.Epoch, top int, unit, upTo int64) (own, total Vec, ok bool, err error) {
	var waiting int
	if err := tx.One(ctx, `SELECT count(*) FROM tally_queue WHERE sheet = $1`, []any{s.ID}, &waiting); err != nil || waiting > 0 {
		return own, total, false, err
	}
	n, err := NodeOf(ctx, tx, s.ID, unit)
	if err != nil {
		return own, total, false, err
	}
	ownThen, totalThen := n.Own.Delta(), n.Total.Delta()
	touched := map[Lane]bool{}
	if err := eachPost(ctx, tx, `SELECT unit, vector FROM tally_post WHERE sheet = $1 AND id > $2`, []any{s.ID, upTo}, func(u int64, v Vec) error {
		if i, ok := e.Index(u); !ok || !e.Under(i, top) {
			return nil
		}
		for l, x := range v.Delta() {
			touched[l] = true
			totalThen[l] -= x
			if u == unit {
				ownThen[l] -= x
			}
		}
		return nil
	}); err != nil {
		return own, total, false, err
	}
	for l := range touched {
		if x, had := ownThen[l]; totalThen[l] == 0 || had && x == 0 {
			return own, total, false, nil
		}
	}
	for l, x := range ownThen {
		if err := own.addLane(l, x); err != nil {
			return own, total, false, err
		}
	}
	for l, x := range totalThen {
		if err := total.addLane(l, x); err != nil {
			return own, total, false, err
		}
	}
	return own, total, true, nil
}

// partWith returns the part of a thing's count that a post belongs to: s, or one
// that s goes on from. A post of none is taken for one of s.
func (s Sheet) partWith(ctx context.Context, tx *db.Tx, post int64) (Sheet, error) {
	for at := s; ; {
		var n int
		if err := tx.One(ctx, `SELECT count(*) FROM tally_post WHERE sheet = $1 AND id = $2`, []any{at.ID, post}, &n); err != nil {
			return s, err
		}
		if n > 0 {
			return at, nil
		}
		before, err := Before(ctx, tx, at.ID)
		if err != nil || before.ID == 0 {
			return s, err
		}
		at = before
	}
}

// fewUnits is up to how many units are asked for one by one; beyond it the whole
// sheet is read.
const fewUnits = 4096

// eachPost calls f for every unit and vector that q returns.
func eachPost(ctx context.Context, tx *db.Tx, q string, args []any, f func(unit int64, v Vec) error) error {
	return db.Each(ctx, tx, q, args, func(r db.Scanner) error {
		var unit int64
		var b []byte
		if err := r.Scan(&unit, &b); err != nil {
			return err
		}
		v, err := unpack(b)
		if err != nil {
			return err
		}
		return f(unit, v)
	})
}

// eachOwn calls f with every unit of a sheet and its packed own figures.
func eachOwn(ctx context.Context, tx *db.Tx, sheet int64, f func(unit int64, own []byte) error) error {
	return db.Each(ctx, tx, `SELECT unit, own FROM tally_node WHERE sheet = $1`, []any{sheet}, func(r db.Scanner) error {
		var unit int64
		var own []byte
		if err := r.Scan(&unit, &own); err != nil {
			return err
		}
		return f(unit, own)
	})
}

// Units returns what units are called whose places by may see, by id.
func Units(ctx context.Context, tx *db.Tx, by auth.Actor, tree string, ids []int64) (map[int64]Child, error) {
	all := make(map[int64]Child, len(ids))
	return all, db.AmongIDs(ids, []any{tree, by.Path, by.End(), vn.DayOf(tx.Now)}, func(in string, args []any) error {
		return db.Each(ctx, tx, `SELECT u.id, u.key, n.name
			FROM unit u
			JOIN place p ON p.tree = $1 AND p.unit = u.id
			JOIN unit_name n ON n.unit = u.id AND n.from_day = (
				SELECT coalesce(max(CASE WHEN x.from_day <= $4 THEN x.from_day END), min(x.from_day)) FROM unit_name x WHERE x.unit = u.id)
			WHERE p.path >= $2 AND p.path < $3 AND u.id `+in+``, args, func(r db.Scanner) error {
			var c Child
			err := r.Scan(&c.Unit, &c.UnitKey, &c.UnitName)
			all[c.Unit] = c
			return err
		})
	})
}

// TotalsOf returns the figures of a unit and everything under it on some sheets, by
// sheet; one on which nothing was posted there is not in it.
func TotalsOf(ctx context.Context, tx *db.Tx, unit int64, sheets []int64) (map[int64]Vec, error) {
	all := map[int64]Vec{}
	for part := range chunks(sheets) {
		where, args := among("k.sheet", part, unit)
		if err := db.Each(ctx, tx, totalsOf+where, args, func(r db.Scanner) error {
			var sheet int64
			var total []byte
			if err := r.Scan(&sheet, &total); err != nil {
				return err
			}
			v, err := unpack(total)
			all[sheet] = v
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}
