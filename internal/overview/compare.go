package overview

import (
	"cmp"
	"context"
	"math/big"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Way is how the units under one are put beside each other.
type Way string

// The ways.
const (
	Whole  Way = ""       // by what they have
	Member Way = "member" // by what they have for a hundred members
	Moved  Way = "moved"  // by how much that has moved since the period before
)

const (
	mostUnits   = 2000 // directly under one, that are put in order
	mostCounted = 2000 // at and under one, whose members are counted
)

// A Comparison is one item of one period of the units directly under one, as the tree
// stood then, the most first.
type Comparison struct {
	Unit   org.Unit
	Round  filing.Round
	Item   form.Item // as it is written: a rate has two decimals
	Way    Way
	Before filing.Period // that a move is counted from, none if there is none
	Listed vn.Day        // of the lists of members that a rate is of, "" if they are not counted
	Ranked []Compared
	Median *big.Rat // nil where there is none
	Empty  []filing.Row
	Silent []filing.Row // that have not returned anything
	Alone  []filing.Row // whose figure cannot be put beside the others in this way
}

// A Compared is a unit with what it is put in order by.
type Compared struct {
	Row     filing.Row
	X       *big.Rat
	Members int64 // of a rate
}

// Compare puts the units directly under one that by may see beside each other.
func Compare(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey, period, item string, way Way) (c Comparison, err error) {
	if c.Unit, err = org.Get(ctx, tx, by, unitKey); err != nil {
		return c, err
	}
	if c.Round, err = filing.GetRound(ctx, tx, by, period); err != nil {
		return c, err
	}
	if item == "" {
		item = first(c.Round.Form)
	}
	it, place := c.Round.Item(item)
	if place == 0 || !numeric(it) {
		return c, notFound()
	}
	c.Item, c.Way = it, way
	var rows []filing.Row
	for after, more := tally.Place(0), true; more && len(rows) < mostUnits; more = after != 0 {
		var some []filing.Row
		if _, _, some, after, err = c.Round.Table(ctx, tx, by, unitKey, after, filing.MaxRows); err != nil {
			return c, err
		}
		rows = append(rows, some...)
	}
	rounds := []filing.Round{c.Round}
	before, ok, err := filing.Preceding(ctx, tx, c.Round.Period)
	if err != nil {
		return c, err
	}
	if ok && way == Moved {
		c.Before, rounds = before.Period, []filing.Round{before, c.Round}
	}
	units := make([]int64, len(rows))
	for i, x := range rows {
		units[i] = x.Unit
	}
	ledger, err := filing.OpenLedger(ctx, tx, rounds, units, []string{it.Key})
	if err != nil {
		return c, err
	}
	measure, err := c.measure(ctx, tx, by, ledger, units)
	if err != nil {
		return c, err
	}
	for _, x := range rows {
		v := ledger.Value(len(rounds)-1, x.Unit, false, it.Key)
		switch {
		case x.Received() == 0:
			if x.Due > 0 {
				c.Silent = append(c.Silent, x)
			}
		case !v.Is():
			c.Empty = append(c.Empty, x)
		default:
			if one, ok := measure(x, v.X); ok {
				c.Ranked = append(c.Ranked, one)
			} else {
				c.Alone = append(c.Alone, x)
			}
		}
	}
	slices.SortStableFunc(c.Ranked, func(a, b Compared) int { return cmp.Or(b.X.Cmp(a.X), cmp.Compare(a.Row.Key, b.Row.Key)) })
	c.Median = median(c.Ranked)
	return c, nil
}

// measure is how a unit's value is put in order.
func (c *Comparison) measure(ctx context.Context, tx *db.Tx, by auth.Actor, ledger *filing.Ledger, units []int64) (func(filing.Row, *big.Rat) (Compared, bool), error) {
	switch c.Way {
	case Member:
		if c.Round.Units(c.Unit.ID) > mostCounted || !c.Item.Entered() {
			return none, nil
		}
		c.Listed = min(vn.DayOf(tx.Now), c.Round.Period.To.AddDays(-1))
		listed, err := org.ListedUnder(ctx, tx, by.Tree, c.Unit.Path, c.Listed)
		members := c.Round.SumUnder(units, listed)
		c.Item.Decimals = 2
		return func(x filing.Row, v *big.Rat) (Compared, bool) {
			n := members[x.Unit]
			if n == 0 {
				return Compared{}, false
			}
			return Compared{x, new(big.Rat).Mul(v, big.NewRat(100, n)), n}, true
		}, err
	case Moved:
		if len(ledger.Rounds) < 2 {
			return none, nil
		}
		if before, n := ledger.Rounds[0].Item(c.Item.Key); n == 0 || !same(before, c.Item) {
			return none, nil
		}
		return func(x filing.Row, v *big.Rat) (Compared, bool) {
			was := ledger.Value(0, x.Unit, false, c.Item.Key)
			if !was.Is() {
				return Compared{}, false
			}
			return Compared{Row: x, X: new(big.Rat).Sub(v, was.X)}, true
		}, nil
	}
	return func(x filing.Row, v *big.Rat) (Compared, bool) { return Compared{Row: x, X: v}, true }, nil
}

func none(filing.Row, *big.Rat) (Compared, bool) { return Compared{}, false }

// numeric reports whether an item is a number that stands in the figures of units.
func numeric(it form.Item) bool { return it.Entered() || it.Kind == form.Formula }

// first is the key of the first item of a form that is compared.
func first(f form.Form) string {
	for _, it := range f.Items {
		if numeric(it) {
			return it.Key
		}
	}
	return ""
}

// median is the value in the middle; between two, half of both.
func median(sorted []Compared) *big.Rat {
	n := len(sorted)
	if n == 0 {
		return nil
	}
	sum := new(big.Rat).Add(sorted[(n-1)/2].X, sorted[n/2].X)
	return sum.Mul(sum, big.NewRat(1, 2))
}

// newest is the newest period of a form, NotFound if there is none.
func newest(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (string, error) {
	if _, err := form.Get(ctx, tx, by, id); err != nil {
		return "", err
	}
	all, err := filing.Periods(ctx, tx, id, 0, 1)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	if err != nil {
		return "", err
	}
	return all[0].ID, nil
}
