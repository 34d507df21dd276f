package conference

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// callRows is how many roll calls the form has room for, if there are not more.
const callRows = 4

// readCalls reads the roll calls and the rule of a form. A row without a name and a
// time is none, but the first; a form without rows says nothing of them.
func readCalls(v url.Values, f *Form) {
	names := v["call"]
	if len(names) == 0 {
		return
	}
	for i, name := range names {
		c := attendance.Call{Name: vn.Clean(name), At: vn.Clean(at(v["call_at"], i))}
		if i > 0 && c.Name == "" && c.At == "" {
			continue
		}
		c.N, _ = strconv.ParseInt(at(v["call_n"], i), 10, 64) // none is a new one
		f.Calls = append(f.Calls, c)
	}
	f.Rule.Checkout = v.Get("checkout") != ""
	if f.Rule.Need, _ = strconv.ParseInt(vn.Clean(v.Get("need")), 10, 64); vn.Clean(v.Get("need")) == "" { // a bad number is refused as 0 is
		f.Rule.Need = 1
	}
}

// calls reads the roll calls there are.
func (p *formPage) calls(ctx context.Context, tx *db.Tx) (err error) {
	o, err := attendance.Get(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	p.Form.Rule = o.Rule
	p.Form.Calls, err = attendance.Calls(ctx, tx, p.ID)
	return err
}

// fillCalls adds empty rows for more.
func (p *formPage) fillCalls() {
	if p.Form.Rule.Need == 0 && len(p.Form.Calls) == 0 {
		p.Form.Rule.Need = 1
	}
	if len(p.Form.Calls) == 0 {
		p.Form.Calls = append(p.Form.Calls, attendance.Call{N: 1})
	}
	rows := min(attendance.MostCalls, max(callRows, len(p.Form.Calls)+1))
	for len(p.Form.Calls) < rows {
		p.Form.Calls = append(p.Form.Calls, attendance.Call{})
	}
}

// callsOf reads what the roll page shows of roll calls: which there are, which is
// called, and how the people on the page stand at it.
func (p *rollPage) callsOf(ctx context.Context, tx *db.Tx) (err error) {
	if p.Calls, err = attendance.Calls(ctx, tx, p.Conference.ID); err != nil {
		return err
	}
	o, err := attendance.Get(ctx, tx, p.Conference.ID)
	if err != nil {
		return err
	}
	if p.Checkout = o.Checkout; !slices.ContainsFunc(p.Calls, func(c attendance.Call) bool { return c.N == p.Call }) {
		p.Call = 1
	}
	if p.Visitors, err = attendance.Visitors(ctx, tx, p.Conference.ID, 0, "", "", mostVisitors); err != nil || len(p.Calls) == 1 {
		return err
	}
	ids := make([]int64, len(p.Rows))
	for i, r := range p.Rows {
		ids[i] = r.Member
	}
	at, err := attendance.StatesAt(ctx, tx, p.Conference.ID, p.Call, ids)
	for i := range p.Rows {
		r := &p.Rows[i]
		r.State, r.Reason = at[r.Member].State, at[r.Member].Reason
	}
	return err
}

// mostVisitors is how many guests who are persons a page shows.
const mostVisitors = 200

// readVisitors reads the guests who are persons as the roll page sent them: those
// shown, whether they are there, and one more.
func readVisitors(v url.Values) []attendance.GuestNote {
	var all []attendance.GuestNote
	for _, id := range v["visitor"] {
		all = append(all, attendance.GuestNote{ID: id, There: v.Get("p-"+id) != ""})
	}
	if name := vn.Clean(v.Get("visitor_name")); name != "" {
		all = append(all, attendance.GuestNote{Name: name, Org: vn.Clean(v.Get("visitor_org")), There: true})
	}
	return all
}

// rest marks everybody who is not marked yet at a roll call, of one unit or of all.
func (s *server) rest(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	call := number(v.Get("call"))
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := MarkRest(ctx, tx, by, id, call, v.Get("unit"), attendance.State(v.Get("state")), v.Get("reason"))
		return err
	}); err != nil {
		return s.rollPage(w, r, err, nil)
	}
	return web.SeeSaid(w, r, "conference.said.marked", "/conferences/%s/roll?call=%d", id, call)
}

// number reads the number of a roll call; what is none is the first.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > attendance.MostCalls {
		return 1
	}
	return n
}

// missedPage are those who have missed a conference and no other has made it up.
type missedPage struct {
	web.Page
	Conference Conference
	Rows       []attendance.Row
	After      int64
	More       bool
	MayRun     bool
}

func (s *server) missed(w http.ResponseWriter, r *http.Request) error {
	p := missedPage{Page: s.site.Page(r, "conference.missed")}
	p.After, _ = strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // a bad place is the beginning
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := mayName(p.Actor); err != nil {
			return err
		}
		if p.Conference.State != Closed {
			return fault.New(fault.Conflict, "conference.error.not_closed")
		}
		whole := mayRun(p.Actor, p.Conference.Unit) == nil
		p.Rows, err = attendance.Missed(ctx, tx, p.Actor, p.Conference.ID, whole, p.After, rollSize+1)
		return err
	}); err != nil {
		return err
	}
	if p.More = len(p.Rows) > rollSize; p.More {
		p.Rows = p.Rows[:rollSize]
	}
	p.MayRun = mayRun(p.Actor, p.Actor.Unit) == nil
	return web.Render(w, r, http.StatusOK, missedView(p))
}

func (p missedPage) link(after int64) string {
	return "/conferences/" + p.Conference.ID + "/missed?after=" + id(after)
}

func (p missedPage) next() string {
	if !p.More {
		return ""
	}
	return p.link(p.Rows[len(p.Rows)-1].Member)
}

func (p missedPage) first() string {
	if p.After == 0 {
		return ""
	}
	return p.link(0)
}

// makeup is the form of a make-up session for those who missed the conference.
func (p missedPage) makeup() string {
	return "/conferences/new?sort=makeup&rollout=" + url.QueryEscape(p.Conference.Rollout)
}

// loadCalls reads the roll calls and the rule, for a conference's page.
func (p *showPage) loadCalls(ctx context.Context, tx *db.Tx) error {
	o, err := attendance.Get(ctx, tx, p.Conference.ID)
	if err != nil {
		return err
	}
	p.Rule = o.Rule
	p.Calls, err = attendance.Calls(ctx, tx, p.Conference.ID)
	return err
}

// countCalls counts who was there at each of several roll calls while they go on.
func (p *showPage) countCalls(ctx context.Context, tx *db.Tx) error {
	if len(p.Calls) == 1 || p.Conference.State == Closed {
		return nil
	}
	counts, err := attendance.CallsOf(ctx, tx, p.Conference.ID, 0, math.MaxInt64)
	for _, c := range counts {
		for i, n := range c.There {
			p.There[i] += n
		}
	}
	return err
}

// callFigures are how many were there at each of several roll calls, and those who
// were there but not as the rule asks.
func (p showPage) callFigures() []web.Figure {
	var all []web.Figure
	add := func(lane, text string, live int64) {
		f := web.Figure{Value: live, Text: text}
		if p.Conference.State == Closed {
			f.Value, f.Href = p.Figures.Get(kind.Lane(lane)), tally.Href(p.Conference.Sheet, p.Conference.UnitKey, lane, true)
		}
		if f.Value > 0 {
			all = append(all, f)
		}
	}
	if len(p.Calls) > 1 {
		for _, c := range p.Calls {
			add("call_"+id(c.N), c.Name, p.There[c.N-1])
		}
	}
	add("partial", p.T("attendance.state.partial"), 0)
	add("heads", p.T("tally.lane.conference.heads"), 0)
	return all
}
