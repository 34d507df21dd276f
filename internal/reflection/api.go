package reflection

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

type apiReflections struct {
	Conference string   `json:"conference"`
	State      Stage    `json:"state" enum:"draft,open,closed"`
	Asks       string   `json:"asks" enum:"attended,invited" doc:"Who has to hand in"`
	LastDay    vn.Day   `json:"last_day" format:"date"`
	Rule       string   `json:"rule" enum:"pass,points"`
	Questions  []string `json:"questions"`
	Sheet      string   `json:"sheet,omitempty" doc:"Where it is counted: /figures/{sheet}/{unit}; absent until it is opened"`
}

type apiReflectionPaper struct {
	Member   string     `json:"member" doc:"Key"`
	Name     string     `json:"name"`
	Unit     string     `json:"unit" doc:"Key of the home unit"`
	Due      bool       `json:"due" doc:"Has to hand in"`
	State    string     `json:"state" enum:"missing,handed,returned,accepted" doc:"missing: no paper stands"`
	Late     bool       `json:"late"`
	Grade    *float64   `json:"grade,omitempty" doc:"Points from 0 to 10, or 1 for passed and 0 for not"`
	Passed   bool       `json:"passed"`
	HandedAt *time.Time `json:"handed_at,omitempty"`

	id int64
}

// RegisterAPI adds what programs may ask of papers: how they stand, never their texts.
func RegisterAPI(a *api.API) {
	api.Get(a, api.Op{ID: "get-reflections", Noun: "conferences", Path: "/conferences/{id}/reflections", Summary: "reflection.api.get"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiReflections, error) {
			s, err := Find(ctx, tx, by, in.ID)
			out := apiReflections{Conference: s.Conference, State: s.State, Asks: s.Asks, LastDay: s.LastDay, Rule: s.Rule, Questions: s.Questions}
			if s.Sheet != 0 {
				out.Sheet = strconv.FormatInt(s.Sheet, 10)
			}
			return out, err
		})
	type listIn struct {
		api.ByID
		api.Paging
		State string `query:"state" enum:"missing,handed,returned,accepted,late"`
	}
	api.List(a, api.Op{ID: "list-reflection-papers", Noun: "conferences", Path: "/conferences/{id}/reflections/papers", Summary: "reflection.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiReflectionPaper, error) {
			s, err := Find(ctx, tx, by, in.ID)
			if err != nil {
				return nil, err
			}
			if err := mayList(by); err != nil {
				return nil, err
			}
			if by.Path == "" {
				return nil, fault.New(fault.NotFound, "error.not_found")
			}
			f := Filter{State: in.State, Path: by.Path}
			if by.Unit == s.Unit {
				f.Path = "/"
			}
			all, err := People(ctx, tx, s, f, after.At, limit)
			out := make([]apiReflectionPaper, len(all))
			for i, p := range all {
				out[i] = apiReflectionPaper{Member: p.MemberKey, Name: p.Name, Unit: p.UnitKey, Due: p.Due, State: cmp.Or(string(p.State), "missing"), Late: p.Late, Passed: p.Passed, id: p.Member}
				if p.Grade >= 0 {
					points := float64(p.Grade) / 10
					out[i].Grade = &points
				}
				if p.State != Nothing {
					at := p.HandedAt
					out[i].HandedAt = &at
				}
			}
			return out, err
		}, func(p apiReflectionPaper) api.Cursor { return api.Cursor{At: p.id} })
}
