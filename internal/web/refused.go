package web

import (
	"net/http"
	"slices"

	"nhipcau/internal/fault"
)

// Refused says where on its page it stands that a verb has refused what was typed: at
// the fields that are wrong or, where there are none, in a message about the whole; and
// the status of that page. Without an error that is OK. It is not ok for an error that
// is no such refusal, which is answered by a page of its own: any but Invalid, Conflict
// and the kinds named.
func Refused(failed error, wrong *map[string]fault.Text, message *fault.Text, also ...fault.Kind) (status int, ok bool) {
	if failed == nil {
		return http.StatusOK, true
	}
	f := fault.Of(failed)
	if f.Kind != fault.Invalid && f.Kind != fault.Conflict && !slices.Contains(also, f.Kind) {
		return 0, false
	}
	if *wrong = f.Fields; len(f.Fields) == 0 {
		*message = f.Text
	}
	return Status(failed), true
}
