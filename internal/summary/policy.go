package summary

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// mayWrite lets the clerk and the secretary of a unit write its summary.
func mayWrite(by auth.Actor, unit int64) error {
	if by.For(unit) && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "summary.error.may_write")
}
