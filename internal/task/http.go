package task

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"strings"

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

const (
	pageSize = 50
	events   = 200
	maxFile  = 25 << 20
	listed   = 120 // units under that a form offers to tick
)

type server struct {
	site  *web.Site
	db    *db.DB
	files *file.Store
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, files *file.Store) {
	s := &server{site, d, files}
	site.Handle("GET /tasks/new", web.SignedIn, s.new)
	site.Handle("POST /tasks", web.SignedIn, s.give)
	site.Handle("GET /tasks/{id}", web.SignedIn, func(w http.ResponseWriter, r *http.Request) error { return s.show(w, r, nil) })
	site.Handle("POST /tasks/{id}/notes", web.SignedIn, s.deed("task.said.noted", func(ctx context.Context, tx *db.Tx, x act) error {
		return Note(ctx, tx, x.by, x.id, x.v("note"))
	}))
	site.Handle("POST /tasks/{id}/completion", web.SignedIn, s.deed("task.said.done", func(ctx context.Context, tx *db.Tx, x act) error {
		return Finish(ctx, tx, x.by, x.id, x.version, x.v("result"))
	}))
	site.Handle("POST /tasks/{id}/verification", web.SignedIn, s.deed("task.said.verified", func(ctx context.Context, tx *db.Tx, x act) error {
		return Verify(ctx, tx, x.by, x.id, x.version, x.v("verdict"))
	}))
	site.Handle("POST /tasks/{id}/return", web.SignedIn, s.deed("task.said.returned", func(ctx context.Context, tx *db.Tx, x act) error {
		return SendBack(ctx, tx, x.by, x.id, x.version, x.v("reason"))
	}))
	site.Handle("POST /tasks/{id}/extension-request", web.SignedIn, s.deed("task.said.asked", func(ctx context.Context, tx *db.Tx, x act) error {
		return Ask(ctx, tx, x.by, x.id, x.version, vn.TypedDay(x.v("new_day")), x.v("reason"))
	}))
	site.Handle("POST /tasks/{id}/extension", web.SignedIn, s.deed("task.said.extended", func(ctx context.Context, tx *db.Tx, x act) error {
		return Extend(ctx, tx, x.by, x.id, x.version, vn.TypedDay(x.v("new_day")), x.v("reason"))
	}))
	site.Handle("POST /tasks/{id}/refusal", web.SignedIn, s.deed("task.said.refused", func(ctx context.Context, tx *db.Tx, x act) error {
		return Refuse(ctx, tx, x.by, x.id, x.version, x.v("reason"))
	}))
	site.Handle("POST /tasks/{id}/withdrawal", web.SignedIn, s.deed("task.said.withdrawn", func(ctx context.Context, tx *db.Tx, x act) error {
		return Withdraw(ctx, tx, x.by, x.id, x.version, x.v("reason"))
	}))
	site.Handle("POST /tasks/{id}/evidence", web.SignedIn, s.addEvidence)
	site.Handle("GET /tasks/{id}/evidence/{n}", web.SignedIn, s.evidence)
	site.Handle("POST /tasks/{id}/evidence/{n}/removal", web.SignedIn, s.deed("task.said.removed", func(ctx context.Context, tx *db.Tx, x act) error {
		return RemoveEvidence(ctx, tx, x.by, x.id, number(x.r.PathValue("n")))
	}))
	site.Handle("GET /task-orders/{id}", web.SignedIn, func(w http.ResponseWriter, r *http.Request) error { return s.order(w, r, nil) })
	site.Handle("POST /task-orders/{id}/withdrawal", web.SignedIn, s.withdrawOrder)
}

// number reads a whole number of an address; what is none is 0, which nothing has.
func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// An act is what somebody does to a task by a form.
type act struct {
	by      auth.Actor
	id      string
	version int64
	r       *http.Request
}

func (x act) v(field string) string { return x.r.PostFormValue(field) }

// deed answers with what a verb does to a task; what is wrong is said on its page.
func (s *server) deed(said string, verb func(ctx context.Context, tx *db.Tx, x act) error) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := web.Form(r); err != nil {
			return err
		}
		x := act{auth.FromContext(r.Context()), r.PathValue("id"), web.Version(r), r}
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, x) }); err != nil {
			return s.show(w, r, err)
		}
		return web.SeeSaid(w, r, said, "/tasks/%s", x.id)
	}
}

// showPage is a task's page.
type showPage struct {
	web.Page
	Task     Task
	State    State
	Parent   Task // zero without one, or where it may not be seen
	Events   []Event
	Evidence []Evidence
	Children Progress
	Orders   []Order
	Asked    Event
	Source   string // where its source lies, "" where only words name it
	MayWork  bool
	MayGive  bool // hand it down
	MayRule  bool // direct it
	MayJudge bool // verify it
	Typed    func(field string) string
	Wrong    map[string]fault.Text
	Message  fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request, failed error) error {
	p := showPage{Page: s.site.Page(r, "task.one"), Typed: func(string) string { return "" }}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message, fault.TooLarge)
	if !ok {
		return failed
	}
	if failed != nil {
		p.Typed = r.PostFormValue
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error { return p.load(ctx, tx, r.PathValue("id")) }); err != nil {
		return err
	}
	return web.Render(w, r, status, showView(p))
}

func (p *showPage) load(ctx context.Context, tx *db.Tx, id string) (err error) {
	if p.Task, err = Get(ctx, tx, p.Actor, id); err != nil {
		return err
	}
	t := p.Task
	p.State = t.State(vn.DayOf(p.Now))
	if p.Events, err = Events(ctx, tx, id, events); err != nil {
		return err
	}
	if p.Evidence, err = EvidenceOf(ctx, tx, id); err != nil {
		return err
	}
	if p.Children, err = Children(ctx, tx, id); err != nil {
		return err
	}
	if p.Orders, err = Orders(ctx, tx, p.Actor, id, 0, pageSize); err != nil {
		return err
	}
	if t.Asks {
		if p.Asked, err = Asked(ctx, tx, t); err != nil {
			return err
		}
	}
	if t.Order.Parent != "" {
		if p.Parent, err = Get(ctx, tx, p.Actor, t.Order.Parent); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	p.MayWork = t.Open() && mayWork(p.Actor, t) == nil
	p.MayGive = t.Open() && p.Actor.For(t.Lead.ID) && mayGive(p.Actor) == nil
	p.MayRule = t.WithdrawnAt.IsZero() && t.VerifiedAt.IsZero() && mayDirect(p.Actor, t.Order) == nil
	p.MayJudge = !t.DoneAt.IsZero() && t.VerifiedAt.IsZero() && t.WithdrawnAt.IsZero() && mayVerify(p.Actor, t) == nil
	p.Source, err = sourceHref(ctx, tx, p.Actor, t.Order)
	return err
}

// sourceHref is where the source of an order lies, if by may see it.
func sourceHref(ctx context.Context, tx *db.Tx, by auth.Actor, o Order) (string, error) {
	switch {
	case o.SourceID == "":
		return "", nil
	case o.Source == FromAPlan:
		if by.Covers(o.unitPath) {
			return "/plans/" + o.SourceID, nil
		}
		return "", nil
	}
	_, err := directive.Get(ctx, tx, by, o.SourceID)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return "/directives/" + o.SourceID, err
}

func (s *server) addEvidence(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	f, name, err := web.Upload(r, "file")
	if err != nil {
		return s.show(w, r, err)
	}
	var blob *file.Blob
	if f != nil {
		defer f.Close()
		if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error { // before a file is kept
			t, err := Get(ctx, tx, by, id)
			if err == nil {
				err = mayWork(by, t)
			}
			return err
		}); err != nil {
			return err
		}
		b, err := s.files.Put(name, f, maxFile, file.PDF, file.DOCX, file.PNG, file.JPEG)
		if err != nil {
			return s.show(w, r, err)
		}
		blob = &b
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return AddEvidence(ctx, tx, by, id, r.PostFormValue("evidence"), blob)
	}); err != nil {
		return s.show(w, r, err)
	}
	return web.SeeSaid(w, r, "task.said.evidence", "/tasks/%s", id)
}

// evidence sends the file of an evidence.
func (s *server) evidence(w http.ResponseWriter, r *http.Request) error {
	by, id, n := auth.FromContext(r.Context()), r.PathValue("id"), number(r.PathValue("n"))
	var f file.File
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := Get(ctx, tx, by, id); err != nil {
			return err
		}
		all, err := EvidenceOf(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, e := range all {
			if e.ID == n && e.File != "" {
				f, err = file.Get(ctx, tx, e.File)
				return err
			}
		}
		return fault.New(fault.NotFound, "error.not_found")
	}); err != nil {
		return err
	}
	return s.files.Serve(w, r, f)
}

// formPage is the page to give work.
type formPage struct {
	web.Page
	Form     Form
	Codes    string // of units, typed
	Partners string // typed
	Parent   Task
	Cited    string // the directive it comes from
	Units    []org.Unit
	Many     bool // more than can be listed
	Usual    vn.Day
	Wrong    map[string]fault.Text
	Message  fault.Text
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := formPage{Page: s.site.Page(r, "task.new"), Form: Form{Reach: Named, Source: ByHand, Parent: q.Get("parent"), Wording: vn.Until}}
	if id := q.Get("directive"); id != "" {
		p.Form.Source, p.Form.SourceID = Directive, id
	}
	return s.form(w, r, p, true)
}

func (s *server) form(w http.ResponseWriter, r *http.Request, p formPage, fresh bool) error {
	status := http.StatusOK
	if !fresh {
		status = http.StatusUnprocessableEntity
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if err := mayGive(p.Actor); err != nil {
			return err
		}
		if p.Form.Parent != "" {
			if p.Parent, err = Get(ctx, tx, p.Actor, p.Form.Parent); err != nil {
				return err
			}
			if fresh {
				p.Form.Text, p.Form.Deliverable = p.Parent.Order.Text, p.Parent.Order.Deliverable
			}
		}
		if p.Form.SourceID != "" {
			d, err := directive.Get(ctx, tx, p.Actor, p.Form.SourceID)
			if err == nil {
				p.Cited = directive.Citation(p.Page, d)
			} else if !fault.Is(err, fault.NotFound) || fresh {
				return err
			}
		}
		if p.Usual, _, err = dueBy(ctx, tx, usual(vn.DayOf(p.Now))); err != nil {
			return err
		}
		p.Units, err = org.Children(ctx, tx, p.Actor, p.Actor.Unit, "", listed+1)
		if p.Many = len(p.Units) > listed; p.Many {
			p.Units = nil
		}
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, formView(p))
}

func (s *server) give(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	apart := func(s string) []string {
		return strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '\n' || c == '\r' || c == '\t' })
	}
	f := Form{
		Text: v.Get("text"), Deliverable: v.Get("deliverable"), Reach: v.Get("reach"), Leads: append(v["lead"], apart(v.Get("leads"))...), Person: v.Get("person"),
		Partners: append(v["partner"], apart(v.Get("partners"))...), Wording: vn.Wording(v.Get("wording")), Source: Source(v.Get("source")), SourceID: v.Get("source_id"),
		SourceText: v.Get("source_text"), Parent: v.Get("parent"),
	}
	if typed := vn.Clean(v.Get("day")); typed != "" {
		f.Day = vn.TypedDay(typed)
	}
	by, again := auth.FromContext(r.Context()), ""
	var to string
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		o, err := Give(ctx, tx, by, f)
		if err != nil {
			return err
		}
		if to, err = href(ctx, tx, by, o); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, to)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		p := formPage{Page: s.site.Page(r, "task.new"), Form: f, Codes: v.Get("leads"), Partners: v.Get("partners")}
		if _, ok := web.Refused(err, &p.Wrong, &p.Message); !ok {
			return err
		}
		return s.form(w, r, p, false)
	}
	return web.SeeSaid(w, r, "task.said.given", "%s", to)
}

// href is the page of an order: of its one task, or its own where it may have many.
func href(ctx context.Context, tx *db.Tx, by auth.Actor, o Order) (string, error) {
	if o.Reach == Named {
		all, err := First(ctx, tx, by, o.ID, 2)
		if err != nil {
			return "", err
		}
		if len(all) == 1 {
			return "/tasks/" + all[0].ID, nil
		}
	}
	return "/task-orders/" + o.ID, nil
}

// orderPage is the page of what was given to many.
type orderPage struct {
	web.Page
	Order    Order
	Progress Progress
	Tasks    []Task
	Job      job.Job // that gives it
	Offset   int
	More     bool
	Source   string
	MayRule  bool
	Reason   string // typed
	Wrong    map[string]fault.Text
	Message  fault.Text
}

func (s *server) order(w http.ResponseWriter, r *http.Request, failed error) error {
	p := orderPage{Page: s.site.Page(r, "task.order"), Offset: web.Offset(r), Reason: r.PostFormValue("reason")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	id := r.PathValue("id")
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Order, err = GetOrder(ctx, tx, p.Actor, id); err != nil {
			return err
		}
		if p.Progress, err = ProgressOf(ctx, tx, id); err != nil {
			return err
		}
		if p.Tasks, err = List(ctx, tx, p.Actor, Filter{Order: id}, p.Offset, pageSize+1); err != nil {
			return err
		}
		if !p.Order.Given {
			if p.Job, err = job.Find(ctx, tx, GiveJob+" "+id); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		p.Source, err = sourceHref(ctx, tx, p.Actor, p.Order)
		return err
	}); err != nil {
		return err
	}
	p.Tasks, p.More = web.Cut(p.Tasks, pageSize)
	p.MayRule = mayDirect(p.Actor, p.Order) == nil
	return web.Render(w, r, status, orderView(p))
}

func (s *server) withdrawOrder(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return WithdrawOrder(ctx, tx, by, id, r.PostFormValue("reason"))
	}); err != nil {
		return s.order(w, r, err)
	}
	return web.SeeSaid(w, r, "task.said.withdrawing", "/task-orders/%s", id)
}
