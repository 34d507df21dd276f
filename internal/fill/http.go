package fill

import (
	"context"
	"embed"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/signing"
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
	site.Handle("GET /periods/{id}/returns/{key}/fill", web.SignedIn, s.show)
	site.Handle("POST /periods/{id}/returns/{key}/fill", web.SignedIn, s.send)
	site.Handle("POST /periods/{id}/returns/{key}/draft", web.SignedIn, s.save)
}

// page is the fields of a unit's return.
type page struct {
	web.Page
	Case    signing.Case
	Draft   Draft // that stands on the server
	Typed   map[string]string
	Base    map[string]string // as the server has it
	Memory  Memory
	Others  map[string]string // what another clerk has typed, where it differs
	Again   bool              // shown again after it was refused
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, page{Page: s.site.Page(r, "fill.title")}, nil)
}

func (s *server) page(w http.ResponseWriter, r *http.Request, p page, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Case, err = signing.Get(ctx, tx, p.Actor, r.PathValue("id"), r.PathValue("key")); err != nil {
			return err
		}
		if err := filing.MaySubmit(p.Actor, p.Case.Case); err != nil {
			return err
		}
		if p.Draft, err = Stands(ctx, tx, p.Actor, p.Case.Case); err != nil {
			return err
		}
		p.Memory, err = Remember(ctx, tx, p.Case.Case)
		return err
	}); err != nil {
		return err
	}
	p.Title = p.Case.Unit.Name
	if p.Base = p.Draft.Fields; p.Draft.Version == 0 {
		p.Base = said(p.Case)
	}
	if !p.Again {
		p.Typed = p.Base
	} else if p.Draft.Version != 0 && p.Message.Key == "error.conflict" {
		p.Others = map[string]string{}
		for _, it := range p.Case.Round.Form.Items {
			if name := field(it); name != "" && p.Typed[name] != p.Draft.Fields[name] {
				p.Others[name] = p.Draft.Fields[name]
			}
		}
	}
	return web.Render(w, r, status, view(p))
}

// said are the fields as what waits for the secretary has them, or the return that
// stands.
func said(c signing.Case) map[string]string {
	all := map[string]string{}
	x := c.Newest()
	given, waits := c.Given()
	for i, it := range c.Round.Form.Items {
		if waits {
			if n, ok := given.Figures[it.Key]; ok {
				all[field(it)] = typed(it, n)
			} else if text := given.Texts[it.Key]; text != "" {
				all[field(it)] = text
			}
		} else if it.Kind == form.Text {
			if text := c.Texts[x.N][it.Key]; text != "" {
				all[field(it)] = text
			}
		} else if n, ok := x.Figure(i + 1); ok && it.Entered() {
			all[field(it)] = typed(it, n)
		}
	}
	return all
}

// field names the field of an item, "" if nobody enters it.
func field(it form.Item) string {
	switch {
	case it.Kind == form.Text, it.Entered():
		return filing.Field(it.Key)
	}
	return ""
}

// typed writes a figure as it stands in its field.
func typed(it form.Item, n int64) string {
	if it.Kind == form.YesNo {
		return strconv.FormatInt(n, 10)
	}
	return it.Write(n)
}

// readForm takes what was typed: the fields as typed, what they come to, and what is no
// figure.
func readForm(f form.Form, v url.Values) (fields map[string]string, now filing.Entry, w fault.Wrong) {
	fields, w = map[string]string{"reason": v.Get("reason")}, fault.Wrong{}
	now = filing.Entry{Figures: filing.Figures{}, Texts: filing.Texts{}, Reason: v.Get("reason")}
	now.Seen, _ = strconv.ParseInt(v.Get("seen"), 10, 64) // what is no number was never seen
	for _, it := range f.Items {
		name := field(it)
		if name == "" {
			continue
		}
		fields[name] = v.Get(name)
		text := strings.TrimSpace(v.Get(name))
		switch {
		case text == "":
		case it.Kind == form.Text:
			now.Texts[it.Key] = text
		default:
			x, ok := it.Read(text)
			if !ok {
				w.Add(name, "fill.error.number")
			}
			now.Figures[it.Key] = x
		}
	}
	return fields, now, w
}

// send makes a return of what was typed. What another clerk has saved since the page
// was shown is not passed over: both are shown.
func (s *server) send(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	id, key := r.PathValue("id"), r.PathValue("key")
	p := page{Page: s.site.Page(r, "fill.title"), Again: true}
	var c filing.Case
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = filing.CaseOf(ctx, tx, p.Actor, id, key)
		return err
	}); err != nil {
		return err
	}
	fields, now, wrong := readForm(c.Round.Form, v)
	p.Typed = fields
	if err := wrong.Err(); err != nil {
		return s.page(w, r, p, err)
	}
	var report signing.Report
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		report, err = Send(ctx, tx, p.Actor, id, key, web.Version(r), fields, now)
		return err
	}); err != nil {
		return s.page(w, r, p, err)
	}
	switch {
	case c.Round.Form.Steps == form.None:
		return web.SeeSaid(w, r, "fill.said.sent", "/periods/%s/returns/%s", id, url.PathEscape(key))
	case report.State == signing.Asked:
		return web.SeeSaid(w, r, "fill.said.asked", "/periods/%s/reports/%s", id, url.PathEscape(key))
	}
	return web.SeeSaid(w, r, "fill.said.submitted", "/periods/%s/reports/%s", id, url.PathEscape(key))
}

// A state is what the page is told of the draft that stands.
type state struct {
	Version int64             `json:"version"`
	When    string            `json:"when"`
	Who     string            `json:"who,omitempty"`
	Fields  map[string]string `json:"fields,omitempty"` // of another clerk
	Message string            `json:"message,omitempty"`
}

// save keeps a draft: for a script it answers what stands, for a browser without
// scripts it is the page again.
func (s *server) save(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id, key := auth.FromContext(r.Context()), r.PathValue("id"), r.PathValue("key")
	p := page{Page: s.site.Page(r, "fill.title"), Again: true, Typed: map[string]string{}}
	for name := range v {
		if name == "reason" || strings.HasPrefix(name, "figures.") {
			p.Typed[name] = v.Get(name)
		}
	}
	seen, _ := strconv.ParseInt(v.Get("seen"), 10, 64) // what is no number was never seen
	var d Draft
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = Save(ctx, tx, by, id, key, web.Version(r), seen, p.Typed)
		return err
	})
	if r.Header.Get("Accept") != "application/json" {
		if err != nil {
			return s.page(w, r, p, err)
		}
		return web.SeeSaid(w, r, "fill.said.saved", "/periods/%s/returns/%s/fill", id, url.PathEscape(key))
	}
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	status, out := http.StatusOK, state{Version: d.Version, When: p.clock(d)}
	if err != nil {
		status, out.Who, out.Fields = http.StatusConflict, d.Name, d.Fields
		if d.Version == 0 {
			out.Message = p.Text(fault.Of(err).Text)
		} else if out.Fields == nil {
			out.Fields = map[string]string{}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(out)
}
