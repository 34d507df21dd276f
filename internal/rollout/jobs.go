package rollout

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
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
	r.Handle(ExtendJob, extendAll)
	r.Handle(LateJob, countLate)
	r.Daily(LateJob, 0, 5)
}

// openAll gives every unit in a rollout's scope its obligations and counts who
// is due, slice by slice. Run again after a crash it goes on where it stopped;
// it stops when the rollout was withdrawn meanwhile.
func openAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var r Rollout
	var e *epoch.Epoch
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if r, err = Find(ctx, tx, j.Payload); err != nil || r.State != Approved {
			return err
		}
		e, err = epochOf(ctx, tx, r.Sheet)
		return err
	}); err != nil || r.State != Approved {
		return err
	}
	top, _ := e.Index(r.Scope) // the sheet is rooted there
	for from := top + 1; from < e.End(top); from += slice {
		to := min(from+slice, e.End(top))
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return obligeSome(ctx, tx, r.ID, e, top, from, to) }); err != nil {
			return err
		}
		progress(int64(to-top-1), int64(e.End(top)-top-1))
	}
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return opened(ctx, tx, r.ID) })
}

func epochOf(ctx context.Context, tx *db.Tx, sheet int64) (*epoch.Epoch, error) {
	s, err := tally.Find(ctx, tx, sheet)
	if err != nil {
		return nil, err
	}
	return epoch.ByID(ctx, tx, s.Epoch)
}

// obligeSome treats the units at places from to to of the epoch.
func obligeSome(ctx context.Context, tx *db.Tx, id string, e *epoch.Epoch, top, from, to int) error {
	r, err := Find(ctx, tx, id)
	if err != nil || r.State != Approved {
		return err
	}
	demands, err := Demands(ctx, tx, r)
	if err != nil {
		return err
	}
	for i := from; i < to; i++ {
		if err := oblige(ctx, tx, r, demands, e.Unit(i), e.Depth(i)-e.Depth(top)); err != nil {
			return err
		}
	}
	return nil
}

// oblige gives one unit what the demands of its level ask, once, tells it, and
// posts who is due in it: members are due wherever they are listed under the
// scope, also in units from which nothing is asked.
func oblige(ctx context.Context, tx *db.Tx, r Rollout, demands []Demand, unit int64, level int) error {
	listed, exempt, err := org.CountDue(ctx, tx, unit, r.Frozen())
	if err != nil {
		return err
	}
	first, err := insertDue(ctx, tx, r.ID, unit, listed, exempt)
	if err != nil || !first {
		return err
	}
	delta := tally.Delta{kind.Lane("expected"): listed, kind.Lane("exempt"): exempt}
	for _, d := range demands {
		if d.Level != level || d.Step == Reach && listed == exempt {
			continue // nobody is due here, so there is no share to reach
		}
		if err := insertObligation(ctx, tx, r.ID, unit, d); err != nil {
			return err
		}
		delta[d.Step.lane("due")] = 1
	}
	if err := tally.Post(ctx, tx, auth.System(r.Tree), tally.Entry{
		Sheet: r.Sheet, Unit: unit, Delta: delta, Source: tally.Source{Kind: "opening", ID: r.ID},
	}); err != nil || len(delta) == 2 {
		return err // of this unit nothing is asked
	}
	return tell(ctx, tx, unit, "rollout.notice.opened", "/rollouts/"+r.ID, r.Title)
}

// tell puts a notice before the secretary and the clerk of a unit.
func tell(ctx context.Context, tx *db.Tx, unit int64, key, link string, args ...string) error {
	_, err := notify.ToUnit(ctx, tx, unit, []auth.Role{auth.Secretary, auth.Clerk}, key, args, link)
	return err
}

// opened makes a rollout open, unless it was withdrawn meanwhile.
func opened(ctx context.Context, tx *db.Tx, id string) error {
	r, err := Find(ctx, tx, id)
	if err != nil || r.State != Approved {
		return err
	}
	if err := setState(ctx, tx, r.ID, r.Version, Approved, Open); err != nil {
		return err
	}
	return AddEvent(ctx, tx, auth.System(r.Tree), r.ID, "opened", "")
}

// sliced calls f, which treats what some returns, until nothing is left. Each
// slice is a transaction of its own.
func sliced(ctx context.Context, d *db.DB, some func(ctx context.Context, tx *db.Tx) ([]owedRow, error), f func(ctx context.Context, tx *db.Tx, o owedRow) error) error {
	for more := true; more; {
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			all, err := some(ctx, tx)
			if err != nil {
				return err
			}
			more = len(all) == slice
			for _, o := range all {
				if err := f(ctx, tx, o); err != nil {
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

// endAll ends what is owed by a rollout that was withdrawn or replaced, and
// tells each unit once.
func endAll(ctx context.Context, d *db.DB, j job.Job, _ func(done, total int64)) error {
	return sliced(ctx, d, func(ctx context.Context, tx *db.Tx) ([]owedRow, error) {
		return unended(ctx, tx, j.Payload, slice)
	}, func(ctx context.Context, tx *db.Tx, o owedRow) error {
		told, err := anyEnded(ctx, tx, o.Rollout, o.Unit)
		if err != nil {
			return err
		}
		if err := release(ctx, tx, o); err != nil || told {
			return err
		}
		return tell(ctx, tx, o.Keeper, "rollout.notice."+string(o.State), "/rollouts/"+o.Rollout, o.Title)
	})
}

// release ends an obligation that nobody has to keep any more, and takes it out
// of what is late.
func release(ctx context.Context, tx *db.Tx, o owedRow) error {
	if err := markEnded(ctx, tx, o); err != nil || !o.late() {
		return err
	}
	return o.postLate(ctx, tx, -1)
}

func (o owedRow) postLate(ctx context.Context, tx *db.Tx, n int64) error {
	return tally.Post(ctx, tx, auth.System(o.Tree), tally.Entry{
		Sheet: o.Sheet, Unit: o.Unit, Delta: tally.Delta{o.Step.lane("late"): n}, Source: tally.Source{Kind: "late", ID: o.Rollout},
	})
}

// countLate counts the obligations whose last day has passed. What a unit owed
// that no longer stands, nobody owes.
func countLate(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error {
	if err := sliced(ctx, d, func(ctx context.Context, tx *db.Tx) ([]owedRow, error) {
		return orphaned(ctx, tx, vn.DayOf(tx.Now), slice)
	}, release); err != nil {
		return err
	}
	return sliced(ctx, d, func(ctx context.Context, tx *db.Tx) ([]owedRow, error) {
		return overdue(ctx, tx, vn.DayOf(tx.Now), slice)
	}, func(ctx context.Context, tx *db.Tx, o owedRow) error {
		if err := markLate(ctx, tx, o); err != nil {
			return err
		}
		return o.postLate(ctx, tx, 1)
	})
}
