package rollout

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// showPage is a rollout's page: how it stands, unit by unit, and who has not.
type showPage struct {
	web.Page
	Rollout    Rollout
	Directives []directive.Directive
	Modes      []Mode
	Demands    []Demand
	Events     []Event
	Opening    job.Job
	Total      tally.Vec
	Wide       bool         // of too many units to show all
	Top        org.Unit     // whose total it is
	Above      []org.Unit   // from the scope down to Top, itself included
	Obliged    int64        // units under Top
	OwnSteps   []Obligation // of Top, of many units
	Next       int64        // where the next units come, 0 for none
	after      int64
	Units      []unitRow // filtered and sorted
	All        []unitRow
	Owes       []Step // steps that any unit owes
	Sort       string
	State      string
	MayDraft   bool
	MayApprove bool
	MayFollow  bool
	Older      Rollout // which it takes the place of
	Newer      Rollout // which took its place
	Failed     string  // noun of the form that was refused
	Message    fault.Text
	Wrong      map[string]fault.Text
	Typed      url.Values
}

// reason is what was typed as the reason in the form of a noun that was refused.
func (p showPage) reason(noun string) string {
	if p.Failed == noun {
		return p.Typed.Get("reason")
	}
	return ""
}

// wrong is what is wrong in the form of a noun, nothing if another was refused.
func (p showPage) wrong(noun string) map[string]fault.Text {
	if p.Failed == noun {
		return p.Wrong
	}
	return nil
}

// unitRow is one unit on a rollout's page.
type unitRow struct {
	Unit  int64
	Key   string
	Name  string
	Own   tally.Vec
	Steps map[Step]Obligation
	Plan  string // message key of the state of its plan, "" if it has none
	Taken string // who took its duties over, "" if nobody has
	Many  bool   // it stands for all units at and under it
	order int    // in the tree
}

func (u unitRow) get(lane string) int64 { return u.Own.Get(kind.Lane(lane)) }

// due is how many of the unit's members are due.
func (u unitRow) due() int64 { return u.get("expected") - u.get("exempt") }

// worst returns the state that the unit's tile has: late if anything is, done
// if everything is that has a day behind it or near, else under way.
func (u unitRow) worst(today vn.Day) web.State {
	state := web.Done
	for _, o := range u.Steps {
		switch o.Standing(today) {
		case StandLate:
			return web.Late
		case StandExtended, StandSoon:
			state = web.Soon
		}
	}
	if o, ok := u.Steps[Hold]; ok && o.DoneAt.IsZero() && state == web.Done {
		return web.None
	}
	return state
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, nil)
}

// page shows a rollout, with what was typed in a form that failed refused.
func (s *server) page(w http.ResponseWriter, r *http.Request, failed error) error {
	p, status := showPage{Page: s.site.Page(r, "rollout.title")}, http.StatusOK
	if failed != nil {
		f := fault.Of(failed)
		status, p.Message, p.Wrong, p.Typed = web.Status(failed), f.Text, f.Fields, r.PostForm
		p.Failed = path.Base(r.URL.Path)
	}
	p.Sort, p.State = r.URL.Query().Get("sort"), r.URL.Query().Get("state")
	p.after, _ = strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // a bad place is the beginning
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Rollout, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		return s.load(ctx, tx, &p, r.URL.Query().Get("under"))
	})
	if err != nil {
		return err
	}
	p.Title = p.Rollout.Title
	p.MayDraft, p.MayApprove = mayDraft(p.Actor, p.Rollout.Unit) == nil, MayApprove(p.Actor, p.Rollout.Unit) == nil
	p.MayFollow = MayFollow(p.Actor, 0) == nil && p.Rollout.State == Open && p.Actor.Covers(p.Rollout.ScopePath)
	p.arrange()
	return web.Render(w, r, status, showView(p))
}

func (s *server) load(ctx context.Context, tx *db.Tx, p *showPage, under string) (err error) {
	if p.Directives, p.Modes, err = Directives(ctx, tx, p.Actor, p.Rollout); err != nil {
		return err
	}
	if p.Demands, err = Demands(ctx, tx, p.Rollout); err != nil {
		return err
	}
	if p.Rollout.Replaces != "" {
		if p.Older, err = Get(ctx, tx, p.Actor, p.Rollout.Replaces); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if p.Rollout.State == Replaced {
		if p.Newer, err = Successor(ctx, tx, p.Actor, p.Rollout); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if p.Events, err = Events(ctx, tx, p.Rollout); err != nil {
		return err
	}
	if p.Rollout.Sheet == 0 {
		return nil
	}
	if p.Opening, err = opening(ctx, tx, p.Rollout); err != nil {
		return err
	}
	if p.Top, err = Top(ctx, tx, p.Actor, p.Rollout, under); err != nil {
		return err
	}
	if p.Total, err = tally.Total(ctx, tx, p.Rollout.Sheet, p.Top.ID); err != nil {
		return err
	}
	whole, err := tally.Total(ctx, tx, p.Rollout.Sheet, p.Rollout.Scope)
	if err != nil {
		return err
	}
	if p.Wide = Wide(whole); p.Wide {
		return p.under(ctx, tx)
	}
	obligations, err := Obligations(ctx, tx, p.Actor, p.Rollout.ID)
	if err != nil {
		return err
	}
	nodes, err := tally.NodesOf(ctx, tx, p.Rollout.Sheet, unitsOf(obligations))
	if err != nil {
		return err
	}
	plans, err := s.plans(ctx, tx, p.Actor, p.Rollout.ID)
	p.All = rows(obligations, nodes, plans)
	p.Obliged = int64(len(p.All))
	return err
}

func unitsOf(all []Obligation) (units []int64) {
	for i, o := range all {
		if i == 0 || all[i-1].Unit != o.Unit {
			units = append(units, o.Unit)
		}
	}
	return units
}

// rows puts a unit's obligations, figures and plan side by side, in tree order.
func rows(obligations []Obligation, nodes map[int64]tally.Node, plans map[int64]string) []unitRow {
	var all []unitRow
	for _, o := range obligations {
		if len(all) == 0 || all[len(all)-1].Unit != o.Unit {
			key, taken := o.UnitKey, ""
			if o.TakenOver() {
				key, taken = o.KeeperKey, o.KeeperName
			}
			all = append(all, unitRow{Taken: taken, Unit: o.Unit, Key: key, Name: o.UnitName, Own: nodes[o.Unit].Own, Steps: map[Step]Obligation{}, Plan: plans[o.Unit], order: len(all)})
		}
		all[len(all)-1].Steps[o.Step] = o
	}
	return all
}

// arrange filters and sorts the units as the page's address says.
func (p *showPage) arrange() {
	today := vn.DayOf(p.Now)
	for _, s := range Steps {
		if p.Wide {
			if p.lane(string(s)+"_due") > 0 {
				p.Owes = append(p.Owes, s)
			}
			continue
		}
		if slices.ContainsFunc(p.All, func(u unitRow) bool { _, ok := u.Steps[s]; return ok }) {
			p.Owes = append(p.Owes, s)
		}
	}
	for _, u := range p.All {
		if p.State == "" || slices.ContainsFunc(Steps, func(s Step) bool {
			o, ok := u.Steps[s]
			return ok && string(o.Standing(today)) == p.State
		}) {
			p.Units = append(p.Units, u)
		}
	}
	by := map[string]func(a, b unitRow) int{
		"name":  func(a, b unitRow) int { return cmp.Compare(a.order, b.order) },
		"hold":  byDue(Hold),
		"adopt": byDue(Adopt),
		"reach": func(a, b unitRow) int {
			return cmp.Compare(a.get("persons")*max(1, b.due()), b.get("persons")*max(1, a.due()))
		},
		"size": func(a, b unitRow) int { return cmp.Compare(b.due(), a.due()) },
	}
	if f, ok := by[p.Sort]; ok {
		slices.SortStableFunc(p.Units, f)
	}
}

// byDue puts what is open before what is done, the soonest due first.
func byDue(s Step) func(a, b unitRow) int {
	return func(a, b unitRow) int {
		x, y := a.Steps[s], b.Steps[s]
		if x.DoneAt.IsZero() != y.DoneAt.IsZero() {
			if x.DoneAt.IsZero() {
				return -1
			}
			return 1
		}
		return cmp.Compare(x.Due, y.Due)
	}
}

func (p showPage) lane(name string) int64 { return p.Total.Get(kind.Lane(name)) }

func (p showPage) trace(lane string) string {
	return tally.Href(p.Rollout.Sheet, p.Top.Key, lane, true)
}

// figures are the strip on top: one figure per step that is owed.
func (p showPage) figures() []web.Figure {
	var all []web.Figure
	for _, s := range p.Owes {
		if s == Reach {
			all = append(all, p.reachFigure())
			continue
		}
		declared := int64(0)
		if s == Hold {
			declared = p.lane("declared_held")
		}
		done, due, late := p.lane(s.DoneLane()), p.lane(string(s)+"_due"), p.lane(string(s)+"_late")
		all = append(all, web.Figure{
			Value: done, Of: due, HasOf: true, Href: p.trace(s.DoneLane()), OfHref: p.trace(string(s) + "_due"), Text: p.T("rollout.figure." + string(s)), Note: p.note(s, declared, late),
			Segments: []web.Segment{{State: web.Done, Of: done}, {State: web.Soon, Of: declared}, {State: web.Late, Of: late}},
		})
	}
	return all
}

func (p showPage) reachFigure() web.Figure {
	persons, due, declared := p.lane("persons"), p.lane("expected")-p.lane("exempt"), p.lane("declared_persons")
	note := p.T("rollout.note.reach", p.Int(p.lane("attended")), p.Int(p.lane("exempt")))
	if declared > 0 {
		note = p.T("rollout.note.reach_declared", note, p.Int(declared))
	}
	return web.Figure{
		Value: persons, Of: due, HasOf: true, Href: p.trace("persons"), OfHref: p.trace("expected"), Text: p.T("rollout.figure.reach", p.Percent(persons, due)), Note: note,
		Segments: []web.Segment{{State: web.Done, Of: persons}, {State: web.Soon, Of: declared}},
	}
}

// note is the line under a figure: the deadline as given, what is late, what
// was declared.
func (p showPage) note(s Step, declared, late int64) string {
	text := ""
	for _, d := range p.Demands {
		if d.Step == s && (text == "" || d.Level == 1) {
			text = p.T("rollout.note.due", p.Page.Deadline(d.Deadline))
		}
	}
	if late > 0 {
		text = p.T("rollout.note.late", text, p.Int(late))
	}
	if n := p.lane(string(s) + "_extended"); n > 0 {
		text = p.T("rollout.note.extended", text, p.Int(n))
	}
	if declared > 0 {
		text = p.T("rollout.note.declared", text, p.Int(declared))
	}
	return text
}

// tiles are the units as a treemap shows them.
func (p showPage) tiles() []web.Tile {
	if p.Wide {
		return p.underTiles()
	}
	today := vn.DayOf(p.Now)
	var all []web.Tile
	for _, u := range p.All {
		state := u.worst(today)
		all = append(all, web.Tile{
			Label: p.T("rollout.tile", u.Name, p.Int(u.get("persons")), p.Int(u.due()), p.T("rollout.tile."+string(state))),
			Href:  "/rollouts/" + p.Rollout.ID + "/units/" + u.Key, Size: max(1, u.due()), State: state,
		})
	}
	return all
}

// count returns how many obligations stand so today.
func (p showPage) count(st Standing) (n int64) {
	today := vn.DayOf(p.Now)
	for _, u := range p.All {
		for _, o := range u.Steps {
			if o.Standing(today) == st {
				n++
			}
		}
	}
	return n
}

// behind returns the obligations that are late, or due within days: who has
// not, the longest first.
func (p showPage) behind() []Obligation {
	var all []Obligation
	for _, u := range p.All {
		for _, s := range Steps {
			if o, ok := u.Steps[s]; ok {
				all = append(all, o)
			}
		}
	}
	return Behind(all, vn.DayOf(p.Now))
}

// behindUnits is how many units a reminder would reach.
func (p showPage) behindUnits() int {
	if p.Wide {
		n := int64(0)
		for _, s := range p.Owes {
			n = max(n, s.Left(p.Total))
		}
		return int(n)
	}
	units := map[int64]bool{}
	for _, o := range p.behind() {
		units[o.Unit] = true
	}
	return len(units)
}

// link is the page's own address with another order or filter.
func (p showPage) link(sort, state string) string {
	v := url.Values{}
	if sort != "" {
		v.Set("sort", sort)
	}
	if state != "" {
		v.Set("state", state)
	}
	if len(v) == 0 {
		return "/rollouts/" + p.Rollout.ID
	}
	return "/rollouts/" + p.Rollout.ID + "?" + v.Encode()
}
