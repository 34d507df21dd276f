package task

import (
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with tasks. Who may see which is in store.go.

// mayGive lets the clerk and the secretary of a unit give work in its name.
func mayGive(by auth.Actor) error {
	if by.Unit != 0 && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "task.error.may_give")
}

// MayGive reports whether by may give work.
func MayGive(by auth.Actor) bool { return mayGive(by) == nil }

// mayWork lets the clerk and the secretary of the lead, and the person named, say how
// it goes and that it is done.
func mayWork(by auth.Actor, t Task) error {
	if by.For(t.Lead.ID) && by.Is(auth.Clerk, auth.Secretary) || t.Person != 0 && by.Member == t.Person {
		return nil
	}
	return fault.New(fault.Denied, "task.error.may_work")
}

// mayDirect lets the clerk and the secretary of the unit that gave an order change it,
// give more time and take it back.
func mayDirect(by auth.Actor, o Order) error {
	if by.For(o.Unit.ID) && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "task.error.may_direct")
}

// mayVerify lets those of the unit that gave the task, and of units above it, say
// whether it is done, but nobody for their own unit: what a unit gives itself is for a
// unit above it to verify. At the top, where nothing stands above, its secretary does.
func mayVerify(by auth.Actor, t Task) error {
	own := by.For(t.Lead.ID)
	top := by.Unit != 0 && by.Path == t.leadPath && strings.Count(t.leadPath, "/") == 2
	switch {
	case own && top && by.Is(auth.Secretary):
		return nil
	case !own && by.Is(auth.Clerk, auth.Secretary) && by.Covers(t.Order.unitPath):
		return nil
	}
	return fault.New(fault.Denied, "task.error.may_verify")
}
