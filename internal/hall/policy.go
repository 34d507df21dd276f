package hall

import (
	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

// Who may do what in a hall. Whoever sees the conference sees its screen; which
// questions one sees is in store_question.go.

// mayChair lets the clerks and secretaries of the host run the hall, for the chair.
func mayChair(by auth.Actor, h Hall) error {
	if by.Unit == h.Unit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "hall.error.may_chair")
}

// oversees reports whether by sees every question of a hall.
func oversees(by auth.Actor, h Hall) bool {
	return by.Covers(h.path) && by.Is(auth.Administrator, auth.Secretary, auth.Clerk, auth.Inspector)
}

// mayAnswer lets those answer who run the hall, and the clerks and secretaries of the
// unit a question was forwarded to.
func mayAnswer(by auth.Actor, h Hall, q Question) error {
	if q.ToUnit != 0 && by.Unit == q.ToUnit && by.Is(auth.Clerk, auth.Secretary) {
		return nil
	}
	return mayChair(by, h)
}

// joins reports whether by, who sees the conference, is told where its video room is:
// those who run it or a site, or are on its roll.
func joins(by auth.Actor, onRoll bool) bool { return onRoll || by.Is(auth.Clerk, auth.Secretary) }
