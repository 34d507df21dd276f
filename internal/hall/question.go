package hall

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/site"
	"nhipcau/internal/vn"
)

// A State is where a question stands.
type State string

// The states.
const (
	New       State = "new"
	TakenUp   State = "taken_up" // on the screen of the hall
	Answered  State = "answered"
	Forwarded State = "forwarded" // to a unit, which answers
	Merged    State = "merged"    // into another question
	Returned  State = "returned"  // with a reason
)

// States are all states.
var States = []State{New, TakenUp, Answered, Forwarded, Merged, Returned}

// open reports whether something is still to be done with a question.
func (s State) open() bool { return s == New || s == TakenUp || s == Forwarded }

// A Question is a question or proposal about the work a conference is on.
type Question struct {
	N          int64
	Place      int64 // in the order in which they are taken up
	Topic      string
	TopicTitle string
	Site       int64
	SiteName   string
	Text       string
	State      State
	Note       string // the answer, or the reason
	Into       int64  // the question it was merged into
	ToUnit     int64  // forwarded to
	ToName     string
	AskedBy    string // account
	AskedName  string
	AskedAt    time.Time
	Version    int64
}

// An Event is something that was done with a question.
type Event struct {
	State State
	Note  string
	Actor string
	At    time.Time
}

// An Ask is what a person fills in for a question.
type Ask struct {
	Topic string // "" for the conference as a whole
	Site  int64  // 0 for the site at which the person is, if at any
	Text  string
}

const (
	maxQuestion = 2_000
	maxAnswer   = 4_000
	mostNew     = 50 // questions of one login that nobody has looked at
)

// Put sends a question in: for a site its host's clerks and secretaries, and otherwise
// whoever runs the hall or is on the roll.
func Put(ctx context.Context, tx *db.Tx, by auth.Actor, id string, a Ask) (Question, error) {
	h, err := Find(ctx, tx, by, id)
	if err != nil {
		return Question{}, err
	}
	if err := h.sitting(); err != nil {
		return Question{}, err
	}
	if a.Site, err = h.asksFor(ctx, tx, by, a.Site); err != nil {
		return Question{}, err
	}
	w := fault.Wrong{}
	a.Text = vn.CleanText(a.Text)
	w.Text("text", a.Text, maxQuestion, true)
	topics, err := topicsOf(ctx, tx, id)
	if err != nil {
		return Question{}, err
	}
	if a.Topic != "" && titleOf(topics, a.Topic) == "" {
		w.Add("topic", "error.needed")
	}
	if err := w.Err(); err != nil {
		return Question{}, err
	}
	if err := tx.Lock(ctx, "hall "+id); err != nil {
		return Question{}, err
	}
	waits, err := newOf(ctx, tx, id, by.Login)
	if err != nil {
		return Question{}, err
	}
	if waits >= mostNew {
		return Question{}, fault.New(fault.Conflict, "hall.error.many", mostNew)
	}
	n, err := insertQuestion(ctx, tx, by, id, a)
	if err != nil {
		return Question{}, err
	}
	if err := h.changed(ctx, tx, "question", n); err != nil {
		return Question{}, err
	}
	if err := audit.Record(ctx, tx, by, "hall.question.ask", id, ""); err != nil {
		return Question{}, err
	}
	return one(ctx, tx, id, n)
}

// asksFor returns the site that by asks for.
func (h Hall) asksFor(ctx context.Context, tx *db.Tx, by auth.Actor, n int64) (int64, error) {
	if n > 0 {
		g, s, err := site.Get(ctx, tx, by, h.ID, n)
		if err == nil {
			err = site.MayKeep(by, g, s)
		}
		return n, err
	}
	at, ok, err := onRollAt(ctx, tx, h.ID, by.Member)
	if err != nil || ok {
		return at, err
	}
	if mayChair(by, h) != nil {
		return 0, fault.New(fault.Denied, "hall.error.may_ask")
	}
	return 0, nil
}

func titleOf(topics []Topic, key string) string {
	for _, t := range topics {
		if t.Key == key {
			return t.Title
		}
	}
	return ""
}

// Get returns a question that by may see, with its hall.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (Hall, Question, error) {
	h, err := Find(ctx, tx, by, id)
	if err != nil {
		return h, Question{}, err
	}
	q, err := db.First(seenQuestions(ctx, tx, by, h, Filter{n: n}, 0, 1))
	return h, q, err
}

// A step is something done with a question.
type step struct {
	to    State
	from  []State
	needs bool // a note
	most  int  // characters of it
	field string
}

var (
	taking     = step{to: TakenUp, from: []State{New, Forwarded}}
	answering  = step{to: Answered, from: []State{New, TakenUp, Forwarded}, needs: true, most: maxAnswer, field: "answer"}
	forwarding = step{to: Forwarded, from: []State{New, TakenUp}}
	merging    = step{to: Merged, from: []State{New, TakenUp, Forwarded}}
	returning  = step{to: Returned, from: []State{New, TakenUp, Forwarded}, needs: true, most: maxAnswer, field: "reason"}
)

// Take takes a question up: it stands on the screen of the hall.
func Take(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
	h, q, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	if err := mayChair(by, h); err != nil {
		return err
	}
	return taking.take(ctx, tx, by, h, q, version, "")
}

// Answer answers a question for all to read who see the conference.
func Answer(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64, text string) error {
	h, q, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	if err := mayAnswer(by, h, q); err != nil {
		return err
	}
	return answering.take(ctx, tx, by, h, q, version, text)
}

// Return gives a question back with a reason.
func Return(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64, reason string) error {
	h, q, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	if err := mayChair(by, h); err != nil {
		return err
	}
	return returning.take(ctx, tx, by, h, q, version, reason)
}

// Forward passes a question on to a unit, which is told and may answer it.
func Forward(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64, unit string) error {
	h, q, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	if err := mayChair(by, h); err != nil {
		return err
	}
	u, err := org.Get(ctx, tx, by, unit)
	if fault.Is(err, fault.NotFound) {
		w := fault.Wrong{}
		w.Add("unit", "hall.error.unit")
		err = w.Err()
	}
	if err != nil {
		return err
	}
	q.ToUnit = u.ID
	if err := forwarding.take(ctx, tx, by, h, q, version, ""); err != nil {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, u.ID, []auth.Role{auth.Secretary, auth.Clerk}, "hall.notice.forwarded", []string{h.Title}, q.href(id))
	return err
}

// Merge says that a question asks what another, which is still open or answered, asks.
func Merge(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version, into int64) error {
	h, q, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	if err := mayChair(by, h); err != nil {
		return err
	}
	x, err := one(ctx, tx, id, into)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || into == n || x.State == Merged || x.State == Returned {
		w := fault.Wrong{}
		w.Add("into", "hall.error.into")
		return w.Err()
	}
	q.Into = into
	return merging.take(ctx, tx, by, h, q, version, "")
}

// take does the step, and tells whoever asked.
func (s step) take(ctx context.Context, tx *db.Tx, by auth.Actor, h Hall, q Question, version int64, note string) error {
	if h.State == "cancelled" {
		return fault.New(fault.Conflict, "conference.error.closed")
	}
	w := fault.Wrong{}
	note = vn.CleanText(note)
	if s.needs {
		w.Text(s.field, note, s.most, true)
	}
	if err := w.Err(); err != nil {
		return err
	}
	may := false
	for _, f := range s.from {
		may = may || q.State == f
	}
	if !may {
		return fault.New(fault.Conflict, "error.conflict")
	}
	q.State, q.Note = s.to, note
	if err := updateQuestion(ctx, tx, by, h.ID, q, version); err != nil {
		return err
	}
	if err := h.changed(ctx, tx, "question", q.N); err != nil {
		return err
	}
	if q.AskedBy != "" && q.AskedBy != by.Login {
		if err := notify.Send(ctx, tx, notify.Notice{Account: q.AskedBy, Key: "hall.notice." + string(s.to), Args: []string{h.Title}, Link: q.href(h.ID)}); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, by, "hall.question."+string(s.to), h.ID, "")
}

// Earlier takes a question one place earlier in the order, before the one that is
// before it among those that are open.
func Earlier(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
	h, q, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	if err := mayChair(by, h); err != nil {
		return err
	}
	if !q.State.open() {
		return fault.New(fault.Conflict, "error.conflict")
	}
	before, err := openBefore(ctx, tx, id, q.Place)
	if err != nil || before.N == 0 {
		return err
	}
	if err := swap(ctx, tx, id, q, before, version); err != nil {
		return err
	}
	return h.changed(ctx, tx, "question", n)
}

// mostAsked is how many questions the minutes take in.
const mostAsked = 200

// Asked returns the questions of a conference that were taken up, in their order.
func Asked(ctx context.Context, tx *db.Tx, by auth.Actor, id string) ([]Question, error) {
	h, err := Find(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	all, err := Questions(ctx, tx, by, h, Filter{}, 0, mostAsked)
	return slices.DeleteFunc(all, func(q Question) bool { return q.State != TakenUp && q.State != Answered }), err
}
