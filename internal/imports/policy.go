package imports

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may import what. Who may see which import is in store.go; what each row may
// touch, the slices say that keep the books.

// keepers are who imports each kind.
var keepers = map[Kind][]auth.Role{
	Units:       {auth.Administrator},
	Members:     {auth.Administrator, auth.Secretary, auth.Clerk},
	Attendance:  {auth.Secretary, auth.Clerk},
	Sites:       {auth.Secretary, auth.Clerk},
	Invitations: {auth.Secretary, auth.Clerk},
	Figures:     {auth.Secretary, auth.Clerk},
}

// mayImport lets those import who keep the books of that kind.
func mayImport(by auth.Actor, k Kind) error {
	if _, ok := sorts[k]; !ok {
		return fault.New(fault.NotFound, "error.not_found")
	}
	if by.Is(keepers[k]...) {
		return nil
	}
	return fault.New(fault.Denied, "imports.error.may_import")
}

// mayConfirm lets the one who offered a file confirm it, for the same unit.
func mayConfirm(by auth.Actor, im Import) error {
	if by.Login == im.Login && by.Unit == im.Unit && by.Tree == im.Tree {
		return mayImport(by, im.Kind)
	}
	return fault.New(fault.Denied, "imports.error.may_confirm")
}
