package live

import (
	"context"
	"time"

	"nhipcau/internal/db"
)

// An event is what was told of a topic.
type event struct {
	id         int64
	kind, body string
}

func insert(ctx context.Context, tx *db.Tx, topic, kind, body string) error {
	var id int64
	if err := tx.One(ctx, `INSERT INTO live_topic (topic, last) VALUES ($1, 1)
		ON CONFLICT (topic) DO UPDATE SET last = live_topic.last + 1 RETURNING last`, []any{topic}, &id); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO live_event (topic, id, kind, body, at) VALUES ($1, $2, $3, $4, $5)`, topic, id, kind, body, tx.Now)
}

// since returns what was told of a topic after an event, the oldest first.
func since(ctx context.Context, tx *db.Tx, topic string, after int64, limit int) ([]event, error) {
	return db.All(ctx, tx, func(r db.Scanner) (e event, err error) { return e, r.Scan(&e.id, &e.kind, &e.body) },
		`SELECT id, kind, body FROM live_event WHERE topic = $1 AND id > $2 ORDER BY id LIMIT $3`, topic, after, limit)
}

// lasts returns the number of the last event of each topic that has any.
func lasts(ctx context.Context, tx *db.Tx, topics []string) (map[string]int64, error) {
	type head struct {
		topic string
		last  int64
	}
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (h head, err error) { return h, r.Scan(&h.topic, &h.last) },
		`SELECT topic, last FROM live_topic WHERE topic IN`, topics)
	m := make(map[string]int64, len(all))
	for _, h := range all {
		m[h.topic] = h.last
	}
	return m, err
}

// pruned is how many events are deleted in one transaction.
const pruned = 1_000

// prune deletes some of what was told before a time, and reports whether there may
// be more. The heads stay: numbers never come again.
func prune(ctx context.Context, tx *db.Tx, before time.Time) (more bool, err error) {
	n, err := tx.ExecN(ctx, `DELETE FROM live_event WHERE (topic, id) IN (SELECT topic, id FROM live_event WHERE at < $1 ORDER BY at LIMIT $2)`, before, pruned)
	return n == pruned, err
}
