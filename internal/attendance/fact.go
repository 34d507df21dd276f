package attendance

import (
	"encoding/json"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"

	"nhipcau/internal/vn"
)

// A Fact is what a device or a clerk has noted: that a person checked in or out, why
// they are not there, how many heads were counted, or that another fact is wrong.
// Facts are kept as they come; what stands follows from all of them together,
// whatever the order in which they came.
type Fact struct {
	ID     string  `json:"id"` // UUIDv7, made by the device
	Device string  `json:"device"`
	Seq    int64   `json:"seq"`              // rises on the device
	At     int64   `json:"at"`               // Unix milliseconds by the device's clock
	Offset int64   `json:"offset"`           // milliseconds to add to it, as the device has learnt
	Call   int64   `json:"call,omitempty"`   // roll call; 0 is the first
	Member string  `json:"member,omitempty"` // key
	Code   string  `json:"code,omitempty"`   // from a badge, where the device could not tell whose it is
	Guest  Visitor `json:"guest,omitzero"`
	State  State   `json:"state"`
	Reason string  `json:"reason,omitempty"` // of Excused and Void
	Ref    string  `json:"ref,omitempty"`    // of Void: the fact taken back
	N      int64   `json:"n,omitempty"`      // of Heads
	Source string  `json:"source"`           // how the person was recognised
}

// A Visitor is a guest as a fact names them: by the number of their invitation, or by
// an id that the device has made, with a name.
type Visitor struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Org  string `json:"org,omitempty"`
}

// What a fact can say besides the states of a person.
const (
	Out   State = "out"   // checked out
	Heads State = "heads" // so many were counted, where there is no list
	Void  State = "void"  // another fact is taken back
)

// NotOut is that somebody has not checked out after all: a mark by hand.
const NotOut State = "not_out"

// FactStates are what a fact can say.
var FactStates = []State{Present, Online, Out, Excused, Absent, Exempt, Heads, Void}

// Sources are how a person can be recognised.
var Sources = []string{"qr", "list", "card", "hand", "paper"}

// when is the corrected time at which the fact happened.
func (f Fact) when() int64 { return f.At + f.Offset }

// MostFacts is how many facts come together at most.
const MostFacts = 500

// LargeOffset is from where on a device's clock is pointed out as wrong.
const LargeOffset = 5 * time.Minute

// A Result is what became of a fact. No result is a reason to forget the fact: a
// device that has an answer need only not send it again.
type Result string

// The results.
const (
	Accepted  Result = "accepted"  // it counts
	Extra     Result = "extra"     // likewise, of a person who was not invited
	Duplicate Result = "duplicate" // it was here before
	Other     Result = "other"     // kept; another fact of the person counts
	Late      Result = "late"      // kept; the roll is closed, it counts when that is reopened
	Aside     Result = "conflict"  // kept apart: it cannot be let in
	Unknown   Result = "unknown"   // kept apart: nobody is known by this key or code
	Revoked   Result = "revoked"   // kept apart: its device may not send
	Invalid   Result = "invalid"   // not kept: it is not a fact
)

// Results are all results, in the order of a list.
var Results = []Result{Accepted, Extra, Duplicate, Other, Late, Aside, Unknown, Revoked, Invalid}

// An Answer says what became of a fact.
type Answer struct {
	ID     string
	Result Result
	First  *First // of Other: the check-in that counts
}

// First is the check-in of a person that counts.
type First struct {
	Fact   string
	Site   int64
	Device string
	At     time.Time // corrected
}

var (
	uuid    = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	anyUUID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
)

const (
	maxDevice = 64
	maxKey    = 64
	maxName   = 200
	maxWhy    = 300
	maxMillis = 4_102_444_800_000 // the year 2100
	maxOffset = 7 * 24 * 3600 * 1000
)

// mark reports whether s is a mark of somebody who is not there.
func (s State) mark() bool { return s == Excused || s == Absent || s == Exempt }

// plain reports whether f is the fact that comes by the thousands: a member is there
// at the first roll call.
func (f *Fact) plain() bool {
	return f.Call == 1 && f.State.There() && f.Member != "" && f.Code == "" && f.Guest == (Visitor{})
}

// clean drops from f what its state has no use for, so that the same fact always
// reads the same.
func (f Fact) clean() Fact {
	if f.Call == 0 {
		f.Call = 1
	}
	if f.State.There() && f.Member != "" && f.Code == "" && f.Guest == (Visitor{}) { // nearly all
		f.Reason, f.Ref, f.N = "", "", 0
		return f
	}
	if f.State != Void {
		f.Ref = ""
	}
	if f.State != Heads {
		f.N = 0
	}
	switch f.State {
	case Excused:
	case Void:
		f.Call, f.Member, f.Code, f.Guest, f.Reason = 1, "", "", Visitor{}, vn.CleanText(f.Reason)
	case Heads:
		f.Member, f.Code, f.Guest, f.Reason = "", "", Visitor{}, ""
	default:
		f.Reason = ""
	}
	if f.Guest.ID != "" {
		f.Guest.Name, f.Guest.Org = vn.Clean(f.Guest.Name), vn.Clean(f.Guest.Org)
	}
	return f
}

func text(s string, most int) bool { return s != "" && len(s) <= most && utf8.ValidString(s) }

// sound reports whether f, which is clean, can be kept at all.
func (f *Fact) sound() bool {
	if !uuid.MatchString(f.ID) || !text(f.Device, maxDevice) || !one(Sources, f.Source) || f.Call < 1 || f.Call > MostCalls ||
		f.Seq < 0 || f.At <= 0 || f.At >= maxMillis || f.Offset <= -maxOffset || f.Offset >= maxOffset {
		return false
	}
	switch {
	case f.State == Void:
		return uuid.MatchString(f.Ref) && f.Ref != f.ID && text(f.Reason, 4*maxWhy) && utf8.RuneCountInString(f.Reason) <= maxWhy
	case f.State == Heads:
		return f.N >= 0 && f.N <= maxGuests
	case f.State == Excused && !one(Reasons, f.Reason), !f.State.There() && !f.State.mark() && f.State != Out:
		return false
	case f.Member != "":
		return text(f.Member, maxKey) && f.Code == "" && f.Guest == (Visitor{})
	case f.Code != "":
		return text(f.Code, maxKey) && f.Guest == (Visitor{})
	}
	return f.Guest.sound() && !f.State.mark()
}

// sound reports whether a guest can be kept: invited ones by their number, others by
// an id, and a name.
func (v Visitor) sound() bool {
	short := func(s string) bool { return utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxName }
	return short(v.Name) && short(v.Org) && (v.number() > 0 || anyUUID.MatchString(v.ID) && v.Name != "")
}

// number is that of an invited guest, 0 of another.
func (v Visitor) number() int64 {
	n, err := strconv.ParseInt(v.ID, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != v.ID {
		return 0
	}
	return n
}

// body is the fact as it is set aside.
func (f Fact) body() (string, error) {
	b, err := json.Marshal(f)
	return string(b), err
}
