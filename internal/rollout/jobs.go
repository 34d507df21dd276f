package rollout

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// LateJob is the kind of the job that looks every night for what is late.
const LateJob = "rollout.late"

// slice is how many units a job treats in one transaction.
const slice = 100

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) {
	r.Handle(OpenJob, openAll)
	r.Handle(EndJob, endAll)
	r.Handle(LateJob, countLate)
	r.Daily(LateJob, 0, 5)
}

// openAll gives every unit in a rollout's scope its obligations and counts who
// is due, slice by slice. Run again after a crash it goes on where it stopped.
func openAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var r Rollout
	var demands []Demand
	err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if r, err = find(ctx, tx, j.Payload); err != nil {
			return err
		}
		demands, err = Demands(ctx, tx, r)
		return err
	})
	if err != nil || r.State != Approved {
		return err
	}
	var e *org.Epoch
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		s, err := tally.Find(ctx, tx, r.Sheet)
		if err != nil {
			return err
		}
		e, err = org.EpochByID(ctx, tx, s.Epoch)
		return err
	}); err != nil {
		return err
	}
	top, _ := e.Index(r.Scope)
	for from := top + 1; from < e.End(top); from += slice {
		to := min(from+slice, e.End(top))
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for i := from; i < to; i++ {
				if err := oblige(ctx, tx, r, demands, e.Unit(i), e.Depth(i)-e.Depth(top)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		progress(int64(to-top-1), int64(e.End(top)-top-1))
	}
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return opened(ctx, tx, r) })
}

// oblige gives one unit what the demands of its level ask, once, and posts who
// is due in it.
func oblige(ctx context.Context, tx *db.Tx, r Rollout, demands []Demand, unit int64, level int) error {
	listed, exempt, err := org.CountDue(ctx, tx, unit, r.Frozen())
	if err != nil {
		return err
	}
	delta := tally.Delta{}
	for _, d := range demands {
		if d.Level != level || d.Step == Reach && listed == exempt {
			continue // nobody is due here, so there is no share to reach
		}
		added, err := insertObligation(ctx, tx, r.ID, unit, d)
		if err != nil {
			return err
		}
		if added {
			delta[d.Step.lane("due")] = 1
		}
	}
	if len(delta) == 0 {
		return nil
	}
	delta[kind.Lane("expected")], delta[kind.Lane("exempt")] = listed, exempt
	return tally.Post(ctx, tx, auth.System(r.Tree), tally.Entry{
		Sheet: r.Sheet, Unit: unit, Delta: delta, Source: tally.Source{Kind: "opening", ID: r.ID},
	})
}

// opened makes r open and tells every unit obliged.
func opened(ctx context.Context, tx *db.Tx, r Rollout) error {
	if err := setState(ctx, tx, r.ID, r.Version, Approved, Open); err != nil {
		return err
	}
	if err := insertEvent(ctx, tx, auth.System(r.Tree), r.ID, "opened", ""); err != nil {
		return err
	}
	units, err := obliged(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	for _, u := range units {
		if _, err := notify.ToUnit(ctx, tx, u, []auth.Role{auth.Secretary, auth.Clerk}, "rollout.notice.opened", []string{r.Title}, "/"); err != nil {
			return err
		}
	}
	return nil
}

// endAll ends what is owed by a rollout that was withdrawn or replaced, and
// takes it out of what is late.
func endAll(ctx context.Context, d *db.DB, j job.Job, _ func(done, total int64)) error {
	for more := true; more; {
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			r, err := find(ctx, tx, j.Payload)
			if err != nil {
				return err
			}
			all, err := unended(ctx, tx, r.ID, slice)
			if err != nil {
				return err
			}
			more = len(all) == slice
			for _, o := range all {
				if err := markEnded(ctx, tx, r.ID, o); err != nil {
					return err
				}
				if !o.late() {
					continue
				}
				if err := tally.Post(ctx, tx, auth.System(r.Tree), tally.Entry{
					Sheet: r.Sheet, Unit: o.Unit, Delta: tally.Delta{o.Step.lane("late"): -1}, Source: tally.Source{Kind: "late", ID: r.ID},
				}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// countLate counts the obligations whose last day has passed, slice by slice.
func countLate(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error {
	for more := true; more; {
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			all, err := overdue(ctx, tx, vn.DayOf(tx.Now), slice)
			if err != nil {
				return err
			}
			more = len(all) == slice
			for _, o := range all {
				if err := markLate(ctx, tx, o); err != nil {
					return err
				}
				if err := tally.Post(ctx, tx, auth.System(o.Tree), tally.Entry{
					Sheet: o.Sheet, Unit: o.Unit, Delta: tally.Delta{o.Step.lane("late"): 1}, Source: tally.Source{Kind: "late", ID: o.Rollout},
				}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
