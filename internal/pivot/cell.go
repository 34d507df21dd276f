package pivot

import (
	"net/url"

	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/tally"
)

// A State says what stands in a cell.
type State string

// What stands in a cell.
const (
	Figure  State = "figure"
	Blank   State = "blank"   // nothing was returned, which is not zero
	None    State = "none"    // it does not add up or cannot be worked out; Why says why
	Outside State = "outside" // the unit did not stand there in that period
)

// A Cell is what an item comes to for a line in a period, or over all periods.
type Cell struct {
	State  State
	Units  int64     // of a figure, in units of the item's last decimal
	Item   form.Item // as the period asks for it
	Answer bool      // the figure is one unit's answer of yes or no
	Why    fault.Text
	Href   string // opens the figure, "" for none
	Sheet  int64  // on which it is counted, and in which lane; 0 of what is not counted
	Lane   string
}

// Period returns what the item at a place, from 0, comes to for a line in a round.
func (p Pivot) Period(l Line, round, item int) Cell {
	r := &p.Rounds[round]
	if !p.has(l, round) {
		return Cell{State: Outside}
	}
	key := p.Items[item].Key
	it, n := r.Item(key)
	if n == 0 {
		return Cell{State: None, Why: fault.Text{Key: "filing.why.item"}}
	}
	if p.ledger.Received(round, l.Unit, l.Own) == 0 {
		return Cell{State: Blank, Item: it}
	}
	c := p.value(l, round, it, n)
	c.Answer = it.Kind == form.YesNo && (l.Own || r.Leaf(l.Unit))
	if c.State != Figure {
		return c
	}
	switch {
	case it.Entered():
		c.Sheet, c.Lane = r.Sheet.ID, filing.Lane(n)
		c.Href = tally.Href(c.Sheet, l.Key, c.Lane, !l.Own)
	case l.Own:
		c.Href = "/periods/" + r.Period.ID + "/returns/" + url.PathEscape(l.Key)
	default:
		c.Href = "/periods/" + r.Period.ID + "/report/" + url.PathEscape(l.Key)
	}
	return c
}

// value is what an item at a place of a round comes to for a line: as it was entered,
// or worked out.
func (p Pivot) value(l Line, round int, it form.Item, n int) Cell {
	if !it.Entered() {
		return written(it, p.ledger.Value(round, l.Unit, l.Own, it.Key))
	}
	if why := p.ledger.Apart(round, l.Unit, l.Own, it.Key); why.Key != "" {
		return Cell{State: None, Item: it, Why: why}
	}
	if x, ok := p.ledger.Figure(round, l.Unit, l.Own, n); ok {
		return Cell{State: Figure, Item: it, Units: x}
	}
	return Cell{State: Blank, Item: it}
}

// has reports whether a line stands in a round.
func (p Pivot) has(l Line, round int) bool {
	if l.All {
		return p.Rounds[round].Has(l.Unit)
	}
	return p.stands[round][lineKey{l.Unit, l.Own}]
}

// Over returns what the item at a place comes to for a line over all rounds.
func (p Pivot) Over(l Line, item int) Cell {
	var some []int
	leaf, returned := true, false
	for i := range p.Rounds {
		if p.has(l, i) {
			some = append(some, i)
			leaf = leaf && (l.Own || p.Rounds[i].Leaf(l.Unit))
			returned = returned || p.ledger.Received(i, l.Unit, l.Own) > 0
		}
	}
	it := p.Items[item]
	switch {
	case len(some) == 0:
		return Cell{State: Outside}
	case !returned:
		return Cell{State: Blank, Item: it}
	}
	c := written(it, p.ledger.Over(some, l.Unit, l.Own, it.Key))
	c.Answer = it.Kind == form.YesNo && leaf
	return c
}

// written makes the cell of a value.
func written(it form.Item, v formula.Value) Cell {
	c := Cell{State: Figure, Item: it}
	if !v.Is() {
		c.State, c.Why = None, v.Why
		if it.Entered() && v.Why.Key == "formula.why.empty" {
			c.State = Blank
		}
		return c
	}
	units := formula.Units(v.X, it.Decimals)
	if !units.IsInt64() {
		return Cell{State: None, Item: it, Why: fault.Text{Key: "formula.why.large"}}
	}
	c.Units = units.Int64()
	return c
}
