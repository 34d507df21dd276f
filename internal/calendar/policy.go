package calendar

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with the calendar of forms. Who keeps a form, keeps its plan and
// its last days.

// mayCall lets the clerk and the secretary of a unit remind those under it; the
// unit was found through by.
func mayCall(by auth.Actor) error {
	if by.Unit != 0 && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "calendar.error.may_call")
}
