// Package atlas draws the figures of the units directly under one as a map: of the
// provinces, where most of those units are of one, each a tile of the same size;
// else as rectangles as large as what stands under each. It stores and adds up
// nothing: a figure is that of a sheet, and opens there.
package atlas

import (
	"context"
	"embed"
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

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// A State says whether a unit has a figure, and if not, why.
type State string

// The states. What is blank is not zero.
const (
	Has     State = "has"
	Blank   State = "blank"   // nothing was returned
	Nothing State = "nothing" // all that was returned says there is nothing to report
	Unasked State = "unasked" // nothing is asked
	Unknown State = "unknown" // it cannot be worked out
)

// A Cell is one unit on the map.
type Cell struct {
	Unit   int64
	Key    string
	Name   string // of today
	Leaf   bool   // none are under it
	Weight int64  // how much is asked of it and all under it
	State  State
	X      *big.Rat // the figure, nil where State is not Has
	Text   string   // as it is written
	Lane   string   // where it opens, or what is divided in it; "" for a formula
	Num    string   // what is divided, as it is written, "" if nothing is
	Den    string   // by what
	DenAt  string   // lane of that, "" if it is in none
	Step   int      // from 1, of the map's Steps; 0 without a figure
	Why    fault.Text
}

// A Measure is something that can be shown of each unit.
type Measure struct {
	Key   string
	Label string // in the words of the form; "" if Text names it
	Text  string // message key
	Word  string // what is counted
	Share bool   // from 0 to 100 %
}

// A Map is one figure of the units directly under one.
type Map struct {
	Unit    org.Unit
	Sheet   tally.Sheet
	Shown   Measure
	Per     Measure // by what the figure is divided, without Key for nothing
	Offered []Measure
	Pers    []Measure // what it may be divided by
	Top     Cell
	Cells   []Cell
	Next    tally.Place // where the following units come, 0 for none
	Steps   []Step

	ledger  *filing.Ledger // of a formula
	layout  *layout        // nil where most units are of no province
	on, off []int
}

// Provinces reports whether the map is one of provinces.
func (m *Map) Provinces() bool { return m.layout != nil }

// Off returns the units that stand on no tile of a map of provinces.
func (m *Map) Off() (all []Cell) {
	for _, i := range m.off {
		all = append(all, m.Cells[i])
	}
	return all
}

// The measures of a period that are no item of its form; their keys can be none's.
const (
	rateReceived = "rate.received"
	rateInTime   = "rate.in_time"
)

// OfPeriod returns the map of what the units directly under one have returned in a
// period, of those that by may see: at most limit after a place. item and per name
// what is shown and by what it is divided; what the form has not is the share of
// units that have returned, and no division. A unit that is not on the period's
// sheet is NotFound.
func OfPeriod(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string, r filing.Round, item, per string, after tally.Place, limit int) (m Map, err error) {
	m.Sheet = r.Sheet
	m.Offered = []Measure{{Key: rateReceived, Text: "atlas.rate.received", Share: true}, {Key: rateInTime, Text: "atlas.rate.in_time", Share: true}}
	for _, it := range r.Form.Items {
		if !it.Entered() && it.Kind != form.Formula || it.Over == form.Min || it.Over == form.Max {
			continue // the least and the greatest are not put together over units
		}
		x := Measure{Key: it.Key, Label: r.Form.Called(it), Word: it.Word}
		m.Offered = append(m.Offered, x)
		if it.Entered() {
			m.Pers = append(m.Pers, x)
		}
	}
	m.Shown = find(m.Offered, item, m.Offered[0])
	if slices.ContainsFunc(m.Pers, func(x Measure) bool { return x.Key == m.Shown.Key }) && per != m.Shown.Key {
		m.Per = find(m.Pers, per, Measure{})
	}
	u, top, rows, next, err := r.Table(ctx, tx, by, unitKey, after, limit)
	if err != nil {
		return m, err
	}
	if _, place := r.Item(m.Shown.Key); place > 0 && r.Form.Items[place-1].Kind == form.Formula {
		units := []int64{u.ID}
		for _, x := range rows {
			units = append(units, x.Unit)
		}
		if m.ledger, err = filing.OpenLedger(ctx, tx, []filing.Round{r}, units, []string{m.Shown.Key}); err != nil {
			return m, err
		}
	}
	m.Unit, m.Next, m.Top = u, next, m.cell(&r, top)
	for _, x := range rows {
		m.Cells = append(m.Cells, m.cell(&r, x))
	}
	m.lay()
	return m, nil
}

func find(all []Measure, key string, other Measure) Measure {
	if i := slices.IndexFunc(all, func(x Measure) bool { return x.Key == key }); i >= 0 {
		return all[i]
	}
	return other
}

// lay puts the cells on the map and in steps.
func (m *Map) lay() {
	m.layout, m.on, m.off = lay(m.Cells)
	m.Steps = steps(m.Cells, m.Shown.Share)
}

// cell is what a row of a period's table comes to.
func (m *Map) cell(r *filing.Round, x filing.Row) Cell {
	c := Cell{Unit: x.Unit, Key: x.Key, Name: x.Name, Leaf: x.Leaf, Weight: x.Due}
	switch {
	case x.Due == 0 && x.Received() == 0:
		c.State = Unasked
	case m.Shown.Key == rateReceived:
		c.share("received", x.Received(), x.Due, "")
	case m.Shown.Key == rateInTime:
		c.share("in_time", x.InTime(), x.Due, "")
	case x.Received() == 0:
		c.State = Blank
	case x.Nothing() == x.Received():
		c.State = Nothing
	default:
		m.figure(&c, r, x)
	}
	return c
}

// share makes a cell of some of a whole.
func (c *Cell) share(lane string, num, den int64, denAt string) {
	c.Lane, c.Num, c.Den, c.DenAt = lane, vn.Int(num), vn.Int(den), denAt
	if den <= 0 {
		c.State = Unasked
		return
	}
	c.State, c.X, c.Text = Has, big.NewRat(num, den), vn.Percent(num, den)
}

// figure makes a cell of an item, which may be divided by another.
func (m *Map) figure(c *Cell, r *filing.Round, x filing.Row) {
	it, n := r.Item(m.Shown.Key)
	if m.ledger != nil {
		v := m.ledger.Value(0, x.Unit, false, it.Key)
		if !v.Is() {
			c.State, c.Why = Unknown, v.Why
			return
		}
		c.State, c.X, c.Text = Has, v.X, write(it, v.X)
		return
	}
	own, ok := x.Figure(n)
	if !ok {
		c.State = Blank
		return
	}
	c.State, c.X, c.Text, c.Lane = Has, scaled(own, it.Decimals), it.Write(own), filing.Lane(n)
	if m.Per.Key == "" {
		return
	}
	of, by := r.Item(m.Per.Key)
	under, ok := x.Figure(by)
	c.Num, c.X, c.Text = c.Text, nil, ""
	if !ok || under <= 0 {
		c.State, c.Num, c.Why = Unknown, "", fault.Text{Key: "atlas.why.divided", Args: []any{m.Per.Label}}
		return
	}
	c.Den, c.DenAt = of.Write(under), filing.Lane(by)
	c.X = new(big.Rat).Quo(scaled(own, it.Decimals), scaled(under, of.Decimals))
	c.Text = hundred(c.X)
	if it.Word == of.Word {
		c.Text += "\u00a0%"
	}
}
