package report

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
)

// apiReport is a report as programs see it. Its figures lie apart: they move by
// what others do, and would make every report change without anybody touching it.
type apiReport struct {
	ID        string            `json:"id"`
	Form      string            `json:"form" example:"study"`
	Rollout   string            `json:"rollout" doc:"Id of the rollout reported on"`
	Unit      string            `json:"unit" doc:"Key of the unit that reports" example:"tccs-07"`
	State     State             `json:"state" enum:"draft,submitted,returned,accepted"`
	EnteredBy string            `json:"entered_by"`
	EnteredAt time.Time         `json:"entered_at"`
	Answers   map[string]string `json:"answers,omitempty" doc:"What was written, by item; not in lists"`
	Figures   string            `json:"figures" doc:"Address of its figures"`

	version int64
}

// Href is the report's address.
func (r apiReport) Href() string { return "/reports/" + r.ID }

type apiReportFigures struct {
	Report string    `json:"report"`
	Moved  bool      `json:"moved" doc:"Whether any figure has changed since the report was signed"`
	Lines  []apiLine `json:"lines"`
}

type apiLine struct {
	Item   string  `json:"item" example:"persons"`
	Signed int64   `json:"signed" doc:"As signed; as now while nothing is signed"`
	Now    int64   `json:"now"`
	Of     *apiOf  `json:"of,omitempty" doc:"The denominator, if the line has one"`
	Posts  *string `json:"posts,omitempty" doc:"Address of the posts that make the figure now"`
}

type apiOf struct {
	Signed int64 `json:"signed"`
	Now    int64 `json:"now"`
}

type apiBegin struct {
	Rollout string `json:"rollout" doc:"Id of the rollout reported on"`
}

type apiAnswers struct {
	Answers map[string]string `json:"answers" doc:"By item; an item that is absent stays as it is, an empty text takes it off"`
}

func forAPI(r Report) apiReport {
	return apiReport{
		ID: r.ID, Form: r.Form, Rollout: r.Rollout, Unit: r.UnitKey, State: r.State, EnteredBy: r.EnteredName, EnteredAt: r.EnteredAt,
		Answers: r.Answers, Figures: api.Prefix + "/reports/" + r.ID + "/figures", version: r.Version,
	}
}

func see(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (apiReport, error) {
	r, err := Get(ctx, tx, by, id)
	return forAPI(r), err
}

// RegisterAPI adds what programs may ask of reports.
func RegisterAPI(a *api.API) {
	type listIn struct {
		api.Paging
		Rollout string `query:"rollout"`
		Unit    string `query:"unit"`
		State   string `query:"state" enum:"draft,submitted,returned,accepted"`
		Query   string `query:"q"`
	}
	api.List(a, api.Op{ID: "list-reports", Noun: "reports", Path: "/reports", Summary: "report.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiReport, error) {
			var unit int64
			if in.Unit != "" {
				u, err := org.Get(ctx, tx, by, in.Unit)
				if err != nil {
					return nil, err
				}
				unit = u.ID
			}
			all, err := listAfter(ctx, tx, by, Filter{Rollout: in.Rollout, State: State(in.State), Query: in.Query}, unit, after.At, after.ID, limit)
			out := make([]apiReport, len(all))
			for i, r := range all {
				out[i] = forAPI(r)
			}
			return out, err
		}, func(r apiReport) api.Cursor { return api.Cursor{At: r.EnteredAt.Unix(), ID: r.ID} })
	seen := func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiReport, error) {
		return see(ctx, tx, by, in.ID)
	}
	api.Get(a, api.Op{ID: "get-report", Noun: "reports", Path: "/reports/{id}", Summary: "report.api.one"}, seen)
	api.Get(a, api.Op{ID: "get-report-figures", Noun: "reports", Path: "/reports/{id}/figures", Summary: "report.api.figures"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiReportFigures, error) {
			r, err := Get(ctx, tx, by, in.ID)
			if err != nil {
				return apiReportFigures{}, err
			}
			f, err := Count(ctx, tx, r)
			return f.forAPI(r), err
		})
	api.Post(a, api.Op{ID: "begin-report", Noun: "reports", Path: "/reports", Summary: "report.api.begin"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *struct{ Body apiBegin }) (apiReport, error) {
			r, err := Begin(ctx, tx, by, in.Body.Rollout)
			return forAPI(r), err
		})
	type writeIn struct {
		api.ByID
		Body apiAnswers
	}
	api.Change(a, api.Op{ID: "write-report", Noun: "reports", Path: "/reports/{id}", Summary: "report.api.write"}, http.MethodPatch,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *writeIn) (apiReport, error) {
			return see(ctx, tx, by, in.ID)
		},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *writeIn, was apiReport) (apiReport, error) {
			all := maps.Clone(was.Answers)
			maps.Copy(all, in.Body.Answers)
			if err := Write(ctx, tx, by, in.ID, was.version, all); err != nil {
				return apiReport{}, err
			}
			return see(ctx, tx, by, in.ID)
		})
	api.Change(a, api.Op{ID: "submit-report", Noun: "reports", Path: "/reports/{id}/submission", Summary: "report.api.submit"}, http.MethodPost, seen,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID, was apiReport) (apiReport, error) {
			if err := Submit(ctx, tx, by, in.ID, was.version); err != nil {
				return apiReport{}, err
			}
			return see(ctx, tx, by, in.ID)
		})
}

func (f Figures) forAPI(r Report) apiReportFigures {
	out := apiReportFigures{Report: r.ID, Moved: f.Moved(), Lines: []apiLine{}}
	for i, now := range f.Now {
		signed := f.Signed[i]
		l := apiLine{Item: now.Item.Key, Signed: signed.Value, Now: now.Value}
		if now.HasOf {
			l.Of = &apiOf{signed.Of, now.Of}
		}
		if len(now.Item.Value) == 1 {
			at := api.Prefix + "/figures/" + strconv.FormatInt(r.Sheet, 10) + "/" + r.UnitKey + "/" + now.Lane() + "/posts"
			l.Posts = &at
		}
		out.Lines = append(out.Lines, l)
	}
	return out
}
