package guidance

import (
	"context"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

type apiGuidance struct {
	ID        string             `json:"id"`
	Month     vn.Day             `json:"month" format:"date" doc:"Its first day"`
	Title     string             `json:"title"`
	Body      string             `json:"body"`
	Owner     string             `json:"owner" doc:"Key of the unit that publishes it" example:"doan-khoi"`
	Kind      string             `json:"kind,omitempty" doc:"Units of this kind are asked; of any kind if absent"`
	Depth     int64              `json:"depth,omitempty" doc:"Units so many steps below are asked; all if absent"`
	LastDay   vn.Day             `json:"last_day" format:"date" doc:"By which units report"`
	State     Stage              `json:"state" enum:"draft,published,withdrawn"`
	Edition   int64              `json:"edition" doc:"Of the text that stands, from 1"`
	EnteredAt time.Time          `json:"entered_at"`
	Points    []apiGuidancePoint `json:"points,omitempty" doc:"Not in lists"`
}

// Href is the address of guidance.
func (g apiGuidance) Href() string { return "/guidance/" + g.ID }

type apiGuidancePoint struct {
	Text string `json:"text"`
	Word string `json:"word" doc:"What is counted of it"`
}

type apiGuidanceStanding struct {
	Unit     string  `json:"unit" example:"tccs-07"`
	Name     string  `json:"name"`
	Due      int64   `json:"due" doc:"Units at and under it that are asked"`
	Received int64   `json:"received"`
	Reported int64   `json:"reported" doc:"Units that have reported on some point"`
	Done     int64   `json:"done" doc:"Units that have reported on every point"`
	Counts   []int64 `json:"counts" doc:"What was done of each point, in their order"`
}

type apiGuidanceLack struct {
	Unit string `json:"unit" example:"tccs-07"`
	Name string `json:"name"`
}

type apiGuidanceReceipt struct {
	Guidance string `json:"guidance"`
	Unit     string `json:"unit" example:"tccs-07"`
	Edition  int64  `json:"edition" doc:"That the unit has received"`
	N        int64  `json:"n,omitempty" doc:"Of a report: its number, to be sent as seen when it is corrected"`
}

func (g Guidance) forAPI() apiGuidance {
	out := apiGuidance{
		ID: g.ID, Month: g.Month, Title: g.Title, Body: g.Body, Owner: g.UnitKey, Kind: g.Kind, Depth: g.Depth, LastDay: g.LastDay, State: g.State,
		Edition: g.Edition, EnteredAt: g.EnteredAt,
	}
	for _, p := range g.Points {
		out.Points = append(out.Points, apiGuidancePoint(p))
	}
	return out
}

func (r Row) forAPI() apiGuidanceStanding {
	return apiGuidanceStanding{Unit: r.Key, Name: r.Name, Due: r.Due, Received: r.Received, Reported: r.Reported, Done: r.Done, Counts: r.counts}
}

// RegisterAPI adds what programs may ask of guidance.
func RegisterAPI(a *api.API) {
	type listIn struct{ api.Paging }
	api.List(a, api.Op{ID: "list-guidance", Noun: "guidance", Path: "/guidance", Summary: "guidance.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, _ *listIn, after api.Cursor, limit int) ([]apiGuidance, error) {
			all, err := listAfter(ctx, tx, by, after.At, after.ID, limit)
			var out []apiGuidance
			for _, g := range all {
				out = append(out, g.forAPI())
			}
			return out, err
		}, func(g apiGuidance) api.Cursor { return api.Cursor{At: g.EnteredAt.Unix(), ID: g.ID} })
	api.Get(a, api.Op{ID: "get-guidance", Noun: "guidance", Path: "/guidance/{id}", Summary: "guidance.api.one"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiGuidance, error) {
			g, err := Get(ctx, tx, by, in.ID)
			return g.forAPI(), err
		})
	registerStandings(a)
	registerReports(a)
}

type apiGuidanceIn struct {
	api.ByID
	Unit string `path:"unit"`
}

// stood returns guidance that was published and a unit that by may see.
func stood(ctx context.Context, tx *db.Tx, by auth.Actor, in apiGuidanceIn) (Guidance, org.Unit, error) {
	g, err := Get(ctx, tx, by, in.ID)
	if err != nil {
		return g, org.Unit{}, err
	}
	u, err := org.Get(ctx, tx, by, in.Unit)
	if err == nil && g.State == Draft {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return g, u, err
}

func registerStandings(a *api.API) {
	api.Get(a, api.Op{ID: "guidance-standing", Noun: "guidance", Path: "/guidance/{id}/units/{unit}", Summary: "guidance.api.standing"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *apiGuidanceIn) (apiGuidanceStanding, error) {
			g, u, err := stood(ctx, tx, by, *in)
			if err != nil {
				return apiGuidanceStanding{}, err
			}
			top, _, _, err := Table(ctx, tx, by, g, u, 0, 1)
			return top.forAPI(), err
		})
	type underIn struct {
		api.ByID
		Unit string `path:"unit"`
		api.Paging
	}
	api.Pages(a, api.Op{ID: "guidance-under", Noun: "guidance", Path: "/guidance/{id}/units/{unit}/under", Summary: "guidance.api.under"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *underIn, after api.Cursor, limit int) ([]apiGuidanceStanding, api.Cursor, error) {
			g, u, err := stood(ctx, tx, by, apiGuidanceIn{in.ByID, in.Unit})
			if err != nil {
				return nil, api.Cursor{}, err
			}
			_, rows, next, err := Table(ctx, tx, by, g, u, tally.Place(after.At), limit)
			var out []apiGuidanceStanding
			for _, r := range rows {
				out = append(out, r.forAPI())
			}
			return out, api.Cursor{At: int64(next)}, err
		})
	type lackIn struct {
		api.ByID
		Unit string `path:"unit"`
		api.Paging
		What string `query:"what" enum:"received,done" default:"received" doc:"What they lack"`
	}
	api.Pages(a, api.Op{ID: "guidance-lacking", Noun: "guidance", Path: "/guidance/{id}/units/{unit}/lacking", Summary: "guidance.api.lacking"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *lackIn, after api.Cursor, limit int) ([]apiGuidanceLack, api.Cursor, error) {
			g, u, err := stood(ctx, tx, by, apiGuidanceIn{in.ByID, in.Unit})
			if err != nil {
				return nil, api.Cursor{}, err
			}
			all, next, err := Lacking(ctx, tx, by, g, u, in.What == "done", tally.Place(after.At), limit)
			var out []apiGuidanceLack
			for _, c := range all {
				out = append(out, apiGuidanceLack{c.Key, c.Name})
			}
			return out, api.Cursor{At: int64(next)}, err
		})
}

func registerReports(a *api.API) {
	api.Do(a, api.Op{ID: "receive-guidance", Noun: "guidance", Path: "/guidance/{id}/receipt", Summary: "guidance.api.receive"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiGuidanceReceipt, error) {
			if err := Receive(ctx, tx, by, in.ID); err != nil {
				return apiGuidanceReceipt{}, err
			}
			s, err := standingOf(ctx, tx, in.ID, by.Unit)
			return apiGuidanceReceipt{Guidance: in.ID, Unit: by.UnitKey, Edition: s.Edition}, err
		})
	type reportIn struct {
		api.ByID
		Point int64 `path:"point" minimum:"1" doc:"From 1"`
		Body  struct {
			Seen  int64  `json:"seen,omitempty" doc:"Number of the report that is corrected, 0 for none"`
			Count int64  `json:"count" doc:"How often it was done; 0 bears a note"`
			Day   vn.Day `json:"day,omitempty" format:"date" doc:"Of the last time"`
			Note  string `json:"note,omitempty" doc:"Needed with 0, and for a correction"`
		}
	}
	api.Do(a, api.Op{ID: "report-guidance", Noun: "guidance", Path: "/guidance/{id}/deeds/{point}", Summary: "guidance.api.report"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *reportIn) (apiGuidanceReceipt, error) {
			x := Deed{Point: in.Point, Count: in.Body.Count, Day: in.Body.Day, Note: in.Body.Note}
			if err := Report(ctx, tx, by, in.ID, in.Body.Seen, x, file.Blob{}); err != nil {
				return apiGuidanceReceipt{}, err
			}
			s, err := standingOf(ctx, tx, in.ID, by.Unit)
			return apiGuidanceReceipt{Guidance: in.ID, Unit: by.UnitKey, Edition: s.Edition, N: in.Body.Seen + 1}, err
		})
}
