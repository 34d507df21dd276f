package clause

import (
	"context"
	"net/http"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
)

// apiList is the clauses of a directive as programs see them.
type apiList struct {
	Directive string      `json:"directive" doc:"Id of the directive"`
	Clauses   []apiClause `json:"clauses"`

	version int64
}

// Href is the page of the directive, which shows them.
func (l apiList) Href() string { return "/directives/" + l.Directive }

type apiClause struct {
	ID    string `json:"id" doc:"Stays when the clause is worded or numbered anew"`
	N     string `json:"n" example:"II.3.a"`
	Depth int    `json:"depth" doc:"1 for the highest"`
	Text  string `json:"text"`
	Used  bool   `json:"used" doc:"Some plan says that it carries it out"`
}

func see(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiList, error) {
	d, err := directive.Get(ctx, tx, by, in.ID)
	if err != nil {
		return apiList{}, err
	}
	p := Paper{Directive, d.ID}
	list, err := ListOf(ctx, tx, p)
	if err != nil {
		return apiList{}, err
	}
	all, err := Of(ctx, tx, p)
	out := apiList{Directive: d.ID, Clauses: []apiClause{}, version: list.Version}
	for _, c := range all {
		out.Clauses = append(out.Clauses, apiClause{c.ID, c.N, c.Depth, c.Text, c.Used})
	}
	return out, err
}

// RegisterAPI adds what programs may ask of clauses.
func RegisterAPI(a *api.API) {
	api.Get(a, api.Op{ID: "list-clauses", Noun: "directives", Path: "/directives/{id}/clauses", Summary: "clause.api.list"}, see)
	type clausesIn struct {
		api.ByID
		Body struct {
			Text string `json:"text" doc:"A clause on each line, with its number: \"I. …\", \"1. …\", \"a) …\""`
		}
	}
	api.Change(a, api.Op{ID: "set-clauses", Noun: "directives", Path: "/directives/{id}/clauses", Summary: "clause.api.set"}, http.MethodPut,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *clausesIn) (apiList, error) {
			return see(ctx, tx, by, &in.ByID)
		},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *clausesIn, was apiList) (apiList, error) {
			if err := Set(ctx, tx, by, in.ID, was.version, in.Body.Text); err != nil {
				return apiList{}, err
			}
			return see(ctx, tx, by, &in.ByID)
		})
}
