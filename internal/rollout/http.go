package rollout

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const pageSize = 50

// PlanStates says for a rollout which units have a plan on the way, by unit, as
// a message key: a dashboard shows it beside what is owed.
type PlanStates func(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string) (map[int64]string, error)

type server struct {
	site  *web.Site
	db    *db.DB
	files *file.Store
	plans PlanStates
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, files *file.Store, plans PlanStates) {
	s := &server{site, d, files, plans}
	site.Handle("GET /rollouts", web.SignedIn, s.list)
	site.Handle("GET /rollouts/new", web.SignedIn, s.new)
	site.Handle("POST /rollouts", web.SignedIn, s.enter)
	site.Handle("GET /rollouts/{id}", web.SignedIn, s.show)
	site.Handle("GET /rollouts/{id}/edit", web.SignedIn, s.edit)
	site.Handle("POST /rollouts/{id}", web.SignedIn, s.amend)
	site.Handle("POST /rollouts/{id}/submission", web.SignedIn, s.submit)
	site.Handle("POST /rollouts/{id}/return", web.SignedIn, s.giveBack)
	site.Handle("POST /rollouts/{id}/approval", web.SignedIn, s.approve)
	site.Handle("POST /rollouts/{id}/withdrawal", web.SignedIn, s.withdraw)
	site.Handle("POST /rollouts/{id}/extension", web.SignedIn, s.extend)
}

// Said returns how an obligation stands, as a state and in words.
func Said(p web.Page, o Obligation) (web.State, string) {
	today := vn.DayOf(p.Now)
	switch o.Standing(today) {
	case StandDone:
		return web.Done, p.ShortDay(vn.DayOf(o.DoneAt))
	case StandDeclared:
		return web.Done, p.T("rollout.stand.declared", p.ShortDay(vn.DayOf(o.DoneAt)))
	case StandLate:
		return web.Late, p.T("rollout.stand.late", o.Due.DaysUntil(today))
	case StandExtended:
		return web.Soon, p.T("rollout.stand.extended", p.ShortDay(o.Due))
	case StandSoon:
		if o.Due == today {
			return web.Soon, p.T("rollout.stand.today")
		}
		return web.Soon, p.T("rollout.stand.soon", today.DaysUntil(o.Due))
	case StandEnded:
		return web.None, p.T("rollout.stand.ended")
	}
	return web.None, p.T("rollout.stand.waiting", p.ShortDay(o.Due))
}

type listPage struct {
	web.Page
	Query    string
	Rollouts []Rollout
	Offset   int
	More     bool
	MayNew   bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.site.Page(r, "rollout.title"), Query: vn.Clean(r.URL.Query().Get("q"))}
	p.Offset = web.Offset(r)
	p.MayNew = mayDraft(p.Actor, p.Actor.Unit) == nil
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Rollouts, err = List(ctx, tx, p.Actor, p.Query, p.Offset, pageSize+1)
		return err
	})
	if err != nil {
		return err
	}
	p.Rollouts, p.More = web.Cut(p.Rollouts, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

// formPage is the page to draft or edit a rollout. Each step has a row of
// fields per level of the tree under the scope.
type formPage struct {
	web.Page
	ID         string // "" for a new one
	Version    int64
	Replaces   string
	Form       Form
	Directives []directive.Directive // what can be rolled out
	Units      []org.Unit            // scopes to choose from
	Levels     int
	Wrong      map[string]fault.Text
	Message    fault.Text
}

// mode returns how a directive is taken up in the form, "" if it is not in it.
func (p formPage) mode(id string) string {
	for _, x := range p.Form.Papers {
		if x.Directive == id {
			return string(x.Mode)
		}
	}
	return ""
}

// demand returns what the form asks by a step at a level, and whether it does.
func (p formPage) demand(step Step, level int) (Demand, bool) {
	for _, d := range p.Form.Demands {
		if d.Step == step && d.Level == level {
			return d, true
		}
	}
	return Demand{Step: step, Level: level, Percent: 100, Deadline: vn.Deadline{Wording: vn.Until}}, false
}

// fill reads what the form offers: papers, units and how deep the tree goes.
func (s *server) fill(ctx context.Context, tx *db.Tx, p *formPage) (err error) {
	const most = 200
	if p.Directives, err = directive.List(ctx, tx, p.Actor, "", 0, most); err != nil {
		return err
	}
	units, err := org.Subtree(ctx, tx, p.Actor, p.Actor.Path, "", most)
	if err != nil {
		return err
	}
	own := 0
	if len(units) > 0 {
		own = units[0].Depth
	}
	parents := map[int64]bool{}
	for _, u := range units {
		parents[u.Parent] = true
		p.Levels = max(p.Levels, u.Depth-own)
	}
	for _, u := range units {
		if parents[u.ID] {
			p.Units = append(p.Units, u)
		}
	}
	p.Levels = max(1, min(p.Levels, maxLevels))
	return nil
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "rollout.new"), Replaces: r.URL.Query().Get("replaces")}
	if err := mayDraft(p.Actor, p.Actor.Unit); err != nil {
		return err
	}
	p.Form.Scope = p.Actor.UnitKey
	if d := r.URL.Query().Get("directive"); d != "" {
		p.Form.Papers = []Paper{{d, Study}}
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		if p.Replaces != "" {
			old, err := Get(ctx, tx, p.Actor, p.Replaces)
			if err != nil {
				return err
			}
			if p.Form, err = formOf(ctx, tx, old); err != nil {
				return err
			}
		}
		return s.fill(ctx, tx, &p)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(p))
}

func formOf(ctx context.Context, tx *db.Tx, r Rollout) (f Form, err error) {
	f = Form{Title: r.Title, Note: r.Note, Scope: r.ScopeKey, Sample: r.Sample}
	if f.Papers, err = Papers(ctx, tx, r); err != nil {
		return f, err
	}
	f.Demands, err = Demands(ctx, tx, r)
	return f, err
}

// read returns the form as typed.
func read(r *http.Request) (Form, error) {
	v, err := web.Form(r)
	if err != nil {
		return Form{}, err
	}
	f := Form{Title: v.Get("title"), Note: v.Get("note"), Scope: v.Get("scope"), Reason: v.Get("reason")}
	for _, id := range v["directive"] {
		if m := v.Get("mode-" + id); m != "" {
			f.Papers = append(f.Papers, Paper{id, Mode(m)})
		}
	}
	for level := 1; level <= maxLevels; level++ {
		for _, step := range Steps {
			field := fmt.Sprintf("%s-%d", step, level)
			if v.Get(field) == "" {
				continue
			}
			d := Demand{Step: step, Level: level, Deadline: vn.Deadline{Wording: vn.Until}}
			if v.Get(field+"-wording") == string(vn.Before) {
				d.Deadline.Wording = vn.Before
			}
			typed := v.Get(field + "-day")
			if day, ok := vn.ParseDay(typed); ok {
				d.Deadline.Day = day
			} else {
				d.Deadline.Day = vn.Day(vn.Clean(typed)) // kept as typed; check refuses it
			}
			if step == Reach {
				d.Percent, _ = strconv.ParseInt(vn.Clean(v.Get(field+"-percent")), 10, 64) // a bad share is 0, which check refuses
			}
			f.Demands = append(f.Demands, d)
		}
	}
	return f, nil
}

func (s *server) enter(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	f, err := read(r)
	if err != nil {
		return err
	}
	var o Rollout
	again := ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if o, err = Enter(ctx, tx, by, f, r.PostFormValue("replaces")); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, "/rollouts/"+o.ID)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.again(w, r, formPage{Page: s.site.Page(r, "rollout.new"), Replaces: r.PostFormValue("replaces"), Form: f}, err)
	}
	return web.SeeSaid(w, r, "rollout.said.saved", "/rollouts/%s", o.ID)
}

// again shows the form with what was typed and what is wrong with it.
func (s *server) again(w http.ResponseWriter, r *http.Request, p formPage, err error) error {
	if _, ok := web.Refused(err, &p.Wrong, &p.Message); !ok {
		return err
	}
	if rerr := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error { return s.fill(ctx, tx, &p) }); rerr != nil {
		return rerr
	}
	return web.Render(w, r, web.Status(err), formView(p))
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "rollout.edit"), ID: r.PathValue("id")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		o, err := Get(ctx, tx, p.Actor, p.ID)
		if err != nil {
			return err
		}
		if err := mayDraft(p.Actor, o.Unit); err != nil {
			return err
		}
		if o.State != Draft {
			return fault.New(fault.Conflict, "rollout.error.not_draft")
		}
		p.Version = o.Version
		if p.Form, err = formOf(ctx, tx, o); err != nil {
			return err
		}
		return s.fill(ctx, tx, &p)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(p))
}

func (s *server) amend(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	f, err := read(r)
	if err != nil {
		return err
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Amend(ctx, tx, by, id, web.Version(r), f) }); err != nil {
		return s.again(w, r, formPage{Page: s.site.Page(r, "rollout.edit"), ID: id, Version: web.Version(r), Form: f}, err)
	}
	return web.SeeSaid(w, r, "rollout.said.saved", "/rollouts/%s", id)
}

// act runs a verb on a rollout; what is wrong with its input, or that somebody
// else was first, is shown on the rollout's page, which keeps what was typed.
func (s *server) act(w http.ResponseWriter, r *http.Request, said string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, by, id) })
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return s.page(w, r, err)
	}
	if err != nil {
		return err
	}
	return web.SeeSaid(w, r, said, "/rollouts/%s", id)
}

func (s *server) submit(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "rollout.said.submitted", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Submit(ctx, tx, by, id, web.Version(r))
	})
}

func (s *server) giveBack(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "rollout.said.returned", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Return(ctx, tx, by, id, web.Version(r), r.PostFormValue("reason"))
	})
}

func (s *server) approve(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "rollout.said.approved", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Approve(ctx, tx, by, id, web.Version(r))
	})
}

func (s *server) withdraw(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "rollout.said.withdrawn", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Withdraw(ctx, tx, by, id, web.Version(r), r.PostFormValue("reason"))
	})
}

func (s *server) extend(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "rollout.said.extended", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		unit := int64(0)
		if key := r.PostFormValue("unit"); key != "" {
			u, err := org.Get(ctx, tx, by, key)
			if err != nil {
				return err
			}
			unit = u.ID
		}
		day, _ := vn.ParseDay(r.PostFormValue("day")) // a bad day is none, which Extend refuses
		_, err := Extend(ctx, tx, by, id, Step(r.PostFormValue("step")), unit, day, r.PostFormValue("reason"))
		return err
	})
}

// opening returns how far the job has come that gives the units their
// obligations.
func opening(ctx context.Context, tx *db.Tx, o Rollout) (job.Job, error) {
	j, err := job.Find(ctx, tx, OpenJob+" "+o.ID)
	if fault.Is(err, fault.NotFound) {
		return job.Job{}, nil
	}
	return j, err
}
