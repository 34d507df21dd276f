package site

import (
	"context"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// CheckIn takes the facts that a device at a site sends, answers each, and counts
// who has newly checked in at their home units, all at once. The same facts sent
// again change nothing.
//
// What comes after the site has closed counts, marked as late and with a reason; what
// comes after the conference has closed is kept, and counts if it is reopened.
func CheckIn(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, facts []attendance.Fact) ([]attendance.Answer, error) {
	g, s, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return nil, err
	}
	if err := mayKeep(by, g, s); err != nil {
		return nil, err
	}
	if g.Sheet == 0 || g.State == conference.Cancelled {
		return nil, fault.New(fault.Conflict, "conference.error.not_convened")
	}
	taken, err := attendance.Take(ctx, tx, by, g.ID, n, s.State == Closed, facts)
	if err != nil {
		return nil, err
	}
	touch(tx, id, n)
	if len(taken.Homes) > 0 && (s.State == Invited || s.State == Ready) {
		if err := setState(ctx, tx, id, n, s.Version, Joined); err != nil {
			return nil, err
		}
	}
	reason := ""
	if s.State == Closed {
		reason = conference.LateReason
	}
	b := conference.Batch{Conference: g.ID, Site: n, N: taken.Batch}
	return taken.Answers, conference.CountCheckins(ctx, tx, by, g.Sheet, b, taken.Homes, reason)
}
