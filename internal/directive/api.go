package directive

import (
	"context"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/file"
	"nhipcau/internal/vn"
)

// apiDirective is a directive as programs see it.
type apiDirective struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" doc:"Type of paper, by the code of the offices" example:"NQ"`
	Number    string    `json:"number,omitempty" example:"59"`
	Symbol    string    `json:"symbol,omitempty" example:"NQ/TW"`
	Code      string    `json:"code,omitempty" doc:"Number and symbol as printed" example:"59-NQ/TW"`
	Issuer    string    `json:"issuer" example:"Bộ Chính trị"`
	Issued    vn.Day    `json:"issued,omitempty" format:"date" example:"2020-08-05"`
	Term      string    `json:"term,omitempty" example:"2020-2025"`
	Subject   string    `json:"subject"`
	File      string    `json:"file,omitempty" doc:"Name of the file, which is at /directives/{id}/file for people"`
	EnteredBy string    `json:"entered_by"`
	EnteredAt time.Time `json:"entered_at"`
	Sample    bool      `json:"sample" doc:"Made up for a demonstration"`
}

// Href is the directive's address.
func (d apiDirective) Href() string { return "/directives/" + d.ID }

type apiNewDirective struct {
	Kind    string `json:"kind" doc:"NQ, CT, KL, QDI, QDE, QC, HD, TT, TB, KH, CTR, DA or CV"`
	Number  string `json:"number,omitempty"`
	Symbol  string `json:"symbol,omitempty"`
	Issuer  string `json:"issuer"`
	Issued  vn.Day `json:"issued,omitempty" format:"date" doc:"Needed unless there is a term"`
	Term    string `json:"term,omitempty"`
	Subject string `json:"subject"`
}

func forAPI(d Directive) apiDirective {
	return apiDirective{
		ID: d.ID, Kind: d.Kind, Number: d.Number, Symbol: d.Symbol, Code: d.Code(), Issuer: d.Issuer, Issued: d.Issued, Term: d.Term,
		Subject: d.Subject, File: d.FileName, EnteredBy: d.EnteredName, EnteredAt: d.EnteredAt, Sample: d.Sample,
	}
}

// RegisterAPI adds what programs may ask of directives.
func RegisterAPI(a *api.API) {
	type listIn struct {
		api.Paging
		Query string `query:"q"`
		Kind  string `query:"kind"`
	}
	api.List(a, api.Op{ID: "list-directives", Noun: "directives", Path: "/directives", Summary: "directive.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiDirective, error) {
			all, err := listAfter(ctx, tx, by, in.Query, in.Kind, after.At, after.ID, limit)
			out := make([]apiDirective, len(all))
			for i, d := range all {
				out[i] = forAPI(d)
			}
			return out, err
		}, func(d apiDirective) api.Cursor { return api.Cursor{At: d.EnteredAt.Unix(), ID: d.ID} })
	api.Get(a, api.Op{ID: "get-directive", Noun: "directives", Path: "/directives/{id}", Summary: "directive.api.one"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiDirective, error) {
			d, err := Get(ctx, tx, by, in.ID)
			return forAPI(d), err
		})
	api.Post(a, api.Op{ID: "enter-directive", Noun: "directives", Path: "/directives", Summary: "directive.api.enter"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *struct{ Body apiNewDirective }) (apiDirective, error) {
			b := in.Body
			d, err := Enter(ctx, tx, by, Form{
				Kind: b.Kind, Number: b.Number, Symbol: b.Symbol, Issuer: b.Issuer, Issued: b.Issued, Term: b.Term, Subject: b.Subject,
			}, file.Blob{})
			return forAPI(d), err
		})
}
