package rollout

import (
	"cmp"
	"context"
	"slices"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// An Obligation is what one unit owes by one step of a rollout.
type Obligation struct {
	Rollout  string
	Title    string // of the rollout
	Step     Step
	Unit     int64
	UnitKey  string
	UnitName string
	Deadline vn.Deadline // as first given
	Extended vn.Day      // last day after an extension, "" if none
	Due      vn.Day      // last day on which it is kept
	DoneAt   time.Time
	Declared bool
	Source   tally.Source
	EndedAt  time.Time
}

// A Standing is how an obligation stands on a day.
type Standing string

// The standings. Soon is in time with at most seven days left; Waiting has more.
const (
	StandDone     Standing = "done"
	StandDeclared Standing = "declared"
	StandLate     Standing = "late"
	StandExtended Standing = "extended"
	StandSoon     Standing = "soon"
	StandWaiting  Standing = "waiting"
	StandEnded    Standing = "ended" // the rollout was withdrawn or replaced
)

const soon = 7

// Standing returns how o stands on day.
func (o Obligation) Standing(day vn.Day) Standing {
	switch {
	case !o.DoneAt.IsZero() && o.Declared:
		return StandDeclared
	case !o.DoneAt.IsZero():
		return StandDone
	case !o.EndedAt.IsZero():
		return StandEnded
	case o.Due.Before(day):
		return StandLate
	case o.Extended != "":
		return StandExtended
	case day.DaysUntil(o.Due) <= soon:
		return StandSoon
	}
	return StandWaiting
}

// Kept reports whether it was done on or before its last day.
func (o Obligation) Kept() bool { return !o.DoneAt.IsZero() && vn.DayOf(o.DoneAt) <= o.Due }

// A Fulfilment says that a unit has done a step, and by which record.
type Fulfilment struct {
	Rollout  string
	Step     Step
	Unit     int64
	Source   tally.Source
	Declared bool
}

// Fulfil marks a unit's obligation as done and counts it. A unit that does not
// owe the step, or has done it, is left alone, and so is every unit once the
// rollout was withdrawn or replaced; a record takes the place of a declaration.
func Fulfil(ctx context.Context, tx *db.Tx, by auth.Actor, f Fulfilment) error {
	o, sheet, err := owed(ctx, tx, f.Rollout, f.Step, f.Unit)
	if err != nil || o.Unit == 0 || !o.EndedAt.IsZero() || !o.running() {
		return err
	}
	done := !o.DoneAt.IsZero()
	if done && (!o.Declared || f.Declared) {
		return nil
	}
	d := tally.Delta{f.Step.done(f.Declared): 1}
	if done {
		d = d.Plus(tally.Delta{f.Step.done(true): -1})
	}
	if o.late() {
		d = d.Plus(tally.Delta{f.Step.lane("late"): -1})
	}
	if err := markDone(ctx, tx, f); err != nil {
		return err
	}
	return tally.Post(ctx, tx, by, tally.Entry{Sheet: sheet, Unit: f.Unit, Delta: d, Source: f.Source})
}

// late reports whether o stands counted as late.
func (o owedRow) late() bool { return !o.LateAt.IsZero() }

func (o owedRow) running() bool { return Rollout{State: o.State}.Running() }

// Unfulfil takes a fulfilment back with a reason: the unit owes the step again,
// and is counted late at once if its day has passed. Of a rollout that was
// withdrawn or replaced nothing is owed again.
func Unfulfil(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string, step Step, unit int64, reason string) error {
	o, sheet, err := owed(ctx, tx, rollout, step, unit)
	if err != nil || o.Unit == 0 || o.DoneAt.IsZero() {
		return err
	}
	d := tally.Delta{step.done(o.Declared): -1}
	var late, ended any
	switch {
	case !o.running():
		ended = tx.Now
	case o.Due.Before(vn.DayOf(tx.Now)):
		d = d.Plus(tally.Delta{step.lane("late"): 1})
		late = tx.Now
	}
	if err := markOpen(ctx, tx, rollout, step, unit, late, ended); err != nil {
		return err
	}
	return tally.Post(ctx, tx, by, tally.Entry{Sheet: sheet, Unit: unit, Delta: d, Source: o.Source, Reason: reason})
}

// Behind returns the obligations that are late on day, extended, or due soon:
// who has not, the longest first.
func Behind(all []Obligation, day vn.Day) []Obligation {
	var list []Obligation
	for _, o := range all {
		switch o.Standing(day) {
		case StandLate, StandExtended, StandSoon:
			list = append(list, o)
		}
	}
	slices.SortStableFunc(list, func(a, b Obligation) int { return cmp.Compare(a.Due, b.Due) })
	return list
}
