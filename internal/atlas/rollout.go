package atlas

import (
	"context"
	"math/big"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// persons is the share of members whom a rollout has reached.
const persons = "persons"

// measures are what can be shown of a rollout: of each step that is owed at and
// under a unit the share of units that have done it, and how many are late.
func measures(total tally.Vec) (all []Measure) {
	lane := rollout.Kind().Lane
	if total.Get(lane("expected")) > total.Get(lane("exempt")) {
		all = append(all, Measure{Key: persons, Text: "atlas.rate.persons", Share: true})
	}
	for _, s := range rollout.Steps {
		if total.Get(lane(string(s)+"_due")) > 0 {
			all = append(all, Measure{Key: string(s), Text: "atlas.rate." + string(s), Share: true}, Measure{Key: string(s) + "_late", Text: "atlas.late." + string(s)})
		}
	}
	return all
}

// OfRollout returns the map of how the units directly under one stand by a rollout,
// of those that by may see. A unit without a part in it is NotFound.
func OfRollout(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string, r rollout.Rollout, item string, after int64, limit int) (m Map, err error) {
	if m.Unit, err = org.Get(ctx, tx, by, unitKey); err != nil {
		return m, err
	}
	if r.Sheet == 0 {
		return m, fault.New(fault.NotFound, "error.not_found")
	}
	if m.Sheet, err = tally.Find(ctx, tx, r.Sheet); err != nil {
		return m, err
	}
	e, err := epoch.ByID(ctx, tx, m.Sheet.Epoch)
	if err != nil {
		return m, err
	}
	at, ok := e.Index(m.Unit.ID)
	if root, stands := e.Index(m.Sheet.Root); !ok || !stands || !e.Under(at, root) {
		return m, fault.New(fault.NotFound, "error.not_found")
	}
	total, err := tally.Total(ctx, tx, r.Sheet, m.Unit.ID)
	if err != nil {
		return m, err
	}
	if m.Offered = measures(total); len(m.Offered) == 0 {
		return m, nil
	}
	m.Shown = find(m.Offered, item, m.Offered[0])
	m.Top = m.owed(total)
	m.Top.Unit, m.Top.Key, m.Top.Name = m.Unit.ID, m.Unit.Key, m.Unit.Name
	children, err := tally.ChildrenOf(ctx, tx, by, m.Sheet, m.Unit.ID, after, limit)
	if err != nil {
		return m, err
	}
	if len(children) == limit {
		m.Next = tally.Place(children[limit-1].Unit)
	}
	for _, x := range children {
		c := m.owed(x.Total)
		c.Unit, c.Key, c.Name = x.Unit, x.UnitKey, x.UnitName
		at, ok := e.Index(x.Unit)
		c.Leaf = !ok || e.End(at) == at+1
		m.Cells = append(m.Cells, c)
	}
	m.lay()
	return m, nil
}

// owed is what the figures of a unit and all under it come to.
func (m *Map) owed(v tally.Vec) (c Cell) {
	lane := rollout.Kind().Lane
	get := func(name string) int64 { return v.Get(lane(name)) }
	if m.Shown.Key == persons {
		c.Weight = get("expected") - get("exempt")
		whole := "expected"
		if get("exempt") > 0 {
			whole = "" // what is due is in no lane of its own
		}
		c.share(persons, get(persons), c.Weight, whole)
		return c
	}
	for _, s := range rollout.Steps {
		due := get(string(s) + "_due")
		switch m.Shown.Key {
		case string(s):
			c.Weight = due
			c.share(s.DoneLane(), due-s.Left(v), due, string(s)+"_due")
		case string(s) + "_late":
			c.Weight = due
			if c.State = Unasked; due > 0 {
				n := get(m.Shown.Key)
				c.State, c.X, c.Text, c.Lane = Has, big.NewRat(n, 1), vn.Int(n), m.Shown.Key
			}
		}
	}
	return c
}
