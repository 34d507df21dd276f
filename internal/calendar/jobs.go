package calendar

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/vn"
)

// The kinds of the jobs that open periods on their first day, and that let the
// rules speak every morning.
const (
	OpenJob    = "calendar.open"
	MorningJob = "calendar.morning"
)

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner, off Off) {
	r.Handle(CallJob, speakAll)
	r.Handle(OpenJob, func(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error {
		return openAll(ctx, d, off)
	})
	r.Handle(MorningJob, func(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error {
		return d.Write(ctx, rules)
	})
	r.Daily(OpenJob, 0, 10)
	r.Daily(MorningJob, 7, 0)
}

// speakAll says everything that is to be said; run again after a crash it goes on
// where it stopped.
func speakAll(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error {
	var pace job.Pace
	for more := true; more; {
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) (err error) {
			more, err = speak(ctx, tx, size)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// openAll opens the periods that begin today, or began while the program did not
// run, each in a transaction of its own.
func openAll(ctx context.Context, d *db.DB, off Off) error {
	for more := true; more; {
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			all, err := begins(ctx, tx, vn.DayOf(tx.Now), 1)
			if more = len(all) > 0; err != nil || !more {
				return err
			}
			return all[0].open(ctx, tx, off)
		}); err != nil {
			return err
		}
	}
	return nil
}

// open opens the period that begins. What a person would be refused ends the
// opening by itself, which the form's page shows; nobody else's form waits for it.
func (b begun) open(ctx context.Context, tx *db.Tx, off Off) error {
	b.by.Roles = []auth.Role{auth.Clerk}
	_, err := OpenNext(ctx, tx, b.by, b.form, off)
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) || fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
		return setNext(ctx, tx, b.form, "")
	}
	return err
}
