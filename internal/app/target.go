package app

import (
	"context"
	"net/url"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/guidance"
	"nhipcau/internal/target"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// inStead leads to a thing at a unit that by's has taken over.
func inStead(p web.Page, key string) string {
	if key == p.Actor.UnitKey {
		return ""
	}
	return "?under=" + url.QueryEscape(key)
}

// targetWork are the shares of targets that by's unit has not answered.
func targetWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if !p.Actor.Is(auth.Clerk, auth.Secretary) {
		return nil, nil
	}
	owed, err := target.Owing(ctx, tx, p.Actor)
	var all []workItem
	for _, o := range owed {
		all = append(all, workItem{
			Title: p.T("app.work.target"), Note: o.Label + " · " + o.UnitName, State: web.Soon, When: p.T("app.work.target.when"),
			Href: "/targets/" + o.Target + inStead(p, o.UnitKey), Action: p.T("app.open"),
		})
	}
	return all, err
}

// guidanceWork is guidance that by's unit has to receive, or to report on.
func guidanceWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	if !p.Actor.Is(auth.Clerk, auth.Secretary) {
		return nil, nil
	}
	owed, err := guidance.Owing(ctx, tx, p.Actor)
	var all []workItem
	for _, o := range owed {
		w := workItem{
			Title: p.T("app.work.receive"), Note: o.Title + " · " + o.UnitName, Due: o.LastDay, State: web.Soon, When: p.Day(o.LastDay),
			Href: "/guidance/" + o.ID + inStead(p, o.UnitKey), Action: p.T("app.open"),
		}
		if o.Received {
			w.Title = p.T("app.work.guidance")
		}
		if o.LastDay.Before(vn.DayOf(p.Now)) {
			w.State, w.When = web.Late, p.T("rollout.stand.late", o.LastDay.DaysUntil(vn.DayOf(p.Now)))
		}
		all = append(all, w)
	}
	return all, err
}
