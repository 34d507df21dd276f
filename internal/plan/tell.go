package plan

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
)

const tellJob = "plan.tell"

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) { r.Handle(tellJob, tellAll) }

// tellAll tells the units directly under that of a plan that it was adopted or
// reopened, each once, slice by slice. Each slice notes how far it came.
func tellAll(ctx context.Context, d *db.DB, j job.Job, _ func(done, total int64)) error {
	var pace job.Pace
	for more := true; more; {
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) (err error) {
			more, err = TellSome(ctx, tx, j.Payload, size)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// TellSome tells the next size units directly under that of a plan, and reports
// whether there are more.
func TellSome(ctx context.Context, tx *db.Tx, id string, size int) (more bool, err error) {
	n, err := toTell(ctx, tx, id)
	if err != nil || n.what == "" {
		return false, err
	}
	units, err := below(ctx, tx, n, size)
	if err != nil {
		return false, err
	}
	words := make([]notify.Word, len(units))
	for i, u := range units {
		words[i] = notify.Word{Unit: u.id, Args: []string{n.unit, n.title}, Link: "/plans/" + id}
		if n.what == "reopened" { // they see it no more
			words[i].Link = "/plans"
		}
		n.after = u.path
	}
	if err := notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, "plan.notice."+n.what, words); err != nil {
		return false, err
	}
	if len(units) < size {
		return false, setTell(ctx, tx, id, "", "")
	}
	return true, setTell(ctx, tx, id, n.what, n.after)
}
