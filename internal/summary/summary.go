// Package summary is what a unit writes over the returns of those under it: the
// figures of a period add up by themselves, and words are gathered side by side, taken
// over with their source, and put in sentences that name figures instead of typing
// them (see package wording). Such a sentence always says what the records say now, and
// shows where that is no longer what it said when it was written.
package summary

import (
	"context"
	"embed"
	"slices"
	"strings"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/wording"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const maxText = 20_000

// Names of figures that every form has, unless an item of it has the key: how many
// units at and under a unit are asked, and how many have returned.
const (
	Asked    = "don_vi"
	Returned = "da_nop"
)

// A Passage is what is written for one text of a form.
type Passage struct {
	Item form.Item
	N    int64 // 0 if nothing is written yet
	Text string
	Then wording.Figures // when it was written
	Name string          // of who wrote it
	At   time.Time
	From []Pick

	Sentence wording.Sentence // of Text
}

// A Pick is a unit whose words were taken over.
type Pick struct {
	Unit, Key string // name and key of the unit
	Text      string // as it was then
	Name      string // of who took it over
	At        time.Time
}

// A Summary is a unit's report of a period: its figures with those of everything under
// it, and its words.
type Summary struct {
	Round    filing.Round
	Unit     org.Unit
	Top      filing.Row
	Book     *filing.Book
	Figures  wording.Figures
	Passages []Passage // one for each text of the form

	sources form.Sources
}

// Moved returns the figures of a passage that are others now than when it was written.
func (s Summary) Moved(p Passage) []wording.Moved {
	if p.N == 0 {
		return nil
	}
	return p.Sentence.Moved(p.Then, s.Figures)
}

// Get returns the summary of a unit on the sheet of a period that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, sources form.Sources, period, unitKey string) (s Summary, err error) {
	if s.Round, err = filing.GetRound(ctx, tx, by, period); err != nil {
		return s, err
	}
	if s.Unit, s.Top, _, _, err = s.Round.Table(ctx, tx, by, unitKey, 0, 0); err != nil {
		return s, err
	}
	if s.Book, err = s.Round.Open(ctx, tx, by, sources, filing.Whose{Unit: s.Unit, All: true}); err != nil {
		return s, err
	}
	s.Figures, s.sources = s.Book.Written(), sources
	for key, n := range map[string]int64{Asked: s.Top.Due, Returned: s.Top.Received()} {
		if !s.has(key) {
			s.Figures[key] = wording.Figure{N: n, Text: vn.Int(n)}
		}
	}
	texts, err := newest(ctx, tx, period, s.Unit.ID)
	if err != nil {
		return s, err
	}
	begins, err := Sentences(ctx, tx, s.Round.Form.ID)
	if err != nil {
		return s, err
	}
	own, err := s.own(ctx, tx, by)
	if err != nil {
		return s, err
	}
	for _, it := range s.Round.Form.Items {
		if it.Kind != form.Text {
			continue
		}
		p := texts[it.Key]
		if p.Item = it; p.N == 0 {
			p.Text = strings.TrimPrefix(begins[it.Key]+"\n"+own[it.Key], "\n")
			p.Text = strings.TrimSuffix(p.Text, "\n")
		}
		p.Sentence = wording.Parse(p.Text)
		s.Passages = append(s.Passages, p)
	}
	return s, nil
}

func (s Summary) passage(item string) (Passage, error) {
	i := slices.IndexFunc(s.Passages, func(p Passage) bool { return p.Item.Key == item })
	if i < 0 {
		return Passage{}, fault.New(fault.NotFound, "error.not_found")
	}
	return s.Passages[i], nil
}

// Write puts a passage in words. n is the number of the one the caller has seen: if
// another stands by now it is a Conflict, unless that says the same.
func Write(ctx context.Context, tx *db.Tx, by auth.Actor, sources form.Sources, period, unitKey, item string, n int64, text string) error {
	s, err := Get(ctx, tx, by, sources, period, unitKey)
	if err != nil {
		return err
	}
	if err := mayWrite(by, s.Unit.ID); err != nil {
		return err
	}
	had, err := s.passage(item)
	if err != nil {
		return err
	}
	text = vn.CleanText(text)
	w := fault.Wrong{}
	w.Text(item, text, maxText, false)
	s.check(w, item, wording.Parse(text))
	if err := w.Err(); err != nil {
		return err
	}
	return s.keep(ctx, tx, by, had, n, text)
}

// has reports whether the form has a figure with a key.
func (s Summary) has(key string) bool {
	return slices.ContainsFunc(s.Round.Form.Items, func(it form.Item) bool { return it.Key == key && it.Kind != form.Text })
}

// check says which figures a sentence names that the form does not have.
func (s Summary) check(w fault.Wrong, field string, x wording.Sentence) {
	for _, key := range x.Keys() {
		if !s.has(key) && key != Asked && key != Returned {
			w.Add(field, "summary.error.figure", key)
			return
		}
	}
}

func (s Summary) keep(ctx context.Context, tx *db.Tx, by auth.Actor, had Passage, n int64, text string) error {
	then := wording.Figures{}
	for _, key := range wording.Parse(text).Keys() {
		if x, ok := s.Figures[key]; ok {
			then[key] = x
		}
	}
	if had.N > 0 && had.Text == text && len(s.Moved(had)) == 0 {
		return nil
	}
	if had.N != n {
		return fault.New(fault.Conflict, "summary.error.changed", had.Name)
	}
	if err := insertText(ctx, tx, by, s.Round.Period.ID, s.Unit.ID, had.Item.Key, n+1, text, then); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "summary.write", s.Round.Period.ID+":"+s.Unit.Key, had.Item.Label)
}

// Take adds the words of a unit under one to its passage, and keeps whose they were.
// It is a Conflict if they are there already, or another passage stands than the one
// with number n.
func Take(ctx context.Context, tx *db.Tx, by auth.Actor, sources form.Sources, period, unitKey, item, from string, n int64) error {
	s, err := Get(ctx, tx, by, sources, period, unitKey)
	if err != nil {
		return err
	}
	if err := mayWrite(by, s.Unit.ID); err != nil {
		return err
	}
	had, err := s.passage(item)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(had.From, func(p Pick) bool { return p.Key == from }) {
		return fault.New(fault.Conflict, "summary.error.taken")
	}
	told, err := s.Told(ctx, tx, by, item, from)
	if err != nil {
		return err
	}
	text := had.Text
	if text != "" {
		text += "\n"
	}
	text += wording.Literal(told.Name + ": " + told.Text)
	w := fault.Wrong{}
	if w.Text(item, text, maxText, false); w.Err() != nil {
		return w.Err()
	}
	if err := s.keep(ctx, tx, by, had, n, text); err != nil {
		return err
	}
	return insertPick(ctx, tx, by, period, s.Unit.ID, item, told)
}

// Word makes a sentence the one with which a text of a form begins; "" takes it away.
// Whoever keeps the form does it.
func Word(ctx context.Context, tx *db.Tx, by auth.Actor, formID, item, text string) error {
	f, err := form.Owned(ctx, tx, by, formID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(f.Items, func(it form.Item) bool { return it.Key == item && it.Kind == form.Text }) {
		return fault.New(fault.NotFound, "error.not_found")
	}
	text = vn.CleanText(text)
	w := fault.Wrong{}
	w.Text(item, text, maxText, false)
	(Summary{Round: filing.Round{Form: f}}).check(w, item, wording.Parse(text))
	if err := w.Err(); err != nil {
		return err
	}
	if err := setSentence(ctx, tx, formID, item, text); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "summary.word", formID, item)
}

// Href returns where a figure of the summary opens to what made it; "" if it does not.
func (s Summary) Href(key string) string {
	for i, it := range s.Round.Form.Items {
		if it.Key == key && it.Entered() {
			if _, href := s.Book.End(key); href != "" {
				return href
			}
			return tally.Href(s.Round.Sheet.ID, s.Unit.Key, filing.Lane(i+1), true)
		}
	}
	if (key == Asked || key == Returned) && !s.has(key) {
		return "/periods/" + s.Round.Period.ID + "/units/" + s.Unit.Key
	}
	if c, ok := s.Book.Counted(key); ok && len(c.Parts) == 1 {
		return c.Parts[0].Href
	}
	return ""
}
