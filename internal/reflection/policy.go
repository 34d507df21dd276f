package reflection

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with papers. Who may see a conference is its own business.

// mayAsk lets the clerk and the secretary of the conference's host say what is asked.
func mayAsk(by auth.Actor, host int64) error {
	if by.Unit == host && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "reflection.error.may_ask")
}

// mayHandIn lets a person hand in their own paper, and the clerk or secretary of their
// unit, or of one above it, for one without a phone.
func mayHandIn(by auth.Actor, p Person) error {
	if by.Member == p.Member && by.Member != 0 || by.Is(auth.Clerk, auth.Secretary) && by.Covers(p.path) {
		return nil
	}
	return fault.New(fault.Denied, "reflection.error.may_hand_in")
}

// mayGrade lets the clerk or secretary of the host or of the person's unit return,
// accept and grade, as the set says; nobody their own paper.
func mayGrade(by auth.Actor, s Set, p Person) error {
	if by.Member != 0 && by.Member == p.Member {
		return fault.New(fault.Denied, "reflection.error.own")
	}
	host := s.Graders != "home" && by.Unit == s.Unit
	home := s.Graders != "host" && by.Unit == p.Unit
	if by.Is(auth.Clerk, auth.Secretary) && (host || home) {
		return nil
	}
	return fault.New(fault.Denied, "reflection.error.may_grade")
}

// mayList lets those who keep a unit's books read who has handed in.
func mayList(by auth.Actor) error {
	if by.Is(auth.Administrator, auth.Secretary, auth.Clerk, auth.Inspector) {
		return nil
	}
	return fault.New(fault.Denied, "reflection.error.may_list")
}
