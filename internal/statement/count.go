package statement

import (
	"context"
	"strconv"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
)

var kind = newKind()

// newKind has four lanes for each item: its figure, the base of a ratio, and how
// many figures in the sum are lower and upper bounds. units is how many
// statements stand.
func newKind() *tally.Kind {
	lanes := []string{"units"}
	for n := range MaxItems {
		for _, what := range parts {
			lanes = append(lanes, lane(what, n+1))
		}
	}
	return tally.NewKind("statement", lanes...)
}

func init() { kind.Named = named } // which itself needs the kind

var parts = []string{"value", "of", "more", "less"}

func lane(what string, n int) string { return what + "_" + strconv.Itoa(n) }

// Kind returns what a form's sheet counts, at the unit that states.
func Kind() *tally.Kind { return kind }

// named says what a lane of a form's sheet counts, in the form's own words, and
// with which bound its figure stands.
func named(ctx context.Context, tx *db.Tx, s tally.Sheet, lane string, v tally.Vec) (tally.Name, error) {
	what, number, ok := strings.Cut(lane, "_")
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return tally.Name{What: fault.Text{Key: "statement.lane.units"}}, nil
	}
	items, err := itemsOf(ctx, tx, s.Source)
	if err != nil {
		return tally.Name{}, err
	}
	if n > len(items) {
		return tally.Name{}, fault.New(fault.NotFound, "error.not_found")
	}
	name := tally.Name{What: fault.Text{Key: "statement.lane." + what, Args: []any{items[n-1].Label}}}
	if what == "value" {
		name.Around = "statement.bound." + string(SumOf(v, n).Bound())
	}
	return name, nil
}

// delta is what a statement adds to the sheet.
func (s Statement) delta(f Form) tally.Delta {
	d := tally.Delta{kind.Lane("units"): 1}
	for _, x := range s.Figures {
		n := f.item(x.Item)
		if n == 0 || f.Items[n-1].Sort == Percent {
			continue
		}
		d[kind.Lane(lane("value", n))] = x.Value
		if f.Items[n-1].Sort == Ratio {
			d[kind.Lane(lane("of", n))] = x.Of
		}
		switch x.Bound {
		case More:
			d[kind.Lane(lane("more", n))] = 1
		case Less:
			d[kind.Lane(lane("less", n))] = 1
		}
	}
	return d
}

// A Sum is what the figures of one item add up to, and with which bound. That of
// percentages is empty.
type Sum struct {
	Value, Of  int64
	More, Less int64 // how many of the figures in it are lower and upper bounds
}

// Bound returns how the sum is to be read.
func (s Sum) Bound() Bound { return boundOf(s.More, s.Less) }

// SumOf reads the sum of the item at place n, from 1, off a unit's figures.
func SumOf(v tally.Vec, n int) Sum {
	get := func(what string) int64 { return v.Get(kind.Lane(lane(what, n))) }
	return Sum{Value: get("value"), Of: get("of"), More: get("more"), Less: get("less")}
}

// totalOf adds up the counts that the total at place n, from 1, is the sum of.
func (f Form) totalOf(v tally.Vec, n int) (all Sum) {
	for _, i := range f.Parts(n) {
		one := SumOf(v, i)
		all.Value, all.More, all.Less = all.Value+one.Value, all.More+one.More, all.Less+one.Less
	}
	return all
}

// totalOf adds up what s says about those counts; false if it says nothing.
func (s Statement) totalOf(f Form, n int) (all Sum, ok bool) {
	for _, i := range f.Parts(n) {
		x, said := s.Figure(f.Items[i-1].Key)
		if !said {
			continue
		}
		ok = true
		all.Value += x.Value
		switch x.Bound {
		case More:
			all.More++
		case Less:
			all.Less++
		}
	}
	return all, ok
}

// directlyUnder returns the units that a new sheet's owner asks.
func directlyUnder(ctx context.Context, tx *db.Tx, s tally.Sheet) ([]int64, error) {
	e, err := epoch.ByID(ctx, tx, s.Epoch)
	if err != nil {
		return nil, err
	}
	root, _ := e.Index(s.Root) // tally.Open has found it there
	var all []int64
	for i := range e.Children(root) {
		all = append(all, e.Unit(i))
	}
	if len(all) == 0 {
		all = []int64{s.Root}
	}
	return all, nil
}

// Recount returns, by unit, what the standing statements of a form say its sheet
// should hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	items, err := itemsOf(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	standing, err := standingOf(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	all := map[int64]tally.Delta{}
	for _, st := range standing {
		all[st.Unit] = all[st.Unit].Plus(st.delta(Form{Items: items}))
	}
	return all, nil
}
