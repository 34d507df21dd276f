// Package remind tells units of their deadlines by themselves: every morning at
// seven, by rules that each unit reads and changes for the rollouts it opens.
//
// A rule is a number of days from the last day of what is owed. It speaks once
// to a unit about a step and a last day: what is done is not reminded of, and an
// extension makes a new last day. A morning that was missed, because the program
// did not run, is made up for within two days, by the latest rule alone.
package remind

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// A Rule says when the rollouts of a unit remind.
type Rule struct {
	Days  int64 // from the last day: -7 a week before, 0 on it, 1 the day after
	On    bool
	Actor string    // who wrote or switched it last, "" if nobody has
	At    time.Time // when
}

// usual are the rules of a unit that has changed none.
var usual = []Rule{{Days: -7, On: true}, {Days: -1, On: true}, {Days: 0, On: true}, {Days: 1, On: true}, {Days: 7, On: true}}

const (
	maxDays  = 60
	maxRules = 20
)

// Rules returns the rules of by's unit, the earliest first.
func Rules(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Rule, error) {
	if err := mayRule(by); err != nil {
		return nil, err
	}
	return rulesOf(ctx, tx, by.Unit)
}

func rulesOf(ctx context.Context, tx *db.Tx, unit int64) ([]Rule, error) {
	all, err := written(ctx, tx, unit)
	if err == nil && len(all) == 0 {
		return slices.Clone(usual), nil
	}
	return all, err
}

// Add writes one more rule for by's unit, days from the last day.
func Add(ctx context.Context, tx *db.Tx, by auth.Actor, days int64) error {
	if err := mayRule(by); err != nil {
		return err
	}
	w := fault.Wrong{}
	if days < -maxDays || days > maxDays {
		w.Add("days", "remind.error.days", maxDays)
		return w.Err()
	}
	all, err := settle(ctx, tx, by)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(r Rule) bool { return r.Days == days }) {
		w.Add("days", "remind.error.twice")
	} else if len(all) >= maxRules {
		w.Add("days", "remind.error.many", maxRules)
	}
	if err := w.Err(); err != nil {
		return err
	}
	if err := insert(ctx, tx, by.Unit, Rule{Days: days, On: true, Actor: by.Name}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "remind.add", by.UnitKey, vn.Int(days))
}

// Switch turns a rule of by's unit on or off; one that it has not is NotFound.
func Switch(ctx context.Context, tx *db.Tx, by auth.Actor, days int64, on bool) error {
	if err := mayRule(by); err != nil {
		return err
	}
	if _, err := settle(ctx, tx, by); err != nil {
		return err
	}
	if err := set(ctx, tx, by, days, on); err != nil {
		return err
	}
	detail := vn.Int(days) + " off"
	if on {
		detail = vn.Int(days) + " on"
	}
	return audit.Record(ctx, tx, by, "remind.switch", by.UnitKey, detail)
}

// settle writes the usual rules down for a unit that changes one, and returns
// those it has.
func settle(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Rule, error) {
	all, err := written(ctx, tx, by.Unit)
	if err != nil || len(all) > 0 {
		return all, err
	}
	for _, r := range usual {
		if err := insert(ctx, tx, by.Unit, r); err != nil {
			return nil, err
		}
	}
	return written(ctx, tx, by.Unit)
}

// late is how many days after its day a rule still speaks.
const late = 2

// Of returns the rules of a unit, the earliest first, for what else it asks.
func Of(ctx context.Context, tx *db.Tx, unit int64) ([]Rule, error) { return rulesOf(ctx, tx, unit) }

// choose returns the rule that speaks about o today.
func choose(rules []Rule, o rollout.Due, today vn.Day) (Rule, bool) {
	return Choose(rules, o.Day, o.Opening, today)
}

// Choose returns the rule that speaks today about what is owed by a day: the
// latest whose day has come, is not long past, and lies after the opening, of which
// those who owe it were told.
func Choose(rules []Rule, due, opening, today vn.Day) (Rule, bool) {
	best, found := Rule{}, false
	for _, r := range rules {
		day := due.AddDays(int(r.Days))
		if !r.On || today.Before(day) || day.AddDays(late).Before(today) || day <= opening {
			continue
		}
		if !found || r.Days > best.Days {
			best, found = r, true
		}
	}
	return best, found
}

// lastDays returns the last days about which some rule may speak today.
func lastDays(all map[int64][]Rule, today vn.Day) []vn.Day {
	days := map[vn.Day]bool{}
	add := func(rules []Rule) {
		for _, r := range rules {
			for n := range late + 1 {
				if r.On {
					days[today.AddDays(-int(r.Days)-n)] = true
				}
			}
		}
	}
	add(usual)
	for _, rules := range all {
		add(rules)
	}
	list := make([]vn.Day, 0, len(days))
	for d := range days {
		list = append(list, d)
	}
	slices.Sort(list)
	return list
}

// A Reminder is one that was given.
type Reminder struct {
	Rollout  string
	Title    string // of the rollout
	Step     rollout.Step
	UnitKey  string
	UnitName string
	Due      vn.Day
	Days     int64 // of the rule
	Told     int64 // people; 0 where the unit has nobody on the system
	At       time.Time
}
