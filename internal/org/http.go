package org

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
	childrenPage = 500
	rosterPage   = 200
	firstFew     = 15
)

// A Hit is something a search found.
type Hit struct{ Href, Text, Note string }

// A Finder finds what one slice has, through what by may see.
type Finder func(ctx context.Context, tx *db.Tx, p web.Page, query string) ([]Hit, error)

type server struct {
	site    *web.Site
	db      *db.DB
	finders []Finder
}

// Register adds the pages of this package to the site; finders add what other
// slices have to the search.
func Register(site *web.Site, d *db.DB, finders ...Finder) {
	s := &server{site, d, finders}
	site.Handle("GET /units", web.SignedIn, s.root)
	site.Handle("GET /units/{key}", web.SignedIn, s.unit)
	site.Handle("GET /units/{key}/members", web.SignedIn, s.members)
	site.Handle("POST /units/{key}/members", web.SignedIn, s.admit)
	site.Handle("POST /units/{key}/children", web.SignedIn, s.create)
	site.Handle("POST /units/{key}/name", web.SignedIn, s.rename)
	site.Handle("GET /members/{key}", web.SignedIn, s.member)
	site.Handle("POST /members/{key}", web.SignedIn, s.amend)
	site.Handle("POST /members/{key}/exemption", web.SignedIn, s.exempt)
	site.Handle("POST /members/{key}/end", web.SignedIn, s.end)
	site.Handle("POST /members/{key}/transfer", web.SignedIn, s.transfer)
	site.Handle("POST /members/{key}/office", web.SignedIn, s.appoint)
	site.Handle("POST /units/{key}/terms", web.SignedIn, s.term)
	site.Handle("GET /search", web.SignedIn, s.search)
}

func (s *server) root(w http.ResponseWriter, r *http.Request) error {
	return web.See(w, r, "/units/%s", auth.FromContext(r.Context()).UnitKey)
}

type unitPage struct {
	web.Page
	Unit     Unit
	Children []Unit
	Members  []Member        // the first few, of a unit without units under it
	Counts   map[int64]int64 // members of the children themselves
	Units    int64           // at and under it
	Total    int64           // their members, -1 where they are too many to count
	Officers []Member
	Terms    []Term
	Reforms  []Reform
	More     string // path after which the next page of children begins
	MayKeep  bool
	MaySee   bool // telephone numbers
	Wrong    map[string]fault.Text
	Message  fault.Text
	Typed    NewUnit
	Reason   string
}

func (s *server) unit(w http.ResponseWriter, r *http.Request) error {
	return s.unitPage(w, r, nil, NewUnit{})
}

func (s *server) unitPage(w http.ResponseWriter, r *http.Request, failed error, typed NewUnit) error {
	p := unitPage{Page: s.site.Page(r, "org.units"), Typed: typed, Reason: r.PostFormValue("reason")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Unit, err = Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		if p.Children, err = Children(ctx, tx, p.Actor, p.Unit.ID, r.URL.Query().Get("after"), childrenPage+1); err != nil {
			return err
		}
		if len(p.Children) == 0 {
			if p.Members, err = Roster(ctx, tx, p.Actor, p.Unit.ID, 0, firstFew); err != nil {
				return err
			}
		}
		under := make([]int64, len(p.Children))
		for i, c := range p.Children {
			under[i] = c.ID
		}
		if p.Counts, err = CountMembers(ctx, tx, under); err != nil {
			return err
		}
		if p.Units, p.Total, err = countUnder(ctx, tx, p.Actor.Tree, p.Unit.Path); err != nil {
			return err
		}
		if p.Officers, err = Officers(ctx, tx, p.Actor, p.Unit.ID); err != nil {
			return err
		}
		if p.Reforms, err = Reforms(ctx, tx, p.Actor, p.Unit); err != nil {
			return err
		}
		if p.Terms, err = Terms(ctx, tx, p.Unit); err != nil {
			return err
		}
		p.Page, err = Crumbs(ctx, tx, p.Page, p.Unit)
		return err
	})
	if err != nil {
		return err
	}
	if len(p.Children) > childrenPage {
		p.Children = p.Children[:childrenPage]
		p.More = p.Children[childrenPage-1].Path
	}
	p.Title = p.Unit.Name
	p.MayKeep = mayKeep(p.Actor) == nil && p.Unit.Closed == ""
	p.MaySee = MaySeeContact(p.Actor)
	return web.Render(w, r, status, unitView(p))
}

// Crumbs returns p with the way from the reader's unit to u and with it.
func Crumbs(ctx context.Context, tx *db.Tx, p web.Page, u Unit) (web.Page, error) {
	up, err := Ancestors(ctx, tx, p.Actor, u)
	if err != nil {
		return p, err
	}
	for _, a := range up {
		p = p.WithCrumb("/units/"+a.Key, a.Short)
	}
	return p, nil
}

// MaySeeContact reports whether by reads telephone numbers: those who keep a
// unit's books do, members do not.
func MaySeeContact(by auth.Actor) bool {
	return by.Is(auth.Administrator, auth.Secretary, auth.Clerk)
}

func newUnit(r *http.Request) NewUnit {
	day, _ := vn.ParseDay(r.PostFormValue("from")) // a bad day is none, which check refuses
	return NewUnit{
		Key: r.PostFormValue("key"), Name: r.PostFormValue("name"), Short: r.PostFormValue("short"), Kind: r.PostFormValue("kind"),
		Phone: r.PostFormValue("phone"), From: day, Decision: r.PostFormValue("decision"),
	}
}

func (s *server) create(w http.ResponseWriter, r *http.Request) error {
	by, n := auth.FromContext(r.Context()), newUnit(r)
	var u Unit
	again := ""
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if u, err = Create(ctx, tx, by, r.PathValue("key"), n); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, "/units/"+u.Key)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.unitPage(w, r, err, n)
	}
	return web.SeeSaid(w, r, "org.said.created", "/units/%s", u.Key)
}

func (s *server) rename(w http.ResponseWriter, r *http.Request) error {
	by, n := auth.FromContext(r.Context()), newUnit(r)
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Rename(ctx, tx, by, r.PathValue("key"), web.Version(r), n, r.PostFormValue("reason"))
	})
	if err != nil {
		return s.unitPage(w, r, err, n)
	}
	return web.SeeSaid(w, r, "org.said.renamed", "/units/%s", r.PathValue("key"))
}

type membersPage struct {
	web.Page
	Unit     Unit
	Members  []Member
	Offset   int
	More     bool
	MayEnrol bool
	MaySee   bool
	Wrong    map[string]fault.Text
	Typed    NewMember
	Today    vn.Day
}

func (s *server) members(w http.ResponseWriter, r *http.Request) error {
	return s.membersPage(w, r, http.StatusOK, nil, NewMember{})
}

func (s *server) membersPage(w http.ResponseWriter, r *http.Request, status int, wrong map[string]fault.Text, typed NewMember) error {
	p := membersPage{Page: s.site.Page(r, "org.members"), Wrong: wrong, Typed: typed}
	p.Offset = web.Offset(r)
	p.MayEnrol, p.MaySee, p.Today = mayEnrol(p.Actor) == nil, MaySeeContact(p.Actor), vn.DayOf(p.Now)
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Unit, err = Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		if p.Members, err = Roster(ctx, tx, p.Actor, p.Unit.ID, p.Offset, rosterPage+1); err != nil {
			return err
		}
		p.Page, err = Crumbs(ctx, tx, p.Page, p.Unit)
		return err
	})
	if err != nil {
		return err
	}
	p.Members, p.More = web.Cut(p.Members, rosterPage)
	return web.Render(w, r, status, membersView(p))
}

func newMember(r *http.Request) NewMember {
	day, _ := vn.ParseDay(r.PostFormValue("from")) // a bad day is none, which check refuses
	return NewMember{Name: r.PostFormValue("name"), Phone: r.PostFormValue("phone"), Email: r.PostFormValue("email"), From: day}
}

func (s *server) admit(w http.ResponseWriter, r *http.Request) error {
	by, n := auth.FromContext(r.Context()), newMember(r)
	again := ""
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if _, err = Admit(ctx, tx, by, r.PathValue("key"), n); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, "/units/"+r.PathValue("key")+"/members")
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if fault.Is(err, fault.Invalid) {
		return s.membersPage(w, r, http.StatusUnprocessableEntity, fault.Of(err).Fields, n)
	}
	if err != nil {
		return err
	}
	return web.SeeSaid(w, r, "org.said.admitted", "/units/%s/members", r.PathValue("key"))
}

type memberPage struct {
	web.Page
	Member   Member
	Terms    []Term
	MayEnrol bool
	MaySee   bool
	Wrong    map[string]fault.Text
	Message  fault.Text
	Typed    NewMember
	Today    vn.Day
}

func (s *server) member(w http.ResponseWriter, r *http.Request) error {
	return s.memberPage(w, r, nil, NewMember{})
}

func (s *server) memberPage(w http.ResponseWriter, r *http.Request, failed error, typed NewMember) error {
	p := memberPage{Page: s.site.Page(r, "org.member"), Typed: typed}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	p.MayEnrol, p.MaySee, p.Today = mayEnrol(p.Actor) == nil, MaySeeContact(p.Actor), vn.DayOf(p.Now)
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Member, err = GetMember(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		u, err := See(ctx, tx, p.Actor, p.Member.Unit)
		if err != nil {
			return err
		}
		if p.Terms, err = Terms(ctx, tx, u); err != nil {
			return err
		}
		p.Page, err = Crumbs(ctx, tx, p.Page, u)
		return err
	})
	if err != nil {
		return err
	}
	p.Page = p.WithCrumb("", p.Member.Name)
	if failed == nil {
		p.Typed = NewMember{Name: p.Member.Name, Phone: p.Member.Phone, Email: p.Member.Email}
	}
	p.Title = p.Member.Name
	return web.Render(w, r, status, memberView(p))
}

func (s *server) actMember(w http.ResponseWriter, r *http.Request, said, to string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, key string) error) error {
	by, key := auth.FromContext(r.Context()), r.PathValue("key")
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, by, key) })
	if err != nil {
		return s.memberPage(w, r, err, newMember(r))
	}
	return web.SeeSaid(w, r, said, "%s", to)
}

func (s *server) amend(w http.ResponseWriter, r *http.Request) error {
	return s.actMember(w, r, "org.said.amended", "/members/"+r.PathValue("key"), func(ctx context.Context, tx *db.Tx, by auth.Actor, key string) error {
		return Amend(ctx, tx, by, key, web.Version(r), newMember(r))
	})
}

func (s *server) exempt(w http.ResponseWriter, r *http.Request) error {
	return s.actMember(w, r, "org.said.exempted", "/members/"+r.PathValue("key"), func(ctx context.Context, tx *db.Tx, by auth.Actor, key string) error {
		day, _ := vn.ParseDay(r.PostFormValue("day")) // a bad day is none, which Exempt refuses
		return Exempt(ctx, tx, by, key, day, r.PostFormValue("paper"))
	})
}

func (s *server) end(w http.ResponseWriter, r *http.Request) error {
	return s.actMember(w, r, "org.said.ended", "/units", func(ctx context.Context, tx *db.Tx, by auth.Actor, key string) error {
		day, _ := vn.ParseDay(r.PostFormValue("day")) // a bad day is none, which EndMembership refuses
		return EndMembership(ctx, tx, by, key, day, r.PostFormValue("reason"))
	})
}

func (s *server) transfer(w http.ResponseWriter, r *http.Request) error {
	return s.actMember(w, r, "org.said.transferred", "/members/"+r.PathValue("key"), func(ctx context.Context, tx *db.Tx, by auth.Actor, key string) error {
		day, _ := vn.ParseDay(r.PostFormValue("day")) // a bad day is none, which Transfer refuses
		err := Transfer(ctx, tx, by, key, vn.Clean(r.PostFormValue("to")), day)
		if fault.Is(err, fault.NotFound) {
			wrong := fault.Wrong{}
			wrong.Add("to", "org.error.no_unit")
			return wrong.Err()
		}
		return err
	})
}

func (s *server) appoint(w http.ResponseWriter, r *http.Request) error {
	return s.actMember(w, r, "org.said.appointed", "/members/"+r.PathValue("key"), func(ctx context.Context, tx *db.Tx, by auth.Actor, key string) error {
		m, err := GetMember(ctx, tx, by, key)
		if err != nil {
			return err
		}
		a := Appointment{Title: r.PostFormValue("title"), Term: r.PostFormValue("term")}
		a.From, _ = vn.ParseDay(r.PostFormValue("day"))   // a bad day is none, which Appoint refuses
		a.Rank, _ = strconv.Atoi(r.PostFormValue("rank")) // a bad rank is no rank, which Appoint makes the last
		return Appoint(ctx, tx, by, m.UnitKey, key, a)
	})
}

func (s *server) term(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	from, _ := vn.ParseDay(r.PostFormValue("term-from")) // a bad day is none, which BeginTerm refuses
	to, _ := vn.ParseDay(r.PostFormValue("term-to"))
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return BeginTerm(ctx, tx, by, r.PathValue("key"), r.PostFormValue("term-name"), from, to)
	})
	if err != nil {
		return s.unitPage(w, r, err, NewUnit{})
	}
	return web.SeeSaid(w, r, "org.said.term", "/units/%s", r.PathValue("key"))
}

type searchPage struct {
	web.Page
	Query string
	Hits  []Hit
	More  int // how many of one sort are shown where there are more, 0 if all are
}

// What a search shows at most.
const (
	mostUnits  = 50
	mostPeople = 200
)

func (s *server) search(w http.ResponseWriter, r *http.Request) error {
	p := searchPage{Page: s.site.Page(r, "org.search"), Query: vn.Clean(r.URL.Query().Get("q"))}
	if p.Query == "" {
		return web.Render(w, r, http.StatusOK, searchView(p))
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		p.Hits, p.More = nil, 0
		for _, f := range s.finders {
			hits, err := f(ctx, tx, p.Page, p.Query)
			if err != nil {
				return err
			}
			p.Hits = append(p.Hits, hits...)
		}
		units, err := Find(ctx, tx, p.Actor, p.Query, mostUnits+1)
		if err != nil {
			return err
		}
		if len(units) > mostUnits {
			units, p.More = units[:mostUnits], mostUnits
		}
		for _, u := range units {
			p.Hits = append(p.Hits, Hit{"/units/" + u.Key, u.Name, u.Kind})
		}
		members, err := FindMembers(ctx, tx, p.Actor, p.Query, mostPeople+1)
		if len(members) > mostPeople {
			members, p.More = members[:mostPeople], mostPeople
		}
		for _, m := range members {
			p.Hits = append(p.Hits, Hit{"/members/" + m.Key, m.Name, m.UnitName})
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, searchView(p))
}
