package form

import (
	"context"
	"embed"
	"net/http"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const pageSize = 50

type server struct {
	site    *web.Site
	db      *db.DB
	sources Sources
}

// Register adds the pages of this package to the site; sources are what tally items
// may be read from.
func Register(site *web.Site, d *db.DB, sources Sources) {
	s := &server{site, d, sources}
	site.Handle("GET /forms", web.SignedIn, s.list)
	site.Handle("GET /forms/new", web.SignedIn, s.new)
	site.Handle("POST /forms", web.SignedIn, s.make)
	site.Handle("GET /forms/{id}/edit", web.SignedIn, s.edit)
	site.Handle("POST /forms/{id}", web.SignedIn, s.amend)
	site.Handle("POST /forms/{id}/opening", web.SignedIn, s.open)
}

type listPage struct {
	web.Page
	Query  string
	Forms  []Form
	Offset int
	More   bool
	MayNew bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.site.Page(r, "form.title"), Query: vn.Clean(r.URL.Query().Get("q"))}
	p.Offset, p.MayNew = web.Offset(r), mayMake(p.Actor) == nil
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Forms, err = List(ctx, tx, p.Actor, p.Query, p.Offset, pageSize+1)
		return err
	})
	if err != nil {
		return err
	}
	p.Forms, p.More = web.Cut(p.Forms, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

// formPage is the page to make a form, or to amend a draft.
type formPage struct {
	web.Page
	ID      string // "" for a new one
	Version int64
	Form    Form
	Lines   string // items as typed
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "form.new"), Form: Form{Asks: Leaf}}
	return s.formPage(w, r, p, nil)
}

func (s *server) formPage(w http.ResponseWriter, r *http.Request, p formPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := mayMake(p.Actor); err != nil {
		return err
	}
	return web.Render(w, r, status, formView(p))
}

// typed reads a form as typed, and what is wrong with the lines of its items.
func typed(r *http.Request) (Form, string, error) {
	lines := r.PostFormValue("items")
	f := Form{Title: r.PostFormValue("title"), Asks: Asks(r.PostFormValue("asks"))}
	items, err := ParseItems(lines)
	f.Items = items
	return f, lines, err
}

func (s *server) make(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "form.new")}
	var err error
	if p.Form, p.Lines, err = typed(r); err != nil {
		return s.formPage(w, r, p, err)
	}
	id, again := "", ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		f, err := Make(ctx, tx, p.Actor, p.Form)
		if err != nil {
			return err
		}
		id = f.ID
		again, err = s.site.Once(ctx, tx, r, "/forms/"+id)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.formPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "form.said.made", "/forms/%s", id)
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "form.amend"), ID: r.PathValue("id")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Form, err = Owned(ctx, tx, p.Actor, p.ID)
		return err
	}); err != nil {
		return err
	}
	if p.Form.State != Draft {
		return fault.New(fault.Conflict, "form.error.opened")
	}
	p.Lines, p.Version = FormatItems(p.Form.Items), p.Form.Version
	return s.formPage(w, r, p, nil)
}

func (s *server) amend(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "form.amend"), ID: r.PathValue("id"), Version: web.Version(r)}
	var err error
	if p.Form, p.Lines, err = typed(r); err != nil {
		return s.formPage(w, r, p, err)
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Amend(ctx, tx, p.Actor, p.ID, p.Version, p.Form)
	}); err != nil {
		return s.formPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "form.said.amended", "/forms/%s", p.ID)
}

func (s *server) open(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Open(ctx, tx, by, id, web.Version(r))
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "form.said.opened", "/forms/%s", id)
}
