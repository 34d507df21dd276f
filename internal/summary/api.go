package summary

import (
	"context"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/form"
	"nhipcau/internal/wording"
)

// apiSummary is a unit's report of a period as programs see it.
type apiSummary struct {
	Period   string       `json:"period"`
	Unit     string       `json:"unit" example:"tccs-07"`
	Name     string       `json:"name"`
	Received int64        `json:"received" doc:"Returns that stand at and under it"`
	Due      int64        `json:"due" doc:"Returns that are due at and under it"`
	Passages []apiPassage `json:"passages" doc:"One for each text of the form"`
}

// Href is the address of the report.
func (s apiSummary) Href() string { return href(s.Period, s.Unit) }

type apiPassage struct {
	Item    string      `json:"item" doc:"Key of the item"`
	Label   string      `json:"label"`
	N       int64       `json:"n" doc:"Number of what stands; send it as seen to write another. 0 if the unit has written nothing"`
	Text    string      `json:"text" doc:"As it was written: {key}, {a/b} and {a%b} name figures, {trên key:100} one as a bound"`
	Reads   string      `json:"reads" doc:"With the figures that stand now"`
	By      string      `json:"by,omitempty"`
	At      *time.Time  `json:"at,omitempty"`
	Figures []apiNamed  `json:"figures,omitempty" doc:"That the text names, in its order"`
	From    []apiSource `json:"from,omitempty" doc:"Units whose words were taken over"`
}

type apiNamed struct {
	Name  string `json:"name" example:"{lop}"`
	Now   string `json:"now" example:"35"`
	Exact string `json:"exact,omitempty" doc:"Of a bound: the figure itself"`
	Was   string `json:"was,omitempty" doc:"When it was written, where that is not what it is now"`
	Trace string `json:"trace,omitempty" doc:"Page on which the figure opens to what made it"`
}

type apiSource struct {
	Unit string    `json:"unit"`
	Name string    `json:"name"`
	Text string    `json:"text" doc:"As it was then"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

func (s Summary) forAPI() apiSummary {
	out := apiSummary{Period: s.Round.Period.ID, Unit: s.Unit.Key, Name: s.Unit.Name, Received: s.Top.Received(), Due: s.Top.Due, Passages: []apiPassage{}}
	for _, p := range s.Passages {
		out.Passages = append(out.Passages, s.passageForAPI(p))
	}
	return out
}

func (s Summary) passageForAPI(p Passage) apiPassage {
	x := apiPassage{Item: p.Item.Key, Label: p.Item.Label, N: p.N, Text: p.Text, Reads: p.Sentence.String(s.Figures), By: p.Name, At: api.When(p.At)}
	for _, piece := range p.Sentence {
		if piece.Sort == wording.Plain {
			continue
		}
		f := apiNamed{Name: piece.Text, Exact: piece.Exact(s.Figures), Trace: s.Href(piece.Key)}
		f.Now, _ = piece.Write(s.Figures)
		if was, _ := piece.Write(p.Then); p.N > 0 && was != f.Now {
			f.Was = was
		}
		x.Figures = append(x.Figures, f)
	}
	for _, k := range p.From {
		x.From = append(x.From, apiSource{k.Key, k.Unit, k.Text, k.Name, k.At})
	}
	return x
}

// RegisterAPI adds what programs may ask of units' reports of periods; sources are what
// tally items of forms are read from.
func RegisterAPI(sources form.Sources) func(*api.API) {
	type summaryIn struct {
		api.ByID
		Unit string `path:"unit"`
	}
	type writeIn struct {
		api.ByID
		Unit string `path:"unit"`
		Item string `path:"item"`
		Body struct {
			Seen int64  `json:"seen,omitempty" doc:"Number of the passage that is changed, 0 for none"`
			Text string `json:"text"`
		}
	}
	type takeIn struct {
		api.ByID
		Unit string `path:"unit"`
		Item string `path:"item"`
		Body struct {
			Seen int64  `json:"seen,omitempty" doc:"Number of the passage that is changed, 0 for none"`
			From string `json:"from" doc:"Key of a unit under, at any depth" example:"tccs-07"`
		}
	}
	return func(a *api.API) {
		see := func(ctx context.Context, tx *db.Tx, by auth.Actor, period, unit string) (apiSummary, error) {
			s, err := Get(ctx, tx, by, sources, period, unit)
			return s.forAPI(), err
		}
		api.Get(a, api.Op{ID: "get-summary", Noun: "reports", Path: "/periods/{id}/summary/{unit}", Summary: "summary.api.one"},
			func(ctx context.Context, tx *db.Tx, by auth.Actor, in *summaryIn) (apiSummary, error) {
				return see(ctx, tx, by, in.ID, in.Unit)
			})
		api.Do(a, api.Op{ID: "write-summary", Noun: "reports", Path: "/periods/{id}/summary/{unit}/{item}", Summary: "summary.api.write"},
			func(ctx context.Context, tx *db.Tx, by auth.Actor, in *writeIn) (apiSummary, error) {
				if err := Write(ctx, tx, by, sources, in.ID, in.Unit, in.Item, in.Body.Seen, in.Body.Text); err != nil {
					return apiSummary{}, err
				}
				return see(ctx, tx, by, in.ID, in.Unit)
			})
		api.Do(a, api.Op{ID: "take-into-summary", Noun: "reports", Path: "/periods/{id}/summary/{unit}/{item}/takes", Summary: "summary.api.take"},
			func(ctx context.Context, tx *db.Tx, by auth.Actor, in *takeIn) (apiSummary, error) {
				if err := Take(ctx, tx, by, sources, in.ID, in.Unit, in.Item, in.Body.From, in.Body.Seen); err != nil {
					return apiSummary{}, err
				}
				return see(ctx, tx, by, in.ID, in.Unit)
			})
	}
}
