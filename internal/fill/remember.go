package fill

import (
	"context"

	"nhipcau/internal/db"
	"nhipcau/internal/form"
)

const (
	periodsBack  = 12
	siblingsMost = 300
	slack        = 5 // least difference anybody asks about, in whole units of the figure
)

// remember reads what the unit and its siblings have returned, which figures are
// compared with, and what may be copied from the period before.
func (p *page) remember(ctx context.Context, tx *db.Tx) error {
	c := &p.Case
	before, err := c.Round.Before(ctx, tx, c.Unit.ID, periodsBack)
	if err != nil {
		return err
	}
	beside, err := c.Round.Siblings(ctx, tx, c.Unit.ID, siblingsMost)
	if err != nil {
		return err
	}
	p.Past, p.Near, p.Last = map[string]Usual{}, map[string]Usual{}, map[string]string{}
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
			p.Past[it.Key] = u
		}
		if u, ok := UsualOf(near, little); ok {
			p.Near[it.Key] = u
		}
		if len(before) > 0 && copies(it) {
			if x, ok := before[0].Round.Of(before[0].Return, it.Key); ok {
				p.Last[it.Key], p.LastOf = it.Write(x), before[0].Round.Period.Name
			}
		}
	}
	return nil
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
