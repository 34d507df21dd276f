package holiday

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

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Handle("GET /holidays", web.SignedIn, s.show)
	site.Handle("POST /holidays", web.Only(auth.Administrator), s.set)
	site.Handle("POST /holidays/{day}/removal", web.Only(auth.Administrator), s.remove)
}

type page struct {
	web.Page
	Year    int
	Days    []Day
	Missing []string
	MayKeep bool
	Form    Day
	Wrong   map[string]fault.Text
	Message fault.Text
}

// yearOf reads the year asked for; what is none is the one of the page.
func yearOf(typed string, p web.Page) int {
	y, err := strconv.Atoi(typed)
	if err != nil || y < 1900 || y > 2100 {
		y = p.Now.In(vn.Zone).Year()
	}
	return y
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error { return s.page(w, r, Day{}, nil) }

func (s *server) page(w http.ResponseWriter, r *http.Request, typed Day, failed error) error {
	p := page{Page: s.site.Page(r, "holiday.title"), Form: typed}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if p.Form.Kind == "" {
		p.Form.Kind = Off
	}
	p.Year = yearOf(r.URL.Query().Get("year"), p.Page)
	if typed.Day.Valid() {
		p.Year = yearOf(string(typed.Day[:4]), p.Page)
	}
	year := strconv.Itoa(p.Year)
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Days, err = Of(ctx, tx, vn.Day(year+"-01-01"), vn.Day(year+"-12-31"))
		return err
	}); err != nil {
		return err
	}
	p.Missing, p.MayKeep = Missing(p.Days), mayKeep(p.Actor) == nil
	return web.Render(w, r, status, view(p))
}

func (s *server) set(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by := auth.FromContext(r.Context())
	d := Day{Day: vn.TypedDay(v.Get("day")), Kind: Kind(v.Get("kind")), Name: v.Get("name"), Source: v.Get("source")}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Set(ctx, tx, by, d) }); err != nil {
		return s.page(w, r, d, err)
	}
	return web.SeeSaid(w, r, "holiday.said.saved", "/holidays?year=%s", string(d.Day[:4]))
}

func (s *server) remove(w http.ResponseWriter, r *http.Request) error {
	by, day := auth.FromContext(r.Context()), vn.Day(r.PathValue("day"))
	if !day.Valid() {
		return fault.New(fault.NotFound, "error.not_found")
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Remove(ctx, tx, by, day) }); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "holiday.said.removed", "/holidays?year=%s", string(day[:4]))
}
