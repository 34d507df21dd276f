package level

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
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

// Evidence says for a paper which of some conferences have a record of it.
type Evidence = func(ctx context.Context, tx *db.Tx, conferences []string) (map[string]bool, error)

type server struct {
	site     *web.Site
	db       *db.DB
	evidence map[string]Evidence
}

// Register adds the pages of this package to the site. evidence is by paper; what has
// none is asked for and not shown as handed in.
func Register(site *web.Site, d *db.DB, evidence map[string]Evidence) {
	s := &server{site, d, evidence}
	site.Door("conference before", "level.title", "/conferences/%s/levels")
	site.Handle("GET /conferences/{id}/levels", web.SignedIn, s.list)
	site.Handle("GET /conferences/{id}/levels/new", web.SignedIn, s.new)
	site.Handle("POST /conferences/{id}/levels", web.SignedIn, s.add)
	site.Handle("POST /conferences/{id}/levels/telling", web.SignedIn, s.tell)
	site.Handle("GET /conferences/{id}/levels/{n}", web.SignedIn, s.show)
	site.Handle("GET /conferences/{id}/levels/{n}/pending", web.SignedIn, s.pending)
	site.Handle("GET /conferences/{id}/levels/{n}/edit", web.SignedIn, s.edit)
	site.Handle("POST /conferences/{id}/levels/{n}", web.SignedIn, s.amend)
	site.Handle("POST /conferences/{id}/levels/{n}/removal", web.SignedIn, s.remove)
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1 // which nothing has
	}
	return n
}

// listPage is the plan of a conference, and how it is kept.
type listPage struct {
	web.Page
	Conference conference.Conference
	Levels     []Level
	Counts     map[int64]Counts
	Top        org.Unit // whose figures these are: the host's, or the reader's own
	Calls      []Call
	MayPlan    bool
	MayHold    bool
	Untold     bool
	Message    fault.Text
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error { return s.plan(w, r, nil) }

func (s *server) plan(w http.ResponseWriter, r *http.Request, failed error) error {
	p := listPage{Page: s.site.Page(r, "level.title"), Counts: map[int64]Counts{}}
	status := http.StatusOK
	if failed != nil {
		f := fault.Of(failed)
		if f.Kind != fault.Invalid && f.Kind != fault.Conflict {
			return failed
		}
		status, p.Message = web.Status(failed), f.Text
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, p.Levels, err = List(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Top, err = top(ctx, tx, p.Actor, p.Conference.Unit); err != nil {
			return err
		}
		for _, l := range p.Levels {
			if l.Sheet == 0 {
				continue
			}
			v, err := tally.Total(ctx, tx, l.Sheet, p.Top.ID)
			if err != nil {
				return err
			}
			p.Counts[l.N] = countsOf(v)
		}
		p.Calls, err = Calls(ctx, tx, p.Actor, p.Conference.ID)
		return err
	})
	if err != nil {
		return err
	}
	p.MayPlan = mayPlan(p.Actor, p.Conference.Unit) == nil && p.Conference.State != conference.Cancelled
	p.MayHold = mayHold(p.Actor)
	for _, l := range p.Levels {
		p.Untold = p.Untold || !l.Told
	}
	return web.Render(w, r, status, listView(p))
}

// top is the unit whose figures by sees: the host's, or its own under that.
func top(ctx context.Context, tx *db.Tx, by auth.Actor, host int64) (org.Unit, error) {
	u, err := org.See(ctx, tx, by, host)
	if fault.Is(err, fault.NotFound) {
		return org.See(ctx, tx, by, by.Unit)
	}
	return u, err
}

// formPage is the page to plan a level.
type formPage struct {
	web.Page
	Conference conference.Conference
	N          int64 // 0 for a new one
	Version    int64
	Told       bool
	Form       Form
	DayTyped   string
	Kinds      []string
	Wrong      map[string]fault.Text
	Message    fault.Text
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "level.new"), Form: Form{Depth: 1, Length: 1}}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		var all []Level
		if p.Conference, all, err = plan(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.Form.Depth = int64(len(all) + 1)
		p.Kinds, err = org.KindsUnder(ctx, tx, p.Actor)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(p))
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "level.edit"), N: number(r.PathValue("n"))}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, _, err = plan(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		l, err := one(ctx, tx, p.Conference.ID, p.N)
		if err != nil {
			return err
		}
		p.Form, p.Version, p.Told, p.DayTyped = l.form(), l.Version, l.Sheet != 0, string(l.Deadline.Day)
		p.Kinds, err = org.KindsUnder(ctx, tx, p.Actor)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(p))
}

func read(r *http.Request) (Form, string, error) {
	v, err := web.Form(r)
	if err != nil {
		return Form{}, "", err
	}
	f := Form{Kind: v.Get("kind"), Audience: v.Get("audience"), LengthIn: v.Get("length_in"), Papers: v["papers"]}
	f.Depth = number(v.Get("depth"))
	if typed := vn.Clean(v.Get("length")); typed != "" {
		f.Length = number(typed)
	}
	f.Deadline.Day, _ = vn.ParseDay(v.Get("day")) // a bad day is none, which check refuses
	f.Deadline.Wording = vn.Wording(v.Get("wording"))
	return f, v.Get("day"), nil
}

func (s *server) add(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	f, typed, err := read(r)
	if err != nil {
		return err
	}
	again := ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if _, err = Add(ctx, tx, by, id, f); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, "/conferences/"+id+"/levels")
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.again(w, r, formPage{Page: s.site.Page(r, "level.new"), Form: f, DayTyped: typed}, err)
	}
	return web.SeeSaid(w, r, "level.said.saved", "/conferences/%s/levels", id)
}

func (s *server) amend(w http.ResponseWriter, r *http.Request) error {
	by, id, n := auth.FromContext(r.Context()), r.PathValue("id"), number(r.PathValue("n"))
	f, typed, err := read(r)
	if err != nil {
		return err
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Amend(ctx, tx, by, id, n, web.Version(r), f) }); err != nil {
		return s.again(w, r, formPage{Page: s.site.Page(r, "level.edit"), N: n, Version: web.Version(r), Form: f, DayTyped: typed}, err)
	}
	return web.SeeSaid(w, r, "level.said.saved", "/conferences/%s/levels", id)
}

// again shows the form with what was typed and what is wrong with it.
func (s *server) again(w http.ResponseWriter, r *http.Request, p formPage, err error) error {
	if _, ok := web.Refused(err, &p.Wrong, &p.Message); !ok {
		return err
	}
	if rerr := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = conference.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.Kinds, err = org.KindsUnder(ctx, tx, p.Actor)
		return err
	}); rerr != nil {
		return rerr
	}
	return web.Render(w, r, web.Status(err), formView(p))
}

func (s *server) remove(w http.ResponseWriter, r *http.Request) error {
	by, id, n := auth.FromContext(r.Context()), r.PathValue("id"), number(r.PathValue("n"))
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Remove(ctx, tx, by, id, n, web.Version(r)) }); err != nil {
		return s.plan(w, r, err)
	}
	return web.SeeSaid(w, r, "level.said.removed", "/conferences/%s/levels", id)
}

func (s *server) tell(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Tell(ctx, tx, by, id) }); err != nil {
		return s.plan(w, r, err)
	}
	return web.SeeSaid(w, r, "level.said.telling", "/conferences/%s/levels", id)
}

func base(id string) string { return "/conferences/" + id + "/levels" }

// href is the address of a part of the pages of a level under a unit.
func href(l Level, part, under string, after int64) string {
	v := url.Values{}
	if under != "" {
		v.Set("under", under)
	}
	if after > 0 {
		v.Set("after", strconv.FormatInt(after, 10))
	}
	at := base(l.Conference) + "/" + strconv.FormatInt(l.N, 10) + part
	if len(v) > 0 {
		at += "?" + v.Encode()
	}
	return at
}

// Start is where a unit enters the conference that a call asks it for, filled in from
// the one above.
func Start(c Call) string {
	return "/conferences/new?" + url.Values{
		"parent": {c.Conference}, "level": {strconv.FormatInt(c.N, 10)}, "day": {c.Deadline.Last().String()},
	}.Encode()
}
