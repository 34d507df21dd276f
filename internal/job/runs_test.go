package job_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/job"
)

func enqueue(t *testing.T, d *db.DB, n job.New) {
	t.Helper()
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error { return job.Enqueue(ctx, tx, n) })
}

func find(t *testing.T, d *db.DB, unique string) (j job.Job) {
	t.Helper()
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		j, err = job.Find(ctx, tx, unique)
		return err
	})
	return j
}

// TestOneRunsEach: of several runners one gets each job, and one unfinished job
// of a name is not enqueued twice.
func TestOneRunsEach(t *testing.T) {
	d := dbtest.Open(t)
	var runs atomic.Int64
	for range 3 {
		enqueue(t, d, job.New{Kind: "count", Unique: "count once"})
	}
	for range 20 {
		enqueue(t, d, job.New{Kind: "count"})
	}
	var wg sync.WaitGroup
	for range 3 {
		r := job.NewRunner(d, slog.New(slog.DiscardHandler))
		r.Handle("count", func(_ context.Context, _ *db.DB, _ job.Job, progress func(done, total int64)) error {
			runs.Add(1)
			progress(1, 2)
			return nil
		})
		wg.Go(func() {
			if err := r.Drain(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := runs.Load(); n != 21 {
		t.Errorf("ran %d times, want 21", n)
	}
	if j := find(t, d, "count once"); j.Done != 1 || j.Total != 2 || j.Finished.IsZero() || j.Error != "" {
		t.Errorf("the job is %+v", j)
	}
}

// TestAgainAfterFailure: a job that fails, or panics, is run again later, and
// given up with its error after eight times.
func TestAgainAfterFailure(t *testing.T) {
	d := dbtest.Open(t)
	now := dbtest.Noon
	d.SetClock(func() time.Time { return now })
	r := job.NewRunner(d, slog.New(slog.DiscardHandler))
	runs := 0
	r.Handle("fails", func(context.Context, *db.DB, job.Job, func(done, total int64)) error {
		if runs++; runs%2 == 0 {
			panic("on purpose")
		}
		return errors.New("on purpose")
	})
	enqueue(t, d, job.New{Kind: "fails", Unique: "it"})
	for range 20 {
		before := runs
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if runs > before+1 {
			t.Fatalf("it is run again at once: %d times", runs-before)
		}
		now = now.Add(time.Hour)
	}
	if j := find(t, d, "it"); runs != 8 || j.Finished.IsZero() || j.Error == "" {
		t.Errorf("%d runs, and the job is %+v; want 8 and its error kept", runs, j)
	}
}

// TestDaily: what is daily runs once a day, from its time on.
func TestDaily(t *testing.T) {
	d := dbtest.Open(t)
	now := time.Date(2020, 11, 1, 17, 0, 0, 0, time.UTC) // midnight in Vietnam
	d.SetClock(func() time.Time { return now })
	r := job.NewRunner(d, slog.New(slog.DiscardHandler))
	var days []string
	r.Handle("night", func(_ context.Context, _ *db.DB, j job.Job, _ func(done, total int64)) error {
		days = append(days, j.Payload)
		return nil
	})
	r.Daily("night", 0, 5)
	for range 30 {
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * time.Hour)
	}
	if len(days) != 3 || days[0] != "2020-11-02" || days[2] != "2020-11-04" {
		t.Errorf("it ran for %q, want each of three days once", days)
	}
}

// TestEvery: what runs again and again is one job; it waits its pause after a
// run, and begins anew where it was given up.
func TestEvery(t *testing.T) {
	d := dbtest.Open(t)
	now := dbtest.Noon
	d.SetClock(func() time.Time { return now })
	r := job.NewRunner(d, slog.New(slog.DiscardHandler))
	runs, broken := 0, false
	r.Handle("look", func(context.Context, *db.DB, job.Job, func(done, total int64)) error {
		runs++
		if broken {
			return errors.New("on purpose")
		}
		return nil
	})
	r.Every("look", time.Minute)
	drain := func(after time.Duration) {
		t.Helper()
		now = now.Add(after)
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		drain(0)
		drain(30 * time.Second)
	}
	if runs != 11 {
		t.Errorf("it ran %d times from the first minute to the eleventh, want 11", runs)
	}
	if j := find(t, d, "look"); j.Attempts != 0 || !j.Finished.IsZero() {
		t.Errorf("the job is %+v", j)
	}
	broken = true
	for range 20 {
		drain(time.Hour)
	}
	broken, runs = false, 0
	drain(time.Hour)
	drain(time.Minute)
	if runs != 2 {
		t.Errorf("after it was given up it runs %d times, want 2", runs)
	}
}
