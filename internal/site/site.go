// Package site keeps the sites that a conference joins: which unit hosts each, who
// gathers there, and who has checked in, as devices at the site send it.
//
// A person is on the roll at one site at a time. Where they check in is where they
// were; the check-in that counts is the earliest, wherever it was made.
package site

import (
	"context"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// A State is where a site stands.
type State string

// The states.
const (
	Invited State = "invited"
	Ready   State = "ready"  // its host has said so
	Joined  State = "joined" // somebody has checked in
	Closed  State = "closed" // what comes later is marked as late
)

// States are all states, in their order.
var States = []State{Invited, Ready, Joined, Closed}

// A Site is a room joined in a conference.
type Site struct {
	Conference string
	N          int64 // from 1
	Unit       int64 // host
	UnitKey    string
	UnitName   string
	Name       string
	Address    string
	Capacity   int64 // 0 if not known
	Contact    string
	Phone      string
	State      State
	EnteredAt  time.Time
	Version    int64

	path string // of the host
}

// A Form is what a person fills in for a site.
type Form struct {
	Unit     string // key of the host
	Name     string
	Address  string
	Capacity int64
	Contact  string
	Phone    string
}

const (
	maxText     = 300
	maxPhone    = 40
	maxCapacity = 100_000
)

func (f *Form) check() fault.Wrong {
	w := fault.Wrong{}
	f.Name, f.Address, f.Contact, f.Phone = vn.Clean(f.Name), vn.Clean(f.Address), vn.Clean(f.Contact), vn.Clean(f.Phone)
	w.Text("name", f.Name, maxText, true)
	w.Text("address", f.Address, maxText, false)
	w.Text("contact", f.Contact, maxText, false)
	w.Text("phone", f.Phone, maxPhone, false)
	if f.Capacity < 0 || f.Capacity > maxCapacity {
		w.Add("capacity", "site.error.capacity", maxCapacity)
	}
	return w
}

// host finds the unit of a form through by.
func (f *Form) host(ctx context.Context, tx *db.Tx, by auth.Actor) (org.Unit, error) {
	w := f.check()
	u, err := org.Get(ctx, tx, by, f.Unit)
	if fault.Is(err, fault.NotFound) {
		w.Add("unit", "site.error.unit")
		err = nil
	}
	if err == nil {
		err = w.Err()
	}
	return u, err
}

// A Gathering is a conference as its sites see it.
type Gathering struct {
	ID    string
	Title string
	Day   vn.Day
	Unit  int64 // host
	State conference.State
	Sheet int64

	tree, path string // of the host
}

// open refuses where a conference takes no more sites and people.
func (g Gathering) open() error {
	if g.State != conference.Draft && g.State != conference.Convened {
		return fault.New(fault.Conflict, "conference.error.closed")
	}
	return nil
}

// Add adds a site to a conference; its number is the next.
func Add(ctx context.Context, tx *db.Tx, by auth.Actor, id string, f Form) (Site, error) {
	g, err := Find(ctx, tx, by, id)
	if err != nil {
		return Site{}, err
	}
	if err := mayArrange(by, g); err != nil {
		return Site{}, err
	}
	if err := g.open(); err != nil {
		return Site{}, err
	}
	u, err := f.host(ctx, tx, by)
	if err != nil {
		return Site{}, err
	}
	if err := tx.Lock(ctx, "site "+g.ID); err != nil {
		return Site{}, err
	}
	n, err := next(ctx, tx, g.ID)
	if err != nil {
		return Site{}, err
	}
	if err := insert(ctx, tx, by, g.ID, n, u.ID, f); err != nil {
		return Site{}, err
	}
	if err := audit.Record(ctx, tx, by, "site.add", g.ID, f.Name); err != nil {
		return Site{}, err
	}
	_, s, err := Get(ctx, tx, by, id, n)
	return s, err
}

// Amend changes a site; its host's people change all but the host. It is a Conflict
// if the site has changed since version.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64, f Form) error {
	g, s, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	if err := mayKeep(by, g, s); err != nil {
		return err
	}
	if s.State == Closed {
		return fault.New(fault.Conflict, "site.error.closed")
	}
	host := s.Unit
	if f.Unit == "" || mayArrange(by, g) != nil {
		if err := f.check().Err(); err != nil {
			return err
		}
	} else {
		u, err := f.host(ctx, tx, by)
		if err != nil {
			return err
		}
		host = u.ID
	}
	if host != s.Unit { // whose figures the heads counted there are
		if err := g.open(); err != nil {
			return err
		}
	}
	if err := update(ctx, tx, g.ID, n, version, host, f); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "site.amend", g.ID, f.Name)
}

// MakeReady notes that a site can be joined.
func MakeReady(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
	return move(ctx, tx, by, id, n, version, Ready, Invited)
}

// Close ends a site: what its devices send later still counts, and is marked as late.
func Close(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
	return move(ctx, tx, by, id, n, version, Closed, Invited, Ready, Joined)
}

func move(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64, to State, from ...State) error {
	g, s, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	if err := mayKeep(by, g, s); err != nil {
		return err
	}
	for _, f := range from {
		if s.State == f {
			if err := setState(ctx, tx, g.ID, n, version, to); err != nil {
				return err
			}
			return audit.Record(ctx, tx, by, "site."+string(to), g.ID, s.Name)
		}
	}
	return fault.New(fault.Conflict, "error.conflict")
}

// mostPut is how many people are put at a site at once.
const mostPut = 5_000

// Put puts all members of units on the roll at a site: whoever is on it moves there,
// unless they have checked in elsewhere. With whole, the units under them too. It
// returns how many are new on the roll, and how many have moved.
func Put(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, units []string, whole bool) (fresh, moved int, err error) {
	g, s, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return 0, 0, err
	}
	if err := mayKeep(by, g, s); err != nil {
		return 0, 0, err
	}
	if g.State != conference.Convened {
		return 0, 0, fault.New(fault.Conflict, "conference.error.not_convened")
	}
	if len(units) == 0 {
		w := fault.Wrong{}
		w.Add("units", "error.needed")
		return 0, 0, w.Err()
	}
	for _, key := range units {
		u, err := org.Get(ctx, tx, by, key)
		if fault.Is(err, fault.NotFound) {
			w := fault.Wrong{}
			w.Add("units", "site.error.unit")
			err = w.Err()
		}
		if err != nil {
			return 0, 0, err
		}
		people, err := members(ctx, tx, g.tree, u.ID, whole, mostPut+1)
		if err != nil {
			return 0, 0, err
		}
		if len(people) > mostPut {
			return 0, 0, fault.New(fault.Conflict, "site.error.many", mostPut)
		}
		a, b, err := attendance.PutAt(ctx, tx, by, g.ID, n, people)
		if err != nil {
			return 0, 0, err
		}
		fresh, moved = fresh+a, moved+b
	}
	return fresh, moved, audit.Record(ctx, tx, by, "site.put", g.ID, s.Name)
}
