package site

import (
	"context"
	"strings"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
)

// RemindJob is the kind of the job that reminds the hosts of sites that have not
// joined.
const RemindJob = "site.remind"

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) { r.Handle(RemindJob, remindAll) }

// Remind lets a job put a notice before the people of each unit that hosts a site
// which has not joined.
func Remind(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	g, err := Find(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayArrange(by, g); err != nil {
		return err
	}
	if g.State != conference.Convened {
		return fault.New(fault.Conflict, "conference.error.not_convened")
	}
	if some, err := missing(ctx, tx, id, 0, 1); err != nil {
		return err
	} else if len(some) == 0 {
		return fault.New(fault.Conflict, "site.error.nobody")
	}
	if err := job.Enqueue(ctx, tx, job.New{Kind: RemindJob, Payload: id + " " + by.Tree, Unique: RemindJob + " " + id}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "site.remind", id, g.Title)
}

// remindAll tells the hosts slice by slice. How far it came is what it has done, so
// after a crash it goes on there.
func remindAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	id, tree, _ := strings.Cut(j.Payload, " ")
	var pace job.Pace
	for after, more := j.Done, true; more; {
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) error {
			to, err := remindSome(ctx, tx, id, tree, after, size)
			more = to > 0
			if more {
				after = to
			}
			return err
		}); err != nil {
			return err
		}
		progress(after, after)
	}
	return nil
}

// remindSome tells the next hosts after one, and returns the last; 0 if none is left.
func remindSome(ctx context.Context, tx *db.Tx, id, tree string, after int64, size int) (int64, error) {
	g, err := gathering(ctx, tx, auth.System(tree), id)
	if err != nil || g.State != conference.Convened {
		return 0, err
	}
	units, err := missing(ctx, tx, id, after, size)
	if err != nil || len(units) == 0 {
		return 0, err
	}
	words := make([]notify.Word, len(units))
	for i, u := range units {
		words[i] = notify.Word{Unit: u, Args: []string{g.Title, g.Day.String()}, Link: "/conferences/" + id + "/sites"}
	}
	return units[len(units)-1], notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, "site.notice.join", words)
}
