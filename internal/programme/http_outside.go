package programme

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/file"
	"nhipcau/internal/web"
)

// registerOutside adds the pages for people who do not sign in.
func (s *server) registerOutside() {
	s.site.Handle("GET /p/{key}", web.Anyone, s.outside)
	s.site.Handle("GET /p/{key}/programme.ics", web.Anyone, s.outsideCalendar)
	s.site.Handle("GET /p/{key}/materials/{material}", web.Anyone, s.outsideMaterial)
}

// outsidePage is the page of a programme for people outside.
type outsidePage struct {
	web.Page
	View
	Of   map[string][]Material // by topic
	Code string
}

// view finds what is at the address for who asks. The code of an invitation is in
// nothing that is kept: neither in the log nor in what other sites are told.
func (s *server) view(w http.ResponseWriter, r *http.Request) (v View, err error) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Robots-Tag", "noindex")
	by := auth.FromContext(r.Context())
	err = s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = Open(ctx, tx, by, strings.ToLower(r.PathValue("key")), r.URL.Query().Get("c"))
		return err
	})
	return v, err
}

func (s *server) outside(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(w, r)
	if err != nil {
		return err
	}
	p := outsidePage{Page: s.site.Page(r, "programme.title"), View: v, Of: byTopic(v.Materials), Code: r.URL.Query().Get("c")}
	p.Title = v.Conference.Title
	return web.Render(w, r, http.StatusOK, outsideView(p))
}

// path is an address under the page, with the code the reader came with.
func (p outsidePage) path(more string) string {
	s := "/p/" + p.Settings.Address + more
	if p.Code != "" {
		s += "?c=" + url.QueryEscape(p.Code)
	}
	return s
}

func (s *server) outsideCalendar(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(w, r)
	if err != nil {
		return err
	}
	address := ""
	if s.base != "" && v.Settings.Visibility == Public {
		address = s.base + "/p/" + v.Settings.Address
	}
	return send(w, "hoi-nghi.ics", "text/calendar; charset=utf-8; method=PUBLISH", Calendar(v.Conference, s.db.Now(), address))
}

func (s *server) outsideMaterial(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(w, r)
	if err != nil {
		return err
	}
	m, err := pick(v.Materials, r.PathValue("material"))
	if err != nil {
		return err
	}
	var f file.File
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = fileOf(ctx, tx, m, 0)
		return err
	}); err != nil {
		return err
	}
	return s.files.Show(w, r, f)
}
