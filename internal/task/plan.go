package task

import (
	"context"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// A Given is a task as an adopted plan gives it.
type Given struct {
	Plan        string // id
	Title       string // of the plan, as its tasks name it
	Block       string // of the plan's text; it stays over versions
	Text        string
	Lead        string   // key of a unit, or who leads in words: then the plan's unit does
	Partners    []string // keys of units; words are left to the plan
	Deliverable string
	Deadline    vn.Deadline // no day: ten days from now
}

// FromPlan makes the task of a block of a plan that by's unit has adopted. Adopted
// again the same block makes no second one: what the plan says now takes the place of
// what it said, and a block that another unit leads now becomes a task of that unit.
// What is done stays as it is. A day that has passed is taken as the plan has it.
func FromPlan(ctx context.Context, tx *db.Tx, by auth.Actor, g Given) error {
	if err := mayGive(by); err != nil {
		return err
	}
	lead, charge, err := g.lead(ctx, tx, by)
	if err != nil {
		return err
	}
	f := Form{Partners: keys(g.Partners)}
	w := fault.Wrong{} // what is no unit here stays words of the plan
	partners, err := f.units(ctx, tx, by, "partners", f.Partners, w)
	if err != nil {
		return err
	}
	today := vn.DayOf(tx.Now)
	if !g.Deadline.Day.Valid() {
		g.Deadline = usual(today)
	}
	if g.Deadline.Wording != vn.Before {
		g.Deadline.Wording = vn.Until
	}
	o := Order{
		ID: db.NewKey(), Unit: Unit{by.Unit, by.UnitKey, by.UnitName}, Text: vn.CleanText(g.Text), Deliverable: vn.Clean(g.Deliverable),
		GivenDay: today, Deadline: g.Deadline, Source: FromAPlan, SourceID: g.Plan, Block: g.Block, SourceText: vn.Clean(g.Title),
		Reach: Named, Given: true, Partners: partners, Version: 1,
	}
	had, err := ofPlan(ctx, tx, g.Plan, g.Block)
	switch {
	case err != nil:
		return err
	case had.ID == "":
		return begin(ctx, tx, by, o, []Unit{lead}, 0, charge)
	case !had.Open():
		return nil
	case had.Lead.ID != lead.ID:
		if err := had.withdraw(ctx, tx, by, g.Title); err != nil {
			return err
		}
		return begin(ctx, tx, by, o, []Unit{lead}, 0, charge)
	}
	return had.follow(ctx, tx, by, o, charge)
}

// follow lets an open task say what the plan says now.
func (t Task) follow(ctx context.Context, tx *db.Tx, by auth.Actor, o Order, charge string) error {
	was := t.Order
	due, moved, err := dueBy(ctx, tx, o.Deadline)
	if err != nil {
		return err
	}
	if err := setPartners(ctx, tx, was.ID, o.Partners); err != nil {
		return err
	}
	if charge != t.Charge {
		if err := setCharge(ctx, tx, t.ID, charge); err != nil {
			return err
		}
	}
	if was.Text == o.Text && was.Deliverable == o.Deliverable && was.Deadline == o.Deadline {
		return nil
	}
	is := t
	if was.Deadline != o.Deadline { // an extension holds as long as the plan's day stays
		is.Due, is.Extended, is.Asks = due, false, false
		if !is.Due.Before(vn.DayOf(tx.Now)) {
			is.LateAt = never
		}
		was.Deadline, was.Moved = o.Deadline, moved
	}
	was.Text, was.Deliverable = o.Text, o.Deliverable
	if err := updateOrder(ctx, tx, was); err != nil {
		return err
	}
	if err := t.to(ctx, tx, by, is, Event{Kind: "amended", Day: is.Due}); err != nil {
		return err
	}
	is.Order = was
	return is.tell(ctx, tx, by, t.Lead.ID, "task.notice.amended", is.Due.String())
}

// lead finds who leads a block: a unit under by's, or by's own unit and the words that
// say who of it.
func (g Given) lead(ctx context.Context, tx *db.Tx, by auth.Actor) (Unit, string, error) {
	if k := keys([]string{g.Lead}); len(k) == 1 && org.ValidKey(k[0]) {
		u, err := org.Get(ctx, tx, by, k[0])
		if err == nil && u.Closed == "" {
			return Unit{u.ID, u.Key, u.Short}, "", nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return Unit{}, "", err
		}
	}
	return Unit{by.Unit, by.UnitKey, by.UnitName}, vn.Clean(g.Lead), nil
}

// LeavePlan takes back the open tasks of a plan whose blocks are not among kept: it has
// been adopted again without them, or is reopened for good. What is done stays.
func LeavePlan(ctx context.Context, tx *db.Tx, by auth.Actor, plan string, kept []string, reason string) error {
	if err := mayGive(by); err != nil {
		return err
	}
	stays := map[string]bool{}
	for _, b := range kept {
		stays[b] = true
	}
	some, err := blocks(ctx, tx, plan)
	if err != nil {
		return err
	}
	for _, t := range some {
		if stays[t.Order.Block] || !t.Open() {
			continue
		}
		if err := mayDirect(by, t.Order); err != nil {
			return err
		}
		if err := t.withdraw(ctx, tx, by, vn.CleanText(reason)); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, by, "task.leave_plan", plan, "")
}
