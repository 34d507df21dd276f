package tally

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
)

// ReformSource is the kind of source of the posts that open the next part of a
// count: their id is the sheet of the part before and the unit there.
const ReformSource = "reform"

// A Handover says who goes on with a count after a reform.
type Handover struct {
	Root   int64                  // of the next part; 0 for the same
	Keeper func(unit int64) int64 // where the figures of a unit go that stands on it no more
}

// Continue ends a sheet because the tree changed, and opens its next part over the
// tree as it stands now, with everything posted so far. A unit that stands on it no
// more and has no keeper that does is a mistake of the caller. The first part is
// sealed.
func Continue(ctx context.Context, tx *db.Tx, by auth.Actor, sheet int64, h Handover) (Sheet, error) {
	s, err := Find(ctx, tx, sheet)
	if err != nil {
		return Sheet{}, err
	}
	e, err := epoch.For(ctx, tx, s.Tree)
	if err != nil {
		return Sheet{}, err
	}
	next := s
	next.ID, next.Epoch, next.OpenedAt, next.OpenedBy, next.Part = tx.NewID(), e.ID, tx.Now, by.Login, s.Part+1
	if h.Root != 0 {
		next.Root = h.Root
	}
	sums, err := sumOf(ctx, tx, sheet)
	if err != nil {
		return Sheet{}, err
	}
	if err := end(ctx, tx, by, s, next); err != nil {
		return Sheet{}, err
	}
	kept, err := s.handOver(ctx, tx, next, e, h)
	if err != nil {
		return Sheet{}, err
	}
	return next, next.openWith(ctx, tx, by, s, e, kept, sums)
}

// handOver notes and returns where the figures go of the units that stood on s, or
// had a keeper there, and do not stand on next.
func (s Sheet) handOver(ctx context.Context, tx *db.Tx, next Sheet, e *epoch.Epoch, h Handover) (map[int64]int64, error) {
	before, top, _, _, err := s.area(ctx, tx, s.Root)
	if err != nil {
		return nil, err
	}
	root, ok := e.Index(next.Root)
	if !ok {
		return nil, fmt.Errorf("tally: unit %d, the root of what goes on from sheet %d, does not stand", next.Root, s.ID)
	}
	on := func(unit int64) bool {
		i, ok := e.Index(unit)
		return ok && e.Under(i, root)
	}
	kept, err := keepers(ctx, tx, s.ID)
	if err != nil {
		return nil, err
	}
	for unit, k := range kept {
		if !on(k) {
			kept[unit] = h.Keeper(k)
		}
	}
	for _, unit := range before.Subtree(top) {
		if !on(unit) {
			kept[unit] = h.Keeper(unit)
		}
	}
	for unit, k := range kept {
		if !on(k) {
			return nil, fmt.Errorf("tally: unit %d is to keep the figures of %d and is not on sheet %d", k, unit, next.ID)
		}
	}
	return kept, insertKeepers(ctx, tx, next.ID, kept)
}

// openWith posts to a new part what each unit had on the part before, and writes
// its nodes: nothing else is on it.
func (s Sheet) openWith(ctx context.Context, tx *db.Tx, by auth.Actor, before Sheet, e *epoch.Epoch, kept map[int64]int64, sums map[int64]*Vec) error {
	root, _ := e.Index(s.Root) // handOver has found it
	c := &count{s, e, root, map[int]*Node{}}
	units := slices.Sorted(maps.Keys(sums))
	keys, err := keysOf(ctx, tx, units)
	if err != nil {
		return err
	}
	all := make([]opening, 0, len(units))
	for _, unit := range units {
		if sums[unit].Empty() {
			continue
		}
		o := opening{tx.NewID(), unit, *sums[unit], strconv.FormatInt(before.ID, 10) + ":" + keys[unit]}
		if k, ok := kept[unit]; ok {
			o.unit = k
		}
		if err := c.add(o.unit, o.vec); err != nil {
			return err
		}
		all = append(all, o)
	}
	if err := c.roll(); err != nil {
		return err
	}
	if err := insertOpenings(ctx, tx, by, s.ID, all); err != nil {
		return err
	}
	nodes := make([]Node, 0, len(c.nodes))
	for _, i := range c.places() {
		nodes = append(nodes, *c.nodes[i])
	}
	return insertNodes(ctx, tx, s.ID, nodes)
}

// An opening is a post that carries the figures of a unit over from the part
// before.
type opening struct {
	id, unit int64
	vec      Vec
	source   string
}

// end seals the part before and opens the next.
func end(ctx context.Context, tx *db.Tx, by auth.Actor, s, next Sheet) error {
	last, err := lastSeal(ctx, tx, s)
	if err != nil {
		return err
	}
	l := Seal{ID: tx.NewID(), Sheet: s.ID, Before: last.ID, Reform: true, Signer: by.Login, SignerName: by.Name, At: tx.Now}
	if l.Post, err = LastPost(ctx, tx, s.ID); err != nil {
		return err
	}
	posts, err := s.hash(ctx, tx, last.Hash, l.Post)
	if err != nil {
		return err
	}
	l.Hash = l.over(posts)
	if err := insertSeal(ctx, tx, l); err != nil {
		return err
	}
	if err := insertSheet(ctx, tx, next); err != nil {
		return err
	}
	return setNext(ctx, tx, s.ID, next.ID)
}

// Rejoin takes the newest part of a count back and opens the part before it
// again, as if the reform had not been. It is a Conflict once anything was posted
// to it or it was sealed.
func Rejoin(ctx context.Context, tx *db.Tx, sheet int64) (Sheet, error) {
	before, err := Before(ctx, tx, sheet)
	if err != nil {
		return Sheet{}, err
	}
	n, err := deeds(ctx, tx, sheet)
	if err != nil {
		return Sheet{}, err
	}
	s, err := Find(ctx, tx, sheet)
	if err != nil {
		return Sheet{}, err
	}
	if before.ID == 0 || n > 0 || s.Next != 0 {
		return Sheet{}, fault.New(fault.Conflict, "tally.error.built_on")
	}
	if err := drop(ctx, tx, sheet, before.ID); err != nil {
		return Sheet{}, err
	}
	return Find(ctx, tx, before.ID)
}
