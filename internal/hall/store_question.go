package hall

import (
	"context"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// A person sees of a hall's questions those that are taken up or answered, their own,
// those forwarded to their unit, those of the sites they keep, and all of them if they
// oversee the hall.

const questions = `SELECT q.n, q.place, q.topic, coalesce(t.title, ''), q.site, coalesce(s.name, ''), q.text, q.state, q.note, q.into_n, q.to_unit,
	coalesce((SELECT x.short FROM unit_name x WHERE x.unit = q.to_unit ORDER BY x.from_day DESC LIMIT 1), ''), q.asked_by, q.asked_name, q.asked_at, q.version
	FROM hall_question q
	LEFT JOIN site s ON s.conference = q.conference AND s.n = q.site
	LEFT JOIN conference_topic t ON t.conference = q.conference AND t.id = q.topic
	WHERE q.conference = $1`

func scanQuestion(r db.Scanner) (q Question, err error) {
	return q, r.Scan(&q.N, &q.Place, &q.Topic, &q.TopicTitle, &q.Site, &q.SiteName, &q.Text, &q.State, &q.Note, &q.Into, &q.ToUnit, &q.ToName,
		&q.AskedBy, &q.AskedName, db.At(&q.AskedAt), &q.Version)
}

// A Filter narrows a list; the zero one takes everything.
type Filter struct {
	State State
	Site  int64
	Topic string

	n int64
}

// Questions returns the questions of a hall that by may see, in their order, at most
// limit after a place. The caller has found the hall through by.
func Questions(ctx context.Context, tx *db.Tx, by auth.Actor, h Hall, f Filter, after int64, limit int) ([]Question, error) {
	return seenQuestions(ctx, tx, by, h, f, after, limit)
}

func seenQuestions(ctx context.Context, tx *db.Tx, by auth.Actor, h Hall, f Filter, after int64, limit int) ([]Question, error) {
	args := []any{h.ID, after, limit}
	arg := func(v any) string {
		args = append(args, v)
		return db.Arg(len(args))
	}
	where := ` AND q.place > $2`
	if !oversees(by, h) {
		where += ` AND (q.state IN ('taken_up', 'answered') OR q.asked_by = ` + arg(by.Login)
		if by.Is(auth.Clerk, auth.Secretary) {
			where += ` OR q.to_unit = ` + arg(by.Unit) + ` OR EXISTS (SELECT 1 FROM place p WHERE p.tree = ` + arg(by.Tree) + ` AND p.unit = s.unit AND p.path >= ` +
				arg(by.Path) + ` AND p.path < ` + arg(by.End()) + `)`
		}
		where += `)`
	}
	if f.n > 0 {
		where += ` AND q.n = ` + arg(f.n)
	}
	if f.State != "" {
		where += ` AND q.state = ` + arg(f.State)
	}
	if f.Site > 0 {
		where += ` AND q.site = ` + arg(f.Site)
	}
	if f.Topic != "" {
		where += ` AND q.topic = ` + arg(f.Topic)
	}
	return db.All(ctx, tx, scanQuestion, questions+where+` ORDER BY q.place LIMIT $3`, args...)
}

// one returns a question, whoever asks.
func one(ctx context.Context, tx *db.Tx, id string, n int64) (Question, error) {
	return db.First(db.All(ctx, tx, scanQuestion, questions+` AND q.n = $2`, id, n))
}

func (q Question) href(id string) string {
	return "/conferences/" + id + "/questions/" + strconv.FormatInt(q.N, 10)
}

func insertQuestion(ctx context.Context, tx *db.Tx, by auth.Actor, id string, a Ask) (n int64, err error) {
	err = tx.One(ctx, `INSERT INTO hall_question (conference, n, place, topic, site, text, state, note, into_n, to_unit, asked_by, asked_name, asked_at, version)
		SELECT $1, coalesce(max(n), 0) + 1, coalesce(max(n), 0) + 1, $2, $3, $4, 'new', '', 0, 0, $5, $6, $7, 1 FROM hall_question WHERE conference = $1 RETURNING n`,
		[]any{id, a.Topic, a.Site, a.Text, by.Login, by.Name, tx.Now}, &n)
	if err != nil {
		return 0, err
	}
	return n, insertEvent(ctx, tx, by, id, Question{N: n, State: New, Version: 1})
}

// newOf counts the questions of a login that nobody has done anything with.
func newOf(ctx context.Context, tx *db.Tx, id, login string) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM hall_question WHERE conference = $1 AND state = 'new' AND asked_by = $2`, []any{id, login}, &n)
	return n, err
}

func insertEvent(ctx context.Context, tx *db.Tx, by auth.Actor, id string, q Question) error {
	return tx.Exec(ctx, `INSERT INTO hall_question_event (conference, question, version, state, note, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, q.N, q.Version, q.State, q.Note, by.Login, by.Name, tx.Now)
}

func updateQuestion(ctx context.Context, tx *db.Tx, by auth.Actor, id string, q Question, version int64) error {
	if err := db.Changed(tx.ExecN(ctx, `UPDATE hall_question SET state = $1, note = $2, into_n = $3, to_unit = $4, version = version + 1
		WHERE conference = $5 AND n = $6 AND version = $7`, q.State, q.Note, q.Into, q.ToUnit, id, q.N, version)); err != nil {
		return err
	}
	q.Version = version + 1
	return insertEvent(ctx, tx, by, id, q)
}

// eventsOf returns what was done with a question, the oldest first.
func eventsOf(ctx context.Context, tx *db.Tx, id string, n int64) ([]Event, error) {
	return db.All(ctx, tx, func(r db.Scanner) (e Event, err error) { return e, r.Scan(&e.State, &e.Note, &e.Actor, db.At(&e.At)) },
		`SELECT state, note, actor_name, at FROM hall_question_event WHERE conference = $1 AND question = $2 ORDER BY version`, id, n)
}

// openBefore returns the open question that is before a place, the zero one if none is.
func openBefore(ctx context.Context, tx *db.Tx, id string, place int64) (Question, error) {
	all, err := db.All(ctx, tx, scanQuestion, questions+` AND q.place < $2 AND q.state IN ('new', 'taken_up', 'forwarded') ORDER BY q.place DESC LIMIT 1`, id, place)
	if err != nil || len(all) == 0 {
		return Question{}, err
	}
	return all[0], nil
}

// swap lets two questions change places.
func swap(ctx context.Context, tx *db.Tx, id string, q, with Question, version int64) error {
	if err := db.Changed(tx.ExecN(ctx, `UPDATE hall_question SET place = $1 WHERE conference = $2 AND n = $3 AND version = $4`, with.Place, id, q.N, version)); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE hall_question SET place = $1 WHERE conference = $2 AND n = $3`, q.Place, id, with.N)
}

// takenUp returns the question that was taken up last and is not done with, the zero
// one if there is none.
func takenUp(ctx context.Context, tx *db.Tx, id string) (Question, error) {
	all, err := db.All(ctx, tx, scanQuestion, questions+` AND q.state = 'taken_up'
		ORDER BY (SELECT max(e.at) FROM hall_question_event e WHERE e.conference = q.conference AND e.question = q.n) DESC, q.place DESC LIMIT 1`, id)
	if err != nil || len(all) == 0 {
		return Question{}, err
	}
	return all[0], nil
}
