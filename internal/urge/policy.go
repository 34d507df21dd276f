package urge

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// mayRule lets the secretary and the clerk read and change the rules of the unit they
// act for.
func mayRule(by auth.Actor) error {
	if by.Unit != 0 && by.Is(auth.Secretary, auth.Clerk) {
		return nil
	}
	return fault.New(fault.Denied, "task.error.may_give")
}
