package conference

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with conferences. Who may see which is in store.go.

// mayRun lets the host's clerk and secretary prepare, call the roll and close.
func mayRun(by auth.Actor, host int64) error {
	if by.Unit == host && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "conference.error.may_run")
}

// mayReopen lets the host's secretary reopen what was counted.
func mayReopen(by auth.Actor, host int64) error {
	if by.Unit == host && by.Is(auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "conference.error.may_reopen")
}

// MayName lets those who keep a unit's books, and inspectors, read the names on a
// roll.
func MayName(by auth.Actor) error {
	if by.Is(auth.Administrator, auth.Secretary, auth.Clerk, auth.Inspector) {
		return nil
	}
	return fault.New(fault.Denied, "conference.error.may_names")
}
