package org

import (
	"context"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Member is a person on a unit's list: name, unit, office and contact, and
// nothing else.
type Member struct {
	ID       int64
	Key      string
	Name     string
	Phone    string
	Email    string
	Unit     int64
	UnitKey  string
	UnitName string
	Since    vn.Day
	Office   string // the highest office held today in Unit, "" if none
	Exempt   bool   // exempt today, so outside every denominator
	Sample   bool
	Version  int64
}

// A NewMember is what a person fills in for a member.
type NewMember struct {
	Key    string // "" lets the house choose
	Name   string
	Phone  string
	Email  string
	From   vn.Day
	Sample bool
}

func (n *NewMember) check() error {
	n.Name, n.Phone, n.Email = vn.Clean(n.Name), vn.Clean(n.Phone), vn.Clean(n.Email)
	w := fault.Wrong{}
	w.Text("name", n.Name, maxShort, true)
	w.Text("phone", n.Phone, maxPhone, false)
	w.Text("email", n.Email, maxShort, false)
	if !n.From.Valid() {
		w.Add("from", "org.error.day")
	}
	return w.Err()
}

// Admit puts a person on the list of a unit from a day on.
func Admit(ctx context.Context, tx *db.Tx, by auth.Actor, unit string, n NewMember) (Member, error) {
	u, err := Get(ctx, tx, by, unit)
	if err != nil {
		return Member{}, err
	}
	if err := mayEnrol(by); err != nil {
		return Member{}, err
	}
	if err := n.check(); err != nil {
		return Member{}, err
	}
	if u.Closed != "" {
		return Member{}, fault.New(fault.Conflict, "org.error.closed", u.Name)
	}
	if err := LockLists(ctx, tx); err != nil {
		return Member{}, err
	}
	m := Member{
		ID: tx.NewID(), Key: n.Key, Name: n.Name, Phone: n.Phone, Email: n.Email,
		Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Since: n.From, Sample: n.Sample, Version: 1,
	}
	if m.Key == "" {
		m.Key = db.NewKey()
	}
	if err := insertMember(ctx, tx, m); err != nil {
		return Member{}, err
	}
	if err := insertMembership(ctx, tx, m.ID, u.ID, n.From); err != nil {
		return Member{}, err
	}
	return m, audit.Record(ctx, tx, by, "org.admit", m.Key, m.Name)
}

// Amend corrects a member's name and contact. It is a Conflict if the member
// has changed since version.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, key string, version int64, n NewMember) error {
	m, err := GetMember(ctx, tx, by, key)
	if err != nil {
		return err
	}
	if err := mayEnrol(by); err != nil {
		return err
	}
	n.From = m.Since
	if err := n.check(); err != nil {
		return err
	}
	if err := updateMember(ctx, tx, m.ID, version, n); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "org.amend", m.Key, m.Name+" → "+n.Name)
}

// Transfer moves a member to another unit of by's subtree from a day on. What
// they did in the old unit stays counted there.
func Transfer(ctx context.Context, tx *db.Tx, by auth.Actor, key, to string, day vn.Day) error {
	m, err := GetMember(ctx, tx, by, key)
	if err != nil {
		return err
	}
	if err := mayEnrol(by); err != nil {
		return err
	}
	u, err := Get(ctx, tx, by, to)
	if err != nil {
		return err
	}
	if err := checkMove(m, day); err != nil {
		return err
	}
	if u.Closed != "" || u.ID == m.Unit {
		return fault.New(fault.Conflict, "org.error.transfer", u.Name)
	}
	if err := LockLists(ctx, tx); err != nil {
		return err
	}
	if err := endMembership(ctx, tx, m.ID, day); err != nil {
		return err
	}
	if err := insertMembership(ctx, tx, m.ID, u.ID, day); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "org.transfer", m.Key, m.UnitName+" → "+u.Name)
}

// EndMembership takes a member off the list; day is the first day they are no
// longer on it.
func EndMembership(ctx context.Context, tx *db.Tx, by auth.Actor, key string, day vn.Day, reason string) error {
	m, err := GetMember(ctx, tx, by, key)
	if err != nil {
		return err
	}
	if err := mayEnrol(by); err != nil {
		return err
	}
	if err := checkMove(m, day); err != nil {
		return err
	}
	if err := LockLists(ctx, tx); err != nil {
		return err
	}
	if err := endMembership(ctx, tx, m.ID, day); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "org.end_membership", m.Key, vn.CleanText(reason))
}

func checkMove(m Member, day vn.Day) error {
	w := fault.Wrong{}
	if !day.Valid() {
		w.Add("day", "org.error.day")
	} else if day.Before(m.Since) {
		w.Add("day", "org.error.before", m.Since.String())
	}
	return w.Err()
}

// Exempt frees a member from work and meetings from a day on, by a paper; they
// leave every denominator that opens from then.
func Exempt(ctx context.Context, tx *db.Tx, by auth.Actor, key string, day vn.Day, paper string) error {
	m, err := GetMember(ctx, tx, by, key)
	if err != nil {
		return err
	}
	if err := mayEnrol(by); err != nil {
		return err
	}
	w := fault.Wrong{}
	if !day.Valid() {
		w.Add("day", "org.error.day")
	}
	w.Text("paper", vn.Clean(paper), maxName, true)
	if err := w.Err(); err != nil {
		return err
	}
	if m.Exempt {
		return fault.New(fault.Conflict, "org.error.exempt_already", m.Name)
	}
	if err := LockLists(ctx, tx); err != nil {
		return err
	}
	if err := insertExemption(ctx, tx, m.ID, day, vn.Clean(paper)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "org.exempt", m.Key, vn.Clean(paper))
}

// An Appointment is what a person fills in for an office.
type Appointment struct {
	Title string
	Rank  int // 1 head, 2 deputy, 3 standing board, 4 committee, 9 other
	Term  string
	From  vn.Day
}

const lastRank = 9

// Appoint gives a member an office in a unit of by's subtree.
func Appoint(ctx context.Context, tx *db.Tx, by auth.Actor, unit, member string, a Appointment) error {
	u, err := Get(ctx, tx, by, unit)
	if err != nil {
		return err
	}
	m, err := GetMember(ctx, tx, by, member)
	if err != nil {
		return err
	}
	if err := mayEnrol(by); err != nil {
		return err
	}
	w := fault.Wrong{}
	if a.Title = vn.Clean(a.Title); a.Rank < 1 || a.Rank > lastRank {
		a.Rank = lastRank
	}
	w.Text("title", a.Title, maxShort, true)
	if !a.From.Valid() {
		w.Add("from", "org.error.day")
	}
	if err := w.Err(); err != nil {
		return err
	}
	if err := insertOffice(ctx, tx, u.ID, m.ID, a); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "org.appoint", m.Key, a.Title+" · "+u.Name)
}

// A Term is a term of office of a unit's committee.
type Term struct {
	ID       string
	Name     string // "2020-2025"
	From, To vn.Day
}

// BeginTerm records a term of office of a unit's committee.
func BeginTerm(ctx context.Context, tx *db.Tx, by auth.Actor, unit, name string, from, to vn.Day) error {
	u, err := Get(ctx, tx, by, unit)
	if err != nil {
		return err
	}
	if err := mayKeep(by); err != nil {
		return err
	}
	w := fault.Wrong{}
	w.Text("term-name", vn.Clean(name), maxShort, true)
	if !from.Valid() || !to.Valid() || to.Before(from) {
		w.Add("term-from", "org.error.day")
	}
	if err := w.Err(); err != nil {
		return err
	}
	if err := insertTerm(ctx, tx, u.ID, vn.Clean(name), from, to); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "org.term", u.Key, vn.Clean(name))
}
