package app

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/cycle"
	"nhipcau/internal/db"
	"nhipcau/internal/holiday"
	"nhipcau/internal/plan"
	"nhipcau/internal/task"
	"nhipcau/internal/vn"
)

// What goes on from one slice to another is handed over here.

// adopted is what follows the adoption of a plan: its tasks are given. After a
// reopening they go on until it is adopted again.
func adopted(ctx context.Context, tx *db.Tx, by auth.Actor, p plan.Plan) error {
	if p.State != plan.Adopted {
		return nil
	}
	var kept []string
	for _, t := range p.Tasks {
		lead := t.LeadKey
		if lead == "" {
			lead = t.Lead
		}
		if err := task.FromPlan(ctx, tx, by, task.Given{
			Plan: p.ID, Title: p.Title, Block: t.ID, Text: t.Text, Lead: lead, Deliverable: t.Deliverable, Deadline: t.Deadline,
		}); err != nil {
			return err
		}
		kept = append(kept, t.ID)
	}
	return task.LeavePlan(ctx, tx, by, p.ID, kept, "Chương trình hành động được thông qua lại không còn nhiệm vụ này.")
}

// daysOff are the days on which nobody works, for deadlines that a rule gives.
func daysOff(ctx context.Context, tx *db.Tx, from, to vn.Day) (cycle.Off, error) {
	c, err := holiday.Between(ctx, tx, from, to)
	return func(d vn.Day) bool { return !c.Works(d) }, err
}
