package opinion

import (
	"context"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/prose"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Stage is where the opinion of a unit stands.
type Stage string

// The stages.
const (
	Gathering Stage = "gathering"
	Sent      Stage = "sent"
	None      Stage = "none" // sent: agrees, no opinion
)

// A Standing is how the opinion of a unit stands.
type Standing struct {
	Unit      int64
	UnitKey   string
	UnitName  string
	TakesPart bool  // is asked, or stands under a unit that is
	Due       bool  // is asked
	Above     int64 // to whom it is sent: the unit above if that takes part, 0 for the owner
	State     Stage
	Late      bool
	Note      string // about the whole
	SentName  string
	Office    string
	SentAt    time.Time
	Version   int64 // 0 while there is no row
}

// Done reports whether the opinion was sent.
func (s Standing) Done() bool { return s.State == Sent || s.State == None }

// A Comment is what somebody notes on a passage for the opinion of their unit.
type Comment struct {
	ID      int64
	Unit    int64
	Account string
	Name    string
	Anchor  prose.Anchor
	Text    string
	Suggest string // wording instead of the passage, "" for none
	Point   int64  // of the unit's opinion that it was picked into, 0 for none
	At      time.Time
}

// A Note is what a person types about a passage.
type Note struct {
	Block    string
	From, To int // runes of the paragraph's text; 0, 0 for all of it
	Text     string
	Suggest  string
}

// check cleans a note and returns where in the text asked about it stands.
func (n *Note) check(w fault.Wrong, d prose.Doc) (prose.Anchor, int) {
	n.Text, n.Suggest = vn.CleanText(n.Text), vn.Clean(n.Suggest)
	w.Text("text", n.Text, maxText, false)
	w.Text("suggest", n.Suggest, maxText, false)
	if n.Text == "" && n.Suggest == "" {
		w.Add("text", "opinion.error.empty")
	}
	a, ok := d.At(n.Block, n.From, n.To)
	switch {
	case !ok:
		w.Add("block", "opinion.error.block")
	case n.Suggest != "" && n.Suggest == a.Quote:
		w.Add("suggest", "opinion.error.same")
	}
	return a, placeOf(d, a)
}

// Mine returns how by's own unit stands in a consultation or, where that has answered
// or takes no part, the first of the units it took over that has not answered.
func Mine(ctx context.Context, tx *db.Tx, by auth.Actor, c Consultation) (Standing, error) {
	own, err := StandingOf(ctx, tx, c, by.Unit)
	if err != nil || own.TakesPart && !own.Done() {
		return own, err
	}
	for _, u := range by.Before {
		if s, err := StandingOf(ctx, tx, c, u); err != nil || s.Due && !s.Done() {
			return s, err
		}
	}
	return own, nil
}

// commenting returns a consultation that is open, how the unit for which by speaks
// stands in it, and the text it asks about.
func commenting(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (c Consultation, s Standing, d prose.Doc, err error) {
	if c, err = Get(ctx, tx, by, id); err != nil {
		return c, s, d, err
	}
	if s, err = Mine(ctx, tx, by, c); err != nil {
		return c, s, d, err
	}
	d, err = Text(ctx, tx, c)
	return c, s, d, err
}

// CommentOn notes something on a passage. Of somebody who is asked in person it is a
// point to the owner; of anybody else a comment for the opinion of their unit.
func CommentOn(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n Note) error {
	c, s, d, err := commenting(ctx, tx, by, id)
	if err != nil {
		return err
	}
	p, invited, err := PersonOf(ctx, tx, id, by.Member)
	if err != nil {
		return err
	}
	if !invited {
		if err := MayComment(by, s); err != nil {
			return err
		}
	}
	if err := c.in(Opened); err != nil {
		return err
	}
	w := fault.Wrong{}
	a, place := n.check(w, d)
	if err := w.Err(); err != nil {
		return err
	}
	if invited {
		return c.personal(ctx, tx, by, p, Point{Anchor: a, Place: place, Text: n.Text, Suggest: n.Suggest})
	}
	if s.Done() {
		return fault.New(fault.Conflict, "opinion.error.sent")
	}
	if err := insertComment(ctx, tx, by.As(s.Unit, s.UnitKey), id, Comment{Anchor: a, Text: n.Text, Suggest: n.Suggest}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.comment", id, c.Title)
}

// personal adds the point of somebody who is asked in person.
func (c Consultation) personal(ctx context.Context, tx *db.Tx, by auth.Actor, was Person, p Point) error {
	p.Unit, p.Source, p.Member, p.Name, p.Stands = was.Unit, FromPerson, by.Member, by.Name, true
	if _, err := insertPoint(ctx, tx, by, c.ID, p); err != nil {
		return err
	}
	is := was
	is.Answered, is.Agrees = true, false
	if err := setPerson(ctx, tx, c.ID, is); err != nil {
		return err
	}
	d := moved(was.figures(), is.figures()).Plus(p.figures())
	if err := c.post(ctx, tx, by, map[int64]tally.Delta{was.Unit: d}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.comment", c.ID, c.Title)
}

// Agree says that somebody who is asked in person has no opinion; a Conflict if they
// have written one.
func Agree(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	was, invited, err := PersonOf(ctx, tx, id, by.Member)
	if err != nil {
		return err
	}
	if !invited {
		return denied("opinion.error.may_comment")
	}
	if err := c.in(Opened); err != nil {
		return err
	}
	if was.Answered {
		return fault.New(fault.Conflict, "opinion.error.answered")
	}
	is := was
	is.Answered, is.Agrees = true, true
	if err := setPerson(ctx, tx, id, is); err != nil {
		return err
	}
	if err := c.post(ctx, tx, by, map[int64]tally.Delta{was.Unit: moved(was.figures(), is.figures())}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.agree", id, c.Title)
}

// Withdraw takes one's own comment back while the unit has not picked it.
func Withdraw(ctx context.Context, tx *db.Tx, by auth.Actor, id string, comment int64) error {
	c, s, _, err := commenting(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := c.in(Opened); err != nil {
		return err
	}
	if s.Done() {
		return fault.New(fault.Conflict, "opinion.error.sent")
	}
	x, err := commentOf(ctx, tx, id, s.Unit, comment)
	if err != nil {
		return err
	}
	if x.Account != by.Login {
		return denied("opinion.error.may_withdraw")
	}
	if err := withdrawComment(ctx, tx, by, id, comment); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.withdraw", id, c.Title)
}

// gathering returns a consultation and by's unit in it, whose opinion by may make
// now.
func gathering(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (c Consultation, s Standing, d prose.Doc, err error) {
	if c, s, d, err = commenting(ctx, tx, by, id); err != nil {
		return c, s, d, err
	}
	if err = MayGather(by, s); err != nil {
		return c, s, d, err
	}
	if err = c.in(Opened); err == nil && s.Done() {
		err = fault.New(fault.Conflict, "opinion.error.sent")
	}
	return c, s, d, err
}

// PickComment makes a comment a point of the unit's opinion.
func PickComment(ctx context.Context, tx *db.Tx, by auth.Actor, id string, comment int64) error {
	c, s, d, err := gathering(ctx, tx, by, id)
	if err != nil {
		return err
	}
	x, err := commentOf(ctx, tx, id, s.Unit, comment)
	if err != nil {
		return err
	}
	if x.Point != 0 {
		return fault.New(fault.Conflict, "opinion.error.picked")
	}
	p := Point{Unit: s.Unit, Source: FromUnit, Anchor: x.Anchor, Place: placeOf(d, x.Anchor), Text: x.Text, Suggest: x.Suggest}
	n, err := insertPoint(ctx, tx, by, id, p)
	if err != nil {
		return err
	}
	if err := setPicked(ctx, tx, comment, n); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.pick", id, c.Title)
}

// PickPoint makes a point that a unit below has sent a point of the unit's own
// opinion.
func PickPoint(ctx context.Context, tx *db.Tx, by auth.Actor, id string, point int64) error {
	c, s, _, err := gathering(ctx, tx, by, id)
	if err != nil {
		return err
	}
	x, err := sentTo(ctx, tx, id, s.Unit, point)
	if err != nil {
		return err
	}
	if x.Upper != 0 {
		return fault.New(fault.Conflict, "opinion.error.picked")
	}
	n, err := insertPoint(ctx, tx, by, id, Point{Unit: s.Unit, Source: FromUnit, Anchor: x.Anchor, Place: x.Place, Text: x.Text, Suggest: x.Suggest})
	if err != nil {
		return err
	}
	if err := setUpper(ctx, tx, point, n); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.pick", id, c.Title)
}

// AddPoint writes a point of the unit's opinion that nobody has commented before.
func AddPoint(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n Note) error {
	c, s, d, err := gathering(ctx, tx, by, id)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	a, place := n.check(w, d)
	if err := w.Err(); err != nil {
		return err
	}
	if _, err := insertPoint(ctx, tx, by, id, Point{Unit: s.Unit, Source: FromUnit, Anchor: a, Place: place, Text: n.Text, Suggest: n.Suggest}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.point", id, c.Title)
}

// EditPoint changes the words of a point of the unit's opinion before it is sent; a
// Conflict if it has changed since version.
func EditPoint(ctx context.Context, tx *db.Tx, by auth.Actor, id string, point, version int64, n Note) error {
	c, s, d, err := gathering(ctx, tx, by, id)
	if err != nil {
		return err
	}
	p, err := pointOf(ctx, tx, id, point)
	if err != nil {
		return err
	}
	if p.Unit != s.Unit || p.Source != FromUnit {
		return notFound()
	}
	n.Block, n.From, n.To = p.Anchor.Block, p.Anchor.From, p.Anchor.To
	w := fault.Wrong{}
	n.check(w, d)
	if err := w.Err(); err != nil {
		return err
	}
	if err := setWords(ctx, tx, point, version, n.Text, n.Suggest); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.point", id, c.Title)
}

// RemovePoint takes a point out of the unit's opinion before it is sent; what it was
// made from can be picked again.
func RemovePoint(ctx context.Context, tx *db.Tx, by auth.Actor, id string, point, version int64) error {
	c, s, _, err := gathering(ctx, tx, by, id)
	if err != nil {
		return err
	}
	p, err := pointOf(ctx, tx, id, point)
	if err != nil {
		return err
	}
	if p.Unit != s.Unit || p.Source != FromUnit {
		return notFound()
	}
	if err := removePoint(ctx, tx, id, s.Unit, point, version); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.unpick", id, c.Title)
}

// Send sends the opinion of by's unit up, once: to the unit above if that takes part,
// else to the owner, to whom a unit that is asked also sends when the one above has
// sent already. Without a point it must agree, and with one it cannot. version is that
// of the unit's row, 0 if it has none.
func Send(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, note string, agrees bool) error {
	c, s, _, err := gathering(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := MaySend(by, s); err != nil {
		return err
	}
	w := fault.Wrong{}
	note = vn.CleanText(note)
	w.Text("whole", note, maxText, false)
	points, err := PointsOf(ctx, tx, id, s.Unit)
	if err != nil {
		return err
	}
	switch {
	case agrees && len(points) > 0:
		w.Add("agrees", "opinion.error.agrees")
	case !agrees && len(points) == 0:
		w.Add("agrees", "opinion.error.nothing")
	}
	if err := w.Err(); err != nil {
		return err
	}
	if s.Above != 0 {
		up, err := StandingOf(ctx, tx, c, s.Above)
		if err != nil {
			return err
		}
		switch {
		case up.Done() && s.Due:
			s.Above = 0
		case up.Done():
			return fault.New(fault.Conflict, "opinion.error.above_sent", up.UnitName)
		}
	}
	is := s
	is.State, is.Late, is.Note, is.SentName, is.Version = Sent, c.Late(tx.Now), note, by.Name, version
	if agrees {
		is.State = None
	}
	if is.Office, err = org.OfficeOf(ctx, tx, by); err != nil {
		return err
	}
	return c.send(ctx, tx, by, s, is, points)
}

// send writes down that an opinion was sent, counts it and tells who gets it.
func (c Consultation) send(ctx context.Context, tx *db.Tx, by auth.Actor, was, is Standing, points []Point) error {
	if err := putStanding(ctx, tx, by, c.ID, is); err != nil {
		return err
	}
	d := moved(was.figures(), is.figures())
	if is.Above == 0 && len(points) > 0 {
		if err := setStands(ctx, tx, c.ID, is.Unit, true); err != nil {
			return err
		}
		for _, p := range points {
			p.Stands = true
			d = d.Plus(p.figures())
		}
	}
	if err := c.post(ctx, tx, by, map[int64]tally.Delta{is.Unit: d}); err != nil {
		return err
	}
	to, link := c.Unit, "/opinions/"+c.ID+"/points"
	if is.Above != 0 {
		to, link = is.Above, "/opinions/"+c.ID+"/gathering"
	}
	if _, err := notify.ToUnit(ctx, tx, to, []auth.Role{auth.Secretary, auth.Clerk}, "opinion.notice."+string(is.State), []string{by.UnitName, c.Title}, link); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.send", c.ID, c.Title)
}

// Recall takes the opinion of by's unit back, to change it, while nothing was built on
// it: no point was answered, and none taken into the opinion of the unit above.
func Recall(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	s, err := StandingOf(ctx, tx, c, by.Unit)
	if err != nil {
		return err
	}
	if err := MaySend(by, s); err != nil {
		return err
	}
	if err := c.in(Opened); err != nil {
		return err
	}
	if !s.Done() {
		return fault.New(fault.Conflict, "opinion.error.not_sent")
	}
	points, err := PointsOf(ctx, tx, id, s.Unit)
	if err != nil {
		return err
	}
	d := tally.Delta{}
	for _, p := range points {
		if p.Answer != "" || p.Upper != 0 {
			return fault.New(fault.Conflict, "opinion.error.used")
		}
		d = d.Plus(p.figures().Neg())
	}
	is := s
	is.State, is.Late, is.SentName, is.Office, is.Version = Gathering, false, "", "", version
	if err := putStanding(ctx, tx, by, id, is); err != nil {
		return err
	}
	if err := setStands(ctx, tx, id, s.Unit, false); err != nil {
		return err
	}
	if err := c.post(ctx, tx, by, map[int64]tally.Delta{s.Unit: moved(s.figures(), is.figures()).Plus(d)}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.recall", id, c.Title)
}
