package minutes

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/paper"
)

// Draft lays the minutes out as they stand, without a number.
func Draft(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (paper.Print, error) {
	m, err := found(ctx, tx, by, id)
	if err != nil {
		return paper.Print{}, err
	}
	return paper.Draft(ctx, tx, by.Tree, m.Conference.Unit, m.print())
}

// Issue gives minutes that both have signed the next number of the register.
func Issue(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (paper.Paper, error) {
	m, err := Get(ctx, tx, by, id)
	if err != nil {
		return paper.Paper{}, err
	}
	if err := mayChair(by, m.Conference); err != nil {
		return paper.Paper{}, err
	}
	if !m.Done() {
		return paper.Paper{}, fault.New(fault.Conflict, "minutes.error.unsigned")
	}
	return paper.Issue(ctx, tx, by, m.print())
}
