// Package calendar knows when forms are asked: by which cycle a form is asked again,
// by which day each level owes it, who was told and reminded, and how punctual the
// units were over the periods.
//
// The periods and their days themselves are filing's; this package opens them, by
// hand or by itself on the day on which they begin, and asks who lacks.
package calendar

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/cycle"
	"nhipcau/internal/db"
	"nhipcau/internal/deadline"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/vn"
)

// A Plan says when a form is asked. Set reads Cycle, Rule, Levels and Ahead.
type Plan struct {
	Form      string
	Cycle     cycle.Cycle
	Rule      cycle.Rule // for units whom no level fits
	Levels    []Level
	Ahead     bool   // a period opens by itself on its first day
	Next      vn.Day // on which the next one does, "" if none does
	ActorName string // who wrote it last
	At        time.Time
	Version   int64 // 0 while there is none
}

// A Level is the rule for the units of one level; the first that fits a unit is
// its.
type Level struct {
	Depth int64  // how far under the owner, 1 directly; 0 for any
	Kind  string // of the unit, "" for any
	Rule  cycle.Rule
}

const (
	maxLevels = 20
	maxDepth  = 10
	maxKind   = 100
	maxFirst  = 28
)

func (p *Plan) check() error {
	w := fault.Wrong{}
	if !p.Cycle.Valid() {
		switch p.Cycle.Kind {
		case cycle.Campaign:
			w.Add("from", "calendar.error.campaign")
		case cycle.Term:
			w.Add("from", "calendar.error.term")
		case cycle.Month, cycle.Quarter, cycle.Half, cycle.Year:
			w.Add("first", "calendar.error.first", maxFirst)
		default:
			w.Add("kind", "error.needed")
		}
	}
	if !p.Rule.Valid() {
		w.Add("rule", "calendar.error.rule")
	}
	if len(p.Levels) > maxLevels {
		w.Add("levels", "calendar.error.levels", maxLevels)
	}
	p.Levels = slices.Clone(p.Levels) // the closure may run twice
	for i := range p.Levels {
		l := &p.Levels[i]
		l.Kind = vn.Clean(l.Kind)
		switch {
		case !l.Rule.Valid() || l.Depth < 0 || l.Depth > maxDepth || len(l.Kind) > maxKind:
			w.Add("levels", "calendar.error.level", i+1)
		case l.Depth == 0 && l.Kind == "":
			w.Add("levels", "calendar.error.any", i+1)
		}
	}
	if len(w) == 0 {
		p.checkDays(w)
	}
	return w.Err()
}

// checkDays refuses a rule that names a day before the period that it is of, as
// "the 20th of the month" does for some weeks.
func (p *Plan) checkDays(w fault.Wrong) {
	const periods = 60 // every kind shows in them what it can
	one, ok := p.first("2024-01-01")
	for range periods {
		if !ok {
			return
		}
		if p.Rule.Last(one, cycle.Weekend).Before(one.From) {
			w.Add("rule", "calendar.error.before", p.Rule.Last(one, cycle.Weekend).String(), one.From.String())
			return
		}
		for i, l := range p.Levels {
			if l.Rule.Last(one, cycle.Weekend).Before(one.From) {
				w.Add("levels", "calendar.error.level_before", i+1)
				return
			}
		}
		one, ok = p.Cycle.Next(one)
	}
}

// first returns the period of a day, or of a campaign the whole.
func (p *Plan) first(d vn.Day) (cycle.Period, bool) {
	if p.Cycle.Kind == cycle.Campaign {
		d = p.Cycle.From
	}
	return p.Cycle.On(d)
}

// Get returns the plan of a form, which the caller has found through its reader;
// one with Version 0 if there is none.
func Get(ctx context.Context, tx *db.Tx, id string) (Plan, error) { return readPlan(ctx, tx, id) }

// Set writes the plan of a form of by's unit. It is a Conflict if the plan has
// changed since version, 0 for none. Periods that are open stay as they are.
func Set(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, p Plan) (Plan, error) {
	f, err := form.Owned(ctx, tx, by, id)
	if err != nil {
		return p, err
	}
	if f.State == form.Closed {
		return p, fault.New(fault.Conflict, "filing.error.not_open")
	}
	if err := p.check(); err != nil {
		return p, err
	}
	p.Form, p.Version, p.Next, p.ActorName, p.At = id, version+1, "", by.Name, tx.Now
	if p.Ahead {
		if p.Next, err = p.comes(ctx, tx); err != nil {
			return p, err
		}
	}
	if err := writePlan(ctx, tx, by, p); err != nil {
		return p, err
	}
	return p, audit.Record(ctx, tx, by, "calendar.set", id, f.Title+" · "+string(p.Cycle.Kind)+" · "+p.Rule.String())
}

// comes returns the day on which the next period opens by itself, "" if none does.
func (p *Plan) comes(ctx context.Context, tx *db.Tx) (vn.Day, error) {
	next, ok, err := p.upcoming(ctx, tx)
	if err != nil || !ok {
		return "", err
	}
	return next.From, nil
}

// upcoming returns the period that is to be opened next: the one under way if it
// was not opened, or else the first after the last that was.
func (p *Plan) upcoming(ctx context.Context, tx *db.Tx) (cycle.Period, bool, error) {
	had, err := filing.Periods(ctx, tx, p.Form, 0, 1)
	if err != nil {
		return cycle.Period{}, false, err
	}
	next, ok := p.first(vn.DayOf(tx.Now))
	if len(had) == 0 || !ok {
		return next, ok, nil
	}
	last := had[0]
	for ok && next.From.Before(last.To) {
		next, ok = p.Cycle.Next(next)
	}
	return next, ok, nil
}

// An Off returns on which days offices of a tree do not work, around some days.
type Off func(ctx context.Context, tx *db.Tx, from, to vn.Day) (cycle.Off, error)

// Weekends is an Off that knows no holidays.
func Weekends(context.Context, *db.Tx, vn.Day, vn.Day) (cycle.Off, error) { return cycle.Weekend, nil }

// around is how far from a period a last day may lie.
const around = 500

// days returns the period as filing opens it, with the day of each level.
func (p *Plan) days(ctx context.Context, tx *db.Tx, one cycle.Period, off Off) (filing.Period, error) {
	free, err := off(ctx, tx, one.From, one.To.AddDays(around))
	if err != nil {
		return filing.Period{}, err
	}
	n := filing.Period{Name: one.Name("vi"), From: one.From, To: one.To, LastDay: p.Rule.Last(one, free)}
	for _, l := range p.Levels {
		n.Levels = append(n.Levels, deadline.Level{Depth: l.Depth, Kind: l.Kind, Last: l.Rule.Last(one, free)})
	}
	return n, nil
}

// OpenNext opens the next period of a form by its plan, and lets those asked be
// told. It is a Conflict if the form has no plan, is not open, or has no period
// that comes next.
func OpenNext(ctx context.Context, tx *db.Tx, by auth.Actor, id string, off Off) (filing.Period, error) {
	if _, err := form.Owned(ctx, tx, by, id); err != nil {
		return filing.Period{}, err
	}
	p, err := readPlan(ctx, tx, id)
	if err != nil {
		return filing.Period{}, err
	}
	if p.Version == 0 {
		return filing.Period{}, fault.New(fault.Conflict, "calendar.error.none")
	}
	one, ok, err := p.upcoming(ctx, tx)
	if err != nil {
		return filing.Period{}, err
	}
	if !ok {
		return filing.Period{}, fault.New(fault.Conflict, "calendar.error.over")
	}
	n, err := p.days(ctx, tx, one, off)
	if err != nil {
		return n, err
	}
	if n, err = filing.OpenPeriod(ctx, tx, by, id, n); err != nil {
		return n, err
	}
	if err := p.turn(ctx, tx); err != nil {
		return n, err
	}
	return n, tell(ctx, tx, by, Call{Period: n.ID, Unit: by.Unit, Sort: Opening})
}

// turn sets the day on which the next period opens by itself.
func (p *Plan) turn(ctx context.Context, tx *db.Tx) error {
	next := vn.Day("")
	if p.Ahead {
		var err error
		if next, err = p.comes(ctx, tx); err != nil {
			return err
		}
	}
	return setNext(ctx, tx, p.Form, next)
}
