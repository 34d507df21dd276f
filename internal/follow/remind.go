package follow

import (
	"context"
	"encoding/json"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// RemindJob is the kind of the job that reminds units that are too many to remind
// at once.
const RemindJob = "follow.remind"

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) { r.Handle(RemindJob, remindAll) }

// A call is what a RemindJob is told: who reminds whom of what.
type call struct {
	Rollout           string
	Login, Name       string
	Unit              int64
	UnitKey, UnitName string
	Tree, Path        string
}

func (c call) by() auth.Actor {
	return auth.Actor{Login: c.Login, Name: c.Name, Unit: c.Unit, UnitKey: c.UnitKey, UnitName: c.UnitName, Tree: c.Tree, Path: c.Path}
}

// Remind tells the secretary and the clerk of every unit in by's subtree that
// is late, or nearly due, what it owes; a unit once a day, whoever reminds. It
// returns how many units were reminded; a Conflict if all had been. The units of a
// rollout that is too large to list are reminded by a job, and it returns 0.
func Remind(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (int, error) {
	r, err := rollout.Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := rollout.MayFollow(by, 0); err != nil {
		return 0, err
	}
	if r.State != rollout.Open {
		return 0, fault.New(fault.Conflict, "rollout.error.not_open")
	}
	whole, err := tally.Total(ctx, tx, r.Sheet, r.Scope)
	if err != nil {
		return 0, err
	}
	n := 0
	if rollout.Wide(whole) {
		c, err := json.Marshal(call{r.ID, by.Login, by.Name, by.Unit, by.UnitKey, by.UnitName, by.Tree, by.Path})
		if err != nil {
			return 0, err
		}
		if err := job.Enqueue(ctx, tx, job.New{Kind: RemindJob, Payload: string(c), Unique: RemindJob + " " + r.ID + " " + by.UnitKey}); err != nil {
			return 0, err
		}
	} else {
		all, err := rollout.Obligations(ctx, tx, by, id)
		if err != nil {
			return 0, err
		}
		if n, err = remindOf(ctx, tx, by, r, all); err != nil {
			return 0, err
		}
		if n == 0 {
			return 0, fault.New(fault.Conflict, "rollout.error.reminded")
		}
	}
	if err := rollout.AddEvent(ctx, tx, by, id, "reminded", ""); err != nil {
		return 0, err
	}
	return n, audit.Record(ctx, tx, by, "rollout.remind", id, "")
}

// remindOf reminds those who answer for obligations that are late or nearly due, and
// returns how many they are.
func remindOf(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, all []rollout.Obligation) (int, error) {
	first := map[int64]rollout.Obligation{}
	var units []int64
	for _, o := range rollout.Behind(all, vn.DayOf(tx.Now)) {
		if _, ok := first[o.Keeper]; !ok && o.Keeper != by.Unit {
			first[o.Keeper] = o
			units = append(units, o.Keeper)
		}
	}
	units, err := insertReminders(ctx, tx, by.Name, r.ID, units)
	if err != nil {
		return 0, err
	}
	words := make([]notify.Word, len(units))
	for i, u := range units {
		o := first[u]
		words[i] = notify.Word{Unit: u, Args: []string{by.UnitName, r.Title, o.Due.String()}, Link: "/rollouts/" + r.ID + "/units/" + o.KeeperKey}
	}
	return len(units), notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, "rollout.notice.reminded", words)
}

// remindAll goes through who has not, step by step in the order of the tree; run
// again it reminds nobody twice.
func remindAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var c call
	if err := json.Unmarshal([]byte(j.Payload), &c); err != nil {
		return err
	}
	var pace job.Pace
	n := int64(0)
	for _, step := range rollout.Steps {
		for next, more := tally.Place(0), true; more; progress(n, n) {
			from, looked := next, 0
			if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) (err error) {
				r, err := rollout.Find(ctx, tx, c.Rollout)
				if more = err == nil && r.State == rollout.Open; !more {
					return err
				}
				next, looked, err = remindSome(ctx, tx, c.by(), r, step, from, size)
				more = next != 0
				return err
			}); err != nil {
				return err
			}
			n += int64(looked)
		}
	}
	return nil
}

func remindSome(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, step rollout.Step, from tally.Place, limit int) (tally.Place, int, error) {
	top := r.Scope
	if !by.Covers(r.ScopePath) {
		top = by.Unit
	}
	units, next, err := rollout.Lacking(ctx, tx, r, step, top, from, min(limit, tally.MaxLack))
	if err != nil {
		return 0, 0, err
	}
	all, err := rollout.ObligationsOf(ctx, tx, by, r.ID, units)
	if err != nil {
		return 0, 0, err
	}
	_, err = remindOf(ctx, tx, by, r, all)
	return next, len(units), err
}
