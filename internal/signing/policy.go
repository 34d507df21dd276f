package signing

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
)

// Who may do what with reports. Who may see which is filing's.

// maySign lets the secretary of the unit itself sign; for a unit that has ended, the
// secretary of the one that goes on for it.
func maySign(by auth.Actor, u org.Unit) error {
	if by.Is(auth.Secretary) && by.For(u.ID) {
		return nil
	}
	return fault.New(fault.Denied, "signing.error.may_sign")
}

// mayReceive lets the clerk and the secretary of a unit above accept and send back;
// the unit was found through by, so it is by's or under it.
func mayReceive(by auth.Actor, u org.Unit) error {
	if by.Unit != 0 && by.Unit != u.ID && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "signing.error.may_receive")
}

// mayAccept lets the clerk and the secretary of a unit accept what is theirs to accept.
func mayAccept(by auth.Actor) error {
	if by.Unit != 0 && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "signing.error.may_receive")
}
