package tally

import (
	"bytes"
	"context"
	"fmt"

	"nhipcau/internal/db"
)

// A Rebuilt says what was set right on a sheet.
type Rebuilt struct {
	Nodes   int // that the sheet has now
	Written int // that were missing or wrong
	Removed int // that should not have been there
}

// Changed reports whether anything was wrong.
func (r Rebuilt) Changed() bool { return r.Written > 0 || r.Removed > 0 }

// Rebuild makes the nodes of a sheet again from its posts, while others go on
// posting: their figures come to it when it is done. Nodes that are right are left
// alone. A post that cannot be read is an error, and nothing is changed.
func Rebuild(ctx context.Context, d *db.DB, sheet int64) (r Rebuilt, err error) {
	err = d.WriteAlone(ctx, func(ctx context.Context, tx *db.Tx) error {
		s, err := Find(ctx, tx, sheet)
		if err != nil {
			return err
		}
		r, err = s.rebuild(ctx, tx)
		return err
	})
	return r, err
}

// RebuildAll is Rebuild for every sheet, and calls tell after each.
func RebuildAll(ctx context.Context, d *db.DB, tell func(Sheet, Rebuilt)) error {
	var all []Sheet
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = sheets(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	for _, s := range all {
		r, err := Rebuild(ctx, d, s.ID)
		if err != nil {
			return fmt.Errorf("sheet %d (%s %s): %w", s.ID, s.Kind, s.Source, err)
		}
		tell(s, r)
	}
	return nil
}

func (s Sheet) rebuild(ctx context.Context, tx *db.Tx) (r Rebuilt, err error) {
	now, err := waiting(ctx, tx)
	if err != nil {
		return r, err
	}
	var found Report
	p := proof{Report: &found}
	if err := p.begin(ctx, tx, s); err != nil {
		return r, err
	}
	if err := p.readPosts(ctx, tx, now); err != nil {
		return r, err
	}
	if found.Mismatches > 0 {
		return r, fmt.Errorf("tally: %q", found.Details)
	}
	totals, err := p.totals()
	if err != nil {
		return r, err
	}
	right := make([]bool, len(totals))
	var strays []nodeKey
	if err := eachNode(ctx, tx, s.ID, func(key nodeKey, own, total db.Raw) error {
		i, ok := p.place(key.unit)
		if !ok || totals[i] == nil || key.parent != p.parent(i) {
			strays = append(strays, key)
			return nil
		}
		right[i] = bytes.Equal(own, p.posts[i]) && bytes.Equal(total, totals[i])
		return nil
	}); err != nil {
		return r, err
	}
	for _, key := range strays {
		if err := removeNode(ctx, tx, s.ID, key); err != nil {
			return r, err
		}
	}
	var wrong []int
	for i, total := range totals {
		if total != nil {
			r.Nodes++
		}
		if total != nil && !right[i] {
			wrong = append(wrong, i)
		}
	}
	r.Written, r.Removed = len(wrong), len(strays)
	return r, p.write(ctx, tx, wrong, totals)
}

// totals returns what the posts on and under each place add up to, nil where there
// are none, and gives the places without posts of their own empty figures.
func (p *proof) totals() ([][]byte, error) {
	has := p.counted()
	totals := make([][]byte, len(has))
	under := make([]*Vec, len(has))
	for i := len(has) - 1; i >= 0; i-- { // what lies under a unit comes after it
		if !has[i] {
			continue
		}
		if p.posts[i] == nil {
			p.posts[i] = Vec{}.pack()
		}
		totals[i] = p.posts[i]
		if sum := under[i]; sum != nil {
			if err := sum.addPacked(p.posts[i]); err != nil {
				return nil, err
			}
			totals[i], under[i] = sum.pack(), nil
		}
		if i == 0 {
			break
		}
		above := p.epoch.Above(p.root+i) - p.root
		if under[above] == nil {
			under[above] = &Vec{}
		}
		if err := under[above].addPacked(totals[i]); err != nil {
			return nil, err
		}
	}
	return totals, nil
}

// write puts the nodes at some places.
func (p *proof) write(ctx context.Context, tx *db.Tx, places []int, totals [][]byte) error {
	for part := range chunks(places) {
		args := make([]any, 0, 5*len(part))
		for _, i := range part {
			args = append(args, p.sheet.ID, p.parent(i), p.epoch.Unit(p.root+i), p.posts[i], totals[i])
		}
		if err := putNodes(ctx, tx, len(part), args); err != nil {
			return err
		}
	}
	return nil
}
