package account

import (
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with logins. Who may see which is in store.go.

// mayManage lets administrators of a subtree, and secretaries for the units
// under their own, make logins and print slips.
func mayManage(by auth.Actor, unit int64) error {
	if by.Is(auth.Administrator) || by.Is(auth.Secretary) && unit != by.Unit {
		return nil
	}
	return fault.New(fault.Denied, "account.error.may_manage")
}

// mayGrant lets nobody give a role they do not stand above: administrators
// any, secretaries all but administrator.
func mayGrant(by auth.Actor, r auth.Role) error {
	if by.Is(auth.Administrator) || by.Is(auth.Secretary) && slices.Contains([]auth.Role{auth.Secretary, auth.Clerk, auth.Member}, r) {
		return nil
	}
	return fault.New(fault.Denied, "account.error.may_grant")
}
