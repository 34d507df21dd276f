package atlas

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

const (
	pageSize = 200 // units on one map
	choices  = 60  // forms, periods or rollouts to choose from
)

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Door("unit", "atlas.door", "/units/%s/map")
	site.Door("period unit", "atlas.door", "/units/%[2]s/map?period=%[1]s")
	site.Handle("GET /units/{key}/map", web.SignedIn, s.show)
}

type mapPage struct {
	web.Page
	Map
	Rollouts bool // it is about a rollout, and not a period
	There    bool // there is something to show
	Forms    []form.Form
	Periods  []filing.Period
	Rolled   []rollout.Rollout
	Round    filing.Round
	Rollout  rollout.Rollout
	First    bool
	ByFigure bool // the table is in the order of the figures
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	p, q := mapPage{Page: s.site.Page(r, "atlas.title")}, r.URL.Query()
	p.Rollouts, p.ByFigure = q.Has("rollout"), q.Get("sort") == "figure"
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64) // what is no number is the first page
	p.First = after <= 0
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		if p.Rollouts {
			return p.ofRollout(ctx, tx, q, max(0, after))
		}
		return p.ofPeriod(ctx, tx, q, tally.Place(max(0, after)))
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, mapView(p))
}

// ofPeriod chooses form and period, the newest of each if none is named, and reads
// their map.
func (p *mapPage) ofPeriod(ctx context.Context, tx *db.Tx, q url.Values, after tally.Place) (err error) {
	if p.Forms, err = form.List(ctx, tx, p.Actor, "", 0, choices); err != nil {
		return err
	}
	p.Forms = slices.DeleteFunc(p.Forms, func(f form.Form) bool { return f.State == form.Draft })
	named, period := q.Get("form"), q.Get("period")
	if period != "" {
		if p.Round, err = filing.GetRound(ctx, tx, p.Actor, period); err != nil {
			return err
		}
		if named == "" || named == p.Round.Form.ID {
			return p.readPeriod(ctx, tx, q, after)
		}
		p.Round = filing.Round{} // another form was chosen
	}
	for _, f := range p.Forms {
		if named != "" && f.ID != named {
			continue
		}
		all, err := filing.Periods(ctx, tx, f.ID, 0, 1)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			continue
		}
		if p.Round, err = filing.GetRound(ctx, tx, p.Actor, all[0].ID); err != nil {
			return err
		}
		if err = p.readPeriod(ctx, tx, q, after); err != nil || p.There {
			return err
		}
	}
	if named != "" && !slices.ContainsFunc(p.Forms, func(f form.Form) bool { return f.ID == named }) {
		return fault.New(fault.NotFound, "error.not_found")
	}
	return nil
}

// readPeriod reads the map of the page's period, if the unit is on its sheet.
func (p *mapPage) readPeriod(ctx context.Context, tx *db.Tx, q url.Values, after tally.Place) (err error) {
	if p.Periods, err = filing.Periods(ctx, tx, p.Round.Form.ID, 0, choices); err != nil {
		return err
	}
	u := p.Unit
	p.Map, err = OfPeriod(ctx, tx, p.Actor, u.Key, p.Round, q.Get("item"), q.Get("per"), after, pageSize)
	p.There = err == nil
	if fault.Is(err, fault.NotFound) {
		p.Map, err = Map{Unit: u}, nil
	}
	return err
}

// ofRollout chooses a rollout, the newest if none is named, and reads its map.
func (p *mapPage) ofRollout(ctx context.Context, tx *db.Tx, q url.Values, after int64) (err error) {
	if p.Rolled, err = rollout.List(ctx, tx, p.Actor, "", 0, choices); err != nil {
		return err
	}
	p.Rolled = slices.DeleteFunc(p.Rolled, func(r rollout.Rollout) bool { return r.Sheet == 0 })
	id := q.Get("rollout")
	if id == "" && len(p.Rolled) > 0 {
		id = p.Rolled[0].ID
	}
	if id == "" {
		return nil
	}
	if p.Rollout, err = rollout.Get(ctx, tx, p.Actor, id); err != nil {
		return err
	}
	u := p.Unit
	p.Map, err = OfRollout(ctx, tx, p.Actor, u.Key, p.Rollout, q.Get("item"), after, pageSize)
	p.There = err == nil && len(p.Offered) > 0
	if fault.Is(err, fault.NotFound) {
		p.Map, err = Map{Unit: u}, nil
	}
	return err
}

// called is what a measure is called.
func (p mapPage) called(m Measure) string {
	if m.Label != "" {
		return m.Label
	}
	return p.T(m.Text)
}

// what is shown, in a line.
func (p mapPage) what() string {
	switch {
	case p.Per.Key == "":
		return p.called(p.Shown)
	case p.Shown.Word == p.Per.Word:
		return p.T("atlas.of", p.called(p.Shown), p.called(p.Per))
	}
	return p.T("atlas.per", p.called(p.Shown), p.called(p.Per))
}

// of names whose figures they are.
func (p mapPage) of() string {
	if p.Rollouts {
		return p.Rollout.Title
	}
	return p.Round.Form.Title + " · " + p.Round.Period.Name
}

// says is the figure of a cell in words.
func (p mapPage) says(c Cell) string {
	if c.State == Has {
		return c.Text
	}
	if c.State == Unknown {
		return p.Text(c.Why)
	}
	return p.T("atlas.state." + string(c.State))
}

// trace is where a lane of a cell opens.
func (p mapPage) trace(c Cell, lane string) string {
	return tally.Href(p.Sheet.ID, c.Key, lane, true)
}

// href is where a cell opens: its figure, or for what is worked out its report.
func (p mapPage) href(c Cell) string {
	switch {
	case c.Lane != "":
		return p.trace(c, c.Lane)
	case p.Rollouts:
		return "/rollouts/" + p.Rollout.ID + "?" + url.Values{"under": {c.Key}}.Encode()
	case c.Leaf:
		return "/periods/" + p.Round.Period.ID + "/returns/" + url.PathEscape(c.Key)
	}
	return "/periods/" + p.Round.Period.ID + "/report/" + url.PathEscape(c.Key)
}

// query is what is chosen, at a unit.
func (p mapPage) query() url.Values {
	q := url.Values{}
	if p.Rollouts {
		q.Set("rollout", p.Rollout.ID)
	} else {
		q.Set("period", p.Round.Period.ID)
	}
	if p.Shown.Key != "" {
		q.Set("item", p.Shown.Key)
	}
	if p.Per.Key != "" {
		q.Set("per", p.Per.Key)
	}
	return q
}

// at is the address of the same map of another unit.
func (p mapPage) at(key string) string {
	return "/units/" + url.PathEscape(key) + "/map?" + p.query().Encode()
}

// sorted is the address of the same map with its table in another order.
func (p mapPage) sorted(figure bool) string {
	if figure {
		return p.at(p.Unit.Key) + "&sort=figure#numbers"
	}
	return p.at(p.Unit.Key) + "#numbers"
}

// next is the address of the units that did not fit, "" for none.
func (p mapPage) next() string {
	if p.Next == 0 {
		return ""
	}
	return p.at(p.Unit.Key) + "&after=" + strconv.Itoa(int(p.Next))
}

// first leads back to the first units.
func (p mapPage) first() string {
	if p.First {
		return ""
	}
	return p.at(p.Unit.Key)
}

// rows are the cells in the order of the table.
func (p mapPage) rows() []Cell {
	all := slices.Clone(p.Cells)
	if p.ByFigure {
		slices.SortStableFunc(all, func(a, b Cell) int {
			switch {
			case a.X == nil && b.X == nil:
				return 0
			case a.X == nil:
				return 1
			case b.X == nil:
				return -1
			}
			return b.X.Cmp(a.X)
		})
	}
	return all
}

// blank is how many units have no figure.
func (p mapPage) blank() (n int64) {
	for _, c := range p.Cells {
		if c.State != Has {
			n++
		}
	}
	return n
}

// told says in a sentence what the map shows, for those who do not see it.
func (p mapPage) told() string {
	least, most := -1, -1
	for i, c := range p.Cells {
		if c.X == nil {
			continue
		}
		if least < 0 || c.X.Cmp(p.Cells[least].X) < 0 {
			least = i
		}
		if most < 0 || c.X.Cmp(p.Cells[most].X) > 0 {
			most = i
		}
	}
	n := vn.Int(int64(len(p.Cells)))
	if least < 0 {
		return p.T("atlas.told.none", p.what(), n)
	}
	return p.T("atlas.told", p.what(), n, p.Cells[most].Name, p.Cells[most].Text, p.Cells[least].Name, p.Cells[least].Text, p.Int(p.blank()))
}
