package calendar

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/deadline"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// daysPage is the last days of a period.
type daysPage struct {
	web.Page
	Round      filing.Round
	Exceptions []deadline.Exception
	Moves      []deadline.Move
	MayKeep    bool
	Under      []org.Unit // offered by name
	Typed      map[string]string
	Moving     bool // what was typed is a move, and not an exception
	Wrong      map[string]fault.Text
	Message    fault.Text
}

func (s *server) deadlines(w http.ResponseWriter, r *http.Request) error {
	return s.daysPage(w, r, daysPage{Page: s.site.Page(r, "calendar.deadlines"), Typed: map[string]string{"unit": r.URL.Query().Get("unit")}}, nil)
}

func (s *server) daysPage(w http.ResponseWriter, r *http.Request, p daysPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Round, err = filing.GetRound(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		all, err := deadline.Exceptions(ctx, tx, p.Round.Period.ID)
		if err != nil {
			return err
		}
		wide := p.Actor.Covers(p.Round.Form.UnitPath)
		for _, x := range all {
			if wide || p.Round.Within(x.Unit, p.Actor.Unit) || x.Whole && p.Round.Within(p.Actor.Unit, x.Unit) {
				p.Exceptions = append(p.Exceptions, x) // others' are not theirs to see
			}
		}
		if p.Under, err = org.Children(ctx, tx, p.Actor, p.Actor.Unit, "", mostUnits); err != nil {
			return err
		}
		p.Moves, err = deadline.Moves(ctx, tx, p.Round.Period.ID)
		return err
	}); err != nil {
		return err
	}
	p.MayKeep = form.MayKeep(p.Actor, p.Round.Form.Unit) == nil && p.Round.Period.State == form.Opened
	return web.Render(w, r, status, daysView(p))
}

// mostUnits is how many units are offered by name; any other is named by its key.
const mostUnits = 150

// keyOf is the key of a unit that was chosen as "name (key)" or typed.
func keyOf(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.LastIndex(s, "("); i >= 0 && strings.HasSuffix(s, ")") {
		return strings.TrimSpace(s[i+1 : len(s)-1])
	}
	return s
}

// typed reads the fields of a move or an exception.
func (s *server) typed(r *http.Request, moving bool) (daysPage, error) {
	v, err := web.Form(r)
	p := daysPage{Page: s.site.Page(r, "calendar.deadlines"), Typed: map[string]string{}, Moving: moving}
	for _, name := range []string{"level", "unit", "whole", "day", "reason"} {
		p.Typed[name] = v.Get(name)
	}
	return p, err
}

func (s *server) move(w http.ResponseWriter, r *http.Request) error {
	p, err := s.typed(r, true)
	if err != nil {
		return err
	}
	level, _ := strconv.ParseInt(p.Typed["level"], 10, 64) // what is no number is all
	id := r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Move(ctx, tx, p.Actor, id, level, vn.TypedDay(p.Typed["day"]), p.Typed["reason"])
	}); err != nil {
		return s.daysPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "calendar.said.moved", "/periods/%s/deadlines", id)
}

func (s *server) except(w http.ResponseWriter, r *http.Request) error {
	p, err := s.typed(r, false)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := Except(ctx, tx, p.Actor, id, keyOf(p.Typed["unit"]), p.Typed["whole"] != "", vn.TypedDay(p.Typed["day"]), p.Typed["reason"])
		return err
	}); err != nil {
		return s.daysPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "calendar.said.excepted", "/periods/%s/deadlines", id)
}

func (s *server) end(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	n, _ := strconv.ParseInt(r.PathValue("n"), 10, 64) // what is no number is none
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return EndException(ctx, tx, by, id, n)
	}); err != nil {
		return s.daysPage(w, r, daysPage{Page: s.site.Page(r, "calendar.deadlines"), Typed: map[string]string{}}, err)
	}
	return web.SeeSaid(w, r, "calendar.said.ended", "/periods/%s/deadlines", id)
}

// callsPage is what was said to those who owe a period, and reminds them.
type callsPage struct {
	web.Page
	Round   filing.Round
	Unit    org.Unit
	Calls   []Call
	Lacking int64
	Due     int64
	MayCall bool
	Message fault.Text
}

func (s *server) calls(w http.ResponseWriter, r *http.Request) error { return s.callsPage(w, r, nil) }

func (s *server) callsPage(w http.ResponseWriter, r *http.Request, failed error) error {
	const most = 50
	p := callsPage{Page: s.site.Page(r, "calendar.remind")}
	status, ok := web.Refused(failed, new(map[string]fault.Text), &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Round, err = filing.GetRound(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		received, _, due, err := p.Round.Received(ctx, tx, p.Unit.ID)
		if err != nil {
			return err
		}
		p.Lacking, p.Due = due-received, due
		all, err := Calls(ctx, tx, p.Round.Period.ID, most)
		for _, c := range all {
			if p.Actor.Covers(p.Round.Form.UnitPath) || p.Round.Within(c.Unit, p.Actor.Unit) {
				p.Calls = append(p.Calls, c) // what was said elsewhere is not theirs to see
			}
		}
		return err
	}); err != nil {
		return err
	}
	p.MayCall = mayCall(p.Actor) == nil && p.Round.Period.State == form.Opened && p.Lacking > 0
	return web.Render(w, r, status, callsView(p))
}

func (s *server) remind(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	by, id, key := auth.FromContext(r.Context()), r.PathValue("id"), r.PathValue("key")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Remind(ctx, tx, by, id, key)
	}); err != nil {
		return s.callsPage(w, r, err)
	}
	return web.SeeSaid(w, r, "calendar.said.reminded", "/periods/%s/calls/%s", id, key)
}

// historyPage is how punctual units were.
type historyPage struct {
	web.Page
	History History
	After   int
}

const historySize = 50

func (s *server) history(w http.ResponseWriter, r *http.Request) error {
	p := historyPage{Page: s.site.Page(r, "calendar.punctuality")}
	p.After, _ = strconv.Atoi(r.URL.Query().Get("after")) // what is no number is the first page
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		key := r.PathValue("key")
		if key == "" {
			f, err := form.Get(ctx, tx, p.Actor, r.PathValue("id"))
			if err != nil {
				return err
			}
			if key = p.Actor.UnitKey; p.Actor.Covers(f.UnitPath) {
				key = f.UnitKey
			}
		}
		p.History, err = Punctuality(ctx, tx, p.Actor, r.PathValue("id"), key, tally.Place(max(0, p.After)), historySize)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, historyView(p))
}
