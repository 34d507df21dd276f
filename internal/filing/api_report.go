package filing

import (
	"context"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
)

// apiReckoned is what an item of a report comes to.
type apiReckoned struct {
	Item     string     `json:"item" doc:"Key of the item"`
	Label    string     `json:"label"`
	Now      *apiAmount `json:"now,omitempty" doc:"In the period; left out where there is nothing"`
	Year     *apiAmount `json:"year,omitempty" doc:"Since the year of the period began"`
	LastYear *apiAmount `json:"last_year,omitempty" doc:"In the same period of the year before"`
	Signed   *int64     `json:"signed,omitempty" doc:"Of a tally item: what it was when the return that stands was made"`
	Why      string     `json:"why,omitempty" doc:"Key of the reason why a formula has no value" example:"formula.why.zero"`
}

// apiAmount is an exact figure: a fraction, with the two it is a share of.
type apiAmount struct {
	Value string `json:"value" doc:"As it is shown, rounded to the item's decimals, with a point" example:"99.16"`
	Exact string `json:"exact" doc:"The fraction itself" example:"355990/359"`
	Num   string `json:"num,omitempty" doc:"Of a share, what is divided"`
	Den   string `json:"den,omitempty" doc:"Of a share, by what"`
}

func amount(v formula.Value, it form.Item) *apiAmount {
	if !v.Is() {
		return nil
	}
	a := &apiAmount{Value: formula.Round(v.X, it.Decimals).FloatString(it.Decimals), Exact: v.X.RatString()}
	if v.Of[0] != nil {
		a.Num, a.Den = v.Of[0].RatString(), v.Of[1].RatString()
	}
	return a
}

// RegisterReports adds what programs may ask of reports; sources are what tally
// items are read from.
func RegisterReports(sources form.Sources) func(*api.API) {
	type in struct {
		api.ByID
		Unit string `path:"unit"`
		Own  bool   `query:"own" doc:"Only what the unit itself returned, not what stands under it"`
	}
	type out struct {
		Period string        `json:"period"`
		Unit   string        `json:"unit"`
		Lines  []apiReckoned `json:"lines"`
	}
	return func(a *api.API) {
		api.Get(a, api.Op{ID: "period-report", Noun: "forms", Path: "/periods/{id}/report/{unit}", Summary: "filing.api.report"},
			func(ctx context.Context, tx *db.Tx, by auth.Actor, q *in) (out, error) {
				o := out{Period: q.ID, Unit: q.Unit}
				r, err := GetRound(ctx, tx, by, q.ID)
				if err != nil {
					return o, err
				}
				u, _, err := r.on(ctx, tx, by, q.Unit)
				if err != nil {
					return o, err
				}
				b, err := r.Open(ctx, tx, by, sources, Whose{Unit: u, All: !q.Own})
				if err != nil {
					return o, err
				}
				for _, it := range r.Form.Items {
					if it.Kind != form.Text {
						o.Lines = append(o.Lines, b.forAPI(it))
					}
				}
				return o, nil
			})
	}
}

func (b *Book) forAPI(it form.Item) apiReckoned {
	now := b.Now(it.Key)
	x := apiReckoned{Item: it.Key, Label: b.Round.Form.Called(it), Now: amount(now, it), Year: amount(b.Year(it.Key), it), LastYear: amount(b.LastYear(it.Key), it)}
	if !now.Is() && it.Kind == form.Formula {
		x.Why = now.Why.Key
	}
	if was, ok := b.Signed(it.Key); ok {
		x.Signed = &was.N
	}
	return x
}
