package pivot

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const (
	pageRows    = 100
	pageColumns = 24 // units beside each other
	pageCells   = 1100
	formsShown  = 200
)

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Door("unit", "pivot.title", "/units/%s/pivot")
	site.Door("period unit", "pivot.title", "/units/%[2]s/pivot?period=%[1]s")
	site.Handle("GET /units/{key}/pivot", web.SignedIn, s.show)
	site.Handle("GET /units/{key}/pivot.xlsx", web.SignedIn, s.xlsx)
	site.Handle("GET /units/{key}/pivot.csv", web.SignedIn, s.csv)
}

type page struct {
	web.Page
	Pivot
	Layout  Layout
	Forms   []form.Form
	Heat    bool
	First   bool // the page of the first lines
	Singles []Line

	rows, outer, inner []Member
	notes              []fault.Text // why cells are none, in the order of their marks
	heat               map[int][]int64
}

// asked reads what a pivot is asked for by an address.
func asked(q url.Values) (Ask, Layout) {
	after, _ := strconv.Atoi(q.Get("after")) // what is no number is the first page
	y := Layout{Axis(q.Get("rows")), Axis(q.Get("columns")), q.Get("show")}
	y.settle()
	if was := q.Get("third"); was != "" && Axis(was) != y.Third() {
		y.Show = "" // it was chosen on another axis
		y.settle()
	}
	a := Ask{Form: q.Get("form"), Items: q["item"], From: q.Get("from"), To: q.Get("to"), Level: Level(q.Get("level")), After: max(0, after), Layout: y}
	return a, y
}

// find reads the forms to choose from and the pivot of the one that was chosen: by
// the form, by a period, or else of the newest that was asked of the unit.
func find(ctx context.Context, tx *db.Tx, p web.Page, unitKey string, q url.Values, a Ask) (forms []form.Form, v Pivot, err error) {
	if v.Unit, err = org.Get(ctx, tx, p.Actor, unitKey); err != nil {
		return nil, v, err
	}
	if id := q.Get("period"); id != "" {
		r, err := filing.GetRound(ctx, tx, p.Actor, id)
		if err != nil {
			return nil, v, err
		}
		a.Form, a.To, a.From = r.Form.ID, id, ""
	}
	if forms, err = form.List(ctx, tx, p.Actor, "", 0, formsShown); err != nil {
		return nil, v, err
	}
	forms = slices.DeleteFunc(forms, func(f form.Form) bool { return f.State == form.Draft })
	if a.Form == "" {
		if a.Form, err = newest(ctx, tx, forms, v.Unit.ID); err != nil || a.Form == "" {
			return forms, v, err
		}
	}
	a.Only = a.Layout.only(unitKey)
	v, err = Get(ctx, tx, p.Actor, unitKey, a)
	return forms, v, err
}

// newest returns the first of some forms on whose newest period a unit stands, else
// the first.
func newest(ctx context.Context, tx *db.Tx, forms []form.Form, unit int64) (string, error) {
	const looked = 20
	for _, f := range forms[:min(looked, len(forms))] {
		periods, err := filing.Periods(ctx, tx, f.ID, 0, 1)
		if err != nil {
			return "", err
		}
		rounds, err := filing.RoundsOf(ctx, tx, periods)
		if err != nil {
			return "", err
		}
		if len(rounds) > 0 && rounds[0].Has(unit) {
			return f.ID, nil
		}
	}
	if len(forms) == 0 {
		return "", nil
	}
	return forms[0].ID, nil
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	a, y := asked(q)
	p := page{Page: s.site.Page(r, "pivot.title"), Layout: y, Heat: q.Get("form") == "" || q.Get("heat") != "", First: a.After == 0}
	a.Limit, a.Cells = pageRows, pageCells
	if y.Rows != Units {
		a.Limit = pageColumns
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Forms, p.Pivot, err = find(ctx, tx, p.Page, r.PathValue("key"), q, a); err != nil {
			return err
		}
		if y.Third() == Units && len(p.Rounds) > 0 {
			if p.Singles, err = singles(ctx, tx, p.Page, p.Pivot); err != nil {
				return err
			}
		}
		p.Page, err = org.Crumbs(ctx, tx, p.Page, p.Unit)
		return err
	}); err != nil {
		return err
	}
	p.Page = p.Page.WithCrumb("", p.Title)
	p.lay()
	return web.Render(w, r, http.StatusOK, view(p))
}

// singles are the units directly under the one, of which one may be shown alone.
func singles(ctx context.Context, tx *db.Tx, p web.Page, v Pivot) (some []Line, err error) {
	units, err := org.Children(ctx, tx, p.Actor, v.Unit.ID, "", pageRows)
	for _, u := range units {
		some = append(some, Line{Unit: u.ID, Key: u.Key, Name: u.Name})
	}
	return some, err
}

// lay sets what stands on the rows and the columns. The whole stands above the rows,
// where it is seen on every page.
func (p *page) lay() {
	if len(p.Rounds) == 0 || len(p.Items) == 0 {
		return
	}
	p.rows, p.outer, p.inner = p.Members(p.Layout.Rows), p.Members(p.Layout.Columns), p.third(p.Layout)
	if n := len(p.rows); n > 0 && p.rows[n-1].Total && p.Layout.Rows == Units {
		p.rows = append([]Member{p.rows[n-1]}, p.rows[:n-1]...)
	}
	p.heat = map[int][]int64{}
	for _, r := range p.rows {
		for _, o := range p.outer {
			for _, i := range p.inner {
				if c := p.Cell(r, o, i); c.State == Figure && !r.Total && !o.Total && !i.Total && c.Units > 0 {
					n := item(r, o, i)
					p.heat[n] = append(p.heat[n], c.Units)
				}
			}
		}
	}
	for _, all := range p.heat {
		slices.Sort(all)
	}
}

// item is the place of the item among three members.
func item(all ...Member) int {
	for _, m := range all {
		if m.Axis == Items {
			return m.At
		}
	}
	return 0
}

// shade is how dark a cell is: in which fifth of the figures of its item on the page
// it lies, from 1; 0 for none.
func (p page) shade(c Cell, all ...Member) int {
	const steps = 5
	n := item(all...)
	if !p.Heat || c.State != Figure || c.Answer || c.Units <= 0 || len(p.heat[n]) < 2 || slices.ContainsFunc(all, func(m Member) bool { return m.Total }) {
		return 0
	}
	at, _ := slices.BinarySearch(p.heat[n], c.Units)
	return 1 + at*steps/len(p.heat[n])
}

// values are the address of a page without where its lines begin.
func (p page) values() url.Values {
	q := url.Values{"form": {p.Form.ID}, "rows": {string(p.Layout.Rows)}, "columns": {string(p.Layout.Columns)}, "show": {p.Layout.Show}, "third": {string(p.Layout.Third())}, "level": {string(p.Level)}}
	for _, it := range p.Items {
		q.Add("item", it.Key)
	}
	if n := len(p.Rounds); n > 0 {
		q.Set("from", p.Rounds[0].Period.ID)
		q.Set("to", p.Rounds[n-1].Period.ID)
	}
	if p.Heat {
		q.Set("heat", "1")
	}
	return q
}

func (p page) href(unitKey, end string, q url.Values) string {
	return "/units/" + url.PathEscape(unitKey) + "/pivot" + end + "?" + q.Encode()
}

// alone is the pivot of one unit as a whole, by period, where a total of periods opens
// to what it is made of.
func (p page) alone(l Line) string {
	q := p.values()
	q.Set("rows", string(Periods))
	q.Set("columns", string(Items))
	q.Del("show")
	q.Del("third")
	return p.href(l.Key, "", q)
}

// following is the address of the page whose lines begin at a place.
func (p page) following(after int, there bool) string {
	if !there {
		return ""
	}
	q := p.values()
	if after > 0 {
		q.Set("after", strconv.Itoa(after))
	}
	return p.href(p.Unit.Key, "", q)
}

// note returns the mark of a reason, from 1.
func (p *page) note(why fault.Text) int {
	text := p.Text(why)
	for i, n := range p.notes {
		if p.Text(n) == text {
			return i + 1
		}
	}
	p.notes = append(p.notes, why)
	return len(p.notes)
}
