package roll

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/presence"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

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
	if p.Visitors, err = presence.Visitors(ctx, tx, p.Conference.ID, 0, "", "", mostVisitors); err != nil || len(p.Calls) == 1 {
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

// readMarks reads the roll as sent: a row a member, "m-ID" the state, "r-ID" the
// reason, "v-ID" the version that was seen.
func readMarks(v url.Values) ([]attendance.Mark, []attendance.Guest, error) {
	call := number(v.Get("call"))
	var marks []attendance.Mark
	for _, id := range v["member"] {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "error.bad_form")
		}
		seen, _ := strconv.ParseInt(v.Get("v-"+id), 10, 64) // a bad version is stale
		m := attendance.Mark{Member: n, Call: call, State: attendance.State(v.Get("m-" + id)), Reason: v.Get("r-" + id), Version: seen}
		if m.State == "" {
			m.State = attendance.Invited
		}
		if m.State == attendance.Excused && m.Reason == "" {
			m.Reason = "other"
		}
		if marks = append(marks, m); v.Get("checkout") != "" {
			m.State, m.Reason = attendance.NotOut, ""
			if v.Get("o-"+id) != "" {
				m.State = attendance.Out
			}
			marks = append(marks, m)
		}
	}
	guests := []attendance.Guest{}
	for i, label := range v["guest"] {
		n, err := strconv.ParseInt(vn.Clean(at(v["guests"], i)), 10, 32)
		if err != nil && vn.Clean(at(v["guests"], i)) != "" {
			n = -1 // refused by SetGuests
		}
		guests = append(guests, attendance.Guest{Label: label, Number: n})
	}
	return marks, guests, nil
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
		_, err := conference.MarkRest(ctx, tx, by, id, call, v.Get("unit"), attendance.State(v.Get("state")), v.Get("reason"))
		return err
	}); err != nil {
		return s.rollPage(w, r, err, nil)
	}
	return web.SeeSaid(w, r, "roll.said.marked", "/conferences/%s/roll?call=%d", id, call)
}
