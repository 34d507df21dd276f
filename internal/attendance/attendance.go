// Package attendance keeps who was there, over an occasion that the slice above
// knows: a conference today, a class or a contest later.
//
// The roll is one row per person and occasion with a state; every change of a
// state is kept. Guests are counted apart, by group. A closed occasion changes
// no more until it is reopened. What is written here is read by presence.
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
	Rule
	Version int64

	orphans bool // some facts take back others that have not come
}

// A Mark is what a person is marked as, on the version of the row that the one
// who marks has seen.
type Mark struct {
	Member  int64
	Call    int64 // roll call; 0 is the first
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

// MarkAll marks people on the roll of an open occasion at their roll calls, all or
// none. Marks that change nothing are dropped. If somebody else has changed one of the
// rows since it was seen, nothing is marked and the Conflict wraps a *Stale that says
// which.
func MarkAll(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, marks []Mark) (int, error) {
	o, err := open(ctx, tx, occasion)
	if err != nil {
		return 0, err
	}
	b := newBatch(tx, by, o, 0)
	if err := b.loadMarked(ctx, tx, marks); err != nil {
		return 0, err
	}
	stale := &Stale{}
	var changes []change
	for _, m := range marks {
		if m.Call == 0 {
			m.Call = 1
		}
		if m.State == Out || m.State == NotOut {
			m.Call = 0
		}
		p := b.members[m.Member]
		if p == nil || !p.onRoll {
			return 0, fault.New(fault.NotFound, "error.not_found")
		}
		if err := m.check(b.calls); err != nil {
			return 0, err
		}
		all, _, _ := p.byCall()
		was := p.standing(all, m.Call)
		switch {
		case was.state == m.State && was.reason == m.Reason:
		case p.version != m.Version:
			stale.Members = append(stale.Members, m.Member)
		default:
			h := hand{m.State, m.Reason, m.Call > 0 && p.there(m.Call)}
			p.hand(m.Call, h)
			p.out = m.State == Out || p.out && m.State != NotOut
			b.change(p)
			changes = append(changes, change{m.Member, m.Call, was.state, h})
		}
	}
	if len(stale.Members) > 0 {
		return 0, fault.Wrap(fault.Conflict, stale, "attendance.error.stale", len(stale.Members))
	}
	if len(changes) == 0 {
		return 0, nil
	}
	for _, p := range b.order {
		p.work()
	}
	if err := insertChanges(ctx, tx, by, occasion, changes); err != nil {
		return 0, err
	}
	return len(changes), b.save(ctx, tx)
}

// A change is a mark by hand that changes something.
type change struct {
	member, call int64
	was          State
	hand
}

// standing is what the roll shows of a person at a roll call. Where there is one only,
// it is the state of the row.
func (p *person) standing(all [MostCalls + 1]at, call int64) at {
	if call == 0 {
		if p.out {
			return at{state: Out}
		}
		return at{state: NotOut}
	}
	if all[call].state == "" {
		if p.began {
			return at{state: Exempt}
		}
		return at{state: Invited}
	}
	return all[call]
}

// there reports whether a check-in counts for a person at a roll call.
func (p *person) there(call int64) bool {
	for _, k := range p.facts {
		if k.live() && k.Call == call && k.State.There() {
			return true
		}
	}
	return false
}

func (p *person) hand(call int64, h hand) {
	if p.hands == nil {
		p.hands = map[int64]hand{}
	}
	p.hands[call] = h
}

// check refuses a state or a reason that is none; a reason stands only with an
// excuse.
func (m *Mark) check(calls map[int64]bool) error {
	w := fault.Wrong{}
	if m.Call == 0 {
		m.Reason = ""
		return nil
	}
	if !calls[m.Call] {
		w.Add("call", "attendance.error.no_call")
	}
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
