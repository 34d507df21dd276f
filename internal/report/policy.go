package report

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with reports. Who may see which is in store.go.

// mayWrite lets the clerk and the secretary of the unit itself write.
func mayWrite(by auth.Actor, unit int64) error {
	if by.Unit == unit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "report.error.may_write")
}

// maySubmit lets the secretary of the unit itself sign.
func maySubmit(by auth.Actor, unit int64) error {
	if by.Unit == unit && by.Is(auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "report.error.may_submit")
}

// mayReceive lets the clerk and the secretary of a unit above return and accept.
func mayReceive(by auth.Actor, unit int64) error {
	if by.Unit != unit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "report.error.may_receive")
}
