// Package job runs work that is not done while somebody waits: work over many
// units, and work at a time of day.
//
// A job is a row, enqueued in the transaction of the deed that needs it. A
// runner leases it, runs its handler, and marks it finished; a handler does its
// work in transactions of its own, can be run again after a crash, and calls
// the verbs of a slice. Of several nodes one gets each job.
package job

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// New is a job to enqueue.
type New struct {
	Kind    string
	Payload string    // what the handler needs to know
	Unique  string    // while one such job is unfinished, another is not enqueued
	RunAt   time.Time // zero: at once
}

// A Job is a job as people and handlers see it.
type Job struct {
	ID       string
	Kind     string
	Payload  string
	Attempts int64
	Done     int64 // progress: Done of Total
	Total    int64
	Error    string // of the last attempt, for the log
	Finished time.Time
}

const (
	lease       = 5 * time.Minute
	maxAttempts = 8
	channel     = "job"
)

// Enqueue adds a job in the transaction of the deed that needs it.
func Enqueue(ctx context.Context, tx *db.Tx, n New) error {
	if n.RunAt.IsZero() {
		n.RunAt = tx.Now
	}
	tx.Notify(channel, n.Kind)
	return insert(ctx, tx, n)
}

// A Handler does a job's work; progress tells how far it has come.
type Handler func(ctx context.Context, d *db.DB, j Job, progress func(done, total int64)) error

// A Runner runs jobs.
type Runner struct {
	db       *db.DB
	log      *slog.Logger
	name     string
	handlers map[string]Handler
	kinds    []string
	daily    []schedule
	every    map[string]time.Duration
	one      sync.Mutex
}

type schedule struct {
	kind   string
	hour   int
	minute int
}

// NewRunner returns a runner without handlers.
func NewRunner(d *db.DB, log *slog.Logger) *Runner {
	return &Runner{db: d, log: log, name: db.NewKey(), handlers: map[string]Handler{}, every: map[string]time.Duration{}}
}

// Handle makes h the handler of a kind.
func (r *Runner) Handle(kind string, h Handler) {
	r.handlers[kind] = h
	r.kinds = append(r.kinds, kind)
}

// Daily runs a kind once a day, from hour:minute in Vietnam on.
func (r *Runner) Daily(kind string, hour, minute int) {
	r.daily = append(r.daily, schedule{kind, hour, minute})
}

// Every runs a kind again and again, pause after it has run: one job that is
// never finished.
func (r *Runner) Every(kind string, pause time.Duration) { r.every[kind] = pause }

// Run runs jobs as they fall due, until ctx ends.
func (r *Runner) Run(ctx context.Context) error {
	wake, err := r.db.Listen(ctx, channel)
	if err != nil {
		return err
	}
	tick := time.NewTicker(15 * time.Second)
	defer tick.Stop()
	for {
		if err := r.Drain(ctx); err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "jobs", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-wake:
			if !ok {
				return nil
			}
		case <-tick.C:
		}
	}
}

// Drain runs everything that is due now, daily work included, until nothing is
// left.
func (r *Runner) Drain(ctx context.Context) error {
	r.one.Lock()
	defer r.one.Unlock()
	if err := r.db.Write(ctx, r.plan); err != nil {
		return err
	}
	for {
		j, ok, err := r.claim(ctx)
		if err != nil || !ok {
			return err
		}
		if err := r.run(ctx, j); err != nil {
			return err
		}
	}
}

// plan enqueues today's run of what is daily, once, and what runs again and
// again where it is not enqueued.
func (r *Runner) plan(ctx context.Context, tx *db.Tx) error {
	for kind := range r.every {
		if err := insert(ctx, tx, New{Kind: kind, Unique: kind, RunAt: tx.Now}); err != nil {
			return err
		}
	}
	day := vn.DayOf(tx.Now)
	for _, s := range r.daily {
		at := day.Start().Add(time.Duration(s.hour)*time.Hour + time.Duration(s.minute)*time.Minute)
		if tx.Now.Before(at) {
			continue
		}
		unique := s.kind + " " + string(day)
		_, err := Find(ctx, tx, unique)
		if fault.Is(err, fault.NotFound) {
			err = insert(ctx, tx, New{Kind: s.kind, Payload: string(day), Unique: unique, RunAt: at})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) claim(ctx context.Context) (j Job, ok bool, err error) {
	err = r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row, found, err := tx.Claim(ctx, r.kinds, lease, r.name)
		j, ok = Job{ID: row.ID, Kind: row.Kind, Payload: row.Payload, Attempts: row.Attempts, Done: row.Done, Total: row.Total}, found
		return err
	})
	return j, ok, err
}

// run runs one job and writes down how it went; only a database that does not
// answer is an error.
func (r *Runner) run(ctx context.Context, j Job) error {
	failed := r.attempt(ctx, j)
	if ctx.Err() != nil {
		return ctx.Err() // its lease runs out, and somebody runs it again
	}
	if pause, ok := r.every[j.Kind]; ok && failed == nil {
		return r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return again(ctx, tx, j.ID, tx.Now.Add(pause)) })
	}
	if failed == nil {
		return r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return finish(ctx, tx, j.ID, "") })
	}
	r.log.ErrorContext(ctx, "job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempts, "err", failed)
	return r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if j.Attempts >= maxAttempts {
			return finish(ctx, tx, j.ID, failed.Error())
		}
		return retry(ctx, tx, j.ID, tx.Now.Add(time.Second<<min(j.Attempts, 10)), failed.Error())
	})
}

func (r *Runner) attempt(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return r.handlers[j.Kind](ctx, r.db, j, func(done, total int64) {
		if err := r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return progress(ctx, tx, j.ID, done, total) }); err != nil {
			r.log.ErrorContext(ctx, "job progress", "job", j.ID, "err", err)
		}
	})
}
