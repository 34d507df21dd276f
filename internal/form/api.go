package form

import (
	"context"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

type apiForm struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Owner     string    `json:"owner" doc:"Key of the unit that asks" example:"doan-khoi"`
	Asks      Asks      `json:"asks" enum:"leaf,under,all" doc:"Who is asked: units with none under them, those directly under the owner, all under it"`
	State     Stage     `json:"state" enum:"draft,open,closed"`
	Edition   int64     `json:"edition" doc:"The edition in use, from 1"`
	Steps     Steps     `json:"steps" enum:"0,1,2" doc:"What a return goes through: 0 none, 1 signed and accepted, 2 approved before that"`
	EnteredAt time.Time `json:"entered_at"`
	Items     []apiItem `json:"items,omitempty" doc:"Not in lists"`
}

// Href is the form's address.
func (f apiForm) Href() string { return "/forms/" + f.ID }

type apiItem struct {
	Key      string `json:"key"`
	Section  string `json:"section,omitempty"`
	Label    string `json:"label"`
	Word     string `json:"word,omitempty" doc:"What is counted"`
	Kind     Kind   `json:"kind" enum:"figure,yesno,formula,tally,text" doc:"Figures and yes or no are entered and counted, formulas and tally items are worked out, texts are written"`
	Decimals int    `json:"decimals,omitempty" doc:"Figures are whole numbers of 10^-decimals"`
	Over     Over   `json:"over" enum:"sum,last,min,max" doc:"How the figures of several periods make one"`
	Needed   bool   `json:"needed" doc:"A return without it is refused"`
	Low      int64  `json:"low" doc:"Least figure taken"`
	High     int64  `json:"high" doc:"Largest figure taken"`
	Formula  string `json:"formula,omitempty" doc:"Of a formula, over the keys of other items"`
	Source   string `json:"source,omitempty" doc:"Of a tally item, what of the house is counted"`
	Of       string `json:"of,omitempty" doc:"Key of the item this one accompanies"`
	Part     string `json:"part,omitempty" doc:"What of it: estimate, or a part of it"`
}

func forAPI(f Form) apiForm {
	out := apiForm{ID: f.ID, Title: f.Title, Owner: f.UnitKey, Asks: f.Asks, State: f.State, Edition: f.Edition, Steps: f.Steps, EnteredAt: f.EnteredAt}
	for _, i := range f.Items {
		out.Items = append(out.Items, apiItem(i))
	}
	return out
}

// RegisterAPI adds what programs may ask of forms.
func RegisterAPI(a *api.API) {
	type listIn struct{ api.Paging }
	api.List(a, api.Op{ID: "list-forms", Noun: "forms", Path: "/forms", Summary: "form.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiForm, error) {
			all, err := listAfter(ctx, tx, by, after.At, after.ID, limit)
			var out []apiForm
			for _, f := range all {
				out = append(out, forAPI(f))
			}
			return out, err
		}, func(f apiForm) api.Cursor { return api.Cursor{At: f.EnteredAt.Unix(), ID: f.ID} })
	api.Get(a, api.Op{ID: "get-form", Noun: "forms", Path: "/forms/{id}", Summary: "form.api.one"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiForm, error) {
			f, err := Get(ctx, tx, by, in.ID)
			return forAPI(f), err
		})
}
