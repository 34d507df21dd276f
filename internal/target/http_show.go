package target

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// splitFeed reads which figure of which feed was chosen.
func splitFeed(chosen string) (feed, of string) {
	feed, of, _ = strings.Cut(chosen, ":")
	return feed, of
}

// showPage is how a target stands at a unit and at those it was handed to.
type showPage struct {
	web.Page
	Target   Target
	Unit     org.Unit
	Above    []org.Unit // the way to the unit on the sheet, the highest first
	Row      Row
	Rows     []Row
	Next     int64
	First    bool
	Marks    []Mark
	History  []Entry
	Units    int64  // directly under the unit, on the sheet
	FeedName string // "" if it has none, or the reader may not see it
	Today    vn.Day
	MayKeep  bool
	MayHand  bool
	MayReply bool
	Typed    map[string]string
	Wrong    map[string]fault.Text
	Message  fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.showPage(w, r, showPage{Typed: map[string]string{}}, nil)
}

func (s *server) showPage(w http.ResponseWriter, r *http.Request, p showPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	p.Page = s.site.Page(r, "target.title")
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // what is no number is the first page
	p.First, p.Today = after <= 0, vn.DayOf(p.Now)
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Target, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if f, ok := s.feeds.get(p.Target.Feed); ok {
			c, err := f.Named(ctx, tx, p.Actor, p.Target.FeedOf)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			p.FeedName = called(p.Page, c.Text, c.What)
		}
		key := r.URL.Query().Get("under")
		if key == "" {
			key = r.PathValue("key")
		}
		return s.fill(ctx, tx, &p, key, after)
	}); err != nil {
		return err
	}
	p.Title = p.Target.Label
	opened := p.Target.State == Opened
	p.MayKeep = mayKeep(p.Actor, p.Target.Unit) == nil
	p.MayHand = opened && p.Row.Given() && p.Units > 0 && mayHand(p.Actor, p.Unit.ID) == nil
	p.MayReply = opened && p.Row.Giver != 0 && mayAnswer(p.Actor, p.Unit.ID) == nil
	return web.Render(w, r, status, showView(p))
}

// fill reads how the target stands at the unit with key, "" for the first one that the
// reader sees.
func (s *server) fill(ctx context.Context, tx *db.Tx, p *showPage, key string, after int64) (err error) {
	if key == "" {
		if key, err = firstOf(ctx, tx, p.Actor, p.Target); err != nil {
			return err
		}
	}
	if p.Unit, err = org.Get(ctx, tx, p.Actor, key); err != nil || p.Target.State == Draft {
		return err
	}
	under, err := p.Target.under(ctx, tx, p.Unit.ID)
	if err != nil {
		return err
	}
	p.Units = int64(len(under))
	if p.Row, err = At(ctx, tx, p.Actor, s.feeds, p.Target, p.Unit); err != nil {
		return err
	}
	if p.Rows, p.Next, err = Under(ctx, tx, p.Actor, s.feeds, p.Target, p.Unit.ID, after, MaxRows); err != nil {
		return err
	}
	if p.Row.Given() {
		if p.Marks, err = Marks(ctx, tx, p.Actor, s.feeds, p.Target, p.Row); err != nil {
			return err
		}
	}
	if p.History, err = History(ctx, tx, p.Target.ID, p.Unit.ID, historySize); err != nil {
		return err
	}
	all, err := org.Ancestors(ctx, tx, p.Actor, p.Unit)
	for _, a := range all {
		if a.ID != p.Unit.ID && strings.HasPrefix(a.Path, p.Target.UnitPath) {
			p.Above = append(p.Above, a)
		}
	}
	return err
}

func (p showPage) base() string { return "/targets/" + p.Target.ID }

// Address is the address of the target at a unit.
func (t Target) Address(unitKey string) string {
	return "/targets/" + t.ID + "?under=" + url.QueryEscape(unitKey)
}

// Trace is where a figure of a unit opens to the deeds that made it.
func (t Target) Trace(unitKey, lane string) string { return tally.Href(t.Sheet, unitKey, lane, false) }

func (t Target) reachedHref(unitKey string) string {
	return "/targets/" + t.ID + "/reached/" + url.PathEscape(unitKey)
}

func (p showPage) next() string {
	if p.Next == 0 {
		return ""
	}
	return p.Target.Address(p.Unit.Key) + "&after=" + strconv.FormatInt(p.Next, 10)
}

func (p showPage) first() string {
	if p.First {
		return ""
	}
	return p.Target.Address(p.Unit.Key)
}

func (s *server) revise(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := showPage{Typed: map[string]string{"path": v.Get("path"), "why": v.Get("reason")}}
	by, id := s.site.Page(r, "target.title").Actor, r.PathValue("id")
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		t, err := Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		var path []int64
		for _, line := range strings.Fields(strings.ReplaceAll(v.Get("path"), "\n", " ")) {
			x, ok := ParseValue(line, t.Decimals)
			if !ok {
				return Wrong("path", "target.error.path", len(t.Points))
			}
			path = append(path, x)
		}
		return Revise(ctx, tx, by, id, web.Version(r), path, v.Get("reason"))
	})
	if err != nil {
		return s.showPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "target.said.revised", "/targets/%s", id)
}

func (s *server) reply(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := showPage{Typed: map[string]string{"takes": v.Get("takes"), "reason": v.Get("reason")}}
	by, id, key := s.site.Page(r, "target.title").Actor, r.PathValue("id"), r.PathValue("key")
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		t, err := Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		takes, ok := ParseValue(v.Get("takes"), t.Decimals)
		if !ok {
			takes = -1 // refused by the verb, after it has looked who asks
		}
		return Reply(ctx, tx, by, id, key, web.Version(r), takes, v.Get("reason"))
	})
	if err != nil {
		return s.showPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "target.said.replied", "/targets/%s?under=%s", id, url.QueryEscape(key))
}

// reachedPage is what a unit has reached, and what that is made of.
type reachedPage struct {
	web.Page
	Target   Target
	Unit     org.Unit
	FeedName string
	Parts    []Part
	Sum      int64
	Known    bool
}

func (s *server) reached(w http.ResponseWriter, r *http.Request) error {
	p := reachedPage{Page: s.site.Page(r, "target.reached")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Target, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		f, ok := s.feeds.get(p.Target.Feed)
		if !ok {
			return fault.New(fault.NotFound, "error.not_found")
		}
		c, err := f.Named(ctx, tx, p.Actor, p.Target.FeedOf)
		if err != nil {
			return err
		}
		p.FeedName = called(p.Page, c.Text, c.What)
		reached, err := s.feeds.read(ctx, tx, p.Actor, p.Target, []int64{p.Unit.ID}, p.Target.To)
		if err != nil {
			return err
		}
		p.Sum, p.Known = reached[p.Unit.ID], has(reached, p.Unit.ID)
		p.Parts, err = f.Parts(ctx, tx, p.Actor, p.Target.FeedOf, p.Unit.ID, p.Unit.Key, p.Target.From, p.Target.To)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, reachedView(p))
}

// lackPage lists who has not answered at and under a unit.
type lackPage struct {
	web.Page
	Target Target
	Unit   org.Unit
	Rows   []Called
	Next   string
	First  bool
}

func (s *server) lacking(w http.ResponseWriter, r *http.Request) error {
	p := lackPage{Page: s.site.Page(r, "target.lacking")}
	after, _ := strconv.Atoi(r.URL.Query().Get("after")) // what is no number is the first page
	p.First = after <= 0
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Target, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil || p.Target.State == Draft {
			return err
		}
		var next tally.Place
		if p.Rows, next, err = Lacking(ctx, tx, p.Actor, p.Target, p.Unit.ID, tally.Place(after), lackSize); next != 0 {
			p.Next = p.base() + "?after=" + strconv.Itoa(int(next))
		}
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, lackView(p))
}

func (p lackPage) base() string {
	return "/targets/" + p.Target.ID + "/lacking/" + url.PathEscape(p.Unit.Key)
}
