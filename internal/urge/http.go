package urge

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	keepers := web.Only(auth.Secretary, auth.Clerk)
	site.Handle("GET /task-rules", keepers, func(w http.ResponseWriter, r *http.Request) error { return s.rules(w, r, nil) })
	site.Handle("POST /task-rules", keepers, s.addRule)
	site.Handle("POST /task-rules/{sort}/{days}", keepers, s.switchRule)
}

// rulePage shows when tasks remind.
type rulePage struct {
	web.Page
	Rules []Rule
	Given []Reminder
	Days  string // typed
	Side  string
	Sort  string
	Wrong map[string]fault.Text
}

func (s *server) rules(w http.ResponseWriter, r *http.Request, failed error) error {
	const most = 50
	p := rulePage{Page: s.site.Page(r, "task.rules"), Days: r.PostFormValue("days"), Side: r.PostFormValue("side"), Sort: r.PostFormValue("sort")}
	var message fault.Text
	status, ok := web.Refused(failed, &p.Wrong, &message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Rules, err = Rules(ctx, tx, p.Actor); err != nil {
			return err
		}
		p.Given, err = reminders(ctx, tx, p.Actor, most)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, ruleView(p))
}

func (s *server) addRule(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	days, err := strconv.ParseInt(vn.Clean(v.Get("days")), 10, 32)
	if err != nil || days < 0 {
		days = maxDays + 1 // which Add refuses
	}
	if v.Get("side") == "before" {
		days = -days
	}
	by := auth.FromContext(r.Context())
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Add(ctx, tx, by, v.Get("sort"), days) }); err != nil {
		return s.rules(w, r, err)
	}
	return web.SeeSaid(w, r, "task.said.rule", "/task-rules")
}

func (s *server) switchRule(w http.ResponseWriter, r *http.Request) error {
	days, err := strconv.ParseInt(r.PathValue("days"), 10, 32)
	if err != nil {
		return fault.New(fault.NotFound, "error.not_found")
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	by, on := auth.FromContext(r.Context()), strings.TrimSpace(r.PostFormValue("on")) == "1"
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Switch(ctx, tx, by, r.PathValue("sort"), days, on)
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "task.said.rule", "/task-rules")
}
