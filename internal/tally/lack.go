package tally

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/bits"

	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
)

// MaxLack is how many units one answer about who has not may hold.
const MaxLack = 500

// A Place is where a list in tree order goes on: 0 at its beginning, and after
// its end.
type Place int

// A Lack asks who has not: units at and under Top whose own figures in the lanes
// Done add up to less than what is due from them. No unit's own Done may be more
// than what is due from it: in the totals it would hide what others lack.
type Lack struct {
	Sheet Sheet
	Top   int64
	Done  []Lane
	// What is due is counted in lanes, or follows from the tree: DueOf returns what
	// is due from the unit at a place of the sheet's epoch, and from it and all
	// under it. DueOf goes first.
	Due   []Lane
	DueOf func(e *epoch.Epoch, at int) (own, subtree int64)
	After Place
	Limit int // and at most MaxLack
}

// Lacking returns units that q asks for, in the order of the tree, and where the
// next come. A unit that does not stand on the sheet lacks nothing. It goes down
// only where a total shows that something is missing, and reads nothing of a
// subtree to which nothing was posted.
func Lacking(ctx context.Context, tx *db.Tx, q Lack) (units []int64, next Place, err error) {
	e, _, top, on, err := q.Sheet.area(ctx, tx, q.Top)
	if err != nil || !on {
		return nil, 0, err
	}
	if q.Limit = min(q.Limit, MaxLack); q.Limit < 1 {
		return nil, 0, fmt.Errorf("tally: a list of %d units", q.Limit)
	}
	n, err := lackOf(ctx, tx, q, `unit`, q.Top)
	if err != nil {
		return nil, 0, err
	}
	d := descent{Lack: q, ctx: ctx, tx: tx, epoch: e}
	err = d.visit(top, n[q.Top])
	return d.units, d.next, err
}

// A lacked is how much is done, and due by lanes, of one node.
type lacked struct{ own, total, dueOwn, dueTotal int64 }

// A descent walks a tree for one Lack.
type descent struct {
	Lack
	ctx   context.Context
	tx    *db.Tx
	epoch *epoch.Epoch
	units []int64
	next  Place
}

// full notes where the next answer begins, if this one is full.
func (d *descent) full(at int) bool {
	if d.next == 0 && len(d.units) == d.Limit {
		d.next = Place(at)
	}
	return d.next != 0
}

// due returns what is due from the unit at a place and from all at and under it.
func (d *descent) due(at int, n lacked) (own, subtree int64) {
	if d.DueOf != nil {
		return d.DueOf(d.epoch, at)
	}
	return n.dueOwn, n.dueTotal
}

// visit adds what lacks at a place and under it, of which n is the node.
func (d *descent) visit(at int, n lacked) error {
	if d.epoch.End(at) <= int(d.After) {
		return nil
	}
	own, subtree := d.due(at, n)
	if n.total >= subtree {
		return nil
	}
	if n == (lacked{}) {
		d.expected(at)
		return nil
	}
	if n.own < own && at >= int(d.After) {
		if d.full(at) {
			return nil
		}
		d.units = append(d.units, d.epoch.Unit(at))
	}
	if n.total-n.own >= subtree-own {
		return nil
	}
	under, err := lackOf(d.ctx, d.tx, d.Lack, `parent`, d.epoch.Unit(at))
	if err != nil {
		return err
	}
	for child := range d.epoch.Children(at) {
		if err := d.visit(child, under[d.epoch.Unit(child)]); err != nil || d.next != 0 {
			return err
		}
	}
	return nil
}

// expected adds every unit at and under a place from which something is due:
// nothing was done there.
func (d *descent) expected(top int) {
	for at := max(top, int(d.After)); at < d.epoch.End(top); {
		own, subtree := d.due(at, lacked{})
		if own > 0 {
			if d.full(at) {
				return
			}
			d.units = append(d.units, d.epoch.Unit(at))
		}
		if at++; subtree == own {
			at = d.epoch.End(at - 1)
		}
	}
}

// laneSums returns the sums of the lanes in each of sets, read off a packed
// vector without unpacking the rest of it.
func laneSums(b []byte, sets ...[]Lane) (sums [2]int64, err error) {
	if len(b) == 0 {
		return sums, nil
	}
	n, last := int(b[0]), Lane(0)
	if n > lanes/8 || len(b) < 1+n {
		return sums, broken(b)
	}
	for _, set := range sets {
		for _, l := range set {
			last = max(last, l)
		}
	}
	rest := b[1+n:]
	for i, word := range b[1 : 1+n] {
		for ; word != 0; word &= word - 1 {
			l := Lane(i*8 + bits.TrailingZeros8(word))
			if l > last {
				return sums, nil
			}
			x, w := binary.Varint(rest)
			if w <= 0 {
				return sums, broken(b)
			}
			rest = rest[w:]
			for s, set := range sets {
				for _, one := range set {
					if one == l {
						sums[s] += x
					}
				}
			}
		}
	}
	return sums, nil
}
