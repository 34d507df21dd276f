// Package feeding says what targets are read off: figures that forms ask for, and what
// rollouts count; and after which figures a target can be parted.
package feeding

import (
	"context"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/target"
	"nhipcau/internal/vn"
)

const (
	mostForms    = 20
	mostFigures  = 300
	mostPeriods  = 120
	mostRollouts = 50
)

// Feeds are all figures that a target may be read off.
func Feeds() target.Feeds {
	return target.Feeds{
		{Key: "form", Label: "target.feed.form", Past: true, Choices: formChoices, Named: formNamed, Read: formRead, Parts: formParts},
		{Key: "rollout", Label: "target.feed.rollout", Choices: rolloutChoices, Named: rolloutNamed, Read: rolloutRead, Parts: rolloutParts},
	}
}

// formChoices are the figures of the forms that by's unit asks with, or is asked by.
func formChoices(ctx context.Context, tx *db.Tx, by auth.Actor) ([]target.Choice, error) {
	forms, err := form.List(ctx, tx, by, "", 0, mostForms)
	if err != nil {
		return nil, err
	}
	var all []target.Choice
	for _, f := range forms {
		if f.State == form.Draft {
			continue
		}
		if f, err = form.Get(ctx, tx, by, f.ID); err != nil {
			return nil, err
		}
		for _, i := range f.Items {
			if len(all) < mostFigures && feeds(i) {
				all = append(all, target.Choice{Of: f.ID + ":" + i.Key, Text: f.Title + " · " + i.Label})
			}
		}
	}
	return all, nil
}

// feeds reports whether an item is a figure that adds up over units and periods, or
// stands until the next; what it will be is not what was reached.
func feeds(i form.Item) bool {
	return i.Kind == form.Figure && i.Part != form.Estimate && (i.Over == form.Sum || i.Over == form.Last)
}

func formNamed(ctx context.Context, tx *db.Tx, by auth.Actor, of string) (target.Choice, error) {
	id, key, _ := strings.Cut(of, ":")
	f, err := form.Get(ctx, tx, by, id)
	if err != nil {
		return target.Choice{}, err
	}
	for _, i := range f.Items {
		if i.Key == key && feeds(i) {
			return target.Choice{Of: of, Text: f.Title + " · " + i.Label}, nil
		}
	}
	return target.Choice{}, fault.New(fault.NotFound, "error.not_found")
}

// A reported period is one within a stretch of days, with the lane of an item on its
// sheet.
type reported struct {
	filing.Period
	item form.Item
	lane int
}

// reportedIn returns the periods of a form that lie in a stretch of days, the oldest
// first. A period that reaches beyond it is of another stretch: figures are not parted.
func reportedIn(ctx context.Context, tx *db.Tx, by auth.Actor, of string, from, to vn.Day) ([]reported, error) {
	id, key, _ := strings.Cut(of, ":")
	if _, err := form.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	periods, err := filing.Periods(ctx, tx, id, 0, mostPeriods)
	if err != nil {
		return nil, err
	}
	var all []reported
	for i := len(periods) - 1; i >= 0; i-- {
		p := periods[i]
		if p.From.Before(from) || to.Before(p.To) {
			continue
		}
		r, err := filing.GetRound(ctx, tx, by, p.ID)
		if err != nil {
			return nil, err
		}
		for n, item := range r.Form.Items {
			if item.Key == key && feeds(item) {
				all = append(all, reported{p, item, n + 1})
			}
		}
	}
	return all, nil
}

func formRead(ctx context.Context, tx *db.Tx, by auth.Actor, of string, units []int64, from, to vn.Day) (map[int64]target.Reading, error) {
	periods, err := reportedIn(ctx, tx, by, of, from, to)
	if err != nil {
		return nil, err
	}
	all := map[int64]target.Reading{}
	for _, p := range periods {
		nodes, err := tally.NodesOf(ctx, tx, p.Sheet, units)
		if err != nil {
			return nil, err
		}
		for unit, n := range nodes {
			if n.Total.Has(tally.Lane(p.lane)) {
				x := target.Reading{Value: n.Total.Get(tally.Lane(p.lane)), Decimals: p.item.Decimals}
				if p.item.Over == form.Sum {
					x.Value += all[unit].Value
				}
				all[unit] = x
			}
		}
	}
	return all, nil
}

func formParts(ctx context.Context, tx *db.Tx, by auth.Actor, of string, unit int64, unitKey string, from, to vn.Day) ([]target.Part, error) {
	periods, err := reportedIn(ctx, tx, by, of, from, to)
	if err != nil {
		return nil, err
	}
	var all []target.Part
	for _, p := range periods {
		v, err := tally.Total(ctx, tx, p.Sheet, unit)
		if err != nil {
			return nil, err
		}
		if v.Has(tally.Lane(p.lane)) {
			if p.item.Over == form.Last {
				all = nil // what stands now takes the place of what stood
			}
			all = append(all, target.Part{
				Text: p.Name, Reading: target.Reading{Value: v.Get(tally.Lane(p.lane)), Decimals: p.item.Decimals},
				Href: tally.Href(p.Sheet, unitKey, "value_"+strconv.Itoa(p.lane), true),
			})
		}
	}
	return all, nil
}

// fedLanes are the lanes of a rollout that targets may be read off.
var fedLanes = []string{"persons", "adopted"}

func rolloutChoices(ctx context.Context, tx *db.Tx, by auth.Actor) ([]target.Choice, error) {
	all, err := rollout.List(ctx, tx, by, "", 0, mostRollouts)
	var out []target.Choice
	for _, r := range all {
		for _, lane := range fedLanes {
			if r.Sheet != 0 {
				out = append(out, target.Choice{Of: r.ID + ":" + lane, Text: r.Title, What: laneNames[lane]})
			}
		}
	}
	return out, err
}

// laneNames are keys of what the lanes of a rollout count.
var laneNames = map[string]string{"persons": "tally.lane.rollout.persons", "adopted": "tally.lane.rollout.adopted"}

// fedRollout returns a rollout that by may see and one of its lanes.
func fedRollout(ctx context.Context, tx *db.Tx, by auth.Actor, of string) (rollout.Rollout, string, error) {
	id, lane, _ := strings.Cut(of, ":")
	r, err := rollout.Get(ctx, tx, by, id)
	if err == nil && (laneNames[lane] == "" || r.Sheet == 0) {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return r, lane, err
}

func rolloutNamed(ctx context.Context, tx *db.Tx, by auth.Actor, of string) (target.Choice, error) {
	r, lane, err := fedRollout(ctx, tx, by, of)
	return target.Choice{Of: of, Text: r.Title, What: laneNames[lane]}, err
}

// rolloutRead returns what a rollout has counted until now: it knows of no days.
func rolloutRead(ctx context.Context, tx *db.Tx, by auth.Actor, of string, units []int64, _, _ vn.Day) (map[int64]target.Reading, error) {
	r, lane, err := fedRollout(ctx, tx, by, of)
	if err != nil {
		return nil, err
	}
	nodes, err := tally.NodesOf(ctx, tx, r.Sheet, units)
	all := map[int64]target.Reading{}
	for unit, n := range nodes {
		all[unit] = target.Reading{Value: n.Total.Get(rollout.Kind().Lane(lane))}
	}
	return all, err
}

func rolloutParts(ctx context.Context, tx *db.Tx, by auth.Actor, of string, unit int64, unitKey string, _, _ vn.Day) ([]target.Part, error) {
	r, lane, err := fedRollout(ctx, tx, by, of)
	if err != nil {
		return nil, err
	}
	v, err := tally.Total(ctx, tx, r.Sheet, unit)
	return []target.Part{{
		Text: r.Title, What: laneNames[lane], Reading: target.Reading{Value: v.Get(rollout.Kind().Lane(lane))}, Href: tally.Href(r.Sheet, unitKey, lane, true),
	}}, err
}

// mostWeighed is up to how many units members are counted unit by unit.
const mostWeighed = 20_000

// Weights are figures after which a target can be parted.
func Weights() []target.Weight {
	return []target.Weight{{Key: "members", Label: "target.weight.members", Read: weighMembers}}
}

// weighMembers counts the members on the lists of units and of all under them.
func weighMembers(ctx context.Context, tx *db.Tx, by auth.Actor, units []int64) (map[int64]int64, error) {
	e, err := epoch.Last(ctx, tx, by.Tree)
	if err != nil {
		return nil, err
	}
	var ids []int64
	top := map[int64]int64{} // of each unit, the one of units it is counted for
	for _, unit := range units {
		at, ok := e.Index(unit)
		if !ok {
			continue
		}
		for _, under := range e.Subtree(at) {
			ids, top[under] = append(ids, under), unit
		}
	}
	if len(ids) > mostWeighed {
		w := fault.Wrong{}
		w.Add("way", "target.error.weighed", mostWeighed)
		return nil, w.Err()
	}
	members, err := org.CountMembers(ctx, tx, ids)
	all := map[int64]int64{}
	for unit, n := range members {
		all[top[unit]] += n
	}
	return all, err
}
