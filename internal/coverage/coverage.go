// Package coverage shows who carries out the clauses of a directive, or the rows of
// an adopted plan: of the units that owe a plan, how many have adopted one that says
// so, and which clauses nobody carries out. Nothing of it is kept: it is counted from
// the adopted plans each time it is asked.
package coverage

import (
	"context"
	"slices"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/clause"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/plan"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
)

// A Coverage says who carries out the clauses of a paper: of the units under Top
// that owe a plan by a rollout, how many have adopted one that says so.
type Coverage struct {
	plan.Source
	Rollout  rollout.Rollout // the one looked at, with no ID if none asks for plans
	Rollouts []rollout.Rollout
	Top      org.Unit
	Due      int64 // units under Top and Top itself that owe a plan
	Adopted  int64 // that have adopted one
	Rows     clause.Rows
}

// Look says what is looked at: a rollout by its id, a unit by its key; both may be
// "".
type Look struct{ Rollout, Under string }

// Of returns who carries out the clauses of a paper that by may see. It
// reads the plans of one rollout under one unit, and of those what they carry out.
func Of(ctx context.Context, tx *db.Tx, by auth.Actor, p clause.Paper, l Look) (Coverage, error) {
	c := Coverage{Source: plan.Source{Paper: p}}
	all, err := c.find(ctx, tx, by)
	if err != nil {
		return c, err
	}
	if c.Clauses, err = clause.Of(ctx, tx, p); err != nil {
		return c, err
	}
	for _, r := range all {
		if r.Sheet == 0 {
			continue
		}
		whole, err := tally.Total(ctx, tx, r.Sheet, r.Scope)
		if err != nil {
			return c, err
		}
		if whole.Get(rollout.Kind().Lane("adopt_due")) > 0 {
			c.Rollouts = append(c.Rollouts, r)
		}
	}
	i := slices.IndexFunc(c.Rollouts, func(r rollout.Rollout) bool { return l.Rollout == "" || r.ID == l.Rollout })
	if i < 0 {
		if l.Rollout != "" || l.Under != "" {
			return c, fault.New(fault.NotFound, "error.not_found")
		}
		c.Rows = clause.Cover(c.Clauses, nil)
		return c, nil
	}
	c.Rollout = c.Rollouts[i]
	if c.Top, err = rollout.Top(ctx, tx, by, c.Rollout, l.Under); err != nil {
		return c, err
	}
	total, err := tally.Total(ctx, tx, c.Rollout.Sheet, c.Top.ID)
	if err != nil {
		return c, err
	}
	c.Due, c.Adopted = total.Get(rollout.Kind().Lane("adopt_due")), total.Get(rollout.Kind().Lane("adopted"))
	counts, err := countCarried(ctx, tx, c.Rollout, c.Top.Path)
	c.Rows = clause.Cover(c.Clauses, counts)
	return c, err
}

// find fills in the paper and returns the rollouts in which it is carried out.
func (c *Coverage) find(ctx context.Context, tx *db.Tx, by auth.Actor) ([]rollout.Rollout, error) {
	if c.Paper.Kind == clause.Directive {
		if err := c.directive(ctx, tx, by); err != nil {
			return nil, err
		}
		return rollout.Using(ctx, tx, by, c.Paper.ID)
	}
	p, err := plan.Get(ctx, tx, by, c.Paper.ID)
	if err != nil {
		return nil, err
	}
	c.Upper = p
	own, err := rollout.Get(ctx, tx, by, p.Rollout)
	if err != nil {
		return nil, err
	}
	papers, err := rollout.Papers(ctx, tx, own)
	if err != nil {
		return nil, err
	}
	all := []rollout.Rollout{own}
	for _, d := range papers {
		some, err := rollout.Using(ctx, tx, by, d.Directive)
		if err != nil {
			return nil, err
		}
		for _, r := range some {
			if !slices.ContainsFunc(all, func(x rollout.Rollout) bool { return x.ID == r.ID }) {
				all = append(all, r)
			}
		}
	}
	return slices.DeleteFunc(all, func(r rollout.Rollout) bool { return !strings.HasPrefix(r.ScopePath, p.Path) }), nil
}

// A Branch is a unit directly under the one looked at, with all under it.
type Branch struct {
	Key, Name    string
	Many         bool // units stand under it
	Due, Adopted int64
	Carried      int64  // clauses of the paper, or plans that carry out the one looked at
	Plan         string // of the unit itself, if it is adopted
}

// Branches returns the units directly under the one looked at, at most limit after
// one; with one clause named, what they do about that.
func Branches(ctx context.Context, tx *db.Tx, by auth.Actor, c Coverage, one string, after int64, limit int) (all []Branch, next int64, err error) {
	s, err := tally.Find(ctx, tx, c.Rollout.Sheet)
	if err != nil {
		return nil, 0, err
	}
	children, err := tally.ChildrenOf(ctx, tx, by, s, c.Top.ID, after, limit)
	if err != nil {
		return nil, 0, err
	}
	carried, err := countBranches(ctx, tx, c, one)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]int64, len(children))
	for i, k := range children {
		ids[i] = k.Unit
	}
	own, err := adoptedBy(ctx, tx, c.Rollout.ID, ids)
	if err != nil {
		return nil, 0, err
	}
	for _, k := range children {
		b := Branch{Key: k.UnitKey, Name: k.UnitName, Due: k.Total.Get(rollout.Kind().Lane("adopt_due")), Adopted: k.Total.Get(rollout.Kind().Lane("adopted"))}
		b.Many = b.Due > k.Own.Get(rollout.Kind().Lane("adopt_due"))
		b.Carried, b.Plan = carried[own[k.Unit].path], own[k.Unit].plan
		if b.Due > 0 {
			all = append(all, b)
		}
	}
	if len(children) == limit {
		next = children[limit-1].Unit
	}
	return all, next, nil
}
