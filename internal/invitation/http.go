package invitation

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

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

const pageSize = 50

type server struct {
	site  *web.Site
	db    *db.DB
	codes *Codes
	guard guard
}

// Register adds the pages of this package to the site; base is the address of the
// house, which codes on paper lead to if it is a public one.
func Register(site *web.Site, d *db.DB, base string) {
	s := &server{site: site, db: d, codes: NewCodes(d, base)}
	const at = "/conferences/{id}/invitations"
	site.Door("conference before", "invitation.title", "/conferences/%s/invitations")
	site.Handle("GET "+at, web.SignedIn, s.list)
	site.Handle("GET "+at+"/new", web.SignedIn, s.ways)
	site.Handle("POST "+at+"/rules", web.SignedIn, s.addRule)
	site.Handle("POST "+at+"/rules/{n}/application", web.SignedIn, s.apply)
	site.Handle("POST "+at+"/rules/{n}/count", web.SignedIn, s.recount)
	site.Handle("POST "+at+"/rules/{n}/removal", web.SignedIn, s.drop)
	site.Handle("POST "+at+"/people", web.SignedIn, s.keys)
	site.Handle("POST "+at+"/guests", web.SignedIn, s.guest)
	site.Handle("POST "+at+"/reminder", web.SignedIn, s.remind)
	site.Handle("GET "+at+"/people/{key}", web.SignedIn, s.person)
	site.Handle("POST "+at+"/people/{key}", web.SignedIn, s.answer)
	site.Handle("GET "+at+"/guests/{guest}", web.SignedIn, s.person)
	site.Handle("POST "+at+"/guests/{guest}", web.SignedIn, s.answer)
	site.Handle("GET /my-invitations", web.SignedIn, s.mine)
	site.Handle("POST /my-invitations/{id}", web.SignedIn, s.answerMine)
	for _, path := range []string{"/i/{code}", "/I/{code}"} {
		site.Handle("GET "+path, web.Anyone, s.open)
		site.Handle("POST "+path, web.Anyone, s.answerOpen)
	}
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

type listPage struct {
	web.Page
	Meeting   Meeting
	Filter    Filter
	Guests    bool // the list is of guests
	Counts    Counts
	Rows      []Invited
	After     int64
	More      bool
	MayInvite bool
	MayName   bool
	Open      bool // answers are taken
	Message   fault.Text
}

// ReadFilter reads which people are asked for.
func ReadFilter(q url.Values) Filter {
	return Filter{Answer: q.Get("answer"), Query: vn.Clean(q.Get("q")), Site: max(0, number(q.Get("site"))), Unit: strings.TrimSpace(q.Get("unit"))}
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error { return s.listed(w, r, nil) }

// Refused shows the list of those invited, with what kept a file of it from being made.
func Refused(site *web.Site, d *db.DB, w http.ResponseWriter, r *http.Request, failed error) error {
	return (&server{site: site, db: d}).listed(w, r, failed)
}

func (s *server) listed(w http.ResponseWriter, r *http.Request, failed error) error {
	q := r.URL.Query()
	p := listPage{Page: s.site.Page(r, "invitation.title"), Filter: ReadFilter(q), Guests: q.Get("who") == "guests", After: max(0, number(q.Get("after")))}
	status := http.StatusOK
	if failed != nil {
		f := fault.Of(failed)
		if f.Kind != fault.Conflict {
			return failed
		}
		status, p.Message = web.Status(failed), f.Text
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Meeting, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.Open = p.Meeting.answering(tx.Now) == nil
		if p.Counts, err = CountsOf(ctx, tx, p.Actor, p.Meeting); err != nil {
			return err
		}
		if p.MayName = mayName(p.Actor) == nil; !p.MayName {
			return nil
		}
		if p.Guests = p.Guests && p.Actor.Covers(p.Meeting.Path); p.Guests {
			p.Rows, err = Guests(ctx, tx, p.Meeting, p.Filter, p.After, pageSize+1)
		} else {
			p.Rows, err = List(ctx, tx, p.Actor, p.Meeting, p.Filter, p.After, pageSize+1)
		}
		return err
	}); err != nil {
		return err
	}
	if p.More = len(p.Rows) > pageSize; p.More {
		p.Rows = p.Rows[:pageSize]
	}
	p.MayInvite = MayInvite(p.Actor, p.Meeting) == nil && p.Meeting.inviting() == nil
	return web.Render(w, r, status, listView(p))
}

func (p listPage) base() string { return "/conferences/" + p.Meeting.ID + "/invitations" }

// link is the address of the list with its filter, from somebody on.
func (p listPage) link(answer string, after int64) string {
	v := url.Values{}
	set := func(k, x string) {
		if x != "" {
			v.Set(k, x)
		}
	}
	set("answer", answer)
	set("q", p.Filter.Query)
	set("unit", p.Filter.Unit)
	if p.Filter.Site > 0 {
		v.Set("site", strconv.FormatInt(p.Filter.Site, 10))
	}
	if p.Guests {
		v.Set("who", "guests")
	}
	if after > 0 {
		v.Set("after", strconv.FormatInt(after, 10))
	}
	return strings.TrimSuffix(p.base()+"?"+v.Encode(), "?")
}

func (p listPage) next() string {
	if !p.More {
		return ""
	}
	last := p.Rows[len(p.Rows)-1]
	return p.link(p.Filter.Answer, last.Member+last.Guest)
}

func (p listPage) first() string {
	if p.After == 0 {
		return ""
	}
	return p.link(p.Filter.Answer, 0)
}

func (s *server) remind(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Remind(ctx, tx, by, id) }); err != nil {
		return s.listed(w, r, err)
	}
	return web.SeeSaid(w, r, "invitation.said.reminded", "/conferences/%s/invitations", id)
}

// A personPage is the invitation of one person, with their code.
type personPage struct {
	web.Page
	Meeting Meeting
	Who     Invited
	History []Answer
	Code    string // what their QR says
	Reply   Reply
	Open    bool
	May     bool // answer
	Action  string
	Topics  []string
	Door    string // page of the programme
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) person(w http.ResponseWriter, r *http.Request) error {
	return s.personPage(w, r, Reply{}, nil)
}

func (s *server) personPage(w http.ResponseWriter, r *http.Request, reply Reply, failed error) error {
	p := personPage{Page: s.site.Page(r, "invitation.one"), Reply: reply, Action: r.URL.Path}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	coder, err := s.codes.Of(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Meeting, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Who, err = Get(ctx, tx, p.Actor, p.Meeting, r.PathValue("key"), number(r.PathValue("guest"))); err != nil {
			return err
		}
		p.Open, p.May = p.Meeting.answering(tx.Now) == nil, mayAnswer(p.Actor, p.Meeting, p.Who) == nil
		p.History, err = history(ctx, tx, p.Meeting.ID, p.Who)
		return err
	}); err != nil {
		return err
	}
	p.Title, p.Code = p.Who.Name, coder(p.Who)
	return web.Render(w, r, status, personView(p))
}

// reply reads what somebody answers.
func reply(v url.Values) Reply {
	return Reply{Word: v.Get("answer"), Reason: v.Get("reason"), Delegate: v.Get("delegate")}
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id, x := auth.FromContext(r.Context()), r.PathValue("id"), reply(v)
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return x.Give(ctx, tx, by, id, r.PathValue("key"), number(r.PathValue("guest")))
	}); err != nil {
		return s.personPage(w, r, x, err)
	}
	return web.SeeSaid(w, r, "invitation.said.answered", "%s", r.URL.Path)
}

// minePage lists the invitations of the reader.
type minePage struct {
	web.Page
	Own     []personPage
	Failed  string // conference whose answer was refused
	Message fault.Text
}

func (s *server) mine(w http.ResponseWriter, r *http.Request) error {
	return s.minePage(w, r, Reply{}, nil)
}

func (s *server) minePage(w http.ResponseWriter, r *http.Request, reply Reply, failed error) error {
	p := minePage{Page: s.site.Page(r, "invitation.mine"), Failed: r.PathValue("id")}
	var own []Own
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		own, err = Mine(ctx, tx, p.Actor)
		return err
	}); err != nil {
		return err
	}
	status := http.StatusOK
	for _, o := range own {
		coder, err := s.codes.Of(r.Context(), o.ID)
		if err != nil {
			return err
		}
		x := personPage{
			Page: p.Page, Meeting: o.Meeting, Who: o.Invited, Code: coder(o.Invited), May: true,
			Open: o.answering(p.Now) == nil, Action: "/my-invitations/" + o.ID, Door: programme(p.Page, o.ID),
		}
		if failed != nil && o.ID == p.Failed {
			x.Reply = reply
			refused, ok := web.Refused(failed, &x.Wrong, &x.Message)
			if !ok {
				return failed
			}
			status = refused
			failed = nil
		}
		p.Own = append(p.Own, x)
	}
	if failed != nil {
		return failed
	}
	return web.Render(w, r, status, mineView(p))
}

// programme is the page of a conference's programme, if there is one.
func programme(p web.Page, id string) string {
	for _, d := range p.Doors("conference before", id) {
		if strings.HasSuffix(d.Href, "/programme") {
			return d.Href
		}
	}
	return ""
}

func (s *server) answerMine(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id, x := auth.FromContext(r.Context()), r.PathValue("id"), reply(v)
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return x.GiveOwn(ctx, tx, by, id) }); err != nil {
		return s.minePage(w, r, x, err)
	}
	return web.SeeSaid(w, r, "invitation.said.answered", "/my-invitations")
}

// A guard holds off who tries codes.
type guard struct {
	mu    sync.Mutex
	from  time.Time
	tries map[string]int
}

const (
	guardFor  = 10 * time.Minute
	guardMost = 30 // bad codes, or answers by one code
)

// full notes a try, if it is one, and reports whether there were too many.
func (g *guard) full(now time.Time, key string, try bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.from) > guardFor || now.Before(g.from) || len(g.tries) > 100_000 {
		g.from, g.tries = now, map[string]int{}
	}
	if try {
		g.tries[key]++
	}
	return g.tries[key] > guardMost
}

func address(r *http.Request) string {
	host, _, _ := strings.Cut(r.RemoteAddr, "]")
	if i := strings.LastIndex(r.RemoteAddr, ":"); i > 0 && host == r.RemoteAddr {
		host = r.RemoteAddr[:i]
	}
	return host
}

// none refuses a code that is none. Who brings one that is good is let in however many
// others at the same address, a hall's or a proxy's, have guessed: none can be guessed.
func (s *server) none(r *http.Request) error {
	if s.guard.full(s.db.Now(), address(r), false) {
		return fault.New(fault.Limited, "invitation.error.limited")
	}
	s.guard.full(s.db.Now(), address(r), true)
	return fault.New(fault.NotFound, "invitation.error.code")
}

func (s *server) open(w http.ResponseWriter, r *http.Request) error {
	return s.opened(w, r, Reply{}, nil)
}

func (s *server) opened(w http.ResponseWriter, r *http.Request, reply Reply, failed error) error {
	h := w.Header()
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Referrer-Policy", "no-referrer")
	code := strings.ToUpper(r.PathValue("code"))
	p := personPage{Page: s.site.Page(r, "invitation.one"), Reply: reply, Action: "/i/" + code, May: true}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Meeting, p.Who, err = Open(ctx, tx, code); err != nil {
			return err
		}
		p.Open = p.Meeting.answering(tx.Now) == nil
		p.Topics, err = topicsOf(ctx, tx, p.Meeting.ID)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return s.none(r)
	}
	if err != nil {
		return err
	}
	p.Title, p.Code, p.Door = p.Meeting.Title, CodeText(s.codes.base, code), programme(p.Page, p.Meeting.ID)
	return web.Render(w, r, status, openView(p))
}

func (s *server) answerOpen(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	code, x := strings.ToUpper(r.PathValue("code")), reply(v)
	if s.guard.full(s.db.Now(), code, true) {
		return fault.New(fault.Limited, "invitation.error.limited")
	}
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return x.GiveByCode(ctx, tx, code) })
	if fault.Is(err, fault.NotFound) {
		return s.none(r)
	}
	if err != nil {
		return s.opened(w, r, x, err)
	}
	return web.SeeSaid(w, r, "invitation.said.answered", "/i/%s", code)
}
