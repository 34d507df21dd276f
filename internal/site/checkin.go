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
	return take(ctx, tx, by, id, n, func(g Gathering, late bool) (attendance.Taken, error) {
		return attendance.Take(ctx, tx, by, g.ID, n, late, facts)
	})
}

// take lets facts of a site in and counts what they have moved.
func take(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, in func(g Gathering, late bool) (attendance.Taken, error)) ([]attendance.Answer, error) {
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
	taken, err := in(g, s.State == Closed)
	if err != nil {
		return nil, err
	}
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

// SetAside keeps facts apart that a site has sent and that must not be let in yet: of
// a device that was revoked, or from a file that somebody has changed. The caller
// answers for who sends them.
func SetAside(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, facts []attendance.Fact, why string) ([]attendance.Answer, error) {
	g, s, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return nil, err
	}
	return attendance.SetAside(ctx, tx, by, g.ID, s.N, facts, why)
}

// Release lets facts in that were set aside at a site, by their numbers, with a
// reason, and answers each.
func Release(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, numbers []int64, reason string) ([]attendance.Answer, error) {
	return take(ctx, tx, by, id, n, func(g Gathering, late bool) (attendance.Taken, error) {
		return attendance.Release(ctx, tx, by, g.ID, n, late, numbers, reason)
	})
}

// Count notes how many heads were counted at a roll call, at a site without a list.
func Count(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, call, heads int64) error {
	answers, err := CheckIn(ctx, tx, by, id, n, []attendance.Fact{{
		ID: attendance.NewFactID(tx), Device: "site", At: tx.Now.UnixMilli(), Call: call, State: attendance.Heads, N: heads, Source: "hand",
	}})
	if err != nil {
		return err
	}
	switch answers[0].Result {
	case attendance.Invalid:
		w := fault.Wrong{}
		w.Add("heads", "site.error.heads")
		return w.Err()
	case attendance.Aside:
		return fault.New(fault.Conflict, "site.error.listed")
	}
	return nil
}
