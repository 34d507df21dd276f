package rollout

import (
	"context"
	"strconv"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// apiRollout is a rollout as programs see it.
type apiRollout struct {
	ID         string     `json:"id"`
	Title      string     `json:"title"`
	Note       string     `json:"note,omitempty"`
	State      State      `json:"state" enum:"draft,submitted,approved,open,withdrawn,replaced"`
	Host       string     `json:"host" doc:"Name of the unit that rolls out"`
	Scope      string     `json:"scope" doc:"Key of the unit under which units are obliged" example:"doan-khoi"`
	OpeningDay vn.Day     `json:"opening_day,omitempty" format:"date" doc:"Day on which who is due was frozen"`
	Sheet      string     `json:"sheet,omitempty" doc:"Where it is counted: /figures/{sheet}/{unit}; absent until approved"`
	EnteredBy  string     `json:"entered_by"`
	EnteredAt  time.Time  `json:"entered_at"`
	Sample     bool       `json:"sample" doc:"Deadlines made up for a demonstration"`
	Directives []apiPaper `json:"directives,omitempty" doc:"Not in lists"`
	Demands    []apiAsked `json:"demands,omitempty" doc:"What it asks of units, by level; not in lists"`
}

// Href is the rollout's address.
func (r apiRollout) Href() string { return "/rollouts/" + r.ID }

type apiPaper struct {
	Directive string `json:"directive" doc:"Id of the directive"`
	Mode      Mode   `json:"mode" enum:"study,inform"`
}

type apiAsked struct {
	Step    Step   `json:"step" enum:"hold,reach,adopt,report"`
	Level   int    `json:"level" doc:"1 for units directly under the scope"`
	Due     vn.Day `json:"due" format:"date" doc:"Last day on which it is kept"`
	Percent int64  `json:"percent,omitempty" doc:"Share of members to reach"`
}

// apiProgress is how one unit stands.
type apiProgress struct {
	Unit    string           `json:"unit" doc:"Key of the unit" example:"tccs-07"`
	Name    string           `json:"name"`
	Steps   []apiStanding    `json:"steps"`
	Figures map[string]int64 `json:"figures" doc:"The unit's own figures, by lane"`

	path string
}

type apiStanding struct {
	Step     Step       `json:"step" enum:"hold,reach,adopt,report"`
	Due      vn.Day     `json:"due" format:"date" doc:"Last day on which it is kept"`
	Extended bool       `json:"extended" doc:"Whether that day was put off"`
	Standing Standing   `json:"standing" enum:"done,declared,late,extended,soon,waiting,ended" doc:"How it stands today"`
	DoneAt   *time.Time `json:"done_at,omitempty"`
	InTime   bool       `json:"in_time" doc:"Done on or before its last day"`
	Source   string     `json:"source,omitempty" doc:"Kind of the record that fulfilled it"`
	SourceID string     `json:"source_id,omitempty"`
}

func forAPI(r Rollout) apiRollout {
	out := apiRollout{
		ID: r.ID, Title: r.Title, Note: r.Note, State: r.State, Host: r.UnitName, Scope: r.ScopeKey, OpeningDay: r.OpeningDay,
		EnteredBy: r.EnteredName, EnteredAt: r.EnteredAt, Sample: r.Sample,
	}
	if r.Sheet != 0 {
		out.Sheet = strconv.FormatInt(r.Sheet, 10)
	}
	return out
}

// RegisterAPI adds what programs may ask of rollouts.
func RegisterAPI(a *api.API) {
	type listIn struct {
		api.Paging
		Query string `query:"q"`
		State string `query:"state" enum:"draft,submitted,approved,open,withdrawn,replaced"`
	}
	api.List(a, api.Op{ID: "list-rollouts", Noun: "rollouts", Path: "/rollouts", Summary: "rollout.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiRollout, error) {
			all, err := listAfter(ctx, tx, by, in.Query, State(in.State), after.At, after.ID, limit)
			out := make([]apiRollout, len(all))
			for i, r := range all {
				out[i] = forAPI(r)
			}
			return out, err
		}, func(r apiRollout) api.Cursor { return api.Cursor{At: r.EnteredAt.Unix(), ID: r.ID} })
	api.Get(a, api.Op{ID: "get-rollout", Noun: "rollouts", Path: "/rollouts/{id}", Summary: "rollout.api.one"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiRollout, error) {
			return oneForAPI(ctx, tx, by, in.ID)
		})
	type progressIn struct {
		api.ByID
		api.Paging
		Under string `query:"under"`
	}
	api.List(a, api.Op{ID: "rollout-progress", Noun: "rollouts", Path: "/rollouts/{id}/progress", Summary: "rollout.api.progress"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *progressIn, after api.Cursor, limit int) ([]apiProgress, error) {
			return progressForAPI(ctx, tx, by, in.ID, in.Under, after.ID, limit)
		}, func(p apiProgress) api.Cursor { return api.Cursor{ID: p.path} })
}

func oneForAPI(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (apiRollout, error) {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return apiRollout{}, err
	}
	out := forAPI(r)
	papers, modes, err := Directives(ctx, tx, by, r)
	if err != nil {
		return apiRollout{}, err
	}
	for i, d := range papers {
		out.Directives = append(out.Directives, apiPaper{d.ID, modes[i]})
	}
	demands, err := Demands(ctx, tx, r)
	for _, d := range demands {
		out.Demands = append(out.Demands, apiAsked{d.Step, d.Level, d.Deadline.Last(), d.Percent})
	}
	return out, err
}

// progressForAPI returns how units of by's subtree stand with a rollout: those at
// and under a unit, all if it is "", at most limit after a path.
func progressForAPI(ctx context.Context, tx *db.Tx, by auth.Actor, id, under, after string, limit int) ([]apiProgress, error) {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	top := by.Path
	if under != "" {
		u, err := org.Get(ctx, tx, by, under)
		if err != nil {
			return nil, err
		}
		top = u.Path
	}
	owing, err := obligedAfter(ctx, tx, by, r, top, after, limit)
	if err != nil {
		return nil, err
	}
	var out []apiProgress
	var units []int64
	for _, o := range owing {
		if len(units) == 0 || units[len(units)-1] != o.Unit {
			units = append(units, o.Unit)
			out = append(out, apiProgress{Unit: o.UnitKey, Name: o.UnitName, Figures: map[string]int64{}, path: o.path})
		}
		p := &out[len(out)-1]
		p.Steps = append(p.Steps, apiStanding{
			Step: o.Step, Due: o.Due, Extended: o.Extended != "", Standing: o.Standing(vn.DayOf(tx.Now)), DoneAt: api.When(o.DoneAt),
			InTime: o.Kept(), Source: o.Source.Kind, SourceID: o.Source.ID,
		})
	}
	nodes, err := tally.NodesOf(ctx, tx, r.Sheet, units)
	for i, u := range units {
		for _, lane := range kind.Lanes {
			if l := kind.Lane(lane); nodes[u].Own.Has(l) {
				out[i].Figures[lane] = nodes[u].Own.Get(l)
			}
		}
	}
	return out, err
}
