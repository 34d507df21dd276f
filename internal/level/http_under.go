package level

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/rung"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// pageSize is how many units a page shows.
const pageSize = 100

// A row is a unit with the figures of all under it, and the conferences that it
// holds itself.
type row struct {
	tally.Child
	Counts
	Asked bool
	Held  []conference.Conference
}

// underPage is a level looked at under a unit.
type underPage struct {
	web.Page
	Conference conference.Conference
	Level      Level
	Top        org.Unit
	Above      []org.Unit
	Counts     Counts
	Own        row // of Top
	Rows       []row
	Papers     []string                   // that are asked for and have records
	Has        map[string]map[string]bool // by paper, by conference
	After      int64
	Next       int64
	Units      []lacking // of pending
}

// A lacking unit has no conference; Over is what the unit above it is called.
type lacking struct {
	tally.Child
	Over string
}

// name finds what some units are called, and those above them.
func (p *underPage) name(ctx context.Context, tx *db.Tx, sheet tally.Sheet, units []int64) error {
	e, err := epoch.ByID(ctx, tx, sheet.Epoch)
	if err != nil {
		return err
	}
	over, all := map[int64]int64{}, slices.Clone(units)
	for _, u := range units {
		if at, ok := e.Index(u); ok && u != sheet.Root {
			over[u] = e.Parent(at)
			all = append(all, over[u])
		}
	}
	slices.Sort(all)
	named, err := tally.Units(ctx, tx, p.Actor, sheet.Tree, slices.Compact(all))
	for _, u := range units {
		if c, ok := named[u]; ok {
			p.Units = append(p.Units, lacking{c, named[over[u]].UnitName})
		}
	}
	return err
}

// look finds the level and the unit of a request.
func (p *underPage) look(ctx context.Context, tx *db.Tx, r *http.Request) (sheet tally.Sheet, err error) {
	if p.Conference, p.Level, err = Get(ctx, tx, p.Actor, r.PathValue("id"), number(r.PathValue("n"))); err != nil {
		return sheet, err
	}
	if p.Level.Sheet == 0 {
		return sheet, fault.New(fault.NotFound, "error.not_found")
	}
	highest, err := top(ctx, tx, p.Actor, p.Conference.Unit)
	if err != nil {
		return sheet, err
	}
	if p.Top = highest; r.URL.Query().Get("under") != "" {
		if p.Top, err = org.Get(ctx, tx, p.Actor, r.URL.Query().Get("under")); err != nil {
			return sheet, err
		}
	}
	if p.Above, err = org.Ancestors(ctx, tx, p.Actor, p.Top); err != nil {
		return sheet, err
	}
	p.Above = slices.DeleteFunc(p.Above, func(u org.Unit) bool { return !strings.HasPrefix(u.Path, highest.Path) })
	p.After = max(0, number(r.URL.Query().Get("after")))
	n, err := tally.NodeOf(ctx, tx, p.Level.Sheet, p.Top.ID)
	if err != nil {
		return sheet, err
	}
	p.Counts, p.Own = countsOf(n.Total), row{Child: tally.Child{Node: n, UnitKey: p.Top.Key, UnitName: p.Top.Name}, Counts: countsOf(n.Own)}
	return tally.Find(ctx, tx, p.Level.Sheet)
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	p := underPage{Page: s.site.Page(r, "level.title"), Has: map[string]map[string]bool{}}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		sheet, err := p.look(ctx, tx, r)
		if err != nil {
			return err
		}
		children, err := tally.ChildrenOf(ctx, tx, p.Actor, sheet, p.Top.ID, p.After, pageSize+1)
		if err != nil {
			return err
		}
		if len(children) > pageSize {
			children = children[:pageSize]
			p.Next = children[pageSize-1].Unit
		}
		for _, c := range children {
			p.Rows = append(p.Rows, row{Child: c, Counts: countsOf(c.Total), Asked: countsOf(c.Own).Due > 0})
		}
		p.Own.Asked = p.Own.Due > 0
		return s.conferences(ctx, tx, &p)
	})
	if err != nil {
		return err
	}
	p.Title = p.T("level.nth", p.Level.N)
	return web.Render(w, r, http.StatusOK, underView(p))
}

// conferences reads the conferences of the units of a page, and their papers.
func (s *server) conferences(ctx context.Context, tx *db.Tx, p *underPage) error {
	rows := map[int64]*row{}
	var units []int64
	for i := range p.Rows {
		if r := &p.Rows[i]; r.Asked {
			rows[r.Unit], units = r, append(units, r.Unit)
		}
	}
	if p.Own.Asked {
		rows[p.Own.Unit], units = &p.Own, append(units, p.Own.Unit)
	}
	held, err := conference.HeldBy(ctx, tx, p.Actor, p.Conference.ID, p.Level.N, units)
	if err != nil {
		return err
	}
	var ids []string
	for _, c := range held {
		if r := rows[c.Unit]; r != nil {
			r.Held, ids = append(r.Held, c), append(ids, c.ID)
		}
	}
	for _, paper := range p.Level.Papers {
		if evidence := s.evidence[paper]; evidence != nil {
			p.Papers = append(p.Papers, paper)
			if p.Has[paper], err = evidence(ctx, tx, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *server) pending(w http.ResponseWriter, r *http.Request) error {
	p := underPage{Page: s.site.Page(r, "level.pending")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		sheet, err := p.look(ctx, tx, r)
		if err != nil {
			return err
		}
		k := rung.Kind()
		units, next, err := tally.Lacking(ctx, tx, tally.Lack{
			Sheet: sheet, Top: p.Top.ID, Done: []tally.Lane{k.Lane("begun")}, Due: []tally.Lane{k.Lane("due")}, After: tally.Place(p.After), Limit: pageSize,
		})
		if err != nil {
			return err
		}
		p.Next = int64(next)
		return p.name(ctx, tx, sheet, units)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, pendingView(p))
}

// late says how many of the units a page counts are late.
func (p underPage) late() int64 { return p.Level.Late(p.Counts, vn.DayOf(p.Now)) }

func (p underPage) next(part string) string {
	if p.Next == 0 {
		return ""
	}
	return href(p.Level, part, p.Top.Key, p.Next)
}

func (p underPage) first(part string) string {
	if p.After == 0 {
		return ""
	}
	return href(p.Level, part, p.Top.Key, 0)
}
