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
	Rollout               string
	Title                 string // of the rollout
	Step                  Step
	Unit                  int64
	UnitKey               string
	UnitName              string
	Keeper                int64 // who answers for it: the unit, or the one that took it over in a reform
	KeeperKey, KeeperName string
	Deadline              vn.Deadline // as first given
	Extended              vn.Day      // last day after an extension, "" if none
	Due                   vn.Day      // last day on which it is kept
	DoneAt                time.Time
	Declared              bool
	Source                tally.Source
	EndedAt               time.Time
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

// TakenOver reports whether another unit answers for o since a reform.
func (o Obligation) TakenOver() bool { return o.Keeper != o.Unit }

// Fulfil marks a unit's obligation as done and counts it; what it took over from
// closed units is done by the same record, but for shares of members, which each
// unit reaches with its own. A unit that does not owe the step, or has done it, is
// left alone, and so is every unit once the rollout was withdrawn or replaced; a
// record takes the place of a declaration.
func Fulfil(ctx context.Context, tx *db.Tx, by auth.Actor, f Fulfilment) error {
	o, _, err := owed(ctx, tx, f.Rollout, f.Step, f.Unit)
	if err != nil {
		return err
	}
	if err := fulfil(ctx, tx, by, o, f); err != nil || f.Declared || f.Step == Reach {
		return err
	}
	taken, err := takenOver(ctx, tx, f.Rollout, f.Step, f.Unit)
	if err != nil {
		return err
	}
	for _, o := range taken {
		if !o.DoneAt.IsZero() {
			continue
		}
		f.Unit = o.Unit
		if err := fulfil(ctx, tx, by, o, f); err != nil {
			return err
		}
	}
	return nil
}

func fulfil(ctx context.Context, tx *db.Tx, by auth.Actor, o owedRow, f Fulfilment) error {
	if o.Unit == 0 || !o.EndedAt.IsZero() || !o.running() {
		return nil
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
	return tally.Post(ctx, tx, by, tally.Entry{Sheet: o.Sheet, Unit: f.Unit, Delta: d, Source: f.Source})
}

// late reports whether o stands counted as late.
func (o owedRow) late() bool { return !o.LateAt.IsZero() }

func (o owedRow) running() bool { return Rollout{State: o.State}.Running() }

// Unfulfil takes a fulfilment back with a reason: the unit owes the step again,
// and is counted late at once if its day has passed; what it had taken over is
// owed again if the same source had done it. Of a rollout that was withdrawn or
// replaced nothing is owed again.
func Unfulfil(ctx context.Context, tx *db.Tx, by auth.Actor, f Fulfilment, reason string) error {
	o, _, err := owed(ctx, tx, f.Rollout, f.Step, f.Unit)
	if err != nil {
		return err
	}
	if err := unfulfil(ctx, tx, by, o, reason); err != nil || f.Source.ID == "" {
		return err
	}
	others, err := doneBy(ctx, tx, f) // whoever answers for them by now
	if err != nil {
		return err
	}
	for _, o := range others {
		if err := unfulfil(ctx, tx, by, o, reason); err != nil {
			return err
		}
	}
	return nil
}

func unfulfil(ctx context.Context, tx *db.Tx, by auth.Actor, o owedRow, reason string) error {
	if o.Unit == 0 || o.DoneAt.IsZero() {
		return nil
	}
	step := o.Step
	d := tally.Delta{step.done(o.Declared): -1}
	var late, ended any
	switch {
	case !o.running():
		ended = tx.Now
	case o.Due.Before(vn.DayOf(tx.Now)):
		d = d.Plus(tally.Delta{step.lane("late"): 1})
		late = tx.Now
	}
	if err := markOpen(ctx, tx, o.Rollout, step, o.Unit, late, ended); err != nil {
		return err
	}
	return tally.Post(ctx, tx, by, tally.Entry{Sheet: o.Sheet, Unit: o.Unit, Delta: d, Source: o.Source, Reason: reason})
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
