package conference

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/presence"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package and of attendance, whose pages
// these are.
//
//go:embed locale/*.json
var Locale embed.FS

const (
	pageSize   = 50
	topicRows  = 6
	maxInvited = 500
)

type server struct {
	site   *web.Site
	db     *db.DB
	signed Signed
}

// Signed returns how many have signed the minutes of a conference, of the two who do.
type Signed func(ctx context.Context, tx *db.Tx, conference string) (int64, error)

// Register adds the pages of this package to the site; signed is asked how far the
// minutes of a closed conference have come.
func Register(site *web.Site, d *db.DB, signed Signed) {
	s := &server{site, d, signed}
	site.Handle("GET /conferences", web.SignedIn, s.list)
	site.Handle("GET /conferences/new", web.SignedIn, s.new)
	site.Handle("POST /conferences", web.SignedIn, s.enter)
	site.Handle("GET /conferences/{id}", web.SignedIn, s.show)
	site.Handle("GET /conferences/{id}/edit", web.SignedIn, s.edit)
	site.Handle("POST /conferences/{id}", web.SignedIn, s.amend)
	site.Handle("POST /conferences/{id}/convening", web.SignedIn, s.convene)
	site.Handle("POST /conferences/{id}/closure", web.SignedIn, s.close)
	site.Handle("POST /conferences/{id}/reopening", web.SignedIn, s.reopen)
	site.Handle("POST /conferences/{id}/cancellation", web.SignedIn, s.cancel)
}

type listPage struct {
	web.Page
	Filter      Filter
	Conferences []Conference
	Offset      int
	More        bool
	MayNew      bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := listPage{Page: s.site.Page(r, "conference.title"), Filter: Filter{Rollout: q.Get("rollout"), Query: vn.Clean(q.Get("q"))}}
	p.Offset, _ = strconv.Atoi(q.Get("offset")) // a bad offset is the first page
	p.Offset = max(0, p.Offset)
	p.MayNew = mayRun(p.Actor, p.Actor.Unit) == nil
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Conferences, err = List(ctx, tx, p.Actor, p.Filter, p.Offset, pageSize+1)
		return err
	})
	if err != nil {
		return err
	}
	if p.More = len(p.Conferences) > pageSize; p.More {
		p.Conferences = p.Conferences[:pageSize]
	}
	return web.Render(w, r, http.StatusOK, listView(p))
}

// formPage is the page to prepare a conference.
type formPage struct {
	web.Page
	ID       string // "" for a new one
	Version  int64
	Form     Form
	DayTyped string
	Rollouts []rollout.Rollout
	Units    []org.Unit // that can be invited
	Wrong    map[string]fault.Text
	Message  fault.Text
}

func (s *server) fill(ctx context.Context, tx *db.Tx, p *formPage) (err error) {
	all, err := rollout.List(ctx, tx, p.Actor, "", 0, pageSize)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.Running() {
			p.Rollouts = append(p.Rollouts, r)
		}
	}
	p.Units, err = org.Children(ctx, tx, p.Actor, p.Actor.Unit, "", maxInvited)
	for len(p.Form.Topics) < topicRows {
		p.Form.Topics = append(p.Form.Topics, Topic{})
	}
	p.fillCalls()
	return err
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "conference.new")}
	if err := mayRun(p.Actor, p.Actor.Unit); err != nil {
		return err
	}
	q := r.URL.Query()
	p.Form = Form{Rollout: q.Get("rollout"), Sort: "main", Mode: "in_person", Day: vn.DayOf(p.Now), Start: "14:00"}
	p.Form.Level, _ = strconv.ParseInt(q.Get("level"), 10, 64) // a bad level is none, which asks nobody
	if d, ok := vn.ParseDay(q.Get("day")); ok {
		p.Form.Day = d
	}
	if q.Get("sort") == "makeup" {
		p.Form.Sort = "makeup"
	}
	p.DayTyped = string(p.Form.Day)
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		if up := q.Get("parent"); up != "" {
			return s.fillFrom(ctx, tx, &p, up)
		}
		if p.Form.Rollout != "" {
			o, err := rollout.Get(ctx, tx, p.Actor, p.Form.Rollout)
			if err != nil {
				return err
			}
			p.Form.Title = p.T("conference.default_title."+p.Form.Sort, o.Title)
		}
		return s.fill(ctx, tx, &p)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(p))
}

// fillFrom fills in the form of a conference that the one above asks for.
func (s *server) fillFrom(ctx context.Context, tx *db.Tx, p *formPage, up string) error {
	c, err := Get(ctx, tx, p.Actor, up)
	if err != nil {
		return err
	}
	day, start := p.Form.Day, p.Form.Start
	level := p.Form.Level
	p.Form = c.Copy()
	p.Form.Day, p.Form.Start, p.Form.Level = day, start, level
	return s.fill(ctx, tx, p)
}

func read(r *http.Request) (Form, string, error) {
	v, err := web.Form(r)
	if err != nil {
		return Form{}, "", err
	}
	f := Form{
		Rollout: v.Get("rollout"), Title: v.Get("title"), Sort: v.Get("sort"), Mode: v.Get("mode"), Start: v.Get("start"), End: v.Get("end"),
		Place: v.Get("place"), Chair: v.Get("chair"), Units: v["units"], Parent: v.Get("parent"),
	}
	f.Level, _ = strconv.ParseInt(v.Get("level"), 10, 64) // a bad level is none, which asks nobody
	f.Day, _ = vn.ParseDay(v.Get("day"))                  // a bad day is none, which check refuses
	for i := range v["topic"] {
		f.Topics = append(f.Topics, Topic{
			ID: at(v["topic_id"], i), Sort: at(v["topic_sort"], i), Start: at(v["topic_start"], i), End: at(v["topic_end"], i),
			Title: v["topic"][i], Speaker: at(v["speaker"], i), SpeakerTitle: at(v["speaker_title"], i),
		})
	}
	readCalls(v, &f)
	return f, v.Get("day"), nil
}

func at(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

func (s *server) enter(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	f, typed, err := read(r)
	if err != nil {
		return err
	}
	var c Conference
	again := ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = Enter(ctx, tx, by, f); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, "/conferences/"+c.ID)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.again(w, r, formPage{Page: s.site.Page(r, "conference.new"), Form: f, DayTyped: typed}, err)
	}
	return web.SeeSaid(w, r, "conference.said.saved", "/conferences/%s", c.ID)
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
	p := formPage{Page: s.site.Page(r, "conference.edit"), ID: r.PathValue("id")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		c, err := Get(ctx, tx, p.Actor, p.ID)
		if err != nil {
			return err
		}
		if err := mayRun(p.Actor, c.Unit); err != nil {
			return err
		}
		p.Version, p.DayTyped = c.Version, string(c.Day)
		p.Form = Form{Rollout: c.Rollout, Title: c.Title, Sort: c.Sort, Mode: c.Mode, Day: c.Day, Start: c.Start, End: c.End, Place: c.Place, Chair: c.Chair, Topics: c.Topics}
		units, err := InvitedUnits(ctx, tx, c)
		if err != nil {
			return err
		}
		for _, u := range units {
			p.Form.Units = append(p.Form.Units, u.Key)
		}
		if err := p.calls(ctx, tx); err != nil {
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
	f, typed, err := read(r)
	if err != nil {
		return err
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Amend(ctx, tx, by, id, web.Version(r), f) }); err != nil {
		return s.again(w, r, formPage{Page: s.site.Page(r, "conference.edit"), ID: id, Version: web.Version(r), Form: f, DayTyped: typed}, err)
	}
	return web.SeeSaid(w, r, "conference.said.saved", "/conferences/%s", id)
}

// showPage is a conference's page.
type showPage struct {
	web.Page
	Conference Conference
	Units      []org.Unit
	Counts     map[attendance.State]int64 // of the roll as it stands, if it is not long
	People     int64                      // on the roll, if it is long
	Sites      int64
	Joined     int64   // of the sites
	Job        job.Job // that closes or reopens
	Counting   bool
	Guests     []attendance.Guest
	Figures    tally.Vec // what was counted at closing
	Calls      []attendance.Call
	Rule       attendance.Rule
	There      [attendance.MostCalls]int64 // at each roll call, as the roll stands, if it is not long
	Events     []Event
	Signed     int64 // who signed the minutes
	MayRun     bool
	MayReopen  bool
	Wrong      map[string]fault.Text
	Message    fault.Text
	Reason     string
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, nil)
}

func (s *server) page(w http.ResponseWriter, r *http.Request, failed error) error {
	p := showPage{Page: s.site.Page(r, "conference.title"), Counts: map[attendance.State]int64{}, Reason: r.PostFormValue("reason")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if _, up := Get(ctx, tx, p.Actor, p.Conference.Parent); up != nil {
			p.Conference.Parent = "" // who may not see it is not led there
		}
		return p.load(ctx, tx, s.signed)
	})
	if err != nil {
		return err
	}
	p.Title = p.Conference.Title
	p.MayRun, p.MayReopen = mayRun(p.Actor, p.Conference.Unit) == nil, mayReopen(p.Actor, p.Conference.Unit) == nil
	return web.Render(w, r, status, showView(p))
}

func (p *showPage) load(ctx context.Context, tx *db.Tx, signed Signed) (err error) {
	if p.Units, err = InvitedUnits(ctx, tx, p.Conference); err != nil {
		return err
	}
	if p.Guests, err = attendance.Guests(ctx, tx, p.Conference.ID); err != nil {
		return err
	}
	if p.Events, err = Events(ctx, tx, p.Conference); err != nil {
		return err
	}
	if p.Sites, p.Joined, err = Sites(ctx, tx, p.Conference.ID); err != nil {
		return err
	}
	if p.Counting = p.Conference.State == Closing || p.Conference.State == Reopening; p.Counting {
		if p.Job, err = job.Find(ctx, tx, countUnique(p.Conference.ID)); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if err := p.loadCalls(ctx, tx); err != nil {
		return err
	}
	many, err := presence.Many(ctx, tx, p.Conference.ID, direct)
	if err != nil {
		return err
	}
	if many {
		o, err := attendance.Get(ctx, tx, p.Conference.ID)
		if err != nil {
			return err
		}
		p.People = max(o.People, direct) // an old roll has not been counted
	} else {
		counts, err := presence.Counts(ctx, tx, p.Conference.ID)
		if err != nil {
			return err
		}
		for _, c := range counts {
			p.Counts[c.State] += c.N
		}
		if err := p.countCalls(ctx, tx); err != nil {
			return err
		}
	}
	if p.Conference.State == Closed {
		if p.Signed, err = signed(ctx, tx, p.Conference.ID); err != nil {
			return err
		}
	}
	if p.Conference.Sheet != 0 {
		p.Figures, err = tally.Total(ctx, tx, p.Conference.Sheet, p.Conference.Unit)
	}
	return err
}

// act runs a verb on a conference; what is wrong is said on its page.
func (s *server) act(w http.ResponseWriter, r *http.Request, said string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, by, id) }); err != nil {
		return s.page(w, r, err)
	}
	return web.SeeSaid(w, r, said, "/conferences/%s", id)
}

func (s *server) convene(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "conference.said.convened", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		_, err := Convene(ctx, tx, by, id, web.Version(r))
		return err
	})
}

func (s *server) close(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "conference.said.closed", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Close(ctx, tx, by, id, web.Version(r))
	})
}

func (s *server) reopen(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "conference.said.reopened", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Reopen(ctx, tx, by, id, web.Version(r), r.PostFormValue("reason"))
	})
}

func (s *server) cancel(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "conference.said.cancelled", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Cancel(ctx, tx, by, id, web.Version(r), r.PostFormValue("reason"))
	})
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
