package rollout

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
)

// many is up to how many units that owe a step one page shows all of them; beyond
// it a page shows what stands directly under one unit.
const many = 200

// Wide reports whether a count over a subtree is of too many units to be listed as
// a whole.
func Wide(total tally.Vec) bool {
	for _, s := range Steps {
		if total.Get(s.lane("due")) > many {
			return true
		}
	}
	return false
}

// Lacking returns units at and under top that have not done a step, in tree order
// from a place on: at most limit, and the place of the next, 0 after the last.
func Lacking(ctx context.Context, tx *db.Tx, r Rollout, step Step, top int64, after tally.Place, limit int) ([]int64, tally.Place, error) {
	s, err := tally.Find(ctx, tx, r.Sheet)
	if err != nil {
		return nil, 0, err
	}
	q := tally.Lack{Sheet: s, Top: top, Done: []tally.Lane{step.done(false)}, Due: []tally.Lane{step.lane("due")}, After: after, Limit: limit}
	if step == Hold {
		q.Done = append(q.Done, step.done(true))
	}
	return tally.Lacking(ctx, tx, q)
}

// Left is how many units counted in a total have not done s.
func (s Step) Left(total tally.Vec) int64 {
	n := total.Get(s.lane("due")) - total.Get(s.done(false))
	if s == Hold {
		n -= total.Get(s.done(true))
	}
	return n
}

// Top returns the unit under which by looks at r: the one with a key, if by sees it
// and it has a part in r; else the scope, or by's own unit below it.
func Top(ctx context.Context, tx *db.Tx, by auth.Actor, r Rollout, key string) (org.Unit, error) {
	if key == "" {
		key = by.UnitKey
		if by.Covers(r.ScopePath) {
			key = r.ScopeKey
		}
		return org.Get(ctx, tx, by, key)
	}
	u, err := org.Get(ctx, tx, by, key)
	if err == nil && !strings.HasPrefix(u.Path, r.ScopePath) {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return u, err
}

// A Stood is how many units owe a step in a count, how many have done it, and how many
// of the rest are late.
type Stood struct{ Due, Done, Late int64 }

// Stood is how a step stands in a total. What was declared is done.
func (s Step) Stood(total tally.Vec) Stood {
	due := total.Get(s.lane("due"))
	return Stood{due, due - s.Left(total), total.Get(s.lane("late"))}
}
