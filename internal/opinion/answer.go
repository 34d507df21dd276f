package opinion

import (
	"context"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/draft"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/prose"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// From says what a point comes from.
type From string

// What points come from.
const (
	FromUnit       From = "unit"
	FromPerson     From = "person"
	FromConference From = "conference"
)

// An Answer is what the owner says to a point.
type Answer string

// The answers; "" is none yet.
const (
	Taken    Answer = "taken"
	Partly   Answer = "partly"
	NotTaken Answer = "not"
)

// Answers are all answers.
var Answers = []Answer{Taken, Partly, NotTaken}

// A Point is a point of an opinion.
type Point struct {
	ID           int64
	Unit         int64
	UnitKey      string
	UnitName     string
	Source       From
	Member       int64
	Name         string // of a person or a delegate
	Conference   string // "" for none
	Place        int    // number of the paragraph in the version asked about, from 0
	Anchor       prose.Anchor
	Text         string
	Suggest      string
	Stands       bool // reached the owner
	Upper        int64
	Answer       Answer
	Why          string
	Saved        int64 // save of the draft that took the wording up, 0 for none
	AnsweredName string
	AnsweredAt   time.Time
	Version      int64
}

// Who says whose a point is.
func (p Point) Who() string {
	if p.Name != "" {
		return p.Name + " (" + p.UnitName + ")"
	}
	return p.UnitName
}

// answering returns a point that has reached the owner, of a consultation that by
// answers now.
func answering(ctx context.Context, tx *db.Tx, by auth.Actor, id string, point int64) (Consultation, Point, error) {
	c, err := owned(ctx, tx, by, id, Consolidating)
	if err != nil {
		return c, Point{}, err
	}
	p, err := pointOf(ctx, tx, id, point)
	if err == nil && !p.Stands {
		err = notFound()
	}
	return c, p, err
}

// Reply answers a point, or answers it anew: taken up, partly or not; the last two say
// why.
func Reply(ctx context.Context, tx *db.Tx, by auth.Actor, id string, point, version int64, a Answer, why string) error {
	c, p, err := answering(ctx, tx, by, id, point)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	why = vn.CleanText(why)
	switch a {
	case Taken:
		w.Text("why", why, maxText, false)
	case Partly, NotTaken:
		w.Text("why", why, maxText, true)
	default:
		w.Add("answer", "error.needed")
	}
	if err := w.Err(); err != nil {
		return err
	}
	is := p
	is.Answer, is.Why = a, why
	return c.reply(ctx, tx, by, p, is, version)
}

func (c Consultation) reply(ctx context.Context, tx *db.Tx, by auth.Actor, was, is Point, version int64) error {
	if err := setAnswer(ctx, tx, by, is, version); err != nil {
		return err
	}
	if err := c.post(ctx, tx, by, map[int64]tally.Delta{was.Unit: moved(was.figures(), is.figures())}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.reply", c.ID, c.Title)
}

// TakeUp puts the wording of a point into the draft as it stands now and answers the
// point as taken up. It is a Conflict if the passage has changed meanwhile or is gone:
// then the text is changed by hand.
func TakeUp(ctx context.Context, tx *db.Tx, owners draft.Owners, by auth.Actor, id string, point, version int64) error {
	c, p, err := answering(ctx, tx, by, id, point)
	if err != nil {
		return err
	}
	if p.Suggest == "" {
		return fault.New(fault.Conflict, "opinion.error.no_wording")
	}
	then, err := Text(ctx, tx, c)
	if err != nil {
		return err
	}
	is := p
	is.Answer = Taken
	is.Saved, err = saveText(ctx, tx, owners, by, c, func(now prose.Doc) (prose.Doc, error) {
		a, found := then.Follow(p.Anchor, now)
		if found != prose.Exact && found != prose.FoundMoved {
			return now, fault.New(fault.Conflict, "opinion.error.passage_changed")
		}
		return replaced(now, a, p.Suggest), nil
	})
	if err != nil {
		return err
	}
	return c.reply(ctx, tx, by, p, is, version)
}

// placeOf returns the number of an anchor's paragraph, after all if it is gone.
func placeOf(d prose.Doc, a prose.Anchor) int {
	for i, b := range d.Blocks {
		if b.ID == a.Block {
			return i
		}
	}
	return len(d.Blocks)
}

// A Heard is an opinion that a clerk notes at a conference.
type Heard struct {
	Note
	Conference string // id
	Unit       string // key; "" is the owner's
	Name       string // who spoke; "" where only the unit is known
}

// Hear notes an opinion said at a conference, of a unit or a person there. It stands
// at once, beside what the unit sends itself.
func Hear(ctx context.Context, tx *db.Tx, by auth.Actor, id string, h Heard) error {
	c, err := owned(ctx, tx, by, id, Opened, Consolidating)
	if err != nil {
		return err
	}
	d, err := Text(ctx, tx, c)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	a, place := h.check(w, d)
	h.Name = vn.Clean(h.Name)
	w.Text("name", h.Name, maxTitle, false)
	unit := c.Unit
	if h.Unit != "" {
		u, err := org.Get(ctx, tx, by, h.Unit)
		if fault.Is(err, fault.NotFound) {
			w.Add("unit", "opinion.error.unit", h.Unit)
		} else if err != nil {
			return err
		}
		unit = u.ID
	} else if h.Name == "" {
		w.Add("name", "opinion.error.who")
	}
	m, err := conference.Get(ctx, tx, by, h.Conference)
	if fault.Is(err, fault.NotFound) {
		w.Add("conference", "opinion.error.conference")
	} else if err != nil {
		return err
	}
	if err := w.Err(); err != nil {
		return err
	}
	p := Point{Unit: unit, Source: FromConference, Name: h.Name, Conference: m.ID, Place: place, Anchor: a, Text: h.Text, Suggest: h.Suggest, Stands: true}
	if _, err := insertPoint(ctx, tx, by, id, p); err != nil {
		return err
	}
	if err := c.post(ctx, tx, by, map[int64]tally.Delta{unit: p.figures()}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.hear", id, m.Title)
}
