package quiz

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const (
	pageSize  = 50
	bankLimit = 200
)

type server struct {
	site *web.Site
	db   *db.DB
	of   Subjects
}

// Register adds the pages of this package to the site, for quizzes about what the
// subjects know.
func Register(site *web.Site, d *db.DB, of Subjects) {
	s := &server{site, d, of}
	site.Door("conference during", "quiz.door", "/subjects/conference/%s/quizzes")
	site.Handle("GET /subjects/{kind}/{id}/quizzes", web.SignedIn, s.list)
	site.Handle("GET /subjects/{kind}/{id}/quizzes/new", web.SignedIn, s.new)
	site.Handle("POST /subjects/{kind}/{id}/quizzes", web.SignedIn, s.make)
	site.Handle("GET /quizzes/{id}", web.SignedIn, s.show)
	site.Handle("GET /quizzes/{id}/units/{key}", web.SignedIn, s.show)
	site.Handle("GET /quizzes/{id}/edit", web.SignedIn, s.edit)
	site.Handle("POST /quizzes/{id}", web.SignedIn, s.amend)
	site.Handle("POST /quizzes/{id}/opening", web.SignedIn, s.act("quiz.said.opened", of.Open))
	site.Handle("POST /quizzes/{id}/people", web.SignedIn, s.act("quiz.said.enrolled", func(ctx context.Context, tx *db.Tx, by auth.Actor, sub Subject, id string, _ int64) error {
		return of.Enrol(ctx, tx, by, sub, id)
	}))
	site.Handle("POST /quizzes/{id}/closure", web.SignedIn, s.act("quiz.said.closed", Close))
	site.Handle("GET /quizzes/{id}/people", web.SignedIn, s.people)
	s.registerTaking()
	s.registerBanks()
}

// quiz returns a quiz with its subject, if by may see that, or is to take the quiz.
func (s *server) quiz(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Quiz, Subject, error) {
	q, err := Read(ctx, tx, id)
	if err != nil {
		return q, Subject{}, err
	}
	sub, err := s.of.Find(ctx, tx, by, q.Kind, q.Subject)
	if err == nil && q.State == Draft && !sub.MayRun {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return q, sub, err
}

func (s Subject) base() string {
	return "/subjects/" + url.PathEscape(s.Kind) + "/" + url.PathEscape(s.ID) + "/quizzes"
}

// part names the part of a subject that a quiz is about.
func (s Subject) part(id string) string {
	for _, p := range s.Parts {
		if p.ID == id {
			return p.Title
		}
	}
	return ""
}

type listPage struct {
	web.Page
	Subject Subject
	Quizzes []Quiz
	Mine    map[string]Taker
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.site.Page(r, "quiz.title"), Mine: map[string]Taker{}}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Subject, err = s.of.Find(ctx, tx, p.Actor, r.PathValue("kind"), r.PathValue("id")); err != nil {
			return err
		}
		if p.Quizzes, err = List(ctx, tx, p.Subject); err != nil || p.Actor.Member == 0 {
			return err
		}
		for _, q := range p.Quizzes {
			t, err := takerOf(ctx, tx, q.ID, p.Actor.Member)
			if err == nil {
				p.Mine[q.ID] = t
			} else if !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listView(p))
}

// formPage is the page to make a quiz, or to amend a draft.
type formPage struct {
	web.Page
	Subject Subject
	ID      string // "" for a new one
	Version int64
	Banks   []Bank
	Typed   url.Values
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "quiz.new")}
	today := vn.DayOf(p.Now)
	p.Typed = url.Values{
		"number": {"10"}, "minutes": {"15"}, "attempts": {"2"}, "pass": {"50"},
		"opens": {string(today)}, "opens_time": {"07:00"}, "closes": {string(today.AddDays(7))}, "closes_time": {"21:00"},
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Subject, err = s.of.Find(ctx, tx, p.Actor, r.PathValue("kind"), r.PathValue("id"))
		return err
	}); err != nil {
		return err
	}
	return s.form(w, r, p, nil)
}

func (s *server) form(w http.ResponseWriter, r *http.Request, p formPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := mayRun(p.Subject); err != nil {
		return err
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Banks, err = Banks(ctx, tx, p.Actor, bankLimit)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, formView(p))
}

var clock = regexp.MustCompile(`^([01]?\d|2[0-3])[:hg]([0-5]\d)$`)

// when reads a typed day and time; the zero time if they are none.
func when(day, at string) time.Time {
	d, m := vn.TypedDay(day), clock.FindStringSubmatch(vn.Clean(at))
	if !d.Valid() || m == nil {
		return time.Time{}
	}
	return d.Start().Add(time.Duration(number(m[1]))*time.Hour + time.Duration(number(m[2]))*time.Minute)
}

// number reads a whole number of an address or a form; what is none is -1.
func number(s string) int64 {
	n, ok := vn.ParseInt(s)
	if !ok || n < 0 {
		return -1
	}
	return n
}

func typed(v url.Values) Quiz {
	return Quiz{
		Part: v.Get("part"), Title: v.Get("title"), Bank: v.Get("bank"), Fixed: parsed(v.Get("fixed")), Number: number(v.Get("number")),
		Minutes: number(v.Get("minutes")), Attempts: number(v.Get("attempts")), Pass: number(v.Get("pass")),
		Opens: when(v.Get("opens"), v.Get("opens_time")), Closes: when(v.Get("closes"), v.Get("closes_time")),
	}
}

func (s *server) make(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "quiz.new"), Typed: v}
	id, again := "", ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Subject, err = s.of.Find(ctx, tx, p.Actor, r.PathValue("kind"), r.PathValue("id")); err != nil {
			return err
		}
		q, err := Make(ctx, tx, p.Actor, p.Subject, typed(v))
		if err != nil {
			return err
		}
		id = q.ID
		again, err = s.site.Once(ctx, tx, r, "/quizzes/"+id)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.form(w, r, p, err)
	}
	return web.SeeSaid(w, r, "quiz.said.saved", "/quizzes/%s", id)
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "quiz.edit"), ID: r.PathValue("id")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		q, sub, err := s.quiz(ctx, tx, p.Actor, p.ID)
		if err == nil && q.State != Draft {
			err = fault.New(fault.Conflict, "quiz.error.stage")
		}
		p.Subject, p.Version = sub, q.Version
		at := func(t time.Time) string { return t.In(vn.Zone).Format("15:04") }
		p.Typed = url.Values{
			"part": {q.Part}, "title": {q.Title}, "bank": {q.Bank}, "fixed": {numbers(q.Fixed)}, "number": {vn.Int(q.Number)}, "minutes": {vn.Int(q.Minutes)},
			"attempts": {vn.Int(q.Attempts)}, "pass": {vn.Int(q.Pass)}, "opens": {string(vn.DayOf(q.Opens))}, "opens_time": {at(q.Opens)},
			"closes": {string(vn.DayOf(q.Closes))}, "closes_time": {at(q.Closes)},
		}
		return err
	}); err != nil {
		return err
	}
	return s.form(w, r, p, nil)
}

func (s *server) amend(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "quiz.edit"), ID: r.PathValue("id"), Version: web.Version(r), Typed: v}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if _, p.Subject, err = s.quiz(ctx, tx, p.Actor, p.ID); err != nil {
			return err
		}
		return Amend(ctx, tx, p.Actor, p.Subject, p.ID, p.Version, typed(v))
	}); err != nil {
		return s.form(w, r, p, err)
	}
	return web.SeeSaid(w, r, "quiz.said.saved", "/quizzes/%s", p.ID)
}

// act answers with what a verb of those who run a quiz does.
func (s *server) act(said string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, sub Subject, id string, version int64) error) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		by, id := auth.FromContext(r.Context()), r.PathValue("id")
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, sub, err := s.quiz(ctx, tx, by, id)
			if err != nil {
				return err
			}
			return verb(ctx, tx, by, sub, id, web.Version(r))
		}); err != nil {
			return err
		}
		return web.SeeSaid(w, r, said, "/quizzes/%s", id)
	}
}

// showPage is a quiz: what it asks for, the reader's own attempts, and its figures.
type showPage struct {
	web.Page
	Quiz     Quiz
	Subject  Subject
	Unit     org.Unit
	Top      tally.Vec
	Rows     []tally.Child
	Next     string
	Mine     Taker
	Takes    bool // the reader is to take it
	Attempts []Attempt
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	p := showPage{Page: s.site.Page(r, "quiz.title")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Quiz, p.Subject, err = s.quiz(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		return p.load(ctx, tx, r)
	}); err != nil {
		return err
	}
	p.Title = p.Quiz.Title
	return web.Render(w, r, http.StatusOK, showView(p))
}

func (p *showPage) load(ctx context.Context, tx *db.Tx, r *http.Request) (err error) {
	if p.Actor.Member != 0 {
		p.Mine, err = takerOf(ctx, tx, p.Quiz.ID, p.Actor.Member)
		if p.Takes = err == nil; !p.Takes && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if p.Takes {
		if p.Attempts, err = attemptsOf(ctx, tx, p.Quiz.ID, p.Actor.Member); err != nil {
			return err
		}
	}
	if p.Quiz.Sheet == 0 {
		return nil
	}
	key := r.PathValue("key")
	switch {
	case key != "":
	case p.Actor.Covers(p.Subject.Path):
		key = p.Subject.UnitKey
	default:
		key = p.Actor.UnitKey
	}
	if p.Unit, err = org.Get(ctx, tx, p.Actor, key); err != nil {
		return err
	}
	if p.Top, err = tally.Total(ctx, tx, p.Quiz.Sheet, p.Unit.ID); err != nil {
		return err
	}
	sheet, err := tally.Find(ctx, tx, p.Quiz.Sheet)
	if err != nil {
		return err
	}
	p.Rows, err = tally.ChildrenOf(ctx, tx, p.Actor, sheet, p.Unit.ID, max(0, number(r.URL.Query().Get("after"))), pageSize+1)
	if len(p.Rows) > pageSize {
		p.Rows = p.Rows[:pageSize]
		p.Next = "/quizzes/" + p.Quiz.ID + "/units/" + url.PathEscape(p.Unit.Key) + "?after=" + strconv.FormatInt(p.Rows[pageSize-1].Unit, 10)
	}
	return err
}

// underWay returns the reader's attempt that goes on.
func (p showPage) underWay() bool { return len(p.Attempts) > 0 && p.Attempts[0].Finished.IsZero() }

type peoplePage struct {
	web.Page
	Quiz    Quiz
	Subject Subject
	Unit    org.Unit
	State   string
	Rows    []Taker
	After   int64
	Next    string
}

func (s *server) people(w http.ResponseWriter, r *http.Request) error {
	v := r.URL.Query()
	p := peoplePage{Page: s.site.Page(r, "quiz.people"), State: v.Get("state"), After: max(0, number(v.Get("after")))}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Quiz, p.Subject, err = s.quiz(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := mayName(p.Subject); err != nil {
			return err
		}
		key := v.Get("unit")
		if key == "" {
			key = p.Actor.UnitKey
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, key); err != nil {
			return err
		}
		f := Filter{State: p.State, Path: p.Unit.Path}
		if p.Unit.ID == p.Subject.Unit { // who was there may be at home anywhere
			f.Path = "/"
		}
		p.Rows, err = People(ctx, tx, p.Quiz, f, p.After, pageSize+1)
		return err
	}); err != nil {
		return err
	}
	if len(p.Rows) > pageSize {
		p.Rows = p.Rows[:pageSize]
		p.Next = p.link(p.State, p.Rows[pageSize-1].Member)
	}
	return web.Render(w, r, http.StatusOK, peopleView(p))
}

func (p peoplePage) link(state string, after int64) string {
	v := url.Values{"unit": {p.Unit.Key}}
	if state != "" {
		v.Set("state", state)
	}
	if after > 0 {
		v.Set("after", strconv.FormatInt(after, 10))
	}
	return "/quizzes/" + p.Quiz.ID + "/people?" + v.Encode()
}
