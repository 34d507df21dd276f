package world

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/follow"
	"nhipcau/internal/org"
	"nhipcau/internal/plan"
	"nhipcau/internal/reform"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// admin is the administrator of the bloc.
func (s *story) admin() auth.Actor {
	by := s.bikhu
	by.Name, by.Roles = "Quản trị", []auth.Role{auth.Administrator}
	return by
}

// planner makes an administrator with a login, since what waits for its day asks
// whether whoever entered it still may.
func (s *story) planner(t *testing.T, login string) auth.Actor {
	t.Helper()
	by := s.admin()
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		a, err := account.Create(ctx, tx, s.admin(), account.New{Login: login, Name: "Người lập", Unit: by.UnitKey, Roles: []auth.Role{auth.Administrator}})
		by.Login = a.ID
		return err
	})
	return by
}

// fresh reads the rollout again: a reform gives it another sheet.
func (s *story) fresh(t *testing.T) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		s.rollout, err = rollout.Get(ctx, tx, s.bikhu, s.rollout.ID)
		return err
	})
}

// totals are the figures of the whole bloc.
func (s *story) totals(t *testing.T) (v tally.Vec) {
	t.Helper()
	s.fresh(t)
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = tally.Total(ctx, tx, s.rollout.Sheet, s.bloc.root.ID)
		return err
	})
	return v
}

func (s *story) key(n int) string { return s.bloc.units[n-1].Key }

// reform makes a reform today and returns it.
func (s *story) reform(t *testing.T, kind reform.Kind, unit, target string) (r reform.Reform) {
	t.Helper()
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = reform.Enter(ctx, tx, s.admin(), reform.Form{Kind: kind, Unit: unit, Target: target, Day: vn.DayOf(tx.Now), Decision: "Quyết định số 9"})
		return err
	})
	if r.State != reform.Applied {
		t.Fatalf("the reform is %s", r.State)
	}
	return r
}

// same fails the test if the bloc's figures have changed.
func (s *story) same(t *testing.T, want tally.Vec, after string) {
	t.Helper()
	if got := s.totals(t); !got.Equal(want) {
		t.Errorf("after %s the bloc's figures are %v, want %v", after, got.Delta(), want.Delta())
	}
}

// TestClose closes a unit in the middle of a rollout: nothing is lost, the unit
// that takes over owes and does what was left, once for both.
func TestClose(t *testing.T) {
	s := house(t, 3)
	s.held(t, 1)
	before, part1 := s.totals(t), s.rollout.Sheet
	size := s.own(t, 1, "persons")
	s.reform(t, reform.Close, s.key(1), s.key(2))
	s.same(t, before, "the closing")
	s.proven(t, "the closing")
	if got := s.own(t, 2, "persons"); got != size {
		t.Errorf("unit 2 keeps %d persons, want %d", got, size)
	}
	if got := s.own(t, 2, "adopt_due"); got != 2 {
		t.Errorf("unit 2 owes %d programmes, want its own and unit 1's", got)
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		old, err := tally.Find(ctx, tx, part1)
		if err != nil || old.Next != s.rollout.Sheet || old.SealedAt.IsZero() {
			t.Errorf("part 1 is %+v, %v; want it sealed and followed by %d", old, err, s.rollout.Sheet)
		}
		roster, err := org.Roster(ctx, tx, s.bikhu, s.bloc.units[0].ID, 0, 100)
		if len(roster) > 0 {
			t.Errorf("%d people are still on the list of unit 1", len(roster))
		}
		owed, err2 := rollout.Owed(ctx, tx, s.heads[1])
		steps := map[rollout.Step]int{}
		for _, o := range owed {
			steps[o.Step]++
		}
		if steps[rollout.Hold] != 1 || steps[rollout.Adopt] != 2 || steps[rollout.Report] != 2 {
			t.Errorf("unit 2 owes %v, want its own conference and everything else twice", steps)
		}
		return errors.Join(err, err2)
	})
	s.held(t, 2) // of both units, for all are on its list now
	s.proven(t, "a conference after the closing")
	var p plan.Plan
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = plan.Enter(ctx, tx, s.heads[1], s.rollout.ID, planForm("hai")); err != nil {
			return err
		}
		if err = plan.Submit(ctx, tx, s.heads[1], p.ID, p.Version); err != nil {
			return err
		}
		return plan.Adopt(ctx, tx, s.heads[1], p.ID, p.Version+1, plan.Adoption{})
	})
	if got := s.own(t, 2, "adopted"); got != 2 {
		t.Errorf("one programme fulfils %d obligations, want both", got)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return plan.Reopen(ctx, tx, s.heads[1], p.ID, p.Version+2, "sửa lại", nil)
	})
	if got := s.own(t, 2, "adopted"); got != 0 {
		t.Errorf("%d stand after the programme was reopened", got)
	}
	s.proven(t, "a programme after the closing")
	if err := s.undo(t); !fault.Is(err, fault.Conflict) {
		t.Errorf("undoing what was built on: %v, want a conflict", err)
	}
}

// undo undoes the newest reform.
func (s *story) undo(t *testing.T) error {
	t.Helper()
	return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		all, err := reform.List(ctx, tx, s.admin(), 0, 1)
		if err != nil {
			return err
		}
		return reform.Undo(ctx, tx, s.admin(), all[0].ID, "nhầm")
	})
}

// TestUndo undoes a closing and a move, each as if it had never been.
func TestUndo(t *testing.T) {
	s := house(t, 3)
	s.held(t, 1)
	before, sheet := s.totals(t), s.rollout.Sheet
	for _, c := range []struct {
		kind         reform.Kind
		unit, target string
	}{{reform.Close, s.key(1), s.key(2)}, {reform.Move, s.key(1), s.key(3)}} {
		s.reform(t, c.kind, c.unit, c.target)
		if err := s.undo(t); err != nil {
			t.Fatal(err)
		}
		s.same(t, before, "undoing the "+string(c.kind))
		s.proven(t, "undoing the "+string(c.kind))
		if s.rollout.Sheet != sheet {
			t.Errorf("after undoing the %s the rollout counts on sheet %d, want %d", c.kind, s.rollout.Sheet, sheet)
		}
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			u, err := org.Get(ctx, tx, s.bikhu, s.key(1))
			if err != nil || u.Closed != "" || u.Path != s.bloc.units[0].Path || u.Depth != s.bloc.units[0].Depth {
				t.Errorf("unit 1 is %+v, %v", u, err)
			}
			roster, err2 := org.Roster(ctx, tx, s.bikhu, u.ID, 0, 100)
			if len(roster) != len(s.bloc.units[0].members) {
				t.Errorf("unit 1 lists %d people, want %d", len(roster), len(s.bloc.units[0].members))
			}
			owed, err3 := rollout.Owed(ctx, tx, s.heads[0])
			if len(owed) != 2 {
				t.Errorf("unit 1 owes %d things, want two", len(owed))
			}
			return errors.Join(err, err2, err3)
		})
		s.Clock.Set(s.Clock.Now().Add(24 * time.Hour)) // a unit moves once a day
	}
	s.held(t, 2) // work goes on
	s.proven(t, "work after undoing")
}

// TestMove moves a unit under another: the rollout goes on over the new tree,
// and what is recorded later counts there.
func TestMove(t *testing.T) {
	s := house(t, 3)
	s.held(t, 1)
	before := s.totals(t)
	s.reform(t, reform.Move, s.key(1), s.key(2))
	s.same(t, before, "the move")
	s.proven(t, "the move")
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		two, err := tally.Total(ctx, tx, s.rollout.Sheet, s.bloc.units[1].ID)
		if got, want := two.Get(rollout.Kind().Lane("persons")), s.own(t, 1, "persons"); got != want {
			t.Errorf("unit 2 with what is under it counts %d persons, want %d", got, want)
		}
		u, err2 := org.Get(ctx, tx, s.heads[1], s.key(1))
		if err2 != nil || u.Depth != 2 {
			t.Errorf("unit 2 sees unit 1 at depth %d, %v", u.Depth, err2)
		}
		page, err3 := tally.Trace(ctx, tx, s.bikhu, tally.Query{Sheet: s.rollout.Sheet, Unit: s.bloc.units[0].ID, Lane: rollout.Kind().Lane("persons"), Limit: 10})
		if len(page.Posts) != 1 || page.Posts[0].Source.Kind != tally.ReformSource {
			t.Errorf("unit 1's persons open to %+v, want one line that leads to part 1", page.Posts)
		}
		return errors.Join(err, err2, err3)
	})
	s.Clock.Set(at(10, 21, 8, 0))
	s.heads[0].Path = s.pathOf(t, 1)
	s.bloc.units[0].Path = s.heads[0].Path
	var p plan.Plan
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = plan.Enter(ctx, tx, s.heads[0], s.rollout.ID, planForm("một")); err != nil {
			return err
		}
		if err = plan.Submit(ctx, tx, s.heads[0], p.ID, p.Version); err != nil {
			return err
		}
		return plan.Adopt(ctx, tx, s.heads[0], p.ID, p.Version+1, plan.Adoption{})
	})
	if got := s.own(t, 1, "adopted"); got != 1 {
		t.Errorf("unit 1 has adopted %d after the move", got)
	}
	s.proven(t, "work after the move")
}

func (s *story) pathOf(t *testing.T, n int) (path string) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		u, err := org.Get(ctx, tx, s.bikhu, s.key(n))
		path = u.Path
		return err
	})
	return path
}

// TestLeave moves a unit out of the scope of a rollout: what it did stays with
// its former parent, what it still owed ends, and it may still read the paper.
func TestLeave(t *testing.T) {
	s := house(t, 3)
	s.reform(t, reform.Move, s.key(1), s.key(2))
	host := s.heads[1]
	host.Path = s.pathOf(t, 2)
	var inner rollout.Rollout
	var paper directive.Directive
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if paper, err = directive.Enter(ctx, tx, host, directive.Form{Kind: "KH", Number: "3", Symbol: "KH/ĐTN", Issuer: "Đơn vị hai", Issued: "2020-10-19", Subject: "Kế hoạch"}, file.Blob{}); err != nil {
			return err
		}
		f := rolloutForm(s.key(2), []rollout.Paper{{Directive: paper.ID, Mode: rollout.Study}})
		if inner, err = rollout.Enter(ctx, tx, host, f, ""); err != nil {
			return err
		}
		if err = rollout.Submit(ctx, tx, host, inner.ID, inner.Version); err != nil {
			return err
		}
		return rollout.Approve(ctx, tx, host, inner.ID, inner.Version+1)
	})
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(at(11, 16, 0, 6)) // after the day by which a programme was due
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	inner = s.get(t, inner.ID)
	var was tally.Vec
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		was, err = tally.Total(ctx, tx, inner.Sheet, s.bloc.units[1].ID)
		return err
	})
	late := rollout.Kind().Lane("adopt_late")
	if was.Get(late) != 1 {
		t.Fatalf("%d are late before the move", was.Get(late))
	}
	s.reform(t, reform.Move, s.key(1), s.key(3))
	inner = s.get(t, inner.ID)
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		own, err := tally.Own(ctx, tx, inner.Sheet, s.bloc.units[1].ID)
		due := rollout.Kind().Lane("adopt_due")
		if own.Get(due) != 1 || own.Get(late) != 0 {
			t.Errorf("its former parent keeps %d due and %d late, want 1 and 0", own.Get(due), own.Get(late))
		}
		by := s.heads[0]
		by.Path = s.pathOf(t, 1)
		owed, err2 := rollout.Owed(ctx, tx, by)
		for _, o := range owed {
			if o.Rollout == inner.ID {
				t.Errorf("it still owes %s by the rollout it has left", o.Step)
			}
		}
		if _, err := rollout.Get(ctx, tx, by, inner.ID); err != nil {
			t.Errorf("it may not read what it once owed: %v", err)
		}
		_, err3 := directive.Get(ctx, tx, by, paper.ID)
		return errors.Join(err, err2, err3)
	})
	s.proven(t, "leaving a scope")
	if err := s.undo(t); err != nil {
		t.Fatal(err)
	}
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.proven(t, "undoing it")
}

func (s *story) get(t *testing.T, id string) (r rollout.Rollout) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = rollout.Get(ctx, tx, s.bikhu, id)
		return err
	})
	return r
}

// TestProblems tries what must not be made, and who may not make it.
func TestProblems(t *testing.T) {
	s := house(t, 3)
	s.convened(t, 3)
	form := func(kind reform.Kind, unit, target string) reform.Form {
		return reform.Form{Kind: kind, Unit: unit, Target: target, Day: "2020-10-20", Decision: "Số 1"}
	}
	root := s.bloc.root.Key
	for _, c := range []struct {
		name string
		f    reform.Form
		want string
	}{
		{"the same parent", form(reform.Move, s.key(1), root), "reform.error.same_parent"},
		{"under itself", form(reform.Move, s.key(1), s.key(1)), "org.error.under_itself"},
		{"a conference that is open", form(reform.Close, s.key(3), s.key(1)), "reform.error.conferences"},
		{"a day before its people came", reform.Form{Kind: reform.Close, Unit: s.key(1), Target: s.key(2), Day: "2015-01-01", Decision: "Số 1"}, "reform.error.joined_later"},
		{"one's own unit", form(reform.Close, root, s.key(1)), "reform.error.own_unit"},
	} {
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			p, err := reform.Try(ctx, tx, s.admin(), c.f)
			if err != nil || len(p.Problems) == 0 || p.Problems[0].Key != c.want {
				t.Errorf("%s: %v, %v; want %s", c.name, p.Problems, err, c.want)
			}
			return nil
		})
		if err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := reform.Enter(ctx, tx, s.admin(), c.f)
			return err
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s is made: %v", c.name, err)
		}
	}
	for name, by := range map[string]auth.Actor{"secretary": s.bikhu, "clerk": s.vanthu, "member": s.member(1)} {
		if err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := reform.Enter(ctx, tx, by, form(reform.Move, s.key(1), s.key(2)))
			return err
		}); !fault.Is(err, fault.Denied) {
			t.Errorf("by a %s: %v, want denied", name, err)
		}
	}
	s.proven(t, "all of it")
}

// TestPlanned lets a reform wait for its day; what stands in its way by then
// makes it fail and leaves everything as it was.
func TestPlanned(t *testing.T) {
	s := house(t, 3)
	var first, second, third reform.Reform
	planner, gone := s.planner(t, "nguoilap"), s.planner(t, "nguoithoi")
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		f := reform.Form{Kind: reform.Close, Unit: s.key(1), Target: s.key(2), Day: "2020-10-22", Decision: "Số 1"}
		if first, err = reform.Enter(ctx, tx, planner, f); err != nil {
			return err
		}
		f.Unit = s.key(3)
		if second, err = reform.Enter(ctx, tx, planner, f); err != nil {
			return err
		}
		third, err = reform.Enter(ctx, tx, gone, reform.Form{Kind: reform.Close, Unit: s.key(2), Target: s.key(3), Day: "2020-10-23", Decision: "Số 3"})
		return err
	})
	if first.State != reform.Planned {
		t.Fatalf("before its day it is %s", first.State)
	}
	s.convened(t, 3)
	before := s.totals(t)
	reform.Jobs(s.Jobs)
	s.Clock.Set(at(10, 22, 0, 2))
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if first, err = reform.Get(ctx, tx, s.admin(), first.ID); err != nil {
			return err
		}
		second, err = reform.Get(ctx, tx, s.admin(), second.ID)
		return err
	})
	if first.State != reform.Applied || second.State != reform.Failed || second.Problem != "reform.error.conferences" {
		t.Errorf("they are %s and %s (%s), want one made and one failed", first.State, second.State, second.Problem)
	}
	s.same(t, before, "both")
	s.proven(t, "both")
	s.do(t, func(ctx context.Context, tx *db.Tx) error { return account.Disable(ctx, tx, s.admin(), gone.Login) })
	s.Clock.Set(at(10, 23, 0, 2))
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		third, err = reform.Get(ctx, tx, s.admin(), third.ID)
		return err
	})
	if third.State != reform.Failed || third.Problem != "reform.error.entitled" {
		t.Errorf("what somebody planned whose login is closed is %s (%s)", third.State, third.Problem)
	}
}

// TestSeal signs the rollout's figures; a correction afterwards stands beside
// them, and what was sealed cannot be changed without its showing.
func TestSeal(t *testing.T) {
	s := house(t, 2)
	c := s.held(t, 1)
	recount := tally.Together(rollout.Recount, follow.Recount, conference.RecountRollout)
	seal := func(by auth.Actor) (tally.Seal, error) {
		return tally.SealSheet(t.Context(), s.DB, by, s.rollout.Sheet, "Bí thư", recount)
	}
	if _, err := seal(s.vanthu); !fault.Is(err, fault.Denied) {
		t.Errorf("by the clerk: %v, want denied", err)
	}
	if _, err := seal(s.heads[0]); !fault.Is(err, fault.Denied) {
		t.Errorf("by a unit below: %v, want denied", err)
	}
	first, err := seal(s.bikhu)
	if err != nil || len(first.Hash) != 64 {
		t.Fatalf("sealing: %+v, %v", first, err)
	}
	if _, err := seal(s.bikhu); !fault.Is(err, fault.Conflict) {
		t.Errorf("sealing again without anything new: %v, want a conflict", err)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return conference.Reopen(ctx, tx, s.heads[0], c.ID, c.Version, "điểm danh nhầm")
	})
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		lane := rollout.Kind().Lane("persons")
		_, signed, err := tally.At(ctx, tx, s.rollout.Sheet, s.bloc.root.ID, first.Post)
		now, err2 := tally.Total(ctx, tx, s.rollout.Sheet, s.bloc.root.ID)
		if signed.Get(lane) == 0 || now.Get(lane) != 0 {
			t.Errorf("signed %d, now %d; want what was signed to stay", signed.Get(lane), now.Get(lane))
		}
		return errors.Join(err, err2)
	})
	s.held(t, 2)
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		page, err := tally.Trace(ctx, tx, s.bikhu, tally.Query{Sheet: s.rollout.Sheet, Unit: s.bloc.units[1].ID, Lane: rollout.Kind().Lane("held"), Limit: 10})
		if len(page.Posts) != 1 || page.Posts[0].Reason != tally.AfterSeal {
			t.Errorf("a deed after the seal is posted as %+v, want a reason", page.Posts)
		}
		return err
	})
	s.proven(t, "deeds after the seal")
	second, err := seal(s.bikhu)
	if err != nil || second.Before != first.ID || second.Hash == first.Hash {
		t.Errorf("the second seal is %+v, %v; want one that follows the first", second, err)
	}
	s.proven(t, "a second seal")
}

// TestSealTampered changes what was sealed, in ways that leave every figure as it
// is, or takes a seal away.
func TestSealTampered(t *testing.T) {
	for what, q := range map[string][]string{
		"the actor of a post":                     {`UPDATE tally_post SET actor_name = 'Người khác' WHERE sheet = $1 AND id = (SELECT min(id) FROM tally_post WHERE sheet = $1)`},
		"the reason of a post":                    {`UPDATE tally_post SET reason = 'khác' WHERE sheet = $1 AND id = (SELECT max(id) FROM tally_post WHERE sheet = $1)`},
		"the time of a post":                      {`UPDATE tally_post SET at = at + 1 WHERE sheet = $1 AND id = (SELECT max(id) FROM tally_post WHERE sheet = $1)`},
		"the hash of a seal":                      {`UPDATE tally_seal SET hash = 'x' WHERE sheet = $1`},
		"who signed":                              {`UPDATE tally_seal SET signer_name = 'Người khác' WHERE sheet = $1`},
		"the signer's login":                      {`UPDATE tally_seal SET signer = 'x' WHERE sheet = $1`},
		"the signer's office":                     {`UPDATE tally_seal SET office = 'Phó Bí thư' WHERE sheet = $1`},
		"when it was signed":                      {`UPDATE tally_seal SET at = at - 86400 WHERE sheet = $1`},
		"signed or not":                           {`UPDATE tally_seal SET reform = 1 WHERE sheet = $1`},
		"a seal taken away, and the sheet opened": {`DELETE FROM tally_seal WHERE sheet = $1`, `UPDATE tally_sheet SET sealed_at = NULL WHERE id = $1`},
		"a seal taken away":                       {`DELETE FROM tally_seal WHERE sheet = $1`},
	} {
		t.Run(what, func(t *testing.T) {
			s := house(t, 1)
			s.held(t, 1)
			if _, err := tally.SealSheet(t.Context(), s.DB, s.bikhu, s.rollout.Sheet, "", tally.Together(rollout.Recount, follow.Recount, conference.RecountRollout)); err != nil {
				t.Fatal(err)
			}
			s.proven(t, "the seal")
			s.do(t, func(ctx context.Context, tx *db.Tx) error {
				for _, one := range q {
					if err := tx.Exec(ctx, one, s.rollout.Sheet); err != nil {
						return err
					}
				}
				return nil
			})
			if r, err := tally.Prove(t.Context(), s.DB, nil); err != nil || r.Mismatches == 0 {
				t.Errorf("the proof finds nothing, %v", err)
			}
		})
	}
}

// TestWhateverIsReformed mixes moves, closings and undoings with everything else
// that people do: whatever stands, the records prove it.
func TestWhateverIsReformed(t *testing.T) {
	for _, seed := range []uint64{4, 5, 6} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			s := house(t, 5)
			r := rand.New(rand.NewPCG(seed, 20))
			var all []string // conferences
			made := 0
			for step := range 40 {
				do := func() string { return s.something(t, r, &all) }
				if r.IntN(3) == 0 {
					do = func() string { return s.reformed(t, r, &made) }
				}
				what := do()
				s.proven(t, fmt.Sprintf("step %d, %s", step, what))
			}
			if made < 3 {
				t.Errorf("only %d reforms were made", made)
			}
		})
	}
}

// reformed makes or undoes a reform at random and returns what it did.
func (s *story) reformed(t *testing.T, r *rand.Rand, made *int) string {
	t.Helper()
	n, m := r.IntN(len(s.bloc.units)), r.IntN(len(s.bloc.units)+1)
	unit, target := s.bloc.units[n], s.bloc.root
	if m < len(s.bloc.units) {
		target = s.bloc.units[m].Unit
	}
	kind := reform.Move
	if r.IntN(4) == 0 && len(s.bloc.units) > 2 {
		kind = reform.Close
	}
	var err error
	what := string(kind)
	if r.IntN(3) == 0 && *made > 0 && kind == reform.Move {
		what, err = "undo", s.undo(t)
	} else {
		err = s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := reform.Enter(ctx, tx, s.admin(), reform.Form{Kind: kind, Unit: unit.Key, Target: target.Key, Day: vn.DayOf(tx.Now), Decision: "Số 9"})
			return err
		})
	}
	if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
		t.Fatalf("%s: %v", what, err)
	}
	if err == nil {
		*made++
		if kind == reform.Close {
			s.bloc.units, s.heads = slices.Delete(s.bloc.units, n, n+1), slices.Delete(s.heads, n, n+1)
		}
	}
	s.fresh(t)
	for i := range s.heads {
		s.heads[i].Path = s.pathOf(t, i+1)
		s.bloc.units[i].Path = s.heads[i].Path
	}
	return what + " " + kindOf(err)
}

// TestUndoSameSecond undoes two reforms of one second, the later one first.
func TestUndoSameSecond(t *testing.T) {
	s := house(t, 4)
	before := s.totals(t)
	first := s.reform(t, reform.Close, s.key(1), s.key(2))
	second := s.reform(t, reform.Close, s.key(2), s.key(3))
	undo := func(id string) error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return reform.Undo(ctx, tx, s.admin(), id, "nhầm") })
	}
	if err := undo(first.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("the first before the second: %v, want a conflict", err)
	}
	for _, id := range []string{second.ID, first.ID} {
		if err := undo(id); err != nil {
			t.Fatal(err)
		}
	}
	s.same(t, before, "undoing both")
	s.proven(t, "undoing both")
}
