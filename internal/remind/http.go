package remind

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
	keepers := web.Only(auth.Secretary, auth.Clerk)
	site.Handle("GET /reminders", keepers, s.show)
	site.Handle("POST /reminders/rules", keepers, s.add)
	site.Handle("POST /reminders/rules/{days}", keepers, s.set)
}

type page struct {
	web.Page
	Rules []Rule
	Given []Reminder
	Days  string // as typed
	Side  string
	Wrong map[string]fault.Text
}

// The sides of the last day on which a rule may stand.
const (
	before = "before"
	after  = "after"
)

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, http.StatusOK, nil)
}

func (s *server) page(w http.ResponseWriter, r *http.Request, status int, wrong map[string]fault.Text) error {
	const most = 50
	p := page{Page: s.site.Page(r, "remind.title"), Wrong: wrong, Days: r.PostFormValue("days"), Side: r.PostFormValue("side")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Rules, err = Rules(ctx, tx, p.Actor); err != nil {
			return err
		}
		p.Given, err = Given(ctx, tx, p.Actor, most)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, status, view(p))
}

func (s *server) add(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	days, err := strconv.ParseInt(vn.Clean(r.PostFormValue("days")), 10, 32)
	if err != nil || days < 0 {
		days = maxDays + 1 // which Add refuses
	}
	if r.PostFormValue("side") == before {
		days = -days
	}
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Add(ctx, tx, by, days) })
	if fault.Is(err, fault.Invalid) {
		return s.page(w, r, http.StatusUnprocessableEntity, fault.Of(err).Fields)
	}
	if err != nil {
		return err
	}
	return web.SeeSaid(w, r, "remind.said.saved", "/reminders")
}

func (s *server) set(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	days, err := strconv.ParseInt(r.PathValue("days"), 10, 32)
	if err != nil {
		return fault.New(fault.NotFound, "error.not_found")
	}
	on := r.PostFormValue("on") == "1"
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Switch(ctx, tx, by, days, on) }); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "remind.said.saved", "/reminders")
}

// rule writes a rule as a sentence.
func rule(p web.Page, days int64) string {
	switch {
	case days < 0:
		return p.T("remind.rule.before", -days)
	case days > 0:
		return p.T("remind.rule.after", days)
	}
	return p.T("remind.rule.on")
}

// short writes a rule in a few words, for a table.
func short(p web.Page, days int64) string {
	switch {
	case days < 0:
		return p.T("remind.short.before", -days)
	case days > 0:
		return p.T("remind.short.after", days)
	}
	return p.T("remind.short.on")
}
