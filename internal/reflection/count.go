package reflection

import (
	"context"
	"math"

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

// Recount returns, by unit, what the papers of a conference say its sheet should
// hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	all, err := counted(ctx, tx, s.Source, 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	return tally.Placed(ctx, tx, s.ID, all)
}
