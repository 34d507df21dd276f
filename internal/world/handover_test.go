package world

import (
	"context"
	"testing"

	"nhipcau/internal/attendance"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/level"
	"nhipcau/internal/presence"
	"nhipcau/internal/quiz"
	"nhipcau/internal/reflection"
	"nhipcau/internal/reform"
	"nhipcau/internal/rollout"
	"nhipcau/internal/rung"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// allProven holds every sheet of the house against its records.
func (s *story) allProven(t *testing.T, after string) {
	t.Helper()
	r, err := tally.Prove(t.Context(), s.DB, map[string]tally.Recount{
		"conference": conference.Recount, "level": rung.Recount, "quiz": quiz.Recount, "reflection": reflection.Recount,
		"rollout": tally.Together(rollout.Recount, conference.RecountRollout),
	})
	if err != nil || r.Mismatches > 0 {
		t.Errorf("after %s: %d mismatches, %v\n%q", after, r.Mismatches, err, r.Details)
	}
}

// TestReformWithAllOpen merges a unit into another while it is to hold a conference for
// a level, has begun to, and papers and a quiz are open: every figure is still proved,
// whoever takes over does the work that is left, and undoing gives all of it back.
func TestReformWithAllOpen(t *testing.T) {
	s := house(t, 3)
	c, rows := s.reflecting(t, nil)
	q, _, _ := s.quizzed(t, func(q *quiz.Quiz) { q.Closes = q.Opens.AddDate(0, 0, 7) })
	var own conference.Conference
	var bank quiz.Bank
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		if _, err := level.Add(ctx, tx, s.bikhu, c.ID, level.Form{Depth: 1, Audience: "Toàn thể", Deadline: vn.Deadline{Day: "2020-11-30", Wording: vn.Before}}); err != nil {
			return err
		}
		if err := level.Tell(ctx, tx, s.bikhu, c.ID); err != nil {
			return err
		}
		for more := true; more; {
			var err error
			if _, _, more, err = level.TellSome(ctx, tx, c.ID, 100); err != nil {
				return err
			}
		}
		return nil
	})
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		for _, head := range s.heads[:2] {
			x, err := conference.Enter(ctx, tx, head, conference.Form{Title: "Hội nghị chi đoàn", Sort: "main", Mode: "in_person", Day: vn.DayOf(tx.Now), Parent: c.ID, Level: 1})
			if err != nil {
				return err
			}
			if own.ID == "" {
				own = x
			}
		}
		if _, err := conference.Convene(ctx, tx, s.heads[0], own.ID, own.Version); err != nil {
			return err
		}
		var err error
		bank, err = quiz.MakeBank(ctx, tx, s.heads[0], "Bộ của đơn vị 1")
		return err
	})
	s.allProven(t, "the beginning")
	s.nextDay()
	was := s.dump(t)
	var r reform.Reform
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = s.enterMany(ctx, tx, []reform.Line{{Act: reform.Into, Unit: s.key(1), Target: s.key(2)}})
		return err
	})
	s.allProven(t, "the merger")
	heir := s.heads[1]
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return reform.Undo(ctx, tx, s.admin(), r.ID, "nhầm")
	})
	s.allProven(t, "undoing it")
	s.restored(t, was)
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		_, err = s.enterMany(ctx, tx, []reform.Line{{Act: reform.Into, Unit: s.key(1), Target: s.key(2)}})
		return err
	})
	// Whoever takes over ends what was begun, on time and by hand.
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		if err := quiz.Add(ctx, tx, heir, bank.ID, 0, quiz.Question{Text: "Một hay hai?", Options: []string{"một", "hai"}, Correct: 1, Points: 1}); err != nil {
			return err
		}
		now, err := conference.Get(ctx, tx, heir, own.ID)
		if err != nil {
			return err
		}
		roll, err := presence.Roll(ctx, tx, own.ID)
		if err != nil {
			return err
		}
		var marks []attendance.Mark
		for _, x := range roll {
			marks = append(marks, attendance.Mark{Member: x.Member, State: attendance.Present, Version: x.Version})
		}
		if _, err := conference.Mark(ctx, tx, heir, own.ID, marks, nil); err != nil {
			return err
		}
		return conference.Close(ctx, tx, heir, own.ID, now.Version)
	})
	s.allProven(t, "closing what was taken over")
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		if err := reflection.HandIn(ctx, tx, s.bikhu, c.ID, rows[0].MemberKey, 0, []string{"Câu trả lời một", "Câu trả lời hai"}, reflection.Upload{}); err != nil {
			return err
		}
		return reflection.TakeRoll(ctx, tx, s.bikhu, c.ID)
	})
	me := s.heads[1]
	me.Member = rows[0].Member
	a := s.begun(t, me, q.ID)
	s.answer(t, me, a, a.Questions[0], s.right(t, a, q, a.Questions[0]))
	s.do(t, func(ctx context.Context, tx *db.Tx) error { return quiz.End(ctx, tx, me, q.ID, a.N) })
	s.allProven(t, "papers and attempts of people whose unit is no more")
}
