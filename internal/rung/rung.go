// Package rung counts, for a level of a conference's plan, the units that are to hold
// a conference, those that have begun to prepare one, and those that have closed one.
//
// Package level keeps the plan and posts who is to hold one; a conference that is held
// for a level notes itself here.
package rung

import (
	"context"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/job"
	"nhipcau/internal/tally"
)

// TellJob is the kind of the job that tells the hosts of the levels of a conference.
const TellJob = "level.tell"

// Asked is the kind of the source of what is due: the id is the conference's that asks.
const Asked = "asked"

var kind = tally.NewKind("level", "due", "begun", "held")

// Kind returns what the sheet of a level counts: units, each once, however many
// conferences it holds.
func Kind() *tally.Kind { return kind }

// Source is what the sheet of a level counts, as tally knows it.
func Source(conference string, n int64) string { return conference + ":" + strconv.FormatInt(n, 10) }

// Parse takes a Source apart.
func Parse(source string) (conference string, n int64) {
	conference, level, _ := strings.Cut(source, ":")
	n, _ = strconv.ParseInt(level, 10, 64) // what is no number is no level
	return conference, n
}

// Tell lets a job tell the hosts of levels of a conference who have not been told, if
// there are any.
func Tell(ctx context.Context, tx *db.Tx, id string) error {
	n, err := untold(ctx, tx, id)
	if err != nil || n == 0 {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: TellJob, Payload: id, Unique: TellJob + " " + id})
}

// Asks reports whether a level asks a unit to hold a conference.
func Asks(ctx context.Context, tx *db.Tx, parent string, n, unit int64) (bool, error) {
	sheet, err := sheetOf(ctx, tx, parent, n)
	if err != nil || sheet == 0 {
		return false, err
	}
	own, err := tally.Own(ctx, tx, sheet, unit)
	return own.Get(kind.Lane("due")) > 0, err
}

// A Held is a conference that is held for a level of another.
type Held struct {
	ID     string
	Parent string // "" for none
	Level  int64

	unit int64 // that was asked: its host, but for reforms since
}

// events say in which lane what happens to a conference counts, and how. What a job
// does counts when it is done.
var events = map[string]struct {
	lane string
	sign int64
}{
	"entered": {"begun", 1}, "cancelled": {"begun", -1}, "closed": {"held", 1}, "reopened": {"held", -1},
}

// Count notes what has happened to a conference on the sheet of its level, if it is
// the first or the last of its host there of which that is true.
func Count(ctx context.Context, tx *db.Tx, by auth.Actor, h Held, event, reason string) error {
	e, counts := events[event]
	if h.Parent == "" || !counts {
		return nil
	}
	sheet, err := sheetOf(ctx, tx, h.Parent, h.Level)
	if err != nil {
		return err
	}
	if h.unit, err = askedOf(ctx, tx, h.ID); err != nil {
		return err
	}
	others, err := besides(ctx, tx, h, e.lane)
	if err != nil || others > 0 {
		return err
	}
	at, err := tally.Places(ctx, tx, sheet, []int64{h.unit})
	if err != nil {
		return err
	}
	return tally.Post(ctx, tx, by, tally.Entry{
		Sheet: sheet, Unit: at[0], Delta: tally.Delta{kind.Lane(e.lane): e.sign}, Source: tally.Source{Kind: "conference", ID: h.ID}, Reason: reason,
	})
}

// Recount returns, by unit, what the records say the sheet of a level should hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	id, n := Parse(s.Source)
	figures, err := heldFor(ctx, tx, id, n)
	if err != nil {
		return nil, err
	}
	all, err := tally.Placed(ctx, tx, s.ID, figures)
	if err != nil {
		return nil, err
	}
	asked, err := askedFor(ctx, tx, id, n)
	for _, unit := range asked {
		all[unit] = all[unit].Plus(tally.Delta{kind.Lane("due"): 1})
	}
	return all, err
}
