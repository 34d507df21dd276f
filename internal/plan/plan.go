// Package plan is the programme of action (chương trình hành động) a unit draws
// up for a rollout: goals, and tasks with one lead, partners, a deliverable and
// a deadline.
//
// A plan is drafted by the unit's clerk and adopted by its secretary; adoption
// is a row with who, when and in which office, and it is what fulfils the
// unit's obligation. A unit has one plan for a rollout. An adopted plan changes
// only after it has been reopened with a reason.
package plan

import (
	"context"
	"fmt"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A State is where a plan stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Submitted State = "submitted" // waits for the secretary
	Adopted   State = "adopted"
)

// A Plan is a unit's programme of action for a rollout.
type Plan struct {
	ID            string
	Unit          int64
	UnitKey       string
	UnitName      string
	Rollout       string
	RolloutTitle  string
	Title         string
	Basis         string
	State         State
	EnteredName   string
	EnteredAt     time.Time
	Version       int64
	Goals         []Goal // only from Get
	Tasks         []Task // only from Get
	AdoptedAt     time.Time
	AdoptedBy     string // name of who adopted it last
	AdoptedOffice string
}

// A Goal is what the unit wants to reach.
type Goal struct {
	Text   string
	Target string // value aimed at, in words
}

// A Task is one piece of work: exactly one leads it, and it ends in something
// that can be shown.
type Task struct {
	Text        string
	Lead        string
	Partners    string
	Deliverable string
	Deadline    vn.Deadline
}

// An Event is one step in a plan's life.
type Event struct {
	Kind   string // submitted, returned, adopted, reopened
	Actor  string
	Office string
	Reason string
	At     time.Time
}

// A Form is what a person fills in for a plan.
type Form struct {
	Title string
	Basis string
	Goals []Goal
	Tasks []Task
}

const (
	maxTitle = 300
	maxText  = 2000
	maxShort = 300
	maxRows  = 100
)

// check cleans the form, drops empty rows and says what is wrong, rows by
// field names such as "task-2-lead", counted from 1 after empty rows are gone.
func (f *Form) check() error {
	w := fault.Wrong{}
	f.Title, f.Basis = vn.Clean(f.Title), vn.CleanText(f.Basis)
	w.Text("title", f.Title, maxTitle, true)
	w.Text("basis", f.Basis, maxText, false)
	goals := f.Goals[:0:0]
	for _, g := range f.Goals {
		g.Text, g.Target = vn.CleanText(g.Text), vn.Clean(g.Target)
		if g != (Goal{}) {
			goals = append(goals, g)
		}
	}
	tasks := f.Tasks[:0:0]
	for _, t := range f.Tasks {
		t.Text, t.Lead, t.Partners, t.Deliverable = vn.CleanText(t.Text), vn.Clean(t.Lead), vn.Clean(t.Partners), vn.Clean(t.Deliverable)
		if t.Text+t.Lead+t.Partners+t.Deliverable != "" || t.Deadline.Day != "" {
			tasks = append(tasks, t)
		}
	}
	f.Goals, f.Tasks = goals, tasks
	if len(f.Goals) > maxRows || len(f.Tasks) > maxRows {
		w.Add("title", "plan.error.rows", maxRows)
	}
	for i, g := range f.Goals {
		w.Text(row("goal", i, "text"), g.Text, maxText, true)
		w.Text(row("goal", i, "target"), g.Target, maxShort, false)
	}
	for i, t := range f.Tasks {
		t.check(w, i)
	}
	return w.Err()
}

func (t Task) check(w fault.Wrong, i int) {
	w.Text(row("task", i, "text"), t.Text, maxText, true)
	w.Text(row("task", i, "partners"), t.Partners, maxShort, false)
	if t.Lead == "" {
		w.Add(row("task", i, "lead"), "plan.error.lead")
	}
	w.Text(row("task", i, "lead"), t.Lead, maxShort, true)
	if t.Deliverable == "" {
		w.Add(row("task", i, "deliverable"), "plan.error.deliverable")
	}
	w.Text(row("task", i, "deliverable"), t.Deliverable, maxShort, true)
	if !t.Deadline.Day.Valid() {
		w.Add(row("task", i, "day"), "plan.error.day")
	}
}

// row names the field of a row of the form, rows counted from 1.
func row(kind string, i int, field string) string {
	return fmt.Sprintf("%s-%d-%s", kind, i+1, field)
}

// Enter begins the plan of by's unit for a rollout. A unit has one: a second is
// a Conflict.
func Enter(ctx context.Context, tx *db.Tx, by auth.Actor, rolloutID string, f Form) (Plan, error) {
	r, err := rollout.Get(ctx, tx, by, rolloutID)
	if err != nil {
		return Plan{}, err
	}
	if err := mayWrite(by, by.Unit); err != nil {
		return Plan{}, err
	}
	if err := f.check(); err != nil {
		return Plan{}, err
	}
	if r.State != rollout.Open {
		return Plan{}, fault.New(fault.Conflict, "plan.error.rollout")
	}
	had, err := exists(ctx, tx, rolloutID, by.Unit)
	if err != nil {
		return Plan{}, err
	}
	if had {
		return Plan{}, fault.New(fault.Conflict, "plan.error.exists")
	}
	p := Plan{ID: db.NewKey(), Unit: by.Unit, Rollout: rolloutID, Title: f.Title, Basis: f.Basis, State: Draft, Version: 1}
	if err := insert(ctx, tx, by, p); err != nil {
		return Plan{}, err
	}
	if err := replaceRows(ctx, tx, p.ID, f); err != nil {
		return Plan{}, err
	}
	if err := audit.Record(ctx, tx, by, "plan.enter", p.ID, p.Title); err != nil {
		return Plan{}, err
	}
	return Get(ctx, tx, by, p.ID)
}

// Amend changes a draft. It is a Conflict if the plan has changed since version
// or is no longer a draft.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, f Form) error {
	p, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayWrite(by, p.Unit); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	if p.State != Draft {
		return fault.New(fault.Conflict, "plan.error.not_draft")
	}
	if err := update(ctx, tx, id, version, Draft, f.Title, f.Basis); err != nil {
		return err
	}
	if err := replaceRows(ctx, tx, id, f); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "plan.amend", id, f.Title)
}

// Submit puts a draft before the unit's secretary. A plan needs a goal and a
// task.
func Submit(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	p, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayWrite(by, p.Unit); err != nil {
		return err
	}
	if err := complete(p, Draft); err != nil {
		return err
	}
	if err := move(ctx, tx, by, p, version, Submitted, "submitted", "", ""); err != nil {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, p.Unit, []auth.Role{auth.Secretary}, "plan.notice.submitted", []string{p.Title}, "/plans/"+p.ID)
	return err
}

// Return sends a submitted plan back to its clerk with a reason.
func Return(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	p, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayAdopt(by, p.Unit); err != nil {
		return err
	}
	if reason, err = needReason(reason); err != nil {
		return err
	}
	if p.State != Submitted {
		return fault.New(fault.Conflict, "plan.error.not_submitted")
	}
	if err := move(ctx, tx, by, p, version, Draft, "returned", "", reason); err != nil {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, p.Unit, []auth.Role{auth.Clerk}, "plan.notice.returned", []string{p.Title, reason}, "/plans/"+p.ID)
	return err
}

// Adopt makes a plan the unit's own, in the office of the person who adopts it,
// and fulfils the unit's obligation. The secretary may adopt a draft without a
// submission before it.
func Adopt(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	p, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayAdopt(by, p.Unit); err != nil {
		return err
	}
	if err := complete(p, Draft, Submitted); err != nil {
		return err
	}
	office, err := org.OfficeOf(ctx, tx, by)
	if err != nil {
		return err
	}
	if err := move(ctx, tx, by, p, version, Adopted, "adopted", office, ""); err != nil {
		return err
	}
	return rollout.Fulfil(ctx, tx, by, rollout.Fulfilment{
		Rollout: p.Rollout, Step: rollout.Adopt, Unit: p.Unit, Source: tally.Source{Kind: "plan", ID: p.ID},
	})
}

// Reopen makes an adopted plan a draft again, with a reason; the obligation is
// open again until the plan is adopted anew.
func Reopen(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	p, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayAdopt(by, p.Unit); err != nil {
		return err
	}
	if reason, err = needReason(reason); err != nil {
		return err
	}
	if p.State != Adopted {
		return fault.New(fault.Conflict, "plan.error.not_adopted")
	}
	if err := move(ctx, tx, by, p, version, Draft, "reopened", "", reason); err != nil {
		return err
	}
	return rollout.Unfulfil(ctx, tx, by, rollout.Fulfilment{Rollout: p.Rollout, Step: rollout.Adopt, Unit: p.Unit, Source: tally.Source{Kind: "plan", ID: p.ID}}, reason)
}

func needReason(s string) (string, error) {
	s = vn.CleanText(s)
	w := fault.Wrong{}
	w.Text("reason", s, maxText, true)
	return s, w.Err()
}

// complete reports why a plan cannot be submitted or adopted.
func complete(p Plan, from ...State) error {
	for _, s := range from {
		if p.State != s {
			continue
		}
		if len(p.Goals) == 0 || len(p.Tasks) == 0 {
			return fault.New(fault.Conflict, "plan.error.incomplete")
		}
		return nil
	}
	return fault.New(fault.Conflict, "error.conflict")
}

func move(ctx context.Context, tx *db.Tx, by auth.Actor, p Plan, version int64, to State, kind, office, reason string) error {
	if err := update(ctx, tx, p.ID, version, to, p.Title, p.Basis); err != nil {
		return err
	}
	if err := insertEvent(ctx, tx, by, p.ID, kind, office, reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "plan."+kind, p.ID, reason)
}
