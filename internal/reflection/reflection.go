// Package reflection holds the papers that those who attended a conference hand in
// afterwards: what is asked, the papers and their versions, returning, accepting and
// grading them.
//
// A paper is study work. Grading looks at whether it is complete and shows that the
// document was understood, never at views; nothing is searched or counted in texts
// but how alike two papers of one conference are, which is shown to the grader as a
// hint.
package reflection

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Stage is where a set of questions stands.
type Stage string

// The stages.
const (
	Draft  Stage = "draft"
	Opened Stage = "open"
	Closed Stage = "closed"
)

// What a set of questions may say.
var (
	AsksAll    = []string{"attended", "invited"} // who has to hand in
	TakesAll   = []string{"both", "text", "file"}
	Rules      = []string{"pass", "points"}
	GradersAll = []string{"both", "host", "home"}
)

// A Set is what a conference asks of those who were there.
type Set struct {
	Conference string
	Title      string // of the conference
	Unit       int64  // its host
	UnitKey    string
	Asks       string
	Takes      string
	Least      int64 // characters of each answer
	Most       int64
	LastDay    vn.Day
	Rule       string
	PassMark   int64 // tenths of a point
	Graders    string
	State      Stage
	Sheet      int64 // 0 until opened
	Version    int64
	Questions  []string

	tree, path string // of the host
}

// Late reports whether what came at a time came after the last day.
func (s Set) Late(at time.Time) bool { return s.LastDay.Before(vn.DayOf(at)) }

const (
	maxQuestions = 10
	maxQuestion  = 1_000
	maxLength    = 50_000
	topGrade     = 100 // tenths
)

func (s *Set) check() error {
	w := fault.Wrong{}
	for field, x := range map[string]struct {
		value string
		all   []string
	}{"asks": {s.Asks, AsksAll}, "takes": {s.Takes, TakesAll}, "rule": {s.Rule, Rules}, "graders": {s.Graders, GradersAll}} {
		if !slices.Contains(x.all, x.value) {
			w.Add(field, "error.needed")
		}
	}
	var questions []string
	for _, q := range s.Questions {
		if q = vn.Clean(q); q != "" {
			w.Text("questions", q, maxQuestion, true)
			questions = append(questions, q)
		}
	}
	if s.Questions = questions; len(questions) == 0 || len(questions) > maxQuestions {
		w.Add("questions", "reflection.error.questions", maxQuestions)
	}
	if !s.LastDay.Valid() {
		w.Add("last", "reflection.error.day")
	}
	if s.Least < 0 || s.Most < 1 || s.Most > maxLength || s.Least > s.Most {
		w.Add("most", "reflection.error.length", vn.Int(maxLength))
	}
	if s.Rule == "points" && (s.PassMark < 0 || s.PassMark > topGrade) {
		w.Add("pass", "reflection.error.pass")
	}
	return w.Err()
}

// Write makes the set of a conference, or changes it: all of it while it is a draft,
// afterwards the last day, who grades and the pass mark, by which papers that were
// graded have then passed. version is 0 for a new one;
// it is a Conflict if the set has changed since.
func Write(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, s Set) error {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayAsk(by, c.Unit); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	s.Conference = id
	if version == 0 {
		if err := insertSet(ctx, tx, by, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "reflection.write", id, c.Title)
	}
	had, err := Find(ctx, tx, by, id)
	if err != nil {
		return err
	}
	switch had.State {
	case Draft:
	case Opened:
		moved := had.Rule == "points" && had.PassMark != s.PassMark
		had.LastDay, had.Graders, had.PassMark = s.LastDay, s.Graders, s.PassMark
		if s = had; moved {
			if err := s.bring(ctx, tx, by, "pass"); err != nil {
				return err
			}
		}
	default:
		return fault.New(fault.Conflict, "reflection.error.closed")
	}
	if err := updateSet(ctx, tx, s, version); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "reflection.write", id, c.Title)
}

// Open begins a set: a sheet counts it, and who is to hand in is taken from the roll.
func Open(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	s, err := asked(ctx, tx, by, id, Draft)
	if err != nil {
		return err
	}
	sheet, err := tally.Open(ctx, tx, by, kind, id, s.tree, s.Unit)
	if err != nil {
		return err
	}
	s.Sheet = sheet.ID
	if err := setState(ctx, tx, id, version, Opened, s.Sheet); err != nil {
		return err
	}
	if err := s.bring(ctx, tx, by, "roll"); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "reflection.open", id, s.Title)
}

// Close ends a set: nothing is handed in any more, and papers can still be graded.
func Close(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	s, err := asked(ctx, tx, by, id, Opened)
	if err != nil {
		return err
	}
	if err := setState(ctx, tx, id, version, Closed, s.Sheet); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "reflection.close", id, s.Title)
}

// TakeRoll says anew who has to hand in, as the roll stands now.
func TakeRoll(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	s, err := asked(ctx, tx, by, id, Opened)
	if err != nil {
		return err
	}
	if err := s.bring(ctx, tx, by, "roll"); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "reflection.roll", id, s.Title)
}

// asked returns a set at a stage that by may keep.
func asked(ctx context.Context, tx *db.Tx, by auth.Actor, id string, stage Stage) (Set, error) {
	s, err := Find(ctx, tx, by, id)
	if err != nil {
		return s, err
	}
	if err := mayAsk(by, s.Unit); err != nil {
		return s, err
	}
	if s.State != stage {
		return s, fault.New(fault.Conflict, "reflection.error.stage")
	}
	return s, nil
}
