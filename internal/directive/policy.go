package directive

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with directives. Who may see which is in store.go.

// mayEnter lets a unit's clerk and secretary enter papers.
func mayEnter(by auth.Actor) error {
	if by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "directive.error.may_enter")
}

// mayAmend lets the unit that entered a paper correct it.
func mayAmend(by auth.Actor, d Directive) error {
	if by.IsSystem() || by.Unit == d.Unit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "directive.error.may_amend")
}
