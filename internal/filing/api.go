package filing

import (
	"context"
	"strconv"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

type apiPeriod struct {
	ID      string     `json:"id"`
	Form    string     `json:"form"`
	N       int64      `json:"n" doc:"From 1"`
	Name    string     `json:"name" example:"Tháng 3/2025"`
	From    vn.Day     `json:"from" format:"date"`
	To      vn.Day     `json:"to" format:"date" doc:"First day after it"`
	LastDay vn.Day     `json:"last_day" format:"date" doc:"By which it is to be returned"`
	State   form.Stage `json:"state" enum:"open,closed"`
	Sheet   string     `json:"sheet" doc:"Where it is counted: /figures/{sheet}/{unit}"`
}

// Href is the period's address.
func (p apiPeriod) Href() string { return "/periods/" + p.ID }

type apiRow struct {
	Unit     string           `json:"unit" example:"tccs-07"`
	Name     string           `json:"name"`
	Received int64            `json:"received" doc:"Returns that stand at and under it"`
	Due      int64            `json:"due" doc:"Returns that are due at and under it"`
	Figures  map[string]int64 `json:"figures" doc:"What the returns at and under it add up to, by key of the item; items of which nothing was returned are left out"`
}

type apiLack struct {
	Unit string `json:"unit" example:"tccs-07"`
	Name string `json:"name"`
}

// apiReturn answers a return.
type apiReturn struct {
	Period  string     `json:"period"`
	Unit    string     `json:"unit" example:"tccs-07"`
	N       int64      `json:"n" doc:"Number of the return that stands; send it as seen to correct it. 0 if there is none"`
	At      *time.Time `json:"at,omitempty"`
	By      string     `json:"by,omitempty"`
	Stands  bool       `json:"stands" doc:"false if nothing was returned, or it was withdrawn"`
	Figures Figures    `json:"figures,omitempty" doc:"By key of the item; not in the answer to a return"`
	Texts   Texts      `json:"texts,omitempty" doc:"By key of the item; not in the answer to a return"`
}

// Href is the return's address.
func (r apiReturn) Href() string { return "/periods/" + r.Period + "/returns/" + r.Unit }

func (p Period) forAPI() apiPeriod {
	return apiPeriod{p.ID, p.Form, p.N, p.Name, p.From, p.To, p.LastDay, p.State, strconv.FormatInt(p.Sheet, 10)}
}

// RegisterAPI adds what programs may ask of periods and returns.
func RegisterAPI(a *api.API) {
	type periodsIn struct {
		api.ByID
		api.Paging
	}
	api.List(a, api.Op{ID: "list-periods", Noun: "forms", Path: "/forms/{id}/periods", Summary: "filing.api.periods"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *periodsIn, after api.Cursor, limit int) ([]apiPeriod, error) {
			if _, err := form.Get(ctx, tx, by, in.ID); err != nil {
				return nil, err
			}
			all, err := Periods(ctx, tx, in.ID, after.At, limit)
			var out []apiPeriod
			for _, p := range all {
				out = append(out, p.forAPI())
			}
			return out, err
		}, func(p apiPeriod) api.Cursor { return api.Cursor{At: p.N} })
	api.Get(a, api.Op{ID: "get-period", Noun: "forms", Path: "/periods/{id}", Summary: "filing.api.period"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiPeriod, error) {
			r, err := GetRound(ctx, tx, by, in.ID)
			return r.Period.forAPI(), err
		})
	registerFigures(a)
	registerReturns(a)
}

func registerFigures(a *api.API) {
	type figuresIn struct {
		api.ByID
		Unit string `path:"unit"`
		api.Paging
		Lanes []string `query:"lanes"`
	}
	api.Pages(a, api.Op{ID: "period-figures", Noun: "forms", Path: "/periods/{id}/figures/{unit}", Summary: "filing.api.figures"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *figuresIn, after api.Cursor, limit int) ([]apiRow, api.Cursor, error) {
			r, err := GetRound(ctx, tx, by, in.ID)
			if err != nil {
				return nil, api.Cursor{}, err
			}
			places, err := r.lanes(in.Lanes)
			if err != nil {
				return nil, api.Cursor{}, err
			}
			_, _, rows, next, err := r.Table(ctx, tx, by, in.Unit, tally.Place(after.At), limit)
			var out []apiRow
			for _, x := range rows {
				one := apiRow{Unit: x.Key, Name: x.Name, Received: x.Received(), Due: x.Due, Figures: map[string]int64{}}
				for _, n := range places {
					if sum, ok := x.Figure(n); ok {
						one.Figures[r.Form.Items[n-1].Key] = sum
					}
				}
				out = append(out, one)
			}
			return out, api.Cursor{At: int64(next)}, err
		})
	type lackIn struct {
		api.ByID
		Unit string `path:"unit"`
		api.Paging
	}
	api.Pages(a, api.Op{ID: "period-lacking", Noun: "forms", Path: "/periods/{id}/lacking/{unit}", Summary: "filing.api.lacking"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *lackIn, after api.Cursor, limit int) ([]apiLack, api.Cursor, error) {
			r, err := GetRound(ctx, tx, by, in.ID)
			if err != nil {
				return nil, api.Cursor{}, err
			}
			_, rows, next, err := r.Lacking(ctx, tx, by, in.Unit, tally.Place(after.At), limit)
			var out []apiLack
			for _, x := range rows {
				out = append(out, apiLack{x.Key, x.Name})
			}
			return out, api.Cursor{At: int64(next)}, err
		})
}

// lanes returns the places of items by their keys: the first few if none are
// named.
func (r *Round) lanes(keys []string) ([]int, error) {
	w, places := fault.Wrong{}, []int(nil)
	if len(keys) > Shown {
		w.Add("lanes", "filing.error.lanes", Shown)
	}
	for _, key := range keys {
		n := r.place[key]
		if n == 0 {
			w.Add("lanes", "filing.error.unknown")
		}
		places = append(places, n)
	}
	if len(keys) == 0 {
		all := r.counted()
		places = all[:min(Shown, len(all))]
	}
	return places, w.Err()
}

func registerReturns(a *api.API) {
	type returnIn struct {
		api.ByID
		Unit string `path:"unit"`
	}
	api.Get(a, api.Op{ID: "get-return", Noun: "forms", Path: "/periods/{id}/returns/{unit}", Summary: "filing.api.return"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *returnIn) (apiReturn, error) {
			r, err := GetRound(ctx, tx, by, in.ID)
			if err != nil {
				return apiReturn{}, err
			}
			u, err := org.Get(ctx, tx, by, in.Unit)
			if err != nil {
				return apiReturn{}, err
			}
			_, x, err := newest(ctx, tx, in.ID, u.ID)
			out := x.forAPI(in.ID, in.Unit)
			if err == nil && x.Stands() {
				out.Figures = x.Figures(r.Form)
				out.Texts, err = TextsOf(ctx, tx, in.ID, x)
			}
			return out, err
		})
	type submitIn struct {
		api.ByID
		Unit string `path:"unit"`
		Body struct {
			Seen    int64   `json:"seen,omitempty" doc:"Number of the return that is corrected, 0 for none"`
			Figures Figures `json:"figures" doc:"Whole numbers by key of the item, of 10^-decimals if it has some. An item that is left out, or null, is empty, which is not zero"`
			Texts   Texts   `json:"texts,omitempty" doc:"By key of the items that are texts"`
			Reason  string  `json:"reason,omitempty" doc:"Why a return is corrected"`
		}
	}
	api.Do(a, api.Op{ID: "submit-return", Noun: "forms", Path: "/periods/{id}/returns/{unit}", Summary: "filing.api.submit"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *submitIn) (apiReturn, error) {
			x, err := File(ctx, tx, by, in.ID, in.Unit, Entry{in.Body.Seen, in.Body.Figures, in.Body.Texts, in.Body.Reason})
			return x.forAPI(in.ID, in.Unit), err
		})
	type withdrawIn struct {
		api.ByID
		Unit string `path:"unit"`
		Body struct {
			Seen   int64  `json:"seen" doc:"Number of the return that is withdrawn"`
			Reason string `json:"reason"`
		}
	}
	api.Do(a, api.Op{ID: "withdraw-return", Noun: "forms", Path: "/periods/{id}/returns/{unit}/withdrawal", Summary: "filing.api.withdraw"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *withdrawIn) (apiReturn, error) {
			x, err := Withdraw(ctx, tx, by, in.ID, in.Unit, in.Body.Seen, in.Body.Reason)
			return x.forAPI(in.ID, in.Unit), err
		})
}

func (r Return) forAPI(period, unit string) apiReturn {
	return apiReturn{Period: period, Unit: unit, N: r.N, At: api.When(r.At), By: r.ActorName, Stands: r.Stands()}
}
