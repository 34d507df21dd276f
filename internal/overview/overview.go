// Package overview shows on one page how a unit stands: what is being rolled out
// under it, the tasks it gave, its targets, the returns of its forms and how their
// figures moved over the periods; and it puts the units under it beside each other.
//
// It keeps nothing and counts nothing. Every figure is read from where it is counted,
// and leads there. Quantities are put in order, never judged.
package overview

import (
	"context"
	"math/big"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/org"
	"nhipcau/internal/plan"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/target"
	"nhipcau/internal/task"
	"nhipcau/internal/vn"
)

// How much of each the page shows; the lists of each slice have the rest.
const (
	mostRollouts = 8
	mostPlans    = 5
	mostTargets  = 8
	mostForms    = 8
	// Periods is how many periods a line goes over: a month and the same of the year
	// before stand on it.
	Periods = 13
)

// A Screen is how a unit stands.
type Screen struct {
	Unit     org.Unit
	Rollouts []Running
	Plans    []plan.Plan
	Year     string
	Given    []Given // tasks it gave this year, by sheet
	Targets  []Aim
	Returns  []Returned
	Chosen   form.Form     // whose figures are shown, with its items; none if there is none
	Series   filing.Series // of Chosen
}

// Empty reports whether there is nothing to show yet.
func (s Screen) Empty() bool {
	return len(s.Rollouts)+len(s.Plans)+len(s.Given)+len(s.Targets)+len(s.Returns) == 0
}

// A Running is a rollout under way and how its steps stand at and under the unit.
type Running struct {
	Rollout rollout.Rollout
	Steps   map[rollout.Step]rollout.Stood
}

// A Given is the tasks on one sheet of those the unit gave.
type Given struct {
	Sheet  int64
	Counts tally.Vec
}

// Get returns what a lane of a sheet of tasks counts.
func (g Given) Get(lane string) int64 { return g.Counts.Get(task.Kind().Lane(lane)) }

// An Aim is a target and how it stands at the unit.
type Aim struct {
	Target target.Target
	Row    target.Row
}

// A Returned is a form and how its newest period stands at and under the unit.
type Returned struct {
	Form  form.Form
	Point filing.Point
	Any   bool // a period was opened
}

// Get returns the screen of a unit that by may see, with the figures of one of its
// forms: the one named, or the first that has periods.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, feeds target.Feeds, unitKey, formID string) (s Screen, err error) {
	if s.Unit, err = org.Get(ctx, tx, by, unitKey); err != nil {
		return s, err
	}
	s.Year = string(vn.DayOf(tx.Now))[:4]
	for _, part := range []func() error{
		func() error { return s.rollouts(ctx, tx, by) },
		func() error { return s.tasks(ctx, tx) },
		func() error { return s.targets(ctx, tx, by, feeds) },
		func() error { return s.returns(ctx, tx, by) },
		func() error { return s.choose(ctx, tx, by, formID) },
	} {
		if err := part(); err != nil {
			return s, err
		}
	}
	s.Plans, err = plan.List(ctx, tx, by, plan.Filter{Unit: s.Unit.ID}, 0, mostPlans)
	return s, err
}

func (s *Screen) rollouts(ctx context.Context, tx *db.Tx, by auth.Actor) error {
	all, err := rollout.At(ctx, tx, by, s.Unit.Path, mostRollouts)
	if err != nil {
		return err
	}
	var sheets []int64
	for _, r := range all {
		sheets = append(sheets, r.Sheet)
	}
	totals, err := tally.TotalsOf(ctx, tx, s.Unit.ID, sheets)
	if err != nil {
		return err
	}
	for _, r := range all {
		x := Running{Rollout: r, Steps: map[rollout.Step]rollout.Stood{}}
		for _, step := range rollout.Steps {
			if n := step.Stood(totals[r.Sheet]); n.Due > 0 {
				x.Steps[step] = n
			}
		}
		if len(x.Steps) > 0 {
			s.Rollouts = append(s.Rollouts, x)
		}
	}
	return nil
}

func (s *Screen) tasks(ctx context.Context, tx *db.Tx) error {
	sheets, _, err := task.Counts(ctx, tx, s.Unit.ID, s.Year)
	if err != nil {
		return err
	}
	totals, err := tally.TotalsOf(ctx, tx, s.Unit.ID, sheets)
	for _, sheet := range sheets {
		if g := (Given{sheet, totals[sheet]}); g.Get("given") > 0 {
			s.Given = append(s.Given, g)
		}
	}
	return err
}

func (s *Screen) targets(ctx context.Context, tx *db.Tx, by auth.Actor, feeds target.Feeds) error {
	all, err := target.Of(ctx, tx, by, s.Unit.ID, mostTargets)
	if err != nil {
		return err
	}
	for _, t := range all {
		row, err := target.At(ctx, tx, by, feeds, t, s.Unit)
		if err != nil {
			return err
		}
		s.Targets = append(s.Targets, Aim{t, row})
	}
	return nil
}

func (s *Screen) returns(ctx context.Context, tx *db.Tx, by auth.Actor) error {
	all, err := form.Asking(ctx, tx, by, s.Unit.Path, mostForms)
	if err != nil {
		return err
	}
	for _, f := range all {
		series, err := filing.SeriesOf(ctx, tx, f.ID, s.Unit.ID, 1)
		if err != nil {
			return err
		}
		x := Returned{Form: f}
		if len(series.Points) > 0 {
			x.Point, x.Any = series.Newest(), true
		}
		s.Returns = append(s.Returns, x)
	}
	return nil
}

// choose reads the figures of the form with an id, or of the one with most periods,
// which has most to show.
func (s *Screen) choose(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (err error) {
	most := int64(0)
	for _, x := range s.Returns {
		if n := x.Point.Round; id == "" && x.Any && n.Period.N > most {
			most, s.Chosen.ID = n.Period.N, x.Form.ID
		}
	}
	if id == "" {
		id = s.Chosen.ID
	}
	if id == "" {
		return nil
	}
	if s.Chosen, err = form.Get(ctx, tx, by, id); err != nil {
		return err
	}
	s.Series, err = filing.SeriesOf(ctx, tx, id, s.Unit.ID, Periods)
	s.Series.Trim(vn.DayOf(tx.Now))
	return err
}

// A Trend is how an item moved over the periods of a screen.
type Trend struct {
	Item   form.Item
	Label  string
	Values []formula.Value // one for each point of the series
	Now    formula.Value
	Before Change // from the period before
	Year   Change // from the same period of the year before
}

// A Change is what an item was at another point, and by how much it has moved since;
// By is nil where the two cannot be compared.
type Change struct {
	Point filing.Point
	Was   formula.Value
	By    *big.Rat
	Apart bool // not alike many of those due have returned
}

// near is how far, in hundredths of those due, the returns of two periods may be apart
// for their sums to be compared.
const near = 2

// alike reports whether about as many of those due have returned in two periods: a sum
// over two thirds of the units says nothing about one over all of them.
func alike(a, b filing.Point) bool {
	apart := a.Received()*b.Due - b.Received()*a.Due
	return max(apart, -apart)*100 <= near*a.Due*b.Due
}

// Trends returns how the items of the chosen form moved, of those that are numbers and
// have a value in any of the periods.
func (s *Screen) Trends() (all []Trend) {
	if len(s.Series.Points) == 0 {
		return nil
	}
	now := s.Series.Newest()
	for _, it := range now.Round.Form.Items {
		if it.Kind == form.Text || it.Kind == form.Tally {
			continue
		}
		t := Trend{Item: it, Label: now.Round.Form.Called(it), Now: now.Value(it.Key)}
		any := false
		for _, p := range s.Series.Points {
			v := p.Value(it.Key)
			any = any || v.Is()
			t.Values = append(t.Values, v)
		}
		if !any {
			continue
		}
		t.Before = changed(t, now, s.Series.Before)
		t.Year = changed(t, now, s.Series.YearAgo)
		all = append(all, t)
	}
	return all
}

// changed compares the newest value of an item with that at another point: both have
// to be known, asked for in the same way, and of about as many returns.
func changed(t Trend, newest filing.Point, at func() (filing.Point, bool)) (c Change) {
	p, ok := at()
	if !ok {
		return c
	}
	c.Point = p
	c.Was = p.Value(t.Item.Key)
	was, place := p.Round.Item(t.Item.Key)
	if c.Apart = !alike(newest, p); !c.Apart && place > 0 && same(was, t.Item) && t.Now.Is() && c.Was.Is() {
		c.By = new(big.Rat).Sub(t.Now.X, c.Was.X)
	}
	return c
}

// same reports whether two editions ask for an item in the same way.
func same(a, b form.Item) bool {
	return a.Kind == b.Kind && a.Word == b.Word && a.Formula == b.Formula
}

// write writes a value of an item; false where there is none that can be written.
func write(it form.Item, x *big.Rat) (string, bool) {
	if x == nil {
		return "", false
	}
	units := formula.Units(x, it.Decimals)
	if !units.IsInt64() {
		return "", false
	}
	return it.Write(units.Int64()), true
}

// signed writes a change with its sign.
func signed(it form.Item, x *big.Rat) string {
	s, ok := write(it, x)
	if ok && x.Sign() > 0 {
		s = "+" + s
	}
	return s
}

func notFound() error { return fault.New(fault.NotFound, "error.not_found") }
