package conference

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/rung"
)

// Copy returns the form of a conference that a unit holds for the same as c: with
// its rollout, title, mode and topics.
func (c Conference) Copy() Form {
	return Form{Rollout: c.Rollout, Title: c.Title, Sort: "main", Mode: c.Mode, Topics: c.Topics, Parent: c.ID}
}

// checkParent finds the conference above that f names, and that it asks by's unit to
// hold one.
func (f *Form) checkParent(ctx context.Context, tx *db.Tx, by auth.Actor) error {
	if f.Parent == "" {
		f.Level = 0
		return nil
	}
	up, err := Get(ctx, tx, by, f.Parent)
	if err != nil {
		return err
	}
	asks, err := rung.Asks(ctx, tx, up.ID, f.Level, by.Unit)
	if err == nil && (!asks || up.State == Cancelled) {
		err = fault.New(fault.Conflict, "conference.error.level")
	}
	return err
}

func (c Conference) rung() rung.Held {
	return rung.Held{ID: c.ID, Parent: c.Parent, Level: c.Level}
}
