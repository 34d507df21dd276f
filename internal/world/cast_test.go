package world

import (
	"context"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/file"
	"nhipcau/internal/follow"
	"nhipcau/internal/org"
	"nhipcau/internal/plan"
	"nhipcau/internal/report"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// TestCast lets everybody try every verb on what belongs to unit 01 and to the
// bloc. Who may not see it is told there is no such thing; who sees and may not
// is refused. Nobody's try is kept.
func TestCast(t *testing.T) {
	s := house(t, 2)
	r, closed := s.rollout, s.held(t, 1)
	open := s.convened(t, 1)
	paper := s.paper(t)
	f := rolloutForm(s.bloc.root.Key, []rollout.Paper{{Directive: paper.ID, Mode: rollout.Study}})
	var p plan.Plan
	var b, sent report.Report
	var draft, waiting rollout.Rollout
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = plan.Enter(ctx, tx, s.heads[0], r.ID, planForm("một")); err != nil {
			return err
		}
		if b, err = report.Begin(ctx, tx, s.heads[0], r.ID); err != nil {
			return err
		}
		if err = report.Write(ctx, tx, s.heads[0], b.ID, b.Version, map[string]string{"strengths": "tốt"}); err != nil {
			return err
		}
		if sent, err = report.Begin(ctx, tx, s.heads[1], r.ID); err != nil {
			return err
		}
		if err = report.Write(ctx, tx, s.heads[1], sent.ID, sent.Version, map[string]string{"strengths": "tốt"}); err != nil {
			return err
		}
		if err = report.Submit(ctx, tx, s.heads[1], sent.ID, sent.Version+1); err != nil {
			return err
		}
		if draft, err = rollout.Enter(ctx, tx, s.vanthu, f, ""); err != nil {
			return err
		}
		if waiting, err = rollout.Enter(ctx, tx, s.vanthu, f, ""); err != nil {
			return err
		}
		return rollout.Submit(ctx, tx, s.vanthu, waiting.ID, waiting.Version)
	})
	type deed func(ctx context.Context, tx *db.Tx, by auth.Actor) error
	const (
		yes, no, none = "done", "denied", "not found"
	)
	people := []struct {
		name string
		by   auth.Actor
	}{
		{"secretary of the bloc", s.bikhu},
		{"clerk of the bloc", s.vanthu},
		{"secretary of unit 01", s.heads[0]},
		{"clerk of unit 01", s.clerk(1)},
		{"member of unit 01", s.member(1)},
		{"secretary beside", s.heads[1]},
	}
	for _, c := range []struct {
		verb string
		do   deed
		want [6]string
	}{
		{"directive.Enter", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := directive.Enter(ctx, tx, by, directive.Form{Kind: "CT", Number: "5", Symbol: "CT/TW", Issuer: "Ban Bí thư", Issued: "2020-01-02", Subject: "Một"}, file.Blob{})
			return err
		}, [6]string{yes, yes, yes, yes, no, yes}},
		{"directive.Amend", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return directive.Amend(ctx, tx, by, paper.ID, paper.Version, directive.Form{Kind: "NQ", Number: "59", Symbol: "NQ/TW", Issuer: "Bộ Chính trị", Issued: "2020-08-05", Subject: "Khác"}, file.Blob{})
		}, [6]string{yes, yes, no, no, no, no}},
		{"rollout.Submit", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return rollout.Submit(ctx, tx, by, draft.ID, draft.Version)
		}, [6]string{yes, yes, none, none, none, none}},
		{"rollout.Approve", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return rollout.Approve(ctx, tx, by, waiting.ID, waiting.Version+1)
		}, [6]string{yes, no, none, none, none, none}},
		{"rollout.Withdraw", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return rollout.Withdraw(ctx, tx, by, r.ID, r.Version, "thôi")
		}, [6]string{yes, no, no, no, no, no}},
		{"rollout.Extend", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := rollout.Extend(ctx, tx, by, r.ID, rollout.Hold, 0, "2020-11-20", "bận")
			return err
		}, [6]string{yes, no, no, no, no, no}},
		{"follow.Declare", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return follow.Declare(ctx, tx, by, r.ID, "tccs-02", follow.DeclarationForm{HeldDay: "2020-10-19", Persons: 1, Attended: 1, Signer: "Bí thư", Paper: "Số 1"}, file.Blob{})
		}, [6]string{yes, yes, none, none, none, no}},
		{"conference.Enter", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := conference.Enter(ctx, tx, by, conference.Form{Rollout: r.ID, Title: "Hội nghị", Sort: "main", Mode: "online", Day: vn.DayOf(tx.Now)})
			return err
		}, [6]string{yes, yes, yes, yes, no, yes}},
		{"conference.Mark", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := conference.Mark(ctx, tx, by, open.ID, nil, nil)
			return err
		}, [6]string{no, no, yes, yes, no, none}},
		{"conference.Reopen", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return conference.Reopen(ctx, tx, by, closed.ID, closed.Version, "nhầm")
		}, [6]string{no, no, yes, no, no, none}},
		{"conference.Cancel", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return conference.Cancel(ctx, tx, by, open.ID, open.Version, "bận")
		}, [6]string{no, no, yes, yes, no, none}},
		{"plan.Amend", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return plan.Amend(ctx, tx, by, p.ID, p.Version, planForm("x"))
		}, [6]string{no, no, yes, yes, no, none}},
		{"plan.Adopt", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return plan.Adopt(ctx, tx, by, p.ID, p.Version, plan.Adoption{})
		}, [6]string{no, no, yes, no, no, none}},
		{"report.Write", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return report.Write(ctx, tx, by, b.ID, b.Version+1, nil)
		}, [6]string{no, no, yes, yes, no, none}},
		{"report.Submit", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return report.Submit(ctx, tx, by, b.ID, b.Version+1)
		}, [6]string{no, no, yes, no, no, none}},
		{"report.Accept", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return report.Accept(ctx, tx, by, sent.ID, sent.Version+2)
		}, [6]string{yes, yes, none, none, none, no}},
		{"report.Return", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return report.Return(ctx, tx, by, sent.ID, sent.Version+2, "thiếu")
		}, [6]string{yes, yes, none, none, none, no}},
		{"org.Create", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := org.Create(ctx, tx, by, "tccs-01", org.NewUnit{Name: "Chi đoàn", Kind: "chi đoàn", From: "2020-10-20"})
			return err
		}, [6]string{no, no, no, no, no, none}},
		{"org.Admit", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := org.Admit(ctx, tx, by, "tccs-01", org.NewMember{Name: "Mới", From: "2020-10-20"})
			return err
		}, [6]string{yes, yes, yes, yes, no, none}},
	} {
		for i, who := range people {
			undone := func(ctx context.Context, tx *db.Tx) error {
				if err := c.do(ctx, tx, who.by); err != nil {
					return err
				}
				return errUndone
			}
			got := kindOf(s.DB.Write(t.Context(), undone))
			if got == errUndone.Error() {
				got = yes
			}
			if got != c.want[i] {
				t.Errorf("%s by the %s: %s, want %s", c.verb, who.name, got, c.want[i])
			}
		}
	}
	s.proven(t, "everybody has tried")
}

type undoneError struct{}

func (undoneError) Error() string { return "undone" }

// errUndone takes back what was tried, so that the next person finds it as it
// was.
var errUndone = undoneError{}
