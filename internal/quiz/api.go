package quiz

import (
	"context"
	"strconv"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

type apiQuiz struct {
	ID       string    `json:"id"`
	Part     string    `json:"part,omitempty" doc:"Of the conference: the id of a topic"`
	Title    string    `json:"title"`
	State    Stage     `json:"state" enum:"draft,open,closed"`
	Opens    time.Time `json:"opens"`
	Closes   time.Time `json:"closes"`
	Minutes  int64     `json:"minutes"`
	Number   int64     `json:"number" doc:"Questions of an attempt"`
	Attempts int64     `json:"attempts" doc:"Allowed"`
	Pass     int64     `json:"pass" doc:"Percent"`
	Sheet    string    `json:"sheet,omitempty" doc:"Where it is counted: /figures/{sheet}/{unit}; absent until it is opened"`
}

type apiQuizResult struct {
	Member   string `json:"member" doc:"Key"`
	Name     string `json:"name"`
	Unit     string `json:"unit" doc:"Key of the home unit"`
	Attempts int64  `json:"attempts" doc:"Begun"`
	Taken    bool   `json:"taken"`
	Passed   bool   `json:"passed"`
	Points   int64  `json:"points" doc:"Of the best attempt"`
	OutOf    int64  `json:"out_of"`

	id int64
}

// RegisterAPI returns what adds the operations on quizzes about what the subjects know.
func RegisterAPI(of Subjects) func(*api.API) {
	type listIn struct {
		api.ByID
		api.Paging
	}
	type resultsIn struct {
		api.ByID
		api.Paging
		State string `query:"state" enum:"missing,passed,failed"`
	}
	return func(a *api.API) {
		api.Pages(a, api.Op{ID: "list-quizzes", Noun: "conferences", Path: "/conferences/{id}/quizzes", Summary: "quiz.api.list"},
			func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, _ api.Cursor, _ int) ([]apiQuiz, api.Cursor, error) {
				s, err := of.Find(ctx, tx, by, "conference", in.ID)
				if err != nil {
					return nil, api.Cursor{}, err
				}
				all, err := List(ctx, tx, s)
				out := make([]apiQuiz, len(all))
				for i, q := range all {
					out[i] = apiQuiz{q.ID, q.Part, q.Title, q.State, q.Opens, q.Closes, q.Minutes, q.Number, q.Attempts, q.Pass, ""}
					if q.Sheet != 0 {
						out[i].Sheet = strconv.FormatInt(q.Sheet, 10)
					}
				}
				return out, api.Cursor{}, err
			})
		api.List(a, api.Op{ID: "list-quiz-results", Noun: "conferences", Path: "/quizzes/{id}/results", Summary: "quiz.api.results"},
			func(ctx context.Context, tx *db.Tx, by auth.Actor, in *resultsIn, after api.Cursor, limit int) ([]apiQuizResult, error) {
				s := server{of: of}
				q, sub, err := s.quiz(ctx, tx, by, in.ID)
				if err == nil {
					err = mayName(sub)
				}
				if err != nil {
					return nil, err
				}
				f := Filter{State: in.State, Path: by.Path}
				if by.Unit == sub.Unit {
					f.Path = "/"
				}
				all, err := People(ctx, tx, q, f, after.At, limit)
				out := make([]apiQuizResult, len(all))
				for i, t := range all {
					out[i] = apiQuizResult{t.Key, t.Name, t.UnitKey, t.Attempts, t.Taken, t.Passed, t.Points, t.OutOf, t.Member}
				}
				return out, err
			}, func(r apiQuizResult) api.Cursor { return api.Cursor{At: r.id} })
	}
}
