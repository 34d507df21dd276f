package clause

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
)

// Who may do what with clauses. Whoever sees the paper sees them.

// maySet lets the unit that keeps a directive say what its pieces are.
func maySet(by auth.Actor, d directive.Directive) error {
	if by.Unit == d.Unit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "clause.error.may_set")
}

// MaySet reports whether by may say what the pieces of a directive are.
func MaySet(by auth.Actor, d directive.Directive) bool { return maySet(by, d) == nil }
