package paper

import (
	"context"
	"net/http"
	"regexp"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

const pageSize = 50

type server struct {
	site  *web.Site
	db    *db.DB
	files *file.Store
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, files *file.Store) {
	s := &server{site, d, files}
	site.Handle("GET /papers", web.SignedIn, s.list)
	site.Handle("GET /papers/{id}", web.SignedIn, s.show)
	site.Handle("GET /papers/{id}/file", web.SignedIn, s.file)
	site.Handle("POST /papers/{id}/withdrawal", web.SignedIn, s.withdraw)
	site.Handle("GET /units/{key}/letterhead", web.SignedIn, s.letterhead)
	site.Handle("POST /units/{key}/letterhead", web.SignedIn, s.setLetterhead)
}

type listPage struct {
	web.Page
	Unit   org.Unit
	Filter Filter
	Years  []string
	Papers []Paper
	Offset int
	More   bool
}

var year = regexp.MustCompile(`^\d{4}$`)

// list is the register of the unit by acts for, or of one under it.
func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := listPage{Page: s.site.Page(r, "paper.title"), Filter: Filter{Kind: Kind(q.Get("kind"))}}
	if y := q.Get("year"); year.MatchString(y) {
		p.Filter.Year = y
	}
	p.Offset = web.Offset(r)
	key := q.Get("unit")
	if key == "" {
		key = p.Actor.UnitKey
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Unit, err = org.Get(ctx, tx, p.Actor, key); err != nil {
			return err
		}
		p.Filter.Unit = p.Unit.ID
		if p.Years, err = Years(ctx, tx, p.Unit.ID); err != nil {
			return err
		}
		p.Papers, err = List(ctx, tx, p.Actor, p.Filter, p.Offset, pageSize+1)
		return err
	})
	if err != nil {
		return err
	}
	p.Papers, p.More = web.Cut(p.Papers, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

type showPage struct {
	web.Page
	Paper       Paper
	MayWithdraw bool
	Wrong       map[string]fault.Text
	Message     fault.Text
	Reason      string
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error { return s.page(w, r, nil) }

// page shows a paper; after a failed deed with what went wrong.
func (s *server) page(w http.ResponseWriter, r *http.Request, failed error) error {
	p := showPage{Page: s.site.Page(r, "paper.title"), Reason: r.PostFormValue("reason")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Paper, err = Get(ctx, tx, p.Actor, r.PathValue("id"))
		return err
	})
	if err != nil {
		return err
	}
	p.Title = p.T("paper.numbered", p.Paper.Symbol)
	p.MayWithdraw = mayIssue(p.Actor, p.Paper.Unit) == nil && p.Paper.Standing()
	return web.Render(w, r, status, showView(p))
}

// file sends the bytes that were kept when the paper was issued.
func (s *server) file(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := Get(ctx, tx, by, id)
		return err
	}); err != nil {
		return err
	}
	f, err := Keep(r.Context(), s.db, s.files, id)
	if err != nil {
		return err
	}
	return s.files.Serve(w, r, f)
}

func (s *server) withdraw(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Withdraw(ctx, tx, by, id, r.PostFormValue("reason"))
	}); err != nil {
		return s.page(w, r, err)
	}
	return web.SeeSaid(w, r, "paper.said.withdrawn", "/papers/%s", id)
}

type headPage struct {
	web.Page
	Unit    org.Unit
	Set     Letterhead // as the unit has set it, or as it was typed
	Printed Letterhead
	Format  Format
	Sample  string // a number as it will be printed
	MaySet  bool
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) letterhead(w http.ResponseWriter, r *http.Request) error {
	return s.headPage(w, r, nil, Letterhead{})
}

func (s *server) headPage(w http.ResponseWriter, r *http.Request, failed error, typed Letterhead) error {
	p := headPage{Page: s.site.Page(r, "paper.letterhead")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		if p.Set, err = LetterheadOf(ctx, tx, p.Unit.ID); err != nil {
			return err
		}
		if p.Printed, err = Printed(ctx, tx, p.Actor.Tree, p.Unit.ID); err != nil {
			return err
		}
		if p.Format, err = FormatOn(p.Printed.Family, vn.DayOf(tx.Now)); err != nil {
			return err
		}
		p.Page, err = org.Crumbs(ctx, tx, p.Page, p.Unit)
		return err
	})
	if err != nil {
		return err
	}
	if failed != nil {
		typed.Version = web.Version(r)
		p.Set = typed
	}
	p.Sample = p.Format.Symbol(1, p.Format.Kinds[Report].Code, p.Printed.Symbol)
	p.MaySet = maySetLetterhead(p.Actor) == nil
	return web.Render(w, r, status, letterheadView(p))
}

func (s *server) setLetterhead(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, key := auth.FromContext(r.Context()), r.PathValue("key")
	l := Letterhead{Family: Family(v.Get("family")), Upper: v.Get("upper"), Own: v.Get("own"), Place: v.Get("place"), Symbol: v.Get("symbol"), Body: v.Get("body")}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return SetLetterhead(ctx, tx, by, key, web.Version(r), l)
	}); err != nil {
		return s.headPage(w, r, err, l)
	}
	return web.SeeSaid(w, r, "paper.said.letterhead", "/units/%s/letterhead", key)
}
