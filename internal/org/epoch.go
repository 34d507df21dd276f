package org

import (
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"

	"nhipcau/internal/db"
)

// An Epoch is an immutable picture of a tree, compiled: units in pre-order, so
// that the subtree of the unit at i is [i, End(i)). It is safe for use by many.
type Epoch struct {
	ID     int64
	Tree   string
	units  []int64 // in pre-order
	parent []int32 // index of the parent, -1 for the root
	end    []int32
	depth  []int32
	order  []int32 // indexes sorted by unit id
}

// An edge is a unit under another, 0 for the root.
type edge struct{ unit, parent int64 }

// compile makes an epoch of edges, children in the order they come. Edges that
// hang under no root, or in a circle, are an error.
func compile(edges []edge) (*Epoch, error) {
	children := map[int64][]int64{}
	for _, e := range edges {
		children[e.parent] = append(children[e.parent], e.unit)
	}
	e := &Epoch{}
	type frame struct {
		index int32
		rest  []int64
	}
	stack := []frame{{-1, children[0]}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if len(top.rest) == 0 {
			if top.index >= 0 {
				e.end[top.index] = int32(len(e.units))
			}
			stack = stack[:len(stack)-1]
			continue
		}
		unit := top.rest[0]
		top.rest = top.rest[1:]
		at := int32(len(e.units))
		e.units, e.parent = append(e.units, unit), append(e.parent, top.index)
		e.end, e.depth = append(e.end, 0), append(e.depth, int32(len(stack)-1))
		stack = append(stack, frame{at, children[unit]})
	}
	if len(e.units) != len(edges) {
		return nil, fmt.Errorf("org: %d of %d units hang under no root", len(edges)-len(e.units), len(edges))
	}
	e.index()
	return e, nil
}

func (e *Epoch) index() {
	e.order = make([]int32, len(e.units))
	for i := range e.order {
		e.order[i] = int32(i)
	}
	slices.SortFunc(e.order, func(a, b int32) int { return cmp.Compare(e.units[a], e.units[b]) })
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

// Unit returns the unit at i.
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

// Under reports whether the unit at i is the unit at root or under it.
func (e *Epoch) Under(i, root int) bool { return i >= root && i < e.End(root) }

// encode packs the tree: per unit in pre-order its id, as the difference to the
// one before, and its depth.
func (e *Epoch) encode() ([]byte, error) {
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	raw := binary.AppendUvarint(nil, uint64(len(e.units)))
	last := int64(0)
	for i, u := range e.units {
		raw = binary.AppendVarint(raw, u-last)
		raw = binary.AppendUvarint(raw, uint64(e.depth[i]))
		last = u
	}
	if _, err := z.Write(raw); err != nil {
		return nil, err
	}
	return b.Bytes(), z.Close()
}

const maxUnits = 1 << 24

// decodeEpoch is the reverse of encode.
func decodeEpoch(blob []byte) (*Epoch, error) {
	r := bytes.NewReader(nil)
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(blob)))
	if err != nil {
		return nil, fmt.Errorf("org: epoch: %w", err)
	}
	r.Reset(raw)
	n, err := binary.ReadUvarint(r)
	if err != nil || n > maxUnits {
		return nil, fmt.Errorf("org: epoch of %d units: %w", n, err)
	}
	e := &Epoch{}
	var path []int32 // places from the root to the last unit
	last := int64(0)
	for i := range int32(n) {
		d, err1 := binary.ReadVarint(r)
		depth, err2 := binary.ReadUvarint(r)
		if err := cmp.Or(err1, err2); err != nil || depth > uint64(len(path)) {
			return nil, fmt.Errorf("org: epoch broken at unit %d: %w", i, err)
		}
		for _, at := range path[depth:] {
			e.end[at] = i
		}
		parent := int32(-1)
		if depth > 0 {
			parent = path[depth-1]
		}
		last += d
		e.units, e.parent, e.depth, e.end = append(e.units, last), append(e.parent, parent), append(e.depth, int32(depth)), append(e.end, 0)
		path = append(path[:depth:depth], i)
	}
	for _, at := range path {
		e.end[at] = int32(n)
	}
	e.index()
	return e, nil
}

// kept holds the epochs read last; they never change.
var kept = struct {
	sync.Mutex
	byID map[int64]*Epoch
}{byID: map[int64]*Epoch{}}

const maxKept = 16

func keep(e *Epoch) *Epoch {
	kept.Lock()
	defer kept.Unlock()
	if len(kept.byID) >= maxKept {
		clear(kept.byID)
	}
	kept.byID[e.ID] = e
	return e
}

// EpochByID returns an epoch.
func EpochByID(ctx context.Context, tx *db.Tx, id int64) (*Epoch, error) {
	kept.Lock()
	e := kept.byID[id]
	kept.Unlock()
	if e != nil {
		return e, nil
	}
	tree, blob, err := readEpoch(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if e, err = decodeEpoch(blob); err != nil {
		return nil, err
	}
	e.ID, e.Tree = id, tree
	return keep(e), nil
}

// EpochFor returns the epoch of tree as it stands, cutting a new one only if
// the tree has changed since the last.
func EpochFor(ctx context.Context, tx *db.Tx, tree string) (*Epoch, error) {
	id, current, err := lastEpoch(ctx, tx, tree)
	if err != nil {
		return nil, err
	}
	if current {
		return EpochByID(ctx, tx, id)
	}
	edges, err := standing(ctx, tx, tree)
	if err != nil {
		return nil, err
	}
	e, err := compile(edges)
	if err != nil {
		return nil, err
	}
	blob, err := e.encode()
	if err != nil {
		return nil, err
	}
	e.ID, e.Tree = tx.NewID(), tree
	return e, insertEpoch(ctx, tx, e, blob)
}
