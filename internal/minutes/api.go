package minutes

import (
	"context"
	"net/http"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// apiMinutes are the minutes of a conference as programs see them.
type apiMinutes struct {
	Conference string         `json:"conference" doc:"Id of the conference"`
	Text       int64          `json:"text" doc:"Number of the text that stands, from 1"`
	Sections   []apiSection   `json:"sections"`
	Signatures []apiSignature `json:"signatures,omitempty" doc:"First who took the minutes, then the chair"`
	Figures    []apiFigure    `json:"figures,omitempty" doc:"That the text names"`
	Paper      string         `json:"paper,omitempty" doc:"Number and symbol in the register of papers" example:"05-BB/ĐU"`
}

// Href is the address of the minutes.
func (m apiMinutes) Href() string { return "/conferences/" + m.Conference + "/minutes" }

type apiSection struct {
	Title string `json:"title"`
	Text  string `json:"text" doc:"With its figures as they were signed, or as they stand while nobody has"`
}

type apiSignature struct {
	Part   Part      `json:"part" enum:"taker,chair"`
	Name   string    `json:"name"`
	Office string    `json:"office,omitempty"`
	At     time.Time `json:"at"`
}

type apiFigure struct {
	Name   string `json:"name" example:"present"`
	Signed int64  `json:"signed" doc:"As the signatures saw it; as it stands while nobody has signed"`
	Now    int64  `json:"now"`
}

func forAPI(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiMinutes, error) {
	m, err := found(ctx, tx, by, in.ID)
	if err != nil {
		return apiMinutes{}, err
	}
	out := apiMinutes{Conference: m.Conference.ID, Text: m.N, Paper: m.Paper.Symbol}
	for _, s := range m.Sections {
		out.Sections = append(out.Sections, apiSection{s.Title, m.Filled(s.Text)})
	}
	for _, s := range m.Signatures {
		out.Signatures = append(out.Signatures, apiSignature{s.Part, s.Name, s.Office, s.At})
	}
	for _, name := range m.names() {
		out.Figures = append(out.Figures, apiFigure{name, m.Signed.Of(name), m.Standing.Of(name)})
	}
	return out, nil
}

// RegisterAPI adds what programs may ask of minutes.
func RegisterAPI(a *api.API) {
	api.Get(a, api.Op{ID: "get-minutes", Noun: "conferences", Path: "/conferences/{id}/minutes", Summary: "minutes.api.one"}, forAPI)
	api.Change(a, api.Op{ID: "sign-minutes", Noun: "conferences", Path: "/conferences/{id}/minutes/signatures", Summary: "minutes.api.sign"}, http.MethodPost, forAPI,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID, was apiMinutes) (apiMinutes, error) {
			if err := Sign(ctx, tx, by, in.ID, was.Text); err != nil {
				return apiMinutes{}, err
			}
			return forAPI(ctx, tx, by, in)
		})
}
