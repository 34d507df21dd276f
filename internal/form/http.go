package form

import (
	"context"
	"embed"
	"net/http"
	"strconv"

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
	site.Handle("POST /forms/file", web.SignedIn, s.makeOf)
	site.Handle("POST /ready-forms/{key}", web.SignedIn, s.take)
	site.Handle("POST /forms/{id}/file", web.SignedIn, s.readOf)
	site.Handle("GET /forms/{id}/sheet", web.SignedIn, s.sheet)
	site.Handle("GET /forms/{id}/edit", web.SignedIn, s.edit)
	site.Handle("POST /forms/{id}", web.SignedIn, s.amend)
	site.Handle("POST /forms/{id}/opening", web.SignedIn, s.open)
	site.Handle("GET /forms/{id}/build", web.SignedIn, s.build)
	site.Handle("POST /forms/{id}/items", web.SignedIn, s.putItem)
	site.Handle("POST /forms/{id}/arrangement", web.SignedIn, s.changeItem)
	site.Handle("POST /forms/{id}/edition", web.SignedIn, s.revise)
	site.Handle("POST /forms/{id}/edition/issue", web.SignedIn, s.issue)
	site.Handle("POST /forms/{id}/edition/removal", web.SignedIn, s.drop)
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
	Ready   []ReadyForm
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
	if p.ID == "" {
		var err error
		if p.Ready, err = Ready(); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, formView(p))
}

// typed reads a form as typed, and what is wrong with the lines of its items.
func typed(r *http.Request) (Form, string, error) {
	lines := r.PostFormValue("items")
	f := Form{Title: r.PostFormValue("title"), Asks: Asks(r.PostFormValue("asks"))}
	steps, _ := strconv.Atoi(r.PostFormValue("steps")) // what is no number is none
	f.Steps = Steps(steps)
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
	return s.made(w, r, p, func(ctx context.Context, tx *db.Tx) (Form, error) { return Make(ctx, tx, p.Actor, p.Form) })
}

// made answers with the draft that a verb makes.
func (s *server) made(w http.ResponseWriter, r *http.Request, p formPage, verb func(ctx context.Context, tx *db.Tx) (Form, error)) error {
	id, again := "", ""
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		f, err := verb(ctx, tx)
		if err != nil {
			return err
		}
		id = f.ID
		again, err = s.site.Once(ctx, tx, r, "/forms/"+id+"/build")
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.formPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "form.said.made", "/forms/%s/build", id)
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "form.amend"), ID: r.PathValue("id")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Form, err = Drafted(ctx, tx, p.Actor, p.ID)
		return err
	}); err != nil {
		return err
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
	return s.said(w, r, Open, "form.said.opened", "/forms/%s")
}

// said answers with what a verb of a form's stages does.
func (s *server) said(w http.ResponseWriter, r *http.Request, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error, said, to string) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return verb(ctx, tx, by, id, web.Version(r))
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, said, to, id)
}
