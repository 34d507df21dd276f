package device

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/site"
)

// An Apart is a fact that was set aside at a site, and what was decided about it.
type Apart struct {
	ID, Body, Why string
	ActorName     string // in whose name it came
	At            time.Time
	Decision      string // released or left, "" while it is open
	Result        attendance.Result
	DecidedBy     string
	DecidedAt     time.Time
	Member        string // name, of a member that is known

	fact attendance.Fact
}

// The decisions.
const (
	released = "released" // taken in
	left     = "left"     // seen, and left apart
)

// Key tells a fact that was set aside from others of the same id.
func (a Apart) Key() string { return digest(a.Body)[:16] }

// Device is the id of the device that noted it.
func (a Apart) Device() string { return a.fact.Device }

// When is when it was noted, by the device's corrected clock; zero if it does not say.
func (a Apart) When() time.Time {
	if a.fact.At <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(a.fact.At + a.fact.Offset).UTC()
}

// State is what it says of the person.
func (a Apart) State() string { return string(a.fact.State) }

// Who names whom it is about: a member, a guest, or what stands for one.
func (a Apart) Who() string {
	switch {
	case a.Member != "":
		return a.Member
	case a.fact.Guest.Name != "":
		return a.fact.Guest.Name
	case a.fact.Member != "":
		return a.fact.Member
	case a.fact.Code != "":
		return a.fact.Code
	}
	return ""
}

const mostOpen = 200 // facts shown, of those to be decided about

// Quarantine returns what is set aside at a site: what is to be decided about, and
// what was decided lately.
func Quarantine(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (open, decided []Apart, err error) {
	if _, _, err := site.Kept(ctx, tx, by, id, n); err != nil {
		return nil, nil, err
	}
	if open, err = asides(ctx, tx, id, n, "", "", false, mostOpen); err != nil {
		return nil, nil, err
	}
	if decided, err = asides(ctx, tx, id, n, "", "", true, mostOpen/4); err != nil {
		return nil, nil, err
	}
	return open, decided, name(ctx, tx, open, decided)
}

// A Choice is which facts that were set aside a decision is about: one, by its id and
// key, or all that are for a reason, some hundreds at a time.
type Choice struct{ ID, Key, Why string }

func (c Choice) of(ctx context.Context, tx *db.Tx, id string, n int64) ([]Apart, error) {
	why := c.Why
	if c.ID != "" {
		why = ""
	}
	all, err := asides(ctx, tx, id, n, c.ID, why, false, attendance.MostFacts)
	var chosen []Apart
	for _, a := range all {
		if c.ID != "" && a.Key() == c.Key || c.ID == "" && c.Why != "" && a.Why == c.Why {
			chosen = append(chosen, a)
		}
	}
	if err == nil && len(chosen) == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return chosen, err
}

// Release lets facts that were set aside count, by the one who decides so. Those that
// still cannot count stay as they are. It returns how many are taken in.
func Release(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, c Choice) (taken, stay int, err error) {
	if _, _, err := site.Kept(ctx, tx, by, id, n); err != nil {
		return 0, 0, err
	}
	all, err := c.of(ctx, tx, id, n)
	if err != nil {
		return 0, 0, err
	}
	facts := make([]attendance.Fact, len(all))
	for i, a := range all {
		facts[i] = a.again()
	}
	answers, err := site.CheckIn(ctx, tx, by, id, n, facts)
	if err != nil {
		return 0, 0, err
	}
	for i, x := range answers {
		switch x.Result {
		case attendance.Accepted, attendance.Extra, attendance.Duplicate, attendance.Other, attendance.Late:
			taken++
			if err := decide(ctx, tx, by, id, n, all[i], released, x.Result); err != nil {
				return 0, 0, err
			}
		default:
			stay++
		}
	}
	return taken, stay, audit.Record(ctx, tx, by, "device.release", id, fmt.Sprintf("%d: %d, %d", n, taken, stay))
}

// again is the fact to be taken once more. One that contradicts what has its id gets
// another, always the same.
func (a Apart) again() attendance.Fact {
	f := a.fact
	if a.Why == "contradicts" && len(f.ID) == 36 {
		f.ID = f.ID[:24] + digest(a.Body)[:12]
	}
	return f
}

// Leave notes that facts which were set aside have been looked at, and stay apart.
func Leave(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, c Choice) (int, error) {
	if _, _, err := site.Kept(ctx, tx, by, id, n); err != nil {
		return 0, err
	}
	all, err := c.of(ctx, tx, id, n)
	if err != nil {
		return 0, err
	}
	for _, a := range all {
		if err := decide(ctx, tx, by, id, n, a, left, ""); err != nil {
			return 0, err
		}
	}
	return len(all), audit.Record(ctx, tx, by, "device.leave", id, fmt.Sprintf("%d: %d", n, len(all)))
}

// name fills in the names of members that facts are about.
func name(ctx context.Context, tx *db.Tx, lists ...[]Apart) error {
	var keys []string
	for _, all := range lists {
		for _, a := range all {
			if k := a.fact.Member; k != "" && !strings.ContainsRune(k, 0) {
				keys = append(keys, k)
			}
		}
	}
	names, err := namesOf(ctx, tx, keys)
	for _, all := range lists {
		for i := range all {
			all[i].Member = names[all[i].fact.Member]
		}
	}
	return err
}

// parse reads what a fact that was set aside says.
func (a *Apart) parse() {
	if json.Unmarshal([]byte(a.Body), &a.fact) != nil {
		a.fact = attendance.Fact{ID: a.ID}
	}
}
