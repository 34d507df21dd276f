package level

import (
	"context"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// apiLevel is a level of a conference's plan as programs see it.
type apiLevel struct {
	N        int64      `json:"n" doc:"From 1"`
	Kind     string     `json:"kind,omitempty" doc:"Units of this kind hold a conference"`
	Depth    int64      `json:"depth,omitempty" doc:"Or those so many steps under the host"`
	Audience string     `json:"audience"`
	Length   int64      `json:"length,omitempty"`
	LengthIn string     `json:"length_in" enum:"half_days,hours"`
	Day      vn.Day     `json:"day" format:"date" doc:"Of the deadline"`
	Wording  vn.Wording `json:"wording" enum:"before,until" doc:"before: the day before is the last"`
	Papers   []string   `json:"papers" doc:"To hand in: plan, minutes, attendance, reflection, report"`
	Told     bool       `json:"told" doc:"All units have been told"`
	Due      int64      `json:"due" doc:"Units that are to hold one, of those you see"`
	Begun    int64      `json:"begun" doc:"Of these, with a conference"`
	Held     int64      `json:"held" doc:"Of these, with one that is closed"`
}

type apiNewLevel struct {
	Kind     string     `json:"kind,omitempty"`
	Depth    int64      `json:"depth,omitempty"`
	Audience string     `json:"audience"`
	Length   int64      `json:"length,omitempty"`
	LengthIn string     `json:"length_in,omitempty" enum:"half_days,hours"`
	Day      vn.Day     `json:"day" format:"date"`
	Wording  vn.Wording `json:"wording" enum:"before,until"`
	Papers   []string   `json:"papers,omitempty"`
}

func forAPI(l Level, c Counts) apiLevel {
	papers := l.Papers
	if papers == nil {
		papers = []string{}
	}
	return apiLevel{
		l.N, l.Kind, l.Depth, l.Audience, l.Length, l.LengthIn, l.Deadline.Day, l.Deadline.Wording, papers, l.Told, c.Due, c.Begun, c.Held,
	}
}

// RegisterAPI adds what programs may ask of the levels of conferences.
func RegisterAPI(a *api.API) {
	type listIn struct {
		api.ByID
		api.Paging
	}
	api.List(a, api.Op{ID: "list-levels", Noun: "conferences", Path: "/conferences/{id}/levels", Summary: "level.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiLevel, error) {
			c, all, err := List(ctx, tx, by, in.ID)
			if err != nil {
				return nil, err
			}
			top, err := top(ctx, tx, by, c.Unit)
			out := []apiLevel{}
			for _, l := range all {
				if err != nil || l.N <= after.At || len(out) == limit {
					continue
				}
				var v tally.Vec
				if l.Sheet != 0 {
					v, err = tally.Total(ctx, tx, l.Sheet, top.ID)
				}
				out = append(out, forAPI(l, countsOf(v)))
			}
			return out, err
		}, func(l apiLevel) api.Cursor { return api.Cursor{At: l.N} })
	type addIn struct {
		api.ByID
		Body apiNewLevel
	}
	api.Do(a, api.Op{ID: "add-level", Noun: "conferences", Path: "/conferences/{id}/levels", Summary: "level.api.add"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *addIn) (apiLevel, error) {
			b := in.Body
			l, err := Add(ctx, tx, by, in.ID, Form{
				Kind: b.Kind, Depth: b.Depth, Audience: b.Audience, Length: b.Length, LengthIn: b.LengthIn,
				Deadline: vn.Deadline{Day: b.Day, Wording: b.Wording}, Papers: b.Papers,
			})
			return forAPI(l, Counts{}), err
		})
}
