package target

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const (
	pageSize    = 20
	historySize = 50
	lackSize    = 50
)

type server struct {
	site  *web.Site
	db    *db.DB
	feeds Feeds
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, feeds Feeds) {
	s := &server{site, d, feeds}
	site.Handle("GET /targets", web.SignedIn, s.list)
	site.Handle("GET /targets/new", web.SignedIn, s.new)
	site.Handle("POST /targets", web.SignedIn, s.make)
	site.Handle("GET /targets/{id}", web.SignedIn, s.show)
	site.Handle("GET /targets/{id}/edit", web.SignedIn, s.edit)
	site.Handle("POST /targets/{id}", web.SignedIn, s.amend)
	site.Handle("POST /targets/{id}/opening", web.SignedIn, s.move(Open, "target.said.opened"))
	site.Handle("POST /targets/{id}/closure", web.SignedIn, s.move(Close, "target.said.closed"))
	site.Handle("POST /targets/{id}/revisions", web.SignedIn, s.revise)
	site.Handle("GET /targets/{id}/reached/{key}", web.SignedIn, s.reached)
	site.Handle("GET /targets/{id}/lacking/{key}", web.SignedIn, s.lacking)
	site.Handle("POST /targets/{id}/replies/{key}", web.SignedIn, s.reply)
}

// A listed target is a target with how it stands at the reader's unit, or at the one
// that has set it where that is under the reader.
type listed struct {
	Target
	Row
}

type listPage struct {
	web.Page
	Query   string
	Targets []listed
	Offset  int
	More    bool
	MayNew  bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.site.Page(r, "target.title"), Query: vn.Clean(r.URL.Query().Get("q"))}
	p.Offset, p.MayNew = web.Offset(r), mayMake(p.Actor) == nil
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		all, err := List(ctx, tx, p.Actor, p.Query, p.Offset, pageSize+1)
		if err != nil {
			return err
		}
		all, p.More = web.Cut(all, pageSize)
		p.Targets, err = s.listed(ctx, tx, p.Actor, all)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listView(p))
}

func (s *server) listed(ctx context.Context, tx *db.Tx, by auth.Actor, all []Target) ([]listed, error) {
	ids := make([]string, len(all))
	for i, t := range all {
		ids[i] = t.ID
	}
	own, err := ownStandings(ctx, tx, by.Unit, ids)
	if err != nil {
		return nil, err
	}
	var out []listed
	for _, t := range all {
		x := listed{Target: t}
		x.Standing = own[t.ID]
		unit, _ := topOf(by, t)
		if t.Points, err = points(ctx, tx, t.ID); err != nil {
			return nil, err
		}
		x.Points = t.Points
		if unit == t.Unit {
			x.Standing = Standing{Unit: t.Unit, Value: t.Value(), Version: 1}
		}
		if t.State != Draft {
			reached, err := s.feeds.read(ctx, tx, by, t, []int64{unit}, t.To)
			if err != nil {
				return nil, err
			}
			x.Reached, x.Known = reached[unit], has(reached, unit)
		}
		out = append(out, x)
	}
	return out, nil
}

// topOf is the unit whose standing somebody sees of a target: the one that has set
// it, or their own if they stand under it.
func topOf(by auth.Actor, t Target) (unit int64, key string) {
	if by.Covers(t.UnitPath) {
		return t.Unit, t.UnitKey
	}
	return by.Unit, by.UnitKey
}

// formPage is the page to set a target, or to amend a draft.
type formPage struct {
	web.Page
	ID      string // "" for a new one
	Version int64
	Target  Target
	From    string // as typed
	Lines   string // the path as typed
	Choices []web.Option
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "target.new"), Target: Target{Direction: Least}}
	year, _ := strconv.Atoi(string(vn.DayOf(p.Now))[:4]) // a day begins with its year
	p.From = string(vn.MakeDay(year, 1, 1))
	for q := 1; q <= 4; q++ {
		p.Lines += p.T("target.quarter", q) + " | " + quarterEnd(year, q).String() + " | \n"
	}
	return s.formPage(w, r, p, nil)
}

// quarterEnd is the last day of a quarter.
func quarterEnd(year, q int) vn.Day {
	if q == 4 {
		return vn.MakeDay(year, 12, 31)
	}
	return vn.MakeDay(year, 3*q+1, 1).AddDays(-1)
}

func (s *server) formPage(w http.ResponseWriter, r *http.Request, p formPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := mayMake(p.Actor); err != nil {
		return err
	}
	p.Choices = []web.Option{{Text: p.T("target.feed.none")}}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, f := range s.feeds {
			all, err := f.Choices(ctx, tx, p.Actor)
			if err != nil {
				return err
			}
			for _, c := range all {
				p.Choices = append(p.Choices, web.Option{Value: f.Key + ":" + c.Of, Text: p.T(f.Label) + ": " + called(p.Page, c.Text, c.What)})
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, formView(p))
}

// called is what a figure is called.
func called(p web.Page, text, what string) string {
	if what == "" {
		return text
	}
	return text + " · " + p.T(what)
}

// typed reads a target as typed.
func (p *formPage) typed(r *http.Request) error {
	t := Target{
		Label: r.PostFormValue("label"), Word: r.PostFormValue("word"), Direction: Direction(r.PostFormValue("direction")),
		From: vn.TypedDay(r.PostFormValue("from")), Note: r.PostFormValue("note"),
	}
	t.Feed, t.FeedOf = splitFeed(r.PostFormValue("feed"))
	p.From, p.Lines = r.PostFormValue("from"), r.PostFormValue("points")
	decimals, err := strconv.Atoi(r.PostFormValue("decimals"))
	if err != nil || decimals < 0 || decimals > MaxDecimals {
		decimals = 0
	}
	t.Decimals = decimals
	t.Points, err = ParsePoints(p.Lines, decimals)
	p.Target = t
	return err
}

func (s *server) make(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "target.new")}
	if err := p.typed(r); err != nil {
		return s.formPage(w, r, p, err)
	}
	id, again := "", ""
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		t, err := Make(ctx, tx, p.Actor, s.feeds, p.Target)
		if err != nil {
			return err
		}
		id = t.ID
		again, err = s.site.Once(ctx, tx, r, "/targets/"+id)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.formPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "target.said.made", "/targets/%s", id)
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "target.amend"), ID: r.PathValue("id")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Target, err = owned(ctx, tx, p.Actor, p.ID)
		return err
	}); err != nil {
		return err
	}
	if p.Target.State != Draft {
		return fault.New(fault.Conflict, "target.error.opened")
	}
	p.From, p.Lines, p.Version = string(p.Target.From), FormatPoints(p.Target.Points, p.Target.Decimals), p.Target.Version
	return s.formPage(w, r, p, nil)
}

func (s *server) amend(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "target.amend"), ID: r.PathValue("id"), Version: web.Version(r)}
	if err := p.typed(r); err != nil {
		return s.formPage(w, r, p, err)
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Amend(ctx, tx, p.Actor, s.feeds, p.ID, p.Version, p.Target)
	}); err != nil {
		return s.formPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "target.said.amended", "/targets/%s", p.ID)
}

// move answers with what a verb of a target's stages does.
func (s *server) move(verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error, said string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		by, id := auth.FromContext(r.Context()), r.PathValue("id")
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			return verb(ctx, tx, by, id, web.Version(r))
		}); err != nil {
			return err
		}
		return web.SeeSaid(w, r, said, "/targets/%s", id)
	}
}
