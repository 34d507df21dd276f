package filing

import (
	"context"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/deadline"
	"nhipcau/internal/vn"
)

// A return is in time or late by the day that held when it came: to move a day
// afterwards changes nothing about what is in.

// timed gives a round its last days, as they stand under a key.
func (r *Round) timed(ctx context.Context, tx *db.Tx, key int64) (err error) {
	if r.days, err = deadline.Of(ctx, tx, r.Period.ID, key, r.epoch, r.root, vn.DayOf(r.Period.EnteredAt)); err == nil {
		r.Period.LastDay = r.days.Last
	}
	return err
}

// lastAt returns the last day of the unit at a place of the round's tree.
func (r *Round) lastAt(at int) vn.Day {
	if r.days == nil {
		return r.Period.LastDay
	}
	return r.days.At(r.epoch, r.root, at)
}

// LastDay returns the day by which a unit owes its return, "" if it is not on the
// round's sheet.
func (r *Round) LastDay(unit int64) vn.Day {
	at, ok := r.epoch.Index(unit)
	if !ok || !r.epoch.Under(at, r.root) {
		return ""
	}
	return r.lastAt(at)
}

// LastDays returns the last days of the levels of a round that was found by GetRound
// or Find.
func (r *Round) LastDays() []deadline.Level { return r.days.Levels }

// Standing is how many exceptions stand in a round.
func (r *Round) Standing() int { return r.days.Standing() }

// late reports whether a unit's last day lies before a moment.
func (r *Round) late(unit int64, at time.Time) bool { return r.LastDay(unit).Before(vn.DayOf(at)) }
