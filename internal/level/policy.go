package level

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with levels. Who sees them sees the conference.

// mayPlan lets the host's clerk and secretary plan the levels under a conference.
func mayPlan(by auth.Actor, host int64) error {
	if by.Unit == host && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "conference.error.may_run")
}

// mayHold lets a unit's clerk and secretary enter its conference.
func mayHold(by auth.Actor) bool { return by.Is(auth.Clerk, auth.Secretary) }
