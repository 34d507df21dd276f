// Package pivot lays the figures of a form out over units, periods and items: which of
// the three stands on the rows and which on the columns is for the reader to say.
//
// Nothing is kept here. Every cell is a figure of a period's sheet, or what a formula
// makes of some, and opens to what it comes from. Sums stand at the margin only where
// figures add up: over units as the sheets count them, over periods as the item says.
package pivot

import (
	"context"
	"slices"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
)

// A Level says whose figures are laid out.
type Level string

// The levels.
const (
	Self     Level = "self"     // the unit as a whole
	Children Level = "children" // the units directly under it
	Two      Level = "two"      // those two levels under it
)

// Levels are all levels, in the order in which they are offered.
var Levels = []Level{Children, Two, Self}

const (
	maxPeriods = 24
	maxItems   = 20
	usual      = 12  // periods, if none are named
	offered    = 120 // periods of a form to choose from
)

// An Ask says what a pivot is of. What is left open, or is none, is chosen: the
// newest periods, the first item, the units directly under the one.
type Ask struct {
	Form     string
	Items    []string // keys
	From, To string   // ids of periods
	Level    Level
	After    int    // lines that are left out
	Limit    int    // of lines, 0 for all
	Cells    int    // of which as many lines as fit are returned, 0 for any number
	Layout   Layout // by which they are counted
	Most     int    // cells, of which more are refused; 0 for any number
	Only     string // key of the one unit to show, as a whole; "" for those of Level
}

// A Line is a unit of a pivot: with all under it, or, where those have lines of their
// own, what it returned itself.
type Line struct {
	Unit int64
	Key  string
	Name string
	Own  bool
	All  bool // it is not one of the lines, but what they add up to
}

type lineKey struct {
	unit int64
	own  bool
}

// A Pivot is the figures of a form, of some periods, items and units.
type Pivot struct {
	Form    form.Form
	Unit    org.Unit
	Level   Level
	Offered []filing.Period // periods to choose from, the newest first
	Choices []form.Item     // items to choose from
	Left    bool            // some items of the form are none to choose: what the house knows
	Rounds  []filing.Round  // the oldest first
	Items   []form.Item
	Lines   []Line
	Whole   Line // the unit with all under it
	Next    int  // where the following lines come, 0 for none
	Count   int  // of lines in all

	ledger *filing.Ledger
	one    bool               // one unit was asked for
	stands []map[lineKey]bool // which lines there are in each round
}

// Get returns the pivot of a form at a unit, both of which by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string, ask Ask) (p Pivot, err error) {
	if p.Unit, err = org.Get(ctx, tx, by, unitKey); err != nil {
		return p, err
	}
	if p.Form, err = form.Get(ctx, tx, by, ask.Form); err != nil {
		return p, err
	}
	if p.Offered, err = filing.Periods(ctx, tx, p.Form.ID, 0, offered); err != nil {
		return p, err
	}
	slices.SortStableFunc(p.Offered, func(a, b filing.Period) int { return strings.Compare(string(b.From), string(a.From)) })
	if p.Rounds, err = filing.RoundsOf(ctx, tx, between(p.Offered, ask.From, ask.To)); err != nil || len(p.Rounds) == 0 {
		return p, err
	}
	p.items(ask.Items)
	p.Level = ask.Level
	if !slices.Contains(Levels, p.Level) {
		p.Level = Children
	}
	return p, p.read(ctx, tx, by, ask)
}

// between returns the periods from one to another, which are in the order of their
// days with the newest first, with the oldest first.
func between(all []filing.Period, from, to string) []filing.Period {
	at := func(id string, other int) int {
		if i := slices.IndexFunc(all, func(p filing.Period) bool { return p.ID == id }); i >= 0 {
			return i
		}
		return other
	}
	newest := at(to, 0)
	oldest := at(from, min(len(all), newest+usual)-1)
	if oldest < newest {
		newest, oldest = oldest, newest
	}
	some := slices.Clone(all[newest:min(oldest+1, newest+maxPeriods, len(all))])
	slices.Reverse(some)
	return some
}

// items sets the items that are shown: those named, or the first.
func (p *Pivot) items(keys []string) {
	last := &p.Rounds[len(p.Rounds)-1]
	for _, it := range last.Form.Items {
		switch {
		case it.Kind == form.Text:
		case last.House(it.Key):
			p.Left = true
		default:
			p.Choices = append(p.Choices, it)
			if slices.Contains(keys, it.Key) && len(p.Items) < maxItems {
				p.Items = append(p.Items, it)
			}
		}
	}
	if len(p.Items) == 0 && len(p.Choices) > 0 {
		p.Items = p.Choices[:1:1]
	}
}

// read finds the lines and what stands in them.
func (p *Pivot) read(ctx context.Context, tx *db.Tx, by auth.Actor, ask Ask) error {
	p.Whole = Line{Unit: p.Unit.ID, Key: p.Unit.Key, Name: p.Unit.Name, All: true}
	all := p.lines()
	if ask.Only != "" {
		u, err := org.Get(ctx, tx, by, ask.Only)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(u.Path, p.Unit.Path) {
			return fault.New(fault.NotFound, "error.not_found")
		}
		p.one = true
		p.single(u.ID)
		all = []lineKey{{u.ID, false}}
	}
	p.Count = len(all)
	all = all[min(max(0, ask.After), len(all)):]
	if ask.Cells > 0 {
		ask.Limit = max(1, min(ask.Limit, ask.Cells/p.weight(ask.Layout)))
	}
	if ask.Most > 0 && len(all)*p.weight(ask.Layout) > ask.Most {
		return fault.New(fault.Conflict, "pivot.error.large", ask.Most)
	}
	if ask.Limit > 0 && len(all) > ask.Limit {
		all, p.Next = all[:ask.Limit], max(0, ask.After)+ask.Limit
	}
	units, had := []int64{p.Unit.ID}, map[int64]bool{p.Unit.ID: true}
	for _, k := range all {
		if !had[k.unit] {
			had[k.unit] = true
			units = append(units, k.unit)
		}
	}
	names, err := tally.Units(ctx, tx, by, by.Tree, units)
	if err != nil {
		return err
	}
	for _, k := range all {
		if u, ok := names[k.unit]; ok {
			p.Lines = append(p.Lines, Line{Unit: k.unit, Key: u.UnitKey, Name: u.UnitName, Own: k.own})
		}
	}
	var keys []string
	for _, it := range p.Items {
		keys = append(keys, it.Key)
	}
	p.ledger, err = filing.OpenLedger(ctx, tx, p.Rounds, units, keys)
	return err
}

// lines returns the lines of all rounds, each once: those of the newest in the order
// of its tree, then those that only older ones have. In each round its lines are a
// partition of the unit, so that they add up to it.
func (p *Pivot) lines() (all []lineKey) {
	had := map[lineKey]bool{}
	p.stands = make([]map[lineKey]bool, len(p.Rounds))
	for i := len(p.Rounds) - 1; i >= 0; i-- {
		p.stands[i] = map[lineKey]bool{}
		for _, k := range p.partition(&p.Rounds[i]) {
			p.stands[i][k] = true
			if !had[k] {
				had[k] = true
				all = append(all, k)
			}
		}
	}
	return all
}

// partition returns the lines of one round.
func (p *Pivot) partition(r *filing.Round) (all []lineKey) {
	top := p.Unit.ID
	if !r.Has(top) {
		return nil
	}
	under := r.Under(top)
	if p.Level == Self || len(under) == 0 {
		return []lineKey{{top, false}}
	}
	split := func(unit int64, parts []int64) {
		if r.Asked(unit) {
			all = append(all, lineKey{unit, true})
		}
		for _, u := range parts {
			all = append(all, lineKey{u, false})
		}
	}
	if p.Level != Two {
		split(top, under)
		return all
	}
	split(top, nil)
	for _, u := range under {
		if parts := r.Under(u); len(parts) > 0 {
			split(u, parts)
		} else {
			all = append(all, lineKey{u, false})
		}
	}
	return all
}

// single makes one unit, as a whole, the only line.
func (p *Pivot) single(unit int64) {
	for i := range p.Rounds {
		p.stands[i] = map[lineKey]bool{{unit, false}: p.Rounds[i].Has(unit)}
	}
}

// Alone reports whether the whole is all that there is to show.
func (p *Pivot) Alone() bool {
	return len(p.Lines) == 1 && p.Next == 0 && p.Lines[0].Unit == p.Unit.ID && !p.Lines[0].Own
}
