package figures

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

// mostLanes is how many figures one page has side by side.
const mostLanes = 6

// underPage shows the figures of the units under one: on the tree they were
// counted on, or on that of today.
type underPage struct {
	web.Page
	Sheet    tally.Sheet
	Unit     org.Unit
	What     string // names the thing counted
	OfHref   string
	Lanes    []laneHead
	Today    bool
	Assumed  bool // some share is one that no paper gives
	Guessed  bool // some figure on this page is an estimate
	Total    []cell
	From     []fromRow // of the unit's own figures on today's tree
	Rows     []underRow
	Next     string
	Names    []laneHead // all that can be chosen
	Reported bool       // anything was
}

type laneHead struct {
	Name, Text string
	Chosen     bool
}

// cell is one figure.
type cell struct {
	Value    int64
	Present  bool
	Estimate bool
	Href     string
}

type underRow struct {
	Key, Name string
	Href      string
	Cells     []cell
}

// fromRow is a unit as it was, and what it gives to the one of today.
type fromRow struct {
	Name, Key string
	Share     string
	Assumed   bool
	Cells     []cell
}

func (s *server) under(w http.ResponseWriter, r *http.Request) error {
	p := underPage{Page: s.site.Page(r, "tally.under"), Today: r.URL.Query().Get("view") == "today"}
	sheet, _ := strconv.ParseInt(r.PathValue("sheet"), 10, 64)       // a bad number is no sheet
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // a bad place is the first page
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return s.readUnder(ctx, tx, &p, sheet, r.PathValue("unit"), r.URL.Query()["lane"], max(0, after))
	})
	if err != nil {
		return err
	}
	p.Page = p.WithCrumb(p.OfHref, p.What).WithCrumb("", p.Unit.Short)
	return web.Render(w, r, http.StatusOK, underView(p))
}

func (s *server) readUnder(ctx context.Context, tx *db.Tx, p *underPage, sheet int64, unit string, chosen []string, after int64) (err error) {
	if p.Sheet, err = tally.See(ctx, tx, p.Actor, sheet); err != nil {
		return err
	}
	kind := s.kinds[p.Sheet.Kind]
	if kind == nil {
		return fault.New(fault.NotFound, "error.not_found")
	}
	if p.Unit, err = org.Get(ctx, tx, p.Actor, unit); err != nil {
		return err
	}
	if p.What, p.OfHref, err = s.counted(ctx, tx, p.Page, p.Sheet, p.Unit); err != nil {
		return err
	}
	whole, err := tally.Total(ctx, tx, sheet, p.Sheet.Root)
	if err != nil {
		return err
	}
	if err := p.choose(ctx, tx, kind, whole, strings.Split(strings.Join(chosen, ","), ",")); err != nil {
		return err
	}
	if !p.Today {
		return p.reported(ctx, tx, kind, after)
	}
	return p.today(ctx, tx, kind, after)
}

// choose finds the lanes to show: those asked for, else the first that have any
// figure.
func (p *underPage) choose(ctx context.Context, tx *db.Tx, kind *tally.Kind, whole tally.Vec, chosen []string) error {
	asked := kind.ParseLanes(strings.Join(chosen, ","))
	for _, name := range kind.Lanes {
		l := kind.Lane(name)
		if !whole.Has(l) {
			continue
		}
		h := laneHead{Name: name, Text: p.T("tally.lane." + kind.Name + "." + name)}
		if kind.Named != nil {
			named, err := kind.Named(ctx, tx, p.Sheet, name, whole)
			if err != nil {
				return err
			}
			h.Text = p.Text(named.What)
		}
		for _, a := range asked {
			h.Chosen = h.Chosen || a == l
		}
		h.Chosen = (h.Chosen || len(asked) == 0) && len(p.Lanes) < mostLanes
		if h.Chosen {
			p.Lanes = append(p.Lanes, h)
		}
		p.Names = append(p.Names, h)
	}
	p.Reported = len(p.Lanes) > 0
	return nil
}

func (p *underPage) cells(kind *tally.Kind, v tally.Vec, estimate bool, href func(lane string) string) (all []cell) {
	for _, h := range p.Lanes {
		l := kind.Lane(h.Name)
		c := cell{Value: v.Get(l), Present: v.Has(l), Estimate: estimate}
		if href != nil && c.Present {
			c.Href = href(h.Name)
		}
		p.Guessed = p.Guessed || estimate && c.Present
		all = append(all, c)
	}
	return all
}

// reported reads the figures on the tree they were counted on.
func (p *underPage) reported(ctx context.Context, tx *db.Tx, kind *tally.Kind, after int64) error {
	n, err := tally.NodeOf(ctx, tx, p.Sheet.ID, p.Unit.ID)
	if err != nil {
		return err
	}
	trace := func(key string) func(lane string) string {
		return func(lane string) string { return tally.Href(p.Sheet.ID, key, lane, true) }
	}
	p.Total = p.cells(kind, n.Total, false, trace(p.Unit.Key))
	all, err := tally.ChildrenOf(ctx, tx, p.Actor, p.Sheet, p.Unit.ID, after, tally.MaxChildren)
	if err != nil {
		return err
	}
	for _, c := range all {
		p.Rows = append(p.Rows, underRow{c.UnitKey, c.UnitName, p.href(c.UnitKey, false, 0), p.cells(kind, c.Total, false, trace(c.UnitKey))})
	}
	if len(all) == tally.MaxChildren {
		p.Next = p.href(p.Unit.Key, false, all[len(all)-1].Unit)
	}
	return nil
}

// today reads the figures on the tree of today, and where those of the unit itself
// come from.
func (p *underPage) today(ctx context.Context, tx *db.Tx, kind *tally.Kind, after int64) error {
	var lanes []tally.Lane
	for _, h := range p.Lanes {
		lanes = append(lanes, kind.Lane(h.Name))
	}
	view, err := tally.OnToday(ctx, tx, p.Sheet, lanes)
	if err != nil {
		return err
	}
	if !view.On(p.Unit.ID) {
		return fault.New(fault.NotFound, "error.not_found")
	}
	v, estimate := view.Total(p.Unit.ID)
	p.Total, p.Assumed = p.cells(kind, v, estimate, nil), view.Assumed
	from, err := view.From(ctx, tx, p.Unit.ID)
	if err != nil {
		return err
	}
	under := view.Under(p.Unit.ID, after, tally.MaxChildren)
	ids := under
	for _, c := range from {
		ids = append(ids[:len(ids):len(ids)], c.Unit)
	}
	names, err := tally.Units(ctx, tx, p.Actor, p.Sheet.Tree, ids)
	if err != nil {
		return err
	}
	for _, c := range from {
		u := names[c.Unit]
		row := fromRow{Name: u.UnitName, Key: u.UnitKey, Assumed: c.Assumed}
		if u.UnitKey == "" { // of another's figure one learns no more than what is given
			row.Name, row.Assumed = p.T("tally.from.hidden"), false
		} else if c.Num != c.Den {
			row.Share = fmt.Sprintf("%d/%d", c.Num, c.Den)
		}
		row.Cells = p.cells(kind, c.Given, c.Num != c.Den, func(lane string) string {
			if u.UnitKey == "" {
				return ""
			}
			return tally.Href(p.Sheet.ID, u.UnitKey, lane, false)
		})
		p.From = append(p.From, row)
	}
	for _, id := range under {
		u, ok := names[id]
		if !ok {
			continue
		}
		v, estimate := view.Total(id)
		p.Rows = append(p.Rows, underRow{u.UnitKey, u.UnitName, p.href(u.UnitKey, true, 0), p.cells(kind, v, estimate, nil)})
	}
	if len(under) == tally.MaxChildren {
		p.Next = p.href(p.Unit.Key, true, under[len(under)-1])
	}
	return nil
}

// href is the address of this page for another unit, view or place.
func (p underPage) href(unit string, today bool, after int64) string {
	v := url.Values{}
	if today {
		v.Set("view", "today")
	}
	var chosen []string
	for _, h := range p.Lanes {
		chosen = append(chosen, h.Name)
	}
	if len(p.Lanes) > 0 && len(p.Lanes) < len(p.Names) {
		v.Set("lane", strings.Join(chosen, ","))
	}
	if after > 0 {
		v.Set("after", strconv.FormatInt(after, 10))
	}
	h := tally.UnderHref(p.Sheet.ID, unit, false)
	if len(v) > 0 {
		h += "?" + v.Encode()
	}
	return h
}
