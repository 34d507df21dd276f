package overview

import (
	"context"
	"embed"
	"math/big"
	"net/http"
	"net/url"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/org"
	"nhipcau/internal/plan"
	"nhipcau/internal/rollout"
	"nhipcau/internal/target"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// lines is how many items stand under each other on one page.
const lines = 12

type server struct {
	site  *web.Site
	db    *db.DB
	feeds target.Feeds
}

// Register adds the pages of this package to the site; feeds are what targets are read
// off.
func Register(site *web.Site, d *db.DB, feeds target.Feeds) {
	s := &server{site, d, feeds}
	site.Door("unit", "overview.title", "/units/%s/overview")
	site.Handle("GET /overview", web.SignedIn, s.own)
	site.Handle("GET /units/{key}/overview", web.SignedIn, s.show)
	site.Door("period unit", "overview.door", "/units/%[2]s/compare?period=%[1]s")
	site.Handle("GET /units/{key}/compare", web.SignedIn, s.compare)
}

// own leads to the screen of the reader's own unit.
func (s *server) own(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if by.UnitKey == "" {
		return notFound()
	}
	return web.See(w, r, "/units/%s/overview", by.UnitKey)
}

type showPage struct {
	web.Page
	Screen
	Lines    []line
	From     int // of the first line among all, from 0
	All      int
	Siblings string // key of the unit above, if the reader sees it
	Leaf     bool
}

// A line is a trend as it is written.
type line struct {
	ID, Label, Word string
	Href            string // compares the units under this one
	Points          []web.Point
	Now             shown
	Before, Year    shown
}

// A shown is a figure as it is written, with what stands beside it.
type shown struct {
	Text, Href string // "" for none
	Was        string
	WasHref    string
	Share      string // of a change, in percent
	Note       string
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	p := showPage{Page: s.site.Page(r, "overview.title")}
	q := r.URL.Query()
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Screen, err = Get(ctx, tx, p.Actor, s.feeds, r.PathValue("key"), q.Get("form")); err != nil {
			return err
		}
		under, err := org.Children(ctx, tx, p.Actor, p.Unit.ID, "", 1)
		if err != nil {
			return err
		}
		p.Leaf = len(under) == 0
		above, err := org.Ancestors(ctx, tx, p.Actor, p.Unit)
		if n := len(above); n > 1 {
			p.Siblings = above[n-2].Key
		}
		for _, a := range above {
			p.Page = p.Page.WithCrumb("/units/"+a.Key, a.Short)
		}
		return err
	}); err != nil {
		return err
	}
	trends := p.Trends()
	p.All = len(trends)
	p.From = min(web.Offset(r), max(0, p.All-1))
	for i, t := range trends[p.From:min(p.From+lines, p.All)] {
		p.Lines = append(p.Lines, p.line(i, t))
	}
	p.Title = p.Unit.Name
	return web.Render(w, r, http.StatusOK, showView(p))
}

func (p showPage) line(i int, t Trend) line {
	now := p.Series.Newest()
	l := line{ID: "t" + strconv.Itoa(i), Label: t.Label, Word: t.Item.Word}
	if !p.Leaf {
		l.Href = compareHref(p.Unit.Key, now.Round.Period.ID, t.Item.Key, Whole, 0)
	}
	for n, v := range t.Values {
		point := p.Series.Points[n]
		x := web.Point{Label: point.Round.Period.Name, Part: point.Received() < point.Due}
		if x.Text, x.Known = write(t.Item, v.X); x.Known {
			x.Y, _ = v.X.Float64()
		}
		l.Points = append(l.Points, x)
	}
	l.Now = p.now(t, now)
	l.Before, l.Year = p.change(t, t.Before), p.change(t, t.Year)
	return l
}

// now is the newest value; of a share, with the two that it is of.
func (p showPage) now(t Trend, at filing.Point) (x shown) {
	text, ok := write(t.Item, t.Now.X)
	if !ok {
		if !t.Item.Entered() || t.Now.Why.Key == "filing.why.extreme" {
			x.Note = p.Page.Text(t.Now.Why)
		}
		return x
	}
	x.Text, x.Href = text, at.Round.ItemHref(p.Unit.Key, t.Item.Key)
	if t.Now.Of[0] != nil {
		num, den := formula.Units(t.Now.Of[0], 0), formula.Units(t.Now.Of[1], 0)
		if num.IsInt64() && den.IsInt64() {
			x.Note = p.Int(num.Int64()) + "/" + p.Int(den.Int64())
		}
	}
	return x
}

func (p showPage) change(t Trend, c Change) (x shown) {
	if c.By == nil {
		if c.Apart {
			x.Note = p.T("overview.apart", p.of(c.Point))
		}
		return x
	}
	x.Text = signed(t.Item, c.By)
	x.Was, _ = write(t.Item, c.Was.X)
	x.WasHref = c.Point.Round.ItemHref(p.Unit.Key, t.Item.Key)
	if t.Item.Kind == form.Figure && c.Was.X.Sign() > 0 {
		x.Share = tenths(new(big.Rat).Quo(new(big.Rat).Mul(c.By, big.NewRat(100, 1)), c.Was.X))
	}
	return x
}

// tenths writes a change in percent with one decimal.
func tenths(x *big.Rat) string {
	return signed(form.Item{Decimals: 1}, x) + "\u00a0%"
}

// page is the address of the screen with the figures of a form from an item on.
func (p showPage) page(formID string, from int) string {
	q := url.Values{"form": {formID}}
	if from > 0 {
		q.Set("offset", strconv.Itoa(from))
	}
	return "/units/" + p.Unit.Key + "/overview?" + q.Encode()
}

func (p showPage) previous() string {
	if p.From == 0 {
		return ""
	}
	return p.page(p.Chosen.ID, max(0, p.From-lines)) + "#trends"
}

func (p showPage) next() string {
	if p.From+lines >= p.All {
		return ""
	}
	return p.page(p.Chosen.ID, p.From+lines) + "#trends"
}

// behind is the newest period, if it is left out: not all have returned yet.
func (p showPage) behind() string {
	for _, x := range p.Returns {
		if x.Form.ID == p.Chosen.ID && x.Any && len(p.Series.Points) > 0 && x.Point.Round.Period.ID != p.Series.Newest().Round.Period.ID {
			return x.Point.Round.Period.Name
		}
	}
	return ""
}

// of says how many of those due have returned, "12/14".
func (p showPage) of(x filing.Point) string { return p.Int(x.Received()) + "/" + p.Int(x.Due) }

// segments are a step as a bar.
func segments(x rollout.Stood) []web.Segment {
	return []web.Segment{{State: web.Done, Of: x.Done}, {State: web.Late, Of: x.Late}}
}

// rolloutHref is the page of a rollout under the unit.
func (p showPage) rolloutHref(r rollout.Rollout) string {
	return "/rollouts/" + r.ID + "?under=" + url.QueryEscape(p.Unit.Key)
}

// standing is how a plan stands.
func standing(x plan.Plan) web.State {
	if x.State == plan.Adopted {
		return web.Done
	}
	return web.None
}
