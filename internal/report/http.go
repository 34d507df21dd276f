package report

import (
	"context"
	"embed"
	"net/http"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/rollout"
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
	site.Handle("GET /reports", web.SignedIn, s.list)
	site.Handle("GET /reports/new", web.SignedIn, s.new)
	site.Handle("POST /reports", web.SignedIn, s.begin)
	site.Handle("GET /reports/{id}", web.SignedIn, s.show)
	site.Handle("POST /reports/{id}", web.SignedIn, s.write)
	site.Handle("POST /reports/{id}/submission", web.SignedIn, s.submit)
	site.Handle("POST /reports/{id}/acceptance", web.SignedIn, s.accept)
	site.Handle("POST /reports/{id}/return", web.SignedIn, s.giveBack)
}

type listPage struct {
	web.Page
	Filter  Filter
	Reports []Report
	Offset  int
	More    bool
	MayNew  bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := listPage{Page: s.site.Page(r, "report.title"), Filter: Filter{Rollout: q.Get("rollout"), State: State(q.Get("state")), Query: vn.Clean(q.Get("q"))}}
	p.Offset = web.Offset(r)
	p.MayNew = mayWrite(p.Actor, p.Actor.Unit) == nil
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Reports, err = List(ctx, tx, p.Actor, p.Filter, p.Offset, pageSize+1)
		return err
	})
	if err != nil {
		return err
	}
	p.Reports, p.More = web.Cut(p.Reports, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

type newPage struct {
	web.Page
	Rollouts []rollout.Rollout
	Chosen   string
}

// new offers the rollouts to report on; one chosen by the address is ticked.
func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	const most = 50
	p := newPage{Page: s.site.Page(r, "report.begin"), Chosen: r.URL.Query().Get("rollout")}
	if err := mayWrite(p.Actor, p.Actor.Unit); err != nil {
		return err
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		all, err := rollout.List(ctx, tx, p.Actor, "", 0, most)
		for _, x := range all {
			if x.State == rollout.Open {
				p.Rollouts = append(p.Rollouts, x)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if p.Chosen == "" && len(p.Rollouts) > 0 {
		p.Chosen = p.Rollouts[0].ID
	}
	return web.Render(w, r, http.StatusOK, newView(p))
}

func (s *server) begin(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	var n Report
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = Begin(ctx, tx, by, r.PostFormValue("rollout"))
		return err
	}); err != nil {
		return err
	}
	return web.See(w, r, "/reports/%s", n.ID)
}

type showPage struct {
	web.Page
	Report     Report
	Form       Form
	Figures    Figures
	Events     []Event
	Children   []Child
	Remarks    map[string][]Remark
	MayWrite   bool
	MaySubmit  bool
	MayReceive bool
	Typed      map[string]string
	Wrong      map[string]fault.Text
	Message    fault.Text
	Reason     string
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, nil, nil)
}

// page shows a report; after a failed deed with what went wrong and what was
// typed.
func (s *server) page(w http.ResponseWriter, r *http.Request, failed error, typed map[string]string) error {
	p := showPage{Page: s.site.Page(r, "report.title"), Typed: typed, Reason: r.PostFormValue("reason")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Report, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Form, err = p.Report.form(); err != nil {
			return err
		}
		if p.Figures, err = Count(ctx, tx, p.Report); err != nil {
			return err
		}
		if p.Events, err = Events(ctx, tx, p.Report); err != nil {
			return err
		}
		if p.Children, err = Children(ctx, tx, p.Actor, p.Report.Rollout, p.Report.Unit); err != nil {
			return err
		}
		remarks, err := Remarks(ctx, tx, p.Actor, p.Report.Rollout, p.Report.Unit)
		p.Remarks = map[string][]Remark{}
		for _, m := range remarks {
			p.Remarks[m.Item] = append(p.Remarks[m.Item], m)
		}
		return err
	})
	if err != nil {
		return err
	}
	if typed == nil {
		p.Typed = p.Report.Answers
	}
	p.Title = p.Form.Title[p.Lang]
	p.MayWrite = mayWrite(p.Actor, p.Report.Unit) == nil && p.Report.Open()
	p.MaySubmit = maySubmit(p.Actor, p.Report.Unit) == nil && p.Report.Open()
	p.MayReceive = mayReceive(p.Actor, p.Report.Unit) == nil && !p.Report.Open()
	return web.Render(w, r, status, showView(p))
}

// write keeps the remarks, and signs the report if the button says so.
func (s *server) write(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id, typed := auth.FromContext(r.Context()), r.PathValue("id"), map[string]string{}
	for k := range v {
		typed[k] = v.Get(k)
	}
	sign := v.Get("sign") != ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := Write(ctx, tx, by, id, web.Version(r), typed); err != nil || !sign {
			return err
		}
		return Submit(ctx, tx, by, id, web.Version(r)+1)
	})
	if err != nil {
		return s.page(w, r, err, typed)
	}
	if sign {
		return web.SeeSaid(w, r, "report.said.submitted", "/reports/%s", id)
	}
	return web.SeeSaid(w, r, "report.said.saved", "/reports/%s", id)
}

func (s *server) act(w http.ResponseWriter, r *http.Request, said string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, by, id) }); err != nil {
		return s.page(w, r, err, nil)
	}
	return web.SeeSaid(w, r, said, "/reports/%s", id)
}

func (s *server) submit(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "report.said.submitted", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Submit(ctx, tx, by, id, web.Version(r))
	})
}

func (s *server) accept(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "report.said.accepted", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Accept(ctx, tx, by, id, web.Version(r))
	})
}

func (s *server) giveBack(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "report.said.returned", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Return(ctx, tx, by, id, web.Version(r), r.PostFormValue("reason"))
	})
}

// reasonOnly is what is wrong with the reason of a return, so that its panel
// opens by itself for nothing else.
func reasonOnly(p showPage) map[string]fault.Text {
	if t, ok := p.Wrong["reason"]; ok {
		return map[string]fault.Text{"reason": t}
	}
	return nil
}
