package roll

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/presence"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// guestRows is how many rows of guests there are room for, if there are not more.
const guestRows = 4

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Door("conference after", "roll.turnout", "/conferences/%s/turnout")
	site.Handle("GET /conferences/{id}/turnout", web.SignedIn, s.turnout)
	site.Handle("GET /conferences/{id}/roll", web.SignedIn, s.roll)
	site.Handle("POST /conferences/{id}/roll", web.SignedIn, s.mark)
	site.Handle("POST /conferences/{id}/roll/rest", web.SignedIn, s.rest)
	site.Handle("POST /conferences/{id}/people", web.SignedIn, s.invite)
	site.Handle("GET /conferences/{id}/missed", web.SignedIn, s.missed)
	site.Handle("GET /conferences/{id}/rows", web.SignedIn, s.rows)
}

// at is the text of a row, "" where it was not sent.
func at(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

// number reads the number of a roll call; what is none is the first.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > attendance.MostCalls {
		return 1
	}
	return n
}

// rollPage is the roll call.
type rollPage struct {
	web.Page
	Conference conference.Conference
	Rows       []presence.Row
	Total      int64 // on the whole roll, when Rows are a page of it
	After      int64
	More       bool
	Guests     []attendance.Guest
	Typed      map[int64]attendance.Mark // what was typed, when it was refused
	Stale      []int64                   // rows somebody else has marked meanwhile
	Message    fault.Text
	Many       bool         // people of several units
	Find       string       // name looked for, to invite somebody more
	Found      []org.Member // who has it and is not on the roll
	Calls      []attendance.Call
	Call       int64 // that is called
	Checkout   bool  // who leaves checks out
	Visitors   []presence.Guestcard
}

func (s *server) roll(w http.ResponseWriter, r *http.Request) error {
	return s.rollPage(w, r, nil, nil)
}

func (s *server) rollPage(w http.ResponseWriter, r *http.Request, failed error, typed []attendance.Mark) error {
	p := rollPage{Page: s.site.Page(r, "conference.roll"), Typed: map[int64]attendance.Mark{}, Find: vn.Clean(r.URL.Query().Get("find"))}
	p.After, _ = strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // a bad place is the beginning
	p.After, p.Call = max(0, p.After), number(r.FormValue("call"))
	status := http.StatusOK
	if failed != nil {
		f := fault.Of(failed)
		if f.Kind != fault.Invalid && f.Kind != fault.Conflict {
			return failed
		}
		status, p.Message = web.Status(failed), f.Text
		if stale, ok := errors.AsType[*attendance.Stale](failed); ok {
			p.Stale = stale.Members
		}
		for _, m := range typed {
			if m.State != attendance.Out && m.State != attendance.NotOut {
				p.Typed[m.Member] = m
			}
		}
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = conference.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := mayCall(p.Actor, p.Conference.Unit); err != nil {
			return err
		}
		if err := p.rows(ctx, tx, typed); err != nil {
			return err
		}
		if p.Guests, err = attendance.Guests(ctx, tx, p.Conference.ID); err != nil {
			return err
		}
		if err := p.callsOf(ctx, tx); err != nil {
			return err
		}
		return p.look(ctx, tx)
	})
	if err != nil {
		return err
	}
	for i := range p.Rows {
		p.Many = p.Many || p.Rows[i].Unit != p.Rows[0].Unit
	}
	for len(p.Guests) < guestRows {
		p.Guests = append(p.Guests, attendance.Guest{})
	}
	return web.Render(w, r, status, rollView(p))
}

// A roll of more than rollWhole people is called in pages.
const (
	rollWhole = 300
	rollSize  = 100
)

// rows reads the roll, or of a long one a page; with what was typed and refused, the
// rows of that; with a name looked for, who bears it.
func (p *rollPage) rows(ctx context.Context, tx *db.Tx, typed []attendance.Mark) error {
	id := p.Conference.ID
	many, err := presence.Many(ctx, tx, id, rollWhole)
	if err != nil {
		return err
	}
	if !many {
		p.Rows, err = presence.Roll(ctx, tx, id)
		return err
	}
	o, err := attendance.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	p.Total = o.People
	var some []int64
	for _, m := range typed {
		some = append(some, m.Member)
	}
	if p.Find != "" {
		found, err := org.FindMembers(ctx, tx, p.Actor, p.Find, rollSize)
		if err != nil {
			return err
		}
		for _, m := range found {
			some = append(some, m.ID)
		}
	}
	if len(some) > 0 || p.Find != "" {
		p.Rows, err = presence.RollOfMembers(ctx, tx, p.Actor, id, some)
		return err
	}
	p.Rows, err = presence.RollFrom(ctx, tx, id, p.After, rollSize+1)
	if p.More = len(p.Rows) > rollSize; p.More {
		p.Rows = p.Rows[:rollSize]
	}
	return err
}

// paged reports whether the roll is called in pages.
func (p *rollPage) paged() bool { return p.Total > 0 || p.More || p.After > 0 }

func (p *rollPage) link(after int64) string {
	v := url.Values{}
	if after > 0 {
		v.Set("after", id(after))
	}
	if p.Call > 1 {
		v.Set("call", id(p.Call))
	}
	return strings.TrimSuffix("/conferences/"+p.Conference.ID+"/roll?"+v.Encode(), "?")
}

func (p *rollPage) next() string {
	if !p.More {
		return ""
	}
	return p.link(p.Rows[len(p.Rows)-1].Member)
}

func (p *rollPage) first() string {
	if p.After == 0 {
		return ""
	}
	return p.link(0)
}

// look finds members by the name looked for who are not on the roll.
func (p *rollPage) look(ctx context.Context, tx *db.Tx) error {
	const most = 20
	if p.Find == "" {
		return nil
	}
	found, err := org.FindMembers(ctx, tx, p.Actor, p.Find, most)
	for _, m := range found {
		if !slices.ContainsFunc(p.Rows, func(r presence.Row) bool { return r.Member == m.ID }) {
			p.Found = append(p.Found, m)
		}
	}
	return err
}

func (s *server) invite(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := InvitePeople(ctx, tx, by, id, v["person"])
		return err
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "roll.said.invited", "/conferences/%s/roll", id)
}

func (s *server) mark(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	marks, guests, err := readMarks(v)
	if err != nil {
		return err
	}
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := conference.Mark(ctx, tx, by, id, marks, guests); err != nil {
			return err
		}
		return attendance.NoteGuests(ctx, tx, by, id, number(v.Get("call")), readVisitors(v))
	})
	if err != nil {
		return s.rollPage(w, r, err, marks)
	}
	if call := number(v.Get("call")); call > 1 {
		return web.SeeSaid(w, r, "roll.said.marked", "/conferences/%s/roll?call=%d", id, call)
	}
	return web.SeeSaid(w, r, "roll.said.marked", "/conferences/%s", id)
}

// rowsPage are the rows of a roll behind a figure.
type rowsPage struct {
	web.Page
	Conference conference.Conference
	Unit       org.Unit
	Lane       string
	Rows       []presence.Row
}

// rows shows the rows of one unit that a figure counts, through seen: names at
// the home unit, the host and above.
func (s *server) rows(w http.ResponseWriter, r *http.Request) error {
	p := rowsPage{Page: s.site.Page(r, "roll.rows"), Lane: r.URL.Query().Get("lane")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = conference.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.URL.Query().Get("unit")); err != nil {
			return err
		}
		if err := conference.MayName(p.Actor); err != nil {
			return err
		}
		p.Rows, err = behind(ctx, tx, p.Actor, p.Conference, p.Unit.ID, p.Lane)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, rowsView(p))
}
