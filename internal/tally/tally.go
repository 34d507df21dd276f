// Package tally counts over the tree. It is the one place where anything is
// added up.
//
// A sheet counts one thing over one epoch of a tree. A deed posts one row per
// unit with what it adds; rows are only added and a correction is a new one.
// Nodes hold each unit's own figures and those of its subtree, folded from the
// posts before the deed is answered: who reads after Write has returned sees
// them, who reads in the closure that posts does not yet. Any figure opens to
// its posts, and all of it can be recounted.
//
// In PostgreSQL figures are folded right after the commit, so a reader may see a
// deed a moment before its figures.
package tally

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
)

// A Sheet counts one thing over one epoch's tree.
type Sheet struct {
	ID       int64
	Kind     string
	Source   string // id of the thing counted
	Tree     string
	Epoch    int64
	Root     int64
	OpenedAt time.Time
	OpenedBy string
	Part     int64     // 1, and one more with each reform that came meanwhile
	Next     int64     // the sheet that goes on after a reform, 0 for none
	SealedAt time.Time // zero while it is open
}

// Open begins a sheet of kind for the thing source, over the subtree of root as
// it stands. A thing has one sheet of a kind; a second is a Conflict.
func Open(ctx context.Context, tx *db.Tx, by auth.Actor, kind *Kind, source, tree string, root int64) (Sheet, error) {
	e, err := epoch.For(ctx, tx, tree)
	if err != nil {
		return Sheet{}, err
	}
	if _, ok := e.Index(root); !ok {
		return Sheet{}, fmt.Errorf("tally: unit %d does not stand in %s", root, tree)
	}
	s := Sheet{
		ID: tx.NewID(), Kind: kind.Name, Source: source, Tree: tree, Epoch: e.ID, Root: root,
		OpenedAt: tx.Now, OpenedBy: by.Login, Part: 1,
	}
	return s, insertSheet(ctx, tx, s)
}

// area returns the epoch of s and the places of its root and of unit in it. on
// is false if the unit is not under the root.
func (s Sheet) area(ctx context.Context, tx *db.Tx, unit int64) (e *epoch.Epoch, root, at int, on bool, err error) {
	if e, err = epoch.ByID(ctx, tx, s.Epoch); err != nil {
		return nil, 0, 0, false, err
	}
	root, ok := e.Index(s.Root)
	if !ok {
		return nil, 0, 0, false, fmt.Errorf("tally: root %d of sheet %d is not in its epoch", s.Root, s.ID)
	}
	at, ok = e.Index(unit)
	return e, root, at, ok && e.Under(at, root), nil
}

// A Source is the record a post comes from: its kind says which slice knows it.
type Source struct{ Kind, ID string }

// A Declaration is who signed a figure that no record proves, and on what paper.
type Declaration struct{ Signer, Paper string }

// Made reports whether the figure was declared at all.
func (d Declaration) Made() bool { return d != Declaration{} }

// An Entry is what one deed adds to one unit.
type Entry struct {
	Sheet    int64
	Unit     int64
	Delta    Delta
	Source   Source
	Reason   string // of a correction
	Declared Declaration
	// Zeros takes every zero of Delta as one that makes its lane present, so that
	// nothing need be read to know.
	Zeros bool
}

// Most is the largest figure one post may add to a lane, or take off: what
// thousands of them add up to still fits.
const Most = 1_000_000_000_000_000

// AfterSeal is the reason of a post to a sealed sheet whose deed gave none: a
// message key.
const AfterSeal = "tally.after_seal"

// Post adds what a deed did. Zeros are dropped unless they make a lane present,
// and an empty delta posts nothing. What belongs to a unit that a reform took off
// the sheet goes to its keeper. After a seal every post bears a reason, AfterSeal
// if the deed has none; a sheet that goes on in another part takes no more and is
// a Conflict. A unit that does not stand on the sheet and a figure beyond Most are
// mistakes of the caller.
func Post(ctx context.Context, tx *db.Tx, by auth.Actor, n Entry) error {
	return PostMany(ctx, tx, by, []Entry{n})
}

// PostMany is Post for the entries of a deed over many units, of one sheet or
// several: all of them or none. They are written many by one statement.
func PostMany(ctx context.Context, tx *db.Tx, by auth.Actor, entries []Entry) error {
	posts := make([]post, 0, len(entries))
	for _, n := range entries {
		p, err := n.post(ctx, tx)
		if err != nil {
			return err
		}
		if !p.vec.Empty() {
			posts = append(posts, p)
		}
	}
	if len(posts) == 0 {
		return nil
	}
	return insertPosts(ctx, tx, by, posts)
}

// post returns what n comes to, without figures if that is nothing.
func (n Entry) post(ctx context.Context, tx *db.Tx) (post, error) {
	if len(n.Delta) == 0 {
		return post{}, nil
	}
	s, err := Find(ctx, tx, n.Sheet)
	if err != nil {
		return post{}, err
	}
	if s.Next != 0 {
		return post{}, fault.New(fault.Conflict, "tally.error.continued")
	}
	if !s.SealedAt.IsZero() && n.Reason == "" {
		n.Reason = AfterSeal
	}
	unit, err := s.where(ctx, tx, n.Unit)
	if err != nil {
		return post{}, err
	}
	if unit == 0 {
		return post{}, fmt.Errorf("tally: unit %d is not on sheet %d", n.Unit, n.Sheet)
	}
	n.Unit = unit
	v, err := n.moves(ctx, tx)
	return post{sheet: n.Sheet, unit: unit, vec: v, entry: &n}, err
}

// moves returns n's delta without the zeros that change nothing.
func (n Entry) moves(ctx context.Context, tx *db.Tx) (v Vec, err error) {
	var had Vec
	read := false
	for l, x := range n.Delta {
		if x > Most || x < -Most {
			return v, fmt.Errorf("tally: %d in lane %d of unit %d on sheet %d: %w", x, l, n.Unit, n.Sheet, errOverflow)
		}
		if x == 0 && !n.Zeros && !read {
			if had, err = Own(ctx, tx, n.Sheet, n.Unit); err != nil {
				return v, err
			}
			read = true
		}
		if x == 0 && !n.Zeros && had.Has(l) {
			continue
		}
		if err := v.addLane(l, x); err != nil {
			return v, err
		}
	}
	return v, nil
}

// On reports whether a unit stands on a sheet, itself or through its keeper.
func On(ctx context.Context, tx *db.Tx, sheet, unit int64) (bool, error) {
	at, err := Where(ctx, tx, sheet, unit)
	return at != 0, err
}

// Where returns the unit at which the figures of a unit are counted: itself, the
// keeper that a reform gave it, or 0 if it has no part in the sheet.
func Where(ctx context.Context, tx *db.Tx, sheet, unit int64) (int64, error) {
	s, err := Find(ctx, tx, sheet)
	if err != nil {
		return 0, err
	}
	return s.where(ctx, tx, unit)
}

func (s Sheet) where(ctx context.Context, tx *db.Tx, unit int64) (int64, error) {
	_, _, _, on, err := s.area(ctx, tx, unit)
	if err != nil || on {
		return unit, err
	}
	return keeperOf(ctx, tx, s.ID, unit)
}

// Placed is figures by unit where they are counted on a sheet: a recount of records
// is held against it.
func Placed(ctx context.Context, tx *db.Tx, sheet int64, figures map[int64]Delta) (map[int64]Delta, error) {
	units := slices.Sorted(maps.Keys(figures))
	at, err := Places(ctx, tx, sheet, units)
	if err != nil {
		return nil, err
	}
	placed := make(map[int64]Delta, len(figures))
	for i, u := range units {
		placed[at[i]] = placed[at[i]].Plus(figures[u])
	}
	return placed, nil
}

// PostPlaced posts figures by unit where they are counted on a sheet, all with the
// source and the reason of e; what is zero is left out.
func PostPlaced(ctx context.Context, tx *db.Tx, by auth.Actor, e Entry, figures map[int64]Delta) error {
	placed, err := Placed(ctx, tx, e.Sheet, figures)
	if err != nil {
		return err
	}
	var all []Entry
	for _, u := range slices.Sorted(maps.Keys(placed)) {
		e.Unit, e.Delta = u, placed[u]
		maps.DeleteFunc(e.Delta, func(_ Lane, x int64) bool { return x == 0 })
		if len(e.Delta) > 0 {
			all = append(all, e)
		}
	}
	return PostMany(ctx, tx, by, all)
}

// Places is Where for many units at once; for one that has no part in the sheet it
// is the sheet's root.
func Places(ctx context.Context, tx *db.Tx, sheet int64, units []int64) ([]int64, error) {
	s, err := Find(ctx, tx, sheet)
	if err != nil {
		return nil, err
	}
	at := make([]int64, len(units))
	for i, u := range units {
		if at[i], err = s.where(ctx, tx, u); err != nil {
			return nil, err
		}
		if at[i] == 0 {
			at[i] = s.Root
		}
	}
	return at, nil
}
