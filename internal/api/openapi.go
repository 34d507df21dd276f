package api

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"nhipcau/internal/i18n"
)

// documents writes the documents of all operations, one for each language.
func (a *API) documents() (map[i18n.Lang][]byte, error) {
	docs := map[i18n.Lang][]byte{}
	for _, lang := range i18n.Langs {
		a.describe(lang)
		b, err := json.Marshal(a.huma.OpenAPI())
		if err != nil {
			return nil, err
		}
		docs[lang] = b
	}
	return docs, nil
}

// describe puts the words of a language into the document.
func (a *API) describe(lang i18n.Lang) {
	t := func(key string) string { return a.Catalog.T(lang, key) }
	doc := a.huma.OpenAPI()
	doc.Info.Description = t("api.lead")
	for _, o := range a.ops {
		item := doc.Paths[o.Path]
		for _, h := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch} {
			if h == nil || h.OperationID != o.ID {
				continue
			}
			o.h = h
			h.Summary = t(o.Summary)
			for _, p := range h.Parameters {
				p.Description = t(paramKey(p.Name))
			}
		}
	}
}

// paramKey is the message that says what a parameter is.
func paramKey(name string) string {
	return "api.param." + strings.ToLower(strings.ReplaceAll(name, "-", "_"))
}

// Document serves the OpenAPI document in the language asked for.
func (a *API) Document(w http.ResponseWriter, r *http.Request) error {
	docs, err := a.docs()
	if err != nil {
		return err
	}
	b := docs[langOf(r.Header.Get("Accept-Language"))]
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Vary", "Accept-Language")
	w.Header().Set("Cache-Control", "public, no-cache")
	_, err = w.Write(b)
	if err != nil && r.Context().Err() != nil {
		return nil // the reader has gone
	}
	return err
}
