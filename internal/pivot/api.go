package pivot

import (
	"context"
	"strconv"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
)

type apiPivotCell struct {
	Unit   string `json:"unit" example:"tccs-07"`
	Name   string `json:"name"`
	Own    bool   `json:"own,omitempty" doc:"What the unit returned itself, for those under it have cells of their own"`
	Period string `json:"period"`
	Item   string `json:"item" doc:"Key of the item"`
	State  State  `json:"state" enum:"figure,blank,none" doc:"blank: nothing was returned, which is not 0; none: it does not add up or cannot be worked out"`
	Value  string `json:"value,omitempty" doc:"As it is shown, with a point; left out where there is none" example:"12.5"`
	Why    string `json:"why,omitempty" doc:"Key of the reason why there is no value" example:"filing.why.extreme"`
	Sheet  string `json:"sheet,omitempty" doc:"Where the figure is counted: /figures/{sheet}/{unit}; left out of formulas"`
	Lane   string `json:"lane,omitempty" doc:"In which lane of the sheet" example:"value_1"`
}

// RegisterAPI adds what programs may ask of pivots.
func RegisterAPI(a *api.API) {
	type in struct {
		Unit  string   `path:"unit"`
		Form  string   `query:"form"`
		Items []string `query:"items"`
		From  string   `query:"from"`
		To    string   `query:"to"`
		Level Level    `query:"level" enum:"children,two,self" default:"children"`
		api.Paging
	}
	api.Pages(a, api.Op{ID: "pivot-figures", Noun: "figures", Path: "/units/{unit}/pivot", Summary: "pivot.api.cells"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, q *in, after api.Cursor, limit int) ([]apiPivotCell, api.Cursor, error) {
			y := Layout{}
			y.settle()
			if q.Form == "" {
				var err error
				if q.Form, err = newestOf(ctx, tx, by, q.Unit); err != nil || q.Form == "" {
					return nil, api.Cursor{}, err
				}
			}
			p, err := Get(ctx, tx, by, q.Unit, Ask{Form: q.Form, Items: q.Items, From: q.From, To: q.To, Level: q.Level, After: int(after.At), Limit: limit, Cells: apiCells, Layout: y})
			if err != nil {
				return nil, api.Cursor{}, err
			}
			var out []apiPivotCell
			for _, l := range p.Lines {
				for i, r := range p.Rounds {
					for n, it := range p.Items {
						c := p.Period(l, i, n)
						if c.State == Outside {
							continue
						}
						one := apiPivotCell{Unit: l.Key, Name: l.Name, Own: l.Own, Period: r.Period.ID, Item: it.Key, State: c.State, Why: c.Why.Key, Lane: c.Lane}
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

// newestOf returns the newest form that is asked of a unit that by may see, "" if there
// is none.
func newestOf(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string) (string, error) {
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return "", err
	}
	forms, err := form.List(ctx, tx, by, "", 0, formsShown)
	if err != nil {
		return "", err
	}
	return newest(ctx, tx, forms, u.ID)
}

const apiCells = 20_000 // of one answer
