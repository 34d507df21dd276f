// Package quiz holds short tests: banks of questions, quizzes of some of them about a
// thing that a slice above knows, and the attempts of those who are to take them.
//
// Time is the server's: an attempt ends when its time is over, wherever the person is.
// Every answer is kept as it is given, so a lost line loses nothing, and resuming goes
// on with the same clock. Marking needs nobody.
package quiz

import (
	"context"
	"math/bits"
	"slices"
	"strings"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/vn"
)

// A Bank is questions that a unit keeps.
type Bank struct {
	ID        string
	Unit      int64
	UnitName  string
	Title     string
	Questions int64 // not dropped

	path string // of the unit
}

// A Question is one of a bank.
type Question struct {
	N       int64
	Text    string
	Options []string
	Correct uint64 // a bit for each option that is right
	Several bool   // any number of options may be chosen
	Points  int64
	Why     string // explanation, shown with the result
	Dropped bool
}

const (
	maxTitle   = 300
	maxText    = 2_000
	maxOption  = 500
	minOptions = 2
	maxOptions = 6
	maxPoints  = 100
	maxBank    = 2_000 // questions
)

// check returns what is wrong with a question by field.
func (q *Question) check() fault.Wrong {
	w := fault.Wrong{}
	q.Text, q.Why = vn.Clean(q.Text), vn.CleanText(q.Why)
	w.Text("text", q.Text, maxText, true)
	w.Text("why", q.Why, maxText, false)
	correct, options := uint64(0), []string(nil)
	for i, o := range q.Options { // empty ones are left out
		if o = vn.Clean(o); o == "" {
			continue
		}
		w.Text("options", o, maxOption, true)
		if q.Correct&(1<<i) != 0 {
			correct |= 1 << len(options)
		}
		if slices.Contains(options, o) {
			w.Add("options", "quiz.error.twice")
		}
		options = append(options, o)
	}
	lost := bits.OnesCount64(q.Correct) != bits.OnesCount64(correct)
	q.Options, q.Correct = options, correct
	if n := len(options); n < minOptions || n > maxOptions {
		w.Add("options", "quiz.error.options", minOptions, maxOptions)
	}
	switch n := bits.OnesCount64(correct); {
	case n == 0 || lost:
		w.Add("correct", "quiz.error.correct")
	case n > 1:
		q.Several = true
	}
	if q.Points < 1 || q.Points > maxPoints {
		w.Add("points", "quiz.error.points", maxPoints)
	}
	return w
}

// MakeBank makes a bank of by's unit.
func MakeBank(ctx context.Context, tx *db.Tx, by auth.Actor, title string) (Bank, error) {
	if err := mayKeepBank(by, by.Unit); err != nil {
		return Bank{}, err
	}
	w := fault.Wrong{}
	title = vn.Clean(title)
	w.Text("title", title, maxTitle, true)
	if err := w.Err(); err != nil {
		return Bank{}, err
	}
	id := db.NewKey()
	if err := insertBank(ctx, tx, by, id, title); err != nil {
		return Bank{}, err
	}
	if err := audit.Record(ctx, tx, by, "quiz.bank", id, title); err != nil {
		return Bank{}, err
	}
	return GetBank(ctx, tx, by, id)
}

// kept returns a bank that by may keep.
func kept(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Bank, error) {
	b, err := GetBank(ctx, tx, by, id)
	if err == nil {
		err = mayKeepBank(by, b.Unit)
	}
	if err == nil {
		err = tx.Lock(ctx, "quiz bank "+id)
	}
	return b, err
}

// Add adds a question to a bank, in the place of the one numbered instead if that is
// not 0. Attempts keep what they were asked.
func Add(ctx context.Context, tx *db.Tx, by auth.Actor, bank string, instead int64, q Question) error {
	b, err := kept(ctx, tx, by, bank)
	if err != nil {
		return err
	}
	if err := q.check().Err(); err != nil {
		return err
	}
	if instead != 0 {
		if err := dropQuestion(ctx, tx, bank, instead); err != nil {
			return err
		}
	} else if b.Questions >= maxBank {
		return fault.New(fault.Conflict, "quiz.error.bank", maxBank)
	}
	return insertQuestions(ctx, tx, bank, []Question{q})
}

// Drop takes a question out of a bank: it is asked no more.
func Drop(ctx context.Context, tx *db.Tx, by auth.Actor, bank string, n int64) error {
	if _, err := kept(ctx, tx, by, bank); err != nil {
		return err
	}
	return dropQuestion(ctx, tx, bank, n)
}

// Layout is the table of a bank's questions.
func Layout() intake.Layout {
	all := []intake.Column{{Key: "text", Names: []string{"Câu hỏi", "Question"}, Needed: true, Example: "Nghị quyết được ban hành năm nào?", Note: "quiz.import.note.text"}}
	for i := range maxOptions {
		letter := string(rune('A' + i))
		all = append(all, intake.Column{
			Key: "option_" + strings.ToLower(letter), Names: []string{"Phương án " + letter, "Option " + letter, letter}, Needed: i < minOptions,
			Example: []string{"2020", "2021", "2022", "", "", ""}[i], Note: "quiz.import.note.option",
		})
	}
	return intake.Layout{Name: "cau-hoi", Sheet: "Câu hỏi", Columns: append(all,
		intake.Column{Key: "correct", Names: []string{"Đáp án đúng", "Đáp án", "Correct", "Đúng"}, Needed: true, Example: "A", Note: "quiz.import.note.correct"},
		intake.Column{Key: "points", Names: []string{"Điểm", "Points"}, Form: intake.Whole, Example: "1", Note: "quiz.import.note.points"},
		intake.Column{Key: "why", Names: []string{"Giải thích", "Explanation"}, Example: "Theo trang 1 của nghị quyết", Note: "quiz.import.note.why"},
	)}
}

// Import adds the questions of a table to a bank: all of them or, where a row is bad,
// none. A question that is there word for word stays as it is.
func Import(ctx context.Context, tx *db.Tx, by auth.Actor, bank string, t intake.Table) (intake.Outcome, error) {
	b, err := kept(ctx, tx, by, bank)
	if err != nil {
		return intake.Outcome{}, err
	}
	have, err := QuestionsOf(ctx, tx, bank, false)
	if err != nil {
		return intake.Outcome{}, err
	}
	out, fresh := workOut(t, have)
	if len(out.Bad) > 0 {
		return out, nil
	}
	if int(b.Questions)+len(fresh) > maxBank {
		return out, fault.New(fault.Conflict, "quiz.error.bank", maxBank)
	}
	return out, insertQuestions(ctx, tx, bank, fresh)
}

func workOut(t intake.Table, have []Question) (out intake.Outcome, fresh []Question) {
	out.Bad = slices.Clone(t.Bad)
	there := map[string]bool{}
	for _, q := range have {
		there[q.Text] = true
	}
	for _, r := range t.Rows {
		q := Question{Text: r.Get("text"), Why: r.Get("why"), Points: 1}
		if p, ok := vn.ParseInt(r.Get("points")); ok {
			q.Points = p
		}
		for i := range maxOptions {
			q.Options = append(q.Options, r.Get("option_"+string(rune('a'+i))))
		}
		for _, c := range strings.ToUpper(r.Get("correct")) {
			switch {
			case c >= 'A' && c < 'A'+maxOptions:
				q.Correct |= 1 << (c - 'A')
			case strings.ContainsRune(" ,;.&+", c):
			default:
				q.Correct |= 1 << 63 // a letter that names no option
			}
		}
		wrong := q.check()
		if len(wrong) > 0 {
			for field, text := range wrong {
				if field == "options" {
					field = "option_a"
				}
				out.Bad = append(out.Bad, r.Wrong(field, text.Key, text.Args...))
			}
			continue
		}
		if there[q.Text] {
			out.Same++
			continue
		}
		there[q.Text] = true
		out.New++
		fresh = append(fresh, q)
	}
	intake.SortBad(out.Bad)
	return out, fresh
}
