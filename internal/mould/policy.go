package mould

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// mayKeep lets the clerk and the secretary of a unit hand in its pattern.
func mayKeep(by auth.Actor, unit int64) error {
	if by.Unit == unit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "mould.error.may_keep")
}
