package filing

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const periodsSize = 12

type server struct {
	site    *web.Site
	db      *db.DB
	sources form.Sources
}

// Register adds the pages of this package to the site; sources are what tally items
// are read from.
func Register(site *web.Site, d *db.DB, sources form.Sources) {
	s := &server{site, d, sources}
	site.Handle("GET /forms/{id}", web.SignedIn, s.show)
	site.Handle("POST /forms/{id}/closure", web.SignedIn, s.closeForm)
	site.Handle("POST /forms/{id}/periods", web.SignedIn, s.openPeriod)
	site.Handle("GET /periods/{id}", web.SignedIn, s.period)
	site.Handle("POST /periods/{id}/closure", web.SignedIn, s.closePeriod)
	site.Handle("GET /periods/{id}/units/{key}", web.SignedIn, s.table)
	site.Handle("GET /periods/{id}/lacking/{key}", web.SignedIn, s.lacking)
	site.Handle("GET /periods/{id}/report/{key}", web.SignedIn, s.report)
	site.Handle("GET /periods/{id}/returns/{key}", web.SignedIn, s.unit)
	site.Handle("POST /periods/{id}/returns/{key}", web.SignedIn, s.submit)
	site.Handle("POST /periods/{id}/returns/{key}/withdrawal", web.SignedIn, s.withdraw)
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
	Form    form.Form
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
		if p.Form, err = form.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
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
	p.MayKeep = form.MayKeep(p.Actor, p.Form.Unit) == nil
	return web.Render(w, r, status, showView(p))
}

// topOf is the unit whose figures somebody sees of a form: the owner, or their own
// if they stand under it.
func topOf(by auth.Actor, f form.Form) (unit int64, key string) {
	if by.Covers(f.UnitPath) {
		return f.Unit, f.UnitKey
	}
	return by.Unit, by.UnitKey
}

func standOf(ctx context.Context, tx *db.Tx, by auth.Actor, f form.Form, p Period) (stand, error) {
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
	return web.SeeSaid(w, r, "filing.said.period", "/periods/%s/units/%s", n.ID, p.Actor.UnitKey)
}

func (s *server) closeForm(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return CloseForm(ctx, tx, by, id, web.Version(r))
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "filing.said.closed", "/forms/%s", id)
}
