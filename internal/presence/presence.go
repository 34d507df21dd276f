// Package presence reads rolls and the facts behind them: who is on one and how they
// stand, how many, and what came from which device. What is read here attendance
// writes. Whoever asks has seen the thing that the occasion belongs to.
package presence

import (
	"time"

	"nhipcau/internal/attendance"
)

// A Row is one person on a roll.
type Row struct {
	Member    int64
	MemberKey string
	Name      string
	Office    string
	Unit      int64 // home when invited
	UnitKey   string
	UnitName  string
	State     attendance.State
	Reason    string
	Site      int64  // where the person is to be, or was, 0 for none in particular
	Extra     bool   // checked in without having been invited
	Calls     int64  // roll calls at which the person was there: bit 0 is the first
	Out       bool   // checked out
	Attended  bool   // by the rule of the occasion
	ActorName string // who marked last
	At        time.Time
	Version   int64
}

// A Guestcard is a guest who is a person: one with an invitation has a number.
type Guestcard struct {
	attendance.Visitor
	Number int64
	Site   int64 // where they are to be, or were
	Calls  int64 // roll calls at which they were there: bit 0 is the first
	Out    bool  // checked out
}

// There reports whether the guest was there at a roll call.
func (g Guestcard) There(call int64) bool { return g.Calls>>(call-1)&1 == 1 }
