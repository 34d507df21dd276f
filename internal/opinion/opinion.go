// Package opinion asks units and people what they have to say on the wording of a
// numbered version of a draft, until a day.
//
// People of a unit comment on a paragraph or a passage of it. The unit makes one
// opinion of their comments and of the opinions of the units under it, and its
// secretary sends it up: to the unit above if that takes part, else to the owner of
// the draft. What has reached the owner is answered point by point: taken up, partly
// or not, and why. Saying that one agrees and has no opinion is an answer; silence is
// none.
//
// What is said here is about the words of an organisation's own draft. Nothing is
// rated, and nothing is counted of persons but whether those who were asked have
// answered.
package opinion

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/draft"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A State is where a consultation stands.
type State string

// The states.
const (
	Opened        State = "open"
	Consolidating State = "consolidating" // the owner answers; nothing new comes in
	Closed        State = "closed"
)

// A Consultation asks about a version of a draft.
type Consultation struct {
	ID          string
	Unit        int64 // whose draft it is
	UnitKey     string
	UnitName    string
	OwnerKind   string // what the draft is the text of, and its id
	OwnerID     string
	N           int64  // number of the version
	Label       string // what the version is called
	Title       string
	Note        string // what is asked
	Deadline    vn.Deadline
	State       State
	Sheet       int64
	Reminded    vn.Day // "" for never
	EnteredName string
	EnteredAt   time.Time
	Version     int64

	tree, path string // of Unit
}

// Late reports whether what comes at a time comes after the last day.
func (c Consultation) Late(at time.Time) bool { return c.Deadline.Last().Before(vn.DayOf(at)) }

// Over reports whether the owner is by's unit or under it.
func (c Consultation) Over(by auth.Actor) bool { return by.Covers(c.path) }

// Path returns where the consultation is shown.
func (c Consultation) Path() string { return "/opinions/" + c.ID }

// Whom says which units a consultation is opened to.
type Whom string

// The ways to say it.
const (
	These   Whom = "these"   // units by key
	Under   Whom = "under"   // all directly under the owner
	Steps   Whom = "steps"   // all so many steps under the owner
	OfKind  Whom = "kind"    // all of a kind under the owner
	Subtree Whom = "subtree" // all under the owner
	Nobody  Whom = "nobody"  // people only
)

// Whoms are all ways, in the order pages offer them.
var Whoms = []Whom{Under, Steps, OfKind, Subtree, These, Nobody}

// A Form is what a person fills in to open a consultation.
type Form struct {
	Title    string
	Note     string
	Deadline vn.Deadline
	Whom     Whom
	Units    []string // keys, of These
	Steps    int64
	Kind     string
	People   []string // keys of members who are asked in person
}

const (
	maxTitle  = 300
	maxText   = 4000
	maxPeople = 200
	maxUnits  = 5000 // those under a unit that is asked take part through it
	maxSteps  = 12
)

func (f *Form) check(today vn.Day) error {
	w := fault.Wrong{}
	f.Title, f.Note, f.Kind = vn.Clean(f.Title), vn.CleanText(f.Note), vn.Clean(f.Kind)
	w.Text("title", f.Title, maxTitle, true)
	w.Text("note", f.Note, maxText, false)
	checkDeadline(w, &f.Deadline, today)
	f.Units, f.People = distinct(f.Units), distinct(f.People)
	switch {
	case !slices.Contains(Whoms, f.Whom):
		w.Add("whom", "error.needed")
	case f.Whom == These && len(f.Units) == 0:
		w.Add("units", "error.needed")
	case f.Whom == Steps && (f.Steps < 1 || f.Steps > maxSteps):
		w.Add("steps", "opinion.error.steps", maxSteps)
	case f.Whom == OfKind && f.Kind == "":
		w.Add("kind", "error.needed")
	case f.Whom == Nobody && len(f.People) == 0:
		w.Add("people", "error.needed")
	}
	if len(f.People) > maxPeople {
		w.Add("people", "opinion.error.people", maxPeople)
	}
	return w.Err()
}

func checkDeadline(w fault.Wrong, d *vn.Deadline, today vn.Day) {
	if d.Wording != vn.Before {
		d.Wording = vn.Until
	}
	switch {
	case !d.Day.Valid():
		w.Add("day", "opinion.error.day")
	case d.Last().Before(today):
		w.Add("day", "opinion.error.past")
	}
}

// distinct returns the words of a list, each once, without empty ones.
func distinct(all []string) []string {
	var out []string
	for _, s := range all {
		if s = vn.Clean(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Open asks about version n of the draft of a thing, which by's unit owns. Whom it
// asks is told.
func Open(ctx context.Context, tx *db.Tx, owners draft.Owners, by auth.Actor, of draft.Of, n int64, f Form) (Consultation, error) {
	s, err := owners.Find(ctx, tx, by, of)
	if err != nil {
		return Consultation{}, err
	}
	if err := MayOpen(by, s.Unit); err != nil {
		return Consultation{}, err
	}
	v, err := draft.VersionOf(ctx, tx, s, n)
	if err != nil {
		return Consultation{}, err
	}
	if err := f.check(vn.DayOf(tx.Now)); err != nil {
		return Consultation{}, err
	}
	units, err := asked(ctx, tx, by, f)
	if err != nil {
		return Consultation{}, err
	}
	people, err := askedPeople(ctx, tx, by, f.People)
	if err != nil {
		return Consultation{}, err
	}
	c := Consultation{
		ID: db.NewKey(), Unit: by.Unit, OwnerKind: of.Kind, OwnerID: of.ID, N: n, Label: v.Note, Title: f.Title, Note: f.Note, Deadline: f.Deadline, State: Opened,
		tree: by.Tree, path: by.Path,
	}
	sheet, err := tally.Open(ctx, tx, by, kindOf, c.ID, by.Tree, by.Unit)
	if err != nil {
		return Consultation{}, err
	}
	c.Sheet = sheet.ID
	if err := insert(ctx, tx, by, c); err != nil {
		return Consultation{}, err
	}
	if err := c.ask(ctx, tx, by, units, people); err != nil {
		return Consultation{}, err
	}
	if err := audit.Record(ctx, tx, by, "opinion.open", c.ID, f.Title); err != nil {
		return Consultation{}, err
	}
	return Get(ctx, tx, by, c.ID)
}

// ask writes down who is asked, counts them and tells them.
func (c Consultation) ask(ctx context.Context, tx *db.Tx, by auth.Actor, units []int64, people []Person) error {
	if err := insertUnits(ctx, tx, c.ID, units); err != nil {
		return err
	}
	if err := insertPeople(ctx, tx, c.ID, people); err != nil {
		return err
	}
	all := map[int64]tally.Delta{}
	for _, u := range units {
		all[u] = Standing{Due: true}.figures()
	}
	for _, p := range people {
		all[p.Unit] = all[p.Unit].Plus(p.figures())
	}
	if err := c.post(ctx, tx, by, all); err != nil {
		return err
	}
	args := []string{c.Title, by.UnitName, c.Deadline.Last().String()}
	words := make([]notify.Word, len(units))
	for i, u := range units {
		words[i] = notify.Word{Unit: u, Args: args, Link: "/opinions/" + c.ID}
	}
	if err := notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, "opinion.notice.asked", words); err != nil {
		return err
	}
	return tellPeople(ctx, tx, people, "opinion.notice.asked_person", args, "/opinions/"+c.ID+"/text")
}

// Extend gives a consultation that is open another last day. Opinions that were sent
// late stay so.
func Extend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, d vn.Deadline) error {
	c, err := owned(ctx, tx, by, id, Opened)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	if checkDeadline(w, &d, vn.DayOf(tx.Now)); len(w) > 0 {
		return w.Err()
	}
	if err := setDeadline(ctx, tx, id, version, d); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "opinion.extend", id, c.Title)
}

// Consolidate stops new comments and opinions, so that the owner answers what there
// is.
func Consolidate(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	return move(ctx, tx, by, id, version, "opinion.consolidate", Consolidating, Opened)
}

// Reopen lets comments and opinions in again. Answers that were given stay.
func Reopen(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	return move(ctx, tx, by, id, version, "opinion.reopen", Opened, Consolidating)
}

// Close ends a consultation whose every point is answered; a Conflict if one is not.
func Close(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	if _, err := owned(ctx, tx, by, id, Consolidating); err != nil {
		return err
	}
	open, err := Unanswered(ctx, tx, id)
	if err != nil {
		return err
	}
	if open > 0 {
		return fault.New(fault.Conflict, "opinion.error.unanswered", vn.Int(open))
	}
	return move(ctx, tx, by, id, version, "opinion.close", Closed, Consolidating)
}

func move(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, action string, to State, from ...State) error {
	c, err := owned(ctx, tx, by, id, from...)
	if err != nil {
		return err
	}
	if err := setState(ctx, tx, id, version, to); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, action, id, c.Title)
}

// owned returns a consultation in one of some states that by runs for its owner.
func owned(ctx context.Context, tx *db.Tx, by auth.Actor, id string, states ...State) (Consultation, error) {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return c, err
	}
	if err := MayRun(by, c); err != nil {
		return c, err
	}
	return c, c.in(states...)
}

func (c Consultation) in(states ...State) error {
	if slices.Contains(states, c.State) {
		return nil
	}
	return fault.New(fault.Conflict, "opinion.error.state."+string(c.State))
}

// Remind tells the units that have not answered, at most once a day, and returns how
// many they are.
func Remind(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) (int, error) {
	c, err := owned(ctx, tx, by, id, Opened)
	if err != nil {
		return 0, err
	}
	today := vn.DayOf(tx.Now)
	if c.Reminded == today {
		return 0, fault.New(fault.Conflict, "opinion.error.reminded")
	}
	units, err := allLacking(ctx, tx, c)
	if err != nil {
		return 0, err
	}
	people, err := SilentPeople(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	args := []string{c.Title, c.UnitName, c.Deadline.Last().String()}
	words := make([]notify.Word, len(units))
	for i, u := range units {
		words[i] = notify.Word{Unit: u, Args: args, Link: "/opinions/" + id}
	}
	if err := notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, "opinion.notice.reminder", words); err != nil {
		return 0, err
	}
	if err := tellPeople(ctx, tx, people, "opinion.notice.reminder", args, "/opinions/"+id+"/text"); err != nil {
		return 0, err
	}
	if err := setReminded(ctx, tx, id, version, today); err != nil {
		return 0, err
	}
	return len(units) + len(people), audit.Record(ctx, tx, by, "opinion.remind", id, c.Title)
}

// allLacking returns every unit that was asked and has not answered.
func allLacking(ctx context.Context, tx *db.Tx, c Consultation) ([]int64, error) {
	var all []int64
	for after := tally.Place(0); ; {
		some, next, err := Lacking(ctx, tx, c, c.Unit, after, tally.MaxLack)
		if all = append(all, some...); err != nil || next == 0 {
			return all, err
		}
		after = next
	}
}
