package attendance

import "time"

// What stands of a person is worked out here from everything there is on them. It
// depends on what the facts say and not on when they came: of the check-ins at a roll
// call the earliest counts, of the marks of one the latest, and a fact that another
// takes back is as if it were not there.

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

// standings of a kept fact.
const (
	counting = 1
	behind   = 2 // another fact counts in its stead
	waiting  = 3 // it came when the roll was closed
	beside   = 4 // it counts beside the first check-in
	voided   = 5 // another fact takes it back
	voiding  = 6 // it takes another back
	orphan   = 7 // likewise, and that has not come
	refused  = 8 // it would take back what it cannot: another such fact, or one of another site
)

// A Standing is how a kept fact stands.
type Standing string

// The standings.
const (
	Foremost Standing = "counts"
	Behind   Standing = "behind"  // the person has checked in earlier
	Waits    Standing = "waiting" // for the conference to be reopened
	Beside   Standing = "beside"  // it counts beside the first check-in
	TakenOff Standing = "voided"  // another fact takes it back
	Voiding  Standing = "voiding" // it takes another back
	Orphaned Standing = "orphan"  // likewise, and that has not come
	Refused  Standing = "refused" // it would take back what it cannot
)

var standings = map[int]Standing{counting: Foremost, behind: Behind, waiting: Waits, beside: Beside, voided: TakenOff, voiding: Voiding, orphan: Orphaned, refused: Refused}

// StandingOf returns the standing that is kept as n.
func StandingOf(n int) Standing { return standings[n] }

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

// live reports whether k bears on what stands.
func (k *kept) live() bool { return k.standing != waiting && k.standing != voided }

// A hand is a mark made on the roll by hand at a roll call; the last stands. One that
// corrected a check-in stands whatever check-ins come, another until one comes.
type hand struct {
	state  State
	reason string
	over   bool
}

// A person is somebody of whom facts have come.
type person struct {
	key                string
	member, unit, site int64
	seat               int64 // -1 if they are where they were to be
	state              State
	reason             string
	calls              int64
	onRoll, extra      bool
	began              bool // exempt when invited
	out                bool
	version            int64
	fact               string // that counts
	first              *kept  // the same
	had                bool   // had checked in before this batch
	changed, moved     bool

	worked bool // more than check-ins at the first roll call bears on the row
	facts  []*kept
	hands  map[int64]hand // by roll call, 0 of having checked out
}

// At is what stands of a person at one roll call.
type at struct {
	state  State // "" for nothing
	reason string
	fact   *kept // that says so, none if a hand does
}

// answers settles which fact of a person, or of a guest, answers for each roll call:
// the earliest check-in or, without one, the latest mark. The first check-in of all
// is first; out is the latest check-out.
func answers(facts []*kept, marks bool) (there, mark [MostCalls + 1]*kept, first, out *kept) {
	for _, k := range facts {
		if !k.live() {
			continue
		}
		if k.standing = behind; k.State.There() {
			if x := there[k.Call]; x == nil || k.earlier(x) {
				there[k.Call] = k
			}
		} else if k.State == Out {
			if out == nil || out.earlier(k) {
				out = k
			}
		} else if marks {
			if x := mark[k.Call]; x == nil || x.earlier(k) {
				mark[k.Call] = k
			}
		}
	}
	for c := range there {
		switch {
		case there[c] != nil:
			if there[c].standing = beside; first == nil || there[c].earlier(first) {
				first = there[c]
			}
		case mark[c] != nil:
			mark[c].standing = beside
		}
	}
	if out != nil {
		out.standing = beside
	}
	return there, mark, first, out
}

// byCall returns what stands of a person at each roll call. Marks say nothing of who
// was not invited.
func (p *person) byCall() (all [MostCalls + 1]at, first, out *kept) {
	there, mark, first, out := answers(p.facts, !p.extra)
	for c := range all {
		h, byHand := p.hands[int64(c)]
		if c == 0 {
			continue
		}
		switch {
		case byHand && (h.over || there[c] == nil):
			if h.state != Invited {
				all[c] = at{h.state, h.reason, nil}
			}
		case there[c] != nil:
			all[c] = at{there[c].State, "", there[c]}
		case mark[c] != nil:
			all[c] = at{mark[c].State, mark[c].Reason, mark[c]}
		}
	}
	return all, first, out
}

// work sets what follows for the row of a person: the state at the first roll call at
// which they were there or, if they were at none, the first that says anything.
func (p *person) work() {
	all, first, out := p.byCall()
	p.state, p.reason, p.calls = Invited, "", 0
	if p.began {
		p.state = Exempt
	}
	for c := MostCalls; c > 0; c-- {
		if all[c].state == "" || p.calls != 0 && !all[c].state.There() {
			continue
		}
		p.state, p.reason = all[c].state, all[c].reason
		if all[c].state.There() {
			p.calls |= 1 << (c - 1)
		}
	}
	p.out = out != nil
	if h, byHand := p.hands[0]; byHand {
		p.out = h.state == Out
	}
	if p.first = first; first == nil {
		if p.fact = ""; p.seat >= 0 {
			p.site, p.seat = p.seat, -1
		}
		return
	}
	first.standing, first.unit, first.extra, p.fact = counting, p.unit, p.extra, first.ID
	p.goTo(first.site)
}

// goTo notes that a person is at a site, and where they were to be.
func (p *person) goTo(site int64) {
	if p.site == site {
		return
	}
	if p.seat < 0 {
		p.seat = p.site
	}
	p.site, p.moved = site, true
}

// stays reports whether a person is on the roll at all: whoever was not invited is
// while a check-in or a mark by hand says so.
func (p *person) stays() bool { return !p.extra || p.fact != "" || len(p.hands) > 0 }

// A visitor is a guest of whom facts have come.
type visitor struct {
	Visitor
	number, site, seat int64
	calls              int64
	out, known         bool
	fact               string
	facts              []*kept
	changed            bool
}

// work sets what follows for a guest. One without an invitation has the name that the
// first check-in gives, and is none without any.
func (g *visitor) work() {
	there, _, first, out := answers(g.facts, false)
	g.calls, g.out, g.fact = 0, out != nil, ""
	for c, k := range there {
		if k != nil {
			g.calls |= 1 << (c - 1)
		}
	}
	if first == nil {
		if g.seat >= 0 {
			g.site, g.seat = g.seat, -1
		}
		return
	}
	g.fact = first.ID
	if g.number == 0 {
		g.Name, g.Org = first.Guest.Name, first.Guest.Org
	}
	if g.site != first.site {
		if g.seat < 0 {
			g.seat = g.site
		}
		g.site = first.site
	}
}

// counted settles which count of heads at a site stands: of each roll call the latest.
func counted(facts []*kept) {
	var last [MostCalls + 1]*kept
	for _, k := range facts {
		if !k.live() {
			continue
		}
		k.standing = behind
		if x := last[k.Call]; x == nil || x.earlier(k) {
			last[k.Call] = k
		}
	}
	for _, k := range last {
		if k != nil {
			k.standing = beside
		}
	}
}
