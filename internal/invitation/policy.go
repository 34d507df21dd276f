package invitation

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with invitations. Who may see which is in store.go.

// MayInvite lets clerks and secretaries of the conference's host say who is invited.
func MayInvite(by auth.Actor, m Meeting) error {
	if by.Unit == m.Unit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "invitation.error.may_invite")
}

// mayAnswer lets clerks and secretaries answer for the people of their units, and
// those of the host and above it for everybody.
func mayAnswer(by auth.Actor, m Meeting, v Invited) error {
	if by.Is(auth.Clerk, auth.Secretary) && (by.Covers(m.Path) || v.Member != 0 && by.Covers(v.path)) {
		return nil
	}
	return fault.New(fault.Denied, "invitation.error.may_answer")
}

// mayName lets those who keep books, and inspectors, read names.
func mayName(by auth.Actor) error {
	if by.Is(auth.Administrator, auth.Secretary, auth.Clerk, auth.Inspector) {
		return nil
	}
	return fault.New(fault.Denied, "invitation.error.may_name")
}
