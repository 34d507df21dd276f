package app

import (
	"context"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/signing"
	"nhipcau/internal/web"
)

// signingWork are the reports that wait for by: to be accepted, signed, or mended.
func signingWork(ctx context.Context, tx *db.Tx, p web.Page) ([]workItem, error) {
	var all []workItem
	for _, kind := range []struct {
		key  string
		read func(context.Context, *db.Tx) ([]signing.Task, error)
	}{
		{"accept", func(ctx context.Context, tx *db.Tx) ([]signing.Task, error) {
			return signing.ToAccept(ctx, tx, p.Actor)
		}},
		{"sign", func(ctx context.Context, tx *db.Tx) ([]signing.Task, error) { return signing.ToSign(ctx, tx, p.Actor) }},
		{"mend", func(ctx context.Context, tx *db.Tx) ([]signing.Task, error) { return signing.ToMend(ctx, tx, p.Actor) }},
	} {
		some, err := kind.read(ctx, tx)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			w := workItem{Title: p.T("signing.work." + kind.key), Note: t.Title + " · " + t.Name, State: web.Soon, Action: p.T("app.open")}
			w.Href = "/periods/" + t.Period + "/reports/" + t.UnitKey
			if kind.key == "accept" {
				w.Title, w.Href = p.T("signing.work.accept", strconv.FormatInt(t.Waits, 10)), "/periods/"+t.Period+"/inbox"
			}
			if t.Until != "" {
				w.Due, w.When = t.Until, p.Day(t.Until)
			}
			all = append(all, w)
		}
	}
	return all, nil
}
