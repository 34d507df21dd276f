package filing

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

const lackSize = 50

// period leads to the table of a period that somebody sees first.
func (s *server) period(w http.ResponseWriter, r *http.Request) error {
	by, key := auth.FromContext(r.Context()), ""
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		x, err := GetRound(ctx, tx, by, r.PathValue("id"))
		if err == nil {
			_, key = topOf(by, x.Form)
		}
		return err
	}); err != nil {
		return err
	}
	return web.See(w, r, "/periods/%s/units/%s", r.PathValue("id"), key)
}

// tablePage is how a period stands at a unit and at those directly under it, a few
// items beside each other.
type tablePage struct {
	web.Page
	Round    Round
	Unit     org.Unit
	Above    []org.Unit // the way to the unit on the sheet, the highest first
	Top      Row
	Rows     []Row
	Items    []int // places of the items shown
	From     int   // of the first, if they stand beside each other in the form; 0 if chosen
	Next     string
	First    bool
	MayKeep  bool
	MyReturn bool // the reader's own unit is asked
}

func (s *server) table(w http.ResponseWriter, r *http.Request) error {
	p := tablePage{Page: s.site.Page(r, "form.title")}
	q := r.URL.Query()
	after, _ := strconv.Atoi(q.Get("after")) // what is no number is the first page
	p.First = after <= 0
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Round, err = GetRound(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		var next tally.Place
		if p.Unit, p.Top, p.Rows, next, err = p.Round.Table(ctx, tx, p.Actor, r.PathValue("key"), tally.Place(after), MaxRows); err != nil {
			return err
		}
		p.choose(q)
		if next != 0 {
			p.Next = p.link(p.Unit.Key, p.Items, p.From) + "&after=" + strconv.Itoa(int(next))
		}
		p.Above, err = p.Round.way(ctx, tx, p.Actor, p.Unit)
		return err
	})
	if err != nil {
		return err
	}
	p.Title = p.Unit.Name
	p.MayKeep = form.MayKeep(p.Actor, p.Round.Form.Unit) == nil && p.Round.Period.State == form.Opened
	_, p.MyReturn = p.Round.asks(p.Actor.Unit)
	return web.Render(w, r, http.StatusOK, tableView(p))
}

// way returns the units above one on the round's sheet that by may see, the
// highest first.
func (r *Round) way(ctx context.Context, tx *db.Tx, by auth.Actor, u org.Unit) ([]org.Unit, error) {
	all, err := org.Ancestors(ctx, tx, by, u)
	if err != nil {
		return nil, err
	}
	some := all[:0]
	for _, a := range all {
		if on, _ := r.asks(a.ID); on && a.ID != u.ID {
			some = append(some, a)
		}
	}
	return some, nil
}

// counted are the places of the items that are added over units, and of the
// formulas, which are worked out of the sums.
func (p tablePage) counted() []int { return p.Round.counted() }

// parts are the counted items under their headings.
func (p tablePage) parts() (all []form.Section) {
	places := p.counted()
	for _, s := range p.Round.Form.Sections() {
		s.Places = slices.DeleteFunc(slices.Clone(s.Places), func(n int) bool { return !slices.Contains(places, n) })
		if len(s.Places) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// cell is what an item comes to in a row.
func (p tablePage) cell(x Row, n int) cell {
	it := p.Round.Form.Items[n-1]
	whose := Whose{All: !x.Leaf}
	whose.Unit.ID, whose.Unit.Key = x.Unit, x.Key
	b := p.Round.bookOf(x.Total)
	c := b.cell(p.Page, whose, it, b.Now(it.Key))
	if it.Entered() && c.Text != "" {
		c.Href = p.trace(x.Key, lane(n))
	} else if it.Kind == form.Formula && c.Text == "" {
		c.Small = ""
	}
	return c
}

// choose sets the items that are shown: those named, or a few from a place on.
func (p *tablePage) choose(q url.Values) {
	all := p.counted()
	n := len(all)
	for _, key := range q["item"] {
		if at := p.Round.place[key]; slices.Contains(all, at) && len(p.Items) < Shown {
			p.Items = append(p.Items, at)
		}
	}
	if len(p.Items) > 0 {
		return
	}
	p.From, _ = strconv.Atoi(q.Get("from")) // what is no number is the first
	p.From = min(max(1, p.From), n)
	for at := p.From; at < p.From+Shown && at <= n && n > 0; at++ {
		p.Items = append(p.Items, all[at-1])
	}
}

// link is the address of the table of a unit, with the same items.
func (p tablePage) link(unitKey string, items []int, from int) string {
	q := url.Values{}
	if from > 0 {
		q.Set("from", strconv.Itoa(from))
	} else {
		for _, n := range items {
			q.Add("item", p.Round.Form.Items[n-1].Key)
		}
	}
	return "/periods/" + p.Round.Period.ID + "/units/" + url.PathEscape(unitKey) + "?" + q.Encode()
}

// to is where a row of the table leads: to the units under it, or to its return.
func (p tablePage) to(x Row) string {
	if x.Leaf {
		return returnHref(p.Round.Period.ID, x.Key)
	}
	return p.link(x.Key, p.Items, p.From)
}

func returnHref(period, unitKey string) string {
	return "/periods/" + period + "/returns/" + url.PathEscape(unitKey)
}

// shows reports whether the item at a place stands in the table.
func (p tablePage) shows(n int) bool {
	for _, x := range p.Items {
		if x == n {
			return true
		}
	}
	return false
}

func (s *server) closePeriod(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return ClosePeriod(ctx, tx, by, id, web.Version(r))
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "filing.said.period_closed", "/periods/%s/units/%s", id, by.UnitKey)
}

// lackPage lists who has not returned at and under a unit.
type lackPage struct {
	web.Page
	Round    Round
	Unit     org.Unit
	Rows     []Row
	Received int64
	Due      int64
	Next     string
	First    bool
}

func (s *server) lacking(w http.ResponseWriter, r *http.Request) error {
	p := lackPage{Page: s.site.Page(r, "filing.lacking")}
	after, _ := strconv.Atoi(r.URL.Query().Get("after")) // what is no number is the first page
	p.First = after <= 0
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Round, err = GetRound(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		var next tally.Place
		if p.Unit, p.Rows, next, err = p.Round.Lacking(ctx, tx, p.Actor, r.PathValue("key"), tally.Place(after), lackSize); err != nil {
			return err
		}
		if next != 0 {
			p.Next = "/periods/" + p.Round.Period.ID + "/lacking/" + url.PathEscape(p.Unit.Key) + "?after=" + strconv.Itoa(int(next))
		}
		v, err := tally.Total(ctx, tx, p.Round.Sheet.ID, p.Unit.ID)
		p.Received, p.Due = v.Get(received), p.Round.Due(p.Unit.ID)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, lackView(p))
}
