// Package lineage changes many units of a tree on one day, and knows who followed
// whom: which units came from one that ended, and with what share of it.
//
// It stands between org, which knows units one by one, and what is counted over
// them. Whoever changes the tree has asked who may, and names the reform that the
// change belongs to; by it everything can be undone as long as nothing was built on
// it.
package lineage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// A Newborn is a unit that a change creates. Its identity was reserved before.
type Newborn struct {
	ID                int64
	Name, Short, Kind string
	Parent            int64
}

// An End is a unit that a change ends. Its records are kept by another, under
// which it is found from then on.
type End struct{ Unit, Keeper int64 }

// A Move puts a unit, with everything under it, under another parent.
type Move struct{ Unit, Parent int64 }

// A Rename gives a unit another name and kind; the short name too.
type Rename struct {
	Unit              int64
	Name, Short, Kind string
}

// A Change is what happens to a tree on one day. Ended units have nothing under
// them but what is moved in the same change, and parents stand after it: the
// caller has checked both.
type Change struct {
	Tree   string
	Day    vn.Day
	Create []Newborn
	End    []End
	Move   []Move
	Rename []Rename
}

// Apply makes the change for a reform. Earlier epochs keep the tree of their time.
func (c Change) Apply(ctx context.Context, tx *db.Tx, reform string) error {
	was, err := c.before(ctx, tx)
	if err != nil {
		return err
	}
	if err := insertSteps(ctx, tx, reform, c.steps(was)); err != nil {
		return err
	}
	if err := insertNewborns(ctx, tx, c); err != nil {
		return err
	}
	if err := endAll(ctx, tx, c); err != nil {
		return err
	}
	if err := moveAll(ctx, tx, c); err != nil {
		return err
	}
	if err := renameAll(ctx, tx, c); err != nil {
		return err
	}
	if err := c.replant(ctx, tx, was); err != nil {
		return err
	}
	names := map[int64]string{}
	for _, n := range c.Create {
		names[n.ID] = n.Name + " " + n.Short
	}
	for _, r := range c.Rename {
		names[r.Unit] = r.Name + " " + r.Short
	}
	if err := org.AddUnitNames(ctx, tx, names); err != nil {
		return err
	}
	return touch(ctx, tx, c.Tree)
}

// A spot is where a unit stands.
type spot struct {
	unit  int64
	path  string
	depth int
}

// last returns the last part of a path.
func (s spot) last() string {
	p := strings.TrimSuffix(s.path, "/")
	return p[strings.LastIndex(p, "/")+1:]
}

// before returns where the units that move or end stand, and the parents and
// keepers that were there before.
func (c Change) before(ctx context.Context, tx *db.Tx) (map[int64]spot, error) {
	born := map[int64]bool{}
	for _, n := range c.Create {
		born[n.ID] = true
	}
	want := map[int64]bool{}
	for _, n := range c.Create {
		want[n.Parent] = true
	}
	for _, m := range c.Move {
		want[m.Unit], want[m.Parent] = true, true
	}
	for _, e := range c.End {
		want[e.Unit], want[e.Keeper] = true, true
	}
	var ids []int64
	for id := range want {
		if !born[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	was, err := spots(ctx, tx, c.Tree, ids)
	for _, id := range ids {
		if _, ok := was[id]; err == nil && !ok {
			err = fmt.Errorf("lineage: unit %d does not stand in %s", id, c.Tree)
		}
	}
	return was, err
}

// A step is a unit that a reform touched, and where it stood.
type step struct {
	spot
	act string
}

func (c Change) steps(was map[int64]spot) []step {
	var all []step
	for _, n := range c.Create {
		all = append(all, step{spot{unit: n.ID}, "create"})
	}
	for _, m := range c.Move {
		all = append(all, step{was[m.Unit], "move"})
	}
	for _, e := range c.End {
		all = append(all, step{was[e.Unit], "end"})
	}
	for _, r := range c.Rename {
		all = append(all, step{spot{unit: r.Unit}, "rename"})
	}
	slices.SortFunc(all, func(a, b step) int { return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.act, b.act)) })
	return all
}

// A planter gives units their new paths.
type planter struct {
	tree    string
	parent  map[int64]int64 // of the units that change: the new parent, or the keeper
	fixed   map[int64]spot  // final places known beforehand
	was     map[int64]spot
	under   map[int64]int64 // of the units that are taken along: the unit above
	next    map[int64]int64 // the last number given under a parent
	highest map[int64]int64 // of what was taken out from under a parent, and may come back
	final   map[int64]spot
}

// replant writes the paths of everything that changes its place.
func (c Change) replant(ctx context.Context, tx *db.Tx, was map[int64]spot) error {
	p := planter{tree: c.Tree, parent: map[int64]int64{}, was: was, next: map[int64]int64{}, final: map[int64]spot{}}
	var roots []spot
	for _, m := range c.Move {
		p.parent[m.Unit] = m.Parent
		roots = append(roots, was[m.Unit])
	}
	for _, e := range c.End {
		p.parent[e.Unit] = e.Keeper
		roots = append(roots, was[e.Unit])
	}
	for _, n := range c.Create {
		p.parent[n.ID] = n.Parent
	}
	taken, err := p.take(ctx, tx, roots)
	if err != nil {
		return err
	}
	for _, n := range c.Create {
		taken = append(taken, spot{unit: n.ID})
	}
	return p.plant(ctx, tx, taken)
}

// take takes everything at and under the roots out of the tree and returns it in
// the order of its paths.
func (p *planter) take(ctx context.Context, tx *db.Tx, roots []spot) ([]spot, error) {
	slices.SortFunc(roots, func(a, b spot) int { return cmp.Compare(a.path, b.path) })
	p.under, p.highest = map[int64]int64{}, map[int64]int64{}
	var all []spot
	end := ""
	for _, r := range roots {
		if r.path < end {
			continue // taken with one above it
		}
		end = auth.After(r.path)
		some, err := takeRange(ctx, tx, p.tree, r.path, end)
		if err != nil {
			return nil, err
		}
		var above []spot
		for _, s := range some {
			for len(above) > 0 && !strings.HasPrefix(s.path, above[len(above)-1].path) {
				above = above[:len(above)-1]
			}
			if len(above) > 0 {
				up := above[len(above)-1].unit
				p.under[s.unit] = up
				if n, err := strconv.ParseInt(s.last(), 10, 64); err == nil {
					p.highest[up] = max(p.highest[up], n)
				}
			}
			above = append(above, s)
			p.was[s.unit] = s
		}
		all = append(all, some...)
	}
	return all, nil
}

// plant writes units at their new places.
func (p *planter) plant(ctx context.Context, tx *db.Tx, units []spot) error {
	taken := make(map[int64]bool, len(units))
	for _, u := range units {
		taken[u.unit] = true
	}
	placed := make([]spot, 0, len(units))
	for _, u := range units {
		s, err := p.place(ctx, tx, u.unit, taken, 0)
		if err != nil {
			return err
		}
		placed = append(placed, s)
	}
	if err := insertPlaces(ctx, tx, p.tree, placed); err != nil {
		return err
	}
	found := make([]org.Placed, len(placed))
	for i, s := range placed {
		found[i] = org.Placed{Unit: s.unit, Path: s.path}
	}
	return org.MarkPlaced(ctx, tx, p.tree, found)
}

// maxDepth is how deep a tree may be: a circle would be deeper.
const maxDepth = 200

// place returns the final place of a unit.
func (p *planter) place(ctx context.Context, tx *db.Tx, unit int64, taken map[int64]bool, deep int) (spot, error) {
	if s, ok := p.final[unit]; ok {
		return s, nil
	}
	if s, ok := p.fixed[unit]; ok {
		p.final[unit] = s
		return s, nil
	}
	if deep > maxDepth {
		return spot{}, fmt.Errorf("lineage: unit %d would stand under itself", unit)
	}
	if !taken[unit] { // it stays where it is
		s, ok := p.was[unit]
		if !ok {
			return spot{}, fmt.Errorf("lineage: unit %d does not stand in %s", unit, p.tree)
		}
		p.final[unit] = s
		return s, nil
	}
	parent, changes := p.parent[unit]
	if !changes {
		parent = p.under[unit]
	}
	above, err := p.place(ctx, tx, parent, taken, deep+1)
	if err != nil {
		return spot{}, err
	}
	last := p.was[unit].last()
	if changes {
		if last, err = p.free(ctx, tx, above); err != nil {
			return spot{}, err
		}
	}
	s := spot{unit, above.path + last + "/", above.depth + 1}
	p.final[unit] = s
	return s, nil
}

// free returns a last part that nothing directly under a unit has or has had.
func (p *planter) free(ctx context.Context, tx *db.Tx, above spot) (string, error) {
	n, ok := p.next[above.unit]
	if !ok {
		var err error
		if n, err = lastNumber(ctx, tx, p.tree, above, p.was[above.unit]); err != nil {
			return "", err
		}
		n = max(n, p.highest[above.unit])
	}
	p.next[above.unit] = n + 1
	return fmt.Sprintf("%05d", n+1), nil
}

// Undo takes the change of a reform back. What it created stands no more; its
// identities stay reserved.
func Undo(ctx context.Context, tx *db.Tx, tree, reform string, day vn.Day) error {
	steps, err := stepsOf(ctx, tx, reform)
	if err != nil {
		return err
	}
	p := planter{tree: tree, parent: map[int64]int64{}, fixed: map[int64]spot{}, next: map[int64]int64{}, final: map[int64]spot{}}
	var ids []int64
	born := map[int64]bool{}
	for _, s := range steps {
		switch s.act {
		case "move", "end":
			p.fixed[s.unit] = s.spot
			ids = append(ids, s.unit)
		case "create":
			born[s.unit] = true
			ids = append(ids, s.unit)
		}
	}
	if p.was, err = spots(ctx, tx, tree, ids); err != nil {
		return err
	}
	var roots []spot
	for _, s := range p.was {
		roots = append(roots, s)
	}
	taken, err := p.take(ctx, tx, roots)
	if err != nil {
		return err
	}
	taken = slices.DeleteFunc(taken, func(s spot) bool { return born[s.unit] })
	if err := p.plant(ctx, tx, taken); err != nil {
		return err
	}
	if err := unmake(ctx, tx, tree, reform, day); err != nil {
		return err
	}
	return touch(ctx, tx, tree)
}

// An Heir is a unit that took over a share of one that ended, or that gave a part
// of itself away: Num of Den parts of Old went to New.
type Heir struct {
	Old, New int64
	Num, Den int64
	Keeper   bool // answers for what was owed and keeps the records
	Assumed  bool // the paper does not say; it was taken so
}

// InStead returns by acting for the unit with key, which is by's own, that being "" too,
// or one that it has taken over; Denied for any other.
func InStead(ctx context.Context, tx *db.Tx, by auth.Actor, key string) (auth.Actor, error) {
	if key == "" || key == by.UnitKey {
		return by, nil
	}
	u, err := org.Get(ctx, tx, by, key)
	if err == nil && !by.For(u.ID) {
		err = fault.New(fault.Denied, "error.denied")
	}
	return by.As(u.ID, u.Key), err
}
