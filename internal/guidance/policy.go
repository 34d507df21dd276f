package guidance

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with guidance. Who may see which is in store.go.

// mayMake lets the clerk and the secretary of a unit write guidance of it.
func mayMake(by auth.Actor) error { return entering(by, "guidance.error.may_make") }

// mayKeep lets the clerk and the secretary of the unit that publishes it amend,
// publish, correct and withdraw guidance, and remind of it.
func mayKeep(by auth.Actor, unit int64) error {
	if !by.For(unit) {
		return fault.New(fault.Denied, "guidance.error.may_keep")
	}
	return entering(by, "guidance.error.may_keep")
}

// mayAnswer lets the clerk and the secretary of a unit receive guidance for it and say
// what it has done.
func mayAnswer(by auth.Actor) error { return entering(by, "guidance.error.may_answer") }

func entering(by auth.Actor, key string) error {
	if by.Unit != 0 && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, key)
}
