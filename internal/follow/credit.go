// Package follow keeps what the units of a rollout have to show and what is still
// missing: people credited once each, what was declared on paper, and who has
// not, to be reminded.
package follow

import (
	"context"
	"math"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
)

// An Occasion is where people took part: a conference that has closed.
type Occasion struct {
	ID      string
	Rollout string
	Host    int64
}

func (o Occasion) source() tally.Source { return tally.Source{Kind: "conference", ID: o.ID} }

// Credit counts people who took part, each once per rollout: those who were due
// at the unit they then belonged to, others as extra at their unit of today. It
// then looks which units have reached their share, and lets names take the place
// of declared numbers.
func Credit(ctx context.Context, tx *db.Tx, by auth.Actor, o Occasion, members []int64) error {
	r, err := rollout.Find(ctx, tx, o.Rollout)
	if err != nil || r.Sheet == 0 {
		return err
	}
	deltas := map[int64]tally.Delta{}
	for _, m := range members {
		unit, counted, err := place(ctx, tx, r, o, m)
		if err != nil {
			return err
		}
		added, err := insertCredit(ctx, tx, r.ID, m, unit, o.ID, counted)
		if err != nil {
			return err
		}
		if added {
			deltas[unit] = deltas[unit].Plus(tally.Delta{personLane(counted): 1})
		}
	}
	return settle(ctx, tx, by, r, deltas, o.source(), "")
}

const (
	asDue   = "due"
	asExtra = "extra"
)

func lane(name string) tally.Lane { return rollout.Kind().Lane(name) }

func personLane(counted string) tally.Lane {
	if counted == asDue {
		return lane("persons")
	}
	return lane("persons_extra")
}

// place returns the unit a person counts at, and as what. The persons of a unit
// never pass those due in it, whatever happened to lists meanwhile.
func place(ctx context.Context, tx *db.Tx, r rollout.Rollout, o Occasion, member int64) (unit int64, counted string, err error) {
	s, err := org.DueOf(ctx, tx, member, r.Frozen())
	if err != nil {
		return 0, "", err
	}
	if s.Unit != 0 && !s.Exempt {
		due, credited, err := room(ctx, tx, r, s.Unit)
		if err != nil {
			return 0, "", err
		}
		if credited < due {
			return s.Unit, asDue, nil
		}
	}
	home, err := org.HomeOf(ctx, tx, member)
	if err != nil {
		return 0, "", err
	}
	for _, u := range []int64{home, s.Unit, o.Host} {
		if u == 0 {
			continue
		}
		on, err := tally.On(ctx, tx, r.Sheet, u)
		if err != nil {
			return 0, "", err
		}
		if on {
			return u, asExtra, nil
		}
	}
	return r.Scope, asExtra, nil
}

// room returns how many are due in a unit, 0 if it is not under the scope, and
// how many of them are credited.
func room(ctx context.Context, tx *db.Tx, r rollout.Rollout, unit int64) (due, credited int64, err error) {
	if due, err = rollout.CountDue(ctx, tx, r.ID, unit); err != nil {
		return 0, 0, err
	}
	credited, err = countCredits(ctx, tx, r.ID, unit)
	return due, credited, err
}

// TakeBack takes back that the host of an occasion has held it: a declaration
// whose place the record had taken counts again.
func TakeBack(ctx context.Context, tx *db.Tx, by auth.Actor, o Occasion, reason string) error {
	id, unit := o.Rollout, o.Host
	if err := rollout.Unfulfil(ctx, tx, by, rollout.Fulfilment{Rollout: id, Step: rollout.Hold, Unit: unit, Source: o.source()}, reason); err != nil {
		return err
	}
	hold, err := rollout.Obliged(ctx, tx, id, rollout.Hold, unit)
	if err != nil || !hold.DoneAt.IsZero() {
		return err
	}
	d, err := declarationOf(ctx, tx, id, unit)
	if err != nil || d.ID == "" {
		return err
	}
	return rollout.Fulfil(ctx, tx, by, rollout.Fulfilment{Rollout: id, Step: rollout.Hold, Unit: unit, Source: d.source(), Declared: true})
}

// Uncredit takes back what an occasion credited: for each person, next names
// another occasion that counts instead, or none.
func Uncredit(ctx context.Context, tx *db.Tx, by auth.Actor, o Occasion, reason string, next func(member int64) (occasion string, ok bool, err error)) error {
	_, err := UncreditSome(ctx, tx, by, o, reason, math.MaxInt32, next)
	return err
}

// UncreditSome is Uncredit for at most limit persons; it returns how many they were.
func UncreditSome(ctx context.Context, tx *db.Tx, by auth.Actor, o Occasion, reason string, limit int, next func(member int64) (occasion string, ok bool, err error)) (int, error) {
	r, err := rollout.Find(ctx, tx, o.Rollout)
	if err != nil || r.Sheet == 0 {
		return 0, err
	}
	all, err := creditsOf(ctx, tx, r.ID, o.ID, limit)
	if err != nil {
		return 0, err
	}
	return len(all), uncredit(ctx, tx, by, r, o, reason, all, next)
}

func uncredit(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, o Occasion, reason string, all []creditRow, next func(member int64) (occasion string, ok bool, err error)) error {
	deltas, moved := map[int64]tally.Delta{}, map[string]map[int64]tally.Delta{}
	for _, c := range all {
		d := tally.Delta{personLane(c.counted): 1}
		deltas[c.unit] = deltas[c.unit].Plus(d.Neg())
		other, ok, err := next(c.member)
		if err != nil {
			return err
		}
		if !ok {
			if err := deleteCredit(ctx, tx, r.ID, c.member); err != nil {
				return err
			}
			continue
		}
		if err := moveCredit(ctx, tx, r.ID, c.member, other); err != nil {
			return err
		}
		if moved[other] == nil {
			moved[other] = map[int64]tally.Delta{}
		}
		moved[other][c.unit] = moved[other][c.unit].Plus(d)
	}
	for other, d := range moved {
		if err := post(ctx, tx, by, r, d, Occasion{ID: other}.source(), reason); err != nil {
			return err
		}
	}
	return settle(ctx, tx, by, r, deltas, o.source(), reason)
}

func post(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, deltas map[int64]tally.Delta, s tally.Source, reason string) error {
	for _, unit := range sortedUnits(deltas) {
		if err := tally.Post(ctx, tx, by, tally.Entry{Sheet: r.Sheet, Unit: unit, Delta: deltas[unit], Source: s, Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}

// settle posts what changed and draws the consequences for each unit touched.
func settle(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, deltas map[int64]tally.Delta, s tally.Source, reason string) error {
	if err := post(ctx, tx, by, r, deltas, s, reason); err != nil {
		return err
	}
	for _, unit := range sortedUnits(deltas) {
		if err := trim(ctx, tx, by, r, unit); err != nil {
			return err
		}
		if err := weigh(ctx, tx, by, r, unit, s, reason); err != nil {
			return err
		}
	}
	return nil
}

// weigh fulfils a unit's obligation to reach a share of its members, or opens it
// again, as the persons counted say.
func weigh(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, unit int64, s tally.Source, reason string) error {
	percent, err := rollout.PercentOf(ctx, tx, r.ID, unit)
	if err != nil || percent == 0 {
		return err
	}
	due, credited, err := room(ctx, tx, r, unit)
	if err != nil {
		return err
	}
	d, err := declarationOf(ctx, tx, r.ID, unit)
	if err != nil {
		return err
	}
	if (credited+d.Persons-d.Trimmed)*100 >= percent*due && due > 0 {
		return rollout.Fulfil(ctx, tx, by, rollout.Fulfilment{Rollout: r.ID, Step: rollout.Reach, Unit: unit, Source: s})
	}
	return rollout.Unfulfil(ctx, tx, by, rollout.Fulfilment{Rollout: r.ID, Step: rollout.Reach, Unit: unit}, reason)
}
