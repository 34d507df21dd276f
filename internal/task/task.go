// Package task is work that a unit gives to units under it, or to itself: one unit
// leads, perhaps a person of it answers, others take part, and it ends in something
// that can be shown by a day.
//
// What is given is an order: one text, to one unit or to many; each unit that leads
// has a task of its own. The lead notes how it goes, adds evidence and says when it
// is done; who gave it verifies that or sends it back. More time is asked for with a
// reason. What a unit was given it hands down as an order of its own that names its
// task. How a task stands is worked out from its days whenever it is shown.
package task

import (
	"strings"
	"time"

	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A State is how a task stands on a day.
type State string

// The states.
const (
	Running   State = "running"
	Soon      State = "soon" // at most three days are left
	Late      State = "late"
	Done      State = "done"      // in time; waits to be verified
	DoneLate  State = "done_late" // after its last day; waits to be verified
	Verified  State = "verified"
	Withdrawn State = "withdrawn"
)

// States are all states, in the order of a board.
var States = []State{Running, Soon, Late, Done, DoneLate, Verified, Withdrawn}

const soon = 3 // days

// A Source is where an order comes from.
type Source string

// The sources.
const (
	ByHand     Source = "hand"
	FromAPlan  Source = "plan"
	Directive  Source = "directive"
	Conclusion Source = "conclusion"
)

// Sources are those a person chooses from.
var Sources = []Source{ByHand, Directive, Conclusion}

// The reaches of an order.
const (
	Named = "named"
	All   = "all" // every unit directly under who gives it
)

// A Unit names a unit.
type Unit struct {
	ID        int64
	Key, Name string
}

// An Order is what a unit gives to do.
type Order struct {
	ID          string
	Unit        Unit   // gives it
	Parent      string // the task of Unit that it hands down, "" for none
	Text        string
	Deliverable string
	GivenDay    vn.Day
	Deadline    vn.Deadline
	Moved       vn.Day // the day off from which its last day was moved, "" for none
	Source      Source
	SourceID    string
	Block       string // of a plan
	SourceText  string
	Reach       string
	Given       bool // every unit has it
	EnteredName string
	EnteredAt   time.Time
	Version     int64
	Partners    []Unit // only from Get and GetOrder

	unitPath string
}

// A Task is what one unit leads.
type Task struct {
	ID          string
	Order       Order
	Lead        Unit
	Person      int64 // member of the lead who answers for it, 0 for none
	PersonName  string
	Charge      string // the same in words
	Due         vn.Day // last day on which it is in time
	Sheet       int64
	DoneAt      time.Time
	VerifiedAt  time.Time
	LateAt      time.Time // when it was counted as late
	WithdrawnAt time.Time
	Returned    bool // sent back and not done again
	Asks        bool // an extension waits for an answer
	Extended    bool // its last day is later than the one first given
	Version     int64

	leadPath string
}

// State returns how t stands on day.
func (t Task) State(day vn.Day) State {
	switch {
	case !t.WithdrawnAt.IsZero():
		return Withdrawn
	case !t.VerifiedAt.IsZero():
		return Verified
	case t.doneLate():
		return DoneLate
	case !t.DoneAt.IsZero():
		return Done
	case t.Due.Before(day):
		return Late
	case day.DaysUntil(t.Due) <= soon:
		return Soon
	}
	return Running
}

func (t Task) doneLate() bool { return !t.DoneAt.IsZero() && t.Due.Before(vn.DayOf(t.DoneAt)) }

// doneDay is the day on which it was done, "" if it is not.
func (t Task) doneDay() vn.Day {
	if t.DoneAt.IsZero() {
		return ""
	}
	return vn.DayOf(t.DoneAt)
}

// Short is the beginning of what is to be done, for a narrow place.
func (t Task) Short() string { return short(t.Order.Text) }

// Open reports whether the lead still has to do it.
func (t Task) Open() bool { return t.DoneAt.IsZero() && t.WithdrawnAt.IsZero() }

// An Event is one step in a task's life.
type Event struct {
	Kind  string // given, amended, progress, done, returned, verified, asked, extended, refused, withdrawn
	Text  string
	Day   vn.Day // asked for or given
	Actor string
	At    time.Time
}

// A Form is what a person fills in to give work.
type Form struct {
	Text        string
	Deliverable string
	Reach       string   // Named or All
	Leads       []string // keys of units, of Named
	Person      string   // key of a member, where one unit leads
	Partners    []string // keys of units
	Day         vn.Day   // "" for the usual ten days
	Wording     vn.Wording
	Source      Source
	SourceID    string // of a directive
	SourceText  string
	Parent      string // task that is handed down
}

const (
	maxText  = 2000
	maxShort = 500
	maxUnits = 200 // that one order names
	// UsualDays is how many days there are where nobody says otherwise.
	UsualDays = 10
	mostDays  = 3660 // a task is done within ten years
)

func (f *Form) check(today vn.Day) fault.Wrong {
	w := fault.Wrong{}
	f.Text, f.Deliverable, f.SourceText = vn.CleanText(f.Text), vn.Clean(f.Deliverable), vn.Clean(f.SourceText)
	f.Leads, f.Partners, f.Person = keys(f.Leads), keys(f.Partners), strings.TrimSpace(f.Person)
	w.Text("text", f.Text, maxText, true)
	w.Text("deliverable", f.Deliverable, maxShort, true)
	w.Text("source_text", f.SourceText, maxShort, f.Source == Conclusion)
	switch f.Source {
	case "":
		f.Source = ByHand
	case ByHand, Directive, Conclusion:
	default:
		w.Add("source", "error.needed")
	}
	if f.Source == Directive && f.SourceID == "" && f.SourceText == "" {
		w.Add("source_text", "task.error.source")
	}
	if f.Wording != vn.Before {
		f.Wording = vn.Until
	}
	switch {
	case f.Day == "":
	case !f.Day.Valid():
		w.Add("day", "task.error.day")
	case (vn.Deadline{Day: f.Day, Wording: f.Wording}).Last().Before(today):
		w.Add("day", "task.error.past")
	case today.DaysUntil(f.Day) > mostDays:
		w.Add("day", "task.error.far")
	}
	f.checkUnits(w)
	return w
}

func (f *Form) checkUnits(w fault.Wrong) {
	switch {
	case f.Reach == All:
		f.Leads = nil
	case f.Reach != Named && f.Reach != "":
		w.Add("reach", "error.needed")
	case len(f.Leads) == 0:
		w.Add("leads", "task.error.lead")
	case len(f.Leads) > maxUnits:
		w.Add("leads", "task.error.many", maxUnits)
	}
	if f.Reach == "" {
		f.Reach = Named
	}
	if len(f.Partners) > maxUnits {
		w.Add("partners", "task.error.many", maxUnits)
	}
	if f.Person != "" && (f.Reach == All || len(f.Leads) != 1) {
		w.Add("person", "task.error.person_one")
	}
}

// keys cleans keys of units and leaves each once.
func keys(typed []string) []string {
	var all []string
	had := map[string]bool{}
	for _, k := range typed {
		k = strings.ToLower(vn.Clean(k))
		if k != "" && !had[k] {
			had[k] = true
			all = append(all, k)
		}
	}
	return all
}
