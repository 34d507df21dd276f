package statement

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with statement forms. Who may see which is in store.go.

// mayClose lets the owner's secretary close a form.
func mayClose(by auth.Actor, owner int64) error {
	if by.Unit == owner && by.Is(auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "statement.error.may_close")
}

// mayOpen lets the clerk and the secretary of a unit ask those under it.
func mayOpen(by auth.Actor) error { return entering(by, "statement.error.may_open") }

// mayState lets the clerk and the secretary of the unit itself or of one above
// it state, correct and withdraw; the unit was found through by.
func mayState(by auth.Actor) error { return entering(by, "statement.error.may_state") }

func entering(by auth.Actor, key string) error {
	if by.Unit != 0 && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, key)
}
