// Package plan is the programme of action (chương trình hành động) a unit draws
// up for a rollout: goals, targets, and tasks with one lead, partners, a
// deliverable and a deadline. Each says which clauses it carries out: of the
// directives that are rolled out, and of the plans of the units above.
//
// A plan is drafted by the unit's clerk and adopted by its secretary; adoption
// is a row with who, when and in which office, and it is what fulfils the
// unit's obligation. A unit has one plan for a rollout. An adopted plan is
// published: the units below see it, those directly below are told, and its rows
// are clauses that their plans carry out. It changes only after it has been
// reopened with a reason. Who carries a clause out is counted from the plans each
// time it is shown.
package plan

import (
	"context"
	"strings"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/rollout"
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
	Path          string // of Unit
	Rollout       string
	RolloutTitle  string
	Title         string
	Basis         string
	Organisation  string // how it is carried out, in words
	State         State
	Symbol        string // number and symbol: of the register, or as typed at the adoption
	PaperDay      vn.Day // of the paper with that symbol
	Paper         string // its id in the register, "" if it is not there
	Edition       int64  // version of its text that was adopted, 0 if none was kept
	EnteredName   string
	EnteredAt     time.Time
	Version       int64
	Goals         []Goal   // only from Get
	Targets       []Target // only from Get
	Tasks         []Task   // only from Get
	AdoptedAt     time.Time
	AdoptedBy     string // name of who adopted it last
	AdoptedOffice string
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
	Title        string
	Basis        string
	Organisation string
	Goals        []Goal
	Targets      []Target
	Tasks        []Task
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
	if err := f.settle(ctx, tx, by, r, Plan{}); err != nil {
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
	p := Plan{ID: db.NewKey(), Unit: by.Unit, Rollout: rolloutID, Title: f.Title, Basis: f.Basis, Organisation: f.Organisation, State: Draft, Version: 1}
	if err := insert(ctx, tx, by, p); err != nil {
		return Plan{}, err
	}
	if err := f.keep(ctx, tx, p.ID); err != nil {
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
	r, err := rollout.Get(ctx, tx, by, p.Rollout)
	if err != nil {
		return err
	}
	if err := f.settle(ctx, tx, by, r, p); err != nil {
		return err
	}
	if p.State != Draft {
		return fault.New(fault.Conflict, "plan.error.not_draft")
	}
	p.Title, p.Basis, p.Organisation = f.Title, f.Basis, f.Organisation
	if err := update(ctx, tx, p, version, Draft); err != nil {
		return err
	}
	if err := f.keep(ctx, tx, id); err != nil {
		return err
	}
	if err := put(ctx, tx, by, p, f); err != nil {
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
		if rows := p.unfinished(); len(rows) > 0 {
			return fault.New(fault.Conflict, "plan.error.unfinished", strings.Join(rows, ", "))
		}
		return nil
	}
	return fault.New(fault.Conflict, "error.conflict")
}

func move(ctx context.Context, tx *db.Tx, by auth.Actor, p Plan, version int64, to State, kind, office, reason string) error {
	if err := update(ctx, tx, p, version, to); err != nil {
		return err
	}
	if err := insertEvent(ctx, tx, by, p.ID, kind, office, reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "plan."+kind, p.ID, reason)
}
