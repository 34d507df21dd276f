// Package web turns handlers that return errors into pages. Every slice serves
// through it and no slice knows another.
package web

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
)

// A HandlerFunc answers one request, or says why it cannot.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Config is what a site is made of.
type Config struct {
	Catalog *i18n.Catalog
	Log     *slog.Logger
	DB      *db.DB
	// Authenticate returns who asks, nobody for a visitor.
	Authenticate func(r *http.Request) (auth.Actor, error)
	// Frame fills in what stands around every page: menu, units, notices.
	Frame func(r *http.Request, p *Page)
}

// A Site is what all slices are served by.
type Site struct {
	Config
	mux    *http.ServeMux
	routes []Route
	assets assets
	doors  map[string][]door
}

type door struct{ key, format string }

// Door has the pages about a kind of thing lead to a page of a slice above them, by a
// link with a message; format takes what names the thing in addresses. The page it
// leads to says who may come in.
func (s *Site) Door(at, key, format string) { s.doors[at] = append(s.doors[at], door{key, format}) }

// NewSite returns a site with no routes but its assets and the language switch.
func NewSite(c Config) *Site {
	s := &Site{Config: c, mux: http.NewServeMux(), assets: loadAssets(), doors: map[string][]door{}}
	s.mux.Handle("GET /assets/", s.assets)
	s.Handle("POST /language", Anyone, s.language)
	s.handleCheckin()
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, fault.New(fault.NotFound, "error.not_found"))
	})
	return s
}

// Access says who may ask for a route at all; the slice decides the rest.
type Access struct {
	name  string
	roles []auth.Role
}

// The common accesses.
var (
	Anyone   = Access{name: "anyone"}
	SignedIn = Access{name: "signed in"}
)

// Only lets those with any of roles.
func Only(roles ...auth.Role) Access {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return Access{name: strings.Join(names, " "), roles: roles}
}

// A Route is a pattern and who may ask for it.
type Route struct{ Pattern, Access string }

// Routes returns all routes in the order of their patterns.
func (s *Site) Routes() []Route {
	return slices.SortedFunc(slices.Values(s.routes), func(a, b Route) int { return strings.Compare(a.Pattern, b.Pattern) })
}

// Pattern returns the route that answers r, "" if none does.
func (s *Site) Pattern(r *http.Request) string {
	_, pattern := s.mux.Handler(r)
	if pattern == "/" {
		return ""
	}
	return pattern
}

// Handle serves pattern with h to those access lets. An error that h returns
// becomes a page.
func (s *Site) Handle(pattern string, access Access, h HandlerFunc) {
	s.routes = append(s.routes, Route{pattern, access.name})
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := s.let(access, r); err != nil {
			s.fail(w, r, err)
			return
		}
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

func (s *Site) let(a Access, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if a.name == Anyone.name {
		return nil
	}
	if !by.Known() {
		return fault.New(fault.SignIn, "error.sign_in")
	}
	if len(a.roles) > 0 && !by.Is(a.roles...) {
		return fault.New(fault.Denied, "error.denied")
	}
	return nil
}

var statuses = map[fault.Kind]int{
	fault.Internal:    http.StatusInternalServerError,
	fault.Invalid:     http.StatusUnprocessableEntity,
	fault.NotFound:    http.StatusNotFound,
	fault.Denied:      http.StatusForbidden,
	fault.Conflict:    http.StatusConflict,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
	fault.Limited:     http.StatusTooManyRequests,
	fault.SignIn:      http.StatusUnauthorized,
	fault.Unavailable: http.StatusServiceUnavailable,
}

// Status returns the HTTP status of an error.
func Status(err error) int { return statuses[fault.Of(err).Kind] }

// fail answers with a page that says what went wrong in the reader's language.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := fault.Of(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
			return // the reader has gone
		}
		s.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "request", requestID(r), "err", err)
	}
	if f.Kind == fault.SignIn && r.Method == http.MethodGet {
		http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	title := "error.title"
	switch f.Kind {
	case fault.NotFound:
		title = "error.title.not_found"
	case fault.Denied:
		title = "error.title.denied"
	}
	p := errorPage{Page: s.Page(r, title), Status: Status(err), Request: requestID(r)}
	for _, g := range p.Menu {
		for i := range g.Items {
			g.Items[i].Count = nil // what it counts may be what failed
		}
	}
	p.Message = p.T(f.Key, f.Args...)
	if len(f.Fields) > 0 {
		for _, k := range sorted(f.Fields) {
			p.Details = append(p.Details, p.T(f.Fields[k].Key, f.Fields[k].Args...))
		}
	}
	if err := Render(w, r, p.Status, errorView(p)); err != nil {
		s.Log.ErrorContext(r.Context(), "error page failed", "err", err)
	}
}

type errorPage struct {
	Page
	Status  int
	Message string
	Details []string
	Request string
}

// Render writes a page. Nothing is written if the page fails.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var b strings.Builder
	if err := c.Render(r.Context(), &b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	_, err := w.Write([]byte(b.String()))
	if err != nil && r.Context().Err() != nil {
		return nil // the reader has gone
	}
	return err
}

// See sends the browser on to a page after something was done.
func See(w http.ResponseWriter, r *http.Request, format string, args ...any) error {
	http.Redirect(w, r, fmt.Sprintf(format, args...), http.StatusSeeOther)
	return nil
}

// SeeSaid is See with a sentence, by message key, that the next page shows.
func SeeSaid(w http.ResponseWriter, r *http.Request, key, format string, args ...any) error {
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: key, Path: "/", MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return See(w, r, format, args...)
}

func (s *Site) language(w http.ResponseWriter, r *http.Request) error {
	l := i18n.Lang(r.PostFormValue("lang"))
	if !slices.Contains(i18n.Langs, l) {
		l = i18n.Langs[0]
	}
	http.SetCookie(w, &http.Cookie{Name: langCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return See(w, r, "%s", Local(r.PostFormValue("return")))
}

// Local returns path if it is a path of this site, else "/".
func Local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

// Locale holds the messages of this package and those every package shares.
//
//go:embed locale/*.json
var Locale embed.FS
