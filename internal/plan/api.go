package plan

import (
	"context"
	"net/http"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// apiPlan is a plan as programs see it.
type apiPlan struct {
	ID        string          `json:"id"`
	Rollout   string          `json:"rollout" doc:"Id of the rollout it is for"`
	Unit      string          `json:"unit" doc:"Key of the unit" example:"tccs-07"`
	Title     string          `json:"title"`
	Basis     string          `json:"basis,omitempty" doc:"The papers it goes by, in words"`
	Organised string          `json:"organisation,omitempty" doc:"How it is carried out, in words"`
	State     State           `json:"state" enum:"draft,submitted,adopted"`
	Symbol    string          `json:"symbol,omitempty" doc:"Number and symbol of its paper" example:"12-CTr/ĐU"`
	PaperDay  vn.Day          `json:"paper_day,omitempty" format:"date" doc:"Day of that paper"`
	Edition   int64           `json:"edition,omitempty" doc:"Version of its text that was adopted"`
	EnteredBy string          `json:"entered_by"`
	EnteredAt time.Time       `json:"entered_at"`
	AdoptedBy string          `json:"adopted_by,omitempty"`
	Office    string          `json:"office,omitempty" doc:"In which it was adopted"`
	AdoptedAt *time.Time      `json:"adopted_at,omitempty"`
	Goals     []apiGoal       `json:"goals,omitempty" doc:"Not in lists"`
	Targets   []apiPlanTarget `json:"targets,omitempty" doc:"Not in lists"`
	Tasks     []apiTask       `json:"tasks,omitempty" doc:"Not in lists"`

	version int64
}

// Href is the plan's address.
func (p apiPlan) Href() string { return "/plans/" + p.ID }

type apiGoal struct {
	ID      string   `json:"id,omitempty" pattern:"^[a-z]{8}$" doc:"Name of the row, which stays; a new one gets it by itself"`
	Carries []string `json:"carries,omitempty" doc:"Ids of the clauses it carries out"`
	Text    string   `json:"text"`
	Target  string   `json:"target,omitempty" doc:"Value aimed at, in words"`
}

type apiPlanTarget struct {
	ID        string   `json:"id,omitempty" pattern:"^[a-z]{8}$" doc:"Name of the row, which stays; a new one gets it by itself"`
	Carries   []string `json:"carries,omitempty" doc:"Ids of the clauses it carries out"`
	Indicator string   `json:"indicator" doc:"What is counted, in words"`
	Value     string   `json:"value" doc:"As it is written" example:"95,5"`
	Unit      string   `json:"unit,omitempty" example:"%"`
	Direction string   `json:"direction,omitempty" enum:"up,down" doc:"Whether the value is the least or the most; up if absent"`
}

type apiTask struct {
	ID          string     `json:"id,omitempty" pattern:"^[a-z]{8}$" doc:"Name of the row, which stays; a new one gets it by itself"`
	Carries     []string   `json:"carries,omitempty" doc:"Ids of the clauses it carries out"`
	Text        string     `json:"text"`
	Lead        string     `json:"lead" doc:"Who leads it; exactly one does: words, or the key or the name of a unit"`
	LeadUnit    string     `json:"lead_unit,omitempty" doc:"Key of the unit that leads it; what is sent is not read"`
	Partners    string     `json:"partners,omitempty"`
	Deliverable string     `json:"deliverable" doc:"What it ends in and can be shown"`
	Day         vn.Day     `json:"day" format:"date"`
	Wording     vn.Wording `json:"wording,omitempty" enum:"before,until" doc:"Whether the day itself is too late; until if absent"`
}

type apiPlanText struct {
	Title        string          `json:"title"`
	Basis        string          `json:"basis,omitempty"`
	Organisation string          `json:"organisation,omitempty"`
	Goals        []apiGoal       `json:"goals,omitempty"`
	Targets      []apiPlanTarget `json:"targets,omitempty"`
	Tasks        []apiTask       `json:"tasks,omitempty"`
}

type apiNewPlan struct {
	Rollout      string          `json:"rollout" doc:"Id of the rollout it is for"`
	Title        string          `json:"title"`
	Basis        string          `json:"basis,omitempty"`
	Organisation string          `json:"organisation,omitempty"`
	Goals        []apiGoal       `json:"goals,omitempty"`
	Targets      []apiPlanTarget `json:"targets,omitempty"`
	Tasks        []apiTask       `json:"tasks,omitempty"`
}

func (n apiNewPlan) text() apiPlanText {
	return apiPlanText{n.Title, n.Basis, n.Organisation, n.Goals, n.Targets, n.Tasks}
}

func forAPI(p Plan) apiPlan {
	out := apiPlan{
		ID: p.ID, Rollout: p.Rollout, Unit: p.UnitKey, Title: p.Title, Basis: p.Basis, Organised: p.Organisation, State: p.State,
		Symbol: p.Symbol, PaperDay: p.PaperDay, Edition: p.Edition, EnteredBy: p.EnteredName, EnteredAt: p.EnteredAt,
		AdoptedBy: p.AdoptedBy, Office: p.AdoptedOffice, AdoptedAt: api.When(p.AdoptedAt), version: p.Version,
	}
	for _, g := range p.Goals {
		out.Goals = append(out.Goals, apiGoal{g.ID, g.Carries, g.Text, g.Target})
	}
	for _, t := range p.Targets {
		out.Targets = append(out.Targets, apiPlanTarget{t.ID, t.Carries, t.Indicator, t.Value, t.Unit, t.Direction})
	}
	for _, t := range p.Tasks {
		out.Tasks = append(out.Tasks, apiTask{t.ID, t.Carries, t.Text, t.Lead, t.LeadKey, t.Partners, t.Deliverable, t.Deadline.Day, t.Deadline.Wording})
	}
	return out
}

func (n apiPlanText) form() Form {
	f := Form{Title: n.Title, Basis: n.Basis, Organisation: n.Organisation}
	for _, g := range n.Goals {
		f.Goals = append(f.Goals, Goal{g.ID, g.Text, g.Target, g.Carries})
	}
	for _, t := range n.Targets {
		f.Targets = append(f.Targets, Target{t.ID, t.Indicator, t.Value, t.Unit, t.Direction, t.Carries})
	}
	for _, t := range n.Tasks {
		d := vn.Deadline{Day: t.Day, Wording: vn.Until}
		if t.Wording == vn.Before {
			d.Wording = vn.Before
		}
		f.Tasks = append(f.Tasks, Task{ID: t.ID, Text: t.Text, Lead: t.Lead, Partners: t.Partners, Deliverable: t.Deliverable, Deadline: d, Carries: t.Carries})
	}
	return f
}

func see(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiPlan, error) {
	p, err := Get(ctx, tx, by, in.ID)
	return forAPI(p), err
}

// RegisterAPI returns what adds the operations on plans; then follows an adoption.
func RegisterAPI(then Then) func(*api.API) {
	return func(a *api.API) {
		registerRead(a)
		registerWrite(a)
		registerAdopt(a, then)
	}
}

func registerRead(a *api.API) {
	type listIn struct {
		api.Paging
		Rollout string `query:"rollout"`
		Unit    string `query:"unit"`
		State   string `query:"state" enum:"draft,submitted,adopted"`
		Query   string `query:"q"`
	}
	api.List(a, api.Op{ID: "list-plans", Noun: "plans", Path: "/plans", Summary: "plan.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiPlan, error) {
			f := Filter{Rollout: in.Rollout, State: State(in.State), Query: in.Query}
			if in.Unit != "" {
				u, err := org.Get(ctx, tx, by, in.Unit)
				if err != nil {
					return nil, err
				}
				f.Unit = u.ID
			}
			all, err := listAfter(ctx, tx, by, f, after.At, after.ID, limit)
			out := make([]apiPlan, len(all))
			for i, p := range all {
				out[i] = forAPI(p)
			}
			return out, err
		}, func(p apiPlan) api.Cursor { return api.Cursor{At: p.EnteredAt.Unix(), ID: p.ID} })
	api.Get(a, api.Op{ID: "get-plan", Noun: "plans", Path: "/plans/{id}", Summary: "plan.api.one"}, see)
}

func registerWrite(a *api.API) {
	api.Post(a, api.Op{ID: "enter-plan", Noun: "plans", Path: "/plans", Summary: "plan.api.enter"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *struct{ Body apiNewPlan }) (apiPlan, error) {
			p, err := Enter(ctx, tx, by, in.Body.Rollout, in.Body.text().form())
			return forAPI(p), err
		})
	type writeIn struct {
		api.ByID
		Body apiPlanText
	}
	api.Change(a, api.Op{ID: "write-plan", Noun: "plans", Path: "/plans/{id}", Summary: "plan.api.write"}, http.MethodPut,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *writeIn) (apiPlan, error) {
			return see(ctx, tx, by, &in.ByID)
		},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *writeIn, was apiPlan) (apiPlan, error) {
			if err := Amend(ctx, tx, by, in.ID, was.version, in.Body.form()); err != nil {
				return apiPlan{}, err
			}
			return see(ctx, tx, by, &in.ByID)
		})
	api.Change(a, api.Op{ID: "submit-plan", Noun: "plans", Path: "/plans/{id}/submission", Summary: "plan.api.submit"}, http.MethodPost, see,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID, was apiPlan) (apiPlan, error) {
			if err := Submit(ctx, tx, by, in.ID, was.version); err != nil {
				return apiPlan{}, err
			}
			return see(ctx, tx, by, in)
		})
}

// apiAdoption is what is said at an adoption; nothing where the register is to give
// the number.
type apiAdoption struct {
	Symbol string `json:"symbol,omitempty" doc:"Number and symbol of a paper numbered elsewhere" example:"12-CTr/ĐU"`
	Day    vn.Day `json:"day,omitempty" format:"date" doc:"Day of that paper"`
}

func registerAdopt(a *api.API, then Then) {
	type adoptIn struct {
		api.ByID
		Body *apiAdoption
	}
	api.Change(a, api.Op{ID: "adopt-plan", Noun: "plans", Path: "/plans/{id}/adoption", Summary: "plan.api.adopt"}, http.MethodPost,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *adoptIn) (apiPlan, error) {
			return see(ctx, tx, by, &in.ByID)
		},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *adoptIn, was apiPlan) (apiPlan, error) {
			d := Adoption{Then: then}
			if in.Body != nil {
				d.Symbol, d.Day = in.Body.Symbol, in.Body.Day
			}
			if err := Adopt(ctx, tx, by, in.ID, was.version, d); err != nil {
				return apiPlan{}, err
			}
			return see(ctx, tx, by, &in.ByID)
		})
}
