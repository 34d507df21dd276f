// Package figures shows what tally counts: figures and the posts that make them,
// seals, and sheets on the tree of today; as pages, and as JSON.
package figures

import (
	"context"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

// A SourcePage is how a trace leads to the records of one kind of source.
type SourcePage struct {
	// Label names the record with id in a few words. nil, or no words, leave
	// it unnamed.
	Label func(p web.Page, id string) string
	// Name returns the title of the record with id if by may see it. nil leaves
	// Label to name it where a title would stand.
	Name func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (string, error)
	// Href returns the page that shows what the record says about the unit with
	// key and the lane; nil or "" if there is none. That page decides who may see
	// it.
	Href func(id, unitKey, lane string) string
}

const pageSize = 50

type server struct {
	site     *web.Site
	db       *db.DB
	kinds    map[string]*tally.Kind
	sources  map[string]SourcePage
	recounts map[string]tally.Recount
}

// Register adds the pages of traces and seals to the site: for the sheets of
// kinds, whose posts come from sources, by kind of source, and whose records are
// counted again by recounts, by kind of sheet.
func Register(site *web.Site, d *db.DB, kinds []*tally.Kind, sources map[string]SourcePage, recounts map[string]tally.Recount) {
	s := &server{site, d, map[string]*tally.Kind{}, sources, recounts}
	for _, k := range kinds {
		s.kinds[k.Name] = k
	}
	site.Handle("GET /figures/{sheet}/{unit}/{lane}", web.SignedIn, s.trace)
	site.Handle("GET /sheets/{sheet}", web.SignedIn, s.seals)
	site.Handle("POST /sheets/{sheet}/seal", web.SignedIn, s.seal)
	site.Handle("GET /sheets/{sheet}/units/{unit}", web.SignedIn, s.under)
}

// tracePage shows one figure and the posts that make it.
type tracePage struct {
	web.Page
	Sheet   tally.Sheet
	Unit    org.Unit
	Above   []org.Unit // the way to the unit, the highest first, without it
	Lane    string
	What    string // what the lane counts, in the reader's language
	Of      string // names the thing counted, "" where the figures have no title
	OfHref  string // its page, "" if there is none
	Around  string // message around the figure, "" if it stands alone
	Subtree bool
	Figure  int64
	Present bool       // something was posted, be it zero
	Other   int64      // the unit's own figure on the page of the subtree's, and the reverse
	First   bool       // no page before this one
	Seal    tally.Seal // the newest, ID 0 while nobody has signed
	Signed  int64      // the figure at that seal
	Rows    []traceRow
	Next    string // address of the next page, "" if this is the last
}

// traceRow is a post and where it leads.
type traceRow struct {
	tally.Posted
	Label, Href string
}

// Whole reports whether all posts of the figure stand on this page.
func (p tracePage) Whole() bool { return p.First && p.Next == "" }

// Sum returns what the posts on this page add up to.
func (p tracePage) Sum() (n int64) {
	for _, r := range p.Rows {
		n += r.Moved
	}
	return n
}

// signed writes a change with its sign.
func signed(p web.Page, n int64) string {
	switch {
	case n > 0:
		return "+" + p.Int(n)
	case n < 0:
		return "−" + p.Int(-n)
	}
	return p.Int(n)
}

// who names the person who entered a post.
func (p tracePage) who(r traceRow) string {
	if r.Actor == "" {
		return p.T("tally.house")
	}
	return r.ActorName
}

func (s *server) trace(w http.ResponseWriter, r *http.Request) error {
	p := tracePage{Page: s.site.Page(r, "tally.title"), Lane: r.PathValue("lane"), Subtree: r.URL.Query().Get("subtree") == "1"}
	sheet, _ := strconv.ParseInt(r.PathValue("sheet"), 10, 64)       // a bad number is no sheet
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // a bad place is the first page
	p.First = after <= 0
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return s.read(ctx, tx, &p, sheet, r.PathValue("unit"), after)
	})
	if err != nil {
		return err
	}
	p.Page = p.withCrumbs()
	return web.Render(w, r, http.StatusOK, traceView(p))
}

// read fills the page in.
func (s *server) read(ctx context.Context, tx *db.Tx, p *tracePage, sheet int64, unit string, after int64) (err error) {
	if p.Sheet, err = tally.See(ctx, tx, p.Actor, sheet); err != nil {
		return err
	}
	kind := s.kinds[p.Sheet.Kind]
	if kind == nil || !kind.Has(p.Lane) {
		return fault.New(fault.NotFound, "error.not_found")
	}
	lane := kind.Lane(p.Lane)
	p.What = p.T("tally.lane." + kind.Name + "." + p.Lane)
	if p.Unit, err = org.Get(ctx, tx, p.Actor, unit); err != nil {
		return err
	}
	above, err := org.Ancestors(ctx, tx, p.Actor, p.Unit)
	if err != nil {
		return err
	}
	p.Above = above[:max(0, len(above)-1)]
	n, err := tally.NodeOf(ctx, tx, sheet, p.Unit.ID)
	if err != nil {
		return err
	}
	p.Figure, p.Present, p.Other = n.Own.Get(lane), n.Own.Has(lane), n.Total.Get(lane)
	if p.Subtree {
		p.Figure, p.Present, p.Other = n.Total.Get(lane), n.Total.Has(lane), n.Own.Get(lane)
	}
	if err := p.readSeal(ctx, tx, lane); err != nil {
		return err
	}
	if err := p.name(ctx, tx, kind, n); err != nil {
		return err
	}
	if s.sources[kind.Name].Name != nil {
		if p.Of, p.OfHref, err = s.counted(ctx, tx, p.Page, p.Sheet, p.Unit); err != nil {
			return err
		}
	}
	page, err := tally.Trace(ctx, tx, p.Actor, tally.Query{Sheet: sheet, Unit: p.Unit.ID, Lane: lane, Subtree: p.Subtree, After: max(0, after), Limit: pageSize})
	if err != nil {
		return err
	}
	for _, one := range page.Posts {
		p.Rows = append(p.Rows, s.row(*p, one))
	}
	if page.More {
		p.Next = p.after(page.Next)
	}
	return nil
}

// readSeal compares the figure with what it was when it was last signed.
func (p *tracePage) readSeal(ctx context.Context, tx *db.Tx, lane tally.Lane) error {
	all, err := tally.Seals(ctx, tx, p.Sheet.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	p.Seal = all[len(all)-1]
	own, total, err := tally.At(ctx, tx, p.Sheet.ID, p.Unit.ID, p.Seal.Post)
	p.Signed = own.Get(lane)
	if p.Subtree {
		p.Signed = total.Get(lane)
	}
	return err
}

// name lets a kind whose lanes people have named say what the figure is.
func (p *tracePage) name(ctx context.Context, tx *db.Tx, k *tally.Kind, n tally.Node) error {
	if k.Named == nil {
		return nil
	}
	v := n.Own
	if p.Subtree {
		v = n.Total
	}
	name, err := k.Named(ctx, tx, p.Sheet, p.Lane, v)
	p.What, p.Around = p.Text(name.What), name.Around
	return err
}

// figure writes the figure as it is to be read.
func (p tracePage) figure() string {
	if p.Around == "" {
		return p.Int(p.Figure)
	}
	return p.T(p.Around, p.Int(p.Figure))
}

func (s *server) row(p tracePage, one tally.Posted) traceRow {
	row, src := traceRow{Posted: one}, s.sources[one.Source.Kind]
	if row.Reason == tally.AfterSeal {
		row.Reason = p.T(tally.AfterSeal)
	}
	if src.Label != nil {
		row.Label = src.Label(p.Page, one.Source.ID)
	}
	if row.Label == "" {
		row.Label = p.T("tally.source.other")
	}
	if src.Href != nil {
		row.Href = src.Href(one.Source.ID, one.UnitKey, p.Lane)
	}
	return row
}

// after returns the address of the page after a post.
func (p tracePage) after(post int64) string {
	h, mark := tally.Href(p.Sheet.ID, p.Unit.Key, p.Lane, p.Subtree), "?"
	if p.Subtree {
		mark = "&"
	}
	return h + mark + "after=" + strconv.FormatInt(post, 10)
}

// withCrumbs is the way from the highest unit the reader sees to the figure.
func (p tracePage) withCrumbs() web.Page {
	page := p.Page
	for _, u := range append(p.Above[:len(p.Above):len(p.Above)], p.Unit) {
		page = page.WithCrumb("/units/"+u.Key, u.Short)
	}
	return page.WithCrumb("", p.What)
}
