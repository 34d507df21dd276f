package signing

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

func init() { filing.Follow(entered) }

// Submit sends the return of a unit up, or corrects it. Of a form that asks for a
// signature only the unit's secretary does that and signs by it; from anybody else
// who may enter the figures it waits for the secretary. A report that was sent back
// may be sent again as it was, with a reason.
func Submit(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string, now filing.Entry) (Report, error) {
	c, err := found(ctx, tx, by, period, unitKey)
	if err != nil {
		return Report{}, err
	}
	if c.Steps() == form.Second && maySign(by, c.Unit) != nil {
		return ask(ctx, tx, by, c, now)
	}
	return c.send(ctx, tx, by, now)
}

// send writes the return; what follows on it is in entered.
func (c Case) send(ctx context.Context, tx *db.Tx, by auth.Actor, now filing.Entry) (Report, error) {
	x, err := filing.File(ctx, tx, by, c.Round.Period.ID, c.Unit.Key, now)
	if err != nil {
		return Report{}, err
	}
	r, err := read(ctx, tx, c.Round.Period.ID, c.Unit.ID)
	if err != nil || r.State != Returned && r.State != Asked {
		return r, err
	}
	w := fault.Wrong{}
	now.Reason = vn.CleanText(now.Reason)
	w.Text("reason", now.Reason, maxWhy, true)
	if err := w.Err(); err != nil {
		return r, err
	}
	x.Reason = now.Reason
	if err := entered(ctx, tx, by, c.Round, x, now.Texts); err != nil {
		return r, err
	}
	return read(ctx, tx, c.Round.Period.ID, c.Unit.ID)
}

// ask keeps what waits for the secretary, and tells them.
func ask(ctx context.Context, tx *db.Tx, by auth.Actor, c Case, now filing.Entry) (Report, error) {
	if err := filing.MaySubmit(by, c.Case); err != nil {
		return Report{}, err
	}
	var err error
	if now.Texts, err = c.Round.Check(now); err != nil {
		return Report{}, err
	}
	w := fault.Wrong{}
	now.Reason = vn.CleanText(now.Reason)
	w.Text("reason", now.Reason, maxWhy, c.Newest().Stands())
	if err := w.Err(); err != nil {
		return Report{}, err
	}
	if c.Newest().N != now.Seen {
		return Report{}, fault.New(fault.Conflict, "filing.error.changed")
	}
	b, err := json.Marshal(now)
	if err != nil {
		return Report{}, err
	}
	r := c.Report
	r.Above, r.State, r.waits, r.Hash = c.above(), Asked, string(b), c.said(now).Hash()
	e := Event{Kind: DidAsk, Hash: r.Hash, Reason: now.Reason}
	if err := c.note(ctx, tx, by, r, e); err != nil {
		return r, err
	}
	_, err = notify.ToUnit(ctx, tx, c.Unit.ID, []auth.Role{auth.Secretary}, "signing.notice.asked", []string{c.title()}, c.Href())
	return r, err
}

// Sign signs what waits for the secretary and sends it up. It is a Conflict if
// something else waits than what has hash.
func Sign(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey, hash string) (Report, error) {
	c, err := found(ctx, tx, by, period, unitKey)
	if err != nil {
		return Report{}, err
	}
	if err := maySign(by, c.Unit); err != nil {
		return Report{}, err
	}
	now, ok := c.Waits()
	if !ok || c.Report.Hash != hash {
		return Report{}, fault.New(fault.Conflict, "signing.error.other")
	}
	return c.send(ctx, tx, by, now)
}

// Refuse gives what waits for the secretary back to the clerk.
func Refuse(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey, hash, reason string) error {
	c, err := found(ctx, tx, by, period, unitKey)
	if err != nil {
		return err
	}
	if err := maySign(by, c.Unit); err != nil {
		return err
	}
	if reason, err = why(reason); err != nil {
		return err
	}
	if _, ok := c.Waits(); !ok || c.Report.Hash != hash {
		return fault.New(fault.Conflict, "signing.error.other")
	}
	r := c.Report
	r.State = Returned // what was typed stays, to be mended
	if err := c.note(ctx, tx, by, r, Event{Kind: DidRefuse, Hash: hash, Reason: reason}); err != nil {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, c.Unit.ID, []auth.Role{auth.Clerk}, "signing.notice.refused", []string{c.title(), reason}, c.Href())
	return err
}

// A Back is what a unit above says when it sends a report back.
type Back struct {
	Reason  string
	Reasons map[string]string // by key of the item
	Until   vn.Day            // by which it is to come again, "" for no day
}

func (b *Back) check(c Case, today vn.Day) error {
	w := fault.Wrong{}
	b.Reason, b.Reasons = vn.CleanText(b.Reason), maps.Clone(b.Reasons)
	for _, key := range slices.Sorted(maps.Keys(b.Reasons)) {
		text := vn.CleanText(b.Reasons[key])
		if w.Text("reasons."+key, text, maxWhy, false); text == "" {
			delete(b.Reasons, key)
			continue
		}
		if b.Reasons[key] = text; !c.has(key) {
			w.Add("reasons."+key, "filing.error.unknown")
		}
	}
	w.Text("reason", b.Reason, maxWhy, len(b.Reasons) == 0)
	switch {
	case b.Until == "":
	case !b.Until.Valid():
		w.Add("until", "signing.error.day")
	case b.Until.Before(today):
		w.Add("until", "signing.error.past")
	}
	return w.Err()
}

// Return sends the report of a unit back, for reasons about the whole or about
// figures; seen is the number of the return that by has looked at. What was
// accepted may be sent back too.
func Return(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string, seen int64, back Back) error {
	c, err := found(ctx, tx, by, period, unitKey)
	if err != nil {
		return err
	}
	if err := mayReceive(by, c.Unit); err != nil {
		return err
	}
	if err := back.check(c, vn.DayOf(tx.Now)); err != nil {
		return err
	}
	if err := c.stands(seen, Submitted, Accepted); err != nil {
		return err
	}
	r := c.Report
	r.State, r.Until = Returned, back.Until
	e := Event{Kind: DidReturn, N: r.N, Hash: r.Hash, Reason: back.Reason, Reasons: back.Reasons, Until: back.Until}
	if err := c.note(ctx, tx, by, r, e); err != nil {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, c.Unit.ID, []auth.Role{auth.Clerk, auth.Secretary}, "signing.notice.returned", []string{c.title(), back.short(c)}, c.Href())
	return err
}

// short is what a notice says of the reasons.
func (b Back) short(c Case) string {
	if b.Reason != "" {
		return b.Reason
	}
	for _, it := range c.Round.Form.Items {
		if text := b.Reasons[it.Key]; text != "" {
			return it.Label + ": " + text
		}
	}
	return ""
}

// Accept takes the report of a unit; seen is the number of the return that by has
// looked at.
func Accept(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string, seen int64) error {
	c, err := found(ctx, tx, by, period, unitKey)
	if err != nil {
		return err
	}
	if err := mayReceive(by, c.Unit); err != nil {
		return err
	}
	if err := c.stands(seen, Submitted); err != nil {
		return err
	}
	r := c.Report
	r.State, r.Accepted, r.Until = Accepted, r.N, ""
	if err := c.note(ctx, tx, by, r, Event{Kind: DidAccept, N: r.N, Hash: r.Hash}); err != nil {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, c.Unit.ID, []auth.Role{auth.Clerk, auth.Secretary}, "signing.notice.accepted", []string{c.title()}, c.Href())
	return err
}

// entered is what follows on a return to a form that asks for steps, whoever wrote
// it: it is submitted to the unit above or, without figures, withdrawn.
func entered(ctx context.Context, tx *db.Tx, by auth.Actor, round filing.Round, x filing.Return, texts filing.Texts) error {
	u, err := org.See(ctx, tx, by, x.Unit)
	if err != nil {
		return err
	}
	c := Case{Case: filing.Case{Round: round, Unit: u}}
	if c.Report, err = read(ctx, tx, round.Period.ID, u.ID); err != nil {
		return err
	}
	r := c.Report
	e := Event{Kind: DidSubmit, N: x.N, Reason: x.Reason}
	if c.Steps() == form.Second {
		if err := maySign(by, u); err != nil {
			return err
		}
		e.Kind = DidSign
	}
	r.Above, r.State, r.N, r.Until, r.waits = c.above(), Submitted, x.N, "", ""
	switch {
	case !x.Stands():
		e.Kind, r.State, r.Hash = DidDraw, Withdrawn, ""
	default:
		marks, err := filing.MarksOf(ctx, tx, round, []int64{u.ID})
		if err != nil {
			return err
		}
		content := c.content(x, texts, marks[u.ID][x.N])
		r.Hash, e.Hash, e.Mark = content.Hash(), content.Hash(), content.Mark
	}
	if r.Above == 0 { // nobody is above: it stands as it is
		r.State, r.Accepted = Accepted, r.N
	}
	if err := c.note(ctx, tx, by, r, e); err != nil {
		return err
	}
	if !r.Revised() {
		return nil // the unit above finds it among its work; a notice for each would be thousands
	}
	_, err = notify.ToUnit(ctx, tx, r.Above, []auth.Role{auth.Clerk, auth.Secretary}, "signing.notice.revised", []string{u.Name, c.title(), x.Reason}, c.Href())
	return err
}

// note writes what by did and how the report stands by it.
func (c Case) note(ctx context.Context, tx *db.Tx, by auth.Actor, r Report, e Event) (err error) {
	r.Period, r.Unit = c.Round.Period.ID, c.Unit.ID
	e.Period, e.Unit = r.Period, r.Unit
	if e.Office, err = org.OfficeOf(ctx, tx, by); err != nil {
		return err
	}
	if err := put(ctx, tx, r); err != nil {
		return err
	}
	if e.K, err = next(ctx, tx, e.Period, e.Unit); err != nil {
		return err
	}
	if err := insertEvents(ctx, tx, by, []Event{e}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "signing."+string(e.Kind), object(e.Period, e.Unit), e.Hash)
}

func why(reason string) (string, error) {
	w := fault.Wrong{}
	reason = vn.CleanText(reason)
	w.Text("reason", reason, maxWhy, true)
	return reason, w.Err()
}
