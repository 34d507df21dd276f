package hall

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/live"
	"nhipcau/internal/site"
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
	hub  *live.Hub
}

// Register adds the pages of this package to the site, and its states to the hub.
func Register(s *web.Site, d *db.DB, hub *live.Hub) {
	Paint(hub)
	x := &server{s, d, hub}
	s.Door("conference during", "hall.desk", "/conferences/%s/desk")
	s.Door("conference during", "hall.screen", "/conferences/%s/hall")
	s.Door("conference during", "hall.questions", "/conferences/%s/questions")
	s.Door("site", "hall.desk", "/conferences/%s/sites/%d/desk")
	s.Handle("GET /conferences/{id}/hall", web.SignedIn, x.screen)
	s.Handle("GET /conferences/{id}/live", web.SignedIn, x.live)
	s.Handle("GET /conferences/{id}/desk", web.SignedIn, x.desk)
	s.Handle("POST /conferences/{id}/desk/topics/{topic}/start", web.SignedIn, x.begin)
	s.Handle("POST /conferences/{id}/desk/topics/{topic}/end", web.SignedIn, x.end)
	s.Handle("POST /conferences/{id}/announcements", web.SignedIn, x.announce)
	s.Handle("POST /conferences/{id}/hands/call", web.SignedIn, x.call)
	s.Handle("POST /conferences/{id}/room", web.SignedIn, x.room)
	s.Handle("GET /conferences/{id}/sites/{n}/live", web.SignedIn, x.liveAt)
	s.Handle("GET /conferences/{id}/sites/{n}/desk", web.SignedIn, x.deskAt)
	s.Handle("POST /conferences/{id}/sites/{n}/hand", web.SignedIn, x.raise)
	s.Handle("POST /conferences/{id}/sites/{n}/hand/lowering", web.SignedIn, x.lower)
	s.Handle("POST /conferences/{id}/sites/{n}/room", web.SignedIn, x.room)
	s.Handle("GET /conferences/{id}/questions", web.SignedIn, x.questions)
	s.Handle("POST /conferences/{id}/questions", web.SignedIn, x.ask)
	s.Handle("GET /conferences/{id}/questions/{q}", web.SignedIn, x.question)
	s.Handle("POST /conferences/{id}/questions/{q}/{deed}", web.SignedIn, x.deed)
}

// number reads a whole number of an address or a form; what is none is -1, which
// nothing has.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// screenPage is the screen of a hall.
type screenPage struct {
	web.Page
	Hall   Hall
	Screen Screen
	At     string
}

// idle is said while no topic is on.
func (p screenPage) idle() string {
	if p.Hall.State == conference.Closed || p.Hall.State == conference.Closing {
		return p.T("hall.over")
	}
	return p.T("hall.idle")
}

func (s *server) screen(w http.ResponseWriter, r *http.Request) error {
	p := screenPage{Page: s.site.Page(r, "hall.screen")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Hall, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.At, err = live.At(ctx, tx, conference.LiveTopic(p.Hall.ID)); err != nil {
			return err
		}
		p.Screen, err = screenOf(ctx, tx, p.Hall.ID)
		return err
	}); err != nil {
		return err
	}
	p.Title = p.Hall.Title
	return web.Render(w, r, http.StatusOK, screenView(p))
}

// live answers with what happens at a conference.
func (s *server) live(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return s.listen(w, r, func(ctx context.Context, tx *db.Tx, by auth.Actor) ([]string, error) {
		_, err := Find(ctx, tx, by, id)
		return []string{conference.LiveTopic(id)}, err
	})
}

// liveAt is live for a site, with what is for it alone.
func (s *server) liveAt(w http.ResponseWriter, r *http.Request) error {
	return s.listen(w, r, func(ctx context.Context, tx *db.Tx, by auth.Actor) ([]string, error) {
		h, x, err := seenSite(ctx, tx, by, r)
		if err != nil {
			return nil, err
		}
		return h.topicsAt(ctx, tx, x)
	})
}

// topicsAt are what a page of a site listens to.
func (h Hall) topicsAt(ctx context.Context, tx *db.Tx, x site.Site) ([]string, error) {
	all := []string{conference.LiveTopic(h.ID), site.LiveTopic(h.ID, x.N)}
	units, err := above(ctx, tx, h.tree, x.Unit)
	for _, u := range units {
		all = append(all, unitTopic(h.ID, u))
	}
	return all, err
}

// listen answers with the topics that find finds, for as long as the reader is still
// signed in and finds them.
func (s *server) listen(w http.ResponseWriter, r *http.Request, find func(ctx context.Context, tx *db.Tx, by auth.Actor) ([]string, error)) error {
	var topics []string
	look := func(ctx context.Context, by auth.Actor) error {
		return s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			topics, err = find(ctx, tx, by)
			return err
		})
	}
	if err := look(r.Context(), auth.FromContext(r.Context())); err != nil {
		return err
	}
	return s.hub.Serve(w, r, topics, func(ctx context.Context) error {
		by, err := s.site.Authenticate(r)
		if err == nil && !by.Known() {
			err = fault.New(fault.SignIn, "error.sign_in")
		}
		if err != nil {
			return err
		}
		return look(ctx, by)
	})
}

// seenSite finds the site of a request, with its hall.
func seenSite(ctx context.Context, tx *db.Tx, by auth.Actor, r *http.Request) (Hall, site.Site, error) {
	_, x, err := site.Get(ctx, tx, by, r.PathValue("id"), number(r.PathValue("n")))
	if err != nil {
		return Hall{}, x, err
	}
	h, err := Find(ctx, tx, by, r.PathValue("id"))
	return h, x, err
}

// deskPage is from where a hall is run, or a site takes part in it.
type deskPage struct {
	web.Page
	Hall     Hall
	Site     site.Site // N is 0 on the desk of the whole conference
	Screen   Screen
	Corner   Corner
	At       string
	Topics   []Topic
	Hands    []Hand
	Said     []Announcement
	Room     Room
	MayChair bool
	MayKeep  bool // of the site
	Joins    bool
	Asked    []Question
	Text     string // typed
	Unit     string
	Address  string
	Topic    string
	Wrong    map[string]fault.Text
	Message  fault.Text
}

func (s *server) desk(w http.ResponseWriter, r *http.Request) error { return s.deskView(w, r, nil) }

func (s *server) deskAt(w http.ResponseWriter, r *http.Request) error { return s.deskView(w, r, nil) }

func (s *server) deskView(w http.ResponseWriter, r *http.Request, failed error) error {
	p := deskPage{
		Page: s.site.Page(r, "hall.desk"), Text: r.PostFormValue("text"), Unit: r.PostFormValue("unit"),
		Address: r.PostFormValue("address"), Topic: r.PostFormValue("topic"),
	}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if r.PathValue("n") == "" {
			p.Hall, err = Find(ctx, tx, p.Actor, r.PathValue("id"))
		} else {
			p.Hall, p.Site, err = seenSite(ctx, tx, p.Actor, r)
		}
		if err != nil {
			return err
		}
		return p.load(ctx, tx)
	}); err != nil {
		return err
	}
	if failed == nil {
		p.Address = p.Room.Address
	}
	return web.Render(w, r, status, deskView(p))
}

const recent = 20

func (p *deskPage) load(ctx context.Context, tx *db.Tx) (err error) {
	h, by := p.Hall, p.Actor
	p.MayChair = mayChair(by, h) == nil
	topics := []string{conference.LiveTopic(h.ID)}
	if p.Site.N > 0 {
		g, x, err := site.Get(ctx, tx, by, h.ID, p.Site.N)
		if err != nil {
			return err
		}
		p.MayKeep = site.MayKeep(by, g, x) == nil
		if topics, err = h.topicsAt(ctx, tx, x); err != nil {
			return err
		}
		if p.Corner, err = cornerOf(ctx, tx, h.ID, x.N); err != nil {
			return err
		}
		if p.Asked, err = Questions(ctx, tx, by, h, Filter{Site: x.N}, 0, recent); err != nil {
			return err
		}
	}
	if p.At, err = live.At(ctx, tx, topics...); err != nil {
		return err
	}
	if p.Screen, err = screenOf(ctx, tx, h.ID); err != nil {
		return err
	}
	if p.Topics, err = topicsOf(ctx, tx, h.ID); err != nil {
		return err
	}
	if p.Hands, err = handsOf(ctx, tx, h.ID, mostHands); err != nil {
		return err
	}
	_, onRoll, err := onRollAt(ctx, tx, h.ID, by.Member)
	if err != nil {
		return err
	}
	if p.Joins = joins(by, onRoll); p.Joins {
		if p.Room, err = roomOf(ctx, tx, h.ID, p.Site.N); err != nil {
			return err
		}
	}
	return p.announced(ctx, tx)
}

// announced loads what was announced, as far as it is for this page.
func (p *deskPage) announced(ctx context.Context, tx *db.Tx) (err error) {
	if p.Site.N == 0 && p.MayChair {
		p.Said, err = allAnnouncements(ctx, tx, p.Hall.ID, recent)
		return err
	}
	var units []int64
	if p.Site.N > 0 {
		if units, err = above(ctx, tx, p.Hall.tree, p.Site.Unit); err != nil {
			return err
		}
	}
	p.Said, err = announcementsOf(ctx, tx, p.Hall.ID, units, recent)
	return err
}

func (p deskPage) base() string { return "/conferences/" + p.Hall.ID }

// here is the page's own part of addresses.
func (p deskPage) here() string {
	if p.Site.N == 0 {
		return p.base()
	}
	return fmt.Sprintf("%s/sites/%d", p.base(), p.Site.N)
}

func (p deskPage) stream() string { return p.here() + "/live?after=" + p.At }

// do runs a verb, and shows the desk that it came from.
func (s *server) do(w http.ResponseWriter, r *http.Request, said string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	to := "/conferences/" + id
	if n := r.PathValue("n"); n != "" {
		to += "/sites/" + n
	}
	var again string
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if again, err = s.site.Once(ctx, tx, r, to+"/desk"); err != nil || again != "" {
			return err
		}
		return verb(ctx, tx, by, id)
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.deskView(w, r, err)
	}
	if said == "" {
		return web.See(w, r, "%s/desk", to)
	}
	return web.SeeSaid(w, r, said, "%s/desk", to)
}

func (s *server) begin(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, "", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Begin(ctx, tx, by, id, r.PathValue("topic"))
	})
}

func (s *server) end(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, "", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return End(ctx, tx, by, id, r.PathValue("topic"))
	})
}

func (s *server) announce(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, "hall.said.announced", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Announce(ctx, tx, by, id, r.PostFormValue("unit"), r.PostFormValue("text"))
	})
}

func (s *server) call(w http.ResponseWriter, r *http.Request) error { return s.do(w, r, "", Call) }

func (s *server) room(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, "hall.said.room", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		n := int64(0)
		if r.PathValue("n") != "" {
			n = max(1, number(r.PathValue("n")))
		}
		return SetRoom(ctx, tx, by, id, n, r.PostFormValue("address"))
	})
}

func (s *server) raise(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, "", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Raise(ctx, tx, by, id, number(r.PathValue("n")))
	})
}

func (s *server) lower(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, "", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Lower(ctx, tx, by, id, number(r.PathValue("n")))
	})
}
