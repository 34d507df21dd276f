// Package org is the ground floor: units, the trees they stand in, their
// members and offices.
//
// Units are never deleted and ids never reused. Names, kinds and parents are
// intervals of days; every change of a tree is a row in reform with the day it
// takes effect and the number of the decision. Rights follow place, the path
// of a unit in its tree, of which a subtree is a range.
package org

import (
	"context"
	"fmt"
	"strings"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Unit is an organisation as it stands today in the tree it was asked in.
type Unit struct {
	ID      int64
	Key     string // public, in addresses; never changes
	Name    string
	Short   string // for tight places; equals Name when none was given
	Kind    string // what sort of unit, "đoàn cơ sở"; free text of the office
	Parent  int64  // 0 for the root
	Path    string
	Depth   int // 0 for the root
	Phone   string
	Sample  bool   // made up for a demonstration
	Closed  vn.Day // the day it ended, "" while it stands
	Version int64
}

// Exists reports whether u is a unit at all.
func (u Unit) Exists() bool { return u.ID != 0 }

const (
	maxName  = 300
	maxShort = 120
	maxPhone = 40
)

// A NewUnit is what a person fills in for a unit.
type NewUnit struct {
	Key      string // "" lets the house choose
	Name     string
	Short    string
	Kind     string
	Phone    string
	From     vn.Day // first day it stands
	Decision string // number and date of the paper
	Sample   bool
}

func (n *NewUnit) check() error {
	n.Key, n.Name, n.Short = strings.ToLower(vn.Clean(n.Key)), vn.Clean(n.Name), vn.Clean(n.Short)
	n.Kind, n.Phone, n.Decision = vn.Clean(n.Kind), vn.Clean(n.Phone), vn.Clean(n.Decision)
	if n.Short == "" {
		n.Short = n.Name
	}
	w := fault.Wrong{}
	w.Text("name", n.Name, maxName, true)
	w.Text("short", n.Short, maxName, false)
	w.Text("kind", n.Kind, maxShort, true)
	w.Text("phone", n.Phone, maxPhone, false)
	w.Text("decision", n.Decision, maxName, false)
	if !n.From.Valid() {
		w.Add("from", "org.error.day")
	}
	if n.Key != "" && !ValidKey(n.Key) {
		w.Add("key", "org.error.key")
	}
	return w.Err()
}

// ValidKey reports whether k may be the code of a unit: small letters, digits and
// hyphens, at most forty.
func ValidKey(k string) bool {
	if len(k) > 40 {
		return false
	}
	for _, r := range k {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') {
			return false
		}
	}
	return true
}

// Plant creates a tree and its root. Only the house itself does it.
func Plant(ctx context.Context, tx *db.Tx, by auth.Actor, tree, treeName string, n NewUnit) (Unit, error) {
	if !by.IsSystem() {
		return Unit{}, fault.New(fault.Denied, "error.denied")
	}
	if err := n.check(); err != nil {
		return Unit{}, err
	}
	if err := insertTree(ctx, tx, tree, vn.Clean(treeName)); err != nil {
		return Unit{}, err
	}
	return plant(ctx, tx, by, tree, Unit{Path: "/"}, n)
}

// Create adds a unit under parent in by's tree, from a day on.
func Create(ctx context.Context, tx *db.Tx, by auth.Actor, parent string, n NewUnit) (Unit, error) {
	p, err := Get(ctx, tx, by, parent)
	if err != nil {
		return Unit{}, err
	}
	if err := mayKeep(by); err != nil {
		return Unit{}, err
	}
	if err := n.check(); err != nil {
		return Unit{}, err
	}
	if p.Closed != "" {
		return Unit{}, fault.New(fault.Conflict, "org.error.closed", p.Name)
	}
	return plant(ctx, tx, by, by.Tree, p, n)
}

func plant(ctx context.Context, tx *db.Tx, by auth.Actor, tree string, parent Unit, n NewUnit) (Unit, error) {
	u := Unit{
		ID: tx.NewID(), Key: n.Key, Name: n.Name, Short: n.Short, Kind: n.Kind, Phone: n.Phone,
		Parent: parent.ID, Sample: n.Sample, Version: 1,
	}
	if u.Key == "" {
		u.Key = db.NewKey()
	}
	step, err := nextStep(ctx, tx, tree, parent)
	if err != nil {
		return Unit{}, err
	}
	u.Path = parent.Path + step + "/"
	if parent.ID != 0 {
		u.Depth = parent.Depth + 1
	}
	if err := insertUnit(ctx, tx, tree, u, n.From); err != nil {
		return Unit{}, err
	}
	if err := insertReform(ctx, tx, by, tree, "create", n.From, n.Decision, "", u.ID); err != nil {
		return Unit{}, err
	}
	return u, audit.Record(ctx, tx, by, "org.create", u.Key, u.Name)
}

// nextStep returns the last part of the path of a new child of parent: a number
// of fixed width, so that children sort in the order they came.
func nextStep(ctx context.Context, tx *db.Tx, tree string, parent Unit) (string, error) {
	n, err := lastStep(ctx, tx, tree, parent)
	return step(n + 1), err
}

func step(n int64) string { return fmt.Sprintf("%05d", n) }

// Rename gives a unit another name from a day on. The tree does not change, so
// no epoch is cut. It is a Conflict if the unit has changed since version.
func Rename(ctx context.Context, tx *db.Tx, by auth.Actor, key string, version int64, n NewUnit, reason string) error {
	u, err := Get(ctx, tx, by, key)
	if err != nil {
		return err
	}
	if err := mayKeep(by); err != nil {
		return err
	}
	n.Key = u.Key
	if n.Kind == "" {
		n.Kind = u.Kind
	}
	if err := n.check(); err != nil {
		return err
	}
	if err := bump(ctx, tx, u.ID, version); err != nil {
		return err
	}
	if err := replaceName(ctx, tx, u.ID, n); err != nil {
		return err
	}
	if err := insertReform(ctx, tx, by, by.Tree, "rename", n.From, n.Decision, vn.Clean(reason), u.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "org.rename", u.Key, u.Name+" → "+n.Name)
}
