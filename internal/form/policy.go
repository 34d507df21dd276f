package form

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with forms. Who may see which is in store.go.

// mayMake lets the clerk and the secretary of a unit make forms of it.
func mayMake(by auth.Actor) error { return entering(by, "form.error.may_make") }

// MayKeep lets the owner's clerk and secretary amend, open and close a form and
// its periods.
func MayKeep(by auth.Actor, owner int64) error {
	if !by.For(owner) {
		return fault.New(fault.Denied, "form.error.may_keep")
	}
	return entering(by, "form.error.may_keep")
}

func entering(by auth.Actor, key string) error {
	if by.Unit != 0 && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, key)
}
