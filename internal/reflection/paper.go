package reflection

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A State is how a person's paper stands.
type State string

// The states.
const (
	Nothing  State = "" // none stands
	Handed   State = "handed"
	Returned State = "returned" // with a reason, to be handed in again
	Accepted State = "accepted"
)

// A Person is how somebody on the roll stands.
type Person struct {
	Member    int64
	MemberKey string
	Name      string
	Unit      int64
	UnitKey   string
	UnitName  string
	Due       bool
	State     State
	Late      bool
	Grade     int64 // tenths of a point; -1 for none
	Passed    bool
	N         int64 // version of the paper
	HandedAt  time.Time
	Version   int64

	path string // of the unit
}

// A Paper is what is handed in, as typed and as a file.
type Paper struct {
	N         int64
	Answers   []string
	File      file.File // ID "" for none
	FileText  string    // of a .docx
	Whole     bool      // all of its text can be read
	Other     bool      // somebody else entered it for the person
	Late      bool
	ActorName string
	At        time.Time
	Version   int64 // of a draft
}

// text is all that can be read of a paper.
func (p Paper) text() string {
	return strings.Join(append(append([]string(nil), p.Answers...), p.FileText), "\n\n")
}

// A Upload is a file on the disk that goes with a paper, and its text.
type Upload struct {
	Blob file.Blob // zero for none
	Text string
	Drop bool // takes away the file of the draft
}

// entry returns the set, where by may enter the paper of a person, and how the person
// stands.
func entry(ctx context.Context, tx *db.Tx, by auth.Actor, id, memberKey string) (Set, Person, error) {
	s, err := Find(ctx, tx, by, id)
	if err != nil {
		return s, Person{}, err
	}
	p, err := PersonOf(ctx, tx, by, s, memberKey)
	if err != nil {
		return s, p, err
	}
	if err := mayHandIn(by, p); err != nil {
		return s, p, err
	}
	if s.State != Opened {
		return s, p, fault.New(fault.Conflict, "reflection.error.not_open")
	}
	if p.State == Accepted || p.State == Handed {
		return s, p, fault.New(fault.Conflict, "reflection.error.standing")
	}
	return s, p, nil
}

// Keep keeps a draft of somebody's paper; nobody else sees it but who may enter it.
// It is a Conflict if the draft has changed since version.
func Keep(ctx context.Context, tx *db.Tx, by auth.Actor, id, memberKey string, version int64, answers []string, up Upload) error {
	s, p, err := entry(ctx, tx, by, id, memberKey)
	if err != nil {
		return err
	}
	_, err = s.keep(ctx, tx, by, p, version, answers, up)
	return err
}

func (s Set) keep(ctx context.Context, tx *db.Tx, by auth.Actor, p Person, version int64, answers []string, up Upload) (Paper, error) {
	had, err := draftOf(ctx, tx, s.Conference, p.Member)
	if err != nil {
		return had, err
	}
	if had.Version != version {
		return had, fault.New(fault.Conflict, "error.conflict")
	}
	d := Paper{File: had.File, FileText: had.FileText, Version: version}
	w := fault.Wrong{}
	for i := range s.Questions {
		a := ""
		if i < len(answers) && s.Takes != "file" {
			a = vn.CleanText(answers[i])
		}
		w.Text(field(i), a, int(s.Most), false)
		d.Answers = append(d.Answers, a)
	}
	if err := w.Err(); err != nil {
		return d, err
	}
	switch {
	case up.Drop:
		d.File, d.FileText = file.File{}, ""
	case up.Blob.SHA256 != "" && s.Takes != "text":
		if d.File, err = file.Save(ctx, tx, by, up.Blob); err != nil {
			return d, err
		}
		d.FileText = up.Text
	}
	return d, putDraft(ctx, tx, by, s.Conference, p.Member, d)
}

func field(i int) string { return "answer-" + strconv.Itoa(i+1) }

// whole says what a paper lacks to be handed in.
func (s Set) whole(d Paper) error {
	w := fault.Wrong{}
	for i, a := range d.Answers {
		n := int64(utf8.RuneCountInString(a))
		if s.Takes == "file" || s.Takes == "both" && d.File.ID != "" && n == 0 {
			continue
		}
		switch {
		case n == 0:
			w.Add(field(i), "error.needed")
		case n < s.Least:
			w.Add(field(i), "reflection.error.short", vn.Int(s.Least), vn.Int(n))
		}
	}
	if s.Takes == "file" && d.File.ID == "" {
		w.Add("file", "error.needed")
	}
	return w.Err()
}

// HandIn hands in somebody's paper: the version after those there were. What is
// missing is Invalid by field, and then nothing is kept. It is a Conflict if one
// stands that was not returned, or the draft has changed since version.
func HandIn(ctx context.Context, tx *db.Tx, by auth.Actor, id, memberKey string, version int64, answers []string, up Upload) error {
	s, p, err := entry(ctx, tx, by, id, memberKey)
	if err != nil {
		return err
	}
	d, err := s.keep(ctx, tx, by, p, version, answers, up)
	if err != nil {
		return err
	}
	if err := s.whole(d); err != nil {
		return err
	}
	d.N, d.Late, d.Other = p.N+1, s.Late(tx.Now), by.Member != p.Member
	d.Whole = d.File.ID == "" || d.FileText != ""
	if err := insertVersion(ctx, tx, by, s.Conference, p.Member, d); err != nil {
		return err
	}
	if err := dropDraft(ctx, tx, s.Conference, p.Member); err != nil {
		return err
	}
	if err := s.sign(ctx, tx, p.Member, d.text()); err != nil {
		return err
	}
	now := p
	now.State, now.Late, now.Grade, now.Passed, now.N, now.HandedAt = Handed, d.Late, -1, false, d.N, tx.Now
	return s.move(ctx, tx, by, p, now, "handed", "")
}

// Withdraw takes back a paper that nobody has accepted, for a reason.
func Withdraw(ctx context.Context, tx *db.Tx, by auth.Actor, id, memberKey string, version int64, reason string) error {
	s, err := Find(ctx, tx, by, id)
	if err != nil {
		return err
	}
	p, err := PersonOf(ctx, tx, by, s, memberKey)
	if err != nil {
		return err
	}
	if err := mayHandIn(by, p); err != nil {
		return err
	}
	if s.State != Opened || p.State != Handed && p.State != Returned || p.Version != version {
		return fault.New(fault.Conflict, "error.conflict")
	}
	if reason, err = why(reason); err != nil {
		return err
	}
	if err := dropSignature(ctx, tx, s.Conference, p.Member); err != nil {
		return err
	}
	now := p
	now.State, now.Late, now.Grade, now.Passed = Nothing, false, -1, false
	return s.move(ctx, tx, by, p, now, "withdrawn", reason)
}

const maxWhy = 2_000

func why(reason string) (string, error) {
	w := fault.Wrong{}
	reason = vn.CleanText(reason)
	w.Text("reason", reason, maxWhy, true)
	return reason, w.Err()
}

// grading returns the set and how a person stands whose paper by may grade; it is a
// Conflict if the paper has changed since version.
func grading(ctx context.Context, tx *db.Tx, by auth.Actor, id, memberKey string, version int64) (Set, Person, error) {
	s, err := Find(ctx, tx, by, id)
	if err != nil {
		return s, Person{}, err
	}
	p, err := PersonOf(ctx, tx, by, s, memberKey)
	if err != nil {
		return s, p, err
	}
	if err := mayGrade(by, s, p); err != nil {
		return s, p, err
	}
	if p.Version != version {
		err = fault.New(fault.Conflict, "error.conflict")
	}
	return s, p, err
}

// Return gives a paper back to its author, for a reason.
func Return(ctx context.Context, tx *db.Tx, by auth.Actor, id, memberKey string, version int64, reason string) error {
	s, p, err := grading(ctx, tx, by, id, memberKey, version)
	if err != nil {
		return err
	}
	if reason, err = why(reason); err != nil {
		return err
	}
	if s.State != Opened || p.State != Handed && p.State != Accepted {
		return fault.New(fault.Conflict, "error.conflict")
	}
	now := p
	now.State, now.Grade, now.Passed = Returned, -1, false
	return s.move(ctx, tx, by, p, now, "returned", reason)
}

// Accept accepts a paper as complete.
func Accept(ctx context.Context, tx *db.Tx, by auth.Actor, id, memberKey string, version int64) error {
	s, p, err := grading(ctx, tx, by, id, memberKey, version)
	if err != nil {
		return err
	}
	if p.State != Handed {
		return fault.New(fault.Conflict, "error.conflict")
	}
	now := p
	now.State = Accepted
	return s.move(ctx, tx, by, p, now, "accepted", "")
}

// Grade grades a paper by the conference's rule, in tenths of a point, or 10 and 0 for
// passed and not; it is thereby accepted. Graded again, the newest stands.
func Grade(ctx context.Context, tx *db.Tx, by auth.Actor, id, memberKey string, version, grade int64, note string) error {
	s, p, err := grading(ctx, tx, by, id, memberKey, version)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	note = vn.CleanText(note)
	w.Text("note", note, maxWhy, false)
	if s.Rule == "pass" && grade != 0 && grade != 10 || grade < 0 || grade > topGrade {
		w.Add("grade", "reflection.error.grade")
	}
	if err := w.Err(); err != nil {
		return err
	}
	if p.State != Handed && p.State != Accepted {
		return fault.New(fault.Conflict, "error.conflict")
	}
	now := p
	now.State, now.Grade, now.Passed = Accepted, grade, grade == 10
	if s.Rule == "points" {
		now.Passed = grade >= s.PassMark
	}
	return s.move(ctx, tx, by, p, now, "graded", note)
}

// move writes how a person stands now, notes it, and posts by how much it differs.
func (s Set) move(ctx context.Context, tx *db.Tx, by auth.Actor, was, now Person, what, note string) error {
	if err := putPerson(ctx, tx, s.Conference, now); err != nil {
		return err
	}
	if err := insertEvent(ctx, tx, by, s.Conference, now, what, note); err != nil {
		return err
	}
	from := tally.Source{Kind: PaperSource, ID: s.Conference + ":" + now.MemberKey}
	return tally.PostPlaced(ctx, tx, by, tally.Entry{Sheet: s.Sheet, Source: from, Reason: note}, map[int64]tally.Delta{now.Unit: now.figures().Plus(was.figures().Neg())})
}

// An Event is something that happened to a paper.
type Event struct {
	Kind      string
	N         int64 // version of the paper
	Grade     int64
	Note      string
	ActorName string
	At        time.Time
}
