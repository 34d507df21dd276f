package opinion

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with a consultation. Who may see one: units that keep the draft and
// those above, who is asked, and those under them.

func denied(key string) error { return fault.New(fault.Denied, key) }

// MayOpen lets the clerk and the secretary of the unit whose draft it is ask.
func MayOpen(by auth.Actor, owner int64) error {
	if by.For(owner) && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return denied("opinion.error.may_open")
}

// MayRun lets those who may ask extend, remind, note, answer and close.
func MayRun(by auth.Actor, c Consultation) error { return MayOpen(by, c.Unit) }

// MayComment lets everybody signed in comment for a unit that takes part.
func MayComment(by auth.Actor, s Standing) error {
	if by.Known() && s.TakesPart && by.For(s.Unit) {
		return nil
	}
	return denied("opinion.error.may_comment")
}

// MayGather lets a unit's clerk and secretary make its opinion.
func MayGather(by auth.Actor, s Standing) error {
	if s.TakesPart && by.For(s.Unit) && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return denied("opinion.error.may_gather")
}

// MaySend lets a unit's secretary send its opinion up.
func MaySend(by auth.Actor, s Standing) error {
	if s.TakesPart && by.For(s.Unit) && by.Is(auth.Secretary) {
		return nil
	}
	return denied("opinion.error.may_send")
}

// MayRead lets those who keep books read points: of every unit those of the owner and
// above it, of their own those of a unit and above it.
func MayRead(by auth.Actor) error {
	if by.Is(auth.Administrator, auth.Secretary, auth.Clerk, auth.Inspector) {
		return nil
	}
	return denied("opinion.error.may_read")
}

// Readers returns the range of units whose points by may read: the owner and those
// above it read all, everybody once the consultation is closed, else those of their own.
func Readers(by auth.Actor, c Consultation) (path string, err error) {
	switch {
	case c.Over(by):
		return "/", MayRead(by)
	case c.State == Closed:
		return "/", nil
	}
	return by.Path, MayRead(by)
}
