package quiz

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/web"
)

func (s *server) registerTaking() {
	s.site.Handle("POST /quizzes/{id}/attempts", web.SignedIn, s.begin)
	s.site.Handle("GET /quizzes/{id}/take", web.SignedIn, s.take)
	s.site.Handle("POST /quizzes/{id}/take", web.SignedIn, s.answer)
	s.site.Handle("POST /quizzes/{id}/end", web.SignedIn, s.end)
	s.site.Handle("GET /quizzes/{id}/result", web.SignedIn, s.result)
}

func (s *server) begin(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := Begin(ctx, tx, by, id)
		return err
	}); err != nil {
		return err
	}
	return web.See(w, r, "/quizzes/%s/take", id)
}

// takePage is one question of the attempt under way, or its end.
type takePage struct {
	web.Page
	Quiz     Quiz
	Attempt  Attempt
	At       int // place of the question, from 1; 0 at the end
	Question Question
	Chosen   uint64
	Given    map[int64]uint64
}

// mine returns a quiz and an attempt of by's own: the newest, or that with a number.
func mine(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (Quiz, Taker, Attempt, error) {
	q, t, err := taking(ctx, tx, by, id)
	if err != nil {
		return q, t, Attempt{}, err
	}
	if n < 1 {
		n = t.Attempts
	}
	a, err := attemptOf(ctx, tx, id, t.Member, n)
	return q, t, a, err
}

func (s *server) take(w http.ResponseWriter, r *http.Request) error {
	p := takePage{Page: s.site.Page(r, "quiz.take")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Quiz, _, p.Attempt, err = mine(ctx, tx, p.Actor, r.PathValue("id"), 0); err != nil || !p.Attempt.Finished.IsZero() {
			return err
		}
		if p.Given, err = answersOf(ctx, tx, p.Attempt); err != nil {
			return err
		}
		p.At = p.place(r.URL.Query().Get("q"))
		if p.At == 0 {
			return nil
		}
		n := p.Attempt.Questions[p.At-1]
		p.Chosen = p.Given[n]
		p.Question, err = questionOf(ctx, tx, p.Quiz.Bank, n)
		return err
	}); err != nil {
		return err
	}
	if !p.Attempt.Finished.IsZero() {
		return web.See(w, r, "/quizzes/%s/result", p.Quiz.ID)
	}
	p.Title = p.Quiz.Title
	return web.Render(w, r, http.StatusOK, takeView(p))
}

// place reads which question is asked for: without a word the first without an answer.
// After the last, and when time is over, comes the end.
func (p takePage) place(q string) int {
	if q == "end" || p.Attempt.Left(p.Now) == 0 {
		return 0
	}
	if n, err := strconv.Atoi(q); err == nil && n >= 1 && n <= len(p.Attempt.Questions) {
		return n
	}
	for i, n := range p.Attempt.Questions {
		if p.Given[n] == 0 {
			return i + 1
		}
	}
	return 0
}

// open is how many questions have no answer.
func (p takePage) open() int64 {
	n := int64(0)
	for _, q := range p.Attempt.Questions {
		if p.Given[q] == 0 {
			n++
		}
	}
	return n
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	var shown []int
	for _, o := range v["option"] {
		n, err := strconv.Atoi(o)
		if err != nil {
			return fault.New(fault.Invalid, "quiz.error.option")
		}
		shown = append(shown, n)
	}
	if len(shown) > 0 || v.Get("several") != "" {
		kept := false
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			kept, err = Answer(ctx, tx, by, id, number(v.Get("attempt")), number(v.Get("question")), shown)
			return err
		}); err != nil {
			return err
		}
		if !kept {
			return web.SeeSaid(w, r, "quiz.said.over", "/quizzes/%s/result", id)
		}
	}
	return web.See(w, r, "/quizzes/%s/take?q=%s", id, to(v.Get("go")))
}

// to is the question that a button leads to.
func to(s string) string {
	if n, err := strconv.Atoi(s); err == nil {
		return strconv.Itoa(n)
	}
	return "end"
}

func (s *server) end(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id, n := auth.FromContext(r.Context()), r.PathValue("id"), number(v.Get("attempt"))
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return End(ctx, tx, by, id, n) }); err != nil {
		return err
	}
	return web.See(w, r, "/quizzes/%s/result?n=%d", id, n)
}

// resultPage is an attempt of the reader's own, as it was asked and answered.
type resultPage struct {
	web.Page
	Quiz      Quiz
	Mine      Taker
	Attempt   Attempt
	Questions []Question
	Given     map[int64]uint64
	Shown     bool // what is right is shown
}

func (s *server) result(w http.ResponseWriter, r *http.Request) error {
	p := resultPage{Page: s.site.Page(r, "quiz.result")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Quiz, p.Mine, p.Attempt, err = mine(ctx, tx, p.Actor, r.PathValue("id"), number(r.URL.Query().Get("n"))); err != nil || p.Attempt.Finished.IsZero() {
			return err
		}
		if p.Shown, err = p.Quiz.shows(ctx, tx, p.Mine); err != nil {
			return err
		}
		if p.Given, err = answersOf(ctx, tx, p.Attempt); err != nil {
			return err
		}
		asked, err := questionsByN(ctx, tx, p.Quiz.Bank, p.Attempt.Questions)
		for _, n := range p.Attempt.Questions {
			p.Questions = append(p.Questions, asked[n])
		}
		return err
	}); err != nil {
		return err
	}
	if p.Attempt.Finished.IsZero() {
		return web.See(w, r, "/quizzes/%s/take", p.Quiz.ID)
	}
	return web.Render(w, r, http.StatusOK, resultView(p))
}

// Href returns the page of the people behind a post, by the id of its source.
func Href(id, unitKey, _ string) string { return fmt.Sprintf("/quizzes/%s/units/%s", id, unitKey) }
