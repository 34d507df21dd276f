package sheet

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
	"nhipcau/internal/invitation"
)

// Who may do what with the lists of a site; those of a whole conference are for whoever
// may invite.

// mayKeepSite lets clerks and secretaries of a site's host, and of the conference's,
// and of units above these, print its list and mark from it.
func mayKeepSite(by auth.Actor, m invitation.Meeting, host string) error {
	if by.Is(auth.Clerk, auth.Secretary) && (by.Covers(m.Path) || by.Covers(host)) {
		return nil
	}
	return fault.New(fault.Denied, "site.error.may_keep")
}
