// Package signing carries a unit's return through its steps: submitted to the level
// above, which accepts it or sends it back with reasons figure by figure; or approved
// by the unit's secretary first, whose signature covers exactly what it says at that
// moment.
//
// Only forms that ask for steps have them. Nothing of what was signed is changed: a
// correction is a new return, and pages show what was signed, what stands, and the
// difference.
package signing

import (
	"time"

	"nhipcau/internal/vn"
)

// A State is where the return of a unit stands. The first is without a row.
type State string

// The states.
const (
	None      State = ""
	Asked     State = "asked"     // waits for the unit's own secretary
	Submitted State = "submitted" // waits for the unit above
	Returned  State = "returned"  // to be mended and submitted again
	Accepted  State = "accepted"
	Withdrawn State = "withdrawn" // taken back by the unit
)

// States are the states by which the unit above finds returns.
var States = []State{Submitted, Returned, Accepted}

// A Report is how the return of a unit in a period stands.
type Report struct {
	Period   string
	Unit     int64
	Above    int64 // the unit that accepts it
	State    State
	N        int64  // of the return that was submitted last, 0 if none was
	Accepted int64  // number of the return that was accepted last, 0 if none was
	Until    vn.Day // by which what was sent back is to come again, or ""
	Hash     string // of what waits, for the secretary or for the unit above
	At       time.Time
	Version  int64 // 0 if there is no row

	waits string // JSON of what waits for the secretary
}

// Revised reports whether r is a correction of what was accepted before.
func (r Report) Revised() bool { return r.Accepted > 0 && r.N > r.Accepted }

// A Kind is what somebody did with a report.
type Kind string

// The kinds.
const (
	DidAsk    Kind = "asked"     // gave it to the secretary
	DidSubmit Kind = "submitted" // sent it up; of forms without a signature
	DidSign   Kind = "signed"    // signed it and sent it up
	DidRefuse Kind = "refused"   // the secretary gave it back to the clerk
	DidReturn Kind = "returned"  // the unit above sent it back
	DidAccept Kind = "accepted"
	DidDraw   Kind = "withdrawn"
)

// An Event is one deed in the life of a report; it is never changed.
type Event struct {
	Period  string
	Unit    int64
	K       int64 // from 1
	Kind    Kind
	N       int64  // of the return it is about, 0 while it was a draft
	Hash    string // of what that said to who did it
	Mark    int64  // last post of the house that was seen, 0 if nothing depends on it
	Login   string
	Name    string
	Office  string
	Reason  string
	Reasons map[string]string // by key of the item
	Until   vn.Day
	At      time.Time
}

const maxWhy = 2000
