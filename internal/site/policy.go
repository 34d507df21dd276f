package site

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with sites. Who may see which is in store.go.

// mayArrange lets clerks and secretaries of the conference's host, and of units above
// it, say which sites there are.
func mayArrange(by auth.Actor, g Gathering) error {
	if by.Is(auth.Clerk, auth.Secretary) && by.Covers(g.path) {
		return nil
	}
	return fault.New(fault.Denied, "site.error.may_arrange")
}

// mayKeep lets those also keep a site, and send its check-ins, who are clerks or
// secretaries of its host or of a unit above that.
func mayKeep(by auth.Actor, g Gathering, s Site) error {
	if by.Is(auth.Clerk, auth.Secretary) && (by.Covers(s.path) || by.Covers(g.path)) {
		return nil
	}
	return fault.New(fault.Denied, "site.error.may_keep")
}

// MayKeep is mayKeep for the slices above.
func MayKeep(by auth.Actor, g Gathering, s Site) error { return mayKeep(by, g, s) }

// mayName lets those, administrators and inspectors read the names at a site.
func mayName(by auth.Actor, g Gathering, s Site) error {
	if by.Is(auth.Administrator, auth.Secretary, auth.Clerk, auth.Inspector) && (by.Covers(s.path) || by.Covers(g.path)) {
		return nil
	}
	return fault.New(fault.Denied, "site.error.may_name")
}
