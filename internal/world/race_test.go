package world

import (
	"context"
	"errors"
	"sync"
	"testing"

	"nhipcau/internal/account"
	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/follow"
	"nhipcau/internal/org"
	"nhipcau/internal/plan"
	"nhipcau/internal/report"
	"nhipcau/internal/rollout"
)

type verb func(ctx context.Context, tx *db.Tx) error

// race runs two of the same at once and returns how each ended.
func race(t *testing.T, d *db.DB, v verb) []string {
	t.Helper()
	var wg sync.WaitGroup
	ends := make([]string, 2)
	for i := range ends {
		wg.Go(func() { ends[i] = kindOf(d.Write(t.Context(), v)) })
	}
	wg.Wait()
	return ends
}

// TestTwoWriters: of two who do the same thing at once, with the same version
// before them, one does it and the other is told; nothing is counted twice.
func TestTwoWriters(t *testing.T) {
	s := house(t, 3)
	r, by := s.rollout, s.heads[0]
	c, closed := s.convened(t, 1), s.held(t, 2)
	var p, q plan.Plan
	var b, b2 report.Report
	var draft rollout.Rollout
	var a account.Account
	var code string
	paper := s.paper(t)
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = plan.Enter(ctx, tx, by, r.ID, planForm("một")); err != nil {
			return err
		}
		if q, err = plan.Enter(ctx, tx, s.heads[1], r.ID, planForm("hai")); err != nil {
			return err
		}
		if b, err = report.Begin(ctx, tx, by, r.ID); err != nil {
			return err
		}
		if err = report.Write(ctx, tx, by, b.ID, b.Version, map[string]string{"strengths": "tốt"}); err != nil {
			return err
		}
		if b2, err = report.Begin(ctx, tx, s.heads[1], r.ID); err != nil {
			return err
		}
		if err = report.Write(ctx, tx, s.heads[1], b2.ID, b2.Version, map[string]string{"strengths": "tốt"}); err != nil {
			return err
		}
		if err = report.Submit(ctx, tx, s.heads[1], b2.ID, b2.Version+1); err != nil {
			return err
		}
		f := rolloutForm(s.bloc.root.Key, []rollout.Paper{{Directive: paper.ID, Mode: rollout.Study}})
		if draft, err = rollout.Enter(ctx, tx, s.vanthu, f, ""); err != nil {
			return err
		}
		a, err = account.Create(ctx, tx, auth.System(Tree), account.New{Login: "moi", Name: "Mới", Unit: "tccs-01", Roles: []auth.Role{auth.Clerk}})
		if err != nil {
			return err
		}
		code, err = account.Invite(ctx, tx, auth.System(Tree), a.ID)
		return err
	})
	mark := func(state attendance.State) verb {
		return func(ctx context.Context, tx *db.Tx) error {
			_, err := conference.Mark(ctx, tx, by, c.ID, []attendance.Mark{{Member: s.bloc.units[0].members[0].ID, State: state, Version: 1}}, nil)
			return err
		}
	}
	unit := s.bloc.units[0]
	for _, x := range []struct {
		name string
		do   verb
		not  string // how the second ends
	}{
		{"directive.Amend", func(ctx context.Context, tx *db.Tx) error {
			return directive.Amend(ctx, tx, s.vanthu, paper.ID, paper.Version, directive.Form{Kind: "NQ", Number: "59", Symbol: "NQ/TW", Issuer: "Bộ Chính trị", Issued: "2020-08-05", Subject: "Khác"}, file.Blob{})
		}, "conflict"},
		{"directive.Enter", func(ctx context.Context, tx *db.Tx) error {
			_, err := directive.Enter(ctx, tx, s.vanthu, directive.Form{Kind: "CT", Number: "1", Symbol: "CT/TW", Issuer: "Ban Bí thư", Issued: "2020-01-02", Subject: "Một"}, file.Blob{})
			return err
		}, "conflict"},
		{"rollout.Submit", func(ctx context.Context, tx *db.Tx) error {
			return rollout.Submit(ctx, tx, s.vanthu, draft.ID, draft.Version)
		}, "conflict"},
		{"rollout.Approve", func(ctx context.Context, tx *db.Tx) error {
			return rollout.Approve(ctx, tx, s.bikhu, draft.ID, draft.Version+1)
		}, "conflict"},
		{"conference.Close", func(ctx context.Context, tx *db.Tx) error {
			if err := mark(attendance.Present)(ctx, tx); err != nil {
				return err
			}
			return conference.Close(ctx, tx, by, c.ID, c.Version)
		}, "conflict"},
		{"conference.Reopen", func(ctx context.Context, tx *db.Tx) error {
			return conference.Reopen(ctx, tx, s.heads[1], closed.ID, closed.Version, "nhầm")
		}, "conflict"},
		{"plan.Amend", func(ctx context.Context, tx *db.Tx) error {
			return plan.Amend(ctx, tx, by, p.ID, p.Version, planForm("khác"))
		}, "conflict"},
		{"plan.Adopt", func(ctx context.Context, tx *db.Tx) error {
			return plan.Adopt(ctx, tx, s.heads[1], q.ID, q.Version, plan.Adoption{})
		}, "conflict"},
		{"plan.Enter", func(ctx context.Context, tx *db.Tx) error {
			_, err := plan.Enter(ctx, tx, s.heads[2], r.ID, planForm("ba"))
			return err
		}, "conflict"},
		{"report.Submit", func(ctx context.Context, tx *db.Tx) error { return report.Submit(ctx, tx, by, b.ID, b.Version+1) }, "conflict"},
		{"report.Accept", func(ctx context.Context, tx *db.Tx) error {
			return report.Accept(ctx, tx, s.vanthu, b2.ID, b2.Version+2)
		}, "conflict"},
		{"follow.Declare", func(ctx context.Context, tx *db.Tx) error {
			return follow.Declare(ctx, tx, s.vanthu, r.ID, "tccs-03", follow.DeclarationForm{HeldDay: "2020-10-19", Persons: 1, Attended: 1, Signer: "Bí thư", Paper: "Số 1"}, file.Blob{})
		}, "conflict"},
		{"org.Rename", func(ctx context.Context, tx *db.Tx) error {
			return org.Rename(ctx, tx, auth.System(Tree), unit.Key, unit.Version, org.NewUnit{Name: "Tên mới", From: "2020-10-20"}, "")
		}, "conflict"},
		{"account.Redeem", func(ctx context.Context, tx *db.Tx) error {
			_, err := account.Redeem(ctx, tx, code, "hash")
			return err
		}, "not found"},
		{"rollout.Withdraw", func(ctx context.Context, tx *db.Tx) error {
			return rollout.Withdraw(ctx, tx, s.bikhu, r.ID, r.Version, "thôi")
		}, "conflict"},
	} {
		ends := race(t, s.DB, x.do)
		if !(ends[0] == "done" && ends[1] == x.not || ends[1] == "done" && ends[0] == x.not) {
			t.Errorf("%s: the two ended %q, want one done and one %s", x.name, ends, x.not)
		}
		s.proven(t, x.name)
	}
}

// TestTwoMoreWriters is TestTwoWriters for the verbs of the way back and of
// lists.
func TestTwoMoreWriters(t *testing.T) {
	s := house(t, 3)
	r, by := s.rollout, s.heads[0]
	c := s.convened(t, 1)
	paper := s.paper(t)
	f := rolloutForm(s.bloc.root.Key, []rollout.Paper{{Directive: paper.ID, Mode: rollout.Study}})
	var p plan.Plan
	var b report.Report
	var draft rollout.Rollout
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = plan.Enter(ctx, tx, by, r.ID, planForm("một")); err != nil {
			return err
		}
		if b, err = report.Begin(ctx, tx, by, r.ID); err != nil {
			return err
		}
		draft, err = rollout.Enter(ctx, tx, s.vanthu, f, "")
		return err
	})
	m := s.bloc.units[0].members
	keeper := s.asKeeper()
	for _, x := range []struct {
		name string
		do   verb
		not  string
	}{
		{"rollout.Amend", func(ctx context.Context, tx *db.Tx) error {
			return rollout.Amend(ctx, tx, s.vanthu, draft.ID, draft.Version, f)
		}, "conflict"},
		{"rollout.Submit", func(ctx context.Context, tx *db.Tx) error {
			return rollout.Submit(ctx, tx, s.vanthu, draft.ID, draft.Version+1)
		}, "conflict"},
		{"rollout.Return", func(ctx context.Context, tx *db.Tx) error {
			return rollout.Return(ctx, tx, s.bikhu, draft.ID, draft.Version+2, "thiếu")
		}, "conflict"},
		{"rollout.Extend", func(ctx context.Context, tx *db.Tx) error {
			_, err := rollout.Extend(ctx, tx, s.bikhu, r.ID, rollout.Report, 0, "2020-12-31", "bận")
			return err
		}, "invalid"},
		{"follow.Declare", func(ctx context.Context, tx *db.Tx) error {
			return follow.Declare(ctx, tx, s.vanthu, r.ID, "tccs-03", follow.DeclarationForm{HeldDay: "2020-10-19", Persons: 2, Attended: 2, Signer: "Bí thư", Paper: "Số 1"}, file.Blob{})
		}, "conflict"},
		{"follow.WithdrawDeclaration", func(ctx context.Context, tx *db.Tx) error {
			return follow.WithdrawDeclaration(ctx, tx, s.vanthu, r.ID, "tccs-03", "sai")
		}, "conflict"},
		{"conference.Amend", func(ctx context.Context, tx *db.Tx) error {
			return conference.Amend(ctx, tx, by, c.ID, c.Version, conference.Form{Title: "Khác", Sort: "main", Mode: "online", Day: c.Day})
		}, "conflict"},
		{"conference.Convene", func(ctx context.Context, tx *db.Tx) error {
			_, err := conference.Convene(ctx, tx, by, c.ID, c.Version+1)
			return err
		}, "conflict"},
		{"conference.Cancel", func(ctx context.Context, tx *db.Tx) error {
			return conference.Cancel(ctx, tx, by, c.ID, c.Version+2, "bận")
		}, "conflict"},
		{"plan.Submit", func(ctx context.Context, tx *db.Tx) error { return plan.Submit(ctx, tx, by, p.ID, p.Version) }, "conflict"},
		{"plan.Return", func(ctx context.Context, tx *db.Tx) error {
			return plan.Return(ctx, tx, by, p.ID, p.Version+1, "thiếu")
		}, "conflict"},
		{"plan.Adopt", func(ctx context.Context, tx *db.Tx) error {
			return plan.Adopt(ctx, tx, by, p.ID, p.Version+2, plan.Adoption{})
		}, "conflict"},
		{"plan.Reopen", func(ctx context.Context, tx *db.Tx) error {
			return plan.Reopen(ctx, tx, by, p.ID, p.Version+3, "sửa", nil)
		}, "conflict"},
		{"report.Write", func(ctx context.Context, tx *db.Tx) error {
			return report.Write(ctx, tx, by, b.ID, b.Version, map[string]string{"strengths": "tốt"})
		}, "conflict"},
		{"report.Submit", func(ctx context.Context, tx *db.Tx) error { return report.Submit(ctx, tx, by, b.ID, b.Version+1) }, "conflict"},
		{"report.Return", func(ctx context.Context, tx *db.Tx) error {
			return report.Return(ctx, tx, s.vanthu, b.ID, b.Version+2, "thiếu")
		}, "conflict"},
		{"org.Amend", func(ctx context.Context, tx *db.Tx) error {
			return org.Amend(ctx, tx, by, m[2].Key, m[2].Version, org.NewMember{Name: "Tên Khác"})
		}, "conflict"},
		{"org.Exempt", func(ctx context.Context, tx *db.Tx) error {
			return org.Exempt(ctx, tx, by, firstDue(m).Key, "2020-10-20", "Quyết định số 1")
		}, "conflict"},
		{"org.Transfer", func(ctx context.Context, tx *db.Tx) error {
			return org.Transfer(ctx, tx, keeper, m[3].Key, "tccs-02", "2020-10-20")
		}, "conflict"},
		{"org.EndMembership", func(ctx context.Context, tx *db.Tx) error {
			return org.EndMembership(ctx, tx, by, m[4].Key, "2020-10-20", "chuyển đi")
		}, "not found"},
		{"org.BeginTerm", func(ctx context.Context, tx *db.Tx) error {
			return org.BeginTerm(ctx, tx, keeper, "tccs-01", "2020-2025", "2020-10-20", "2025-10-20")
		}, "conflict"},
		{"account.Create", func(ctx context.Context, tx *db.Tx) error {
			_, err := account.Create(ctx, tx, keeper, account.New{Login: "moi", Name: "Mới", Unit: "tccs-01", Roles: []auth.Role{auth.Clerk}})
			return err
		}, "invalid"},
	} {
		ends := race(t, s.DB, x.do)
		if !(ends[0] == "done" && ends[1] == x.not || ends[1] == "done" && ends[0] == x.not) {
			t.Errorf("%s: the two ended %q, want one done and one %s", x.name, ends, x.not)
		}
		s.proven(t, x.name)
	}
	s.Clock.Set(at(10, 29, 8, 0))
	remind := func(ctx context.Context, tx *db.Tx) error {
		_, err := follow.Remind(ctx, tx, s.bikhu, r.ID)
		return err
	}
	if ends := race(t, s.DB, remind); ends[0] == ends[1] {
		t.Errorf("follow.Remind: the two ended %q, want one done and one conflict", ends)
	}
}

// firstDue returns the first member who is not exempt.
func firstDue(all []org.Member) org.Member {
	for _, m := range all[5:] {
		if !m.Exempt {
			return m
		}
	}
	return all[0]
}

// TestTwoClerks: of two who mark one person differently, the second is told
// whom.
func TestTwoClerks(t *testing.T) {
	s := house(t, 1)
	c := s.convened(t, 1)
	m := s.bloc.units[0].members[0].ID
	mark := func(state attendance.State) error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := conference.Mark(ctx, tx, s.heads[0], c.ID, []attendance.Mark{{Member: m, State: state, Version: 1}}, nil)
			return err
		})
	}
	if err := mark(attendance.Present); err != nil {
		t.Fatal(err)
	}
	err := mark(attendance.Absent)
	stale, ok := errors.AsType[*attendance.Stale](err)
	if !fault.Is(err, fault.Conflict) || !ok || len(stale.Members) != 1 || stale.Members[0] != m {
		t.Errorf("the second: %v, want a Conflict that names %d", err, m)
	}
	if err := mark(attendance.Present); err != nil {
		t.Errorf("the same mark again: %v, want nothing to do", err)
	}
}
