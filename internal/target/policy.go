package target

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what with targets. Who may see which is in store.go.

// mayMake lets the clerk and the secretary of a unit set targets for it.
func mayMake(by auth.Actor) error { return entering(by, "target.error.may_make") }

// mayKeep lets the clerk and the secretary of the unit that has set a target amend,
// open, revise and close it.
func mayKeep(by auth.Actor, unit int64) error {
	if !by.For(unit) {
		return fault.New(fault.Denied, "target.error.may_keep")
	}
	return entering(by, "target.error.may_keep")
}

// mayHand lets the clerk and the secretary of a unit hand down what it was given.
func mayHand(by auth.Actor, unit int64) error {
	if !by.For(unit) {
		return fault.New(fault.Denied, "target.error.may_hand")
	}
	return entering(by, "target.error.may_hand")
}

// mayAnswer lets the secretary of a unit, and the clerk for them, say what it takes
// on: nobody above says it for the unit.
func mayAnswer(by auth.Actor, unit int64) error {
	if !by.For(unit) {
		return fault.New(fault.Denied, "target.error.may_answer")
	}
	return entering(by, "target.error.may_answer")
}

func entering(by auth.Actor, key string) error {
	if by.Unit != 0 && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, key)
}
