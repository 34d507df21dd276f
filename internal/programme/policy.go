package programme

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/fault"
)

// Who may do what with programmes. Who sees a conference sees its programme and the
// materials; who else sees its page is in Open.

// mayArrange lets those who prepare a conference set its programme and materials.
func mayArrange(by auth.Actor, c conference.Conference) error {
	if conference.MayRun(by, c.Unit) {
		return nil
	}
	return fault.New(fault.Denied, "conference.error.may_run")
}
