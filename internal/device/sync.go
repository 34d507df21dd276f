package device

import (
	"context"
	"encoding/json"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/site"
)

// A Batch is facts that a device sends together, as they came.
type Batch struct {
	Sent    int64             // Unix milliseconds, by the device's clock
	Waiting int64             // that it holds besides these
	Facts   []json.RawMessage // at most attendance.MostFacts
}

// A Synced says what became of a batch.
type Synced struct {
	Answers []attendance.Answer
	ETag    string // of the list that it is to have
	Closed  bool   // the site or the conference takes no more in time
}

// Why facts are set aside, besides attendance.WhyRevoked, which is also said where who
// enrolled the device has lost the site, and attendance.WhyForged.
const (
	whyExpired   = "expired"   // they come too long after the conference
	whyCancelled = "cancelled" // the conference is not being held
)

const (
	mostApart  = 20_000                     // facts set aside of one device that may send none
	maxOffset  = 100 * 366 * 24 * time.Hour // further no clock is off
	maxWaiting = 1_000_000
)

// Sync takes a batch of a device, all in one transaction, and answers each fact. The
// right to send is that of who enrolled it, as it is now; where it has gone, facts are
// set aside.
func Sync(ctx context.Context, tx *db.Tx, token string, b Batch) (Synced, error) {
	d, err := ByToken(ctx, tx, token)
	if err != nil {
		return Synced{}, err
	}
	if len(b.Facts) > attendance.MostFacts {
		w := fault.Wrong{}
		w.Add("facts", "attendance.error.facts", attendance.MostFacts)
		return Synced{}, w.Err()
	}
	by, why, err := d.sender(ctx, tx)
	if err != nil {
		return Synced{}, err
	}
	t := sending{conference: d.Conference, site: d.Site, device: d.ID, by: by, why: why}
	if t.why != "" && d.Apart >= mostApart {
		return Synced{}, fault.New(fault.Limited, "device.error.attempts")
	}
	var s Synced
	if s.Answers, err = t.take(ctx, tx, b.Facts); err != nil {
		return s, err
	}
	if err := touch(ctx, tx, d.ID, offset(tx.Now, b.Sent), min(max(0, b.Waiting), maxWaiting), t.apart); err != nil {
		return s, err
	}
	if s.Closed, err = closed(ctx, tx, d.Conference, d.Site); err != nil {
		return s, err
	}
	s.ETag, err = d.told(ctx, tx)
	return s, err
}

// offset is how far a device's clock is behind; a moment that is none is off by nothing.
func offset(now time.Time, sent int64) time.Duration {
	ms := now.UnixMilli() - sent
	if sent <= 0 || ms > maxOffset.Milliseconds() || ms < -maxOffset.Milliseconds() {
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}

// sender returns in whose name a device sends, and why it may not, "" if it may.
func (d Device) sender(ctx context.Context, tx *db.Tx) (auth.Actor, string, error) {
	by, err := account.Still(ctx, tx, d.account, d.tree, d.unit)
	switch {
	case err != nil:
		return by, "", err
	case !d.Revoked.IsZero():
		return d.asker(), attendance.WhyRevoked, nil
	case !by.Known():
		return d.asker(), attendance.WhyRevoked, nil
	case !d.Expires.After(tx.Now):
		return d.asker(), whyExpired, nil
	}
	return by, "", nil
}

// asker names who enrolled a device, where nobody acts for it any more.
func (d Device) asker() auth.Actor { return auth.Actor{Login: d.account, Name: d.AccountName} }

// A sending is facts that one device has noted, on their way in.
type sending struct {
	conference string
	site       int64
	device     string
	by         auth.Actor // in whose name
	why        string     // they are set aside, "" if they are taken
	apart      int64      // how many were set aside
}

// take takes facts, or sets them aside, and answers each in their order.
func (t *sending) take(ctx context.Context, tx *db.Tx, raw []json.RawMessage) ([]attendance.Answer, error) {
	answers := make([]attendance.Answer, len(raw))
	var good []attendance.Fact
	var at []int // in answers
	for i, r := range raw {
		f, ok := readFact(r, t.device)
		if !ok {
			answers[i] = attendance.Answer{ID: f.ID, Result: attendance.Invalid}
			continue
		}
		good, at = append(good, f), append(at, i)
	}
	var some []attendance.Answer
	var err error
	if t.why == "" {
		some, err = t.count(ctx, tx, good)
	}
	if err == nil && t.why != "" {
		some, err = t.setAside(ctx, tx, good)
	}
	if err != nil {
		return nil, err
	}
	for i, a := range some {
		answers[at[i]] = a
	}
	return answers, nil
}

// count lets facts count; where the sender may not keep the site any more, or the
// conference is not held, it says why and takes none.
func (t *sending) count(ctx context.Context, tx *db.Tx, facts []attendance.Fact) ([]attendance.Answer, error) {
	answers, err := site.CheckIn(ctx, tx, t.by, t.conference, t.site, facts)
	switch {
	case fault.Is(err, fault.Denied), fault.Is(err, fault.NotFound):
		t.why, err = attendance.WhyRevoked, nil
	case fault.Is(err, fault.Conflict):
		t.why, err = whyCancelled, nil
	}
	return answers, err
}

// setAside sets facts aside. A device need not send them again: of those that only
// came too late it is told no more than that.
func (t *sending) setAside(ctx context.Context, tx *db.Tx, facts []attendance.Fact) ([]attendance.Answer, error) {
	answers, err := attendance.SetAside(ctx, tx, t.by, t.conference, t.site, facts, t.why)
	for i := range answers {
		if r := &answers[i].Result; *r == attendance.Aside || *r == attendance.Revoked {
			t.apart++
			if t.why == whyExpired || t.why == whyCancelled {
				*r = attendance.Late
			}
		}
	}
	return answers, err
}

// closed reports whether a site, or its conference, takes nothing in time any more.
func closed(ctx context.Context, tx *db.Tx, id string, n int64) (bool, error) {
	state, at, err := states(ctx, tx, id, n)
	return conference.State(state) != conference.Convened || site.State(at) == site.Closed, err
}
