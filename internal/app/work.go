package app

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/figures"
	"nhipcau/internal/filing"
	"nhipcau/internal/invitation"
	"nhipcau/internal/level"
	"nhipcau/internal/org"
	"nhipcau/internal/plan"
	"nhipcau/internal/quiz"
	"nhipcau/internal/reflection"
	"nhipcau/internal/report"
	"nhipcau/internal/rollout"
	"nhipcau/internal/rung"
	"nhipcau/internal/site"
	"nhipcau/internal/statement"
	"nhipcau/internal/tally"
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
	for _, source := range []func(context.Context, *db.Tx, web.Page) ([]workItem, error){owedWork, conferenceWork, levelWork, invitedWork, secretaryWork, receivingWork, statementWork, formWork, reflectionWork, quizWork} {
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
	begun, err := plan.List(ctx, tx, p.Actor, plan.Filter{Unit: p.Actor.Unit}, 0, most)
	if err != nil {
		return nil, err
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
			Title: p.T("filing.work", o.Title), Note: o.Period.Name + " · " + o.Owner, Due: o.Period.LastDay, State: web.None, When: p.Day(o.Period.LastDay),
			Href: "/periods/" + o.Period.ID + "/returns/" + p.Actor.UnitKey, Action: p.T("app.open"),
		}
		if o.Period.Late(p.Now) {
			w.State, w.When = web.Late, p.T("rollout.stand.late", o.Period.LastDay.DaysUntil(vn.DayOf(p.Now)))
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

// sources say, by source kind, what a post comes from and where that is shown.
func sources() map[string]figures.SourcePage {
	label := func(key string) func(web.Page, string) string {
		return func(p web.Page, _ string) string { return p.T(key) }
	}
	rolloutTitle := func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (string, error) {
		r, err := rollout.Get(ctx, tx, by, id)
		return r.Title, err
	}
	formTitle := func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (string, error) {
		f, err := statement.Get(ctx, tx, by, id)
		return f.Title, err
	}
	periodTitle := func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (string, error) {
		r, err := filing.GetRound(ctx, tx, by, id)
		return r.Form.Title + " · " + r.Period.Name, err
	}
	conferenceTitle := func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (string, error) {
		c, err := conference.Get(ctx, tx, by, id)
		return c.Title, err
	}
	none := func(string, string, string) string { return "" }
	return map[string]figures.SourcePage{
		"opening":   {Label: label("app.source.opening"), Href: func(id, unit, _ string) string { return "/units/" + unit + "/members" }},
		"late":      {Label: label("app.source.late"), Href: func(id, unit, _ string) string { return "/rollouts/" + id + "/units/" + unit }},
		"extension": {Label: label("app.source.extension"), Href: func(id, unit, _ string) string { return "/rollouts/" + id + "/units/" + unit }},
		"conference": {Label: label("app.source.conference"), Href: func(id, unit, lane string) string {
			return "/conferences/" + id + "/rows?unit=" + unit + "&lane=" + lane
		}},
		conference.CheckinSource: {Label: label("app.source.checkin"), Href: site.Href},
		"declaration":            {Label: label("app.source.declaration"), Href: none},
		"plan":                   {Label: label("app.source.plan"), Href: func(id, _, _ string) string { return "/plans/" + id }},
		tally.ReformSource: {Label: label("app.source.reform"), Href: func(id, _, lane string) string {
			sheet, unit, _ := strings.Cut(id, ":")
			n, _ := strconv.ParseInt(sheet, 10, 64) // what is no number leads to no sheet
			return tally.Href(n, unit, lane, false)
		}},
		rollout.Kind().Name: {Label: label("app.source.rollout"), Name: rolloutTitle, Href: func(id, _, _ string) string { return "/rollouts/" + id }},
		"report":            {Label: label("app.source.report"), Href: func(id, _, _ string) string { return "/reports/" + id }},
		"stated":            {Label: label("app.source.stated"), Href: func(id, _, _ string) string { return "/stated/" + id }},

		rung.Asked: {Label: label("level.source.due"), Href: func(id, _, _ string) string { return "/conferences/" + id + "/levels" }},
		rung.Kind().Name: {Label: label("level.source.sheet"), Href: func(id, _, _ string) string {
			c, n := rung.Parse(id)
			return "/conferences/" + c + "/levels/" + strconv.FormatInt(n, 10)
		}},

		"return": {Label: label("app.source.return"), Href: func(id, unit, _ string) string {
			period, _, _ := strings.Cut(id, ":")
			return "/periods/" + period + "/returns/" + unit
		}},

		quiz.RollSource:        {Label: label("app.source.quiz_roll"), Href: quiz.Href},
		quiz.AttemptSource:     {Label: label("app.source.quiz_attempt"), Href: quiz.Href},
		quiz.Kind().Name:       {Label: label("quiz.title"), Href: func(id, _, _ string) string { return "/quizzes/" + id }},
		reflection.PaperSource: {Label: label("app.source.reflection_paper"), Href: reflection.Href},
		reflection.RollSource:  {Label: label("app.source.reflection_roll"), Href: reflection.Href},
		reflection.Kind().Name: {Label: label("reflection.title"), Name: conferenceTitle, Href: func(id, _, _ string) string { return "/conferences/" + id + "/reflections" }},

		filing.Kind().Name:    {Label: label("app.source.form"), Name: periodTitle, Href: func(id, _, _ string) string { return "/periods/" + id }},
		statement.Kind().Name: {Label: label("app.source.statement"), Name: formTitle, Href: func(id, _, _ string) string { return "/statements/" + id }},
	}
}
