package clause

import (
	"context"
	"embed"
	"io"
	"net/http"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Handle("GET /directives/{id}/clauses", web.SignedIn, s.edit)
	site.Handle("POST /directives/{id}/clauses", web.SignedIn, s.set)
}

// formPage is where the pieces of a directive are typed, with how they are read.
type formPage struct {
	web.Page
	Directive directive.Directive
	List      List
	Text      string
	Read      []Clause // what Text was read as, before it is kept
	Wrong     map[string]fault.Text
	Message   fault.Text
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "clause.edit")}
	var all []Clause
	if err := s.load(r, &p, &all); err != nil {
		return err
	}
	p.Text = Typed(all)
	return web.Render(w, r, http.StatusOK, formView(p))
}

// load finds the directive for who may say what its pieces are.
func (s *server) load(r *http.Request, p *formPage, all *[]Clause) error {
	return s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Directive, err = directive.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err = maySet(p.Actor, p.Directive); err != nil {
			return err
		}
		of := Paper{Directive, p.Directive.ID}
		if p.List, err = ListOf(ctx, tx, of); err != nil {
			return err
		}
		*all, err = Of(ctx, tx, of)
		return err
	})
}

// set keeps what was typed, or with "read" shows how it, or a file, is read.
func (s *server) set(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "clause.edit")}
	var had []Clause
	if err := s.load(r, &p, &had); err != nil {
		return err
	}
	text, fromFile, err := typed(r)
	p.Text, p.List.Version = text, web.Version(r)
	if err == nil && (fromFile || r.PostFormValue("read") != "") {
		if p.Read, err = Parse(text); err == nil {
			return web.Render(w, r, http.StatusOK, formView(p))
		}
	}
	if err == nil {
		err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			return Set(ctx, tx, p.Actor, p.Directive.ID, p.List.Version, text)
		})
	}
	if err != nil {
		if _, ok := web.Refused(err, &p.Wrong, &p.Message); !ok {
			return err
		}
		return web.Render(w, r, web.Status(err), formView(p))
	}
	return web.SeeSaid(w, r, "clause.said.saved", "/directives/%s", p.Directive.ID)
}

// typed returns the text of a file that was sent, or else what was typed.
func typed(r *http.Request) (text string, fromFile bool, err error) {
	body, name, err := web.Upload(r, "file")
	if err != nil {
		return r.PostFormValue("text"), false, err
	}
	if body == nil {
		return r.PostFormValue("text"), false, nil
	}
	defer body.Close()
	b, err := io.ReadAll(io.LimitReader(body, maxFile+1))
	if err != nil {
		return "", false, err
	}
	text, err = lines(strings.ToLower(name), b)
	if err != nil {
		text = r.PostFormValue("text")
	}
	return text, true, err
}
