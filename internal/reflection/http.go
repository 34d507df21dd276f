package reflection

import (
	"context"
	"embed"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const pageSize = 50

type server struct {
	site  *web.Site
	db    *db.DB
	files *file.Store
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, files *file.Store) {
	s := &server{site, d, files}
	site.Door("conference after", "reflection.door", "/conferences/%s/reflections")
	site.Handle("GET /conferences/{id}/reflections", web.SignedIn, s.show)
	site.Handle("GET /conferences/{id}/reflections/units/{key}", web.SignedIn, s.show)
	site.Handle("GET /conferences/{id}/reflections/edit", web.SignedIn, s.edit)
	site.Handle("POST /conferences/{id}/reflections", web.SignedIn, s.write)
	site.Handle("POST /conferences/{id}/reflections/opening", web.SignedIn, s.act(Open, "reflection.said.opened"))
	site.Handle("POST /conferences/{id}/reflections/closure", web.SignedIn, s.act(Close, "reflection.said.closed"))
	site.Handle("POST /conferences/{id}/reflections/people", web.SignedIn, s.act(func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, _ int64) error {
		return TakeRoll(ctx, tx, by, id)
	}, "reflection.said.roll"))
	site.Handle("GET /conferences/{id}/reflections/mine", web.SignedIn, s.mine)
	site.Handle("GET /conferences/{id}/reflections/papers", web.SignedIn, s.list)
	s.registerPapers()
}

// showPage is how the papers of a conference stand at a unit and those under it.
type showPage struct {
	web.Page
	Conference conference.Conference
	Set        Set
	Has        bool // there is a set that the reader sees
	Unit       org.Unit
	Top        tally.Vec
	Rows       []tally.Child
	Next       string
	Mine       Person
	OnRoll     bool
	MayAsk     bool
	MayList    bool
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	p := showPage{Page: s.site.Page(r, "reflection.title")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = conference.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.MayAsk = mayAsk(p.Actor, p.Conference.Unit) == nil
		p.MayList = mayList(p.Actor) == nil
		p.Set, err = Find(ctx, tx, p.Actor, p.Conference.ID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		p.Has = true
		return p.load(ctx, tx, r)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, showView(p))
}

func (p *showPage) load(ctx context.Context, tx *db.Tx, r *http.Request) (err error) {
	if p.Actor.Member != 0 {
		key, err := myKey(ctx, tx, p.Actor)
		if err == nil {
			p.Mine, err = PersonOf(ctx, tx, p.Actor, p.Set, key)
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		p.OnRoll = err == nil
	}
	key := r.PathValue("key")
	switch {
	case key != "":
	case p.Actor.Covers(p.Set.path):
		key = p.Set.UnitKey
	default:
		key = p.Actor.UnitKey
	}
	if p.Unit, err = org.Get(ctx, tx, p.Actor, key); err != nil || p.Set.Sheet == 0 {
		return err
	}
	if p.Top, err = tally.Total(ctx, tx, p.Set.Sheet, p.Unit.ID); err != nil {
		return err
	}
	sheet, err := tally.Find(ctx, tx, p.Set.Sheet)
	if err != nil {
		return err
	}
	p.Rows, err = tally.ChildrenOf(ctx, tx, p.Actor, sheet, p.Unit.ID, number(r.URL.Query().Get("after")), pageSize+1)
	if len(p.Rows) > pageSize {
		p.Rows = p.Rows[:pageSize]
		p.Next = p.base() + "/units/" + url.PathEscape(p.Unit.Key) + "?after=" + strconv.FormatInt(p.Rows[pageSize-1].Unit, 10)
	}
	return err
}

func (p showPage) base() string { return "/conferences/" + p.Conference.ID + "/reflections" }

func (s Set) base() string { return "/conferences/" + s.Conference + "/reflections" }

// number reads a whole number of an address; what is none is 0.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// formPage is the page to say what is asked.
type formPage struct {
	web.Page
	Conference conference.Conference
	Set        Set
	Last       string // typed
	Least      string
	Most       string
	Pass       string
	Wrong      map[string]fault.Text
	Message    fault.Text
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "reflection.edit"), Set: Set{Asks: "attended", Takes: "both", Rule: "pass", Graders: "both"}, Least: "200", Most: "20000", Pass: "5"}
	return s.form(w, r, p, http.StatusOK)
}

func (s *server) form(w http.ResponseWriter, r *http.Request, p formPage, status int) error {
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = conference.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := mayAsk(p.Actor, p.Conference.Unit); err != nil {
			return err
		}
		had, err := readSet(ctx, tx, p.Conference.ID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err == nil && r.Method == http.MethodGet {
			p.Set, p.Last = had, string(had.LastDay)
			p.Least, p.Most, p.Pass = vn.Int(had.Least), vn.Int(had.Most), points(had.PassMark)
		}
		p.Set.State, p.Set.Version = had.State, had.Version
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, formView(p))
}

// points writes tenths of a point as people do, "7,5".
func points(tenths int64) string {
	s := strconv.FormatInt(tenths/10, 10)
	if tenths%10 != 0 {
		s += "," + strconv.FormatInt(tenths%10, 10)
	}
	return s
}

// parsePoints reads points as people write them; -1 if they are none.
func parsePoints(s string) int64 {
	f, err := strconv.ParseFloat(strings.ReplaceAll(vn.Clean(s), ",", "."), 64)
	tenths := math.Round(f * 10)
	if err != nil || f < 0 || tenths > topGrade || math.Abs(f*10-tenths) > 1e-6 {
		return -1
	}
	return int64(tenths)
}

// whole reads a typed whole number; -1 if it is none.
func whole(s string) int64 {
	n, ok := vn.ParseInt(s)
	if !ok {
		return -1
	}
	return n
}

func (s *server) write(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "reflection.edit"), Last: v.Get("last"), Least: v.Get("least"), Most: v.Get("most"), Pass: v.Get("pass")}
	p.Set = Set{
		Asks: v.Get("asks"), Takes: v.Get("takes"), Least: whole(p.Least), Most: whole(p.Most), LastDay: vn.TypedDay(p.Last), Rule: v.Get("rule"),
		PassMark: parsePoints(p.Pass), Graders: v.Get("graders"), Questions: strings.Split(v.Get("questions"), "\n"),
	}
	if p.Set.Rule != "points" {
		p.Set.PassMark = 10
	}
	id := r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Write(ctx, tx, p.Actor, id, web.Version(r), p.Set)
	}); err != nil {
		status, ok := web.Refused(err, &p.Wrong, &p.Message)
		if !ok {
			return err
		}
		return s.form(w, r, p, status)
	}
	return web.SeeSaid(w, r, "reflection.said.written", "/conferences/%s/reflections", id)
}

// act answers with what a verb of the host does.
func (s *server) act(verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error, said string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		by, id := auth.FromContext(r.Context()), r.PathValue("id")
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, by, id, web.Version(r)) }); err != nil {
			return err
		}
		return web.SeeSaid(w, r, said, "/conferences/%s/reflections", id)
	}
}

// listPage lists who has handed in, and who has not.
type listPage struct {
	web.Page
	Set   Set
	Unit  org.Unit
	State string
	Rows  []Person
	After int64
	Next  string
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := listPage{Page: s.site.Page(r, "reflection.papers"), State: q.Get("state"), After: number(q.Get("after"))}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Set, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := mayList(p.Actor); err != nil {
			return err
		}
		key := q.Get("unit")
		if key == "" {
			key = p.Actor.UnitKey
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, key); err != nil {
			return err
		}
		f := Filter{State: p.State, Path: p.Unit.Path}
		if p.Unit.ID == p.Set.Unit { // whom the host has invited may be at home anywhere
			f.Path = "/"
		}
		p.Rows, err = People(ctx, tx, p.Set, f, p.After, pageSize+1)
		return err
	}); err != nil {
		return err
	}
	if len(p.Rows) > pageSize {
		p.Rows = p.Rows[:pageSize]
		p.Next = p.link(p.State, p.Rows[pageSize-1].Member)
	}
	return web.Render(w, r, http.StatusOK, listView(p))
}

func (p listPage) link(state string, after int64) string {
	v := url.Values{"unit": {p.Unit.Key}}
	if state != "" {
		v.Set("state", state)
	}
	if after > 0 {
		v.Set("after", strconv.FormatInt(after, 10))
	}
	return p.Set.base() + "/papers?" + v.Encode()
}
