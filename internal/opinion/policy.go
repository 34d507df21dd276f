package opinion

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with a consultation. Who may see one: units that keep the draft and
// those above, who is asked, and those under them.

func denied(key string) error { return fault.New(fault.Denied, key) }

// mayOpen lets the clerk and the secretary of the unit whose draft it is ask.
func mayOpen(by auth.Actor, owner int64) error {
	if by.Unit == owner && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return denied("opinion.error.may_open")
}

// mayRun lets those who may ask extend, remind, note, answer and close.
func mayRun(by auth.Actor, c Consultation) error { return mayOpen(by, c.Unit) }

// mayComment lets everybody signed in comment for a unit that takes part.
func mayComment(by auth.Actor, s Standing) error {
	if by.Known() && s.TakesPart && by.Unit == s.Unit {
		return nil
	}
	return denied("opinion.error.may_comment")
}

// mayGather lets a unit's clerk and secretary make its opinion.
func mayGather(by auth.Actor, s Standing) error {
	if s.TakesPart && by.Unit == s.Unit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return denied("opinion.error.may_gather")
}

// maySend lets a unit's secretary send its opinion up.
func maySend(by auth.Actor, s Standing) error {
	if s.TakesPart && by.Unit == s.Unit && by.Is(auth.Secretary) {
		return nil
	}
	return denied("opinion.error.may_send")
}

// mayRead lets those who keep books read points: of every unit those of the owner and
// above it, of their own those of a unit and above it.
func mayRead(by auth.Actor) error {
	if by.Is(auth.Administrator, auth.Secretary, auth.Clerk, auth.Inspector) {
		return nil
	}
	return denied("opinion.error.may_read")
}
