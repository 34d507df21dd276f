package coverage

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/clause"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Handle("GET /directives/{id}/coverage", web.SignedIn, s.coverage(clause.Directive))
	site.Handle("GET /plans/{id}/coverage", web.SignedIn, s.coverage(clause.Plan))
}

// coverPage shows who carries out the clauses of a paper.
type coverPage struct {
	web.Page
	Coverage
	Above    []org.Unit // the way down to the unit looked at, itself last
	Branches []Branch
	Next     int64
	One      clause.Covered // the clause looked at, with no ID if none is
	Doing    []Doing
	MaySet   bool
}

// mostDoing is how many rows that carry out a clause a page lists.
const mostDoing = 300

// coverage returns the page of who carries out the clauses of a paper of a kind.
func (s *server) coverage(kind string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q := r.URL.Query()
		p := coverPage{Page: s.site.Page(r, "coverage.title")}
		after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
		if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			p.Coverage, err = Of(ctx, tx, p.Actor, clause.Paper{Kind: kind, ID: r.PathValue("id")}, Look{q.Get("rollout"), q.Get("under")})
			if err != nil {
				return err
			}
			p.MaySet = kind == clause.Directive && clause.MaySet(p.Actor, p.Directive)
			if i := slices.IndexFunc(p.Rows, func(c clause.Covered) bool { return c.ID == q.Get("clause") }); i >= 0 {
				p.One = p.Rows[i]
			}
			return p.load(ctx, tx, max(0, after))
		}); err != nil {
			return err
		}
		return web.Render(w, r, http.StatusOK, coverView(p))
	}
}

func (p *coverPage) load(ctx context.Context, tx *db.Tx, after int64) error {
	if p.Rollout.ID == "" {
		return nil
	}
	above, err := org.Ancestors(ctx, tx, p.Actor, p.Top)
	if err != nil {
		return err
	}
	p.Above = slices.DeleteFunc(above, func(u org.Unit) bool { return !strings.HasPrefix(u.Path, p.Rollout.ScopePath) })
	if p.Branches, p.Next, err = Branches(ctx, tx, p.Actor, p.Coverage, p.One.ID, after, tally.MaxChildren); err != nil {
		return err
	}
	if p.One.ID != "" {
		p.Doing, err = Doers(ctx, tx, p.Actor, p.Coverage, p.One.ID, mostDoing)
	}
	return err
}

// link is the address of the page with what is looked at changed.
func (p coverPage) link(under, one string) string {
	v := url.Values{}
	if p.Rollout.ID != "" && len(p.Rollouts) > 1 {
		v.Set("rollout", p.Rollout.ID)
	}
	if under != "" {
		v.Set("under", under)
	}
	if one != "" {
		v.Set("clause", one)
	}
	href := p.Href() + "/coverage"
	if len(v) > 0 {
		href += "?" + v.Encode()
	}
	return href
}

// next is the address of the units that did not fit, "" for none.
func (p coverPage) next() string {
	if p.Next == 0 {
		return ""
	}
	return p.link(p.Top.Key, p.One.ID) + "&after=" + strconv.FormatInt(p.Next, 10)
}
