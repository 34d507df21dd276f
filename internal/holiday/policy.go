package holiday

import (
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// mayKeep lets the administrators of a tree's highest unit change the days: they hold
// for the whole house.
func mayKeep(by auth.Actor) error {
	if by.Is(auth.Administrator) && strings.Count(by.Path, "/") <= 2 {
		return nil
	}
	return fault.New(fault.Denied, "holiday.error.may")
}
