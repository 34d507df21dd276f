// Package invitation holds who is invited to a conference by rule, list or name, and
// what they answer. The paper that goes with it is sheet's and drafting's.
//
// The roll is attendance's and stays the one list of who is to be there; what stands
// here is why somebody came onto it, the guests who are no members, and the answers.
package invitation

import (
	"context"
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/pass"
	"nhipcau/internal/vn"
)

// A Meeting is a conference as those invited see it.
type Meeting struct {
	ID, Title  string
	Day        vn.Day
	Start, End string
	Place      string
	Mode       string
	State      conference.State
	Unit       int64 // host
	Host       string

	Sheet      int64  // of its figures
	Tree, Path string // of the host
}

// When says the time of a conference.
func (m Meeting) When() string {
	if m.Start == "" {
		return m.Day.String()
	}
	return m.Start + " " + m.Day.String()
}

// Begins returns when the conference starts; one without an hour is over when its day
// is.
func (m Meeting) Begins() time.Time {
	hour, minute, ok := strings.Cut(m.Start, ":")
	h, err := strconv.Atoi(hour)
	min, err2 := strconv.Atoi(minute)
	if !ok || err != nil || err2 != nil {
		return m.Day.AddDays(1).Start()
	}
	return m.Day.Start().Add(time.Duration(h)*time.Hour + time.Duration(min)*time.Minute)
}

// inviting refuses where nobody can be put on the roll.
func (m Meeting) inviting() error {
	if m.State != conference.Convened {
		return fault.New(fault.Conflict, "conference.error.not_convened")
	}
	return nil
}

// answering refuses where answers come too late, or too early.
func (m Meeting) answering(now time.Time) error {
	if err := m.inviting(); err != nil {
		return err
	}
	if !now.Before(m.Begins()) {
		return fault.New(fault.Conflict, "invitation.error.begun")
	}
	return nil
}

// An Invited is somebody who is invited: a member on the roll, or a guest.
type Invited struct {
	Member   int64 // 0: a guest
	Guest    int64
	Key      string // of a member
	Name     string
	Office   string // of a guest: the organisation
	Unit     int64
	UnitKey  string
	UnitName string
	State    attendance.State
	Site     int64
	SiteName string
	Answer   Answer // that stands; the zero one if there is none

	path    string
	version int64
}

// An Answer is what somebody has answered.
type Answer struct {
	Word      string // come, delegate, excused; "" for none
	Reason    string // of an excuse
	Delegate  string // name of the member who comes instead
	Way       string // self, clerk, code
	ActorName string
	At        time.Time

	delegate int64
}

// The words of an answer.
const (
	Come     = "come"
	Delegate = "delegate"
	Excused  = "excused"
)

// Words are the answers there are.
var Words = []string{Come, Delegate, Excused}

// The ways in which an answer comes.
const (
	bySelf  = "self"
	byClerk = "clerk"
	byCode  = "code"
)

// A Reply is what somebody answers.
type Reply struct {
	Word     string
	Reason   string // of an excuse, one of attendance.Reasons
	Delegate string // key or full name of a member of the same unit
}

func (r *Reply) check() error {
	w := fault.Wrong{}
	r.Delegate = vn.Clean(r.Delegate)
	switch r.Word {
	case Come:
	case Delegate:
		if r.Delegate == "" {
			w.Add("delegate", "error.needed")
		}
	case Excused:
		if !one(attendance.Reasons, r.Reason) {
			w.Add("reason", "invitation.error.reason")
		}
	default:
		w.Add("answer", "invitation.error.answer")
	}
	if r.Word != Excused {
		r.Reason = ""
	}
	if r.Word != Delegate {
		r.Delegate = ""
	}
	return w.Err()
}

func one(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

// Give notes what by answers for somebody, a member by key or a guest by number: a
// clerk for the people of their units, or by for themselves.
func (r Reply) Give(ctx context.Context, tx *db.Tx, by auth.Actor, id, key string, guest int64) error {
	m, err := meeting(ctx, tx, by.Tree, id)
	if err != nil {
		return err
	}
	v, err := invited(ctx, tx, m, key, guest)
	if err != nil {
		return err
	}
	way := byClerk
	if v.Member != 0 && v.Member == by.Member {
		way = bySelf
	} else if !by.Covers(m.Path) && !by.Covers(v.path) {
		return fault.New(fault.NotFound, "error.not_found")
	} else if err := mayAnswer(by, m, v); err != nil {
		return err
	}
	return r.keep(ctx, tx, by, m, v, way)
}

// GiveOwn notes what by answers to an invitation of their own.
func (r Reply) GiveOwn(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	if by.Member == 0 {
		return fault.New(fault.NotFound, "error.not_found")
	}
	m, err := meeting(ctx, tx, by.Tree, id)
	if err != nil {
		return err
	}
	v, err := ByID(ctx, tx, m, by.Member, 0)
	if err != nil {
		return err
	}
	return r.keep(ctx, tx, by, m, v, bySelf)
}

// keep writes an answer down and moves the roll with it.
func (r Reply) keep(ctx context.Context, tx *db.Tx, by auth.Actor, m Meeting, v Invited, way string) error {
	if err := m.answering(tx.Now); err != nil {
		return err
	}
	if err := r.check(); err != nil {
		return err
	}
	if v.State.There() || v.State == attendance.Absent {
		return fault.New(fault.Conflict, "invitation.error.marked")
	}
	delegate := int64(0)
	if r.Word == Delegate {
		if v.Guest != 0 {
			return wrong("answer", "invitation.error.guest_delegate")
		}
		d, err := colleague(ctx, tx, m, v, r.Delegate)
		if err != nil {
			return err
		}
		if d.Member == v.Answer.delegate {
			return nil // said again
		}
		delegate = d.Member
		if err := r.send(ctx, tx, by, m, v, d); err != nil {
			return err
		}
	}
	if v.Answer.delegate != 0 {
		if err := attendance.Withdraw(ctx, tx, m.ID, v.Answer.delegate); err != nil {
			return err
		}
		if err := unsettle(ctx, tx, m.ID, v.Answer.delegate); err != nil {
			return err
		}
	}
	if v.Member != 0 {
		if err := r.mark(ctx, tx, by, m, v); err != nil {
			return err
		}
	}
	return insertAnswer(ctx, tx, by, m.ID, v, r, delegate, way)
}

// send puts the delegate on the roll, at the site of the one who sends them.
func (r Reply) send(ctx context.Context, tx *db.Tx, by auth.Actor, m Meeting, v Invited, d attendance.Invitee) error {
	fresh, _, err := attendance.PutAt(ctx, tx, by, m.ID, v.Site, []attendance.Invitee{d})
	if err == nil && fresh == 0 {
		err = wrong("delegate", "invitation.error.delegate_invited")
	}
	return err
}

// mark moves the state on the roll with the answer: who sends somebody is away on
// duty.
func (r Reply) mark(ctx context.Context, tx *db.Tx, by auth.Actor, m Meeting, v Invited) error {
	to := attendance.Mark{Member: v.Member, State: attendance.Excused, Reason: r.Reason, Version: v.version}
	switch {
	case r.Word == Delegate:
		to.Reason = "duty"
	case r.Word == Come && v.Answer.Word != Come && v.Answer.Word != "" && v.State == attendance.Excused:
		to.State = attendance.Invited
	case r.Word == Come:
		return nil
	}
	_, err := attendance.MarkAll(ctx, tx, by, m.ID, []attendance.Mark{to})
	return err
}

func wrong(field, key string, args ...any) error {
	w := fault.Wrong{}
	w.Add(field, key, args...)
	return w.Err()
}

// Open returns whom a code on paper invites, and to what. A code that is none, or of
// somebody who is no longer invited, is NotFound and no more.
func Open(ctx context.Context, tx *db.Tx, code string) (Meeting, Invited, error) {
	none := fault.New(fault.NotFound, "invitation.error.code")
	all, err := candidates(ctx, tx, code)
	if err != nil {
		return Meeting{}, Invited{}, err
	}
	for _, c := range all {
		coder, err := pass.NewCoder(ctx, tx, c.conference)
		if err != nil {
			return Meeting{}, Invited{}, err
		}
		member, guest := coder.Read(code)
		if member == 0 && guest == 0 {
			continue
		}
		m, err := meeting(ctx, tx, c.tree, c.conference)
		if err != nil {
			return Meeting{}, Invited{}, err
		}
		if m.State == conference.Draft {
			return Meeting{}, Invited{}, none
		}
		v, err := ByID(ctx, tx, m, member, guest)
		return m, v, err
	}
	return Meeting{}, Invited{}, none
}

// GiveByCode notes what somebody answers who has a code and nothing else.
func (r Reply) GiveByCode(ctx context.Context, tx *db.Tx, code string) error {
	m, v, err := Open(ctx, tx, code)
	if err != nil {
		return err
	}
	by := auth.Actor{Tree: m.Tree, Name: v.Name, Member: v.Member}
	return r.keep(ctx, tx, by, m, v, byCode)
}

// Get returns somebody invited whom by sees: a member by key, or a guest by number.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, m Meeting, key string, guest int64) (Invited, error) {
	v, err := invited(ctx, tx, m, key, guest)
	if err == nil && !by.Covers(m.Path) && (v.Member == 0 || !by.Covers(v.path)) {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	if err == nil {
		err = mayName(by)
	}
	return v, err
}
