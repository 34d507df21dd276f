package quiz

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/job"
	"nhipcau/internal/tally"
)

var kind = tally.NewKind("quiz", "due", "taken", "passed", "points", "out_of")

// Kind returns what a quiz's sheet counts, at the home unit of each person: points and
// out_of are those of the best attempts, of which an average is made when it is shown.
func Kind() *tally.Kind { return kind }

// The kinds of source of its posts, with the quiz.
const (
	RollSource    = "quiz_roll"
	AttemptSource = "quiz_attempt"
)

// figures are what one person adds to the sheet.
func (t Taker) figures() tally.Delta {
	d := tally.Delta{kind.Lane("due"): 1}
	if t.Taken {
		d[kind.Lane("taken")], d[kind.Lane("points")], d[kind.Lane("out_of")] = 1, t.Points, t.OutOf
	}
	if t.Taken && t.Passed {
		d[kind.Lane("passed")] = 1
	}
	return d
}

// Recount returns, by unit, what those who are to take a quiz say its sheet should hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	all, err := counted(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	return tally.Placed(ctx, tx, s.ID, all)
}

// SweepJob marks the attempts that nobody has ended.
const SweepJob = "quiz.sweep"

const (
	swept = 200 // attempts by one transaction
	pause = time.Minute
)

// Jobs adds what this package does by itself, of quizzes about what the subjects know.
func Jobs(r *job.Runner, of Subjects) {
	r.Handle(RollJob, of.enrolAll)
	r.Handle(SweepJob, func(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error { return Sweep(ctx, d) })
	r.Every(SweepJob, pause)
}

// Sweep marks every attempt whose time is over.
func Sweep(ctx context.Context, d *db.DB) error {
	for {
		n := 0
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			all, err := expired(ctx, tx, tx.Now.Add(-Grace), swept)
			n = len(all)
			for _, a := range all {
				if err != nil {
					return err
				}
				var q Quiz
				if q, err = Read(ctx, tx, a.Quiz); err == nil {
					err = q.finish(ctx, tx, auth.System(q.Tree), a)
				}
			}
			return err
		}); err != nil || n < swept {
			return err
		}
	}
}
