package attendance

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// A Taken is what a batch of facts has done.
type Taken struct {
	Batch   int64
	Answers []Answer
	Homes   []Home // units whose figures have moved
}

// A Home is how many persons of a unit have newly checked in; fewer than none where
// check-ins were taken back.
type Home struct{ Unit, Invited, Extra int64 }

// Take takes the facts that a device at a site sends, at most MostFacts, and
// answers each. Sent again they change nothing. A person counts by their earliest
// check-in, by its corrected time, wherever it was made and whenever it comes; the
// others are kept. late says that the site is closed: its facts are marked so. Of a
// closed roll they are kept and wait until it is reopened.
//
// Where the site's people are on the roll and check in at the first roll call it is a
// handful of statements, however many facts there are. Of other facts each person
// takes a little more.
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
	b := newBatch(tx, by, o, site)
	b.late, b.closed = late || !o.ClosedAt.IsZero(), !o.ClosedAt.IsZero()
	cleaned := make([]Fact, len(facts))
	for i, f := range facts {
		cleaned[i] = f.clean()
	}
	if err := b.load(ctx, tx, cleaned, nil); err != nil {
		return Taken{}, err
	}
	answers := make([]Answer, len(facts))
	for i := range cleaned {
		if answers[i], err = b.take(&cleaned[i]); err != nil {
			return Taken{}, err
		}
	}
	return Taken{Batch: b.id, Answers: answers, Homes: b.moved()}, b.save(ctx, tx)
}

// A batch is facts that came together, worked out in memory.
type batch struct {
	by           auth.Actor
	occasion     Occasion
	id           int64
	site         int64
	late, closed bool

	known   map[string]*kept   // facts by id
	people  map[string]*person // by member key
	members map[int64]*person  // the same
	guests  map[string]*visitor
	heads   []*kept // counts at the site
	listed  bool    // somebody was invited to the site
	calls   map[int64]bool
	orphans map[string][]*kept // those that take back a fact that has not come, by its id

	order  []*person // those changed
	came   []*visitor
	added  []*kept
	behind []*kept // whose standing has changed
	aside  []aside
	used   map[int64]bool // roll calls named
}

func newBatch(tx *db.Tx, by auth.Actor, o Occasion, site int64) *batch {
	b := readBatch(by, o, site)
	b.id = tx.NewID()
	return b
}

// readBatch is one that is never saved: an id can only be taken where there is writing.
func readBatch(by auth.Actor, o Occasion, site int64) *batch {
	return &batch{
		by: by, occasion: o, site: site,
		known: map[string]*kept{}, people: map[string]*person{}, members: map[int64]*person{}, guests: map[string]*visitor{},
	}
}

// An aside is a fact that is set aside, and why.
type aside struct{ id, body, why string }

// Why facts are set aside.
const (
	contradicts = "contradicts" // a fact of its id says otherwise
	unknown     = "unknown"     // nobody is known by its key or code
	noCall      = "call"        // there is no such roll call
	hasList     = "list"        // heads are counted only where there is no list
	WhyRevoked  = "revoked"     // its device may not send
	WhyForged   = "forged"      // the file it came in was changed
)

func (b *batch) setAside(f *Fact, why string) error {
	body, err := f.body()
	b.aside = append(b.aside, aside{f.ID, body, why})
	return err
}

// take works out one fact.
func (b *batch) take(f *Fact) (Answer, error) {
	if !f.sound() {
		return Answer{ID: f.ID, Result: Invalid}, nil
	}
	if k := b.known[f.ID]; k != nil {
		if k.same(*f, b.site) {
			return Answer{ID: f.ID, Result: Duplicate}, nil
		}
		return Answer{ID: f.ID, Result: Aside}, b.setAside(f, contradicts)
	}
	why, p := "", b.people[f.Member]
	k := &kept{Fact: *f, site: b.site, late: b.late, standing: waiting}
	switch {
	case f.State == Void:
	case f.State == Heads && b.listed:
		why = hasList
	case f.State == Heads:
	case f.Guest.ID != "":
		if g := b.guests[f.Guest.ID]; f.Guest.number() > 0 && !g.known {
			why = unknown
		}
	case p == nil:
		why = unknown
	default:
		k.member, k.unit, k.extra = p.member, p.unit, p.extra
	}
	if why == "" && f.Call > 1 && !b.calls[f.Call] {
		why = noCall
	}
	switch why {
	case "":
	case unknown:
		return Answer{ID: f.ID, Result: Unknown}, b.setAside(f, why)
	default:
		return Answer{ID: f.ID, Result: Aside}, b.setAside(f, why)
	}
	b.known[f.ID] = k
	b.added = append(b.added, k)
	if f.Call > 1 {
		b.name(f.Call)
	}
	if b.closed {
		return Answer{ID: f.ID, Result: Late}, nil
	}
	b.enter(k)
	return b.answer(k, p), nil
}

func (b *batch) answer(k *kept, p *person) Answer {
	a := Answer{ID: k.ID, Result: Accepted}
	switch {
	case k.standing == behind, k.standing == voided:
		a.Result = Other
		if p != nil && p.first != nil {
			a.First = p.first.first()
		}
	case k.standing == refused:
		a.Result = Aside
	case k.extra && k.State != Void:
		a.Result = Extra
	}
	return a
}

// name notes that a roll call is used.
func (b *batch) name(call int64) {
	if b.used == nil {
		b.used = map[int64]bool{}
	}
	b.used[call] = true
}

// enter lets a fact bear on what stands.
func (b *batch) enter(k *kept) {
	for _, v := range b.orphans[k.ID] {
		if v.was != 0 {
			b.behind = append(b.behind, v)
		}
	}
	if k.State == Void {
		for _, v := range b.orphans[k.ID] { // nothing takes back what takes back
			v.standing = refused
		}
		delete(b.orphans, k.ID)
		b.void(k)
		return
	}
	k.standing = behind
	for _, v := range b.orphans[k.ID] {
		b.takeBack(v, k)
	}
	delete(b.orphans, k.ID)
	b.settle(k)
}

// settle works out again what a fact is about.
func (b *batch) settle(k *kept) {
	switch {
	case k.State == Heads:
		if !has(b.heads, k) {
			b.heads = append(b.heads, k)
		}
		counted(b.heads)
	case k.Guest.ID != "":
		g := b.guests[k.Guest.ID]
		if !has(g.facts, k) {
			g.facts = append(g.facts, k)
		}
		if g.work(); !g.changed {
			g.changed = true
			b.came = append(b.came, g)
		}
	default:
		p := b.members[k.member]
		if p == nil {
			return // nobody by now
		}
		if !p.worked {
			b.checkIn(p, k)
			return
		}
		if !has(p.facts, k) {
			p.facts = append(p.facts, k)
		}
		b.change(p)
		p.work()
	}
}

func (b *batch) change(p *person) {
	if !p.changed {
		p.changed = true
		b.order = append(b.order, p)
	}
}

func has(all []*kept, k *kept) bool { return k.was != 0 && one(all, k) }

// checkIn lets a check-in count for its person, or stand behind the one that does,
// where there are no facts but check-ins at the first roll call.
func (b *batch) checkIn(p *person, k *kept) {
	if p.first != nil && !k.earlier(p.first) {
		k.standing = behind
		return
	}
	if p.first != nil {
		p.first.standing = behind
		if p.first.was != 0 {
			b.behind = append(b.behind, p.first)
		}
	}
	b.change(p)
	p.goTo(k.site)
	p.state, p.reason, p.calls = k.State, "", 1
	k.standing, p.first, p.fact = counting, k, k.ID
}

// void lets a fact take back another, now or when that comes.
func (b *batch) void(k *kept) {
	switch t := b.known[k.Ref]; {
	case t != nil && t.State == Void:
		k.standing = refused
	case t == nil || t.standing == waiting:
		if k.standing = orphan; b.orphans == nil {
			b.orphans = map[string][]*kept{}
		}
		b.orphans[k.Ref] = append(b.orphans[k.Ref], k)
	default:
		if b.takeBack(k, t); k.standing == voiding {
			b.settle(t)
		}
	}
}

// takeBack notes that k takes t back; what another site has noted it cannot.
func (b *batch) takeBack(k, t *kept) {
	if k.site != t.site {
		k.standing = refused
		return
	}
	k.standing, k.member, k.unit, k.extra = voiding, t.member, t.unit, t.extra
	t.standing = voided
}

// moved returns the units whose figures have moved, in the order in which they came.
func (b *batch) moved() []Home {
	at := map[int64]int{}
	var all []Home
	for _, p := range b.order {
		n := int64(0)
		if p.fact != "" {
			n++
		}
		if p.had {
			n--
		}
		if n == 0 {
			continue
		}
		i, ok := at[p.unit]
		if !ok {
			i = len(all)
			at[p.unit] = i
			all = append(all, Home{Unit: p.unit})
		}
		if p.extra {
			all[i].Extra += n
		} else {
			all[i].Invited += n
		}
	}
	return all
}

// restanding returns the facts that were kept before and stand otherwise now.
func (b *batch) restanding() []*kept {
	all := b.behind
	for _, p := range b.order {
		if !p.worked {
			continue
		}
		for _, k := range p.facts {
			if k.was != 0 && k.standing != k.was {
				all = append(all, k)
			}
		}
	}
	for _, g := range b.came {
		for _, k := range g.facts {
			if k.was != 0 && k.standing != k.was {
				all = append(all, k)
			}
		}
	}
	for _, k := range b.heads {
		if k.was != 0 && k.standing != k.was {
			all = append(all, k)
		}
	}
	return all
}

// TakeWaiting lets facts count that came while the roll was closed, at most limit;
// it is called after the roll was reopened, until it returns none. What moved bears a
// new batch, whose facts they become.
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
	b := newBatch(tx, by, o, site)
	b.late = true
	some := make([]Fact, n)
	for i, k := range all[:n] {
		some[i] = k.Fact
	}
	if err := b.load(ctx, tx, some, all[:n]); err != nil {
		return Taken{}, 0, 0, err
	}
	for _, k := range all[:n] {
		if p := b.members[k.member]; p != nil {
			k.extra, k.unit = p.extra, p.unit
		}
		b.enter(k)
	}
	if err := b.save(ctx, tx); err != nil {
		return Taken{}, 0, 0, err
	}
	return Taken{Batch: b.id, Homes: b.moved()}, site, n, moveFacts(ctx, tx, occasion, b.id, all[:n])
}
