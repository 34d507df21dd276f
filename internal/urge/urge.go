// Package urge tells of tasks by itself: every morning at seven, by rules that each unit
// reads and changes for the work it gives. A rule is a number of days from the last day.
// It speaks to the unit that leads or, when a task is overdue, to who gave it and to the
// unit above the lead; once about a task and a last day, so that more time begins anew.
package urge

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/task"
	"nhipcau/internal/vn"
)

// The sorts of rules.
const (
	Remind   = "remind"   // tells the unit that leads
	Escalate = "escalate" // tells who gave the task and the unit above the lead
)

// A Rule says when the tasks that a unit gave speak, by themselves, in the morning.
type Rule struct {
	Sort  string
	Days  int64 // from the last day: -3 three days before, 0 on it, 1 the day after
	On    bool
	Actor string    // who wrote or switched it last, "" if nobody has
	At    time.Time // when
}

// customary are the rules of a unit that has changed none.
var customary = []Rule{
	{Sort: Remind, Days: -3, On: true}, {Sort: Remind, Days: 0, On: true}, {Sort: Remind, Days: 1, On: true}, {Sort: Escalate, Days: 3, On: true},
}

const (
	maxDays  = 60
	maxRules = 20
)

// Rules returns the rules of by's unit: those that remind first, the earliest first.
func Rules(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Rule, error) {
	if err := mayRule(by); err != nil {
		return nil, err
	}
	all, err := rulesOf(ctx, tx, by.Unit)
	if err == nil && len(all) == 0 {
		all = slices.Clone(customary)
	}
	return all, err
}

// Add writes one more rule for by's unit. Who escalates does so after the day.
func Add(ctx context.Context, tx *db.Tx, by auth.Actor, sort string, days int64) error {
	if err := mayRule(by); err != nil {
		return err
	}
	w := fault.Wrong{}
	if days < -maxDays || days > maxDays {
		w.Add("days", "task.error.days", maxDays)
	}
	switch {
	case sort != Remind && sort != Escalate:
		w.Add("sort", "error.needed")
	case sort == Escalate && days < 1:
		w.Add("days", "task.error.escalate")
	}
	if err := w.Err(); err != nil {
		return err
	}
	all, err := settle(ctx, tx, by)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(r Rule) bool { return r.Days == days && r.Sort == sort }) {
		w.Add("days", "task.error.rule_twice")
	} else if len(all) >= maxRules {
		w.Add("days", "task.error.rules", maxRules)
	}
	if err := w.Err(); err != nil {
		return err
	}
	if err := insertRule(ctx, tx, by.Unit, Rule{Sort: sort, Days: days, On: true, Actor: by.Name}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "task.rule_add", by.UnitKey, sort+" "+vn.Int(days))
}

// Switch turns a rule of by's unit on or off; one that it has not is NotFound.
func Switch(ctx context.Context, tx *db.Tx, by auth.Actor, sort string, days int64, on bool) error {
	if err := mayRule(by); err != nil {
		return err
	}
	if _, err := settle(ctx, tx, by); err != nil {
		return err
	}
	if err := setRule(ctx, tx, by, sort, days, on); err != nil {
		return err
	}
	said := " off"
	if on {
		said = " on"
	}
	return audit.Record(ctx, tx, by, "task.rule_switch", by.UnitKey, sort+" "+vn.Int(days)+said)
}

// settle writes the customary rules down for a unit that changes one, and returns those
// it has.
func settle(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Rule, error) {
	all, err := rulesOf(ctx, tx, by.Unit)
	if err != nil || len(all) > 0 {
		return all, err
	}
	for _, r := range customary {
		if err := insertRule(ctx, tx, by.Unit, r); err != nil {
			return nil, err
		}
	}
	return rulesOf(ctx, tx, by.Unit)
}

// missed is how many days after its day a rule still speaks: a morning on which the
// program did not run is made up for.
const missed = 2

// choose returns the rule of a sort that speaks about t today: the latest whose day has
// come, is not long past, and lies after the day it was given.
func choose(rules []Rule, sort string, t task.Task, today vn.Day) (Rule, bool) {
	best, found := Rule{}, false
	for _, r := range rules {
		day := t.Due.AddDays(int(r.Days))
		if !r.On || r.Sort != sort || today.Before(day) || day.AddDays(missed).Before(today) || day <= t.Order.GivenDay {
			continue
		}
		if !found || r.Days > best.Days {
			best, found = r, true
		}
	}
	return best, found
}

// spoken returns the last days about which some rule may speak today.
func spoken(all map[int64][]Rule, today vn.Day) []vn.Day {
	days := map[vn.Day]bool{}
	add := func(rules []Rule) {
		for _, r := range rules {
			for n := range missed + 1 {
				if r.On {
					days[today.AddDays(-int(r.Days)-n)] = true
				}
			}
		}
	}
	add(customary)
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

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) {
	r.Handle(MorningJob, morning)
	r.Daily(MorningJob, 7, 0)
}

// MorningJob is the kind of the job that reminds every morning.
const MorningJob = "task.morning"

// morning lets the rules speak about every open task, slice by slice; run again it says
// nothing twice.
func morning(ctx context.Context, d *db.DB, _ job.Job, progress func(done, total int64)) error {
	var after remindee
	var pace job.Pace
	for n, more := int64(0), true; more; progress(n, n) {
		var all []remindee
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) (err error) {
			all, err = remindSome(ctx, tx, after, size)
			more = len(all) == size
			return err
		}); err != nil {
			return err
		}
		if n += int64(len(all)); more {
			after = all[len(all)-1]
		}
	}
	return nil
}

// A remindee is an open task that some rule may speak about.
type remindee struct {
	task.Task
	tree string
}

func remindSome(ctx context.Context, tx *db.Tx, after remindee, limit int) ([]remindee, error) {
	rules, err := allRules(ctx, tx)
	if err != nil {
		return nil, err
	}
	today := vn.DayOf(tx.Now)
	all, err := dueOn(ctx, tx, spoken(rules, today), after, limit)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		own, ok := rules[t.Order.Unit.ID]
		if !ok {
			own = customary
		}
		for _, sort := range []string{Remind, Escalate} {
			if r, ok := choose(own, sort, t.Task, today); ok {
				if err := t.speak(ctx, tx, r, today); err != nil {
					return nil, err
				}
			}
		}
	}
	return all, nil
}

// speak tells whom a rule names about a task, once by a rule and a last day.
func (t remindee) speak(ctx context.Context, tx *db.Tx, r Rule, today vn.Day) error {
	first, err := mark(ctx, tx, t.Task, r)
	if err != nil || !first {
		return err
	}
	text, left := t.Short(), today.DaysUntil(t.Due)
	to, key, args := []int64{t.Lead.ID}, "task.notice.on", []string{text, t.Due.String()}
	switch {
	case r.Sort == Escalate:
		to, key, args = nil, "task.notice.escalate", []string{t.Lead.Name, vn.Int(int64(-left)), text, t.Due.String()}
		above, err := org.Above(ctx, tx, t.tree, t.Lead.ID)
		if err != nil {
			return err
		}
		for _, u := range []int64{t.Order.Unit.ID, above.ID} {
			if u != 0 && u != t.Lead.ID && !slices.Contains(to, u) {
				to = append(to, u)
			}
		}
	case left > 0:
		key, args = "task.notice.before", []string{vn.Int(int64(left)), text, t.Due.String()}
	case left < 0:
		key, args = "task.notice.after", []string{vn.Int(int64(-left)), text, t.Due.String()}
	}
	told := 0
	for _, u := range to {
		n, err := notify.ToUnit(ctx, tx, u, []auth.Role{auth.Secretary, auth.Clerk}, key, args, "/tasks/"+t.ID)
		if err != nil {
			return err
		}
		told += n
	}
	return setTold(ctx, tx, t.Task, r, told)
}
