package quiz

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/job"
	"nhipcau/internal/tally"
)

// RollJob is the kind of the job that enrols the people of a large subject.
const RollJob = "quiz.roll"

// direct is how many people are enrolled while somebody waits.
const direct = 1_000

// enrol makes those who are not yet to take a quiz take it, or has a job do so.
func (of Subjects) enrol(ctx context.Context, tx *db.Tx, by auth.Actor, q Quiz) error {
	last, err := of.enrolSome(ctx, tx, by, q, 0, direct)
	if err != nil || last == 0 {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: RollJob, Payload: q.ID})
}

// enrolSome enrols the next people after one, and returns the last of them; 0 if
// there are no others.
func (of Subjects) enrolSome(ctx context.Context, tx *db.Tx, by auth.Actor, q Quiz, after int64, limit int) (int64, error) {
	if err := tx.Lock(ctx, "quiz "+q.ID); err != nil {
		return 0, err
	}
	people, err := of.People(ctx, tx, q.Kind, q.Subject, after, limit)
	if err != nil || len(people) == 0 {
		return 0, err
	}
	last := people[len(people)-1].Member
	have, err := enrolled(ctx, tx, q.ID, after, last)
	if err != nil {
		return 0, err
	}
	var fresh []Due
	all := map[int64]tally.Delta{}
	for _, p := range people {
		if !have[p.Member] {
			fresh = append(fresh, p)
			all[p.Unit] = all[p.Unit].Plus(tally.Delta{kind.Lane("due"): 1})
		}
	}
	if err := insertPeople(ctx, tx, q.ID, fresh); err != nil {
		return 0, err
	}
	if err := tally.PostPlaced(ctx, tx, by, tally.Entry{Sheet: q.Sheet, Source: tally.Source{Kind: RollSource, ID: q.ID}}, all); err != nil {
		return 0, err
	}
	if len(people) < limit {
		last = 0
	}
	return last, nil
}

// enrolAll enrols the people of the quiz of j, slice by slice, as long as it is open.
func (of Subjects) enrolAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var pace job.Pace
	for after, more := j.Done, true; more; {
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) error {
			q, err := Read(ctx, tx, j.Payload)
			if err != nil || q.State != Opened {
				more = false
				return err
			}
			last, err := of.enrolSome(ctx, tx, auth.System(q.Tree), q, after, size)
			if more = last > 0; more {
				after = last
			}
			return err
		}); err != nil {
			return err
		}
		progress(after, after)
	}
	return nil
}
