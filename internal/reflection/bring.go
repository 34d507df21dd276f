package reflection

import (
	"context"
	"math"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/job"
	"nhipcau/internal/tally"
)

// BringJob is the kind of the job that goes through the people of a large conference.
const BringJob = "reflection.bring"

// direct is how many people are gone through while somebody waits.
const direct = 1_000

// changes say anew how people stand, of those after one and up to another.
var changes = map[string]func(ctx context.Context, tx *db.Tx, s Set, after, to int64) error{
	"roll": syncPeople, // who has to hand in, as the roll stands
	"pass": passByMark, // who has passed, by the mark that is asked
}

// Jobs adds what this package does by itself.
func Jobs(r *job.Runner) { r.Handle(BringJob, bringAll) }

// bring makes a change to all people of a set, or has a job make it where they are
// many.
func (s Set) bring(ctx context.Context, tx *db.Tx, by auth.Actor, change string) error {
	last, err := s.bringSome(ctx, tx, by, change, 0, direct)
	if err != nil || last == math.MaxInt64 {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: BringJob, Payload: s.Conference + " " + change})
}

// bringSome makes a change to the next people after one, about so many, and posts by
// how much each unit's figures differ. It returns up to whom it came: the greatest
// number if nobody is left.
func (s Set) bringSome(ctx context.Context, tx *db.Tx, by auth.Actor, change string, after int64, size int) (int64, error) {
	to, err := personAfter(ctx, tx, s.Conference, after, size)
	if err != nil {
		return 0, err
	}
	before, err := counted(ctx, tx, s.Conference, after, to)
	if err != nil {
		return 0, err
	}
	if err := changes[change](ctx, tx, s, after, to); err != nil {
		return 0, err
	}
	now, err := counted(ctx, tx, s.Conference, after, to)
	if err != nil {
		return 0, err
	}
	for u, d := range before {
		now[u] = now[u].Plus(d.Neg())
	}
	return to, tally.PostPlaced(ctx, tx, by, tally.Entry{Sheet: s.Sheet, Source: tally.Source{Kind: RollSource, ID: s.Conference}}, now)
}

// bringAll makes the change of j slice by slice; each is whole in itself, so after a
// crash it goes on after the last.
func bringAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	id, change, _ := strings.Cut(j.Payload, " ")
	var pace job.Pace
	for after := j.Done; after < math.MaxInt64; {
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) error {
			s, err := readSet(ctx, tx, id)
			if err != nil {
				return err
			}
			to, err := s.bringSome(ctx, tx, auth.System(s.tree), change, after, size)
			if err == nil {
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
