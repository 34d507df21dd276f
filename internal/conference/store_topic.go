package conference

import (
	"context"
	"slices"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// Topics returns the topics of a conference in their order. The caller has found it
// through who asks.
func Topics(ctx context.Context, tx *db.Tx, id string) ([]Topic, error) {
	return db.All(ctx, tx, func(s db.Scanner) (t Topic, err error) {
		return t, s.Scan(&t.ID, &t.Sort, &t.Start, &t.End, &t.Title, &t.Speaker, &t.SpeakerTitle)
	}, `SELECT id, sort, start_time, end_time, title, speaker, speaker_title FROM conference_topic WHERE conference = $1 ORDER BY n, id`, id)
}

// touch notes that something of a conference has changed.
func touch(ctx context.Context, tx *db.Tx, id string, version int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE conference SET version = version + 1 WHERE id = $1 AND version = $2`, id, version))
}

// replaceTopics makes the topics of a conference those given: one whose id is known
// stays, others are new, and those not given go.
func replaceTopics(ctx context.Context, tx *db.Tx, id string, all []Topic) error {
	had, err := Topics(ctx, tx, id)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, t := range had {
		if !slices.ContainsFunc(all, func(x Topic) bool { return x.ID == t.ID }) {
			if err := removeTopic(ctx, tx, id, t); err != nil {
				return err
			}
			continue
		}
		known[t.ID] = true
	}
	for i, t := range all {
		if !known[t.ID] {
			t.ID = db.NewKey()
		}
		delete(known, t.ID) // given twice, the second is new
		if err := tx.Exec(ctx, `
			INSERT INTO conference_topic (conference, id, n, sort, start_time, end_time, title, speaker, speaker_title)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (conference, id) DO UPDATE SET n = excluded.n, sort = excluded.sort, start_time = excluded.start_time, end_time = excluded.end_time,
				title = excluded.title, speaker = excluded.speaker, speaker_title = excluded.speaker_title`,
			id, t.ID, i+1, t.Sort, t.Start, t.End, t.Title, t.Speaker, t.SpeakerTitle); err != nil {
			return err
		}
	}
	return nil
}

// removeTopic is refused by the database where something belongs to the topic.
func removeTopic(ctx context.Context, tx *db.Tx, id string, t Topic) error {
	err := tx.Exec(ctx, `DELETE FROM conference_topic WHERE conference = $1 AND id = $2`, id, t.ID)
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(fault.Conflict, err, "conference.error.topic_bound", t.Title)
	}
	return err
}
