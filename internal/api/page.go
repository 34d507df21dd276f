package api

import (
	"embed"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// Register adds the page for people and the document for programs to the site.
func Register(site *web.Site, a *API) {
	site.Handle("GET /api", web.Anyone, func(w http.ResponseWriter, r *http.Request) error {
		if _, err := a.docs(); err != nil { // which say what the operations take
			return err
		}
		return web.Render(w, r, http.StatusOK, guideView(guidePage{Page: site.Page(r, "api.title"), api: a, Nouns: a.nouns()}))
	})
	site.Handle("GET /api/openapi.json", web.Anyone, a.Document)
}

type guidePage struct {
	web.Page
	Nouns []noun
	api   *API
}

// A noun is what some operations are about.
type noun struct {
	Name string
	Ops  []*Op
}

// nouns are all operations by their noun, in the order they came.
func (a *API) nouns() []noun {
	var all []noun
	for _, o := range a.ops {
		i := slices.IndexFunc(all, func(n noun) bool { return n.Name == o.Noun })
		if i < 0 {
			i, all = len(all), append(all, noun{Name: o.Noun})
		}
		all[i].Ops = append(all[i].Ops, o)
	}
	return all
}

// parameters are those of an operation that not every operation has.
func (o *Op) parameters() []*huma.Param {
	return slices.DeleteFunc(slices.Clone(o.h.Parameters), func(p *huma.Param) bool {
		return p.Name == "X-Unit" || p.Name == "Accept-Language" || p.Name == "If-None-Match"
	})
}

func (p guidePage) says(param *huma.Param) string {
	s := p.T(paramKey(param.Name))
	if param.Schema != nil && len(param.Schema.Enum) > 0 {
		var all []string
		for _, v := range param.Schema.Enum {
			if text, ok := v.(string); ok {
				all = append(all, text)
			}
		}
		s += ": " + strings.Join(all, ", ")
	}
	return s
}

// filled puts examples into the address of an operation.
var filled = strings.NewReplacer("{id}", "k3v9x0q2m1ab", "{key}", "tccs-07", "{unit}", "tccs-07", "{sheet}", "1042", "{lane}", "persons")

// curl is the command that asks an operation.
func (p guidePage) curl(o *Op) string {
	var b strings.Builder
	b.WriteString("curl")
	if o.method != http.MethodGet {
		b.WriteString(" -X " + o.method)
	}
	b.WriteString(" -H 'Authorization: Bearer nc_…'")
	for _, h := range o.h.Parameters {
		switch h.Name {
		case "If-Match":
			b.WriteString(" \\\n  -H 'If-Match: \"…\"'")
		case "Idempotency-Key":
			b.WriteString(" \\\n  -H 'Idempotency-Key: 2020-11-02/1'")
		}
	}
	if body := o.h.RequestBody; body != nil {
		b.WriteString(" \\\n  -H 'Content-Type: application/json' \\\n  -d '" + p.api.example(body.Content["application/json"].Schema) + "'")
	}
	b.WriteString(" \\\n  http://127.0.0.1:8080" + Prefix + filled.Replace(o.Path))
	return b.String()
}

// answer is an example of what an operation answers.
func (p guidePage) answer(o *Op) string {
	for _, status := range []string{"200", "201"} {
		if r := o.h.Responses[status]; r != nil {
			return p.api.example(r.Content["application/json"].Schema)
		}
	}
	return ""
}

func (o *Op) status() string {
	if o.h.Responses["201"] != nil {
		return "201"
	}
	return "200"
}
