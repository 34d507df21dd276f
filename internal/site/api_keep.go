package site

import (
	"context"
	"net/http"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

type apiSiteIn struct {
	api.ByID
	N int64 `path:"n"`
}

func seeSite(ctx context.Context, tx *db.Tx, by auth.Actor, in *apiSiteIn) (apiSite, error) {
	g, s, err := Get(ctx, tx, by, in.ID, in.N)
	if err != nil {
		return apiSite{}, err
	}
	counts, err := countsAt(ctx, tx, g.ID, []Site{s})
	return forAPI(s, counts[s.N]), err
}

type apiReady struct {
	Reason string `json:"reason,omitempty" doc:"Needed while lines of the checklist are not ticked"`
}

type apiChecks struct {
	Lines []int64 `json:"lines" doc:"Numbers of the lines that are in order; no others are"`
}

// registerKeeping adds what programs may change of sites.
func registerKeeping(a *api.API) {
	api.Get(a, api.Op{ID: "get-site", Noun: "sites", Path: "/conferences/{id}/sites/{n}", Summary: "site.api.one"}, seeSite)
	type addIn struct {
		api.ByID
		Body apiNewSite
	}
	api.Do(a, api.Op{ID: "add-site", Noun: "sites", Path: "/conferences/{id}/sites", Summary: "site.api.add"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *addIn) (apiSite, error) {
			s, err := Add(ctx, tx, by, in.ID, Form(in.Body))
			return forAPI(s, counted{}), err
		})
	type readyIn struct {
		api.ByID
		N    int64 `path:"n"`
		Body apiReady
	}
	api.Change(a, api.Op{ID: "ready-site", Noun: "sites", Path: "/conferences/{id}/sites/{n}/readiness", Summary: "site.api.ready"}, http.MethodPost,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *readyIn) (apiSite, error) {
			return seeSite(ctx, tx, by, &apiSiteIn{in.ByID, in.N})
		},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *readyIn, was apiSite) (apiSite, error) {
			if err := MakeReady(ctx, tx, by, in.ID, in.N, was.version, in.Body.Reason); err != nil {
				return apiSite{}, err
			}
			return seeSite(ctx, tx, by, &apiSiteIn{in.ByID, in.N})
		})
	api.Change(a, api.Op{ID: "close-site", Noun: "sites", Path: "/conferences/{id}/sites/{n}/closure", Summary: "site.api.close"}, http.MethodPost, seeSite,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *apiSiteIn, was apiSite) (apiSite, error) {
			if err := Close(ctx, tx, by, in.ID, in.N, was.version); err != nil {
				return apiSite{}, err
			}
			return seeSite(ctx, tx, by, in)
		})
	type checksIn struct {
		api.ByID
		N    int64 `path:"n"`
		Body apiChecks
	}
	api.Change(a, api.Op{ID: "check-site", Noun: "sites", Path: "/conferences/{id}/sites/{n}/checks", Summary: "site.api.check"}, http.MethodPut,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *checksIn) (apiSite, error) {
			return seeSite(ctx, tx, by, &apiSiteIn{in.ByID, in.N})
		},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *checksIn, was apiSite) (apiSite, error) {
			if err := TickLines(ctx, tx, by, in.ID, in.N, was.version, in.Body.Lines); err != nil {
				return apiSite{}, err
			}
			return seeSite(ctx, tx, by, &apiSiteIn{in.ByID, in.N})
		})
}
