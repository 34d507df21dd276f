package rollout

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with rollouts. Who may see which is in store.go.

// mayDraft lets the host's clerk and secretary write a rollout.
func mayDraft(by auth.Actor, host int64) error {
	if by.Unit == host && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "rollout.error.may_draft")
}

// MayApprove lets the host's secretary approve, return, withdraw and extend.
func MayApprove(by auth.Actor, host int64) error {
	if by.Unit == host && by.Is(auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "rollout.error.may_approve")
}

// MayFollow lets a unit above those obliged remind them and enter what a unit
// that is not on the system has declared on paper.
func MayFollow(by auth.Actor, unit int64) error {
	if by.Unit != unit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "rollout.error.may_follow")
}
