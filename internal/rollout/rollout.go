// Package rollout carries directives down: what each unit of a subtree must do,
// by when, and whether it has.
//
// A rollout is drafted by the host's clerk and approved by its secretary.
// Approval freezes who is due, opens the sheet that counts, and leaves a job to
// give every unit its obligations. Slices above fulfil an obligation by
// Fulfil; nobody else writes one.
package rollout

import (
	"context"
	"fmt"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A State is where a rollout stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Submitted State = "submitted" // waits for the host's secretary
	Approved  State = "approved"  // obligations are being given
	Open      State = "open"
	Withdrawn State = "withdrawn"
	Replaced  State = "replaced"
)

// A Step is one thing a rollout asks of a unit.
type Step string

// The steps, in the order they are done.
const (
	Hold   Step = "hold"   // hold a study conference
	Reach  Step = "reach"  // reach a share of its members
	Adopt  Step = "adopt"  // adopt a programme of action
	Report Step = "report" // report the results
)

// Steps are all steps in order.
var Steps = []Step{Hold, Reach, Adopt, Report}

// A Mode is how a directive is to be taken up.
type Mode string

// The modes.
const (
	Study  Mode = "study"  // quán triệt: studied thoroughly
	Inform Mode = "inform" // phổ biến: made known
)

var kind = tally.NewKind("rollout",
	"expected", "exempt", "attended", "persons", "persons_extra", "guests",
	"hold_due", "held", "hold_late", "hold_extended",
	"reach_due", "reached", "reach_late", "reach_extended",
	"adopt_due", "adopted", "adopt_late", "adopt_extended",
	"report_due", "received", "report_late", "report_extended",
	"declared_held", "declared_attended", "declared_persons",
	"absent_excused", "absent", "online")

// Kind returns what a rollout's sheet counts. Expected are all members listed
// on the opening day, exempt those of them who are; persons are due persons
// counted once, persons_extra those beyond the frozen list.
func Kind() *tally.Kind { return kind }

// lanes of a step, by its part: due, done, late, extended.
var doneLane = map[Step]string{Hold: "held", Reach: "reached", Adopt: "adopted", Report: "received"}

// DoneLane returns the name of the lane that counts units that have done s.
func (s Step) DoneLane() string { return doneLane[s] }

// Lane returns the lane of a step's part: "due", "late" or "extended".
func (s Step) lane(part string) tally.Lane { return kind.Lane(string(s) + "_" + part) }

func (s Step) done(declared bool) tally.Lane {
	if declared && s == Hold {
		return kind.Lane("declared_held")
	}
	return kind.Lane(doneLane[s])
}

// A Rollout is a rollout.
type Rollout struct {
	ID          string
	Tree        string
	Unit        int64 // host
	UnitName    string
	Scope       int64
	ScopeKey    string
	ScopePath   string
	ScopeName   string
	Title       string
	Note        string
	State       State
	OpeningDay  vn.Day
	Mark        int64
	Sheet       int64
	Replaces    string
	Sample      bool
	EnteredName string
	EnteredAt   time.Time
	Version     int64
}

// Frozen is the count of who is due.
func (r Rollout) Frozen() org.Frozen { return org.Frozen{Day: r.OpeningDay, Mark: r.Mark} }

// Running reports whether units owe what r asks.
func (r Rollout) Running() bool { return r.State == Open || r.State == Approved }

// A Paper is a directive of a rollout and how it is to be taken up.
type Paper struct {
	Directive string
	Mode      Mode
}

// A Demand is what a rollout asks of the units of one level.
type Demand struct {
	Step     Step
	Level    int // 1: directly under the scope
	Deadline vn.Deadline
	Percent  int64 // for Reach
}

// A Form is what a person fills in for a rollout.
type Form struct {
	Title   string
	Note    string
	Scope   string // key of the unit whose subordinates are obliged
	Papers  []Paper
	Demands []Demand
	Reason  string // why it takes the place of another
	Sample  bool
}

const (
	maxTitle  = 300
	maxNote   = 4000
	maxLevels = 6
)

// check cleans the form and says what is wrong with it on day today.
func (f *Form) check(today vn.Day) fault.Wrong {
	w := fault.Wrong{}
	f.Title, f.Note = vn.Clean(f.Title), vn.CleanText(f.Note)
	w.Text("title", f.Title, maxTitle, true)
	w.Text("note", f.Note, maxNote, false)
	if len(f.Papers) == 0 {
		w.Add("papers", "rollout.error.papers")
	}
	seen := map[string]bool{}
	for _, p := range f.Papers {
		if seen[p.Directive] || p.Mode != Study && p.Mode != Inform {
			w.Add("papers", "rollout.error.papers")
		}
		seen[p.Directive] = true
	}
	if len(f.Demands) == 0 {
		w.Add("demands", "rollout.error.demands")
	}
	for _, d := range f.Demands {
		d.check(w, today)
	}
	return w
}

func (d Demand) check(w fault.Wrong, today vn.Day) {
	field := fmt.Sprintf("%s-%d", d.Step, d.Level)
	switch {
	case doneLane[d.Step] == "" || d.Level < 1 || d.Level > maxLevels:
		w.Add("demands", "rollout.error.demands")
	case !d.Deadline.Day.Valid():
		w.Add(field+"-day", "rollout.error.day")
	case d.Deadline.Last().Before(today):
		w.Add(field+"-day", "rollout.error.past", d.Deadline.Last().String())
	}
	if d.Step == Reach && (d.Percent < 1 || d.Percent > 100) {
		w.Add(field+"-percent", "rollout.error.percent")
	}
}

// Enter drafts a rollout of by's unit. replaces is the id of a rollout that
// this one is to take the place of, "" for none.
func Enter(ctx context.Context, tx *db.Tx, by auth.Actor, f Form, replaces string) (Rollout, error) {
	if err := mayDraft(by, by.Unit); err != nil {
		return Rollout{}, err
	}
	if replaces != "" {
		old, err := Get(ctx, tx, by, replaces)
		if err != nil {
			return Rollout{}, err
		}
		if old.Unit != by.Unit || !old.Running() {
			return Rollout{}, fault.New(fault.Conflict, "rollout.error.replace")
		}
	}
	scope, err := f.prepare(ctx, tx, by, replaces != "")
	if err != nil {
		return Rollout{}, err
	}
	id := db.NewKey()
	if err := insert(ctx, tx, by, id, f, scope, replaces); err != nil {
		return Rollout{}, err
	}
	if err := replaceParts(ctx, tx, id, f); err != nil {
		return Rollout{}, err
	}
	if replaces != "" {
		if err := AddEvent(ctx, tx, by, id, "replaces", f.Reason); err != nil {
			return Rollout{}, err
		}
	}
	if err := audit.Record(ctx, tx, by, "rollout.enter", id, f.Title); err != nil {
		return Rollout{}, err
	}
	return Get(ctx, tx, by, id)
}

// prepare checks the form and finds its scope and papers through by. A scope
// without units under it asks nobody.
func (f *Form) prepare(ctx context.Context, tx *db.Tx, by auth.Actor, reason bool) (org.Unit, error) {
	w := f.check(vn.DayOf(tx.Now))
	if f.Reason = vn.CleanText(f.Reason); reason {
		w.Text("reason", f.Reason, maxNote, true)
	}
	if err := w.Err(); err != nil {
		return org.Unit{}, err
	}
	for _, p := range f.Papers {
		if _, err := directive.Get(ctx, tx, by, p.Directive); err != nil {
			return org.Unit{}, err
		}
	}
	if f.Scope == "" {
		f.Scope = by.UnitKey
	}
	scope, err := org.Get(ctx, tx, by, f.Scope)
	if err != nil {
		return org.Unit{}, err
	}
	under, err := org.Subtree(ctx, tx, by, scope.Path, scope.Path, 1)
	if err == nil && len(under) == 0 {
		w.Add("scope", "rollout.error.scope")
		err = w.Err()
	}
	return scope, err
}

// Amend changes a draft. It is a Conflict if it has changed since version or is
// no longer a draft.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, f Form) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayDraft(by, r.Unit); err != nil {
		return err
	}
	scope, err := f.prepare(ctx, tx, by, false)
	if err != nil {
		return err
	}
	if r.State != Draft {
		return fault.New(fault.Conflict, "rollout.error.not_draft")
	}
	if err := update(ctx, tx, id, version, f, scope); err != nil {
		return err
	}
	if err := replaceParts(ctx, tx, id, f); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "rollout.amend", id, f.Title)
}

// Submit puts a draft before the host's secretary.
func Submit(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayDraft(by, r.Unit); err != nil {
		return err
	}
	if err := r.stillAhead(ctx, tx); err != nil {
		return err
	}
	if err := move(ctx, tx, by, r, version, Draft, Submitted, "submitted", ""); err != nil {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, r.Unit, []auth.Role{auth.Secretary}, "rollout.notice.submitted", []string{r.Title}, "/rollouts/"+id)
	return err
}

// stillAhead refuses a rollout one of whose deadlines has passed meanwhile.
func (r Rollout) stillAhead(ctx context.Context, tx *db.Tx) error {
	all, err := Demands(ctx, tx, r)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Deadline.Last().Before(vn.DayOf(tx.Now)) {
			return fault.New(fault.Conflict, "rollout.error.past", d.Deadline.Last().String())
		}
	}
	return nil
}

// Return sends a submitted rollout back to its clerk with a reason.
func Return(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := MayApprove(by, r.Unit); err != nil {
		return err
	}
	if reason, err = needReason(reason); err != nil {
		return err
	}
	if err := move(ctx, tx, by, r, version, Submitted, Draft, "returned", reason); err != nil {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, r.Unit, []auth.Role{auth.Clerk}, "rollout.notice.returned", []string{r.Title, reason}, "/rollouts/"+id)
	return err
}

func needReason(s string) (string, error) {
	s = vn.CleanText(s)
	w := fault.Wrong{}
	w.Text("reason", s, maxNote, true)
	return s, w.Err()
}

// OpenJob is the kind of the job that gives the units their obligations.
const OpenJob = "rollout.open"

// Approve makes a rollout binding: from this deed on who is due is frozen. A
// job gives every unit in scope its obligations; the units hear of it then.
func Approve(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := MayApprove(by, r.Unit); err != nil {
		return err
	}
	if err := r.stillAhead(ctx, tx); err != nil {
		return err
	}
	if err := org.LockLists(ctx, tx); err != nil {
		return err
	}
	if err := move(ctx, tx, by, r, version, Submitted, Approved, "approved", ""); err != nil {
		return err
	}
	s, err := tally.Open(ctx, tx, by, kind, id, r.Tree, r.Scope)
	if err != nil {
		return err
	}
	if err := freeze(ctx, tx, id, vn.DayOf(tx.Now), tx.NewID(), s.ID); err != nil {
		return err
	}
	papers, err := Papers(ctx, tx, r)
	if err != nil {
		return err
	}
	for _, p := range papers {
		if err := directive.Reach(ctx, tx, p.Directive, r.Tree, r.ScopePath); err != nil {
			return err
		}
	}
	if r.Replaces != "" {
		if err := supersede(ctx, tx, by, r); err != nil {
			return err
		}
	}
	return job.Enqueue(ctx, tx, job.New{Kind: OpenJob, Payload: id, Unique: OpenJob + " " + id})
}

// supersede ends the rollout that r takes the place of.
func supersede(ctx context.Context, tx *db.Tx, by auth.Actor, r Rollout) error {
	old, err := Get(ctx, tx, by, r.Replaces)
	if err != nil {
		return err
	}
	if !old.Running() {
		return fault.New(fault.Conflict, "rollout.error.replace")
	}
	reason, err := reasonOf(ctx, tx, r.ID, "replaces")
	if err != nil {
		return err
	}
	return end(ctx, tx, by, old, old.Version, Replaced, "replaced", reason)
}

// Withdraw takes a rollout back with a reason: nothing more is owed. What was
// done stays counted.
func Withdraw(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := MayApprove(by, r.Unit); err != nil {
		return err
	}
	if reason, err = needReason(reason); err != nil {
		return err
	}
	if !r.Running() {
		return fault.New(fault.Conflict, "rollout.error.not_open")
	}
	return end(ctx, tx, by, r, version, Withdrawn, "withdrawn", reason)
}

// EndJob is the kind of the job that ends what is owed.
const EndJob = "rollout.end"

func end(ctx context.Context, tx *db.Tx, by auth.Actor, r Rollout, version int64, to State, event, reason string) error {
	if err := move(ctx, tx, by, r, version, r.State, to, event, reason); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: EndJob, Payload: r.ID, Unique: EndJob + " " + r.ID})
}

// move changes the state of r from one to another; a Conflict if it is no
// longer there or has changed since version.
func move(ctx context.Context, tx *db.Tx, by auth.Actor, r Rollout, version int64, from, to State, event, reason string) error {
	if err := setState(ctx, tx, r.ID, version, from, to); err != nil {
		return err
	}
	if err := AddEvent(ctx, tx, by, r.ID, event, reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "rollout."+event, r.ID, reason)
}
