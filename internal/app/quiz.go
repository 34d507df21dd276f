package app

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/presence"
	"nhipcau/internal/quiz"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// subjects are what quizzes are about: conferences and their topics.
func subjects() quiz.Subjects {
	return quiz.Subjects{
		Find: func(ctx context.Context, tx *db.Tx, by auth.Actor, kind, id string) (quiz.Subject, error) {
			if kind != "conference" {
				return quiz.Subject{}, fault.New(fault.NotFound, "error.not_found")
			}
			c, err := conference.Get(ctx, tx, by, id)
			if err != nil {
				return quiz.Subject{}, err
			}
			u, err := org.ByID(ctx, tx, by.Tree, c.Unit)
			s := quiz.Subject{
				Kind: kind, ID: id, Title: c.Title, Href: "/conferences/" + id, Unit: c.Unit, UnitKey: c.UnitKey, Path: u.Path, Tree: by.Tree,
				MayRun:  by.Unit == c.Unit && by.Is(auth.Clerk, auth.Secretary),
				MayName: by.Is(auth.Administrator, auth.Secretary, auth.Clerk, auth.Inspector),
			}
			for _, t := range c.Topics {
				s.Parts = append(s.Parts, quiz.Part{ID: t.ID, Title: t.Title})
			}
			return s, err
		},
		People: func(ctx context.Context, tx *db.Tx, _, id string, after int64, limit int) ([]quiz.Due, error) {
			homes, err := presence.Homes(ctx, tx, id, after, limit)
			all := make([]quiz.Due, len(homes))
			for i, h := range homes {
				all[i] = quiz.Due(h)
			}
			return all, err
		},
	}
}

// quizWork are the quizzes by has to take; for once it is by the person.
func quizWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if p.Actor.Member == 0 {
		return nil, nil
	}
	owed, err := quiz.Owing(ctx, tx, p.Actor)
	var all []workItem
	for _, o := range owed {
		all = append(all, workItem{
			Title: p.T("quiz.work"), Note: o.Title, Due: vn.DayOf(o.Closes), State: web.Soon, When: p.Time(o.Closes), Href: "/quizzes/" + o.Quiz, Action: p.T("app.open"),
		})
	}
	return all, err
}
