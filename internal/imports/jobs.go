package imports

import (
	"context"
	"errors"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/job"
)

// The kinds of the jobs.
const (
	ApplyJob  = "imports.apply"  // writes a large import
	ExpireJob = "imports.expire" // lets go of files that nobody has confirmed
)

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) {
	r.Handle(ApplyJob, applyOne)
	r.Handle(ExpireJob, expire)
	r.Daily(ExpireJob, 1, 15)
}

// patience is how often a job tries before the one who waits is told; it finds
// nothing left to do then.
const patience = 3

func unique(id string) string { return "import " + id }

// applyOne writes an import that was confirmed, for the one who confirmed it, with
// the roles they had then. Run again after a crash it finds it done or does it.
func applyOne(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var im Import
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		im, err = find(ctx, tx, j.Payload)
		return err
	}); err != nil || im.State != Running {
		return err
	}
	by := auth.Actor{Login: im.Login, Name: im.ActorName, Tree: im.Tree, Unit: im.Unit, Path: im.Path, Roles: im.Roles}
	progress(0, int64(im.Rows))
	if err := apply(ctx, d, by, im); err != nil {
		if j.Attempts < patience {
			return err
		}
		return errors.Join(err, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := setState(ctx, tx, im.ID, Refused, "error.internal", Running)
			return err
		}))
	}
	progress(int64(im.Rows), int64(im.Rows))
	return nil
}

func expire(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error {
	return d.Write(ctx, deleteExpired)
}
