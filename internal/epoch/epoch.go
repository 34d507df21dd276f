// Package epoch compiles a tree as it stands on a day into an immutable picture,
// over which things are counted.
package epoch

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"sync"

	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// An Epoch is an immutable picture of a tree, compiled: units in pre-order, so
// that the subtree of the unit at place i is the places [i, End(i)). It holds
// the units that had not ended on the day it was cut, and the units above them.
// It is safe for use by many goroutines at once.
type Epoch struct {
	ID     int64
	Tree   string
	units  []int64 // in pre-order
	parent []int32 // place of the parent, -1 for the root
	end    []int32
	depth  []int32
	order  []int32 // places sorted by unit id

	counted sync.Once
	leaves  []int32 // how many leaves stand before a place; one more than places
}

// Len returns how many units the tree had.
func (e *Epoch) Len() int { return len(e.units) }

// Index returns the place of a unit in pre-order.
func (e *Epoch) Index(unit int64) (int, bool) {
	i, ok := slices.BinarySearchFunc(e.order, unit, func(at int32, u int64) int { return cmp.Compare(e.units[at], u) })
	if !ok {
		return 0, false
	}
	return int(e.order[i]), true
}

// Unit returns the unit at place i.
func (e *Epoch) Unit(i int) int64 { return e.units[i] }

// End returns the first place after the subtree of the unit at i.
func (e *Epoch) End(i int) int { return int(e.end[i]) }

// Depth returns how far the unit at i is from the root, 0 for the root.
func (e *Epoch) Depth(i int) int { return int(e.depth[i]) }

// Parent returns the unit above the unit at i, 0 for the root.
func (e *Epoch) Parent(i int) int64 {
	if e.parent[i] < 0 {
		return 0
	}
	return e.units[e.parent[i]]
}

// Above returns the place of the unit above the unit at i, -1 for the root.
func (e *Epoch) Above(i int) int { return int(e.parent[i]) }

// Up yields the places from i to the root, i first.
func (e *Epoch) Up(i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for at := int32(i); at >= 0; at = e.parent[at] {
			if !yield(int(at)) {
				return
			}
		}
	}
}

// Children yields the places directly under i, in tree order.
func (e *Epoch) Children(i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for at := i + 1; at < e.End(i); at = e.End(at) {
			if !yield(at) {
				return
			}
		}
	}
}

// Subtree returns the units at i and under it, in pre-order. It is not to be
// changed.
func (e *Epoch) Subtree(i int) []int64 { return e.units[i:e.End(i):e.End(i)] }

// Under reports whether the unit at i is the unit at root or under it.
func (e *Epoch) Under(i, root int) bool { return i >= root && i < e.End(root) }

// Leaves returns how many units at and under the place i have none under them.
func (e *Epoch) Leaves(i int) int {
	e.counted.Do(func() {
		e.leaves = make([]int32, len(e.units)+1)
		for at := range e.units {
			e.leaves[at+1] = e.leaves[at]
			if e.End(at) == at+1 {
				e.leaves[at+1]++
			}
		}
	})
	return int(e.leaves[e.end[i]] - e.leaves[i])
}

// An edge is a unit under another, 0 for the root.
type edge struct{ unit, parent int64 }

// A span is an edge with the days it holds, [from, to), to "" while it lasts.
type span struct {
	edge
	from, to vn.Day
}

// standing returns the edges of the units that have not ended on day and of all
// units above them: what lies above a unit that stands is shown even if it was
// closed too early. spans hold every span of a unit one after the other, the
// earliest first.
func standing(spans []span, day vn.Day) []edge {
	var edges []edge
	var stand []bool
	at := map[int64]int{}
	for i, s := range spans {
		lasts := s.to == "" || day.Before(s.to)
		n := len(edges) - 1
		if i == 0 || s.unit != spans[i-1].unit {
			at[s.unit] = len(edges)
			edges, stand = append(edges, s.edge), append(stand, lasts)
			continue
		}
		if !day.Before(s.from) {
			edges[n] = s.edge
		}
		stand[n] = stand[n] || lasts
	}
	keep := make([]bool, len(edges))
	for i := range edges {
		for j, ok := i, stand[i]; ok && !keep[j]; j, ok = at[edges[j].parent] {
			keep[j] = true
		}
	}
	kept := edges[:0]
	for i, e := range edges {
		if keep[i] {
			kept = append(kept, e)
		}
	}
	return kept
}

// compile makes an epoch of edges, children in the order they come. Edges that
// hang under no root, or in a circle, are an error.
func compile(edges []edge) (*Epoch, error) {
	children := map[int64][]int64{}
	for _, e := range edges {
		children[e.parent] = append(children[e.parent], e.unit)
	}
	b := builder{}
	type frame struct {
		depth int
		rest  []int64
	}
	stack := []frame{{0, children[0]}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if len(top.rest) == 0 {
			stack = stack[:len(stack)-1]
			continue
		}
		unit := top.rest[0]
		top.rest = top.rest[1:]
		if err := b.add(unit, top.depth); err != nil {
			return nil, err
		}
		stack = append(stack, frame{top.depth + 1, children[unit]})
	}
	if len(b.units) != len(edges) {
		return nil, fmt.Errorf("epoch: %d of %d units hang under no root", len(edges)-len(b.units), len(edges))
	}
	return b.done()
}

// A builder takes units in pre-order with their depths.
type builder struct {
	Epoch
	path []int32 // places from the root to the last unit
}

func (b *builder) add(unit int64, depth int) error {
	if depth > len(b.path) {
		return fmt.Errorf("epoch: unit %d at depth %d hangs under nothing", unit, depth)
	}
	at, parent := int32(len(b.units)), int32(-1)
	b.close(depth)
	if depth > 0 {
		parent = b.path[depth-1]
	}
	b.units, b.parent = append(b.units, unit), append(b.parent, parent)
	b.depth, b.end = append(b.depth, int32(depth)), append(b.end, 0)
	b.path = append(b.path, at)
	return nil
}

// close ends the subtrees that a unit at depth comes after.
func (b *builder) close(depth int) {
	for _, at := range b.path[depth:] {
		b.end[at] = int32(len(b.units))
	}
	b.path = b.path[:depth]
}

func (b *builder) done() (*Epoch, error) {
	b.close(0)
	e := &b.Epoch
	e.order = make([]int32, len(e.units))
	for i := range e.order {
		e.order[i] = int32(i)
	}
	slices.SortFunc(e.order, func(x, y int32) int { return cmp.Compare(e.units[x], e.units[y]) })
	for i := 1; i < len(e.order); i++ {
		if u := e.units[e.order[i]]; u == e.units[e.order[i-1]] {
			return nil, fmt.Errorf("epoch: unit %d stands twice in one tree", u)
		}
	}
	return e, nil
}

// For returns the epoch of tree as it stands today, cutting a new one only
// if the tree has changed since the last: a unit was created, closed or moved,
// or the day of a closing or a move has come. A renaming cuts nothing.
func For(ctx context.Context, tx *db.Tx, tree string) (*Epoch, error) {
	id, current, err := lastEpoch(ctx, tx, tree)
	if err != nil {
		return nil, err
	}
	if current {
		return ByID(ctx, tx, id)
	}
	spans, err := readSpans(ctx, tx, tree)
	if err != nil {
		return nil, err
	}
	e, err := compile(standing(spans, vn.DayOf(tx.Now)))
	if err != nil {
		return nil, err
	}
	blob, err := e.encode()
	if err != nil {
		return nil, err
	}
	e.ID, e.Tree = newEpochID(), tree
	return e, insertEpoch(ctx, tx, e, blob)
}

// newEpochID returns a positive id that is chosen by chance and not by the
// sequence, so that it names one tree for ever: an epoch that was read and then
// rolled back, or one of another database, is never taken for this one.
func newEpochID() int64 {
	var b [8]byte
	rand.Read(b[:])
	return int64(binary.BigEndian.Uint64(b[:])>>1 | 1)
}

// ByID returns an epoch. Those used last are held in memory.
func ByID(ctx context.Context, tx *db.Tx, id int64) (*Epoch, error) {
	if e := kept.get(id); e != nil {
		return e, nil
	}
	tree, blob, err := readEpoch(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	e, err := decodeEpoch(blob)
	if err != nil {
		return nil, fmt.Errorf("epoch %d: %w", id, err)
	}
	e.ID, e.Tree = id, tree
	kept.put(e)
	return e, nil
}

const maxKept = 16

// A shelf holds the epochs used last. They never change, so it is shared by all
// databases of the process.
type shelf struct {
	mu    sync.Mutex
	clock int64
	byID  map[int64]*shelved
}

type shelved struct {
	epoch *Epoch
	used  int64
}

var kept = shelf{byID: map[int64]*shelved{}}

func (s *shelf) get(id int64) *Epoch {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.byID[id]
	if one == nil {
		return nil
	}
	s.clock++
	one.used = s.clock
	return one.epoch
}

func (s *shelf) put(e *Epoch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	s.byID[e.ID] = &shelved{e, s.clock}
	if len(s.byID) <= maxKept {
		return
	}
	oldest := e.ID
	for id, one := range s.byID {
		if one.used < s.byID[oldest].used {
			oldest = id
		}
	}
	delete(s.byID, oldest)
}
