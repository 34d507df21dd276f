package reform

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const pageSize = 50

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Handle("GET /reforms", web.SignedIn, s.list)
	site.Handle("GET /reforms/new", web.SignedIn, s.new)
	site.Handle("POST /reforms/trial", web.SignedIn, s.try)
	site.Handle("POST /reforms", web.SignedIn, s.enter)
	site.Handle("GET /reforms/{id}", web.SignedIn, s.show)
	site.Handle("POST /reforms/{id}/undoing", web.SignedIn, s.undo)
	site.Handle("GET /reforms/many", web.SignedIn, s.many)
	site.Handle("POST /reforms/many", web.SignedIn, s.sketch)
	site.Handle("GET /reforms/templates/{file}", web.SignedIn, s.template)
	site.Handle("POST /reforms/{id}/making", web.SignedIn, s.confirm)
	site.Handle("POST /reforms/{id}/again", web.SignedIn, s.repeat)
	site.Handle("POST /reforms/{id}/discarding", web.SignedIn, s.discard)
}

type listPage struct {
	web.Page
	Reforms []Reform
	Offset  int
	More    bool

	MayReform bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.site.Page(r, "reform.title")}
	p.Offset, p.MayReform = web.Offset(r), org.MayReform(p.Actor) == nil
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Reforms, err = List(ctx, tx, p.Actor, p.Offset, pageSize+1)
		return err
	})
	if err != nil {
		return err
	}
	p.Reforms, p.More = web.Cut(p.Reforms, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

// formPage is the page to fill in a reform and, once it is filled in, to see
// what it would do.
type formPage struct {
	web.Page
	Unit    org.Unit
	Form    Form
	Typed   string // the day as typed
	Units   []org.Unit
	Tried   bool
	Preview Preview
	Wrong   map[string]fault.Text
	Message fault.Text
}

// few is up to how many units are offered to choose from; beyond it one types
// the code.
const few = 300

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := formPage{Page: s.site.Page(r, "reform.new"), Form: Form{Kind: Kind(q.Get("kind")), Unit: q.Get("unit")}}
	if p.Form.Kind != Close {
		p.Form.Kind = Move
	}
	return s.formPage(w, r, http.StatusOK, p)
}

func (s *server) formPage(w http.ResponseWriter, r *http.Request, status int, p formPage) error {
	if err := org.MayReform(p.Actor); err != nil {
		return err
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Unit, err = org.Get(ctx, tx, p.Actor, p.Form.Unit); err != nil {
			return err
		}
		if p.Units, err = org.Subtree(ctx, tx, p.Actor, p.Actor.Path, "", few+1); err != nil {
			return err
		}
		p.Page, err = org.Crumbs(ctx, tx, p.Page, p.Unit)
		return err
	})
	if err != nil {
		return err
	}
	p.Page = p.WithCrumb("", p.Title)
	return web.Render(w, r, status, formView(p))
}

// read returns the form as typed.
func read(r *http.Request) (Form, error) {
	v, err := web.Form(r)
	if err != nil {
		return Form{}, err
	}
	f := Form{Kind: Kind(v.Get("kind")), Unit: v.Get("unit"), Target: vn.Clean(v.Get("target")), Decision: v.Get("decision"), Reason: v.Get("reason")}
	f.Day, _ = vn.ParseDay(v.Get("day")) // a bad day is none, which check refuses
	return f, nil
}

func (s *server) try(w http.ResponseWriter, r *http.Request) error {
	f, err := read(r)
	if err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "reform.new"), Form: f, Typed: r.PostFormValue("day")}
	err = s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Preview, err = Try(ctx, tx, p.Actor, f)
		return err
	})
	return s.again(w, r, p, err)
}

// again shows the form with what was typed, and what is wrong or what it would
// do.
func (s *server) again(w http.ResponseWriter, r *http.Request, p formPage, err error) error {
	if err == nil {
		p.Tried = true
		return s.formPage(w, r, http.StatusOK, p)
	}
	if _, ok := web.Refused(err, &p.Wrong, &p.Message); !ok {
		return err
	}
	return s.formPage(w, r, web.Status(err), p)
}

func (s *server) enter(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	f, err := read(r)
	if err != nil {
		return err
	}
	var made Reform
	again := ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if made, err = Enter(ctx, tx, by, f); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, "/reforms/"+made.ID)
		return err
	})
	if fault.Is(err, fault.Conflict) && again == "" { // what the first of two clicks did stands in the way of the second
		var e error
		if again, e = s.site.Done(r.Context(), r); e != nil {
			return e
		}
	}
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.again(w, r, formPage{Page: s.site.Page(r, "reform.new"), Form: f, Typed: r.PostFormValue("day")}, err)
	}
	said := "reform.said.applied"
	if made.State == Planned {
		said = "reform.said.planned"
	}
	return web.SeeSaid(w, r, said, "/reforms/%s", made.ID)
}

type showPage struct {
	web.Page
	Reform  Reform
	MayUndo bool
	Wrong   map[string]fault.Text
	Message fault.Text
	Typed   string

	// Of a reform of many units:
	May   bool
	Due   bool   // its day has come
	Trial *Trial // what it would do, to whom may make it
	Lines []Line
	Names map[string]string // of the units on the lines, by key
	Acts  map[Act]int
	After int
	More  bool
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.showPage(w, r, nil)
}

func (s *server) showPage(w http.ResponseWriter, r *http.Request, failed error) error {
	p := showPage{Page: s.site.Page(r, "reform.title"), Typed: r.PostFormValue("reason")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Reform, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Reform.State == Draft && org.MayReform(p.Actor) != nil {
			return fault.New(fault.NotFound, "error.not_found")
		}
		after, _ := strconv.Atoi(r.URL.Query().Get("after")) // a bad place is the first page
		return p.loadMany(ctx, tx, after)
	})
	if err != nil {
		return err
	}
	p.Title = p.T("reform.of."+string(p.Reform.Kind), p.Reform.UnitName)
	p.MayUndo = org.MayReform(p.Actor) == nil && p.Reform.State != Undone && p.Reform.State != Draft
	if p.Reform.Kind == Many {
		p.Title = p.Reform.Decision
		return web.Render(w, r, status, tableView(p))
	}
	return web.Render(w, r, status, showView(p))
}

func (s *server) undo(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Undo(ctx, tx, by, id, r.PostFormValue("reason"))
	}); err != nil {
		return s.showPage(w, r, err)
	}
	return web.SeeSaid(w, r, "reform.said.undone", "/reforms/%s", id)
}
