// Package attendance keeps who was there, over an occasion that the slice above
// knows: a conference today, a class or a contest later.
//
// The roll is one row per person and occasion with a state; every change of a
// state is kept. Guests are counted apart, by group. A closed occasion changes
// no more until it is reopened.
package attendance

import (
	"context"
	"time"
	"unicode/utf8"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// A State is whether a person was there.
type State string

// The states.
const (
	Invited State = "invited" // not marked yet
	Present State = "present"
	Online  State = "online"
	Excused State = "excused" // absent with a reason
	Absent  State = "absent"
	Exempt  State = "exempt"
)

// States are the states one can mark, in the order of a roll.
var States = []State{Present, Online, Excused, Absent, Exempt}

// There reports whether the person took part.
func (s State) There() bool { return s == Present || s == Online }

// Reasons are why an absence is excused: a short closed list, with nothing on
// health in it.
var Reasons = []string{"duty", "study", "travel", "leave", "other"}

// An Occasion is where a roll is called.
type Occasion struct {
	ID       string
	Tree     string
	Subject  string // what attendance counts towards, "" for nothing
	Host     int64
	ClosedAt time.Time
	People   int64 // on the roll
	Version  int64
}

// A Row is one person on a roll.
type Row struct {
	Member    int64
	MemberKey string
	Name      string
	Office    string
	Unit      int64 // home when invited
	UnitKey   string
	UnitName  string
	State     State
	Reason    string
	Site      int64  // where the person is to be, or was, 0 for none in particular
	Extra     bool   // checked in without having been invited
	ActorName string // who marked last
	At        time.Time
	Version   int64
}

// A Mark is what a person is marked as, on the version of the row that the one
// who marks has seen.
type Mark struct {
	Member  int64
	State   State
	Reason  string
	Version int64
}

// A Guest is a group of guests and how many came.
type Guest struct {
	Label  string
	Number int64
}

// Begin opens an occasion.
func Begin(ctx context.Context, tx *db.Tx, o Occasion) error { return insertOccasion(ctx, tx, o) }

// Invite puts members on the roll of an open occasion; those on it stay as they
// are, and those exempt today begin as exempt. It returns how many were added.
func Invite(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, members []org.Member) (int, error) {
	if _, err := open(ctx, tx, occasion); err != nil {
		return 0, err
	}
	added := 0
	for _, m := range members {
		s := Invited
		if m.Exempt {
			s = Exempt
		}
		ok, err := insert(ctx, tx, by, occasion, m, s)
		if err != nil {
			return 0, err
		}
		if ok {
			added++
		}
	}
	if added == 0 {
		return 0, nil
	}
	return added, addPeople(ctx, tx, occasion, added)
}

// open returns an occasion that still takes marks.
func open(ctx context.Context, tx *db.Tx, id string) (Occasion, error) {
	o, err := Get(ctx, tx, id)
	if err == nil && !o.ClosedAt.IsZero() {
		err = fault.New(fault.Conflict, "attendance.error.closed")
	}
	return o, err
}

// A Stale error names the people somebody else has marked meanwhile.
type Stale struct{ Members []int64 }

func (s *Stale) Error() string { return "attendance: rows have changed" }

// MarkAll marks people on the roll of an open occasion, all or none. Marks that
// change nothing are dropped. If somebody else has changed one of the rows since
// it was seen, nothing is marked and the Conflict wraps a *Stale that says
// which.
func MarkAll(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, marks []Mark) (int, error) {
	if _, err := open(ctx, tx, occasion); err != nil {
		return 0, err
	}
	rows, err := byMember(ctx, tx, occasion, marks)
	if err != nil {
		return 0, err
	}
	stale := &Stale{}
	var todo []Mark
	for _, m := range marks {
		row, ok := rows[m.Member]
		if !ok {
			return 0, fault.New(fault.NotFound, "error.not_found")
		}
		if err := m.check(); err != nil {
			return 0, err
		}
		switch {
		case row.State == m.State && row.Reason == m.Reason:
		case row.Version != m.Version:
			stale.Members = append(stale.Members, m.Member)
		default:
			todo = append(todo, m)
		}
	}
	if len(stale.Members) > 0 {
		return 0, fault.Wrap(fault.Conflict, stale, "attendance.error.stale", len(stale.Members))
	}
	for _, m := range todo {
		if err := mark(ctx, tx, by, occasion, rows[m.Member], m); err != nil {
			return 0, err
		}
	}
	return len(todo), nil
}

// check refuses a state or a reason that is none; a reason stands only with an
// excuse.
func (m *Mark) check() error {
	w := fault.Wrong{}
	if m.State != Invited && !one(States, m.State) {
		w.Add("state", "attendance.error.state")
	}
	if m.State != Excused {
		m.Reason = ""
	} else if !one(Reasons, m.Reason) {
		w.Add("reason", "attendance.error.reason")
	}
	return w.Err()
}

func one[T comparable](all []T, x T) bool {
	for _, y := range all {
		if x == y {
			return true
		}
	}
	return false
}

const (
	maxLabel  = 200
	maxGuests = 100000
)

// SetGuests replaces the groups of guests of an open occasion. Groups without a
// name and a number are dropped.
func SetGuests(ctx context.Context, tx *db.Tx, occasion string, guests []Guest) error {
	if _, err := open(ctx, tx, occasion); err != nil {
		return err
	}
	w := fault.Wrong{}
	var clean []Guest
	for _, g := range guests {
		g.Label = vn.Clean(g.Label)
		if g.Label == "" && g.Number == 0 {
			continue
		}
		if g.Label == "" || utf8.RuneCountInString(g.Label) > maxLabel || g.Number < 0 || g.Number > maxGuests {
			w.Add("guests", "attendance.error.guests")
		}
		clean = append(clean, g)
	}
	if err := w.Err(); err != nil {
		return err
	}
	return replaceGuests(ctx, tx, occasion, clean)
}

// Close ends an occasion: its roll changes no more.
func Close(ctx context.Context, tx *db.Tx, occasion string) error {
	if _, err := open(ctx, tx, occasion); err != nil {
		return err
	}
	return setClosed(ctx, tx, occasion, tx.Now)
}

// Reopen lets a closed occasion's roll change again.
func Reopen(ctx context.Context, tx *db.Tx, occasion string) error {
	o, err := Get(ctx, tx, occasion)
	if err != nil {
		return err
	}
	if o.ClosedAt.IsZero() {
		return fault.New(fault.Conflict, "error.conflict")
	}
	return setClosed(ctx, tx, occasion, nil)
}
