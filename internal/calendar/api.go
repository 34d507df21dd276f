package calendar

import (
	"context"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/cycle"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

type apiCycleRule struct {
	Depth int64  `json:"depth,omitempty" doc:"How far under the owner, 1 directly; 0 for any"`
	Kind  string `json:"kind,omitempty" doc:"Kind of the unit, none for any"`
	Rule  string `json:"rule" example:"day 20 roll" doc:"As rule of the form"`
}

type apiCycle struct {
	Form    string         `json:"form"`
	Kind    cycle.Kind     `json:"kind,omitempty" enum:"week,month,quarter,half,year,campaign,term" doc:"None while the form has no cycle"`
	First   int            `json:"first,omitempty" doc:"The day a month begins: 1 for calendar months; above 1 that day of the month before, as 15 for state bodies"`
	From    vn.Day         `json:"from,omitempty" doc:"First day of a campaign, or of any one term"`
	To      vn.Day         `json:"to,omitempty" doc:"First day after a campaign"`
	Years   int            `json:"years,omitempty" doc:"How long a term is"`
	Rule    string         `json:"rule,omitempty" example:"day 5+1 roll" doc:"By when units owe it that no level fits: \"day 20\" of the month in which the period ends, \"day 5+1\" of the month after, \"after 3\" days, \"work 3\" working days; with \" roll\" a day off gives way to the next working day"`
	Levels  []apiCycleRule `json:"levels,omitempty" doc:"The first that fits a unit is its"`
	Ahead   bool           `json:"ahead" doc:"A period opens by itself on its first day"`
	Next    vn.Day         `json:"next,omitempty" doc:"On which the next one does"`
	By      string         `json:"by,omitempty"`
	At      *time.Time     `json:"at,omitempty"`
	Version int64          `json:"version" doc:"0 while the form has no cycle"`
}

// Href is the plan's address.
func (p apiCycle) Href() string { return "/forms/" + p.Form + "/cycle" }

func (p Plan) forAPI() apiCycle {
	c := p.Cycle
	out := apiCycle{Form: p.Form, Kind: c.Kind, First: c.First, From: c.From, To: c.To, Years: c.Years, Ahead: p.Ahead, Next: p.Next, By: p.ActorName, At: api.When(p.At), Version: p.Version}
	if p.Version > 0 {
		out.Rule = p.Rule.String()
	}
	for _, l := range p.Levels {
		out.Levels = append(out.Levels, apiCycleRule{l.Depth, l.Kind, l.Rule.String()})
	}
	return out
}

type apiOpenedPeriod struct {
	ID      string `json:"id" doc:"Of the period"`
	Name    string `json:"name" example:"Tháng 3/2025"`
	LastDay vn.Day `json:"last_day" format:"date"`
}

// Href is the period's address.
func (p apiOpenedPeriod) Href() string { return "/periods/" + p.ID }

type apiDeadline struct {
	Level int64  `json:"level" doc:"From 1; 0 are units that no other fits"`
	Depth int64  `json:"depth,omitempty"`
	Kind  string `json:"kind,omitempty"`
	Last  vn.Day `json:"last_day" format:"date"`
}

type apiDeadlines struct {
	Period string        `json:"period"`
	Levels []apiDeadline `json:"levels" doc:"The first that fits a unit is its"`
}

type apiPunctualMark struct {
	Period   string   `json:"period"`
	Name     string   `json:"name" example:"Tháng 3/2025"`
	State    Punctual `json:"state" enum:"in_time,late,missing,waiting,unasked,several" doc:"several: it is of many units, and only the counts say how they stand"`
	Received int64    `json:"received"`
	InTime   int64    `json:"in_time"`
	Due      int64    `json:"due"`
}

type apiPunctualLine struct {
	Unit  string            `json:"unit" example:"tccs-07"`
	Name  string            `json:"name"`
	Marks []apiPunctualMark `json:"marks" doc:"The oldest period first"`
}

// RegisterAPI adds what programs may ask of the calendar of forms; off knows the
// days on which offices do not work.
func RegisterAPI(off Off) func(a *api.API) {
	return func(a *api.API) {
		registerPlan(a, off)
		registerDays(a)
		registerPunctuality(a)
	}
}

func registerPlan(a *api.API, off Off) {
	see := func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (apiCycle, error) {
		if _, err := form.Get(ctx, tx, by, id); err != nil {
			return apiCycle{}, err
		}
		p, err := Get(ctx, tx, id)
		return p.forAPI(), err
	}
	api.Get(a, api.Op{ID: "get-cycle", Noun: "forms", Path: "/forms/{id}/cycle", Summary: "calendar.api.plan"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiCycle, error) {
			return see(ctx, tx, by, in.ID)
		})
	type cycleIn struct {
		api.ByID
		Body struct {
			Version int64          `json:"version" doc:"Of the cycle that is changed, 0 for none"`
			Kind    cycle.Kind     `json:"kind" enum:"week,month,quarter,half,year,campaign,term"`
			First   int            `json:"first,omitempty"`
			From    vn.Day         `json:"from,omitempty"`
			To      vn.Day         `json:"to,omitempty"`
			Years   int            `json:"years,omitempty"`
			Rule    string         `json:"rule"`
			Levels  []apiCycleRule `json:"levels,omitempty"`
			Ahead   bool           `json:"ahead,omitempty"`
		}
	}
	api.Do(a, api.Op{ID: "set-cycle", Noun: "forms", Path: "/forms/{id}/cycle", Summary: "calendar.api.set"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *cycleIn) (apiCycle, error) {
			b := in.Body
			p := Plan{Cycle: cycle.Cycle{Kind: b.Kind, First: b.First, From: b.From, To: b.To, Years: b.Years}, Ahead: b.Ahead}
			p.Rule, _ = cycle.ParseRule(b.Rule) // what is none is refused by Set
			for _, l := range b.Levels {
				r, _ := cycle.ParseRule(l.Rule)
				p.Levels = append(p.Levels, Level{l.Depth, l.Kind, r})
			}
			p, err := Set(ctx, tx, by, in.ID, b.Version, p)
			return p.forAPI(), err
		})
	api.Do(a, api.Op{ID: "open-next-period", Noun: "periods", Path: "/forms/{id}/cycle/next", Summary: "calendar.api.open"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiOpenedPeriod, error) {
			p, err := OpenNext(ctx, tx, by, in.ID, off)
			return apiOpenedPeriod{p.ID, p.Name, p.LastDay}, err
		})
}

func duesOf(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (apiDeadlines, error) {
	r, err := filing.GetRound(ctx, tx, by, id)
	if err != nil {
		return apiDeadlines{}, err
	}
	out := apiDeadlines{Period: id}
	for _, l := range r.LastDays() {
		out.Levels = append(out.Levels, apiDeadline{l.N, l.Depth, l.Kind, l.Last})
	}
	out.Levels = append(out.Levels, apiDeadline{Last: r.Period.LastDay})
	return out, nil
}

func registerDays(a *api.API) {
	api.Get(a, api.Op{ID: "period-deadlines", Noun: "periods", Path: "/periods/{id}/deadlines", Summary: "calendar.api.deadlines"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiDeadlines, error) {
			return duesOf(ctx, tx, by, in.ID)
		})
	type moveIn struct {
		api.ByID
		Body struct {
			Level  int64  `json:"level,omitempty" doc:"0: units that no level fits"`
			Last   vn.Day `json:"last_day"`
			Reason string `json:"reason"`
		}
	}
	api.Do(a, api.Op{ID: "move-deadline", Noun: "periods", Path: "/periods/{id}/deadlines", Summary: "calendar.api.move"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *moveIn) (apiDeadlines, error) {
			if err := Move(ctx, tx, by, in.ID, in.Body.Level, in.Body.Last, in.Body.Reason); err != nil {
				return apiDeadlines{}, err
			}
			return duesOf(ctx, tx, by, in.ID)
		})
	type exceptIn struct {
		api.ByID
		Body struct {
			Unit   string `json:"unit" example:"tccs-07"`
			Whole  bool   `json:"whole,omitempty" doc:"And all under it"`
			Last   vn.Day `json:"last_day"`
			Reason string `json:"reason"`
		}
	}
	type apiMoreTime struct {
		N    int64  `json:"n" doc:"By which it is ended"`
		Unit string `json:"unit"`
		Last vn.Day `json:"last_day" format:"date"`
	}
	api.Do(a, api.Op{ID: "except-unit", Noun: "periods", Path: "/periods/{id}/exceptions", Summary: "calendar.api.except"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *exceptIn) (apiMoreTime, error) {
			x, err := Except(ctx, tx, by, in.ID, in.Body.Unit, in.Body.Whole, in.Body.Last, in.Body.Reason)
			return apiMoreTime{x.N, x.UnitKey, x.Last}, err
		})
	type endIn struct {
		api.ByID
		N int64 `path:"n"`
	}
	api.Do(a, api.Op{ID: "end-exception", Noun: "periods", Path: "/periods/{id}/exceptions/{n}/end", Summary: "calendar.api.end"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *endIn) (apiDeadlines, error) {
			if err := EndException(ctx, tx, by, in.ID, in.N); err != nil {
				return apiDeadlines{}, err
			}
			return duesOf(ctx, tx, by, in.ID)
		})
	type callIn struct {
		api.ByID
		Unit string `path:"unit"`
	}
	type apiPeriodCall struct {
		Lacking int64 `json:"lacking" doc:"Returns that are missing at and under the unit"`
	}
	api.Do(a, api.Op{ID: "remind-lacking", Noun: "periods", Path: "/periods/{id}/calls/{unit}", Summary: "calendar.api.remind"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *callIn) (apiPeriodCall, error) {
			if err := Remind(ctx, tx, by, in.ID, in.Unit); err != nil {
				return apiPeriodCall{}, err
			}
			n, err := lacking(ctx, tx, by, in.ID, in.Unit)
			return apiPeriodCall{n}, err
		})
}

func registerPunctuality(a *api.API) {
	type historyIn struct {
		api.ByID
		Unit string `path:"unit"`
		api.Paging
	}
	api.Pages(a, api.Op{ID: "form-punctuality", Noun: "forms", Path: "/forms/{id}/punctuality/{unit}", Summary: "calendar.api.punctuality"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *historyIn, after api.Cursor, limit int) ([]apiPunctualLine, api.Cursor, error) {
			h, err := Punctuality(ctx, tx, by, in.ID, in.Unit, tally.Place(after.At), limit)
			if err != nil {
				return nil, api.Cursor{}, err
			}
			lines := h.Lines
			if after.None() {
				lines = append([]Line{h.Top}, lines...)
			}
			var out []apiPunctualLine
			for _, l := range lines {
				one := apiPunctualLine{Unit: l.Key, Name: l.Name, Marks: []apiPunctualMark{}}
				for i, m := range l.Marks {
					one.Marks = append(one.Marks, apiPunctualMark{h.Periods[i].ID, h.Periods[i].Name, m.State, m.Received, m.InTime, m.Due})
				}
				out = append(out, one)
			}
			return out, api.Cursor{At: int64(h.Next)}, nil
		})
}

// lacking counts the returns that are missing at and under a unit.
func lacking(ctx context.Context, tx *db.Tx, by auth.Actor, id, key string) (int64, error) {
	r, err := filing.GetRound(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	row, err := rowOf(ctx, tx, by, r, key)
	if err != nil {
		return 0, err
	}
	return row.Due - row.Received(), nil
}

// rowOf returns how a unit that by may see stands in a round.
func rowOf(ctx context.Context, tx *db.Tx, by auth.Actor, r filing.Round, key string) (filing.Row, error) {
	_, top, _, _, err := r.Table(ctx, tx, by, key, 0, 1)
	if fault.Is(err, fault.NotFound) {
		return filing.Row{}, nil // not on the sheet: nothing is missing
	}
	return top, err
}
