package minutes

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/fault"
)

// Who may do what with minutes. Who sees which is in Get.

// mayWrite lets the host's clerk and secretary take the minutes.
func mayWrite(by auth.Actor, c conference.Conference) error {
	if by.Unit == c.Unit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "minutes.error.may_write")
}

// mayChair lets the host's secretary sign for the chair.
func mayChair(by auth.Actor, c conference.Conference) error {
	if by.Unit == c.Unit && by.Is(auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "minutes.error.may_chair")
}
