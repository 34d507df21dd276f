package app

import (
	"context"
	"embed"
	"net/http"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/clause"
	"nhipcau/internal/conference"
	"nhipcau/internal/coverage"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/filing"
	"nhipcau/internal/invitation"
	"nhipcau/internal/level"
	"nhipcau/internal/opinion"
	"nhipcau/internal/org"
	"nhipcau/internal/plan"
	"nhipcau/internal/reflection"
	"nhipcau/internal/report"
	"nhipcau/internal/rollout"
	"nhipcau/internal/statement"
	"nhipcau/internal/task"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// A workItem is one thing by's unit has to do.
type workItem struct {
	Title  string
	Note   string
	Due    vn.Day // "" if it has no day
	State  web.State
	When   string
	Href   string
	Action string
}

// worklist puts together what by's unit owes and what waits for by, the soonest
// first.
func worklist(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	var all []workItem
	for _, source := range []func(context.Context, *db.Tx, web.Page) ([]workItem, error){owedWork, conferenceWork, levelWork, invitedWork, secretaryWork, receivingWork, statementWork, formWork, signingWork, reflectionWork, quizWork, opinionWork, taskWork, targetWork, guidanceWork} {
		some, err := source(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b workItem) int { return compareDays(a.Due, b.Due) })
	return all, nil
}

// compareDays puts what has no day after what has one.
func compareDays(a, b vn.Day) int {
	switch {
	case a == b:
		return 0
	case a == "" || b != "" && b < a:
		return 1
	}
	return -1
}

func owedWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if !p.Actor.Is(auth.Clerk, auth.Secretary) {
		return nil, nil
	}
	const most = 100
	owed, err := rollout.Owed(ctx, tx, p.Actor)
	if err != nil {
		return nil, err
	}
	var begun []plan.Plan // only where one is owed: every page with a menu counts what is owed
	if slices.ContainsFunc(owed, func(o rollout.Obligation) bool { return o.Step == rollout.Adopt }) {
		if begun, err = plan.List(ctx, tx, p.Actor, plan.Filter{Unit: p.Actor.Unit}, 0, most); err != nil {
			return nil, err
		}
	}
	var all []workItem
	for _, o := range owed {
		state, when := rollout.Said(p, o)
		w := workItem{
			Title: p.T("rollout.do." + string(o.Step)), Note: o.Title, Due: o.Due, State: state, When: when,
			Href: stepHref(o), Action: p.T("app.do." + string(o.Step)),
		}
		for _, x := range begun {
			if o.Step == rollout.Adopt && x.Rollout == o.Rollout {
				w.Note, w.Href, w.Action = x.Title, "/plans/"+x.ID, p.T("app.open")
				w.Title = p.T("plan.work." + string(x.State))
			}
		}
		all = append(all, w)
	}
	return all, nil
}

// stepHref is where a unit goes to do what it owes.
func stepHref(o rollout.Obligation) string {
	switch o.Step {
	case rollout.Adopt:
		return "/plans/new?rollout=" + o.Rollout
	case rollout.Report:
		return "/reports/new?rollout=" + o.Rollout
	case rollout.Reach:
		return "/conferences/new?sort=makeup&rollout=" + o.Rollout
	}
	return "/conferences/new?rollout=" + o.Rollout
}

func conferenceWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if !p.Actor.Is(auth.Clerk, auth.Secretary) {
		return nil, nil
	}
	open, err := conference.Work(ctx, tx, p.Actor)
	var all []workItem
	for _, c := range open {
		w := workItem{Note: c.Title, Due: c.Day, State: web.None, When: p.Day(c.Day), Href: "/conferences/" + c.ID, Action: p.T("app.open")}
		switch {
		case c.State == conference.Draft:
			w.Title = p.T("conference.work.convene")
		case vn.DayOf(p.Now).Before(c.Day):
			w.Title = p.T("conference.work.ahead")
		default:
			w.Title, w.State, w.Href, w.Action = p.T("conference.work.roll"), web.Soon, "/conferences/"+c.ID+"/roll", p.T("app.do.roll")
		}
		all = append(all, w)
	}
	return all, err
}

// levelWork are the conferences that the plans of the units above ask for.
func levelWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if !p.Actor.Is(auth.Clerk, auth.Secretary) {
		return nil, nil
	}
	calls, err := level.Calls(ctx, tx, p.Actor, "")
	var all []workItem
	for _, c := range calls {
		last := c.Deadline.Last()
		w := workItem{
			Title: p.T("level.work", c.Title), Note: c.Audience, Due: last, State: web.None, When: p.Deadline(c.Deadline),
			Href: level.Start(c), Action: p.T("level.start"),
		}
		if last.Before(vn.DayOf(p.Now)) {
			w.State, w.When = web.Late, p.T("rollout.stand.late", last.DaysUntil(vn.DayOf(p.Now)))
		}
		all = append(all, w)
	}
	return all, err
}

// invitedWork are the invitations of the reader that wait for an answer.
func invitedWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	open, err := invitation.Waiting(ctx, tx, p.Actor)
	var all []workItem
	for _, m := range open {
		all = append(all, workItem{
			Title: p.T("invitation.work.answer"), Note: m.Title, Due: m.Day, State: web.Soon, When: p.Day(m.Day),
			Href: "/my-invitations", Action: p.T("invitation.work.do"),
		})
	}
	return all, err
}

func secretaryWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if !p.Actor.Is(auth.Secretary) {
		return nil, nil
	}
	var all []workItem
	waiting, err := rollout.Waiting(ctx, tx, p.Actor)
	if err != nil {
		return nil, err
	}
	for _, r := range waiting {
		all = append(all, workItem{Title: p.T("rollout.work.approve"), Note: r.Title, State: web.Soon, When: p.T("app.waiting"), Href: "/rollouts/" + r.ID, Action: p.T("app.look")})
	}
	return all, nil
}

func receivingWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if !p.Actor.Is(auth.Clerk, auth.Secretary) {
		return nil, nil
	}
	const most = 100
	reports, err := report.Waiting(ctx, tx, p.Actor, most)
	var all []workItem
	for _, x := range reports {
		all = append(all, workItem{Title: p.T("report.work.receive"), Note: x.UnitName + " · " + x.RolloutTitle, State: web.Soon, When: p.T("app.waiting"), Href: "/reports/" + x.ID, Action: p.T("app.look")})
	}
	return all, err
}

func statementWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if !p.Actor.Is(auth.Clerk, auth.Secretary) {
		return nil, nil
	}
	owed, err := statement.Owing(ctx, tx, p.Actor)
	var all []workItem
	for _, f := range owed {
		w := workItem{
			Title: p.T("statement.work", f.Title), Note: f.Period + " · " + f.UnitName, Due: f.LastDay, State: web.None, When: p.Day(f.LastDay),
			Href: "/statements/" + f.ID + "/units/" + p.Actor.UnitKey, Action: p.T("app.open"),
		}
		if f.LastDay.Before(vn.DayOf(p.Now)) {
			w.State, w.When = web.Late, p.T("rollout.stand.late", f.LastDay.DaysUntil(vn.DayOf(p.Now)))
		}
		all = append(all, w)
	}
	return all, err
}

func formWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if !p.Actor.Is(auth.Clerk, auth.Secretary) {
		return nil, nil
	}
	owed, err := filing.Owing(ctx, tx, p.Actor)
	var all []workItem
	for _, o := range owed {
		w := workItem{
			Title: p.T("filing.work", o.Title), Note: o.Period.Name + " · " + o.Owner, Due: o.LastDay, State: web.None, When: p.Day(o.LastDay),
			Href: "/periods/" + o.Period.ID + "/returns/" + o.UnitKey, Action: p.T("app.open"),
		}
		if o.Unit != "" {
			w.Note = o.Unit + " · " + w.Note
		}
		if today := vn.DayOf(p.Now); o.LastDay.Before(today) {
			w.State, w.When = web.Late, p.T("rollout.stand.late", o.LastDay.DaysUntil(today))
		}
		all = append(all, w)
	}
	return all, err
}

// reflectionWork are the papers by has to hand in; for once it is by the person.
func reflectionWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if p.Actor.Member == 0 {
		return nil, nil
	}
	owed, err := reflection.Owing(ctx, tx, p.Actor)
	var all []workItem
	for _, o := range owed {
		w := workItem{
			Title: p.T("reflection.work"), Note: o.Title, Due: o.LastDay, State: web.None, When: p.Day(o.LastDay),
			Href: "/conferences/" + o.Conference + "/reflections/mine", Action: p.T("app.open"),
		}
		if o.Returned {
			w.Title, w.State = p.T("reflection.work.returned"), web.Soon
		}
		if o.LastDay.Before(vn.DayOf(p.Now)) {
			w.State, w.When = web.Late, p.T("rollout.stand.late", o.LastDay.DaysUntil(vn.DayOf(p.Now)))
		}
		all = append(all, w)
	}
	return all, err
}

// opinionWork are the consultations that wait for by's unit or for by.
func opinionWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	owed, err := opinion.Owing(ctx, tx, p.Actor)
	var all []workItem
	for _, c := range owed {
		last := c.Deadline.Last()
		w := workItem{
			Title: p.T("app.work.opinion"), Note: c.Title + " · " + c.UnitName, Due: last, State: web.None, When: p.Deadline(c.Deadline),
			Href: "/opinions/" + c.ID, Action: p.T("app.open"),
		}
		if last.Before(vn.DayOf(p.Now)) {
			w.State, w.When = web.Late, p.T("rollout.stand.late", last.DaysUntil(vn.DayOf(p.Now)))
		}
		all = append(all, w)
	}
	return all, err
}

// taskWork are the tasks by works on, and how many that their unit gave wait for an
// answer.
func taskWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	const most = 100
	open, err := task.Owing(ctx, tx, p.Actor, most)
	if err != nil {
		return nil, err
	}
	var all []workItem
	today := vn.DayOf(p.Now)
	for _, t := range open {
		w := workItem{Title: p.T("task.work.do"), Note: t.Short(), Due: t.Due, State: web.None, When: p.Day(t.Due), Href: "/tasks/" + t.ID, Action: p.T("app.open")}
		if t.Returned {
			w.Title = p.T("task.work.returned")
		}
		switch t.State(today) {
		case task.Late:
			w.State, w.When = web.Late, p.T("rollout.stand.late", t.Due.DaysUntil(today))
		case task.Soon:
			w.State = web.Soon
		}
		all = append(all, w)
	}
	if !p.Actor.Is(auth.Clerk, auth.Secretary) {
		return all, nil
	}
	done, asks, err := task.Answers(ctx, tx, p.Actor, most)
	if done > 0 {
		all = append(all, workItem{Title: p.T("task.work.verify"), Note: p.T("task.work.count", p.Int(done)), State: web.Soon, When: p.T("app.waiting"), Href: "/tasks?side=given&state=waiting", Action: p.T("app.look")})
	}
	if asks > 0 {
		all = append(all, workItem{Title: p.T("task.work.answer"), Note: p.T("task.work.count", p.Int(asks)), State: web.Soon, When: p.T("app.waiting"), Href: "/tasks?side=given&state=asks", Action: p.T("app.look")})
	}
	return all, err
}

type workPage struct {
	web.Page
	Items   []workItem
	Coming  []conference.Conference // what by is invited to
	Running []rollout.Rollout
}

// work shows what by has to do.
func (h *house) work(w http.ResponseWriter, r *http.Request) error {
	const few = 5
	p := workPage{Page: h.site.Page(r, "app.work")}
	err := h.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Items, err = worklist(ctx, tx, p.Page); err != nil {
			return err
		}
		if p.Coming, err = conference.List(ctx, tx, p.Actor, conference.Filter{}, 0, few); err != nil {
			return err
		}
		p.Running, err = rollout.List(ctx, tx, p.Actor, "", 0, few)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, workView(p))
}

// usedBy lists the rollouts of a directive for its page.
func usedBy(ctx context.Context, tx *db.Tx, by auth.Actor, id string) ([]directive.Use, error) {
	all, err := rollout.Using(ctx, tx, by, id)
	var uses []directive.Use
	for _, r := range all {
		uses = append(uses, directive.Use{Href: "/rollouts/" + r.ID, Text: r.Title})
	}
	return uses, err
}

// outline lists the clauses of a directive for its page, with who carries them out.
func outline(ctx context.Context, tx *db.Tx, by auth.Actor, d directive.Directive) (directive.Outline, error) {
	o := directive.Outline{Coverage: "/directives/" + d.ID + "/coverage"}
	if clause.MaySet(by, d) {
		o.Set = "/directives/" + d.ID + "/clauses"
	}
	c, err := coverage.Of(ctx, tx, by, clause.Paper{Kind: clause.Directive, ID: d.ID}, coverage.Look{})
	o.Due = c.Due
	for _, r := range c.Rows {
		o.Pieces = append(o.Pieces, directive.Piece{N: r.N, Text: r.Text, Depth: r.Depth, Count: r.Count, Open: r.Open()})
	}
	return o, err
}

// planStates says for a rollout's page which units are drafting a plan.
func planStates(ctx context.Context, tx *db.Tx, by auth.Actor, rolloutID string) (map[int64]string, error) {
	all, err := plan.States(ctx, tx, by, rolloutID)
	states := map[int64]string{}
	for u, p := range all {
		states[u] = "plan.state." + string(p.State)
	}
	return states, err
}

func findDirectives(ctx context.Context, tx *db.Tx, p web.Page, query string) ([]org.Hit, error) {
	const most = 10
	all, err := directive.List(ctx, tx, p.Actor, query, 0, most)
	var hits []org.Hit
	for _, d := range all {
		hits = append(hits, org.Hit{Href: "/directives/" + d.ID, Text: directive.Citation(p, d), Note: p.T("app.directives")})
	}
	return hits, err
}

func findRollouts(ctx context.Context, tx *db.Tx, p web.Page, query string) ([]org.Hit, error) {
	const most = 10
	all, err := rollout.List(ctx, tx, p.Actor, query, 0, most)
	var hits []org.Hit
	for _, r := range all {
		hits = append(hits, org.Hit{Href: "/rollouts/" + r.ID, Text: r.Title, Note: p.T("app.rollouts")})
	}
	return hits, err
}
