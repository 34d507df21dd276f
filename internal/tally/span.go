package tally

import (
	"context"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// A Span is what a sheet counted at and under a unit in a stretch of time.
type Span struct {
	Sheet Sheet
	Moved Vec
}

// Spans returns what the sheets of a kind in a tree counted at and under a unit from a
// moment until before another, sheets that counted nothing left out. upTo, if it is
// not 0, is the newest post that is known: what came later is as if it were not.
func Spans(ctx context.Context, tx *db.Tx, kind, tree string, unit int64, from, to time.Time, upTo int64) ([]Span, error) {
	ids, err := db.All(ctx, tx, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) },
		`SELECT id FROM tally_sheet WHERE kind = $1 AND tree = $2 AND next = 0 AND opened_at < $3 ORDER BY id`, kind, tree, to)
	if err != nil {
		return nil, err
	}
	var all []Span
	for _, id := range ids {
		s, err := Find(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if _, _, _, on, err := s.area(ctx, tx, unit); err != nil {
			return nil, err
		} else if !on {
			continue
		}
		v, err := s.moved(ctx, tx, unit, from, to, upTo)
		if err != nil {
			return nil, err
		}
		if !v.Empty() {
			all = append(all, Span{s, v})
		}
	}
	return all, nil
}

// moved returns what s counted at and under a unit between two moments.
func (s Sheet) moved(ctx context.Context, tx *db.Tx, unit int64, from, to time.Time, upTo int64) (Vec, error) {
	last, err := lastBefore(ctx, tx, s.ID, to, upTo)
	if err != nil || last == 0 {
		return Vec{}, err
	}
	first, err := lastBefore(ctx, tx, s.ID, from, upTo)
	if err != nil || first == last {
		return Vec{}, err
	}
	_, end, err := At(ctx, tx, s.ID, unit, last)
	if err != nil || first == 0 {
		return end, err
	}
	_, begin, err := At(ctx, tx, s.ID, unit, first)
	if err != nil {
		return Vec{}, err
	}
	d := Delta{}
	for l := range end.all {
		if x := end.Get(l) - begin.Get(l); x != 0 {
			d[l] = x
		}
	}
	return vecOf(d)
}

// lastBefore returns the newest post of a sheet from before a moment, and no newer
// than upTo unless that is 0; 0 for none.
func lastBefore(ctx context.Context, tx *db.Tx, sheet int64, before time.Time, upTo int64) (id int64, err error) {
	err = tx.One(ctx, `SELECT id FROM tally_post WHERE sheet = $1 AND at < $2 AND ($3 = 0 OR id <= $3) ORDER BY id DESC LIMIT 1`, []any{sheet, before, upTo}, &id)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return id, err
}
