package tally

import (
	"cmp"
	"context"
	"slices"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// A Query asks for the posts behind a figure: one lane of one unit on a sheet.
type Query struct {
	Sheet   int64
	Unit    int64
	Lane    Lane
	Subtree bool  // everything under the unit too: its total, not its own figure
	After   int64 // Next of the page before, 0 for the first
	Limit   int   // posts on a page, at most 500
}

// A Posted is one post as a trace shows it.
type Posted struct {
	ID        int64
	Unit      int64
	UnitKey   string
	UnitName  string // of today
	Delta     Delta
	Moved     int64 // what it added to the lane asked about
	Source    Source
	Actor     string // account, "" for the house itself
	ActorName string
	Reason    string
	Declared  Declaration
	At        time.Time
}

// A Page is a part of a trace.
type Page struct {
	Posts []Posted
	More  bool  // there may be more after Next
	Next  int64 // what the next page comes after
}

// Trace returns the posts that made a figure, the oldest first. Their Moved add
// up to it, as far as by may see the units; a unit, or a sheet of another tree,
// that by may not see is NotFound.
func Trace(ctx context.Context, tx *db.Tx, by auth.Actor, q Query) (Page, error) {
	s, err := See(ctx, tx, by, q.Sheet)
	if err != nil {
		return Page{}, err
	}
	if _, err := org.See(ctx, tx, by, q.Unit); err != nil {
		return Page{}, err
	}
	q.Limit = min(max(q.Limit, 1), MaxChildren)
	e, _, top, on, err := s.area(ctx, tx, q.Unit)
	if err != nil || !on {
		return Page{}, err
	}
	if !q.Subtree {
		return traceAmong(ctx, tx, by, s, q, []int64{q.Unit})
	}
	units, few, err := holders(ctx, tx, q)
	if err != nil {
		return Page{}, err
	}
	if few {
		return traceAmong(ctx, tx, by, s, q, units)
	}
	return traceAll(ctx, tx, by, s, q, func(unit int64) bool {
		i, ok := e.Index(unit)
		return ok && e.Under(i, top)
	})
}

// See returns a sheet of by's tree.
func See(ctx context.Context, tx *db.Tx, by auth.Actor, id int64) (Sheet, error) {
	s, err := Find(ctx, tx, id)
	if err == nil && s.Tree != by.Tree {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return s, err
}

// fewHolders is up to how many units posts are looked up unit by unit.
const fewHolders = 512

// holders returns the units at and under q.Unit that have a figure of their own
// in the lane. It goes down only where there is one; with more than fewHolders
// it gives up.
func holders(ctx context.Context, tx *db.Tx, q Query) (units []int64, few bool, err error) {
	top, err := NodeOf(ctx, tx, q.Sheet, q.Unit)
	if err != nil {
		return nil, false, err
	}
	for next := []Node{top}; len(next) > 0; {
		n := next[len(next)-1]
		next = next[:len(next)-1]
		if n.Own.Has(q.Lane) {
			units = append(units, n.Unit)
		}
		if len(units)+len(next) > fewHolders {
			return nil, false, nil
		}
		if !n.Total.Has(q.Lane) {
			continue
		}
		under, err := db.All(ctx, tx, scanNode, `SELECT `+nodeColumns+` FROM tally_node WHERE sheet = $1 AND parent = $2`, q.Sheet, n.Unit)
		if err != nil {
			return nil, false, err
		}
		for _, c := range under {
			if c.Total.Has(q.Lane) {
				next = append(next, c)
			}
		}
	}
	return units, true, nil
}

// traceAmong looks the posts of few units up, each part of them by the index.
func traceAmong(ctx context.Context, tx *db.Tx, by auth.Actor, s Sheet, q Query, units []int64) (Page, error) {
	var all []Posted
	for part := range chunks(units) {
		where, args := among("t.unit", part, seenArgs(tx, by, s, q.After)...)
		for after, more := q.After, true; more; {
			args[1] = after
			got, err := readPosted(ctx, tx, where, args)
			if err != nil {
				return Page{}, err
			}
			found := 0
			for _, p := range got {
				after = p.ID
				if p.holds(q.Lane) && found <= q.Limit {
					all, found = append(all, p), found+1
				}
			}
			more = len(got) == readAtOnce && found <= q.Limit
		}
	}
	slices.SortFunc(all, func(a, b Posted) int { return cmp.Compare(a.ID, b.ID) })
	return pageOf(all, q), nil
}

// traceAll reads the posts of the whole sheet and takes those of the units
// asked for, which are many. It reads so many and no more: a page may be short and
// yet have another after it.
func traceAll(ctx context.Context, tx *db.Tx, by auth.Actor, s Sheet, q Query, under func(unit int64) bool) (Page, error) {
	var all []Posted
	args := seenArgs(tx, by, s, q.After)
	for range readMost / readAtOnce {
		got, err := readPosted(ctx, tx, `1 = 1`, args)
		if err != nil {
			return Page{}, err
		}
		for _, p := range got {
			q.After = p.ID
			if under(p.Unit) && p.holds(q.Lane) && len(all) <= q.Limit {
				all = append(all, p)
			}
		}
		if len(all) > q.Limit || len(got) < readAtOnce {
			return pageOf(all, q), nil
		}
		args[1] = q.After
	}
	return Page{Posts: all, More: true, Next: q.After}, nil
}

// holds reports whether p moved lane or made it present, and notes by how much.
func (p *Posted) holds(lane Lane) bool {
	x, ok := p.Delta[lane]
	p.Moved = x
	return ok
}

func pageOf(all []Posted, q Query) Page {
	p := Page{Posts: all}
	if p.More = len(all) > q.Limit; p.More {
		p.Posts = all[:q.Limit]
	}
	p.Next = q.After
	if n := len(p.Posts); n > 0 {
		p.Next = p.Posts[n-1].ID
	}
	return p
}

const (
	readAtOnce = 500    // posts that one query of a trace reads
	readMost   = 20_000 // posts that one page of a trace looks through
)

// seenArgs are the first arguments of readPosted: the sheet, the post after
// which to read, its tree, the reader's subtree and today.
func seenArgs(tx *db.Tx, by auth.Actor, s Sheet, after int64) []any {
	return []any{s.ID, after, s.Tree, by.Path, by.End(), vn.DayOf(tx.Now), readAtOnce}
}

// readPosted returns posts in the reader's subtree, the oldest first. A unit's
// name is that of today, its last once it is closed. The posts are read first: from
// the units of a nation down to their posts the way is long.
func readPosted(ctx context.Context, tx *db.Tx, where string, args []any) ([]Posted, error) {
	return db.All(ctx, tx, scanPosted, `
		SELECT t.id, t.unit, u.key, n.name, t.vector, t.source_kind, t.source_id, t.actor, t.actor_name, t.reason, t.signer, t.paper, t.at
		FROM tally_post t
		CROSS JOIN place p
		JOIN unit u ON u.id = t.unit
		JOIN unit_name n ON n.unit = t.unit AND n.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $6 THEN x.from_day END), min(x.from_day)) FROM unit_name x WHERE x.unit = t.unit)
		WHERE t.sheet = $1 AND t.id > $2 AND p.tree = $3 AND p.unit = t.unit AND p.path >= $4 AND p.path < $5 AND `+where+`
		ORDER BY t.id LIMIT $7`, args...)
}

func scanPosted(r db.Scanner) (p Posted, err error) {
	var b []byte
	if err := r.Scan(&p.ID, &p.Unit, &p.UnitKey, &p.UnitName, &b, &p.Source.Kind, &p.Source.ID, &p.Actor, &p.ActorName, &p.Reason,
		&p.Declared.Signer, &p.Declared.Paper, db.At(&p.At)); err != nil {
		return p, err
	}
	v, err := unpack(b)
	p.Delta = v.Delta()
	return p, err
}
