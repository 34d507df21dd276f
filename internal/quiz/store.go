package quiz

import (
	"context"
	"encoding/json"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
)

// A bank is seen, by those who may read banks, from its unit and those above.
const banks = `SELECT b.id, b.unit, n.short, b.title, p.path, (SELECT count(*) FROM quiz_question q WHERE q.bank = b.id AND q.dropped = 0)
	FROM quiz_bank b
	JOIN place p ON p.tree = b.tree AND p.unit = b.unit
	JOIN unit_name n ON n.unit = b.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = b.unit)
	WHERE b.tree = $1 AND p.path >= $2 AND p.path < $3`

func scanBank(r db.Scanner) (b Bank, err error) {
	return b, r.Scan(&b.ID, &b.Unit, &b.UnitName, &b.Title, &b.path, &b.Questions)
}

// GetBank returns a bank that by may see.
func GetBank(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Bank, error) {
	if err := mayReadBanks(by); err != nil {
		return Bank{}, err
	}
	return db.First(db.All(ctx, tx, scanBank, banks+` AND b.id = $4`, by.Tree, by.Path, by.End(), id))
}

// Banks returns the banks by may see, those of their own unit first, at most limit.
func Banks(ctx context.Context, tx *db.Tx, by auth.Actor, limit int) ([]Bank, error) {
	if err := mayReadBanks(by); err != nil {
		return nil, err
	}
	return db.All(ctx, tx, scanBank, banks+` ORDER BY CASE WHEN b.unit = $4 THEN 0 ELSE 1 END, b.entered_at DESC, b.id LIMIT $5`, by.Tree, by.Path, by.End(), by.Unit, limit)
}

func insertBank(ctx context.Context, tx *db.Tx, by auth.Actor, id, title string) error {
	return tx.Exec(ctx, `INSERT INTO quiz_bank (id, tree, unit, title, entered_name, entered_at) VALUES ($1, $2, $3, $4, $5, $6)`, id, by.Tree, by.Unit, title, by.Name, tx.Now)
}

const questions = `SELECT n, text, options, correct, several, points, why, dropped FROM quiz_question WHERE bank = $1`

func scanQuestion(r db.Scanner) (q Question, err error) {
	var options string
	var correct int64
	var several, dropped int
	if err := r.Scan(&q.N, &q.Text, &options, &correct, &several, &q.Points, &q.Why, &dropped); err != nil {
		return q, err
	}
	q.Correct, q.Several, q.Dropped = uint64(correct), several != 0, dropped != 0
	return q, json.Unmarshal([]byte(options), &q.Options)
}

// QuestionsOf returns the questions of a bank, with those dropped if all is true. The
// caller has found the bank.
func QuestionsOf(ctx context.Context, tx *db.Tx, bank string, all bool) ([]Question, error) {
	where := ` AND dropped = 0`
	if all {
		where = ``
	}
	return db.All(ctx, tx, scanQuestion, questions+where+` ORDER BY n`, bank)
}

func questionOf(ctx context.Context, tx *db.Tx, bank string, n int64) (Question, error) {
	return db.First(db.All(ctx, tx, scanQuestion, questions+` AND n = $2`, bank, n))
}

func questionsByN(ctx context.Context, tx *db.Tx, bank string, ns []int64) (map[int64]Question, error) {
	all, err := db.AllIn(ctx, tx, scanQuestion, questions+` AND n IN`, ns, bank)
	by := make(map[int64]Question, len(all))
	for _, q := range all {
		by[q.N] = q
	}
	return by, err
}

func insertQuestions(ctx context.Context, tx *db.Tx, bank string, all []Question) error {
	var last int64
	if err := tx.One(ctx, `SELECT coalesce(max(n), 0) FROM quiz_question WHERE bank = $1`, []any{bank}, &last); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `INSERT INTO quiz_question (bank, n, text, options, correct, several, points, why, dropped) VALUES`, len(all), func(i int) []any {
		q := all[i]
		options, _ := json.Marshal(q.Options) // strings always can be
		return []any{bank, last + int64(i) + 1, q.Text, string(options), int64(q.Correct), q.Several, q.Points, q.Why, 0}
	})
}

func dropQuestion(ctx context.Context, tx *db.Tx, bank string, n int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE quiz_question SET dropped = 1 WHERE bank = $1 AND n = $2 AND dropped = 0`, bank, n))
}

const quizzes = `SELECT id, tree, unit, kind, subject, part, title, bank, fixed, number, minutes, attempts, pass, opens_at, closes_at, state, sheet, version FROM quiz`

func scan(r db.Scanner) (q Quiz, err error) {
	var fixed string
	err = r.Scan(&q.ID, &q.Tree, &q.Unit, &q.Kind, &q.Subject, &q.Part, &q.Title, &q.Bank, &fixed, &q.Number, &q.Minutes, &q.Attempts, &q.Pass,
		db.At(&q.Opens), db.At(&q.Closes), &q.State, &q.Sheet, &q.Version)
	q.Fixed = parsed(fixed)
	return q, err
}

// Read returns a quiz, whoever asks.
func Read(ctx context.Context, tx *db.Tx, id string) (Quiz, error) {
	return db.First(db.All(ctx, tx, scan, quizzes+` WHERE id = $1`, id))
}

// List returns the quizzes about a subject that the caller has found; drafts are for
// those who may run them.
func List(ctx context.Context, tx *db.Tx, s Subject) ([]Quiz, error) {
	const most = 200
	return db.All(ctx, tx, scan, quizzes+` WHERE kind = $1 AND subject = $2 AND ($3 = 1 OR state <> 'draft') ORDER BY opens_at, id LIMIT $4`, s.Kind, s.ID, s.MayRun, most)
}

func insertQuiz(ctx context.Context, tx *db.Tx, by auth.Actor, q Quiz) error {
	return tx.Exec(ctx, `INSERT INTO quiz (id, tree, unit, kind, subject, part, title, bank, fixed, number, minutes, attempts, pass, opens_at, closes_at, state, sheet,
			entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'draft', 0, $16, $17, 1)`,
		q.ID, q.Tree, q.Unit, q.Kind, q.Subject, q.Part, q.Title, q.Bank, numbers(q.Fixed), q.Number, q.Minutes, q.Attempts, q.Pass, q.Opens, q.Closes, by.Name, tx.Now)
}

func updateQuiz(ctx context.Context, tx *db.Tx, q Quiz, version int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE quiz SET part = $1, title = $2, bank = $3, fixed = $4, number = $5, minutes = $6, attempts = $7, pass = $8, opens_at = $9,
			closes_at = $10, version = version + 1 WHERE id = $11 AND version = $12 AND state = 'draft'`,
		q.Part, q.Title, q.Bank, numbers(q.Fixed), q.Number, q.Minutes, q.Attempts, q.Pass, q.Opens, q.Closes, q.ID, version))
}

func setState(ctx context.Context, tx *db.Tx, id string, version int64, to Stage, sheet int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE quiz SET state = $1, sheet = $2, version = version + 1 WHERE id = $3 AND version = $4`, to, sheet, id, version))
}

// enrolled returns who of those after one and up to another is to take a quiz.
func enrolled(ctx context.Context, tx *db.Tx, id string, after, to int64) (map[int64]bool, error) {
	all := map[int64]bool{}
	return all, db.Each(ctx, tx, `SELECT member FROM quiz_person WHERE quiz = $1 AND member > $2 AND member <= $3`, []any{id, after, to}, func(r db.Scanner) error {
		var m int64
		err := r.Scan(&m)
		all[m] = true
		return err
	})
}

func insertPeople(ctx context.Context, tx *db.Tx, id string, all []Due) error {
	return db.InsertMany(ctx, tx, `INSERT INTO quiz_person (quiz, member, unit, attempts, taken, passed, points, out_of) VALUES`, len(all), func(i int) []any {
		return []any{id, all[i].Member, all[i].Unit, 0, 0, 0, 0, 0}
	})
}

// counted returns what those who are to take a quiz add up to, by unit.
func counted(ctx context.Context, tx *db.Tx, id string) (map[int64]tally.Delta, error) {
	all := map[int64]tally.Delta{}
	return all, db.Each(ctx, tx, `SELECT unit, count(*), sum(taken), sum(passed), sum(points), sum(out_of) FROM quiz_person WHERE quiz = $1 GROUP BY unit`, []any{id}, func(r db.Scanner) error {
		var unit, due, taken, passed, points, outOf int64
		err := r.Scan(&unit, &due, &taken, &passed, &points, &outOf)
		all[unit] = tally.Delta{
			kind.Lane("due"): due, kind.Lane("taken"): taken, kind.Lane("passed"): passed, kind.Lane("points"): points, kind.Lane("out_of"): outOf,
		}
		return err
	})
}
