package roll

import (
	"context"
	"net/http"
	"strconv"

	"nhipcau/internal/attendance"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

// turnoutPage says who came, by category and by mode, persons and attendances apart.
type turnoutPage struct {
	web.Page
	Conference    conference.Conference
	Figures       tally.Vec
	Calls         []attendance.Call
	Sites, Joined int64
}

func (s *server) turnout(w http.ResponseWriter, r *http.Request) error {
	p := turnoutPage{Page: s.site.Page(r, "roll.turnout")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = conference.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Calls, err = attendance.Calls(ctx, tx, p.Conference.ID); err != nil {
			return err
		}
		if p.Sites, p.Joined, err = conference.Sites(ctx, tx, p.Conference.ID); err != nil || p.Conference.Sheet == 0 {
			return err
		}
		p.Figures, err = tally.Total(ctx, tx, p.Conference.Sheet, p.Conference.Unit)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, turnoutView(p))
}

// counted reports whether the roll is counted yet: modes and absences are at closing.
func (p turnoutPage) counted() bool { return p.Conference.State == conference.Closed }

func (p turnoutPage) get(lane string) int64 { return p.Figures.Get(conference.Kind().Lane(lane)) }

func (p turnoutPage) href(lane string) string {
	return tally.Href(p.Conference.Sheet, p.Conference.UnitKey, lane, true)
}

// A turnoutLine is a category: lanes by mode, "" where a category knows none, and the
// lane of all, or with "" the sum of the two.
type turnoutLine struct{ Text, InPerson, Online, All string }

// lines are the categories of people who were there.
func (p turnoutPage) lines() []turnoutLine {
	return []turnoutLine{
		{p.T("roll.turnout.invited"), "present", "online", ""},
		{p.T("roll.turnout.extra"), "", "", "extra"},
		{p.T("roll.turnout.guests"), "", "", "guests"},
		{p.T("roll.turnout.heads"), "", "", "heads"},
	}
}

// call is the lane of a roll call.
func call(n int64) string { return "call_" + strconv.FormatInt(n, 10) }

// attendances are those of all roll calls together, which are no persons.
func (p turnoutPage) attendances() (n int64) {
	for _, c := range p.Calls {
		n += p.get(call(c.N))
	}
	return n
}

// units is the page of the figures by unit.
func (p turnoutPage) units() string {
	return "/sheets/" + id(p.Conference.Sheet) + "/units/" + p.Conference.UnitKey
}
