package consult

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/draft"
	"nhipcau/internal/fault"
	"nhipcau/internal/opinion"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

const pageSize = 50

type server struct {
	site   *web.Site
	db     *db.DB
	owners draft.Owners
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, owners draft.Owners) {
	s := &server{site, d, owners}
	site.Door("draft", "opinion.door", "/opinions?kind=%s&owner=%s")
	site.Handle("GET /opinions", web.SignedIn, s.list)
	site.Handle("GET /opinions/new", web.SignedIn, s.new)
	site.Handle("POST /opinions", web.SignedIn, s.open)
	site.Handle("GET /opinions/{id}", web.SignedIn, s.show)
	site.Handle("POST /opinions/{id}/deadline", web.SignedIn, s.extend)
	site.Handle("POST /opinions/{id}/consolidation", web.SignedIn, s.act(opinion.Consolidate, "opinion.said.consolidating"))
	site.Handle("POST /opinions/{id}/reopening", web.SignedIn, s.act(opinion.Reopen, "opinion.said.reopened"))
	site.Handle("POST /opinions/{id}/closure", web.SignedIn, s.act(opinion.Close, "opinion.said.closed"))
	site.Handle("POST /opinions/{id}/reminders", web.SignedIn, s.act(func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
		_, err := opinion.Remind(ctx, tx, by, id, version)
		return err
	}, "opinion.said.reminded"))
	site.Handle("GET /opinions/{id}/missing", web.SignedIn, s.missing)
	s.registerText()
	s.registerGathering()
	s.registerPoints()
}

// number reads a whole number of an address; what is none is 0.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// whole reads a typed whole number; -1 if it is none.
func whole(s string) int64 {
	n, ok := vn.ParseInt(s)
	if !ok {
		return -1
	}
	return n
}

type listPage struct {
	web.Page
	Of       draft.Of // of one draft; zero for all
	Draft    draft.Subject
	Versions []draft.Version
	All      []opinion.Consultation
	Owed     map[string]bool
	MayOpen  bool
	Offset   int
	More     bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := listPage{Page: s.site.Page(r, "opinion.title"), Of: draft.Of{Kind: q.Get("kind"), ID: q.Get("owner")}, Offset: web.Offset(r), Owed: map[string]bool{}}
	if p.Of.Kind == "" || p.Of.ID == "" {
		p.Of = draft.Of{}
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Of != (draft.Of{}) {
			if p.Draft, err = s.owners.Find(ctx, tx, p.Actor, p.Of); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			p.MayOpen = err == nil && opinion.MayOpen(p.Actor, p.Draft.Unit) == nil
			if p.MayOpen {
				if p.Versions, err = draft.Versions(ctx, tx, p.Draft); err != nil {
					return err
				}
			}
		}
		if p.All, err = opinion.List(ctx, tx, p.Actor, p.Of, p.Offset, pageSize+1); err != nil {
			return err
		}
		owed, err := opinion.Owing(ctx, tx, p.Actor)
		for _, c := range owed {
			p.Owed[c.ID] = true
		}
		return err
	}); err != nil {
		return err
	}
	p.All, p.More = web.Cut(p.All, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

// formPage is the page to ask about a version of a draft.
type formPage struct {
	web.Page
	Of       draft.Of
	Draft    draft.Subject
	Versions []draft.Version
	N        int64
	Form     opinion.Form
	Under    []org.Unit // offered to be ticked
	Units    string     // keys of others, as typed
	People   string
	Steps    string
	Kinds    []string
	Wrong    map[string]fault.Text
	Message  fault.Text
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := formPage{Page: s.site.Page(r, "opinion.new"), Of: draft.Of{Kind: q.Get("kind"), ID: q.Get("owner")}, N: number(q.Get("n")), Steps: "1"}
	p.Form = opinion.Form{Whom: opinion.Under, Deadline: vn.Deadline{Wording: vn.Until}}
	return s.form(w, r, p, http.StatusOK)
}

func (s *server) form(w http.ResponseWriter, r *http.Request, p formPage, status int) error {
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Draft, err = s.owners.Find(ctx, tx, p.Actor, p.Of); err != nil {
			return err
		}
		if err := opinion.MayOpen(p.Actor, p.Draft.Unit); err != nil {
			return err
		}
		if p.Versions, err = draft.Versions(ctx, tx, p.Draft); err != nil {
			return err
		}
		if p.N == 0 && len(p.Versions) > 0 {
			p.N = p.Versions[0].V
		}
		if r.Method == http.MethodGet {
			p.Form.Title = p.T("opinion.default_title", p.Draft.Title)
		}
		if p.Under, err = org.Children(ctx, tx, p.Actor, p.Actor.Unit, "", mostUnits); err != nil {
			return err
		}
		p.Kinds, err = org.KindsUnder(ctx, tx, p.Actor)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, formView(p))
}

// mostUnits is how many units are offered by name; others are named by their keys.
const mostUnits = 150

// listed cuts what was typed at lines, commas and semicolons.
func listed(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == ',' || r == ';' })
}

func deadlineOf(day, wording string) vn.Deadline {
	d := vn.Deadline{Day: vn.TypedDay(day), Wording: vn.Until}
	if wording == string(vn.Before) {
		d.Wording = vn.Before
	}
	return d
}

func (s *server) open(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := formPage{
		Page: s.site.Page(r, "opinion.new"), Of: draft.Of{Kind: v.Get("of"), ID: v.Get("owner")}, N: number(v.Get("n")),
		Units: v.Get("units"), People: v.Get("people"), Steps: v.Get("steps"),
	}
	p.Form = opinion.Form{
		Title: v.Get("title"), Note: v.Get("note"), Deadline: deadlineOf(v.Get("day"), v.Get("wording")), Whom: opinion.Whom(v.Get("whom")),
		Units: append(listed(p.Units), v["unit"]...), Steps: whole(p.Steps), Kind: v.Get("kind"), People: listed(p.People),
	}
	var c opinion.Consultation
	again := ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = opinion.Open(ctx, tx, s.owners, p.Actor, p.Of, p.N, p.Form); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, c.Path())
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		status, ok := web.Refused(err, &p.Wrong, &p.Message)
		if !ok {
			return err
		}
		return s.form(w, r, p, status)
	}
	return web.SeeSaid(w, r, "opinion.said.opened", "/opinions/%s", c.ID)
}

// showPage is how a consultation stands.
type showPage struct {
	web.Page
	C       opinion.Consultation
	Top     int64 // unit whose figures are shown
	TopKey  string
	Figures tally.Vec
	Mine    opinion.Standing
	Me      opinion.Person
	Invited bool
	MayRun  bool
	MayRead bool
	Open    int64 // points without an answer
	People  []opinion.Person
	Rows    []tally.Child
	Next    string
	Last    string // day as typed
	Wording vn.Wording
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, showPage{Page: s.site.Page(r, "opinion.one")}, http.StatusOK)
}

func (s *server) page(w http.ResponseWriter, r *http.Request, p showPage, status int) error {
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.C, err = opinion.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.MayRun, p.MayRead = opinion.MayRun(p.Actor, p.C) == nil, opinion.MayRead(p.Actor) == nil
		if p.Mine, err = opinion.Mine(ctx, tx, p.Actor, p.C); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if p.Me, p.Invited, err = opinion.PersonOf(ctx, tx, p.C.ID, p.Actor.Member); err != nil {
			return err
		}
		return p.load(ctx, tx, number(r.URL.Query().Get("after")))
	}); err != nil {
		return err
	}
	if p.Last == "" {
		p.Last, p.Wording = string(p.C.Deadline.Day), p.C.Deadline.Wording
	}
	return web.Render(w, r, status, showView(p))
}

func (p *showPage) load(ctx context.Context, tx *db.Tx, after int64) (err error) {
	p.Top, p.TopKey = p.C.Unit, p.C.UnitKey
	if !p.C.Over(p.Actor) {
		p.Top, p.TopKey = p.Actor.Unit, p.Actor.UnitKey
	}
	on, err := tally.On(ctx, tx, p.C.Sheet, p.Top)
	if err != nil || !on {
		return err
	}
	if p.Figures, err = tally.Total(ctx, tx, p.C.Sheet, p.Top); err != nil {
		return err
	}
	if !p.MayRead {
		return nil
	}
	if p.C.Over(p.Actor) {
		if p.People, err = opinion.PeopleOf(ctx, tx, p.C.ID); err != nil {
			return err
		}
		if p.Open, err = opinion.Unanswered(ctx, tx, p.C.ID); err != nil {
			return err
		}
	}
	sheet, err := tally.Find(ctx, tx, p.C.Sheet)
	if err != nil {
		return err
	}
	if p.Rows, err = tally.ChildrenOf(ctx, tx, p.Actor, sheet, p.Top, after, pageSize+1); err != nil {
		return err
	}
	var more bool
	if p.Rows, more = web.Cut(p.Rows, pageSize); more {
		p.Next = p.C.Path() + "?after=" + strconv.FormatInt(p.Rows[pageSize-1].Unit, 10)
	}
	return nil
}

// act answers with what a verb of the owner does.
func (s *server) act(verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error, said string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		p := showPage{Page: s.site.Page(r, "opinion.one")}
		id := r.PathValue("id")
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, p.Actor, id, web.Version(r)) }); err != nil {
			status, ok := web.Refused(err, &p.Wrong, &p.Message)
			if !ok {
				return err
			}
			return s.page(w, r, p, status)
		}
		return web.SeeSaid(w, r, said, "/opinions/%s", id)
	}
}

func (s *server) extend(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := showPage{Page: s.site.Page(r, "opinion.one"), Last: v.Get("day"), Wording: vn.Wording(v.Get("wording"))}
	id := r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return opinion.Extend(ctx, tx, p.Actor, id, web.Version(r), deadlineOf(p.Last, string(p.Wording)))
	}); err != nil {
		status, ok := web.Refused(err, &p.Wrong, &p.Message)
		if !ok {
			return err
		}
		return s.page(w, r, p, status)
	}
	return web.SeeSaid(w, r, "opinion.said.extended", "/opinions/%s", id)
}

// missingPage lists the units that were asked and have not answered.
type missingPage struct {
	web.Page
	C      opinion.Consultation
	Unit   org.Unit
	Units  []tally.Child
	People []opinion.Person
	Next   string
}

func (s *server) missing(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := missingPage{Page: s.site.Page(r, "opinion.missing")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.C, err = opinion.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := opinion.MayRead(p.Actor); err != nil {
			return err
		}
		key := q.Get("unit")
		if key == "" {
			if key = p.Actor.UnitKey; p.C.Over(p.Actor) {
				key = p.C.UnitKey
			}
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, key); err != nil {
			return err
		}
		units, next, err := opinion.Lacking(ctx, tx, p.C, p.Unit.ID, tally.Place(number(q.Get("after"))), pageSize)
		if err != nil {
			return err
		}
		if next != 0 {
			p.Next = p.C.Path() + "/missing?unit=" + p.Unit.Key + "&after=" + strconv.Itoa(int(next))
		}
		named, err := tally.Units(ctx, tx, p.Actor, p.Actor.Tree, units)
		for _, u := range units {
			if c, ok := named[u]; ok {
				p.Units = append(p.Units, c)
			}
		}
		if err == nil && p.Unit.ID == p.C.Unit {
			p.People, err = opinion.SilentPeople(ctx, tx, p.C.ID)
		}
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, missingView(p))
}
