package org

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with units and members. Who may see which is in store.go.

// mayKeep lets the administrator of a subtree change its units.
func mayKeep(by auth.Actor) error {
	if by.Is(auth.Administrator) {
		return nil
	}
	return fault.New(fault.Denied, "org.error.may_keep")
}

// mayEnrol lets those who keep a unit's books change its members; a unit above
// does so for units under it, which may have nobody on the system yet.
func mayEnrol(by auth.Actor) error {
	if by.Is(auth.Administrator, auth.Secretary, auth.Clerk) {
		return nil
	}
	return fault.New(fault.Denied, "org.error.may_enrol")
}
