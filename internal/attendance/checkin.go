package attendance

import (
	"context"
	"encoding/json"
	"regexp"
	"time"
	"unicode/utf8"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// A Fact is that a person checked in, as a device noted it.
type Fact struct {
	ID     string `json:"id"` // UUIDv7, made by the device
	Device string `json:"device"`
	Seq    int64  `json:"seq"`    // rises on the device
	At     int64  `json:"at"`     // Unix milliseconds by the device's clock
	Offset int64  `json:"offset"` // milliseconds to add to it, as the device has learnt
	Member string `json:"member"` // key
	State  State  `json:"state"`  // present or online
	Source string `json:"source"` // how the person was recognised
}

// Sources are how a person can be recognised.
var Sources = []string{"qr", "list", "card", "hand"}

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
	Accepted  Result = "accepted"  // it is the check-in that counts
	Extra     Result = "extra"     // likewise, of a person who was not invited
	Duplicate Result = "duplicate" // it was here before
	Other     Result = "other"     // kept; an earlier check-in of the person counts
	Late      Result = "late"      // kept; the roll is closed, it counts when that is reopened
	Aside     Result = "conflict"  // kept apart: a fact of the same id says otherwise
	Unknown   Result = "unknown"   // kept apart: nobody has this member key
	Invalid   Result = "invalid"   // not kept: it is not a fact
)

// Results are all results, in the order of a list.
var Results = []Result{Accepted, Extra, Duplicate, Other, Late, Aside, Unknown, Invalid}

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

// A Taken is what a batch of facts has done.
type Taken struct {
	Batch   int64
	Answers []Answer
	Homes   []Home // units whose figures have moved
}

// A Home is how many persons of a unit have newly checked in.
type Home struct{ Unit, Invited, Extra int64 }

// standings of a kept fact.
const (
	counting = 1
	behind   = 2 // the person has checked in earlier
	waiting  = 3 // it came when the roll was closed
)

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

const (
	maxDevice = 64
	maxKey    = 64
	maxMillis = 4_102_444_800_000 // the year 2100
	maxOffset = 7 * 24 * 3600 * 1000
)

// sound reports whether f can be kept at all.
func (f Fact) sound() bool {
	text := func(s string, most int) bool { return s != "" && len(s) <= most && utf8.ValidString(s) }
	return uuid.MatchString(f.ID) && text(f.Device, maxDevice) && text(f.Member, maxKey) && f.State.There() && one(Sources, f.Source) &&
		f.Seq >= 0 && f.At > 0 && f.At < maxMillis && f.Offset > -maxOffset && f.Offset < maxOffset
}

// body is the fact as it is set aside.
func (f Fact) body() (string, error) {
	b, err := json.Marshal(f)
	return string(b), err
}

// Take takes the facts that a device at a site sends, at most MostFacts, and
// answers each. Sent again they change nothing. A person counts by their earliest
// check-in, by its corrected time, wherever it was made and whenever it comes; the
// others are kept. late says that the site is closed: its facts are marked so. Of a
// closed roll they are kept and wait until it is reopened.
//
// Where the site's people are on the roll it is a handful of statements, however
// many facts there are.
func Take(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, site int64, late bool, facts []Fact) (Taken, error) {
	if len(facts) > MostFacts {
		w := fault.Wrong{}
		w.Add("facts", "attendance.error.facts", MostFacts)
		return Taken{}, w.Err()
	}
	o, err := Get(ctx, tx, occasion)
	if err != nil {
		return Taken{}, err
	}
	b := batch{by: by, occasion: o, site: site, late: late || !o.ClosedAt.IsZero(), closed: !o.ClosedAt.IsZero()}
	if err := b.load(ctx, tx, facts); err != nil {
		return Taken{}, err
	}
	answers := make([]Answer, len(facts))
	for i, f := range facts {
		if answers[i], err = b.take(f); err != nil {
			return Taken{}, err
		}
	}
	return Taken{Batch: b.id, Answers: answers, Homes: b.moved()}, b.save(ctx, tx)
}

// A kept is a fact of the roll as it is kept.
type kept struct {
	Fact
	member, unit, site, batch int64
	extra, late               bool
	standing                  int
	was                       int // standing before this batch, 0 if it came with it
	actor, actorName          string
	at                        time.Time
}

// earlier reports whether k counts before x: by time, and of two at one moment by
// id, so that the order in which they come does not matter.
func (k *kept) earlier(x *kept) bool {
	if k.when() != x.when() {
		return k.when() < x.when()
	}
	return k.ID < x.ID
}

// same reports whether f at a site says what k says.
func (k *kept) same(f Fact, site int64) bool { return k.Fact == f && k.site == site }

func (k *kept) first() *First {
	return &First{Fact: k.ID, Site: k.site, Device: k.Device, At: time.UnixMilli(k.when()).UTC()}
}

// A person is somebody of whom facts have come.
type person struct {
	member, unit, site int64
	state              State
	onRoll, extra      bool
	version            int64
	fact               string // that counts
	first              *kept  // the same
	changed, moved     bool
	fresh              bool // checked in first by this batch
}

// A batch is facts that came together, worked out in memory.
type batch struct {
	by           auth.Actor
	occasion     Occasion
	id           int64
	site         int64
	late, closed bool

	known  map[string]*kept   // facts by id
	people map[string]*person // by member key
	order  []*person          // those changed
	added  []*kept
	behind []*kept // no longer the one that counts
	aside  []aside
}

// An aside is a fact that is set aside.
type aside struct{ id, body, why string }

// take works out one fact.
func (b *batch) take(f Fact) (Answer, error) {
	if !f.sound() {
		return Answer{ID: f.ID, Result: Invalid}, nil
	}
	p := b.people[f.Member]
	if k := b.known[f.ID]; k != nil {
		if k.same(f, b.site) {
			return Answer{ID: f.ID, Result: Duplicate}, nil
		}
		return Answer{ID: f.ID, Result: Aside}, b.set(f, "contradicts")
	}
	if p == nil {
		return Answer{ID: f.ID, Result: Unknown}, b.set(f, "unknown")
	}
	k := &kept{Fact: f, member: p.member, unit: p.unit, site: b.site, extra: p.extra, late: b.late, standing: waiting}
	b.known[f.ID] = k
	b.added = append(b.added, k)
	if b.closed {
		return Answer{ID: f.ID, Result: Late}, nil
	}
	b.settle(p, k)
	switch {
	case k.standing == behind:
		return Answer{ID: f.ID, Result: Other, First: p.first.first()}, nil
	case p.extra:
		return Answer{ID: f.ID, Result: Extra}, nil
	}
	return Answer{ID: f.ID, Result: Accepted}, nil
}

// settle lets a fact count for its person, or stand behind the one that does.
func (b *batch) settle(p *person, k *kept) {
	if p.first != nil && !k.earlier(p.first) {
		k.standing = behind
		return
	}
	if p.first != nil {
		p.first.standing = behind
		if p.first.was != 0 {
			b.behind = append(b.behind, p.first)
		}
	} else {
		p.fresh = true
	}
	if !p.changed {
		p.changed = true
		b.order = append(b.order, p)
	}
	if p.fresh || p.state.There() { // not where the roll was corrected by hand since
		p.state = k.State
	}
	p.moved = p.moved || p.site != k.site
	k.standing, p.first, p.fact, p.site = counting, k, k.ID, k.site
}

func (b *batch) set(f Fact, why string) error {
	body, err := f.body()
	b.aside = append(b.aside, aside{f.ID, body, why})
	return err
}

// moved returns the units whose figures have moved, in the order in which they came.
func (b *batch) moved() []Home {
	at := map[int64]int{}
	var all []Home
	for _, p := range b.order {
		if !p.fresh {
			continue
		}
		i, ok := at[p.unit]
		if !ok {
			i = len(all)
			at[p.unit] = i
			all = append(all, Home{Unit: p.unit})
		}
		if p.extra {
			all[i].Extra++
		} else {
			all[i].Invited++
		}
	}
	return all
}

// TakeWaiting lets facts count that came while the roll was closed, at most limit;
// it is called after the roll was reopened, until it returns none. They keep their
// batches; what moved bears a new one, whose facts they become.
func TakeWaiting(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, limit int) (taken Taken, site int64, n int, err error) {
	o, err := open(ctx, tx, occasion)
	if err != nil {
		return Taken{}, 0, 0, err
	}
	all, err := waitingFacts(ctx, tx, occasion, limit)
	if err != nil || len(all) == 0 {
		return Taken{}, 0, 0, err
	}
	site = all[0].site // of one site at a time, as a batch is
	for n < len(all) && all[n].site == site {
		n++
	}
	b := batch{by: by, occasion: o, site: site, late: true}
	some := make([]Fact, n)
	for i, k := range all[:n] {
		some[i] = k.Fact
	}
	if err := b.load(ctx, tx, some); err != nil {
		return Taken{}, 0, 0, err
	}
	for _, k := range all[:n] {
		p := b.people[k.Member]
		k.standing = behind
		if p != nil {
			k.extra, k.unit = p.extra, p.unit
			b.settle(p, k)
		}
	}
	if err := b.save(ctx, tx); err != nil {
		return Taken{}, 0, 0, err
	}
	return Taken{Batch: b.id, Homes: b.moved()}, site, n, moveFacts(ctx, tx, occasion, b.id, all[:n])
}
