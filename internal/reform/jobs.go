package reform

import (
	"context"
	"errors"
	"fmt"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
)

// DueJob is the kind of the job that makes planned reforms when their day comes.
const DueJob = "reform.due"

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) {
	r.Handle(DueJob, makeDue)
	r.Daily(DueJob, 0, 1)
}

// Soon lets the job make reforms whose day has come without waiting for the night.
func Soon(ctx context.Context, tx *db.Tx) error { return job.Enqueue(ctx, tx, job.New{Kind: DueJob}) }

// makeDue makes the planned reforms whose day has come, each in a transaction of
// its own. One that something stands in the way of by now fails, and whoever
// entered it is told.
func makeDue(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error {
	var all []Reform
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = due(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	var failed error // of one reform does not hold up the others
	for _, r := range all {
		one := func(ctx context.Context, tx *db.Tx) error { return makeOne(ctx, tx, r.ID) }
		if r.Kind == Many {
			one = func(ctx context.Context, tx *db.Tx) error { return Make(ctx, tx, auth.System(r.Tree), r.ID) }
		}
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := r.entitled(ctx, tx); err != nil {
				return err
			}
			return one(ctx, tx)
		})
		if f := fault.Of(err); err != nil && (f.Kind == fault.Conflict || f.Kind == fault.Invalid) {
			err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.fail(ctx, tx, f.Key) })
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("reform %s: %w", r.ID, err))
		}
	}
	return failed
}

// entitled refuses what somebody planned who has lost the right to since; what the
// house itself entered, by a command, goes on.
func (r Reform) entitled(ctx context.Context, tx *db.Tx) error {
	if r.login == "" {
		return nil
	}
	u, err := org.ByID(ctx, tx, r.Tree, r.Unit)
	if err != nil {
		return err
	}
	roles, err := account.Over(ctx, tx, r.login, r.Tree, u.Path)
	if err == nil && org.MayReform(auth.Actor{Roles: roles}) != nil {
		err = fault.New(fault.Conflict, "reform.error.entitled")
	}
	return err
}

func makeOne(ctx context.Context, tx *db.Tx, id string) error {
	if err := org.LockLists(ctx, tx); err != nil {
		return err
	}
	r, err := find(ctx, tx, id)
	if err != nil || r.State != Planned {
		return err
	}
	p := Preview{Form: Form{Kind: r.Kind, Unit: r.UnitKey, Target: r.TargetKey, Day: r.Day, Decision: r.Decision, Reason: r.Reason}}
	if p.Unit, err = org.ByID(ctx, tx, r.Tree, r.Unit); err != nil {
		return err
	}
	if p.Target, err = org.ByID(ctx, tx, r.Tree, r.Target); err != nil {
		return err
	}
	if err := p.look(ctx, tx, r.Tree); err != nil {
		return err
	}
	if len(p.Problems) == 0 {
		return r.apply(ctx, tx, auth.System(r.Tree), p)
	}
	return r.fail(ctx, tx, p.Problems[0].Key)
}

func (r Reform) fail(ctx context.Context, tx *db.Tx, problem string) error {
	if err := setFailed(ctx, tx, r.ID, problem); err != nil {
		return err
	}
	if r.login == "" {
		return nil
	}
	return notify.Send(ctx, tx, notify.Notice{Account: r.login, Key: "reform.notice.failed", Args: []string{r.UnitName, r.Decision}, Link: "/reforms/" + r.ID})
}
