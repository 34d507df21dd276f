package remind

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// MorningJob is the kind of the job that reminds every morning.
const MorningJob = "remind.morning"

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) {
	r.Handle(MorningJob, morning)
	r.Daily(MorningJob, 7, 0)
}

// morning lets the rules speak about everything that is still owed, slice by
// slice; run again it says nothing twice.
func morning(ctx context.Context, d *db.DB, _ job.Job, progress func(done, total int64)) error {
	var after rollout.Due
	var pace job.Pace
	for n, more := int64(0), true; more; {
		var all []rollout.Due
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) (err error) {
			all, err = someOf(ctx, tx, after, size)
			more = len(all) == size
			return err
		}); err != nil {
			return err
		}
		if more {
			after = all[len(all)-1]
		}
		n += int64(len(all))
		progress(n, n)
	}
	return nil
}

// someOf treats the next slice after one that was treated, and returns it.
func someOf(ctx context.Context, tx *db.Tx, after rollout.Due, limit int) ([]rollout.Due, error) {
	rules, err := allWritten(ctx, tx)
	if err != nil {
		return nil, err
	}
	today := vn.DayOf(tx.Now)
	all, err := rollout.DueOn(ctx, tx, lastDays(rules, today), after, limit)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		own, ok := rules[o.Host]
		if !ok {
			own = usual
		}
		r, ok := choose(own, o, today)
		if !ok {
			continue
		}
		if err := speak(ctx, tx, o, r, today); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// speak tells the secretary and the clerk of a unit what it owes, once by a rule.
func speak(ctx context.Context, tx *db.Tx, o rollout.Due, r Rule, today vn.Day) error {
	first, err := mark(ctx, tx, o, r)
	if err != nil || !first {
		return err
	}
	when, args := "on", []string{o.Title, o.Day.String()}
	if left := today.DaysUntil(o.Day); left > 0 {
		when, args = "before", []string{vn.Int(int64(left)), o.Title, o.Day.String()}
	} else if left < 0 {
		when, args = "after", []string{vn.Int(int64(-left)), o.Title, o.Day.String()}
	}
	told, err := notify.ToUnit(ctx, tx, o.Keeper, []auth.Role{auth.Secretary, auth.Clerk},
		"remind.notice."+when+"."+string(o.Step), args, "/rollouts/"+o.Rollout+"/units/"+o.UnitKey)
	if err != nil {
		return err
	}
	return setTold(ctx, tx, o, r, told)
}
