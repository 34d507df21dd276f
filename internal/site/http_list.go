package site

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

type listPage struct {
	web.Page
	Gathering Gathering
	Filter    Filter
	Sites     []Site
	Counts    map[int64]counted
	States    map[State]int64 // of the whole conference
	Branches  []Branch        // likewise
	Lines     int64           // of the checklist, a bit for each
	Message   fault.Text
	After     int64
	More      bool
	MayAdd    bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error { return s.listPage(w, r, nil) }

func (s *server) listPage(w http.ResponseWriter, r *http.Request, failed error) error {
	q := r.URL.Query()
	p := listPage{Page: s.site.Page(r, "site.title"), Filter: Filter{State: State(q.Get("state")), Query: vn.Clean(q.Get("q")), Unchecked: q.Get("unchecked") != ""}, After: after(r)}
	status := http.StatusOK
	if failed != nil {
		if status, p.Message = web.Status(failed), fault.Of(failed).Text; status != http.StatusConflict {
			return failed
		}
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Gathering, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if key := q.Get("under"); key != "" {
			if p.Filter.Under, err = org.Get(ctx, tx, p.Actor, key); err != nil {
				return err
			}
		}
		lines, err := Lines(ctx, tx, p.Gathering.ID)
		if err != nil {
			return err
		}
		p.Lines = mask(lines)
		if p.Sites, err = List(ctx, tx, p.Actor, p.Gathering, p.Filter, p.After, pageSize+1); err != nil {
			return err
		}
		if p.More = len(p.Sites) > pageSize; p.More {
			p.Sites = p.Sites[:pageSize]
		}
		if p.Counts, err = countsAt(ctx, tx, p.Gathering.ID, p.Sites); err != nil || !p.Actor.Covers(p.Gathering.path) {
			return err
		}
		if p.States, err = states(ctx, tx, p.Gathering.ID); err != nil {
			return err
		}
		p.Branches, err = branchCounts(ctx, tx, p.Gathering)
		return err
	}); err != nil {
		return err
	}
	p.MayAdd = mayArrange(p.Actor, p.Gathering) == nil && p.Gathering.open() == nil
	return web.Render(w, r, status, listView(p))
}

func (p listPage) base() string { return "/conferences/" + p.Gathering.ID + "/sites" }

// next and first are the ways through the list: on, and back to its beginning.
func (p listPage) next() string {
	if !p.More {
		return ""
	}
	return p.link(p.Sites[len(p.Sites)-1].N)
}

func (p listPage) first() string {
	if p.After == 0 {
		return ""
	}
	return p.link(0)
}

func (p listPage) link(after int64) string {
	v := url.Values{}
	if after > 0 {
		v.Set("after", strconv.FormatInt(after, 10))
	}
	if p.Filter.State != "" {
		v.Set("state", string(p.Filter.State))
	}
	if p.Filter.Query != "" {
		v.Set("q", p.Filter.Query)
	}
	if p.Filter.Unchecked {
		v.Set("unchecked", "1")
	}
	if p.Filter.Under.Key != "" {
		v.Set("under", p.Filter.Under.Key)
	}
	return strings.TrimSuffix(p.base()+"?"+v.Encode(), "?")
}

// unchecked reports whether the checklist of a site on the page is not all ticked.
func (p listPage) unchecked(s Site) bool { return s.Checks&p.Lines != p.Lines }

func (s *server) remind(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Remind(ctx, tx, by, id) }); err != nil {
		return s.listPage(w, r, err)
	}
	return web.SeeSaid(w, r, "site.said.reminded", "/conferences/%s/sites", id)
}

// linesPage is the page to write the checklist of a conference.
type linesPage struct {
	web.Page
	Gathering Gathering
	Texts     []string // one for each line there may be
	Wrong     map[string]fault.Text
}

func (s *server) checklist(w http.ResponseWriter, r *http.Request) error {
	return s.linesPage(w, r, nil, nil)
}

func (s *server) linesPage(w http.ResponseWriter, r *http.Request, typed []string, failed error) error {
	p := linesPage{Page: s.site.Page(r, "site.checklist"), Texts: make([]string, MaxLines)}
	status := http.StatusOK
	if failed != nil {
		f := fault.Of(failed)
		if f.Kind != fault.Invalid {
			return failed
		}
		status, p.Wrong = web.Status(failed), f.Fields
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Gathering, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := mayArrange(p.Actor, p.Gathering); err != nil {
			return err
		}
		lines, err := Lines(ctx, tx, p.Gathering.ID)
		for _, l := range lines {
			p.Texts[l.N-1] = lineText(p.Page, l)
		}
		return err
	}); err != nil {
		return err
	}
	if failed != nil {
		copy(p.Texts, typed)
	}
	return web.Render(w, r, status, linesView(p))
}

func (s *server) setLines(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return SetLines(ctx, tx, by, id, v["line"]) }); err != nil {
		return s.linesPage(w, r, v["line"], err)
	}
	return web.SeeSaid(w, r, "site.said.lines", "/conferences/%s/sites", id)
}

// lineText says what a line of a checklist asks.
func lineText(p web.Page, l Line) string {
	if l.Text != "" {
		return l.Text
	}
	return p.T("site.line." + strconv.FormatInt(l.N, 10))
}

func (s *server) check(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	var lines []int64
	for _, l := range v["lines"] {
		lines = append(lines, number(l))
	}
	return s.act(w, r, "site.said.checked", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
		return TickLines(ctx, tx, by, id, n, web.Version(r), lines)
	})
}
