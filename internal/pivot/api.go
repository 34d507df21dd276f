package pivot

import (
	"context"
	"strconv"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

type apiPivotCell struct {
	Unit   string `json:"unit" example:"tccs-07"`
	Name   string `json:"name"`
	Own    bool   `json:"own,omitempty" doc:"What the unit returned itself, for those under it have cells of their own"`
	Period string `json:"period"`
	Item   string `json:"item" doc:"Key of the item"`
	Value  string `json:"value,omitempty" doc:"As it is shown, with a point; left out where there is none" example:"12.5"`
	Why    string `json:"why,omitempty" doc:"Key of the reason why there is no value" example:"filing.why.extreme"`
	Sheet  string `json:"sheet,omitempty" doc:"Where the figure is counted: /figures/{sheet}/{unit}; left out of formulas"`
	Lane   string `json:"lane,omitempty" doc:"In which lane of the sheet" example:"value_1"`
}

// RegisterAPI adds what programs may ask of pivots.
func RegisterAPI(a *api.API) {
	type in struct {
		Unit  string   `path:"unit"`
		Form  string   `query:"form" required:"true"`
		Items []string `query:"items" doc:"Keys of at most 20 items; the first of the form if there are none"`
		From  string   `query:"from" doc:"Id of the first period"`
		To    string   `query:"to" doc:"Id of the last period; the newest 12 if there are none"`
		Level Level    `query:"level" enum:"children,two,self" default:"children"`
		api.Paging
	}
	api.Pages(a, api.Op{ID: "pivot-figures", Noun: "figures", Path: "/units/{unit}/pivot", Summary: "pivot.api.cells"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, q *in, after api.Cursor, limit int) ([]apiPivotCell, api.Cursor, error) {
			y := Layout{}
			y.settle()
			p, err := Get(ctx, tx, by, q.Unit, Ask{Form: q.Form, Items: q.Items, From: q.From, To: q.To, Level: q.Level, After: int(after.At), Limit: limit, Cells: apiCells, Layout: y})
			if err != nil {
				return nil, api.Cursor{}, err
			}
			var out []apiPivotCell
			for _, l := range p.Lines {
				for i, r := range p.Rounds {
					for n, it := range p.Items {
						c := p.Period(l, i, n)
						if c.State == Blank || c.State == Outside {
							continue
						}
						one := apiPivotCell{Unit: l.Key, Name: l.Name, Own: l.Own, Period: r.Period.ID, Item: it.Key, Why: c.Why.Key, Lane: c.Lane}
						if c.State == Figure {
							one.Value = exact(c)
						}
						if c.Sheet != 0 {
							one.Sheet = strconv.FormatInt(c.Sheet, 10)
						}
						out = append(out, one)
					}
				}
			}
			return out, api.Cursor{At: int64(p.Next)}, nil
		})
}

const apiCells = 20_000 // of one answer
