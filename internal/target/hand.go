package target

import (
	"context"
	"strconv"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// An Answer is what a unit says to what it was given.
type Answer string

// The answers; "" is none.
const (
	Accepted Answer = "accepted" // it takes on what it was given
	Proposed Answer = "proposed" // it takes on something else, and says why
)

// A Standing is what a unit was given, and what it says to that.
type Standing struct {
	Unit    int64
	Giver   int64 // the unit above that handed it down, 0 for the unit that has set the target
	Value   int64
	Answer  Answer
	Takes   int64 // what it takes on, by its answer
	Version int64
}

// counts is what a standing counts for the unit itself, and for its giver.
func (s Standing) counts() (own, above tally.Delta) {
	own = tally.Delta{assigned: s.Value}
	if s.Giver == 0 {
		return own, tally.Delta{}
	}
	above = tally.Delta{handed: s.Value}
	own[asked] = 1
	switch s.Answer {
	case Accepted:
		own[committed], own[accepted], above[taken] = s.Takes, 1, s.Takes
	case Proposed:
		own[committed], own[proposed], above[taken] = s.Takes, 1, s.Takes
	}
	return own, above
}

// moved is what is to be posted where one standing follows on another, whose Version
// is 0 if there was none.
func moved(from, to Standing) (own, above tally.Delta) {
	own, above = to.counts()
	if from.Version == 0 {
		return own, above
	}
	hadOwn, hadAbove := from.counts()
	return changes(own.Plus(hadOwn.Neg())), changes(above.Plus(hadAbove.Neg()))
}

func changes(d tally.Delta) tally.Delta {
	for l, x := range d {
		if x == 0 {
			delete(d, l)
		}
	}
	return d
}

// A Share is what a unit is given.
type Share struct{ Unit, Value int64 }

// Hand gives units directly under by's their shares of what by's unit was given;
// those left out keep theirs. seen is the version of that unit's standing as the
// caller has seen it: it is a Conflict if another stands by now. A share that was
// there before changes for a reason only, and with it the unit's answer falls, unless
// it is what the unit has proposed. More or less than was given may be handed down:
// every page shows by how much.
func Hand(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string, seen int64, shares []Share, reason string) error {
	t, own, err := Handing(ctx, tx, by, id, unitKey)
	if err != nil {
		return err
	}
	if own.Version != seen {
		return fault.New(fault.Conflict, "error.conflict")
	}
	if err := t.checkShares(ctx, tx, own.Unit, shares); err != nil {
		return err
	}
	all, err := standingsUnder(ctx, tx, id, own.Unit)
	if err != nil {
		return err
	}
	h := handout{Target: t, giver: own, had: map[int64]Standing{}}
	for _, x := range all {
		h.had[x.Unit] = x
		h.sum += x.Value
	}
	reason = vn.CleanText(reason)
	h.workOut(shares)
	w := fault.Wrong{}
	w.Text("reason", reason, maxNote, h.changed)
	if err := w.Err(); err != nil {
		return err
	}
	if len(h.fresh) == 0 {
		return nil
	}
	return h.write(ctx, tx, by, unitKey, reason)
}

// Handing returns an open target of which by hands down what a unit was given, with
// that unit's standing.
func Handing(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string) (Target, Standing, error) {
	t, err := Get(ctx, tx, by, id)
	if err != nil {
		return t, Standing{}, err
	}
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return t, Standing{}, err
	}
	if err := mayHand(by, u.ID); err != nil {
		return t, Standing{}, err
	}
	if t.State != Opened {
		return t, Standing{}, fault.New(fault.Conflict, "target.error.stage")
	}
	own, err := standingOf(ctx, tx, id, u.ID)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Conflict, "target.error.not_given")
	}
	return t, own, err
}

// under returns the units directly under one on the sheet of t, in its order.
func (t Target) under(ctx context.Context, tx *db.Tx, unit int64) ([]int64, error) {
	s, err := tally.Find(ctx, tx, t.Sheet)
	if err != nil {
		return nil, err
	}
	e, err := epoch.ByID(ctx, tx, s.Epoch)
	if err != nil {
		return nil, err
	}
	at, ok := e.Index(unit)
	if !ok {
		return nil, nil
	}
	var all []int64
	for child := range e.Children(at) {
		all = append(all, e.Unit(child))
	}
	return all, nil
}

func (t Target) checkShares(ctx context.Context, tx *db.Tx, giver int64, shares []Share) error {
	units, err := t.under(ctx, tx, giver)
	if err != nil {
		return err
	}
	may := make(map[int64]bool, len(units))
	for _, u := range units {
		may[u] = true
	}
	w := fault.Wrong{}
	for _, s := range shares {
		if !may[s.Unit] {
			w.Add("shares", "target.error.unit")
		}
		may[s.Unit] = false // each once
		if s.Value < 0 || s.Value > MaxValue {
			w.Add("shares", "target.error.share")
		}
	}
	return w.Err()
}

// handout is one handing down, worked out.
type handout struct {
	Target
	giver   Standing
	had     map[int64]Standing // by unit
	sum     int64              // handed down before, and after
	fresh   []Standing
	changed bool // a share that was there is another now
}

func (h *handout) workOut(shares []Share) {
	for _, s := range shares {
		had := h.had[s.Unit]
		if had.Version > 0 && had.Value == s.Value {
			continue
		}
		now := Standing{Unit: s.Unit, Giver: h.giver.Unit, Value: s.Value, Version: had.Version + 1}
		if had.Answer == Proposed && had.Takes == s.Value {
			now.Answer, now.Takes = Accepted, s.Value
		}
		h.changed = h.changed || had.Version > 0
		h.sum += s.Value - had.Value
		h.fresh = append(h.fresh, now)
	}
}

func (h *handout) write(ctx context.Context, tx *db.Tx, by auth.Actor, giverKey, reason string) error {
	units := make([]int64, len(h.fresh))
	for i, x := range h.fresh {
		units[i] = x.Unit
	}
	names, err := namesOf(ctx, tx, by, units)
	if err != nil {
		return err
	}
	giver := h.giver
	giver.Version++
	log := []Entry{{Unit: giver.Unit, N: giver.Version, Deed: "handed", Value: h.sum, Reason: reason}}
	above, posts := tally.Delta{}, make([]tally.Entry, 0, len(units)+1)
	words := make([]notify.Word, 0, len(units))
	for _, x := range h.fresh {
		deed := "given"
		if x.Answer == Accepted {
			deed = "agreed"
		}
		own, up := moved(h.had[x.Unit], x)
		above = above.Plus(up)
		key := names[x.Unit].Key
		log = append(log, Entry{Unit: x.Unit, N: x.Version, Deed: deed, Value: x.Value, Reason: reason})
		posts = append(posts, tally.Entry{Sheet: h.Sheet, Unit: x.Unit, Delta: own, Zeros: true, Reason: reason, Source: source(h.ID, key)})
		words = append(words, notify.Word{Unit: x.Unit, Args: []string{h.Label, h.Format(x.Value) + " " + h.Word}, Link: "/targets/" + h.ID})
	}
	posts = append(posts, tally.Entry{Sheet: h.Sheet, Unit: giver.Unit, Delta: above, Zeros: true, Reason: reason, Source: source(h.ID, giverKey)})
	if err := replaceStandings(ctx, tx, h.ID, append([]Standing{giver}, h.fresh...)); err != nil {
		return err
	}
	if err := insertLog(ctx, tx, by, h.ID, log); err != nil {
		return err
	}
	if err := tally.PostMany(ctx, tx, by, posts); err != nil {
		return err
	}
	if err := notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, "target.notice.given", words); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "target.hand", h.ID, giverKey+" · "+strconv.Itoa(len(h.fresh)))
}

// Reply says what by's unit takes on of what it was given: all of it, or something
// else for a reason. It is a Conflict if another standing of the unit stands by now
// than that of version.
func Reply(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string, version, takes int64, reason string) error {
	t, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return err
	}
	had, err := standingOf(ctx, tx, id, u.ID)
	if err != nil {
		return err
	}
	if err := mayAnswer(by, u.ID); err != nil {
		return err
	}
	switch {
	case t.State != Opened:
		return fault.New(fault.Conflict, "target.error.stage")
	case had.Giver == 0:
		return fault.New(fault.Conflict, "target.error.own")
	case had.Version != version:
		return fault.New(fault.Conflict, "error.conflict")
	}
	now := had
	now.Answer, now.Takes, now.Version = Accepted, takes, had.Version+1
	if takes != had.Value {
		now.Answer = Proposed
	}
	reason = vn.CleanText(reason)
	w := fault.Wrong{}
	w.Text("reason", reason, maxNote, now.Answer == Proposed)
	if takes < 0 || takes > MaxValue {
		w.Add("takes", "target.error.share")
	}
	if err := w.Err(); err != nil {
		return err
	}
	if had.Answer == now.Answer && had.Takes == takes {
		return nil
	}
	return t.reply(ctx, tx, by, unitKey, had, now, reason)
}

func (t Target) reply(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string, had, now Standing, reason string) error {
	if err := replaceStandings(ctx, tx, t.ID, []Standing{now}); err != nil {
		return err
	}
	if err := insertLog(ctx, tx, by, t.ID, []Entry{{Unit: now.Unit, N: now.Version, Deed: string(now.Answer), Value: now.Takes, Reason: reason}}); err != nil {
		return err
	}
	own, above := moved(had, now)
	from := source(t.ID, unitKey)
	if err := tally.PostMany(ctx, tx, by, []tally.Entry{
		{Sheet: t.Sheet, Unit: now.Unit, Delta: own, Zeros: true, Reason: reason, Source: from},
		{Sheet: t.Sheet, Unit: now.Giver, Delta: above, Zeros: true, Reason: reason, Source: from},
	}); err != nil {
		return err
	}
	if now.Answer == Proposed {
		word := notify.Word{Unit: now.Giver, Args: []string{by.UnitName, t.Label, t.Format(now.Takes) + " " + t.Word}, Link: "/targets/" + t.ID}
		if err := notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, "target.notice.proposed", []notify.Word{word}); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, by, "target."+string(now.Answer), t.ID, unitKey)
}
