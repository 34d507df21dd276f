package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"nhipcau/internal/attendance"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/follow"
	"nhipcau/internal/org"
	"nhipcau/internal/presence"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// TestWhateverHappens: whatever people do, in whatever order, every total is
// its own figures and those under it, all of it can be recounted from the
// records, a person counts once, and no rate passes 100 %.
func TestWhateverHappens(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			s := house(t, 3)
			r := rand.New(rand.NewPCG(seed, 20))
			var all []string // conferences
			for step := range 40 {
				what := s.something(t, r, &all)
				s.proven(t, fmt.Sprintf("step %d, %s", step, what))
			}
		})
	}
}

// something does one thing at random and returns what.
func (s *story) something(t *testing.T, r *rand.Rand, all *[]string) string {
	t.Helper()
	n := 1 + r.IntN(len(s.bloc.units))
	by, u := s.heads[n-1], s.bloc.units[n-1]
	may := func(what string, f func(ctx context.Context, tx *db.Tx) error) string {
		t.Helper()
		err := s.DB.Write(t.Context(), f)
		if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Denied) {
			t.Fatalf("%s: %v", what, err)
		}
		return what + " " + kindOf(err)
	}
	switch r.IntN(9) {
	case 0, 1:
		c := s.convened(t, n)
		*all = append(*all, c.ID)
		return may("close", func(ctx context.Context, tx *db.Tx) error {
			rows, err := presence.Roll(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			q := rand.New(rand.NewPCG(uint64(len(*all)), uint64(n))) // the closure may run twice
			if _, err := conference.Mark(ctx, tx, by, c.ID, marks(rows, q, "main"), []attendance.Guest{{Label: "Khách", Number: int64(q.IntN(9))}}); err != nil {
				return err
			}
			return conference.Close(ctx, tx, by, c.ID, c.Version)
		})
	case 2, 3:
		if len(*all) == 0 {
			return "nothing"
		}
		id := (*all)[r.IntN(len(*all))]
		return may("reopen or close again", func(ctx context.Context, tx *db.Tx) error {
			for _, by := range s.heads {
				c, err := conference.Get(ctx, tx, by, id)
				if fault.Is(err, fault.NotFound) {
					continue
				}
				if err != nil {
					return err
				}
				if c.State == conference.Closed {
					return conference.Reopen(ctx, tx, by, id, c.Version, "nhầm")
				}
				return conference.Close(ctx, tx, by, id, c.Version)
			}
			return nil
		})
	case 4:
		m, to := u.members[r.IntN(len(u.members))], s.bloc.units[r.IntN(len(s.bloc.units))]
		return may("transfer", func(ctx context.Context, tx *db.Tx) error {
			return org.Transfer(ctx, tx, s.asKeeper(), m.Key, to.Key, vn.DayOf(tx.Now))
		})
	case 5:
		persons := int64(r.IntN(30))
		return may("declare", func(ctx context.Context, tx *db.Tx) error {
			return follow.Declare(ctx, tx, s.vanthu, s.rollout.ID, u.Key, follow.DeclarationForm{
				HeldDay: "2020-10-19", Persons: persons, Attended: persons + 2, Signer: "Bí thư", Paper: "Số 1",
			}, file.Blob{})
		})
	case 6:
		return may("withdraw declaration", func(ctx context.Context, tx *db.Tx) error {
			return follow.WithdrawDeclaration(ctx, tx, s.vanthu, s.rollout.ID, u.Key, "sai")
		})
	case 7:
		step := rollout.Steps[r.IntN(len(rollout.Steps))]
		return may("extend", func(ctx context.Context, tx *db.Tx) error {
			_, err := rollout.Extend(ctx, tx, s.bikhu, s.rollout.ID, step, u.ID, vn.DayOf(tx.Now).AddDays(30), "bận")
			return err
		})
	}
	s.Clock.Set(s.Clock.Now().Add(5 * day))
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	return "five days pass"
}

// TestFrozen: what is recorded after the approval, however it is dated, does not
// change who is due; such people count apart.
func TestFrozen(t *testing.T) {
	s := house(t, 2)
	before := s.own(t, 1, "expected")
	var late org.Member
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		late, err = org.Admit(ctx, tx, s.heads[0], "tccs-01", org.NewMember{Name: "Người đến sau", From: "2020-01-05"})
		return err
	})
	s.held(t, 1)
	if got := s.own(t, 1, "expected"); got != before {
		t.Errorf("expected is %d, was %d", got, before)
	}
	due := before - s.own(t, 1, "exempt")
	if got, extra := s.own(t, 1, "persons"), s.own(t, 1, "persons_extra"); got != due || extra != 1 {
		t.Errorf("persons %d of %d, extra %d; want all, and %s apart", got, due, extra, late.Name)
	}
	s.proven(t, "a late member")
}

// TestOnceAPerson: of two conferences with the same people the second adds
// attendances and nobody; reopening the first moves the credit to the second.
func TestOnceAPerson(t *testing.T) {
	s := house(t, 2)
	first := s.held(t, 1)
	persons, attended := s.own(t, 1, "persons"), s.own(t, 1, "attended")
	s.held(t, 1)
	if p, a := s.own(t, 1, "persons"), s.own(t, 1, "attended"); p != persons || a != 2*attended {
		t.Errorf("after the second: %d persons and %d attendances, want %d and %d", p, a, persons, 2*attended)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return conference.Reopen(ctx, tx, s.heads[0], first.ID, first.Version, "nhầm")
	})
	if p, a, h := s.own(t, 1, "persons"), s.own(t, 1, "attended"), s.own(t, 1, "held"); p != persons || a != attended || h != 1 {
		t.Errorf("after the first is reopened: %d persons, %d attendances, held %d; want %d, %d, 1", p, a, h, persons, attended)
	}
	s.proven(t, "moving credit")
}

// TestLate: the night after the last day counts a unit late, once; doing it, or
// more time, takes that back.
func TestLate(t *testing.T) {
	s := house(t, 3)
	night := func(d vn.Day) {
		t.Helper()
		s.Clock.Set(d.Start().Add(10 * 60e9))
		if err := s.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	lates := func() []int64 {
		return []int64{s.own(t, 1, "hold_late"), s.own(t, 2, "hold_late"), s.own(t, 3, "hold_late")}
	}
	night("2020-10-30")
	if got := lates(); !slices.Equal(got, []int64{0, 0, 0}) {
		t.Errorf("on the last day late is %v, want none", got)
	}
	night("2020-10-31")
	night("2020-11-01")
	if got := lates(); !slices.Equal(got, []int64{1, 1, 1}) {
		t.Errorf("two nights later late is %v, want each once", got)
	}
	s.held(t, 1)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := rollout.Extend(ctx, tx, s.bikhu, s.rollout.ID, rollout.Hold, s.bloc.units[1].ID, "2020-11-10", "bận")
		return err
	})
	if got := lates(); !slices.Equal(got, []int64{0, 0, 1}) {
		t.Errorf("after one did it and one was given time late is %v, want only the third", got)
	}
	// "Trước ngày 15/11" means the 14th is the last day.
	night("2020-11-15")
	if got := s.own(t, 3, "adopt_late"); got != 1 {
		t.Errorf("on the day before which it was due, late is %d, want 1", got)
	}
	s.proven(t, "late")
}
