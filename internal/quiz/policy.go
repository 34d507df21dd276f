package quiz

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what. Who may run a quiz about a thing, and name those who took it, says
// the slice that knows the thing.

// mayKeepBank lets the clerk and the secretary of a unit keep its banks.
func mayKeepBank(by auth.Actor, unit int64) error {
	if by.Unit == unit && unit != 0 && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "quiz.error.may_keep")
}

// mayReadBanks lets those who make or present see questions with what is right.
func mayReadBanks(by auth.Actor) error {
	if by.Is(auth.Clerk, auth.Secretary, auth.Speaker) {
		return nil
	}
	return fault.New(fault.Denied, "quiz.error.may_read")
}

func mayRun(s Subject) error {
	if s.MayRun {
		return nil
	}
	return fault.New(fault.Denied, "quiz.error.may_run")
}

func mayName(s Subject) error {
	if s.MayName {
		return nil
	}
	return fault.New(fault.Denied, "quiz.error.may_name")
}
