package statement

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const pageSize = 50

type server struct {
	site  *web.Site
	db    *db.DB
	files *file.Store
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, files *file.Store) {
	s := &server{site, d, files}
	site.Handle("GET /statements", web.SignedIn, s.list)
	site.Handle("GET /statements/new", web.SignedIn, s.new)
	site.Handle("POST /statements", web.SignedIn, s.open)
	site.Handle("GET /statements/{id}", web.SignedIn, s.show)
	site.Handle("POST /statements/{id}/closure", web.SignedIn, s.close)
	site.Handle("GET /statements/{id}/units/{key}", web.SignedIn, s.unit)
	site.Handle("POST /statements/{id}/units/{key}", web.SignedIn, s.state)
	site.Handle("POST /statements/{id}/units/{key}/withdrawal", web.SignedIn, s.withdraw)
	site.Handle("GET /stated/{id}", web.SignedIn, s.entry)
	site.Handle("GET /stated/{id}/file", web.SignedIn, s.file)
}

type listPage struct {
	web.Page
	Query  string
	Forms  []Form
	Said   map[string][2]int64 // of a form: stated, asked
	Offset int
	More   bool
	MayNew bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.site.Page(r, "statement.title"), Query: vn.Clean(r.URL.Query().Get("q")), Said: map[string][2]int64{}}
	p.Offset = web.Offset(r)
	p.MayNew = mayOpen(p.Actor) == nil
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Forms, err = List(ctx, tx, p.Actor, p.Query, p.Offset, pageSize+1); err != nil {
			return err
		}
		for _, f := range p.Forms {
			stated, asked, err := Said(ctx, tx, p.Actor, f.ID)
			if err != nil {
				return err
			}
			p.Said[f.ID] = [2]int64{stated, asked}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Forms, p.More = web.Cut(p.Forms, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

// formPage is the page to open a form; rows beyond those filled in are empty.
type formPage struct {
	web.Page
	Form       Form
	Last       string // last day as typed
	Rollouts   []rollout.Rollout
	Directives []directive.Directive
	Wrong      map[string]fault.Text
	Message    fault.Text
}

// item returns what is filled in for the item at place n, from 1.
func (p formPage) item(n int) Item {
	if n <= len(p.Form.Items) {
		return p.Form.Items[n-1]
	}
	return Item{Sort: Count}
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "statement.new")}
	p.Form.Rollout = r.URL.Query().Get("rollout")
	return s.formPage(w, r, p, nil)
}

func (s *server) formPage(w http.ResponseWriter, r *http.Request, p formPage, failed error) error {
	const most = 100
	if err := mayOpen(p.Actor); err != nil {
		return err
	}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Rollouts, err = rollout.List(ctx, tx, p.Actor, "", 0, most); err != nil {
			return err
		}
		p.Directives, err = directive.List(ctx, tx, p.Actor, "", 0, most)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, formView(p))
}

func (s *server) open(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "statement.new"), Last: v.Get("last")}
	f := Form{Title: v.Get("title"), Period: v.Get("period"), Rollout: v.Get("rollout"), Directive: v.Get("directive"), LastDay: vn.TypedDay(p.Last)}
	for n := 1; n <= MaxItems; n++ {
		i := Item{Label: v.Get(fmt.Sprintf("item-%d-label", n)), Word: v.Get(fmt.Sprintf("item-%d-word", n)), Sort: Sort(v.Get(fmt.Sprintf("item-%d-sort", n)))}
		if i.Label+i.Word != "" {
			f.Items = append(f.Items, i)
		}
	}
	p.Form = f
	again := ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		o, err := Open(ctx, tx, p.Actor, f)
		if err != nil {
			return err
		}
		f.ID = o.ID
		again, err = s.site.Once(ctx, tx, r, "/statements/"+o.ID)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.formPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "statement.said.opened", "/statements/%s", f.ID)
}

func (s *server) close(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Close(ctx, tx, by, id, web.Version(r))
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "statement.said.closed", "/statements/%s", id)
}

// A row is a unit in the table of a form.
type row struct {
	UnitKey   string
	UnitName  string
	Statement Statement // without an ID if it has none
	Within    string    // unit above it that has stated for it, ""

	unit int64
	path string
}

// showPage is a form with what has been stated: units by items, and what they
// add up to. Somebody under its owner sees their own subtree.
type showPage struct {
	web.Page
	Form     Form
	Top      string // key of the unit whose figures are the totals
	TopName  string
	Total    tally.Vec
	Answered map[int]int // by place of the item, how many figures stand
	Stated   int64
	Asked    int64
	Rows     []row
	Next     string // address of the next page, ""
	Rollout  rollout.Rollout
	Paper    directive.Directive
	MayClose bool
	MayState bool
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	p := showPage{Page: s.site.Page(r, "statement.title")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Form, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := p.count(ctx, tx); err != nil {
			return err
		}
		if err := p.fill(ctx, tx, vn.Clean(r.URL.Query().Get("after"))); err != nil {
			return err
		}
		return p.belongs(ctx, tx)
	})
	if err != nil {
		return err
	}
	p.Title = p.Form.Title
	p.MayClose = mayClose(p.Actor, p.Form.Unit) == nil && p.Form.State == Opened
	p.MayState = mayState(p.Actor) == nil && p.Form.State == Opened && strings.HasPrefix(p.Actor.Path, p.Form.UnitPath)
	return web.Render(w, r, http.StatusOK, showView(p))
}

// count reads the totals of the owner, or of the reader's unit if that is under
// it.
func (p *showPage) count(ctx context.Context, tx *db.Tx) (err error) {
	top := p.Form.Unit
	p.Top, p.TopName = p.Form.UnitKey, p.Form.UnitName
	if !p.Actor.Covers(p.Form.UnitPath) {
		top, p.Top, p.TopName = p.Actor.Unit, p.Actor.UnitKey, p.Actor.UnitName
	}
	if p.Total, err = tally.Total(ctx, tx, p.Form.Sheet, top); err != nil {
		return err
	}
	if p.Answered, err = answered(ctx, tx, p.Actor, p.Form.ID); err != nil {
		return err
	}
	p.Stated, p.Asked, err = Said(ctx, tx, p.Actor, p.Form.ID)
	return err
}

// fill reads a page of the table.
func (p *showPage) fill(ctx context.Context, tx *db.Tx, after string) (err error) {
	const most = 100
	if p.Rows, err = rows(ctx, tx, p.Actor, p.Form, after, most+1); err != nil || len(p.Rows) == 0 {
		return err
	}
	if len(p.Rows) > most {
		p.Rows = p.Rows[:most]
		p.Next = "/statements/" + p.Form.ID + "?after=" + p.Rows[most-1].path
	}
	said, err := between(ctx, tx, p.Form, p.Rows[0].path, auth.After(p.Rows[len(p.Rows)-1].path))
	if err != nil {
		return err
	}
	byUnit := map[int64]Statement{}
	for _, st := range said {
		byUnit[st.Unit] = st
	}
	for i := range p.Rows {
		p.Rows[i].Statement = byUnit[p.Rows[i].unit]
	}
	return nil
}

// belongs reads what the form belongs to, as far as the reader may see it.
func (p *showPage) belongs(ctx context.Context, tx *db.Tx) (err error) {
	if p.Form.Rollout != "" {
		if p.Rollout, err = rollout.Get(ctx, tx, p.Actor, p.Form.Rollout); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if p.Form.Directive != "" {
		if p.Paper, err = directive.Get(ctx, tx, p.Actor, p.Form.Directive); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// trace is where a figure of an item opens to its sources.
func (p showPage) trace(unitKey, what string, n int, subtree bool) string {
	return tally.Href(p.Form.Sheet, unitKey, lane(what, n), subtree)
}
