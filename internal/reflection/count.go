package reflection

import (
	"context"
	"maps"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
)

var kind = tally.NewKind("reflection", "due", "handed_in", "on_time", "late", "returned", "accepted", "graded", "passed", "due_handed_in")

// Kind returns what the sheet of a conference's papers counts, at the home unit of
// each person. due_handed_in are the papers of those who have to hand in.
func Kind() *tally.Kind { return kind }

// The kinds of source of its posts: the conference, and it with a member.
const (
	RollSource  = "reflection_roll"
	PaperSource = "reflection_paper" // conference:member
)

// figures are what one person adds to the sheet.
func (p Person) figures() tally.Delta {
	d := tally.Delta{}
	add := func(lane string, is bool) {
		if is {
			d[kind.Lane(lane)] = 1
		}
	}
	stands := p.State != Nothing
	add("due", p.Due)
	add("handed_in", stands)
	add("due_handed_in", stands && p.Due)
	add("on_time", stands && !p.Late)
	add("late", stands && p.Late)
	add("returned", p.State == Returned)
	add("accepted", p.State == Accepted)
	add("graded", stands && p.Grade >= 0)
	add("passed", stands && p.Passed)
	return d
}

// post posts figures at their units; a unit that does not stand on the sheet is
// counted at its root.
func (s Set) post(ctx context.Context, tx *db.Tx, by auth.Actor, all map[int64]tally.Delta, from tally.Source, reason string) error {
	units := slices.Sorted(maps.Keys(all))
	at, err := tally.Places(ctx, tx, s.Sheet, units)
	if err != nil {
		return err
	}
	var entries []tally.Entry
	for i, u := range units {
		d := tally.Delta{}
		for lane, x := range all[u] {
			if x != 0 {
				d[lane] = x
			}
		}
		if len(d) > 0 {
			entries = append(entries, tally.Entry{Sheet: s.Sheet, Unit: at[i], Delta: d, Source: from, Reason: reason})
		}
	}
	return tally.PostMany(ctx, tx, by, entries)
}

// Recount returns, by unit, what the papers of a conference say its sheet should
// hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	all, err := counted(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	units := slices.Sorted(maps.Keys(all))
	at, err := tally.Places(ctx, tx, s.ID, units)
	if err != nil {
		return nil, err
	}
	placed := map[int64]tally.Delta{}
	for i, u := range units {
		placed[at[i]] = placed[at[i]].Plus(all[u])
	}
	return placed, nil
}
