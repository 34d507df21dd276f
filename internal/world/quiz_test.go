package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/presence"
	"nhipcau/internal/quiz"
	"nhipcau/internal/tally"
)

// quizzed returns an open quiz of three questions of a bank of six about a conference
// of the bloc, what it is about, and who is to take it.
func (s *story) quizzed(t *testing.T, change func(*quiz.Quiz)) (quiz.Quiz, quiz.Subject, []presence.Row) {
	t.Helper()
	c := s.gathering(t, 2)
	sub := quiz.Subject{Kind: "conference", ID: c.ID, Unit: s.bloc.root.ID, UnitKey: s.bloc.root.Key, Path: s.bloc.root.Path, Tree: s.bikhu.Tree, MayRun: true, MayName: true}
	var q quiz.Quiz
	var rows []presence.Row
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		b, err := quiz.MakeBank(ctx, tx, s.bikhu, "Bộ câu hỏi")
		if err != nil {
			return err
		}
		for i := range 6 {
			x := quiz.Question{Text: fmt.Sprint("Câu ", i), Options: []string{"một", "hai", "ba", "bốn"}, Correct: 1, Points: int64(i%2 + 1)}
			if i == 5 {
				x.Correct = 5
			}
			if err := quiz.Add(ctx, tx, s.bikhu, b.ID, 0, x); err != nil {
				return err
			}
		}
		q = quiz.Quiz{Title: "Trắc nghiệm", Bank: b.ID, Number: 3, Minutes: 10, Attempts: 2, Pass: 50, Opens: tx.Now, Closes: tx.Now.Add(24 * time.Hour)}
		if change != nil {
			change(&q)
		}
		if q, err = quiz.Make(ctx, tx, s.bikhu, sub, q); err != nil {
			return err
		}
		if rows, err = presence.Roll(ctx, tx, c.ID); err != nil {
			return err
		}
		rows = slices.DeleteFunc(rows, func(r presence.Row) bool { return r.State == attendance.Exempt })
		of := quiz.Subjects{People: func(ctx context.Context, tx *db.Tx, _, id string, after int64, limit int) (all []quiz.Due, err error) {
			homes, err := presence.Homes(ctx, tx, id, after, limit)
			for _, h := range homes {
				all = append(all, quiz.Due(h))
			}
			return all, err
		}}
		if err := of.Open(ctx, tx, s.bikhu, sub, q.ID, 1); err != nil {
			return err
		}
		q, err = quiz.Read(ctx, tx, q.ID)
		return err
	})
	return q, sub, rows
}

func (s *story) begun(t *testing.T, by auth.Actor, q string) (a quiz.Attempt) {
	t.Helper()
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = quiz.Begin(ctx, tx, by, q)
		return err
	})
	return a
}

// right returns the places in which an attempt shows the right options of a question.
func (s *story) right(t *testing.T, a quiz.Attempt, q quiz.Quiz, n int64) (shown []int) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		all, err := quiz.QuestionsOf(ctx, tx, q.Bank, true)
		x := all[n-1]
		for i, o := range a.Options(x) {
			if x.Correct&(1<<o) != 0 {
				shown = append(shown, i)
			}
		}
		return err
	})
	return shown
}

func (s *story) answer(t *testing.T, by auth.Actor, a quiz.Attempt, n int64, shown []int) (kept bool) {
	t.Helper()
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		kept, err = quiz.Answer(ctx, tx, by, a.Quiz, a.N, n, shown)
		return err
	})
	return kept
}

func (s *story) provenQuizzes(t *testing.T, q quiz.Quiz) tally.Vec {
	t.Helper()
	var v tally.Vec
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		sheet, err := tally.Find(ctx, tx, q.Sheet)
		if err != nil {
			return err
		}
		all, err := quiz.Recount(ctx, tx, sheet)
		if err != nil {
			return err
		}
		for unit, d := range all {
			own, err := tally.Own(ctx, tx, q.Sheet, unit)
			if err != nil {
				return err
			}
			for lane, x := range d {
				if own.Get(lane) != x {
					t.Errorf("unit %d lane %d: posted %d, recounted %d", unit, lane, own.Get(lane), x)
				}
			}
		}
		v, err = tally.Total(ctx, tx, q.Sheet, s.bloc.root.ID)
		return err
	})
	return v
}

func lane(v tally.Vec, name string) int64 { return v.Get(quiz.Kind().Lane(name)) }

// Two pages of one person are one attempt with one clock; what is answered on either is
// kept, the newest stands, and the second end changes nothing.
func TestQuizInTwoPages(t *testing.T) {
	s := house(t, 2)
	q, _, rows := s.quizzed(t, nil)
	me := own(rows[0], s.heads[0])
	a := s.begun(t, me, q.ID)
	s.Clock.Set(s.Clock.Now().Add(time.Minute))
	b := s.begun(t, me, q.ID)
	if a.N != b.N || !a.Ends.Equal(b.Ends) || !slices.Equal(a.Questions, b.Questions) || a.Seed != b.Seed || len(a.Questions) != 3 {
		t.Fatalf("got %+v and %+v", a, b)
	}
	for i, n := range a.Questions {
		right := s.right(t, a, q, n)
		if !s.answer(t, me, a, n, []int{(right[0] + 1) % 4}) || i < 2 && !s.answer(t, me, b, n, right) {
			t.Fatal("an answer was not kept")
		}
	}
	end := func() error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return quiz.End(ctx, tx, me, q.ID, a.N) })
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	v := s.provenQuizzes(t, q)
	if lane(v, "taken") != 1 || lane(v, "due") != int64(len(rows)) || lane(v, "points") == 0 || lane(v, "points") >= lane(v, "out_of") {
		t.Errorf("got %v", v.Delta())
	}
	if err := end(); err != nil {
		t.Errorf("the second end: %v", err)
	}
	if s.answer(t, me, a, a.Questions[2], s.right(t, a, q, a.Questions[2])) {
		t.Error("an answer after the end was kept")
	}
	if again := s.provenQuizzes(t, q); !again.Equal(v) {
		t.Errorf("got %v, then %v", v.Delta(), again.Delta())
	}
}

// Time is the server's: within the grace answers are taken, after it they are not, and
// what was answered before is marked, by the person's next visit or without one.
func TestQuizTimeIsOver(t *testing.T) {
	s := house(t, 2)
	q, sub, rows := s.quizzed(t, func(q *quiz.Quiz) { q.Attempts = 1 })
	one, two := own(rows[0], s.heads[0]), own(rows[1], s.heads[0])
	a, b := s.begun(t, one, q.ID), s.begun(t, two, q.ID)
	s.Clock.Set(a.Ends.Add(quiz.Grace))
	if !s.answer(t, one, a, a.Questions[0], s.right(t, a, q, a.Questions[0])) || !s.answer(t, two, b, b.Questions[0], s.right(t, b, q, b.Questions[0])) {
		t.Error("an answer within the grace was lost")
	}
	s.Clock.Set(a.Ends.Add(quiz.Grace + time.Second))
	if s.answer(t, one, a, a.Questions[1], s.right(t, a, q, a.Questions[1])) {
		t.Error("an answer after the grace was kept")
	}
	if v := s.provenQuizzes(t, q); lane(v, "taken") != 1 || lane(v, "points") == 0 {
		t.Errorf("got %v", v.Delta())
	}
	if err := quiz.Sweep(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	if v := s.provenQuizzes(t, q); lane(v, "taken") != 2 {
		t.Errorf("after sweeping: %v", v.Delta())
	}
	err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { _, err := quiz.Begin(ctx, tx, one, q.ID); return err })
	if !fault.Is(err, fault.Conflict) || fault.Of(err).Key != "quiz.error.no_more" {
		t.Errorf("a second attempt of one: %v", err)
	}
	// Nobody begins before it opens, once it has closed, or who is not to take it.
	s.Clock.Set(q.Closes)
	three := own(rows[2], s.heads[0])
	err = s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { _, err := quiz.Begin(ctx, tx, three, q.ID); return err })
	if !fault.Is(err, fault.Conflict) || fault.Of(err).Key != "quiz.error.not_running" {
		t.Errorf("after the closing time: %v", err)
	}
	stranger := s.heads[1]
	stranger.Member = -7
	err = s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { _, err := quiz.Begin(ctx, tx, stranger, q.ID); return err })
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger: %v", err)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error { return quiz.Close(ctx, tx, s.bikhu, sub, q.ID, q.Version) })
}

// Whatever people do with their attempts, the sheet holds what a recount finds, the best
// attempt counts, and questions that changed meanwhile are marked as they were asked.
func TestQuizzesCount(t *testing.T) {
	s := house(t, 2)
	q, sub, rows := s.quizzed(t, func(q *quiz.Quiz) { q.Attempts = 3 })
	rnd := rand.New(rand.NewPCG(3, 14))
	best := map[int64][2]int64{}
	for i := range 160 {
		row := rows[rnd.IntN(min(5, len(rows)))]
		me := own(row, s.heads[0])
		var a quiz.Attempt
		err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) { a, err = quiz.Begin(ctx, tx, me, q.ID); return err })
		if err != nil {
			if !fault.Is(err, fault.Conflict) {
				t.Fatal(err)
			}
			continue
		}
		switch rnd.IntN(5) {
		case 0, 1, 2:
			n := a.Questions[rnd.IntN(len(a.Questions))]
			shown := s.right(t, a, q, n)
			if rnd.IntN(3) == 0 {
				shown = []int{rnd.IntN(4)}
			}
			s.answer(t, me, a, n, shown)
		case 3:
			s.do(t, func(ctx context.Context, tx *db.Tx) error { return quiz.End(ctx, tx, me, q.ID, a.N) })
		case 4:
			s.Clock.Set(s.Clock.Now().Add(4 * time.Minute))
			if i == 50 {
				s.do(t, func(ctx context.Context, tx *db.Tx) error {
					return quiz.Add(ctx, tx, s.bikhu, q.Bank, 2, quiz.Question{Text: "Khác hẳn", Options: []string{"x", "y"}, Correct: 2, Points: 9})
				})
			}
		}
	}
	if err := quiz.Sweep(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error { return quiz.Close(ctx, tx, s.bikhu, sub, q.ID, q.Version) })
	v := s.provenQuizzes(t, q)
	if lane(v, "taken") < 2 || lane(v, "passed") > lane(v, "taken") {
		t.Errorf("got %v", v.Delta())
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		all, err := quiz.People(ctx, tx, q, quiz.Filter{Path: "/"}, 0, 1000)
		for _, p := range all {
			best[p.Member] = [2]int64{p.Points, p.OutOf}
			if p.Attempts > 3 || p.Taken != (p.OutOf > 0) || p.Passed && p.Points*100 < 50*p.OutOf {
				t.Errorf("got %+v", p)
			}
		}
		return err
	})
	points := int64(0)
	for _, p := range best {
		points += p[0]
	}
	if points != lane(v, "points") {
		t.Errorf("people have %d points, the sheet %d", points, lane(v, "points"))
	}
}

// What is right is not shown while an attempt goes on: the last one is not taken with
// the answers of the one before on another page.
func TestQuizShowsNothingUnderWay(t *testing.T) {
	s := house(t, 2)
	q, _, rows := s.quizzed(t, nil)
	me := own(rows[0], s.heads[0])
	shows := func(want bool, when string) {
		t.Helper()
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			got, err := quiz.Shows(ctx, tx, me, q.ID)
			if got != want {
				t.Errorf("%s: shown is %v", when, got)
			}
			return err
		})
	}
	end := func(n int64) {
		s.do(t, func(ctx context.Context, tx *db.Tx) error { return quiz.End(ctx, tx, me, q.ID, n) })
	}
	end(s.begun(t, me, q.ID).N)
	shows(false, "with an attempt left")
	a := s.begun(t, me, q.ID)
	shows(false, "in the last attempt")
	end(a.N)
	shows(true, "after the last attempt")
	me = own(rows[1], s.heads[0])
	s.Clock.Set(q.Closes.Add(-time.Minute))
	b := s.begun(t, me, q.ID)
	s.Clock.Set(q.Closes.Add(quiz.Grace))
	shows(false, "while answers are still taken after the closing time")
	if !s.answer(t, me, b, b.Questions[0], s.right(t, b, q, b.Questions[0])) {
		t.Error("an answer within the grace was lost")
	}
	s.Clock.Set(q.Closes.Add(quiz.Grace + time.Second))
	shows(true, "once nothing is taken any more")
}
