package signing

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const pageSize = 50

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Handle("GET /periods/{id}/reports/{key}", web.SignedIn, s.show)
	site.Handle("POST /periods/{id}/reports/{key}/signature", web.SignedIn, s.sign)
	site.Handle("POST /periods/{id}/reports/{key}/refusal", web.SignedIn, s.refuse)
	site.Handle("POST /periods/{id}/reports/{key}/return", web.SignedIn, s.giveBack)
	site.Handle("POST /periods/{id}/reports/{key}/acceptance", web.SignedIn, s.accept)
	site.Handle("GET /periods/{id}/inbox", web.SignedIn, s.inbox)
	site.Handle("POST /periods/{id}/inbox", web.SignedIn, s.acceptMany)
}

// casePage is how the return of one unit stands and what can be done with it.
type casePage struct {
	web.Page
	Case       Case
	Waits      filing.Entry
	IsWaiting  bool
	Before     Before
	MayFill    bool
	MaySign    bool
	MayReceive bool
	Typed      Back
	Reason     string // typed for a refusal
	Wrong      map[string]fault.Text
	Message    fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, casePage{Page: s.site.Page(r, "signing.title")}, nil)
}

func (s *server) page(w http.ResponseWriter, r *http.Request, p casePage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Case, err = Get(ctx, tx, p.Actor, r.PathValue("id"), r.PathValue("key"))
		return err
	}); err != nil {
		return err
	}
	c := p.Case
	p.Title = c.Unit.Name
	p.Waits, p.IsWaiting = c.Waits()
	p.Before = c.BeforeFor(p.Actor)
	p.MayFill = filing.MaySubmit(p.Actor, c.Case) == nil
	p.MaySign = p.IsWaiting && maySign(p.Actor, c.Unit) == nil && c.Round.Period.State == form.Opened
	p.MayReceive = c.Steps() != form.None && mayReceive(p.Actor, c.Unit) == nil && (c.Report.State == Submitted || c.Report.State == Accepted)
	return web.Render(w, r, status, caseView(p))
}

// act does a verb to a case and shows the page again, with what was wrong.
func (s *server) act(w http.ResponseWriter, r *http.Request, p casePage, said string, verb func(ctx context.Context, tx *db.Tx, period, key string) error) error {
	id, key := r.PathValue("id"), r.PathValue("key")
	p.Page = s.site.Page(r, "signing.title")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, id, key) }); err != nil {
		return s.page(w, r, p, err)
	}
	return web.SeeSaid(w, r, said, "/periods/%s/reports/%s", id, url.PathEscape(key))
}

func (s *server) sign(w http.ResponseWriter, r *http.Request) error {
	by, hash := s.site.Page(r, "signing.title").Actor, r.PostFormValue("hash")
	return s.act(w, r, casePage{}, "signing.said.signed", func(ctx context.Context, tx *db.Tx, period, key string) error {
		_, err := Sign(ctx, tx, by, period, key, hash)
		return err
	})
}

func (s *server) refuse(w http.ResponseWriter, r *http.Request) error {
	by, hash, reason := s.site.Page(r, "signing.title").Actor, r.PostFormValue("hash"), r.PostFormValue("reason")
	return s.act(w, r, casePage{Reason: reason}, "signing.said.refused", func(ctx context.Context, tx *db.Tx, period, key string) error {
		return Refuse(ctx, tx, by, period, key, hash, reason)
	})
}

func (s *server) accept(w http.ResponseWriter, r *http.Request) error {
	by, seen := s.site.Page(r, "signing.title").Actor, number(r, "seen")
	return s.act(w, r, casePage{}, "signing.said.accepted", func(ctx context.Context, tx *db.Tx, period, key string) error {
		return Accept(ctx, tx, by, period, key, seen)
	})
}

func (s *server) giveBack(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, seen := s.site.Page(r, "signing.title").Actor, number(r, "seen")
	back := Back{Reason: v.Get("reason"), Until: vn.TypedDay(v.Get("until")), Reasons: map[string]string{}}
	for name := range v {
		if key, ok := strings.CutPrefix(name, "reasons."); ok {
			back.Reasons[key] = v.Get(name)
		}
	}
	return s.act(w, r, casePage{Typed: back}, "signing.said.returned", func(ctx context.Context, tx *db.Tx, period, key string) error {
		return Return(ctx, tx, by, period, key, seen, back)
	})
}

// number reads a whole number of a form; what is none was never seen.
func number(r *http.Request, name string) int64 {
	n, _ := strconv.ParseInt(r.PostFormValue(name), 10, 64)
	return n
}

// inboxPage lists the reports that the reader's unit accepts in a period.
type inboxPage struct {
	web.Page
	Round  filing.Round
	State  State
	Query  string
	Counts Counts
	Lines  []Line
	Offset int
	More   bool
	May    bool
}

func (s *server) inbox(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := inboxPage{Page: s.site.Page(r, "signing.inbox"), State: State(q.Get("state")), Query: vn.Clean(q.Get("q")), Offset: web.Offset(r)}
	if p.State != Returned && p.State != Accepted {
		p.State = Submitted
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Round, err = filing.GetRound(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.Lines, p.Counts, err = Inbox(ctx, tx, p.Actor, p.Round.Period.ID, p.State, p.Query, p.Offset, pageSize+1)
		return err
	}); err != nil {
		return err
	}
	p.Lines, p.More = web.Cut(p.Lines, pageSize)
	p.May = mayAccept(p.Actor) == nil
	return web.Render(w, r, http.StatusOK, inboxView(p))
}

// acceptMany takes the reports that were ticked, or all that wait, some at a time so
// that others can work beside it.
func (s *server) acceptMany(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id := s.site.Page(r, "signing.inbox").Actor, r.PathValue("id")
	var seen map[string]int64
	if v.Get("all") == "" {
		seen = map[string]int64{}
		for _, one := range v["report"] {
			key, n, _ := strings.Cut(one, ":")
			seen[key], _ = strconv.ParseInt(n, 10, 64) // what is no number was never seen
		}
	}
	for {
		var n int
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = AcceptMany(ctx, tx, by, id, seen)
			return err
		}); err != nil {
			return err
		}
		if seen != nil || n < MaxBulk {
			break
		}
	}
	return web.SeeSaid(w, r, "signing.said.accepted_many", "/periods/%s/inbox", id)
}

// figure writes a figure of an item, or that it is empty.
func (p casePage) figure(it form.Item, x int64, ok bool) string {
	switch {
	case !ok:
		return p.T("signing.blank")
	case it.Kind == form.YesNo && x == 1:
		return p.T("signing.yes")
	case it.Kind == form.YesNo:
		return p.T("signing.no")
	}
	return it.Write(x)
}
