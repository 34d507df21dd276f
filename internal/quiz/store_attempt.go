package quiz

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// takerOf returns how somebody stands who is to take a quiz.
func takerOf(ctx context.Context, tx *db.Tx, id string, member int64) (t Taker, err error) {
	var taken, passed int
	err = tx.One(ctx, `SELECT member, unit, attempts, taken, passed, points, out_of FROM quiz_person WHERE quiz = $1 AND member = $2`, []any{id, member},
		&t.Member, &t.Unit, &t.Attempts, &taken, &passed, &t.Points, &t.OutOf)
	t.Taken, t.Passed = taken != 0, passed != 0
	return t, err
}

func putTaker(ctx context.Context, tx *db.Tx, id string, t Taker) error {
	return tx.Exec(ctx, `UPDATE quiz_person SET taken = $1, passed = $2, points = $3, out_of = $4 WHERE quiz = $5 AND member = $6`,
		t.Taken, t.Passed, t.Points, t.OutOf, id, t.Member)
}

// setBegun counts an attempt; it is a Conflict if somebody's other page began one.
func setBegun(ctx context.Context, tx *db.Tx, a Attempt) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE quiz_person SET attempts = $1 WHERE quiz = $2 AND member = $3 AND attempts = $4`, a.N, a.Quiz, a.Member, a.N-1))
}

const attempts = `SELECT quiz, member, n, seed, questions, started_at, ends_at, finished_at, points, out_of FROM quiz_attempt`

func scanAttempt(r db.Scanner) (a Attempt, err error) {
	var seed int64
	var asked string
	err = r.Scan(&a.Quiz, &a.Member, &a.N, &seed, &asked, db.At(&a.Started), db.At(&a.Ends), db.At(&a.Finished), &a.Points, &a.OutOf)
	a.Seed, a.Questions = uint64(seed), parsed(asked)
	return a, err
}

func attemptOf(ctx context.Context, tx *db.Tx, id string, member, n int64) (Attempt, error) {
	return db.First(db.All(ctx, tx, scanAttempt, attempts+` WHERE quiz = $1 AND member = $2 AND n = $3`, id, member, n))
}

// attemptsOf returns the attempts of somebody, the newest first.
func attemptsOf(ctx context.Context, tx *db.Tx, id string, member int64) ([]Attempt, error) {
	return db.All(ctx, tx, scanAttempt, attempts+` WHERE quiz = $1 AND member = $2 ORDER BY n DESC`, id, member)
}

func underWay(ctx context.Context, tx *db.Tx, id string) ([]Attempt, error) {
	return db.All(ctx, tx, scanAttempt, attempts+` WHERE quiz = $1 AND finished_at IS NULL ORDER BY member`, id)
}

// expired returns attempts whose time was over before a time, at most limit.
func expired(ctx context.Context, tx *db.Tx, before time.Time, limit int) ([]Attempt, error) {
	return db.All(ctx, tx, scanAttempt, attempts+` WHERE finished_at IS NULL AND ends_at < $1 ORDER BY ends_at LIMIT $2`, before, limit)
}

func insertAttempt(ctx context.Context, tx *db.Tx, a Attempt) error {
	return tx.Exec(ctx, `INSERT INTO quiz_attempt (quiz, member, n, seed, questions, started_at, ends_at, points, out_of) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)`,
		a.Quiz, a.Member, a.N, int64(a.Seed), numbers(a.Questions), a.Started, a.Ends)
}

func setFinished(ctx context.Context, tx *db.Tx, a Attempt) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE quiz_attempt SET finished_at = $1, points = $2, out_of = $3 WHERE quiz = $4 AND member = $5 AND n = $6 AND finished_at IS NULL`,
		a.Finished, a.Points, a.OutOf, a.Quiz, a.Member, a.N))
}

func putAnswer(ctx context.Context, tx *db.Tx, a Attempt, question int64, chosen uint64) error {
	return tx.Exec(ctx, `INSERT INTO quiz_answer (quiz, member, attempt, question, chosen, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (quiz, member, attempt, question) DO UPDATE SET chosen = excluded.chosen, at = excluded.at`,
		a.Quiz, a.Member, a.N, question, int64(chosen), tx.Now)
}

// answersOf returns what was chosen in an attempt, by question.
func answersOf(ctx context.Context, tx *db.Tx, a Attempt) (map[int64]uint64, error) {
	all := map[int64]uint64{}
	return all, db.Each(ctx, tx, `SELECT question, chosen FROM quiz_answer WHERE quiz = $1 AND member = $2 AND attempt = $3`, []any{a.Quiz, a.Member, a.N}, func(r db.Scanner) error {
		var n, chosen int64
		err := r.Scan(&n, &chosen)
		all[n] = uint64(chosen)
		return err
	})
}

// A Filter narrows the list of people; the zero one takes everybody.
type Filter struct {
	State string // missing, passed, failed
	Path  string // of the unit, with those under it
}

// People returns who is to take a quiz, by id, at most limit after one. The caller may
// read names of the subject, and has seen the unit.
func People(ctx context.Context, tx *db.Tx, q Quiz, f Filter, after int64, limit int) ([]Taker, error) {
	where := map[string]string{"missing": ` AND s.taken = 0`, "passed": ` AND s.passed = 1`, "failed": ` AND s.taken = 1 AND s.passed = 0`}[f.State]
	return db.All(ctx, tx, func(r db.Scanner) (t Taker, err error) {
		var taken, passed int
		err = r.Scan(&t.Member, &t.Unit, &t.Attempts, &taken, &passed, &t.Points, &t.OutOf, &t.Key, &t.Name, &t.UnitKey, &t.UnitName)
		t.Taken, t.Passed = taken != 0, passed != 0
		return t, err
	}, `SELECT s.member, s.unit, s.attempts, s.taken, s.passed, s.points, s.out_of, m.key, m.name, u.key, n.short
		FROM quiz_person s
		JOIN member m ON m.id = s.member
		JOIN unit u ON u.id = s.unit
		JOIN unit_name n ON n.unit = s.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = s.unit)
		JOIN place p ON p.tree = $2 AND p.unit = s.unit
		WHERE s.quiz = $1 AND p.path >= $3 AND p.path < $4 AND s.member > $5`+where+` ORDER BY s.member LIMIT $6`,
		q.ID, q.Tree, f.Path, auth.After(f.Path), after, limit)
}

// An Owed is a quiz that somebody has to take.
type Owed struct {
	Quiz   string
	Title  string
	Closes time.Time
}

// Owing returns the quizzes that by has to take and has not, the soonest first.
func Owing(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Owed, error) {
	const most = 20
	return db.All(ctx, tx, func(r db.Scanner) (o Owed, err error) { return o, r.Scan(&o.Quiz, &o.Title, db.At(&o.Closes)) }, `
		SELECT q.id, q.title, q.closes_at FROM quiz_person s JOIN quiz q ON q.id = s.quiz
		WHERE s.member = $1 AND s.taken = 0 AND q.state = 'open' AND q.tree = $2 AND q.opens_at <= $3 AND q.closes_at > $3
		ORDER BY q.closes_at, q.id LIMIT $4`, by.Member, by.Tree, tx.Now, most)
}
