package world

import (
	"context"
	"math/rand/v2"
	"testing"

	"nhipcau/internal/attendance"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/presence"
	"nhipcau/internal/site"
)

// TestRollCalls: who was there at one roll call of two has not attended; a mark by hand
// that corrects a check-in stands; what was set aside is let in with a reason; and who
// has missed the conference is listed.
func TestRollCalls(t *testing.T) {
	s := house(t, 3)
	c := s.hall(t)
	r := rand.New(rand.NewPCG(4, 4))
	keys, at := s.keysOf(t, 1), int64(1_603_150_000_000)
	note := func(key string, call int64, state attendance.State) attendance.Fact {
		f := fact(r, key, at)
		f.Call, f.State = call, state
		return f
	}
	s.checkIn(t, s.bikhu, c.ID, 1, note(keys[0], 1, "present"), note(keys[0], 2, "present"), note(keys[0], 1, "out"), note(keys[1], 1, "present"))
	held := note(keys[2], 1, "present")
	mark := func(key string, call int64, state attendance.State) {
		t.Helper()
		s.do(t, func(ctx context.Context, tx *db.Tx) error {
			rows, err := presence.RollOfKeys(ctx, tx, c.ID, []string{key})
			if err != nil {
				return err
			}
			_, err = conference.Mark(ctx, tx, s.bikhu, c.ID, []attendance.Mark{{Member: rows[0].Member, Call: call, State: state, Version: rows[0].Version}}, nil)
			return err
		})
	}
	mark(keys[1], 1, attendance.Absent)
	s.checkIn(t, s.bikhu, c.ID, 1, fact(r, keys[1], at-5000)) // sooner; the correction stands
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		answers, err := site.SetAside(ctx, tx, s.bikhu, c.ID, 1, []attendance.Fact{held}, attendance.WhyRevoked)
		if err == nil && answers[0].Result != attendance.Revoked {
			t.Errorf("answered %s", answers[0].Result)
		}
		return err
	})
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		aside, err := attendance.AsideAt(ctx, tx, c.ID, 1, 10)
		if err != nil {
			return err
		}
		answers, err := site.Release(ctx, tx, s.bikhu, c.ID, 1, []int64{aside[0].N}, "máy đã tìm lại")
		if err == nil && answers[0].Result != attendance.Accepted {
			t.Errorf("released: %s", answers[0].Result)
		}
		return err
	})
	mark(keys[2], 2, attendance.Present)
	mark(keys[2], 0, attendance.Out)
	if err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return attendance.SetCalls(ctx, tx, c.ID, attendance.Rule{Need: 1}, []attendance.Call{{N: 1}})
	}); kindOf(err) != "invalid" {
		t.Errorf("a roll call that facts name was dropped: %v", err)
	}
	s.proven(t, "marks")
	s.closed(t, c.ID)
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		rows, err := presence.RollOfKeys(ctx, tx, c.ID, keys[:3])
		for _, v := range rows {
			want := v.MemberKey != keys[1]
			if v.Attended != want || v.State.There() != want {
				t.Errorf("%s: %+v", v.Name, v)
			}
		}
		o, err2 := attendance.Get(ctx, tx, c.ID)
		missed, err3 := presence.Missed(ctx, tx, s.bikhu, c.ID, true, 0, 1000)
		had := map[string]bool{}
		for _, v := range missed {
			had[v.MemberKey] = true
		}
		if had[keys[0]] || !had[keys[1]] || had[keys[2]] || int64(len(missed)) > o.People-2 {
			t.Errorf("%d of %d have missed it", len(missed), o.People)
		}
		return cmpOr(err, err2, err3)
	})
	if there, first := s.lane(t, c, "present"), s.lane(t, c, "call_1"); there != 2 || first != 2 {
		t.Errorf("%d attended, %d at the first roll call; want 2 and 2", there, first)
	}
}
