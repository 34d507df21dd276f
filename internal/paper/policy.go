package paper

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with papers. Who may see which is in store.go.

// mayIssue lets the secretary of the unit itself issue and withdraw its papers.
func mayIssue(by auth.Actor, unit int64) error {
	if by.Unit == unit && by.Is(auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "paper.error.may_issue")
}

// MayIssue reports whether by may issue papers of a unit.
func MayIssue(by auth.Actor, unit int64) bool { return mayIssue(by, unit) == nil }

// maySetLetterhead lets those who keep a unit's books set how its papers read;
// a unit above does so for units under it.
func maySetLetterhead(by auth.Actor) error {
	if by.Is(auth.Administrator, auth.Secretary, auth.Clerk) {
		return nil
	}
	return fault.New(fault.Denied, "paper.error.may_letterhead")
}
