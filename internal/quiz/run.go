package quiz

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Subject is what a quiz is about, as the slice that knows it shows it to somebody.
type Subject struct {
	Kind, ID string
	Title    string
	Href     string // its page
	Unit     int64  // whose it is
	UnitKey  string
	Path     string // of the unit
	Tree     string
	MayRun   bool // makes quizzes about it
	MayName  bool // reads names
	Parts    []Part
}

// A Part is a part of a subject, as a topic of a conference.
type Part struct{ ID, Title string }

// A Due is somebody who is to take a quiz.
type Due struct{ Member, Unit int64 }

// Subjects say what quizzes are about: Find returns the subject of a kind with an id if
// by may see it, People who is to take a quiz about it, by id, at most limit after one.
type Subjects struct {
	Find   func(ctx context.Context, tx *db.Tx, by auth.Actor, kind, id string) (Subject, error)
	People func(ctx context.Context, tx *db.Tx, kind, id string, after int64, limit int) ([]Due, error)
}

// A Stage is where a quiz stands.
type Stage string

// The stages.
const (
	Draft  Stage = "draft"
	Opened Stage = "open"
	Closed Stage = "closed"
)

// A Quiz is a test of questions of one bank. Make and Amend read Title to Closes.
type Quiz struct {
	ID       string
	Tree     string
	Unit     int64
	Kind     string // of the subject
	Subject  string
	Part     string // "" for all of the subject
	Title    string
	Bank     string
	Fixed    []int64 // questions asked; none: random ones
	Number   int64   // of questions
	Minutes  int64
	Attempts int64 // allowed
	Pass     int64 // percent
	Opens    time.Time
	Closes   time.Time
	State    Stage
	Sheet    int64 // 0 until opened
	Version  int64
}

// Running reports whether attempts can be begun at a time.
func (q Quiz) Running(at time.Time) bool {
	return q.State == Opened && !at.Before(q.Opens) && at.Before(q.Closes)
}

// Over reports whether nothing can be answered any more.
func (q Quiz) Over(at time.Time) bool {
	return q.State == Closed || q.State == Opened && !at.Before(q.Closes)
}

const (
	maxNumber   = 100
	maxMinutes  = 300
	maxAttempts = 20
	whole       = 100 // percent
)

func (q *Quiz) check(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject) error {
	w := fault.Wrong{}
	q.Title = vn.Clean(q.Title)
	w.Text("title", q.Title, maxTitle, true)
	if q.Part != "" && !slices.ContainsFunc(s.Parts, func(p Part) bool { return p.ID == q.Part }) {
		w.Add("part", "error.needed")
	}
	if q.Minutes < 1 || q.Minutes > maxMinutes {
		w.Add("minutes", "quiz.error.minutes", maxMinutes)
	}
	if q.Attempts < 1 || q.Attempts > maxAttempts {
		w.Add("attempts", "quiz.error.attempts", maxAttempts)
	}
	if q.Pass < 0 || q.Pass > whole {
		w.Add("pass", "quiz.error.pass")
	}
	if q.Opens.IsZero() {
		w.Add("opens", "quiz.error.time")
	}
	if !q.Closes.After(q.Opens) {
		w.Add("closes", "quiz.error.closes")
	}
	b, err := GetBank(ctx, tx, by, q.Bank)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied) {
		w.Add("bank", "error.needed")
		return w.Err()
	}
	if err != nil {
		return err
	}
	all, err := QuestionsOf(ctx, tx, b.ID, false)
	if err != nil {
		return err
	}
	slices.Sort(q.Fixed)
	q.Fixed = slices.Compact(q.Fixed)
	for _, n := range q.Fixed {
		if !slices.ContainsFunc(all, func(x Question) bool { return x.N == n }) {
			w.Add("fixed", "quiz.error.fixed", n)
		}
	}
	if len(q.Fixed) > 0 {
		q.Number = int64(len(q.Fixed))
	}
	if q.Number < 1 || q.Number > maxNumber || q.Number > int64(len(all)) {
		w.Add("number", "quiz.error.number", min(maxNumber, len(all)))
	}
	return w.Err()
}

// Make makes a draft of a quiz about a subject.
func Make(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, q Quiz) (Quiz, error) {
	if err := mayRun(s); err != nil {
		return q, err
	}
	if err := q.check(ctx, tx, by, s); err != nil {
		return q, err
	}
	q.ID, q.Tree, q.Unit, q.Kind, q.Subject, q.State = db.NewKey(), s.Tree, s.Unit, s.Kind, s.ID, Draft
	if err := insertQuiz(ctx, tx, by, q); err != nil {
		return q, err
	}
	return q, audit.Record(ctx, tx, by, "quiz.make", q.ID, q.Title)
}

// Amend changes a draft. It is a Conflict if it has changed since version.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, id string, version int64, q Quiz) error {
	had, err := run(ctx, tx, s, id, Draft)
	if err != nil {
		return err
	}
	if err := q.check(ctx, tx, by, s); err != nil {
		return err
	}
	q.ID = had.ID
	if err := updateQuiz(ctx, tx, q, version); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "quiz.amend", id, q.Title)
}

// run returns a quiz about a subject at a stage, for those who may run it.
func run(ctx context.Context, tx *db.Tx, s Subject, id string, at Stage) (Quiz, error) {
	q, err := Read(ctx, tx, id)
	if err == nil && (q.Kind != s.Kind || q.Subject != s.ID) {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	if err == nil {
		err = mayRun(s)
	}
	if err == nil && q.State != at {
		err = fault.New(fault.Conflict, "quiz.error.stage")
	}
	return q, err
}

// Open begins a quiz for those who are to take it: a sheet counts it. Many of them are
// enrolled by a job.
func (of Subjects) Open(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, id string, version int64) error {
	q, err := run(ctx, tx, s, id, Draft)
	if err != nil {
		return err
	}
	if !q.Closes.After(tx.Now) {
		return fault.New(fault.Conflict, "quiz.error.past")
	}
	sheet, err := tally.Open(ctx, tx, by, kind, id, q.Tree, s.Unit)
	if err != nil {
		return err
	}
	q.Sheet = sheet.ID
	if err := setState(ctx, tx, id, version, Opened, q.Sheet); err != nil {
		return err
	}
	if err := of.enrol(ctx, tx, by, q); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "quiz.open", id, q.Title)
}

// Enrol adds people to an open quiz who are not yet to take it.
func (of Subjects) Enrol(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, id string) error {
	q, err := run(ctx, tx, s, id, Opened)
	if err != nil {
		return err
	}
	if err := of.enrol(ctx, tx, by, q); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "quiz.enrol", id, q.Title)
}

// Close ends a quiz now: attempts under way are marked as they stand.
func Close(ctx context.Context, tx *db.Tx, by auth.Actor, s Subject, id string, version int64) error {
	q, err := run(ctx, tx, s, id, Opened)
	if err != nil {
		return err
	}
	if err := setState(ctx, tx, id, version, Closed, q.Sheet); err != nil {
		return err
	}
	under, err := underWay(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, a := range under {
		if err := q.finish(ctx, tx, by, a); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, by, "quiz.close", id, q.Title)
}

// numbers writes numbers as a list, "3,17"; parsed reads it.
func numbers(all []int64) string {
	text := make([]string, len(all))
	for i, n := range all {
		text[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(text, ",")
}

func parsed(s string) []int64 {
	var all []int64
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.ParseInt(f, 10, 64); err == nil {
			all = append(all, n)
		}
	}
	return all
}
