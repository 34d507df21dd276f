package site

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/presence"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const (
	pageSize = 100
	apart    = 100 // facts shown that do not count
)

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Door("conference before", "site.title", "/conferences/%s/sites")
	site.Handle("GET /conferences/{id}/sites", web.SignedIn, s.list)
	site.Handle("GET /conferences/{id}/sites/new", web.SignedIn, s.new)
	site.Handle("POST /conferences/{id}/sites", web.SignedIn, s.add)
	site.Handle("POST /conferences/{id}/sites/reminders", web.SignedIn, s.remind)
	site.Handle("GET /conferences/{id}/sites/checklist", web.SignedIn, s.checklist)
	site.Handle("POST /conferences/{id}/sites/checklist", web.SignedIn, s.setLines)
	site.Handle("POST /conferences/{id}/sites/{n}/checks", web.SignedIn, s.check)
	site.Handle("GET /conferences/{id}/sites/{n}", web.SignedIn, s.show)
	site.Handle("GET /conferences/{id}/sites/{n}/edit", web.SignedIn, s.edit)
	site.Handle("POST /conferences/{id}/sites/{n}", web.SignedIn, s.amend)
	site.Handle("POST /conferences/{id}/sites/{n}/people", web.SignedIn, s.put)
	site.Handle("POST /conferences/{id}/sites/{n}/heads", web.SignedIn, s.heads)
	site.Handle("POST /conferences/{id}/sites/{n}/readiness", web.SignedIn, s.ready)
	site.Handle("POST /conferences/{id}/sites/{n}/closure", web.SignedIn, s.close)
	site.Handle("GET /conferences/{id}/sites/{n}/checkins/{batch}", web.SignedIn, s.batch)
}

// number reads a whole number of an address or a form; what is none is -1, which
// nothing has.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// after is where a page of a list begins; a bad one is the first.
func after(r *http.Request) int64 { return max(0, number(r.URL.Query().Get("after"))) }

// showPage is a site's page.
type showPage struct {
	web.Page
	Gathering Gathering
	Site      Site
	Counts    counted
	Rows      []presence.Row
	Find      string
	After     int64
	More      bool
	Apart     []presence.Noted
	Aside     []attendance.Stray
	Devices   []presence.Device
	Lines     []Line
	Ticks     map[int64]Tick
	Reason    string // typed
	Calls     []attendance.Call
	Heads     []presence.HeadCount // where there is no list
	Listed    bool
	Units     string // typed
	MayKeep   bool
	MayName   bool
	Wrong     map[string]fault.Text
	Message   fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error { return s.page(w, r, nil) }

func (s *server) page(w http.ResponseWriter, r *http.Request, failed error) error {
	p := showPage{Page: s.site.Page(r, "site.title"), Find: vn.Clean(r.URL.Query().Get("q")), After: after(r), Units: r.PostFormValue("units"), Reason: r.PostFormValue("reason")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Gathering, p.Site, err = Get(ctx, tx, p.Actor, r.PathValue("id"), number(r.PathValue("n")))
		if err != nil {
			return err
		}
		return p.load(ctx, tx)
	}); err != nil {
		return err
	}
	p.Title, p.MayKeep = p.Site.Name, mayKeep(p.Actor, p.Gathering, p.Site) == nil
	return web.Render(w, r, status, showView(p))
}

func (p *showPage) load(ctx context.Context, tx *db.Tx) error {
	id, n := p.Gathering.ID, p.Site.N
	counts, err := countsAt(ctx, tx, id, []Site{p.Site})
	if err != nil {
		return err
	}
	p.Counts = counts[n]
	if err := p.checks(ctx, tx); err != nil {
		return err
	}
	if p.Devices, err = presence.Devices(ctx, tx, id, n); err != nil {
		return err
	}
	if err := p.loadHeads(ctx, tx); err != nil {
		return err
	}
	if p.MayName = mayName(p.Actor, p.Gathering, p.Site) == nil; !p.MayName {
		return nil
	}
	if p.Rows, err = presence.RollAt(ctx, tx, id, n, vn.Fold(p.Find), p.After, pageSize+1); err != nil {
		return err
	}
	if p.More = len(p.Rows) > pageSize; p.More {
		p.Rows = p.Rows[:pageSize]
	}
	if p.Apart, err = presence.Apart(ctx, tx, id, n, apart); err != nil {
		return err
	}
	p.Aside, err = attendance.AsideAt(ctx, tx, id, n, apart)
	return err
}

// checks reads the checklist, and what of it is ticked.
func (p *showPage) checks(ctx context.Context, tx *db.Tx) (err error) {
	if p.Lines, err = Lines(ctx, tx, p.Gathering.ID); err != nil {
		return err
	}
	ticks, err := ticksOf(ctx, tx, p.Gathering.ID, p.Site.N)
	p.Ticks = make(map[int64]Tick, len(ticks))
	for _, t := range ticks {
		p.Ticks[t.Line] = t
	}
	return err
}

func (p showPage) base() string {
	return fmt.Sprintf("/conferences/%s/sites/%d", p.Gathering.ID, p.Site.N)
}

func (p showPage) next() string {
	if !p.More {
		return ""
	}
	v := url.Values{"after": {strconv.FormatInt(p.Rows[len(p.Rows)-1].Member, 10)}}
	if p.Find != "" {
		v.Set("q", p.Find)
	}
	return p.base() + "?" + v.Encode()
}

func (p showPage) first() string {
	if p.After == 0 {
		return ""
	}
	return p.base() + "?q=" + url.QueryEscape(p.Find)
}

// formPage is the page to enter a site.
type formPage struct {
	web.Page
	Gathering Gathering
	N         int64 // 0 for a new one
	Version   int64
	Form      Form
	Capacity  string // typed
	MayHost   bool   // may say whose it is
	Wrong     map[string]fault.Text
	Message   fault.Text
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "site.new"), MayHost: true}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Gathering, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		return mayArrange(p.Actor, p.Gathering)
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(p))
}

func read(r *http.Request) (Form, string, error) {
	v, err := web.Form(r)
	if err != nil {
		return Form{}, "", err
	}
	f := Form{
		Unit: strings.TrimSpace(v.Get("unit")), Name: v.Get("name"), Address: v.Get("address"), Contact: v.Get("contact"), Phone: v.Get("phone"),
		Mode: v.Get("mode"), Technician: v.Get("technician"), TechPhone: v.Get("tech_phone"),
	}
	if typed := vn.Clean(v.Get("capacity")); typed != "" {
		f.Capacity = number(strings.ReplaceAll(typed, ".", ""))
	}
	return f, v.Get("capacity"), nil
}

func (s *server) add(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	f, typed, err := read(r)
	if err != nil {
		return err
	}
	var made Site
	again := ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if made, err = Add(ctx, tx, by, id, f); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, fmt.Sprintf("/conferences/%s/sites/%d", id, made.N))
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.again(w, r, formPage{Page: s.site.Page(r, "site.new"), Form: f, Capacity: typed, MayHost: true}, err)
	}
	return web.SeeSaid(w, r, "site.said.saved", "/conferences/%s/sites/%d", id, made.N)
}

// again shows the form with what was typed and what is wrong with it.
func (s *server) again(w http.ResponseWriter, r *http.Request, p formPage, err error) error {
	if _, ok := web.Refused(err, &p.Wrong, &p.Message); !ok {
		return err
	}
	if rerr := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Gathering, err = gathering(ctx, tx, p.Actor, r.PathValue("id"))
		return err
	}); rerr != nil {
		return rerr
	}
	return web.Render(w, r, web.Status(err), formView(p))
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "site.edit")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		g, x, err := Get(ctx, tx, p.Actor, r.PathValue("id"), number(r.PathValue("n")))
		if err != nil {
			return err
		}
		p.Gathering, p.N, p.Version, p.MayHost = g, x.N, x.Version, mayArrange(p.Actor, g) == nil
		p.Form = x.form()
		p.Form.Unit = x.UnitKey
		if x.Capacity > 0 {
			p.Capacity = vn.Int(x.Capacity)
		}
		return mayKeep(p.Actor, g, x)
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(p))
}

func (s *server) amend(w http.ResponseWriter, r *http.Request) error {
	by, id, n := auth.FromContext(r.Context()), r.PathValue("id"), number(r.PathValue("n"))
	f, typed, err := read(r)
	if err != nil {
		return err
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Amend(ctx, tx, by, id, n, web.Version(r), f) }); err != nil {
		return s.again(w, r, formPage{Page: s.site.Page(r, "site.edit"), N: n, Version: web.Version(r), Form: f, Capacity: typed, MayHost: f.Unit != ""}, err)
	}
	return web.SeeSaid(w, r, "site.said.saved", "/conferences/%s/sites/%d", id, n)
}

// act runs a verb on a site; what is wrong is said on its page.
func (s *server) act(w http.ResponseWriter, r *http.Request, said string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error) error {
	by, id, n := auth.FromContext(r.Context()), r.PathValue("id"), number(r.PathValue("n"))
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, by, id, n) }); err != nil {
		return s.page(w, r, err)
	}
	return web.SeeSaid(w, r, said, "/conferences/%s/sites/%d", id, n)
}

func (s *server) ready(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "site.said.ready", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
		return MakeReady(ctx, tx, by, id, n, web.Version(r), r.PostFormValue("reason"))
	})
}

func (s *server) close(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "site.said.closed", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
		return Close(ctx, tx, by, id, n, web.Version(r))
	})
}

func (s *server) put(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	units := strings.FieldsFunc(v.Get("units"), func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '\n' || c == '\r' })
	return s.act(w, r, "site.said.put", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
		_, _, err := Put(ctx, tx, by, id, n, units, v.Get("whole") != "")
		return err
	})
}

// batchPage shows the facts behind a post: those of one unit, and no other.
type batchPage struct {
	web.Page
	Gathering Gathering
	Site      Site
	Unit      org.Unit
	Facts     []presence.Noted
}

func (s *server) batch(w http.ResponseWriter, r *http.Request) error {
	p := batchPage{Page: s.site.Page(r, "site.batch")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Gathering, err = gathering(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.URL.Query().Get("unit")); err != nil {
			return err
		}
		if !p.Actor.Is(auth.Administrator, auth.Secretary, auth.Clerk, auth.Inspector) {
			return fault.New(fault.Denied, "site.error.may_name")
		}
		n := number(r.PathValue("n"))
		all, err := presence.BatchOf(ctx, tx, p.Gathering.ID, n, number(r.PathValue("batch")), p.Unit.ID)
		if err == nil && len(all) == 0 {
			err = fault.New(fault.NotFound, "error.not_found")
		}
		if err != nil {
			return err
		}
		if p.Facts = all; n == 0 { // marked from the list of a conference without sites
			return nil
		}
		p.Site, err = one(ctx, tx, p.Gathering.ID, n)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, batchView(p))
}

// Href returns the page of the facts behind a post, by the id of its source: those of
// the unit with a key.
func Href(id, unit, _ string) string {
	b := conference.ParseBatch(id)
	if b.Conference == "" {
		return ""
	}
	return fmt.Sprintf("/conferences/%s/sites/%d/checkins/%d?unit=%s", b.Conference, b.Site, b.N, url.QueryEscape(unit))
}
