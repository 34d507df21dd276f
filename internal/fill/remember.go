package fill

import (
	"context"

	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
)

const (
	periodsBack  = 12
	siblingsMost = 300
	slack        = 5 // least difference anybody asks about, in whole units of the figure
)

// A Memory is what the figures of a return are compared with, by key of the item.
type Memory struct {
	Past   map[string]Usual  // of the unit's own periods before
	Near   map[string]Usual  // of its siblings of the same kind in this one
	Last   map[string]string // figures of the period before, of the items that may be copied
	LastOf string            // name of that period
}

// Remember reads what a unit and its siblings have returned.
func Remember(ctx context.Context, tx *db.Tx, c filing.Case) (m Memory, err error) {
	before, err := c.Round.Before(ctx, tx, c.Unit.ID, periodsBack)
	if err != nil {
		return m, err
	}
	beside, err := c.Round.Siblings(ctx, tx, c.Unit.ID, siblingsMost)
	if err != nil {
		return m, err
	}
	m.Past, m.Near, m.Last = map[string]Usual{}, map[string]Usual{}, map[string]string{}
	for _, it := range c.Round.Form.Items {
		if it.Kind != form.Figure {
			continue
		}
		var own, near []int64
		for _, b := range before {
			if x, ok := b.Round.Of(b.Return, it.Key); ok {
				own = append(own, x)
			}
		}
		for _, x := range beside {
			if n, ok := c.Round.Of(x, it.Key); ok {
				near = append(near, n)
			}
		}
		little := scaled(slack, it.Decimals)
		if u, ok := UsualOf(own, little); ok {
			m.Past[it.Key] = u
		}
		if u, ok := UsualOf(near, little); ok {
			m.Near[it.Key] = u
		}
		if len(before) > 0 && copies(it) {
			if x, ok := before[0].Round.Of(before[0].Return, it.Key); ok {
				m.Last[it.Key], m.LastOf = it.Write(x), before[0].Round.Period.Name
			}
		}
	}
	return m, nil
}

// copies reports whether the figure of an item may be copied from the period before:
// what there is at the end of a period often still is at the end of the next; what
// happened in one is counted anew in each.
func copies(it form.Item) bool { return it.Over == form.Last }

// scaled is a whole number in units of the last decimal.
func scaled(n int64, decimals int) int64 {
	for range decimals {
		n *= 10
	}
	return n
}
