package plan

import (
	"context"
	"embed"
	"net/http"
	"net/url"

	"nhipcau/internal/clause"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
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
	then Then
}

// Register adds the pages of this package to the site; then follows an adoption and
// a reopening.
func Register(site *web.Site, d *db.DB, then Then) {
	s := &server{site, d, then}
	site.Handle("GET /plans", web.SignedIn, s.list)
	site.Handle("GET /plans/new", web.SignedIn, s.new)
	site.Handle("POST /plans", web.SignedIn, s.enter)
	site.Handle("GET /plans/{id}", web.SignedIn, s.show)
	site.Handle("GET /plans/{id}/edit", web.SignedIn, s.edit)
	site.Handle("POST /plans/{id}", web.SignedIn, s.amend)
	site.Handle("POST /plans/{id}/submission", web.SignedIn, s.submit)
	site.Handle("POST /plans/{id}/return", web.SignedIn, s.giveBack)
	site.Handle("POST /plans/{id}/adoption", web.SignedIn, s.adopt)
	site.Handle("POST /plans/{id}/reopening", web.SignedIn, s.reopen)
}

type listPage struct {
	web.Page
	Filter Filter
	Plans  []Plan
	Offset int
	More   bool
	MayNew bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := listPage{Page: s.site.Page(r, "plan.title"), Filter: Filter{
		Rollout: q.Get("rollout"), State: State(q.Get("state")), Query: vn.Clean(q.Get("q")),
	}}
	p.Offset = web.Offset(r)
	p.MayNew = mayWrite(p.Actor, p.Actor.Unit) == nil
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Plans, err = List(ctx, tx, p.Actor, p.Filter, p.Offset, pageSize+1)
		return err
	})
	if err != nil {
		return err
	}
	p.Plans, p.More = web.Cut(p.Plans, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

// formPage is the page to draft or edit a plan. Rollout is chosen first; with
// none chosen the page offers those that wait.
type formPage struct {
	web.Page
	ID       string // "" for a new plan
	Version  int64
	Rollout  rollout.Rollout
	Rollouts []rollout.Rollout
	Sources  []Source   // what its rows may carry out
	Leads    []org.Unit // units offered to lead a task
	Form     Form
	Wrong    map[string]fault.Text
	Message  fault.Text // what else went wrong
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "plan.new")}
	if err := mayWrite(p.Actor, p.Actor.Unit); err != nil {
		return err
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if id := r.URL.Query().Get("rollout"); id != "" {
			if p.Rollout, err = rollout.Get(ctx, tx, p.Actor, id); err != nil {
				return err
			}
			return p.offer(ctx, tx, p.Actor.Path)
		}
		p.Rollouts, err = rollout.Owing(ctx, tx, p.Actor, rollout.Adopt)
		return err
	})
	if err != nil {
		return err
	}
	p.Form.Title = p.T("plan.default_title", p.Rollout.Title)
	return web.Render(w, r, http.StatusOK, formView(p.spare()))
}

// offer reads what the form offers: clauses to carry out and units to lead. path is
// that of the plan's unit.
func (p *formPage) offer(ctx context.Context, tx *db.Tx, path string) (err error) {
	if p.Sources, err = Sources(ctx, tx, p.Actor, p.Rollout, path); err != nil {
		return err
	}
	p.Leads, err = org.Children(ctx, tx, p.Actor, p.Actor.Unit, "", mostLeads)
	return err
}

// mostLeads is how many units a form offers by name; any other is named by its key.
const mostLeads = 150

// spare adds empty rows to fill in.
func (p formPage) spare() formPage {
	const goals, targets, tasks = 3, 3, 5
	for range max(1, goals-len(p.Form.Goals)) {
		p.Form.Goals = append(p.Form.Goals, Goal{})
	}
	for range max(1, targets-len(p.Form.Targets)) {
		p.Form.Targets = append(p.Form.Targets, Target{})
	}
	for range max(1, tasks-len(p.Form.Tasks)) {
		p.Form.Tasks = append(p.Form.Tasks, Task{Deadline: vn.Deadline{Wording: vn.Until}})
	}
	return p
}

// read returns the form as typed; rows are numbered from 1 without holes.
func read(r *http.Request) (Form, error) {
	v, err := web.Form(r)
	if err != nil {
		return Form{}, err
	}
	f := Form{Title: v.Get("title"), Basis: v.Get("basis"), Organisation: v.Get("organisation")}
	for i := 0; v.Has(row("goal", i, "text")) && i < 2*maxRows; i++ {
		get := func(name string) string { return v.Get(row("goal", i, name)) }
		f.Goals = append(f.Goals, Goal{ID: get("id"), Text: get("text"), Target: get("target"), Carries: v[row("goal", i, "carries")]})
	}
	for i := 0; v.Has(row("target", i, "indicator")) && i < 2*maxRows; i++ {
		get := func(name string) string { return v.Get(row("target", i, name)) }
		f.Targets = append(f.Targets, Target{
			ID: get("id"), Indicator: get("indicator"), Value: get("value"), Unit: get("unit"), Direction: get("direction"), Carries: v[row("target", i, "carries")],
		})
	}
	for i := 0; v.Has(row("task", i, "text")) && i < 2*maxRows; i++ {
		f.Tasks = append(f.Tasks, readTask(v, i))
	}
	return f, nil
}

func readTask(v url.Values, i int) Task {
	get := func(name string) string { return v.Get(row("task", i, name)) }
	t := Task{
		ID: get("id"), Text: get("text"), Lead: get("lead"), Partners: get("partners"), Deliverable: get("deliverable"), Carries: v[row("task", i, "carries")],
	}
	t.Deadline = vn.Deadline{Day: vn.TypedDay(get("day")), Wording: vn.Until}
	if get("wording") == string(vn.Before) {
		t.Deadline.Wording = vn.Before
	}
	return t
}

func (s *server) enter(w http.ResponseWriter, r *http.Request) error {
	f, err := read(r)
	if err != nil {
		return err
	}
	page := s.site.Page(r, "plan.new")
	var p Plan
	again := ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = Enter(ctx, tx, page.Actor, r.PostFormValue("rollout"), f); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, "/plans/"+p.ID)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.again(w, r, formPage{Page: page, Form: f}, r.PostFormValue("rollout"), err)
	}
	return s.saved(w, r, p.ID)
}

// saved sends the browser to the plan, or back to its form for more rows.
func (s *server) saved(w http.ResponseWriter, r *http.Request, id string) error {
	if r.PostFormValue("more") != "" {
		return web.SeeSaid(w, r, "plan.said.saved", "/plans/%s/edit", id)
	}
	return web.SeeSaid(w, r, "plan.said.saved", "/plans/%s", id)
}

// again shows the form with what was typed and what is wrong with it.
func (s *server) again(w http.ResponseWriter, r *http.Request, p formPage, rolloutID string, err error) error {
	if _, ok := web.Refused(err, &p.Wrong, &p.Message); !ok {
		return err
	}
	if rerr := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Rollout, err = rollout.Get(ctx, tx, p.Actor, rolloutID); err != nil {
			return err
		}
		return p.offer(ctx, tx, p.Actor.Path)
	}); rerr != nil {
		return rerr
	}
	return web.Render(w, r, web.Status(err), formView(p.spare()))
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "plan.edit"), ID: r.PathValue("id")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		plan, err := Get(ctx, tx, p.Actor, p.ID)
		if err != nil {
			return err
		}
		if err := mayWrite(p.Actor, plan.Unit); err != nil {
			return err
		}
		if plan.State != Draft {
			return fault.New(fault.Conflict, "plan.error.not_draft")
		}
		p.Version, p.Form = plan.Version, plan.Form()
		if p.Rollout, err = rollout.Get(ctx, tx, p.Actor, plan.Rollout); err != nil {
			return err
		}
		return p.offer(ctx, tx, plan.Path)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(p.spare()))
}

func (s *server) amend(w http.ResponseWriter, r *http.Request) error {
	f, err := read(r)
	if err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "plan.edit"), ID: r.PathValue("id"), Version: web.Version(r), Form: f}
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Amend(ctx, tx, p.Actor, p.ID, p.Version, f)
	})
	if err != nil {
		return s.again(w, r, p, r.PostFormValue("rollout"), err)
	}
	return s.saved(w, r, p.ID)
}

type showPage struct {
	web.Page
	Plan      Plan
	Events    []Event
	Own       []Own                 // what it carries out of the papers above it
	Refs      map[string]clause.Ref // clauses that its rows name
	Below     bool                  // units below may carry its rows out
	MayWrite  bool
	MayAdopt  bool
	MayReopen bool
	Wrong     map[string]fault.Text
	Message   fault.Text
	Reason    string // as typed
	Symbol    string
	Day       string
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, nil)
}

// page shows a plan, after a failed deed with what was typed.
func (s *server) page(w http.ResponseWriter, r *http.Request, failed error) error {
	p := showPage{Page: s.site.Page(r, "plan.title"), Reason: r.PostFormValue("reason"), Symbol: r.PostFormValue("symbol"), Day: r.PostFormValue("day")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Plan, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Events, err = Events(ctx, tx, p.Plan); err != nil {
			return err
		}
		if p.Own, err = OwnCoverage(ctx, tx, p.Actor, p.Plan); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if p.Refs, err = clause.Known(ctx, tx, p.Plan.carried()); err != nil {
			return err
		}
		p.Below, err = hasChildren(ctx, tx, p.Plan)
		return err
	})
	if err != nil {
		return err
	}
	p.Title = p.Plan.Title
	p.MayWrite = mayWrite(p.Actor, p.Plan.Unit) == nil && p.Plan.State == Draft
	adopts := mayAdopt(p.Actor, p.Plan.Unit) == nil
	p.MayAdopt, p.MayReopen = adopts && p.Plan.State != Adopted, adopts && p.Plan.State == Adopted
	return web.Render(w, r, status, showView(p))
}

// act runs a verb that needs the plan and its version, and shows the plan.
func (s *server) act(w http.ResponseWriter, r *http.Request, said string, verb func(ctx context.Context, tx *db.Tx, p web.Page) error) error {
	page := s.site.Page(r, "plan.title")
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, page) })
	if fault.Is(err, fault.Invalid) {
		return s.page(w, r, err)
	}
	if err != nil {
		return err
	}
	return web.SeeSaid(w, r, said, "/plans/%s", r.PathValue("id"))
}

func (s *server) submit(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "plan.said.submitted", func(ctx context.Context, tx *db.Tx, p web.Page) error {
		return Submit(ctx, tx, p.Actor, r.PathValue("id"), web.Version(r))
	})
}

func (s *server) giveBack(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "plan.said.returned", func(ctx context.Context, tx *db.Tx, p web.Page) error {
		return Return(ctx, tx, p.Actor, r.PathValue("id"), web.Version(r), r.PostFormValue("reason"))
	})
}

func (s *server) adopt(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "plan.said.adopted", func(ctx context.Context, tx *db.Tx, p web.Page) error {
		return Adopt(ctx, tx, p.Actor, r.PathValue("id"), web.Version(r), Adoption{Symbol: r.PostFormValue("symbol"), Day: vn.TypedDay(r.PostFormValue("day")), Then: s.then})
	})
}

func (s *server) reopen(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "plan.said.reopened", func(ctx context.Context, tx *db.Tx, p web.Page) error {
		return Reopen(ctx, tx, p.Actor, r.PathValue("id"), web.Version(r), r.PostFormValue("reason"), s.then)
	})
}
