// Package live tells open pages what has happened, by server-sent events.
//
// A topic is a name that slices give, like "conference/ID". Of a topic there are
// told events, which a deed writes to an outbox in its own transaction ([Tell]) and
// which reach every listener once and in order, also one whose connection was lost;
// and a state, painted anew for all listeners at once when a deed says that it has
// moved ([Touch]): however fast it moves, the newest is sent at most twice a second.
//
// The wake-up goes out after the commit: within the process, and on PostgreSQL to
// the other nodes. It only says where to look.
package live

import (
	"context"
	"encoding/json"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/job"
)

// The channel of wake-ups: "t TOPIC" something was told, "m TOPIC" its state moved.
const channel = "live"

// kept is how long the outbox keeps what was told.
const kept = 24 * time.Hour

// PruneJob is the kind of the job that empties the outbox of what is old.
const PruneJob = "live.prune"

// Tell leaves an event for the listeners of a topic, in the transaction of the deed.
// Deeds that tell the same topic wait for each other, so this is for what people do,
// not for what devices do a thousand times a second.
func Tell(ctx context.Context, tx *db.Tx, topic, kind string, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, topic, kind, string(b)); err != nil {
		return err
	}
	tx.Notify(channel, "t "+topic)
	return nil
}

// Touch says that the state of a topic has moved. It writes nothing.
func Touch(tx *db.Tx, topic string) { tx.Notify(channel, "m "+topic) }

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) {
	r.Handle(PruneJob, func(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error {
		for more := true; more; {
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				more, err = prune(ctx, tx, tx.Now.Add(-kept))
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
	r.Every(PruneJob, time.Hour)
}

// At returns where topics stand: a page shows it, and its stream begins after it.
func At(ctx context.Context, tx *db.Tx, topics ...string) (string, error) {
	last, err := lasts(ctx, tx, topics)
	if err != nil {
		return "", err
	}
	p := make(position, len(topics))
	for i, t := range topics {
		p[i] = last[t]
	}
	return p.String(), nil
}
