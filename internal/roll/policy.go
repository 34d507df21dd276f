package roll

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/fault"
)

// mayCall lets those who may run a conference see the page where its roll is called.
func mayCall(by auth.Actor, host int64) error {
	if conference.MayRun(by, host) {
		return nil
	}
	return fault.New(fault.Denied, "conference.error.may_run")
}
