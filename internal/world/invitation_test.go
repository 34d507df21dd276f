package world

import (
	"context"
	"testing"

	"nhipcau/internal/attendance"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/follow"
	"nhipcau/internal/invitation"
	"nhipcau/internal/pass"
	"nhipcau/internal/rollout"
	"nhipcau/internal/sheet"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// meeting convenes a conference of the officers of two units, a week from now.
func (s *story) meeting(t *testing.T) conference.Conference {
	t.Helper()
	var c conference.Conference
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = conference.Enter(ctx, tx, s.bikhu, conference.Form{Title: "Hội nghị cán bộ", Sort: "main", Mode: "in_person", Day: vn.DayOf(tx.Now).AddDays(7), Start: "07:30", Units: []string{"tccs-01", "tccs-03"}}); err != nil {
			return err
		}
		if _, err = conference.Convene(ctx, tx, s.bikhu, c.ID, c.Version); err != nil {
			return err
		}
		c, err = conference.Get(ctx, tx, s.bikhu, c.ID)
		return err
	})
	return c
}

func (s *story) people(t *testing.T, id string) int64 {
	t.Helper()
	var o attendance.Occasion
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) { o, err = attendance.Get(ctx, tx, id); return err })
	return o.People
}

func TestInvitedByRule(t *testing.T) {
	s := house(t, 5)
	c := s.meeting(t)
	before := s.people(t, c.ID)
	r := invitation.Rule{Ranks: []int64{1, 2}, Units: []string{s.bloc.root.Key}, Whole: true}
	var found, fresh int64
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		found, fresh, err = invitation.Count(ctx, tx, s.bikhu, c.ID, &r)
		return err
	})
	if found == 0 || fresh == 0 || fresh >= found {
		t.Fatalf("a rule of heads and deputies names %d, %d of them new", found, fresh)
	}
	var k invitation.Kept
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		k, err = invitation.AddRule(ctx, tx, s.bikhu, c.ID, r, found, fresh)
		return err
	})
	if got := s.people(t, c.ID); got != before {
		t.Errorf("counting has invited: %d on the roll, were %d", got, before)
	}
	n := 0
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = invitation.Apply(ctx, tx, s.bikhu, c.ID, k.N, k.Version)
		return err
	})
	if int64(n) != fresh || s.people(t, c.ID) != before+fresh {
		t.Errorf("%d invited of %d, %d on the roll", n, fresh, s.people(t, c.ID))
	}
	// Applied again it invites nobody; everybody of a unit includes those there.
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = invitation.Apply(ctx, tx, s.bikhu, c.ID, k.N, k.Version+1)
		return err
	})
	if n != 0 {
		t.Errorf("applied again it invites %d", n)
	}
	all := invitation.Rule{Units: []string{"tccs-02"}}
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		found, fresh, err = invitation.Count(ctx, tx, s.bikhu, c.ID, &all)
		return err
	})
	if found <= fresh || fresh == 0 {
		t.Errorf("all of a unit are %d, %d new", found, fresh)
	}
	kinds := invitation.Rule{Units: []string{s.bloc.root.Key}, Whole: true, Kinds: []string{"không có loại này"}}
	depth := invitation.Rule{Units: []string{s.bloc.root.Key}, Whole: true, Depths: []int64{0}, Titles: []string{"Bí thư"}}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		if n, _, err := invitation.Count(ctx, tx, s.bikhu, c.ID, &kinds); err != nil || n != 0 {
			t.Errorf("of no kind there are %d, %v", n, err)
		}
		_, _, err := invitation.Count(ctx, tx, s.bikhu, c.ID, &depth)
		return err
	})
}

// TestRuleByJob: a rule over many is applied slice by slice, each person once, and a
// slice run again changes nothing.
func TestRuleByJob(t *testing.T) {
	s := house(t, 5)
	c := s.meeting(t)
	r := invitation.Rule{Units: []string{s.bloc.root.Key}, Whole: true}
	var found, fresh int64
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		found, fresh, err = invitation.Count(ctx, tx, s.bikhu, c.ID, &r)
		return err
	})
	before := s.people(t, c.ID)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		k, err := invitation.AddRule(ctx, tx, s.bikhu, c.ID, r, found, fresh)
		if err != nil {
			return err
		}
		return tx.Exec(ctx, `UPDATE invitation_rule SET applying = 1 WHERE conference = $1 AND n = $2`, c.ID, k.N)
	})
	slices, more := 0, true
	for more {
		s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
			_, _, more, err = invitation.ApplySome(ctx, tx, c.ID, 2)
			return err
		})
		if slices++; slices > 100 {
			t.Fatal("the job does not end")
		}
	}
	if got := s.people(t, c.ID); got != before+fresh || slices < 4 {
		t.Errorf("%d on the roll of %d, in %d slices", got, before+fresh, slices)
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		all, err := invitation.Rules(ctx, tx, invitation.Meeting{ID: c.ID})
		if err == nil && (len(all) != 1 || all[0].Applying || all[0].Invited != fresh || all[0].AppliedAt.IsZero()) {
			t.Errorf("rule %+v", all)
		}
		return err
	})
}

func TestAnswers(t *testing.T) {
	s := house(t, 5)
	c := s.meeting(t)
	var m invitation.Meeting
	var who []invitation.Invited
	var code string
	load := func() {
		t.Helper()
		s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
			if m, err = invitation.Find(ctx, tx, s.bikhu, c.ID); err != nil {
				return err
			}
			if who, err = invitation.List(ctx, tx, s.bikhu, m, invitation.Filter{}, 0, 100); err != nil {
				return err
			}
			coder, err := pass.NewCoder(ctx, tx, c.ID)
			code = coder.Member(who[0].Member)
			return err
		})
	}
	load()
	before := s.people(t, c.ID)
	give := func(r invitation.Reply) error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return r.GiveByCode(ctx, tx, code) })
	}
	counts := func() (n invitation.Counts) {
		t.Helper()
		s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = invitation.CountsOf(ctx, tx, s.bikhu, m)
			return err
		})
		return n
	}
	if err := give(invitation.Reply{Word: invitation.Come}); err != nil {
		t.Fatal(err)
	}
	if n := counts(); n.Come != 1 || n.None() != before-1 {
		t.Errorf("counts %+v", n)
	}
	// A member of the same unit comes instead, found by name.
	var name string
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.One(ctx, `SELECT min(m.name) FROM member m JOIN membership s ON s.member = m.id AND s.ended = 0
			WHERE s.unit = $1 AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.occasion = $2 AND a.member = m.id)
			AND (SELECT count(*) FROM member x JOIN membership y ON y.member = x.id AND y.ended = 0 WHERE y.unit = $1 AND x.fold = m.fold) = 1`, []any{who[0].Unit, c.ID}, &name)
	})
	if err := give(invitation.Reply{Word: invitation.Delegate, Delegate: "không ai"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("nobody as a delegate: %v", err)
	}
	if err := give(invitation.Reply{Word: invitation.Delegate, Delegate: name}); err != nil {
		t.Fatal(err)
	}
	load()
	if n := counts(); n.Delegate != 1 || n.Come != 0 || s.people(t, c.ID) != before+1 || who[0].State != attendance.Excused {
		t.Errorf("counts %+v, %d on the roll, state %s", n, s.people(t, c.ID), who[0].State)
	}
	// They come themselves after all: the delegate is no longer invited.
	if err := give(invitation.Reply{Word: invitation.Come}); err != nil {
		t.Fatal(err)
	}
	load()
	if s.people(t, c.ID) != before || who[0].State != attendance.Invited {
		t.Errorf("%d on the roll, state %s", s.people(t, c.ID), who[0].State)
	}
	if err := give(invitation.Reply{Word: invitation.Excused, Reason: "sốt"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a reason that is none: %v", err)
	}
	if err := give(invitation.Reply{Word: invitation.Excused, Reason: "study"}); err != nil {
		t.Fatal(err)
	}
	load()
	if who[0].State != attendance.Excused || who[0].Answer.Reason != "study" || who[0].Answer.Way != "code" {
		t.Errorf("%+v", who[0])
	}
	// After the beginning no answer is taken; a code of another house is none.
	s.Clock.Set(m.Begins())
	if err := give(invitation.Reply{Word: invitation.Come}); !fault.Is(err, fault.Conflict) {
		t.Errorf("an answer after the beginning: %v", err)
	}
	code = "0123456789ABCDEFGHJKMNPQRS"
	if err := give(invitation.Reply{Word: invitation.Come}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an answer by no code: %v", err)
	}
}

// TestGuestsAndPaper: a guest is invited and answers, a list is printed, and the roll
// is marked from it; who comes to the list after does not move its numbers.
func TestGuestsAndPaper(t *testing.T) {
	s := house(t, 5)
	invitation.Jobs(s.Jobs)
	c := s.meeting(t)
	var number int64
	var code string
	var list sheet.Sheet
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if number, err = invitation.InviteGuest(ctx, tx, s.bikhu, c.ID, invitation.Guest{Name: "Trần Thị B", Org: "Sở Nội vụ", Email: "b@example.vn"}); err != nil {
			return err
		}
		coder, err := pass.NewCoder(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		code = coder.Guest(number)
		return invitation.Reply{Word: invitation.Come}.GiveByCode(ctx, tx, code)
	})
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = sheet.Print(ctx, tx, s.bikhu, c.ID, 0, 1)
		return err
	})
	if last := list.People[len(list.People)-1]; list.N != 1 || last.Guest != number || last.Answer.Word != invitation.Come {
		t.Fatalf("list %d ends with %+v", list.N, last)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		if err := invitation.Remind(ctx, tx, s.bikhu, c.ID); err != nil {
			return err
		}
		again, err := sheet.Print(ctx, tx, s.bikhu, c.ID, 0, 1)
		if err == nil && again.N != 1 {
			t.Errorf("printed again it is list %d", again.N)
		}
		return err
	})
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := invitation.InviteKeys(ctx, tx, s.bikhu, c.ID, []string{s.bloc.units[1].members[4].Key}, 0)
		if err != nil {
			return err
		}
		again, err := sheet.Print(ctx, tx, s.bikhu, c.ID, 0, 1)
		if err == nil && (again.N != 2 || len(again.People) != len(list.People)+1) {
			t.Errorf("list %d of %d", again.N, len(again.People))
		}
		return err
	})
	guest := len(list.People)
	p := sheet.Paper{List: 1, Call: 1, Text: "1, 2 x; 3p\n" + vn.Int(int64(guest)), Reason: "leave"}
	var n int
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = p.Save(ctx, tx, s.bikhu, c.ID, 0)
		return err
	})
	if n != 4 {
		t.Errorf("%d marked", n)
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		m, err := invitation.Find(ctx, tx, s.bikhu, c.ID)
		if err != nil {
			return err
		}
		all, err := invitation.List(ctx, tx, s.bikhu, m, invitation.Filter{}, 0, 100)
		if err != nil {
			return err
		}
		want := map[int64]attendance.State{list.People[0].Member: attendance.Present, list.People[1].Member: attendance.Absent, list.People[2].Member: attendance.Excused}
		for _, v := range all {
			if w, ok := want[v.Member]; ok && v.State != w || !ok && v.State.There() {
				t.Errorf("%s is %s, to be %q", v.Name, v.State, w)
			}
		}
		guests, err := invitation.Guests(ctx, tx, m, invitation.Filter{}, 0, 10)
		if err == nil && (len(guests) != 1 || guests[0].State != attendance.Present) {
			t.Errorf("guests %+v", guests)
		}
		return err
	})
	report, err := tally.Prove(t.Context(), s.DB, map[string]tally.Recount{
		"conference": conference.Recount, "rollout": tally.Together(rollout.Recount, follow.Recount, conference.RecountRollout),
	})
	if err != nil || report.Mismatches > 0 {
		t.Errorf("%v %+v", err, report)
	}
}

func TestNumbersOnPaper(t *testing.T) {
	all, err := sheet.Parse("1-3, 5 x; 7p\n2 P, 9–10", 10)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64]attendance.State{1: attendance.Present, 2: attendance.Excused, 3: attendance.Present, 5: attendance.Absent, 7: attendance.Excused, 9: attendance.Present, 10: attendance.Present}
	if len(all) != len(want) {
		t.Errorf("%v", all)
	}
	for n, s := range want {
		if all[n] != s {
			t.Errorf("%d is %s", n, all[n])
		}
	}
	for _, bad := range []string{"", "0", "11", "5-3", "abc", "4 q", "1-", "-", "999999999999999999999", "1-99999999"} {
		if _, err := sheet.Parse(bad, 10); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
