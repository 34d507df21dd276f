package calendar

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/cycle"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

type server struct {
	site *web.Site
	db   *db.DB
	off  Off
}

// Register adds the pages of this package to the site; off knows the days on which
// offices do not work.
func Register(site *web.Site, d *db.DB, off Off) {
	s := &server{site, d, off}
	site.Door("form", "calendar.title", "/forms/%s/calendar")
	site.Door("form", "calendar.punctuality", "/forms/%s/punctuality")
	site.Door("period", "calendar.deadlines", "/periods/%s/deadlines")
	site.Door("lacking", "calendar.remind", "/periods/%s/calls/%s")
	site.Handle("GET /forms/{id}/calendar", web.SignedIn, s.show)
	site.Handle("POST /forms/{id}/calendar", web.SignedIn, s.set)
	site.Handle("POST /forms/{id}/calendar/next", web.SignedIn, s.next)
	site.Handle("GET /forms/{id}/punctuality", web.SignedIn, s.history)
	site.Handle("GET /forms/{id}/punctuality/{key}", web.SignedIn, s.history)
	site.Handle("GET /periods/{id}/deadlines", web.SignedIn, s.deadlines)
	site.Handle("POST /periods/{id}/deadlines", web.SignedIn, s.move)
	site.Handle("POST /periods/{id}/exceptions", web.SignedIn, s.except)
	site.Handle("POST /periods/{id}/exceptions/{n}/end", web.SignedIn, s.end)
	site.Handle("GET /periods/{id}/calls/{key}", web.SignedIn, s.calls)
	site.Handle("POST /periods/{id}/calls/{key}", web.SignedIn, s.remind)
}

// A slot is a period of the calendar: one that was opened, or one that comes.
type slot struct {
	Name     string
	From     vn.Day
	Last     vn.Day // of the period
	First    vn.Day // the earliest last day of a level
	Final    vn.Day // and the latest
	Period   filing.Period
	Received int64
	InTime   int64
	Due      int64
}

// Opened reports whether the period was opened.
func (x slot) Opened() bool { return x.Period.ID != "" }

// planPage is the calendar of a form.
type planPage struct {
	web.Page
	Form    form.Form
	Plan    Plan
	Year    int
	Slots   []slot
	Next    string // name of the period that comes next, "" if none does
	MayKeep bool
	Typed   typedPlan
	Again   bool // shown again after it was refused
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, planPage{Page: s.site.Page(r, "calendar.title")}, nil)
}

func (s *server) page(w http.ResponseWriter, r *http.Request, p planPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Form, err = form.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Plan, err = Get(ctx, tx, p.Form.ID); err != nil {
			return err
		}
		next, comes := cycle.Period{}, false
		if p.Plan.Version > 0 {
			if next, comes, err = p.Plan.upcoming(ctx, tx); err != nil {
				return err
			}
		}
		if comes {
			p.Next = next.Name(string(p.Lang))
		}
		p.Year, _ = strconv.Atoi(r.URL.Query().Get("year")) // what is no year is this one
		if p.Year < 1901 || p.Year > 2099 {
			p.Year = p.Now.In(vn.Zone).Year()
		}
		p.Slots, err = s.slots(ctx, tx, p)
		return err
	}); err != nil {
		return err
	}
	p.MayKeep = form.MayKeep(p.Actor, p.Form.Unit) == nil && p.Form.State != form.Closed
	if !p.Again {
		p.Typed = typedOf(p.Plan)
	}
	return web.Render(w, r, status, planView(p))
}

// slots returns the periods of the page's year: those that were opened, and those
// that the plan has besides.
func (s *server) slots(ctx context.Context, tx *db.Tx, p planPage) ([]slot, error) {
	const most = 500
	all, err := filing.Periods(ctx, tx, p.Form.ID, 0, most)
	if err != nil {
		return nil, err
	}
	var slots []slot
	year := strconv.Itoa(p.Year)
	for _, one := range all {
		if string(one.To.AddDays(-1))[:4] != year {
			continue
		}
		r, err := filing.Find(ctx, tx, one.ID)
		if err != nil {
			return nil, err
		}
		u, err := org.Get(ctx, tx, p.Actor, r.TopFor(p.Actor))
		if err != nil {
			return nil, err
		}
		x := slot{Name: one.Name, From: one.From, Last: one.To.AddDays(-1), First: r.Period.LastDay, Final: r.Period.LastDay, Period: r.Period}
		for _, l := range r.LastDays() {
			x.First, x.Final = min(x.First, l.Last), max(x.Final, l.Last)
		}
		if x.Received, x.InTime, x.Due, err = r.Received(ctx, tx, u.ID); err != nil {
			return nil, err
		}
		slots = append(slots, x)
	}
	for _, one := range p.Plan.ofYear(p.Year) {
		if slices.ContainsFunc(slots, func(x slot) bool { return x.From < one.To && one.From <= x.Last }) {
			continue // in its place another was opened
		}
		n, err := p.Plan.days(ctx, tx, one, s.off)
		if err != nil {
			return nil, err
		}
		x := slot{Name: one.Name(string(p.Lang)), From: one.From, Last: one.Last(), First: n.LastDay, Final: n.LastDay}
		for _, l := range n.Levels {
			x.First, x.Final = min(x.First, l.Last), max(x.Final, l.Last)
		}
		slots = append(slots, x)
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return strings.Compare(string(a.From), string(b.From)) })
	return slots, nil
}

// ofYear returns the periods of a plan that end in a year, or are named by it.
func (p *Plan) ofYear(year int) []cycle.Period {
	if p.Version == 0 {
		return nil
	}
	if p.Cycle.Kind != cycle.Campaign && p.Cycle.Kind != cycle.Term {
		return p.Cycle.Of(year)
	}
	one, ok := p.first(vn.MakeDay(year, 12, 31))
	if !ok || p.Cycle.Kind == cycle.Campaign && string(one.Last())[:4] != strconv.Itoa(year) {
		return nil
	}
	return []cycle.Period{one}
}

func (s *server) set(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	p := planPage{Page: s.site.Page(r, "calendar.title"), Typed: typedBy(v), Again: true}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := Set(ctx, tx, p.Actor, id, web.Version(r), p.Typed.plan())
		return err
	}); err != nil {
		return s.page(w, r, p, err)
	}
	return web.SeeSaid(w, r, "calendar.said.set", "/forms/%s/calendar", id)
}

func (s *server) next(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	id, opened, again := r.PathValue("id"), "", ""
	p := planPage{Page: s.site.Page(r, "calendar.title")}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		n, err := OpenNext(ctx, tx, p.Actor, id, s.off)
		if err != nil {
			return err
		}
		opened = n.ID
		again, err = s.site.Once(ctx, tx, r, "/periods/"+n.ID)
		return err
	}); err != nil && again == "" {
		return s.page(w, r, p, err)
	}
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	return web.SeeSaid(w, r, "calendar.said.opened", "/periods/%s/units/%s", opened, p.Actor.UnitKey)
}
