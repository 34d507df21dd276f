package opinion

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/prose"
	"nhipcau/internal/vn"
)

type apiOpinion struct {
	ID       string           `json:"id"`
	Title    string           `json:"title"`
	Unit     string           `json:"unit" doc:"Key of the unit whose draft it is"`
	Of       string           `json:"of" doc:"What the draft is the text of: its kind and id"`
	Version  int64            `json:"draft_version" doc:"Number of the version asked about"`
	LastDay  vn.Day           `json:"last_day" format:"date" doc:"The last day on which an answer is in time"`
	State    State            `json:"state" enum:"open,consolidating,closed"`
	Sheet    string           `json:"sheet" doc:"Where it is counted: /figures/{sheet}/{unit}"`
	Count    map[string]int64 `json:"count,omitempty" doc:"Units due, answered, with no_opinion, late; people; points taken, partly, not_taken; only of one consultation, for who may see all of it"`
	OpenedAt time.Time        `json:"opened_at"`
}

type apiOpinionPoint struct {
	ID      string `json:"id"`
	Unit    string `json:"unit" doc:"Key"`
	Source  From   `json:"source" enum:"unit,person,conference"`
	Name    string `json:"name,omitempty" doc:"Of a person or a delegate"`
	Block   string `json:"block" doc:"Id of the paragraph"`
	Quote   string `json:"quote" doc:"The passage"`
	Text    string `json:"text"`
	Suggest string `json:"suggest,omitempty" doc:"Wording instead of the passage"`
	Answer  string `json:"answer" enum:"open,taken,partly,not"`
	Why     string `json:"why,omitempty"`

	place, id int64
}

type apiOpinionNote struct {
	Block   string `json:"block" doc:"Id of the paragraph"`
	From    int    `json:"from,omitempty" doc:"First character of the passage; from and to 0 for the whole paragraph"`
	To      int    `json:"to,omitempty" doc:"Behind its last character"`
	Text    string `json:"text,omitempty"`
	Suggest string `json:"suggest,omitempty" doc:"Wording instead of the passage"`
}

type apiOpinionText struct {
	Blocks []prose.Block `json:"blocks"`
}

func (c Consultation) api() apiOpinion {
	return apiOpinion{
		ID: c.ID, Title: c.Title, Unit: c.UnitKey, Of: c.OwnerKind + "/" + c.OwnerID, Version: c.N, LastDay: c.Deadline.Last(), State: c.State,
		Sheet: strconv.FormatInt(c.Sheet, 10), OpenedAt: c.EnteredAt,
	}
}

// RegisterAPI adds what programs may ask of consultations.
func RegisterAPI(a *api.API) {
	api.List(a, api.Op{ID: "list-opinions", Noun: "opinions", Path: "/opinions", Summary: "opinion.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, _ *api.Paging, from api.Cursor, limit int) ([]apiOpinion, error) {
			all, err := after(ctx, tx, by, from.At, from.ID, limit)
			out := make([]apiOpinion, len(all))
			for i, c := range all {
				out[i] = c.api()
			}
			return out, err
		}, func(c apiOpinion) api.Cursor { return api.Cursor{At: c.OpenedAt.Unix(), ID: c.ID} })
	api.Get(a, api.Op{ID: "get-opinion", Noun: "opinions", Path: "/opinions/{id}", Summary: "opinion.api.get"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiOpinion, error) {
			c, err := Get(ctx, tx, by, in.ID)
			out := c.api()
			if err == nil && c.Over(by) && MayRead(by) == nil {
				out.Count, err = Total(ctx, tx, c)
			}
			return out, err
		})
	api.Get(a, api.Op{ID: "get-opinion-text", Noun: "opinions", Path: "/opinions/{id}/text", Summary: "opinion.api.text"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiOpinionText, error) {
			c, err := Get(ctx, tx, by, in.ID)
			if err != nil {
				return apiOpinionText{}, err
			}
			d, err := Text(ctx, tx, c)
			return apiOpinionText{d.Blocks}, err
		})
	registerPointsAPI(a)
	type commentIn struct {
		api.ByID
		Body apiOpinionNote
	}
	type commentOut struct {
		Opinion string `json:"opinion"`
	}
	api.Do(a, api.Op{ID: "comment-on-opinion", Noun: "opinions", Path: "/opinions/{id}/comments", Summary: "opinion.api.comment"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *commentIn) (commentOut, error) {
			n := Note{Block: in.Body.Block, From: in.Body.From, To: in.Body.To, Text: in.Body.Text, Suggest: in.Body.Suggest}
			return commentOut{in.ID}, CommentOn(ctx, tx, by, in.ID, n)
		})
}

func registerPointsAPI(a *api.API) {
	type listIn struct {
		api.ByID
		api.Paging
		Answer string `query:"answer" enum:"open,taken,partly,not"`
	}
	api.List(a, api.Op{ID: "list-opinion-points", Noun: "opinions", Path: "/opinions/{id}/points", Summary: "opinion.api.points"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, from api.Cursor, limit int) ([]apiOpinionPoint, error) {
			c, err := Get(ctx, tx, by, in.ID)
			if err != nil {
				return nil, err
			}
			f := Filter{Answer: in.Answer}
			if f.Path, err = Readers(by, c); err != nil {
				return nil, err
			}
			place := from.At - 1
			all, err := Points(ctx, tx, c, f, place, number(from.ID), limit)
			out := make([]apiOpinionPoint, len(all))
			for i, p := range all {
				out[i] = apiOpinionPoint{
					ID: strconv.FormatInt(p.ID, 10), Unit: p.UnitKey, Source: p.Source, Name: p.Name, Block: p.Anchor.Block, Quote: p.Anchor.Quote, Text: p.Text, Suggest: p.Suggest,
					Answer: cmp.Or(string(p.Answer), "open"), Why: p.Why, place: int64(p.Place) + 1, id: p.ID,
				}
			}
			return out, err
		}, func(p apiOpinionPoint) api.Cursor { return api.Cursor{At: p.place, ID: strconv.FormatInt(p.id, 10)} })
}

// number reads the id of a cursor; what is none is 0.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
