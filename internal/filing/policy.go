package filing

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with periods and returns. Who keeps a form, keeps its periods.

// maySubmit lets the clerk and the secretary of the unit itself or of one above
// it return its figures, correct and withdraw them; the unit was found through by.
func maySubmit(by auth.Actor) error { return entering(by, "filing.error.may_submit") }

func entering(by auth.Actor, key string) error {
	if by.Unit != 0 && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, key)
}
