package conference

import (
	"context"
	"math"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/follow"
	"nhipcau/internal/job"
	"nhipcau/internal/presence"
	"nhipcau/internal/rollout"
)

// CountJob is the kind of the job that closes or reopens a conference of many
// people, slice by slice.
const CountJob = "conference.count"

const (
	direct = 3_000 // people who are counted while somebody waits
	slice  = 150   // about how many are counted in one transaction of the job
)

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) { r.Handle(CountJob, countAll) }

func countUnique(id string) string { return CountJob + " " + id }

// begin leaves the counting to a job: the roll is closed meanwhile.
func (c Conference) begin(ctx context.Context, tx *db.Tx, by auth.Actor, reason string) error {
	if err := insertCount(ctx, tx, by, c.ID, reason); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: CountJob, Payload: c.ID, Unique: countUnique(c.ID)})
}

// A counting is how far a closing or reopening has come.
type counting struct {
	After  int64 // units with ids up to here are done
	Done   int64 // people
	Reason string
	Actor  auth.Actor
}

// drained is After once the roll of a reopening is open again.
const drained = math.MaxInt64

// countAll closes or reopens the conference of j. Each slice notes how far it came
// in the transaction that counts it, so that after a crash it goes on there.
func countAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	for more := true; more; {
		var done, total int64
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			p, err := CountSome(ctx, tx, j.Payload)
			more, done, total = p.More, p.Done, p.Total
			return err
		}); err != nil {
			return err
		}
		progress(done, total)
	}
	return nil
}

// A Progress is how far the job has come.
type Progress struct {
	More        bool
	Done, Total int64 // people
}

// CountSome does one slice of a closing or reopening: so many people and no more.
func CountSome(ctx context.Context, tx *db.Tx, id string) (Progress, error) {
	c, err := find(ctx, tx, id)
	if err != nil || c.State != Closing && c.State != Reopening {
		return Progress{}, err
	}
	o, err := attendance.Get(ctx, tx, id)
	if err != nil {
		return Progress{}, err
	}
	n, err := countingOf(ctx, tx, id)
	if err != nil {
		return Progress{}, err
	}
	var more bool
	n.Actor.Tree, n.Actor.Path, n.Actor.Unit, n.Actor.Roles = o.Tree, "/", c.Unit, auth.System(o.Tree).Roles
	if c.State == Closing {
		more, err = c.closeSome(ctx, tx, &n)
	} else {
		more, err = c.reopenSome(ctx, tx, &n)
	}
	if err == nil && more {
		err = setCount(ctx, tx, id, n)
	}
	return Progress{more, n.Done, o.People}, err
}

// units takes the next units into a slice, and counts them with a sign; false if
// none are left.
func (c Conference) units(ctx context.Context, tx *db.Tx, n *counting, sign int64) (from int64, ok bool, err error) {
	from = n.After
	to, ok, err := presence.UnitAfter(ctx, tx, c.ID, from, slice)
	if err != nil || !ok {
		return from, false, err
	}
	f, err := figures(ctx, tx, c.ID, from, to)
	if err != nil {
		return from, false, err
	}
	n.After, n.Done = to, n.Done+f.people
	return from, true, c.postFigures(ctx, tx, n.Actor, f, sign, n.Reason)
}

func (c Conference) closeSome(ctx context.Context, tx *db.Tx, n *counting) (more bool, err error) {
	from, ok, err := c.units(ctx, tx, n, 1)
	if err != nil {
		return false, err
	}
	if ok && c.Rollout != "" {
		took, err := presence.TookOf(ctx, tx, c.ID, from, n.After)
		if err != nil {
			return false, err
		}
		return true, follow.Credit(ctx, tx, n.Actor, c.occasion(), took)
	}
	if ok {
		return true, nil
	}
	if err := c.countGuests(ctx, tx, n.Actor, 1, ""); err != nil {
		return false, err
	}
	if err := endCount(ctx, tx, c, Closed); err != nil {
		return false, err
	}
	if c.Rollout != "" {
		if err := rollout.Fulfil(ctx, tx, n.Actor, rollout.Fulfilment{Rollout: c.Rollout, Step: rollout.Hold, Unit: c.Unit, Source: c.source()}); err != nil {
			return false, err
		}
	}
	return false, c.record(ctx, tx, n.Actor, "closed", "")
}

// reopenSome takes back units first, then credits, then what is the host's; then the
// roll is open, and what came meanwhile is let in.
func (c Conference) reopenSome(ctx context.Context, tx *db.Tx, n *counting) (more bool, err error) {
	if n.After == drained {
		if more, err := c.takeWaiting(ctx, tx, n.Actor); err != nil || more {
			return more, err
		}
		if err := endCount(ctx, tx, c, Convened); err != nil {
			return false, err
		}
		return false, c.record(ctx, tx, n.Actor, "reopened", n.Reason)
	}
	_, ok, err := c.units(ctx, tx, n, -1)
	if err != nil || ok {
		return ok, err
	}
	if c.Rollout != "" {
		some, err := follow.UncreditSome(ctx, tx, n.Actor, c.occasion(), n.Reason, slice, c.elsewhere(ctx, tx))
		if err != nil || some > 0 {
			return true, err
		}
		if err := c.handOver(ctx, tx, n.Actor, n.Reason); err != nil {
			return false, err
		}
	}
	if err := c.countGuests(ctx, tx, n.Actor, -1, n.Reason); err != nil {
		return false, err
	}
	n.After = drained
	return true, attendance.Reopen(ctx, tx, c.ID)
}

// takeWaiting lets check-ins count that came while the roll was closed, some at a
// time; it reports whether there may be more.
func (c Conference) takeWaiting(ctx context.Context, tx *db.Tx, by auth.Actor) (more bool, err error) {
	taken, site, n, err := attendance.TakeWaiting(ctx, tx, by, c.ID, slice)
	if err != nil || n == 0 {
		return false, err
	}
	return true, CountCheckins(ctx, tx, by, c.Sheet, Batch{c.ID, site, taken.Batch}, taken.Homes, LateReason)
}
