package hall

import (
	"context"
	"fmt"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// apiQuestion is a question as programs see it. Who asked is not told: it is the site
// that asks.
type apiQuestion struct {
	Conference string    `json:"conference"`
	N          int64     `json:"n" doc:"Its number in the conference, from 1"`
	Topic      string    `json:"topic,omitempty" doc:"Topic of the programme; absent for the conference as a whole"`
	Site       int64     `json:"site,omitempty" doc:"Number of the site that asks"`
	Text       string    `json:"text"`
	State      State     `json:"state" enum:"new,taken_up,answered,forwarded,merged,returned"`
	Note       string    `json:"note,omitempty" doc:"The answer, or the reason of a return"`
	Into       int64     `json:"into,omitempty" doc:"The question it was merged into"`
	AskedAt    time.Time `json:"asked_at"`

	place int64
}

// Href is the question's address.
func (q apiQuestion) Href() string {
	return fmt.Sprintf("/conferences/%s/questions/%d", q.Conference, q.N)
}

func (q Question) forAPI(id string) apiQuestion {
	return apiQuestion{id, q.N, q.Topic, q.Site, q.Text, q.State, q.Note, q.Into, q.AskedAt, q.Place}
}

type apiAsk struct {
	Topic string `json:"topic,omitempty"`
	Site  int64  `json:"site,omitempty" doc:"The site that asks; absent for the one at which the person is"`
	Text  string `json:"text" doc:"About the work; at most 2,000 characters"`
}

type apiAnswer struct {
	Text string `json:"text" doc:"At most 4,000 characters"`
}

// RegisterAPI adds what programs may ask of halls.
func RegisterAPI(a *api.API) {
	type listIn struct {
		api.ByID
		api.Paging
		State string `query:"state" enum:"new,taken_up,answered,forwarded,merged,returned"`
		Site  int64  `query:"site"`
		Topic string `query:"topic"`
	}
	api.List(a, api.Op{ID: "list-questions", Noun: "questions", Path: "/conferences/{id}/questions", Summary: "hall.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiQuestion, error) {
			h, err := Find(ctx, tx, by, in.ID)
			if err != nil {
				return nil, err
			}
			all, err := Questions(ctx, tx, by, h, Filter{State: State(in.State), Site: in.Site, Topic: in.Topic}, after.At, limit)
			out := make([]apiQuestion, len(all))
			for i, q := range all {
				out[i] = q.forAPI(in.ID)
			}
			return out, err
		}, func(q apiQuestion) api.Cursor { return api.Cursor{At: q.place} })
	type oneIn struct {
		api.ByID
		N int64 `path:"n"`
	}
	api.Get(a, api.Op{ID: "get-question", Noun: "questions", Path: "/conferences/{id}/questions/{n}", Summary: "hall.api.one"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *oneIn) (apiQuestion, error) {
			_, q, err := Get(ctx, tx, by, in.ID, in.N)
			return q.forAPI(in.ID), err
		})
	type askIn struct {
		api.ByID
		Body apiAsk
	}
	api.Post(a, api.Op{ID: "ask-question", Noun: "questions", Path: "/conferences/{id}/questions", Summary: "hall.api.ask"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *askIn) (apiQuestion, error) {
			q, err := Put(ctx, tx, by, in.ID, Ask(in.Body))
			return q.forAPI(in.ID), err
		})
	api.Do(a, api.Op{ID: "take-question", Noun: "questions", Path: "/conferences/{id}/questions/{n}/taking", Summary: "hall.api.take"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *oneIn) (apiQuestion, error) {
			return done(ctx, tx, by, in.ID, in.N, Take)
		})
	type answerIn struct {
		api.ByID
		N    int64 `path:"n"`
		Body apiAnswer
	}
	api.Do(a, api.Op{ID: "answer-question", Noun: "questions", Path: "/conferences/{id}/questions/{n}/answer", Summary: "hall.api.answer"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *answerIn) (apiQuestion, error) {
			return done(ctx, tx, by, in.ID, in.N, func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
				return Answer(ctx, tx, by, id, n, version, in.Body.Text)
			})
		})
}

// done runs a verb on a question as it is now, and returns what it is then.
func done(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error) (apiQuestion, error) {
	_, q, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return apiQuestion{}, err
	}
	if err := verb(ctx, tx, by, id, n, q.Version); err != nil {
		return apiQuestion{}, err
	}
	_, q, err = Get(ctx, tx, by, id, n)
	return q.forAPI(id), err
}
