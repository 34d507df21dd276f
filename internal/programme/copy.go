package programme

import (
	"context"
	"slices"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Copier copies what another slice keeps for one conference to a new one like it.
type Copier func(ctx context.Context, tx *db.Tx, by auth.Actor, from, to string) error

// A Copy is what a person fills in for a conference like another.
type Copy struct {
	Title string
	Day   vn.Day
	Start string // "" keeps the time; the topics move with it
	Units bool   // invite the same units
}

// CopyOf drafts a conference of by's unit like another one of it: title, mode, place,
// times and topics with their speakers, and what more copies. Nobody who was there
// and nothing that happened comes with it, and it counts towards no rollout.
func CopyOf(ctx context.Context, tx *db.Tx, by auth.Actor, id string, f Copy, more []Copier) (conference.Conference, error) {
	c, err := mine(ctx, tx, by, id)
	if err != nil {
		return c, err
	}
	like := conference.Form{
		Title: f.Title, Sort: "main", Mode: c.Mode, Day: f.Day, Start: c.Start, End: c.End, Place: c.Place, Chair: c.Chair, Topics: slices.Clone(c.Topics),
	}
	if start := vn.Clean(f.Start); start != "" {
		if err := shift(&like, start); err != nil {
			return c, err
		}
	}
	if f.Units {
		units, err := conference.InvitedUnits(ctx, tx, c)
		if err != nil {
			return c, err
		}
		for _, u := range units {
			like.Units = append(like.Units, u.Key)
		}
	}
	for i := range like.Topics {
		like.Topics[i].ID = ""
	}
	made, err := conference.Enter(ctx, tx, by, like)
	if err != nil {
		return made, err
	}
	for _, copies := range more {
		if err := copies(ctx, tx, by, id, made.ID); err != nil {
			return made, err
		}
	}
	return made, audit.Record(ctx, tx, by, "programme.copy", made.ID, id)
}

// shift moves all times of a day by as much as its beginning moves.
func shift(f *conference.Form, start string) error {
	w := fault.Wrong{}
	to, ok := minutes(start)
	if !ok {
		w.Add("start", "conference.error.time")
		return w.Err()
	}
	from, ok := minutes(f.Start)
	f.Start = clock(to)
	if !ok {
		return nil
	}
	by := to - from
	for _, t := range times(f) {
		at, ok := minutes(*t)
		switch {
		case !ok:
		case at+by < 0 || at+by >= day:
			w.Add("start", "programme.error.shift")
			return w.Err()
		default:
			*t = clock(at + by)
		}
	}
	return nil
}

func times(f *conference.Form) []*string {
	all := []*string{&f.End}
	for i := range f.Topics {
		all = append(all, &f.Topics[i].Start, &f.Topics[i].End)
	}
	return all
}
