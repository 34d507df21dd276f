package org

import (
	"context"
	"path"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// What a reform does to units. The verbs of the reform have asked who may, and
// keep what is needed to undo them.

// MayReform lets the administrator of a subtree change its units.
func MayReform(by auth.Actor) error { return mayKeep(by) }

// Move puts a unit, with everything under it, under another parent from a day
// on. It returns the path the unit had and the one it has. Earlier epochs keep
// the tree of their time. The day must be later than the last change of the
// unit's parent; a parent under the unit itself is a Conflict.
func Move(ctx context.Context, tx *db.Tx, u, parent Unit, day vn.Day) (from, to string, err error) {
	if auth.After(u.Path) > parent.Path && parent.Path >= u.Path {
		return "", "", fault.New(fault.Conflict, "org.error.under_itself", parent.Name)
	}
	last, err := lastEdge(ctx, tx, u)
	if err != nil {
		return "", "", err
	}
	if !last.Before(day) {
		w := fault.Wrong{}
		w.Add("day", "org.error.after", last.String())
		return "", "", w.Err()
	}
	tree, err := treeOf(ctx, tx, u)
	if err != nil {
		return "", "", err
	}
	step, err := nextStep(ctx, tx, tree, parent)
	if err != nil {
		return "", "", err
	}
	to = parent.Path + step + "/"
	if err := moveEdge(ctx, tx, tree, u.ID, parent.ID, day); err != nil {
		return "", "", err
	}
	return u.Path, to, replant(ctx, tx, tree, u.Path, to, parent.Depth+1-u.Depth)
}

// MoveBack undoes a move of that day from where it was: the unit stands under its former
// parent again, wherever that stands by now, and its new path is returned. A
// parent that is closed, or stands under the unit itself by now, is a Conflict.
func MoveBack(ctx context.Context, tx *db.Tx, u Unit, was string, day vn.Day) (to string, err error) {
	tree, err := treeOf(ctx, tx, u)
	if err != nil {
		return "", err
	}
	if err := unmoveEdge(ctx, tx, tree, u.ID, day); err != nil {
		return "", err
	}
	parent, err := openAbove(ctx, tx, tree, u.ID)
	if err != nil {
		return "", err
	}
	if auth.After(u.Path) > parent.Path && parent.Path >= u.Path {
		return "", fault.New(fault.Conflict, "org.error.under_itself", parent.Name)
	}
	to = parent.Path + path.Base(was) + "/"
	return to, replant(ctx, tx, tree, u.Path, to, parent.Depth+1-u.Depth)
}

// openAbove returns the unit above one; a Conflict if that is closed.
func openAbove(ctx context.Context, tx *db.Tx, tree string, unit int64) (Unit, error) {
	above, err := Above(ctx, tx, tree, unit)
	if err == nil && above.Closed != "" {
		err = fault.New(fault.Conflict, "org.error.closed", above.Name)
	}
	return above, err
}

// EndUnit closes a unit from a day on; the reform has seen to its members and
// what stands under it. From then on it is found under the unit that takes over,
// at the path returned.
func EndUnit(ctx context.Context, tx *db.Tx, tree string, u, keeper Unit, day vn.Day) (to string, err error) {
	next, err := nextStep(ctx, tx, tree, keeper)
	if err != nil {
		return "", err
	}
	if err := endUnit(ctx, tx, tree, u.ID, day); err != nil {
		return "", err
	}
	to = keeper.Path + next + "/"
	return to, replant(ctx, tx, tree, u.Path, to, keeper.Depth+1-u.Depth)
}

// Unend undoes EndUnit of a unit, from where it was, wherever its parent stands by
// now; under a unit that is closed by now, it is a Conflict.
func Unend(ctx context.Context, tx *db.Tx, tree string, u Unit, was string, day vn.Day) (to string, err error) {
	if err := unendUnit(ctx, tx, tree, u.ID, day); err != nil {
		return "", err
	}
	parent, err := openAbove(ctx, tx, tree, u.ID)
	if err != nil {
		return "", err
	}
	to = parent.Path + path.Base(was) + "/"
	return to, replant(ctx, tx, tree, u.Path, to, parent.Depth+1-u.Depth)
}

// StoodSince returns the day since which a unit stands where it does.
func StoodSince(ctx context.Context, tx *db.Tx, u Unit) (vn.Day, error) { return lastEdge(ctx, tx, u) }

// Held counts what a unit holds: units under it, members, and members who joined
// on a day or later.
func Held(ctx context.Context, tx *db.Tx, tree string, u Unit, day vn.Day) (children, members, later int64, err error) {
	if children, members, err = countHeld(ctx, tx, tree, u); err != nil {
		return 0, 0, 0, err
	}
	later, err = countSince(ctx, tx, u.ID, day)
	return children, members, later, err
}

// TransferAll puts the members of one unit on the list of another from a day on
// and returns who they are. What they did stays where it was counted.
func TransferAll(ctx context.Context, tx *db.Tx, from, to int64, day vn.Day) ([]int64, error) {
	all, err := membersOf(ctx, tx, from)
	if err != nil {
		return nil, err
	}
	return all, transferEach(ctx, tx, all, to, day)
}

// TransferThese puts members on the list of a unit from a day on; those who are
// no longer on the list of from are left where they are.
func TransferThese(ctx context.Context, tx *db.Tx, members []int64, from, to int64, day vn.Day) error {
	var still []int64
	for _, m := range members {
		home, err := HomeOf(ctx, tx, m)
		if err != nil {
			return err
		}
		if home == from {
			still = append(still, m)
		}
	}
	return transferEach(ctx, tx, still, to, day)
}

func transferEach(ctx context.Context, tx *db.Tx, members []int64, to int64, day vn.Day) error {
	for _, m := range members {
		if err := endMembership(ctx, tx, m, day); err != nil {
			return err
		}
		if err := insertMembership(ctx, tx, m, to, day); err != nil {
			return err
		}
	}
	return nil
}
