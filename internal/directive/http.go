package directive

import (
	"context"
	"embed"
	"net/http"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const pageSize = 50

// A Use is something that a directive is used by, for its page.
type Use struct{ Href, Text string }

// UsedBy returns what uses a directive, through what by may see.
type UsedBy func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) ([]Use, error)

// A Piece is a clause of a directive, for its page.
type Piece struct {
	N, Text string
	Depth   int // 1 for the highest
	Count   int64
	Open    bool // nobody carries it out
}

// An Outline is the pieces of a directive and who carries them out.
type Outline struct {
	Pieces   []Piece
	Due      int64  // units asked for a plan, 0 if none are
	Coverage string // where it is shown who carries out what
	Set      string // where the pieces are entered, "" for who may not
}

// Outlines returns the outline of a directive that by may see.
type Outlines func(ctx context.Context, tx *db.Tx, by auth.Actor, d Directive) (Outline, error)

type server struct {
	site    *web.Site
	db      *db.DB
	files   *file.Store
	usedBy  UsedBy
	outline Outlines
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, files *file.Store, usedBy UsedBy, outline Outlines) {
	s := &server{site, d, files, usedBy, outline}
	site.Handle("GET /directives", web.SignedIn, s.list)
	site.Handle("GET /directives/new", web.SignedIn, s.new)
	site.Handle("POST /directives", web.SignedIn, s.enter)
	site.Handle("GET /directives/{id}", web.SignedIn, s.show)
	site.Handle("GET /directives/{id}/edit", web.SignedIn, s.edit)
	site.Handle("POST /directives/{id}", web.SignedIn, s.amend)
	site.Handle("GET /directives/{id}/file", web.SignedIn, s.file)
}

// Citation names a directive as papers do: "Nghị quyết số 59-NQ/TW ngày
// 05/8/2020 của Bộ Chính trị". Parts that are not known are left out.
func Citation(p web.Page, d Directive) string {
	name := p.T("directive.kind." + d.Kind)
	switch {
	case d.Code() != "" && d.Issued != "":
		return p.T("directive.citation.full", name, d.Code(), d.Issued.String(), d.Issuer)
	case d.Code() != "":
		return p.T("directive.citation.code", name, d.Code(), d.Issuer)
	case d.Issued != "":
		return p.T("directive.citation.day", name, d.Issued.String(), d.Issuer)
	}
	return p.T("directive.citation.term", name, d.Issuer)
}

type listPage struct {
	web.Page
	Query      string
	Directives []Directive
	Offset     int
	More       bool
	MayEnter   bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.site.Page(r, "directive.title"), Query: vn.Clean(r.URL.Query().Get("q"))}
	p.Offset = web.Offset(r)
	p.MayEnter = mayEnter(p.Actor) == nil
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Directives, err = List(ctx, tx, p.Actor, p.Query, p.Offset, pageSize+1)
		return err
	})
	if err != nil {
		return err
	}
	p.Directives, p.More = web.Cut(p.Directives, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

type formPage struct {
	web.Page
	ID      string // "" for a new one
	Version int64
	Form    Form
	File    string    // name of the file it has
	Same    Directive // the entry that this paper already is
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "directive.new"), Form: Form{Kind: Kinds[0]}}
	if err := mayEnter(p.Actor); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(p))
}

// read returns the form as typed and the file, which it keeps on the disk.
func (s *server) read(r *http.Request) (Form, file.Blob, error) {
	body, name, err := web.Upload(r, "file")
	if err != nil {
		return Form{}, file.Blob{}, err
	}
	f := Form{
		Kind: r.PostFormValue("kind"), Number: r.PostFormValue("number"), Symbol: r.PostFormValue("symbol"), Issuer: r.PostFormValue("issuer"),
		IssuedTyped: r.PostFormValue("issued"), Term: r.PostFormValue("term"), Subject: r.PostFormValue("subject"),
	}
	if d, ok := vn.ParseDay(f.IssuedTyped); ok {
		f.Issued = d
	}
	if body == nil {
		return f, file.Blob{}, nil
	}
	defer body.Close()
	b, err := s.files.Put(name, body, file.MaxSize, file.PDF, file.DOCX)
	return f, b, err
}

func (s *server) enter(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if err := mayEnter(by); err != nil {
		return err
	}
	f, blob, err := s.read(r)
	if err != nil {
		return s.again(w, r, "directive.new", formPage{Form: f}, err)
	}
	if place, err := s.site.Done(r.Context(), r); err != nil || place != "" {
		return seeOr(w, r, place, err)
	}
	var d Directive
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if d, err = Enter(ctx, tx, by, f, blob); err != nil {
			return err
		}
		_, err = s.site.Once(ctx, tx, r, "/directives/"+d.ID)
		return err
	})
	if err != nil {
		return s.again(w, r, "directive.new", formPage{Form: f}, err)
	}
	return web.SeeSaid(w, r, "directive.said.entered", "/directives/%s", d.ID)
}

func seeOr(w http.ResponseWriter, r *http.Request, place string, err error) error {
	if err != nil {
		return err
	}
	return web.See(w, r, "%s", place)
}

// again shows the form with what was typed and what is wrong with it.
func (s *server) again(w http.ResponseWriter, r *http.Request, title string, p formPage, err error) error {
	f := fault.Of(err)
	if f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.TooLarge || f.Key == "error.too_large" {
		return err
	}
	p.Page, p.Wrong = s.site.Page(r, title), f.Fields
	if f.Key == errTwice {
		if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			p.Same, err = Same(ctx, tx, p.Actor, p.Form)
			return err
		}); err != nil {
			return err
		}
	}
	if len(f.Fields) == 0 {
		p.Message = f.Text
	}
	return web.Render(w, r, web.Status(err), formView(p))
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "directive.edit"), ID: r.PathValue("id")}
	var d Directive
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = Get(ctx, tx, p.Actor, p.ID)
		return err
	}); err != nil {
		return err
	}
	if err := mayAmend(p.Actor, d); err != nil {
		return err
	}
	p.Version, p.File = d.Version, d.FileName
	p.Form = Form{Kind: d.Kind, Number: d.Number, Symbol: d.Symbol, Issuer: d.Issuer, Issued: d.Issued, IssuedTyped: string(d.Issued), Term: d.Term, Subject: d.Subject}
	return web.Render(w, r, http.StatusOK, formView(p))
}

func (s *server) amend(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	f, blob, err := s.read(r)
	version := web.Version(r)
	if err == nil {
		err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Amend(ctx, tx, by, id, version, f, blob) })
	}
	if err != nil {
		return s.again(w, r, "directive.edit", formPage{ID: id, Version: version, Form: f}, err)
	}
	return web.SeeSaid(w, r, "directive.said.amended", "/directives/%s", id)
}

type showPage struct {
	web.Page
	Directive Directive
	Uses      []Use
	Outline   Outline
	MayAmend  bool
	MayRoll   bool
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	p := showPage{Page: s.site.Page(r, "directive.title")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Directive, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Uses, err = s.usedBy(ctx, tx, p.Actor, p.Directive.ID); err != nil {
			return err
		}
		p.Outline, err = s.outline(ctx, tx, p.Actor, p.Directive)
		return err
	})
	if err != nil {
		return err
	}
	p.Title = Citation(p.Page, p.Directive)
	p.MayAmend, p.MayRoll = mayAmend(p.Actor, p.Directive) == nil, mayEnter(p.Actor) == nil
	return web.Render(w, r, http.StatusOK, showView(p))
}

func (s *server) file(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	var f file.File
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		d, err := Get(ctx, tx, by, r.PathValue("id"))
		if err != nil {
			return err
		}
		if d.File == "" {
			return fault.New(fault.NotFound, "error.not_found")
		}
		f, err = file.Get(ctx, tx, d.File)
		return err
	}); err != nil {
		return err
	}
	return s.files.Serve(w, r, f)
}
