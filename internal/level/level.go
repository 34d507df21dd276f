// Package level keeps the plan of a conference for the levels under it: which units
// hold a conference of their own, for whom, how long, until when, and what papers
// each hands in.
//
// Those units are told once, and noted as they stood then. A conference that one of
// them enters for its level is counted on the level's sheet by package conference:
// begun when it is entered, held when it is closed.
package level

import (
	"context"
	"slices"
	"strings"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/rung"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// Papers are what a conference may have to hand in, in the order they arise.
var Papers = []string{"plan", "minutes", "attendance", "reflection", "report"}

// Lengths are what the length of a conference is said in.
var Lengths = []string{"half_days", "hours"}

// A Level is what a conference asks of the units of a level.
type Level struct {
	Conference string
	N          int64
	Unit       int64 // host of that conference
	Kind       string
	Depth      int64
	Audience   string
	Length     int64
	LengthIn   string
	Deadline   vn.Deadline
	Papers     []string
	Sheet      int64 // 0 until its hosts are told
	Told       bool  // all of them
	Version    int64

	cursor int64
}

// A Form is what a person fills in for a level.
type Form struct {
	Kind     string // units of this kind hold one, or with ""
	Depth    int64  // those so many steps under the host
	Audience string
	Length   int64
	LengthIn string
	Deadline vn.Deadline
	Papers   []string
}

const (
	maxText   = 300
	maxDepth  = 12
	maxLength = 60
	maxLevels = 8
)

func (f *Form) check(all []Level, n int64) error {
	w := fault.Wrong{}
	f.Kind, f.Audience = vn.Clean(f.Kind), vn.Clean(f.Audience)
	w.Text("kind", f.Kind, maxText, false)
	w.Text("audience", f.Audience, maxText, true)
	switch {
	case f.Kind != "":
		f.Depth = 0
	case f.Depth < 1 || f.Depth > maxDepth:
		w.Add("depth", "level.error.depth", maxDepth)
	}
	if f.Length < 0 || f.Length > maxLength {
		w.Add("length", "level.error.length", maxLength)
	}
	if !slices.Contains(Lengths, f.LengthIn) {
		f.LengthIn = Lengths[0]
	}
	if !f.Deadline.Day.Valid() {
		w.Add("day", "level.error.day")
	}
	if f.Deadline.Wording != vn.Before {
		f.Deadline.Wording = vn.Until
	}
	var papers []string
	for _, p := range Papers {
		if slices.Contains(f.Papers, p) {
			papers = append(papers, p)
		}
	}
	f.Papers = papers
	for _, l := range all {
		if l.N != n && l.Kind == f.Kind && l.Depth == f.Depth {
			w.Add("depth", "level.error.twice", l.N)
		}
	}
	return w.Err()
}

// plan finds a conference whose levels by may plan.
func plan(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (conference.Conference, []Level, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return c, nil, err
	}
	if err := mayPlan(by, c.Unit); err != nil {
		return c, nil, err
	}
	if c.State == conference.Cancelled {
		return c, nil, fault.New(fault.Conflict, "level.error.cancelled")
	}
	all, err := levels(ctx, tx, id)
	return c, all, err
}

// Add adds a level to the plan of a conference; its number is the next.
func Add(ctx context.Context, tx *db.Tx, by auth.Actor, id string, f Form) (Level, error) {
	c, all, err := plan(ctx, tx, by, id)
	if err != nil {
		return Level{}, err
	}
	n := int64(1)
	if len(all) > 0 {
		n = all[len(all)-1].N + 1
	}
	if n > maxLevels {
		return Level{}, fault.New(fault.Conflict, "level.error.many", maxLevels)
	}
	if err := f.check(all, n); err != nil {
		return Level{}, err
	}
	if err := insert(ctx, tx, c, n, f); err != nil {
		return Level{}, err
	}
	if err := audit.Record(ctx, tx, by, "level.add", id, f.Audience); err != nil {
		return Level{}, err
	}
	return one(ctx, tx, id, n)
}

// Amend changes what a level asks. Who holds a conference there does not change any
// more once they are told. It is a Conflict if the level has changed since version.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64, f Form) error {
	_, all, err := plan(ctx, tx, by, id)
	if err != nil {
		return err
	}
	l, err := one(ctx, tx, id, n)
	if err != nil {
		return err
	}
	if l.Sheet != 0 {
		f.Kind, f.Depth = l.Kind, l.Depth
	}
	if err := f.check(all, n); err != nil {
		return err
	}
	if err := update(ctx, tx, id, n, version, f); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "level.amend", id, f.Audience)
}

// Remove takes the last level out of a plan, of which nobody was told.
func Remove(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
	_, all, err := plan(ctx, tx, by, id)
	if err != nil {
		return err
	}
	l, err := one(ctx, tx, id, n)
	if err != nil {
		return err
	}
	if l.Sheet != 0 || all[len(all)-1].N != n {
		return fault.New(fault.Conflict, "level.error.told")
	}
	if err := remove(ctx, tx, id, n, version); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "level.remove", id, l.Audience)
}

// Tell lets the hosts of the levels be told who have not been; convening the
// conference does the same.
func Tell(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	c, all, err := plan(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if c.State == conference.Draft {
		return fault.New(fault.Conflict, "conference.error.not_convened")
	}
	if !slices.ContainsFunc(all, func(l Level) bool { return !l.Told }) {
		return fault.New(fault.Conflict, "level.error.all_told")
	}
	if err := rung.Tell(ctx, tx, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "level.tell", id, c.Title)
}

// List returns the levels of a conference that by may see, with the conference.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (conference.Conference, []Level, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return c, nil, err
	}
	all, err := levels(ctx, tx, id)
	return c, all, err
}

// Get returns a level of a conference that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (conference.Conference, Level, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return c, Level{}, err
	}
	l, err := one(ctx, tx, id, n)
	return c, l, err
}

// Counts are how many units of a level, at and under one unit, are to hold a
// conference, have begun to prepare one, and have held one.
type Counts struct{ Due, Begun, Held int64 }

func countsOf(v tally.Vec) Counts {
	k := rung.Kind()
	return Counts{v.Get(k.Lane("due")), v.Get(k.Lane("begun")), v.Get(k.Lane("held"))}
}

// Planned is how many have begun and not held one yet.
func (c Counts) Planned() int64 { return max(0, c.Begun-c.Held) }

// None is how many have not begun.
func (c Counts) None() int64 { return max(0, c.Due-max(c.Begun, c.Held)) }

// Late is how many have not held one though the last day has passed.
func (l Level) Late(c Counts, today vn.Day) int64 {
	if l.Deadline.Last().Before(today) {
		return max(0, c.Due-c.Held)
	}
	return 0
}

func (l Level) form() Form {
	return Form{l.Kind, l.Depth, l.Audience, l.Length, l.LengthIn, l.Deadline, l.Papers}
}

func split(papers string) []string { return strings.Fields(papers) }
