package plan

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with plans. Who may see which is in store.go.

// mayWrite lets the clerk and the secretary of the unit itself draft its plan;
// a unit above reads it and does not write it.
func mayWrite(by auth.Actor, unit int64) error {
	if by.For(unit) && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "plan.error.may_write")
}

// mayAdopt lets the secretary of the unit itself adopt.
func mayAdopt(by auth.Actor, unit int64) error {
	if by.For(unit) && by.Is(auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "plan.error.may_adopt")
}
