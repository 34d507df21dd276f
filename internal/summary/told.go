package summary

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/wording"
)

// A Told is what a unit has written for a text of the form: its own summary or, if it
// has none, the narrative of its return. Figures in it are written out. Text is empty
// where it has written nothing.
type Told struct {
	Unit int64
	Key  string
	Name string
	Text string
	Leaf bool // no units are under it
}

// Told returns what a unit under the summary's, at any depth, has written.
func (s Summary) Told(ctx context.Context, tx *db.Tx, by auth.Actor, item, unitKey string) (Told, error) {
	u, err := s.under(ctx, tx, by, unitKey)
	if err != nil {
		return Told{}, err
	}
	all := []Told{{Unit: u.ID, Key: u.Key, Name: u.Name}}
	if err := s.fill(ctx, tx, by, item, all); err != nil {
		return Told{}, err
	}
	if all[0].Text == "" || u.ID == s.Unit.ID {
		return Told{}, fault.New(fault.NotFound, "error.not_found")
	}
	return all[0], nil
}

// under finds a unit at or under the summary's.
func (s Summary) under(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey string) (org.Unit, error) {
	u, err := org.Get(ctx, tx, by, unitKey)
	if err == nil && !strings.HasPrefix(u.Path, s.Unit.Path) {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return u, err
}

// Gathered returns what the units directly under one have written, side by side, as the
// tree stood when the period was opened: at most limit after a place. next is where the
// following come, 0 for none. The one is the summary's unit or any under it.
func (s Summary) Gathered(ctx context.Context, tx *db.Tx, by auth.Actor, item, underKey string, after tally.Place, limit int) (top org.Unit, all []Told, next tally.Place, err error) {
	if top, err = s.under(ctx, tx, by, underKey); err != nil {
		return top, nil, 0, err
	}
	_, _, rows, next, err := s.Round.Table(ctx, tx, by, top.Key, after, limit)
	if err != nil {
		return top, nil, 0, err
	}
	for _, x := range rows {
		all = append(all, Told{Unit: x.Unit, Key: x.Key, Name: x.Name, Leaf: x.Leaf})
	}
	return top, all, next, s.fill(ctx, tx, by, item, all)
}

// fill finds what units have written.
func (s Summary) fill(ctx context.Context, tx *db.Tx, by auth.Actor, item string, all []Told) error {
	ids := make([]int64, len(all))
	for i, t := range all {
		ids[i] = t.Unit
	}
	own, err := narratives(ctx, tx, s.Round.Period.ID, item, ids)
	if err != nil {
		return err
	}
	written, err := written(ctx, tx, s.Round.Period.ID, item, ids)
	if err != nil {
		return err
	}
	for i, t := range all {
		if x, ok := written[t.Unit]; ok {
			all[i].Text = x
		} else if all[i].Text, err = s.say(ctx, tx, by, t.Key, own[t.Unit]); err != nil {
			return err
		}
	}
	return nil
}

// say writes out the narrative of a unit's return with the figures of that unit alone.
// Its figures are read only where the narrative names some.
func (s Summary) say(ctx context.Context, tx *db.Tx, by auth.Actor, unitKey, text string) (string, error) {
	x := s.Round.Reads(text)
	if len(x.Keys()) == 0 {
		return x.String(nil), nil
	}
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return "", err
	}
	b, err := s.Round.Open(ctx, tx, by, s.sources, filing.Whose{Unit: u})
	if err != nil {
		return "", err
	}
	return x.String(b.Written()), nil
}

// own returns the narratives of the return of the summary's own unit as texts with
// which its report goes on. Where others are under it their figures are not those of
// the report, and are written out.
func (s Summary) own(ctx context.Context, tx *db.Tx, by auth.Actor) (map[string]string, error) {
	all := map[string]string{}
	if !s.Top.Asked {
		return all, nil
	}
	texts, err := ownTexts(ctx, tx, s.Round.Period.ID, s.Unit.ID)
	for item, text := range texts {
		x := s.Round.Reads(text)
		if all[item] = x.Source(); s.Top.Leaf || len(x.Keys()) == 0 {
			continue
		}
		out, err := s.say(ctx, tx, by, s.Unit.Key, text)
		if err != nil {
			return nil, err
		}
		all[item] = wording.Literal(out)
	}
	return all, err
}
