package world

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/device"
	"nhipcau/internal/fault"
	"nhipcau/internal/presence"
	"nhipcau/internal/reform"
	"nhipcau/internal/site"
)

// enrolled returns a device that somebody enrols at a site.
func (s *story) enrolled(t *testing.T, by auth.Actor, c conference.Conference, n int64) device.Enrolled {
	t.Helper()
	var code string
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		code, err = device.Offer(ctx, tx, by, c.ID, n)
		return err
	})
	e, err := device.Enrol(t.Context(), s.DB, code, "Máy ở cửa", "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// notes are facts as a device writes them.
func notes(t *testing.T, facts ...attendance.Fact) []json.RawMessage {
	t.Helper()
	var all []json.RawMessage
	for _, f := range facts {
		f.Device = ""
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

// sync sends facts and returns what became of them, and whether it was too late.
func (s *story) sync(t *testing.T, e device.Enrolled, facts ...attendance.Fact) (string, bool) {
	t.Helper()
	var done device.Synced
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = device.Sync(ctx, tx, e.Token, device.Batch{Sent: tx.Now.UnixMilli(), Facts: notes(t, facts...)})
		return err
	})
	var all []string
	for _, a := range done.Answers {
		all = append(all, string(a.Result))
	}
	return strings.Join(all, " "), done.Closed
}

// apart returns why facts are set aside at a site.
func (s *story) apart(t *testing.T, c conference.Conference, n int64) (why []string) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		open, _, err := device.Quarantine(ctx, tx, s.bikhu, c.ID, n)
		for _, a := range open {
			why = append(why, a.Why)
		}
		return err
	})
	return why
}

// release lets everything count that is set aside for a reason.
func (s *story) release(t *testing.T, by auth.Actor, c conference.Conference, n int64, why string) string {
	t.Helper()
	var taken, stay int
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		taken, stay, err = device.Release(ctx, tx, by, c.ID, n, device.Choice{Why: why})
		return err
	})
	return fmt.Sprint(taken, " ", stay)
}

// TestDeviceLate: what a device brings after its site has closed, after the conference
// has, a week later and weeks later is counted, waits, or is set aside; never lost.
func TestDeviceLate(t *testing.T) {
	s := house(t, 3)
	c := s.gathering(t, 2)
	r := rand.New(rand.NewPCG(5, 1))
	one, two, three := s.keysOf(t, 1), s.keysOf(t, 2), s.keysOf(t, 3)
	at := s.DB.Now().UnixMilli()
	first, second := s.enrolled(t, s.heads[0], c, 1), s.enrolled(t, s.heads[1], c, 2)
	is := func(what string, e device.Enrolled, want string, closed bool, facts ...attendance.Fact) {
		t.Helper()
		if got, over := s.sync(t, e, facts...); got != want || over != closed {
			t.Errorf("%s: %q closed %v, want %q %v", what, got, over, want, closed)
		}
		s.proven(t, what)
	}
	is("in time", first, "accepted extra", false, fact(r, one[0], at), fact(r, three[0], at))
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, x, err := site.Get(ctx, tx, s.bikhu, c.ID, 1)
		if err != nil {
			return err
		}
		return site.Close(ctx, tx, s.bikhu, c.ID, 1, x.Version)
	})
	is("after its site has closed", first, "accepted", true, fact(r, one[1], at))
	s.Clock.Set(s.DB.Now().Add(7 * 24 * time.Hour))
	is("a week later", second, "accepted", false, fact(r, two[0], at))
	s.do(t, func(ctx context.Context, tx *db.Tx) error { return conference.Close(ctx, tx, s.bikhu, c.ID, c.Version) })
	waits := fact(r, two[1], at)
	is("after the conference has closed", second, "late duplicate", true, waits, waits)
	s.Clock.Set(s.DB.Now().Add(14 * 24 * time.Hour))
	old := fact(r, two[2], at)
	is("three weeks later", second, "late", true, old)
	is("three weeks later, again", second, "late", true, old)
	if got := fmt.Sprint(s.apart(t, c, 2)); got != "[expired]" {
		t.Errorf("set aside: %s", got)
	}
	if got := s.release(t, s.heads[1], c, 2, "expired"); got != "1 0" {
		t.Errorf("released: %s", got)
	}
	s.proven(t, "a release while the roll is closed")
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return conference.Reopen(ctx, tx, s.bikhu, c.ID, c.Version+1, "còn người")
	})
	s.proven(t, "reopening")
	if in, extra := s.lane(t, c, "checked_in"), s.lane(t, c, "extra"); in != 5 || extra != 1 {
		t.Errorf("%d checked in and %d more, want 5 and 1", in, extra)
	}
}

// TestDeviceRights: whoever enrolled a device and has lost the site sends nothing by
// it any more; what comes is set aside, until somebody who keeps the site lets it in.
func TestDeviceRights(t *testing.T) {
	s := house(t, 3)
	c := s.gathering(t, 2)
	r := rand.New(rand.NewPCG(6, 1))
	one, two := s.keysOf(t, 1), s.keysOf(t, 2)
	at := s.DB.Now().UnixMilli()
	e := s.enrolled(t, s.heads[0], c, 1)
	for who, want := range map[*auth.Actor]string{ptr(s.heads[1]): "not found", ptr(s.member(1)): "denied", ptr(s.vanthu): "done"} {
		err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := device.Offer(ctx, tx, *who, c.ID, 1)
			return err
		})
		if kindOf(err) != want {
			t.Errorf("%s: %s, want %s", who.Name, kindOf(err), want)
		}
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return account.Disable(ctx, tx, auth.System(s.tree), s.heads[0].Login)
	})
	late, wrong := fact(r, one[0], at), fact(r, one[1], at)
	wrong.ID = "x"
	if got, _ := s.sync(t, e, late, wrong, late); got != "revoked invalid revoked" {
		t.Errorf("of a login that is disabled: %s", got)
	}
	if n := s.lane(t, c, "checked_in"); n != 0 {
		t.Errorf("%d checked in", n)
	}
	if got := fmt.Sprint(s.apart(t, c, 1)); got != "[revoked]" {
		t.Errorf("set aside: %s", got)
	}
	if got := s.release(t, s.vanthu, c, 1, "revoked"); got != "1 0" {
		t.Errorf("released: %s", got)
	}
	s.proven(t, "a release")

	// Of the same id as another, and by nobody known: the first becomes a fact of its
	// own, the other stays until somebody bears the key.
	e = s.enrolled(t, s.vanthu, c, 1)
	first := fact(r, one[2], at)
	other, nobody := first, fact(r, "chua-co", at)
	other.Member = one[3]
	if got, _ := s.sync(t, e, first, other, nobody); got != "accepted conflict unknown" {
		t.Errorf("answered %s", got)
	}
	for why, want := range map[string]string{"contradicts": "1 0", "unknown": "0 1"} {
		if got := s.release(t, s.vanthu, c, 1, why); got != want {
			t.Errorf("%s released: %s, want %s", why, got, want)
		}
	}
	s.proven(t, "releases")
	if n := s.lane(t, c, "checked_in"); n != 3 {
		t.Errorf("%d checked in, want 3", n)
	}

	// Of a conference that is cancelled.
	e = s.enrolled(t, s.vanthu, c, 2)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		now, err := conference.Get(ctx, tx, s.bikhu, c.ID)
		if err != nil {
			return err
		}
		return conference.Cancel(ctx, tx, s.bikhu, c.ID, now.Version, "bão")
	})
	if got, over := s.sync(t, e, fact(r, two[0], at)); got != "late" || !over {
		t.Errorf("of a conference that is cancelled: %s %v", got, over)
	}
	if got := fmt.Sprint(s.apart(t, c, 2)); got != "[cancelled]" {
		t.Errorf("set aside: %s", got)
	}
	err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := device.Offer(ctx, tx, s.vanthu, c.ID, 2)
		return err
	})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a code for a conference that is cancelled: %v", err)
	}
}

// TestDeviceReform: units are merged between the list and the sync.
func TestDeviceReform(t *testing.T) {
	s := house(t, 3)
	c := s.gathering(t, 3)
	r := rand.New(rand.NewPCG(7, 1))
	two, three := s.keysOf(t, 2), s.keysOf(t, 3)
	at := s.DB.Now().UnixMilli()
	second, third := s.enrolled(t, s.heads[1], c, 2), s.enrolled(t, s.heads[2], c, 3)
	s.reform(t, reform.Close, s.key(3), s.key(2))
	if got, _ := s.sync(t, second, fact(r, two[0], at), fact(r, three[0], at)); got != "accepted accepted" {
		t.Errorf("at the site of the unit that took over: %s", got)
	}
	s.proven(t, "a sync after a reform")
	if got, _ := s.sync(t, third, fact(r, three[1], at)); got != "revoked" {
		t.Errorf("at the site of the unit that is no more: %s", got)
	}
	if got := fmt.Sprint(s.apart(t, c, 3)); got != "[revoked]" {
		t.Errorf("set aside: %s", got)
	}
	if got := s.release(t, s.bikhu, c, 3, "revoked"); got != "1 0" {
		t.Errorf("released: %s", got)
	}
	s.proven(t, "a release after a reform")
}

// TestDeviceClock: a device whose clock is off by years is told how far, and what it
// noted counts.
func TestDeviceClock(t *testing.T) {
	s := house(t, 3)
	c := s.gathering(t, 1)
	r := rand.New(rand.NewPCG(8, 1))
	one := s.keysOf(t, 1)
	e := s.enrolled(t, s.heads[0], c, 1)
	now := s.DB.Now()
	dead := fact(r, one[0], 86_400_000) // 1970, and it knows
	dead.Offset = now.UnixMilli() - dead.At
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		done, err := device.Sync(ctx, tx, e.Token, device.Batch{Sent: 86_400_000, Waiting: 3, Facts: notes(t, dead)})
		if err == nil && done.Answers[0].Result != attendance.Accepted {
			t.Errorf("answered %s", done.Answers[0].Result)
		}
		return err
	})
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		all, err := device.List(ctx, tx, s.bikhu, c.ID, 1)
		if len(all) != 1 || !all[0].ClockWrong() || all[0].Offset != now.Sub(time.UnixMilli(86_400_000)) || all[0].Waiting != 3 || all[0].Facts != 1 || !all[0].Seen.Equal(now) {
			t.Errorf("the device is %+v", all)
		}
		facts, err2 := presence.FactsAt(ctx, tx, c.ID, 1, 0, 10)
		if len(facts) != 1 || !facts[0].At.Equal(now) || !facts[0].ClockWrong() {
			t.Errorf("the fact is %+v", facts)
		}
		return cmpOr(err, err2)
	})
}

// TestDeviceAsideBehindMany: what is set aside for one reason can be let in however many
// newer facts are set aside for another, which nobody can decide about yet.
func TestDeviceAsideBehindMany(t *testing.T) {
	s := house(t, 2)
	c := s.gathering(t, 2)
	r := rand.New(rand.NewPCG(5, 7))
	people := s.keysOf(t, 1)
	e := s.enrolled(t, s.heads[0], c, 1)
	lost := s.enrolled(t, s.heads[0], c, 1)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return device.Revoke(ctx, tx, s.heads[0], c.ID, 1, lost.Device.ID, "mất máy")
	})
	at := s.DB.Now().UnixMilli()
	s.sync(t, lost, fact(r, people[0], at))
	s.Clock.Set(s.Clock.Now().Add(time.Minute))
	var strangers []attendance.Fact
	for i := range attendance.MostFacts {
		strangers = append(strangers, fact(r, fmt.Sprint("khong-ai-", i), at))
	}
	s.sync(t, e, strangers...)
	if got := s.release(t, s.heads[0], c, 1, attendance.WhyRevoked); got != "1 0" {
		t.Errorf("released %s, want the one of the device that was lost", got)
	}
}
