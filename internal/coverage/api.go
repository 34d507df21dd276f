package coverage

import (
	"context"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/clause"
	"nhipcau/internal/db"
)

// apiCoverage is who carries out the clauses of a paper, as programs see it.
type apiCoverage struct {
	ID      string       `json:"id" doc:"Id of the directive or the plan"`
	Rollout string       `json:"rollout,omitempty" doc:"Id of the rollout looked at"`
	Under   string       `json:"under,omitempty" doc:"Key of the unit looked at"`
	Due     int64        `json:"due" doc:"Units there that owe a plan"`
	Adopted int64        `json:"adopted" doc:"Those that have adopted one"`
	Clauses []apiCovered `json:"clauses"`
}

// Href is the page of the coverage.
func (c apiCoverage) Href() string { return "/directives/" + c.ID + "/coverage" }

type apiCovered struct {
	ID    string `json:"id"`
	N     string `json:"n" example:"II.3.a"`
	Text  string `json:"text"`
	Depth int    `json:"depth" doc:"1 for the highest"`
	Count int64  `json:"count" doc:"Units whose adopted plan carries it out"`
	Via   string `json:"via,omitempty" doc:"Number of the clause it stands under that is carried out as a whole"`
	Open  bool   `json:"open" doc:"Nobody carries it out"`
}

func coverForAPI(c Coverage) apiCoverage {
	out := apiCoverage{ID: c.Paper.ID, Rollout: c.Rollout.ID, Under: c.Top.Key, Due: c.Due, Adopted: c.Adopted, Clauses: []apiCovered{}}
	for _, r := range c.Rows {
		out.Clauses = append(out.Clauses, apiCovered{r.ID, r.N, r.Text, r.Depth, r.Count, r.Via, r.Open()})
	}
	return out
}

// RegisterAPI adds what programs may ask of coverage.
func RegisterAPI(a *api.API) {
	type coverIn struct {
		api.ByID
		Rollout string `query:"rollout" doc:"Id of the rollout looked at; the newest if absent"`
		Under   string `query:"under" doc:"Key of the unit looked at"`
	}
	for _, k := range []string{clause.Directive, clause.Plan} {
		api.Get(a, api.Op{ID: "cover-" + k, Noun: "plans", Path: "/" + k + "s/{id}/coverage", Summary: "coverage.api"},
			func(ctx context.Context, tx *db.Tx, by auth.Actor, in *coverIn) (apiCoverage, error) {
				c, err := Of(ctx, tx, by, clause.Paper{Kind: k, ID: in.ID}, Look{in.Rollout, in.Under})
				return coverForAPI(c), err
			})
	}
}
