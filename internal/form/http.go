package form

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const (
	pageSize    = 50
	periodsSize = 12
)

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Handle("GET /forms", web.SignedIn, s.list)
	site.Handle("GET /forms/new", web.SignedIn, s.new)
	site.Handle("POST /forms", web.SignedIn, s.make)
	site.Handle("GET /forms/{id}", web.SignedIn, s.show)
	site.Handle("GET /forms/{id}/edit", web.SignedIn, s.edit)
	site.Handle("POST /forms/{id}", web.SignedIn, s.amend)
	site.Handle("POST /forms/{id}/opening", web.SignedIn, s.move(Open, "form.said.opened"))
	site.Handle("POST /forms/{id}/closure", web.SignedIn, s.move(Close, "form.said.closed"))
	site.Handle("POST /forms/{id}/periods", web.SignedIn, s.openPeriod)
	site.Handle("GET /periods/{id}", web.SignedIn, s.period)
	site.Handle("POST /periods/{id}/closure", web.SignedIn, s.closePeriod)
	site.Handle("GET /periods/{id}/units/{key}", web.SignedIn, s.table)
	site.Handle("GET /periods/{id}/lacking/{key}", web.SignedIn, s.lacking)
	site.Handle("GET /periods/{id}/returns/{key}", web.SignedIn, s.unit)
	site.Handle("POST /periods/{id}/returns/{key}", web.SignedIn, s.submit)
	site.Handle("POST /periods/{id}/returns/{key}/withdrawal", web.SignedIn, s.withdraw)
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
		p.Form, err = owned(ctx, tx, p.Actor, p.ID)
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

// move answers with what a verb of a form's stages does.
func (s *server) move(verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error, said string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		by, id := auth.FromContext(r.Context()), r.PathValue("id")
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			return verb(ctx, tx, by, id, web.Version(r))
		}); err != nil {
			return err
		}
		return web.SeeSaid(w, r, said, "/forms/%s", id)
	}
}

// A stand is how a period stands for the reader: returns that stand, of those due
// at and under their unit or, if that is higher, the owner.
type stand struct {
	Period
	Received, Due int64
}

// showPage is a form with its periods.
type showPage struct {
	web.Page
	Form    Form
	Periods []stand
	Next    string // address of the next page, "" if this is the last
	First   bool
	MayKeep bool
	Typed   map[string]string // of a period to be opened
	Wrong   map[string]fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.showPage(w, r, showPage{Page: s.site.Page(r, "form.title"), Typed: map[string]string{}}, http.StatusOK)
}

func (s *server) showPage(w http.ResponseWriter, r *http.Request, p showPage, status int) error {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // what is no number is the first page
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Form, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		all, err := Periods(ctx, tx, p.Form.ID, before, periodsSize+1)
		if err != nil {
			return err
		}
		if len(all) > periodsSize {
			all = all[:periodsSize]
			p.Next = "/forms/" + p.Form.ID + "?before=" + strconv.FormatInt(all[periodsSize-1].N, 10)
		}
		for _, one := range all {
			x, err := standOf(ctx, tx, p.Actor, p.Form, one)
			if err != nil {
				return err
			}
			p.Periods = append(p.Periods, x)
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Title, p.First = p.Form.Title, before == 0
	p.MayKeep = mayKeep(p.Actor, p.Form.Unit) == nil
	return web.Render(w, r, status, showView(p))
}

// topOf is the unit whose figures somebody sees of a form: the owner, or their own
// if they stand under it.
func topOf(by auth.Actor, f Form) (unit int64, key string) {
	if by.Covers(f.UnitPath) {
		return f.Unit, f.UnitKey
	}
	return by.Unit, by.UnitKey
}

func standOf(ctx context.Context, tx *db.Tx, by auth.Actor, f Form, p Period) (stand, error) {
	r, err := roundOf(ctx, tx, p.ID, p.State, p.Version)
	if err != nil {
		return stand{}, err
	}
	unit, _ := topOf(by, f)
	v, err := tally.Total(ctx, tx, p.Sheet, unit)
	return stand{p, v.Get(received), r.Due(unit)}, err
}

func (s *server) openPeriod(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := showPage{Page: s.site.Page(r, "form.title"), Typed: map[string]string{}}
	for _, name := range []string{"name", "from", "to", "last"} {
		p.Typed[name] = v.Get(name)
	}
	n := Period{Name: v.Get("name"), From: vn.TypedDay(v.Get("from")), To: vn.TypedDay(v.Get("to")), LastDay: vn.TypedDay(v.Get("last"))}
	if n.To.Valid() {
		n.To = n.To.AddDays(1) // people name the last day of it
	}
	id, again := r.PathValue("id"), ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		o, err := OpenPeriod(ctx, tx, p.Actor, id, n)
		if err != nil {
			return err
		}
		n.ID = o.ID
		again, err = s.site.Once(ctx, tx, r, "/periods/"+o.ID+"/units/"+p.Actor.UnitKey)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if fault.Is(err, fault.Invalid) {
		p.Wrong = fault.Of(err).Fields
		return s.showPage(w, r, p, web.Status(err))
	}
	if err != nil {
		return err
	}
	return web.SeeSaid(w, r, "form.said.period", "/periods/%s/units/%s", n.ID, p.Actor.UnitKey)
}
