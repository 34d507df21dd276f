// Package tally counts over the tree. It is the one place where anything is
// added up.
//
// A sheet counts one thing over one epoch of a tree. A deed posts one row per
// unit with what it adds; rows are only added and a correction is a new one.
// Nodes hold each unit's own figures and those of its subtree, folded from the
// posts before the deed is answered. Any figure opens to its posts, and all of
// it can be recounted.
package tally

import (
	"context"
	"fmt"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
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
	SealedAt time.Time
}

// Open begins a sheet of kind for the thing source, over the subtree of root as
// it stands. A thing has one sheet of a kind; a second is a Conflict.
func Open(ctx context.Context, tx *db.Tx, by auth.Actor, kind *Kind, source, tree string, root int64) (Sheet, error) {
	e, err := org.EpochFor(ctx, tx, tree)
	if err != nil {
		return Sheet{}, err
	}
	if _, ok := e.Index(root); !ok {
		return Sheet{}, fmt.Errorf("tally: unit %d does not stand in %s", root, tree)
	}
	s := Sheet{ID: tx.NewID(), Kind: kind.Name, Source: source, Tree: tree, Epoch: e.ID, Root: root, OpenedAt: tx.Now}
	return s, insertSheet(ctx, tx, by, s)
}

// A Source is the record a post comes from: its kind says which slice knows it.
type Source struct{ Kind, ID string }

// A Declaration is who signed a figure that no record proves, and on what paper.
type Declaration struct{ Signer, Paper string }

// An Entry is what one deed adds to one unit.
type Entry struct {
	Sheet    int64
	Unit     int64
	Delta    Delta
	Source   Source
	Reason   string // of a correction
	Declared Declaration
}

// Post adds what a deed did. The unit must stand in the sheet's tree; an empty
// delta posts nothing; a sealed sheet is a Conflict.
func Post(ctx context.Context, tx *db.Tx, by auth.Actor, n Entry) error {
	if len(n.Delta) == 0 {
		return nil
	}
	s, err := Find(ctx, tx, n.Sheet)
	if err != nil {
		return err
	}
	if !s.SealedAt.IsZero() {
		return fault.New(fault.Conflict, "tally.error.sealed")
	}
	e, err := org.EpochByID(ctx, tx, s.Epoch)
	if err != nil {
		return err
	}
	i, ok := e.Index(n.Unit)
	root, _ := e.Index(s.Root)
	if !ok || !e.Under(i, root) {
		return fmt.Errorf("tally: unit %d is not on sheet %d", n.Unit, n.Sheet)
	}
	if err := insertPost(ctx, tx, by, n); err != nil {
		return err
	}
	tx.NeedFold()
	return nil
}

// On reports whether a unit stands on a sheet.
func On(ctx context.Context, tx *db.Tx, sheet, unit int64) (bool, error) {
	s, err := Find(ctx, tx, sheet)
	if err != nil {
		return false, err
	}
	e, err := org.EpochByID(ctx, tx, s.Epoch)
	if err != nil {
		return false, err
	}
	i, ok := e.Index(unit)
	root, _ := e.Index(s.Root)
	return ok && e.Under(i, root), nil
}

// Attach makes d fold posts into nodes before a deed is answered.
func Attach(d *db.DB) { d.OnFold(fold) }

// fold takes the posts that wait and adds each to its unit's own figures and to
// the totals of the unit and everything above it, every node once.
func fold(ctx context.Context, tx *db.Tx) error {
	waiting, err := takeQueue(ctx, tx)
	if err != nil {
		return err
	}
	type key struct{ sheet, unit int64 }
	own, total := map[key]Delta{}, map[key]Delta{}
	var touched []key
	add := func(to map[key]Delta, k key, d Delta) {
		if own[k] == nil && total[k] == nil {
			touched = append(touched, k)
		}
		to[k] = to[k].Plus(d)
	}
	parents := map[key]int64{}
	for _, w := range waiting {
		s, err := Find(ctx, tx, w.sheet)
		if err != nil {
			return err
		}
		e, err := org.EpochByID(ctx, tx, s.Epoch)
		if err != nil {
			return err
		}
		i, _ := e.Index(w.unit)
		add(own, key{s.ID, w.unit}, w.delta)
		for at := range e.Up(i) {
			k := key{s.ID, e.Unit(at)}
			add(total, k, w.delta)
			if k.unit == s.Root {
				break
			}
			parents[k] = e.Parent(at)
		}
	}
	for _, k := range touched {
		if err := addToNode(ctx, tx, k.sheet, parents[k], k.unit, own[k], total[k]); err != nil {
			return err
		}
	}
	return nil
}
