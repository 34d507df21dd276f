package app

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/figures"
	"nhipcau/internal/filing"
	"nhipcau/internal/guidance"
	"nhipcau/internal/opinion"
	"nhipcau/internal/quiz"
	"nhipcau/internal/reflection"
	"nhipcau/internal/rollout"
	"nhipcau/internal/rung"
	"nhipcau/internal/site"
	"nhipcau/internal/statement"
	"nhipcau/internal/tally"
	"nhipcau/internal/target"
	"nhipcau/internal/task"
	"nhipcau/internal/web"
)

// label says a source by one message, whatever it is.
func label(key string) func(web.Page, string) string {
	return func(p web.Page, _ string) string { return p.T(key) }
}

// sources say, by source kind, what a post comes from and where that is shown.
func sources() map[string]figures.SourcePage {
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
	all := map[string]figures.SourcePage{
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
	maps.Copy(all, sourcesOfPlans())
	return all
}

// sourcesOfPlans are those of what goes on between a directive and its results.
func sourcesOfPlans() map[string]figures.SourcePage {
	opinionTitle := func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (string, error) {
		c, err := opinion.Get(ctx, tx, by, id)
		return c.Title, err
	}
	targetTitle := func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (string, error) {
		id, _, _ = strings.Cut(id, ":")
		t, err := target.Get(ctx, tx, by, id)
		return t.Label, err
	}
	guidanceTitle := func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (string, error) {
		id, _, _ = strings.Cut(id, ":")
		g, err := guidance.Get(ctx, tx, by, id)
		return g.Title, err
	}
	return map[string]figures.SourcePage{
		task.Kind().Name: {Label: label("task.one"), Href: func(id, _, _ string) string { return "/tasks/" + id }},
		guidance.Source:  {Label: label("guidance.title"), Name: guidanceTitle, Href: guidance.Href},
		target.Source:    {Label: label("target.title"), Name: targetTitle, Href: target.Href},

		opinion.Source: {Label: label("app.source.opinion"), Href: func(id, unit, _ string) string {
			return "/opinions/" + id + "/points?unit=" + unit
		}},
		opinion.Kind().Name: {Label: label("opinion.title"), Name: opinionTitle, Href: func(id, _, _ string) string { return "/opinions/" + id }},
	}
}
