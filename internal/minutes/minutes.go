// Package minutes keeps the minutes of a conference. They are drafted from what
// happened, finished by hand, and signed by who took them and then by the chair.
//
// A figure in them is no number but the name of one, as {present}: it is counted from
// the conference's sheet whenever it is shown, up to the last post that the signature
// saw once there is one. So what was signed does not change, and what stands now is
// shown beside it where it differs.
package minutes

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/paper"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Section is a heading with its text; figures stand in it as {name}.
type Section struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// A Part is as what somebody signs.
type Part string

// The parts, in the order in which they sign.
const (
	Taker Part = "taker"
	Chair Part = "chair"
)

// A Signature is of one text.
type Signature struct {
	Part   Part
	Login  string
	Name   string
	Office string
	At     time.Time

	n             int64
	mark          int64
	sites, joined int64
}

// An Edition is a text that was saved.
type Edition struct {
	N          int64
	Who        string
	At         time.Time
	Reason     string
	Signatures []Signature // that stood under it

	login    string
	sections []Section
}

// Minutes are the minutes of a conference; N is 0 where none were begun.
type Minutes struct {
	Conference conference.Conference
	N          int64 // of the text that stands
	Sections   []Section
	Editions   []Edition // the newest first
	Signatures []Signature
	Signed     Figures // as the signatures saw them; Standing while there are none
	Standing   Figures
	Paper      paper.Paper // that stands in the register, if one was issued

	taker string // who wrote the text that stands
}

// By returns the signature of a part that stands.
func (m Minutes) By(p Part) (Signature, bool) {
	for _, s := range m.Signatures {
		if s.Part == p {
			return s, true
		}
	}
	return Signature{}, false
}

// Done reports whether both have signed.
func (m Minutes) Done() bool { return len(m.Signatures) == 2 }

// Moved reports whether a figure that the text names has changed since it was signed.
func (m Minutes) Moved() bool {
	return len(m.Signatures) > 0 && slices.ContainsFunc(m.names(), func(name string) bool { return m.Signed.Of(name) != m.Standing.Of(name) })
}

// A Question is one that was put and taken up at a conference.
type Question struct{ Topic, Text, Answer string }

// Questions returns what was asked, for the draft; the slice that knows hands it over.
type Questions func(ctx context.Context, tx *db.Tx, by auth.Actor, conference string) ([]Question, error)

const (
	maxTitle    = 200
	maxText     = 20_000
	maxSections = 20
)

// Begin drafts the minutes of a conference of by's unit from its records.
func Begin(ctx context.Context, tx *db.Tx, by auth.Actor, id string, asked Questions) error {
	m, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayWrite(by, m.Conference); err != nil {
		return err
	}
	if m.N > 0 {
		return fault.New(fault.Conflict, "minutes.error.begun")
	}
	sections, err := draft(ctx, tx, by, m.Conference, m.Standing, asked)
	if err != nil {
		return err
	}
	if err := begin(ctx, tx, id); err != nil {
		return err
	}
	if err := insertText(ctx, tx, by, id, 1, sections, ""); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "minutes.begin", id, m.Conference.Title)
}

// Save keeps a new text. It is a Conflict if another was saved since text n, or if the
// minutes stand in the register of papers. After a signature it needs a reason, and the
// signatures are those of the text before from then on.
func Save(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, sections []Section, reason string) error {
	m, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayWrite(by, m.Conference); err != nil {
		return err
	}
	reason = vn.CleanText(reason)
	w := fault.Wrong{}
	sections = check(w, sections)
	if len(m.Signatures) > 0 {
		w.Text("reason", reason, maxTitle, true)
	} else {
		reason = ""
	}
	if err := w.Err(); err != nil {
		return err
	}
	if m.N == 0 || m.N != n {
		return fault.New(fault.Conflict, "error.conflict")
	}
	if m.Paper.ID != "" {
		return fault.New(fault.Conflict, "minutes.error.issued", m.Paper.Symbol)
	}
	if err := next(ctx, tx, id, n); err != nil {
		return err
	}
	if err := insertText(ctx, tx, by, id, n+1, sections, reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "minutes.save", id, reason)
}

func check(w fault.Wrong, all []Section) (sections []Section) {
	for _, s := range all {
		s.Title, s.Text = vn.Clean(s.Title), vn.CleanText(s.Text)
		if s == (Section{}) {
			continue
		}
		w.Text("sections", s.Title, maxTitle, true)
		w.Text("sections", s.Text, maxText, false)
		if name := unknown(s.Text); name != "" {
			w.Add("sections", "minutes.error.name", name)
		}
		sections = append(sections, s)
	}
	if len(sections) == 0 || len(sections) > maxSections {
		w.Add("sections", "minutes.error.sections", maxSections)
	}
	return sections
}

// Sign signs text n: first who took the minutes, a clerk or secretary of the host,
// then the chair, a secretary of the host who is not the same person. The conference
// must be closed, for its figures to stand.
func Sign(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
	m, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	part, err := m.next(by)
	if err != nil {
		return err
	}
	if part == Chair { // one person may have two logins
		if taker, err := memberOf(ctx, tx, m.Signatures[0].Login); err != nil || taker != 0 && taker == by.Member {
			return cmp.Or(err, fault.New(fault.Denied, "minutes.error.same"))
		}
	}
	if m.N == 0 || m.N != n {
		return fault.New(fault.Conflict, "error.conflict")
	}
	if m.Conference.State != conference.Closed {
		return fault.New(fault.Conflict, "minutes.error.not_closed")
	}
	s := Signature{Part: part, n: n, sites: m.Signed.sites, joined: m.Signed.joined}
	if first, ok := m.By(Taker); ok { // both sign the same figures
		s.mark = first.mark
		if m.Moved() {
			return fault.New(fault.Conflict, "minutes.error.moved")
		}
	} else if s.mark, err = tally.LastPost(ctx, tx, m.Conference.Sheet); err != nil {
		return err
	}
	if s.Office, err = org.OfficeOf(ctx, tx, by); err != nil {
		return err
	}
	if err := insertSignature(ctx, tx, by, id, s); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "minutes.sign", id, string(part))
}

// next is the part that signs next, if by may sign it.
func (m Minutes) next(by auth.Actor) (Part, error) {
	first, ok := m.By(Taker)
	switch {
	case m.Done():
		return "", fault.New(fault.Conflict, "minutes.error.signed")
	case !ok:
		return Taker, mayWrite(by, m.Conference)
	}
	if err := mayChair(by, m.Conference); err != nil {
		return "", err
	}
	if first.Login == by.Login {
		return "", fault.New(fault.Denied, "minutes.error.same")
	}
	return Chair, nil
}

// Get returns the minutes of a conference that by may see, as far as by sees them:
// people of the host all of them, others what both have signed.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Minutes, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return Minutes{}, err
	}
	m := Minutes{Conference: c}
	if err := m.load(ctx, tx, by); err != nil {
		return m, err
	}
	if by.Unit != c.Unit && !m.Done() {
		m.N, m.Sections, m.Editions, m.Signatures = 0, nil, nil, nil
	}
	if by.Unit != c.Unit {
		m.Editions = nil
	}
	return m, nil
}

// found is Get where minutes must have been begun.
func found(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Minutes, error) {
	m, err := Get(ctx, tx, by, id)
	if err == nil && m.N == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return m, err
}

func (m *Minutes) load(ctx context.Context, tx *db.Tx, by auth.Actor) (err error) {
	if m.N, m.Editions, err = editions(ctx, tx, m.Conference.ID); err != nil {
		return err
	}
	for _, e := range m.Editions {
		if e.N == m.N {
			m.Sections, m.Signatures, m.taker = e.sections, e.Signatures, e.Who
		}
	}
	if m.Standing, err = count(ctx, tx, m.Conference, Signature{}); err != nil {
		return err
	}
	m.Signed = m.Standing
	if len(m.Signatures) > 0 {
		if m.Signed, err = count(ctx, tx, m.Conference, m.Signatures[0]); err != nil {
			return err
		}
	}
	issued, err := paper.OfSource(ctx, tx, by, paper.Minutes, m.source())
	if len(issued) > 0 {
		m.Paper = issued[0]
	}
	return err
}

func (m Minutes) source() tally.Source { return tally.Source{Kind: "conference", ID: m.Conference.ID} }

// names are the figures that the text names.
func (m Minutes) names() (all []string) {
	for _, s := range m.Sections {
		for _, p := range pieces(s.Text) {
			if p.Name != "" && !slices.Contains(all, p.Name) {
				all = append(all, p.Name)
			}
		}
	}
	return all
}

// Filled returns a text with its figures as they were signed, or as they stand.
func (m Minutes) Filled(text string) string {
	var b strings.Builder
	for _, p := range pieces(text) {
		if p.Name == "" {
			b.WriteString(p.Text)
		} else {
			b.WriteString(m.shown(p.Name))
		}
	}
	return b.String()
}

// shown writes a figure; until the conference is closed it stands open.
func (m Minutes) shown(name string) string {
	if m.Conference.State != conference.Closed && len(m.Signatures) == 0 {
		return "…"
	}
	return vn.Int(m.Signed.Of(name))
}
