package filing

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/tally"
)

// An end is the least or the greatest of what units at and under one have of an item,
// and whose it is: the first in the order of the tree, without key where the reader may
// not see it.
type end struct {
	n    int64
	unit int64
	called
}

// mostEnds is under how many units the least and the greatest are looked for: they are
// not in the sums, so every unit is read.
const mostEnds = 20_000

// extreme reports whether an item is the least or the greatest of what was entered.
func extreme(it form.Item) bool {
	return it.Entered() && (it.Over == form.Min || it.Over == form.Max)
}

// beyond reports whether n goes further than the end that was found before.
func (e end) beyond(it form.Item, n int64) bool {
	return it.Over == form.Min && n < e.n || it.Over == form.Max && n > e.n
}

// findEnds looks for the least and the greatest at and under a unit, if the form asks
// for any and units stand under it.
func (s *stretch) findEnds(ctx context.Context, tx *db.Tx, by auth.Actor, unit int64) error {
	var places []int
	for i, it := range s.round.Form.Items {
		if extreme(it) {
			places = append(places, i+1)
		}
	}
	at, ok := s.round.epoch.Index(unit)
	if len(places) == 0 || !ok || s.round.Leaf(unit) {
		return nil
	}
	units := s.round.epoch.Subtree(at)
	s.ends = map[int]end{}
	if s.many = len(units) > mostEnds; s.many {
		return nil
	}
	var parents []int64
	for i := at; i < s.round.epoch.End(at); i++ {
		if s.round.epoch.End(i) > i+1 {
			parents = append(parents, s.round.epoch.Unit(i))
		}
	}
	nodes, err := tally.Under(ctx, tx, s.round.Sheet.ID, parents)
	if err != nil {
		return err
	}
	if nodes[unit], err = tally.NodeOf(ctx, tx, s.round.Sheet.ID, unit); err != nil {
		return err
	}
	var whose []int64
	for _, n := range places {
		it, lane := s.round.Form.Items[n-1], tally.Lane(n)
		for _, u := range units {
			own := nodes[u].Own
			if was, found := s.ends[n]; own.Has(lane) && (!found || was.beyond(it, own.Get(lane))) {
				s.ends[n] = end{n: own.Get(lane), unit: u}
			}
		}
		if e, found := s.ends[n]; found {
			whose = append(whose, e.unit)
		}
	}
	names, err := namesOf(ctx, tx, by, distinct(whose))
	for n, e := range s.ends {
		e.called = names[e.unit]
		s.ends[n] = e
	}
	return err
}

// end returns the least or the greatest of an item, where it is looked for.
func (s *stretch) end(it form.Item, n int) formula.Value {
	if s.many {
		return formula.Unknown(fault.Text{Key: "filing.why.ends", Args: []any{mostEnds}})
	}
	if e, ok := s.ends[n]; ok {
		return formula.Scaled(e.n, it.Decimals)
	}
	return formula.Empty(it.Label)
}

// End returns whose the least or the greatest is that an item of the book comes to, with
// the address of its return; "" where the item is no such, or by may not see the unit.
func (b *Book) End(key string) (name, href string) {
	e, ok := b.now.ends[b.Round.place[key]]
	if !ok || e.key == "" {
		return "", ""
	}
	return e.name, returnHref(b.Round.Period.ID, e.key)
}
