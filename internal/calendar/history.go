package calendar

import (
	"context"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Punctual says how one return came.
type Punctual string

// How a return came.
const (
	InTime  Punctual = "in_time"
	Late    Punctual = "late"    // after its last day
	Missing Punctual = "missing" // not at all, and the last day is over
	Waiting Punctual = "waiting" // not yet, and there is time
	Unasked Punctual = "unasked" // none was asked for
	Several Punctual = "several" // the mark is of many units
)

// A Mark is how a unit and all under it stood in one period.
type Mark struct {
	State    Punctual
	Received int64
	InTime   int64
	Due      int64
}

// A Line is a unit's marks, one for each period.
type Line struct {
	Unit  int64
	Key   string
	Name  string
	Leaf  bool
	Marks []Mark
}

// Sum adds the marks of a line up over the periods whose last days are over or in
// which something came: what is still to come lowers no rate.
func (l Line) Sum() (s Mark) {
	s.State = Several
	for _, m := range l.Marks {
		if m.State == Waiting {
			continue
		}
		s.Received, s.InTime, s.Due = s.Received+m.Received, s.InTime+m.InTime, s.Due+m.Due
	}
	return s
}

// A History is how punctual a unit and those directly under it were.
type History struct {
	Form    form.Form
	Unit    org.Unit
	Periods []filing.Period // the oldest first
	Top     Line
	Lines   []Line
	Next    tally.Place // where the following lines come, 0 for none
}

// Shown is how many periods a history goes back.
const Shown = 12

// Punctuality returns the history of a form at a unit that by may see, over the
// newest periods on whose sheets it stands, with at most limit of the units under it
// after a place.
func Punctuality(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string, after tally.Place, limit int) (h History, err error) {
	if h.Form, err = form.Get(ctx, tx, by, id); err != nil {
		return h, err
	}
	if h.Unit, err = org.Get(ctx, tx, by, unitKey); err != nil {
		return h, err
	}
	periods, err := filing.Periods(ctx, tx, id, 0, Shown)
	if err != nil {
		return h, err
	}
	h.Top = Line{Unit: h.Unit.ID, Key: h.Unit.Key, Name: h.Unit.Name}
	today := vn.DayOf(tx.Now)
	var units []int64
	for n, p := range periods {
		r, err := filing.Find(ctx, tx, p.ID)
		if err != nil {
			return h, err
		}
		if n == 0 { // who stands under it is said by the newest period
			var rows []filing.Row
			if _, _, rows, h.Next, err = r.Table(ctx, tx, by, unitKey, after, limit); err != nil && !fault.Is(err, fault.NotFound) {
				return h, err
			}
			for _, x := range rows {
				h.Lines = append(h.Lines, Line{Unit: x.Unit, Key: x.Key, Name: x.Name, Leaf: x.Leaf})
			}
			units = append(units, h.Unit.ID)
			for _, l := range h.Lines {
				units = append(units, l.Unit)
			}
		}
		rows, err := r.RowsOf(ctx, tx, units)
		if err != nil {
			return h, err
		}
		over := r.Period.State != form.Opened
		h.Periods = append(h.Periods, r.Period)
		h.Top.Marks = append(h.Top.Marks, mark(rows[h.Unit.ID], today, over))
		h.Top.Leaf = h.Top.Leaf || n == 0 && rows[h.Unit.ID].Leaf
		for i := range h.Lines {
			h.Lines[i].Marks = append(h.Lines[i].Marks, mark(rows[h.Lines[i].Unit], today, over))
		}
	}
	slices.Reverse(h.Periods)
	slices.Reverse(h.Top.Marks)
	for i := range h.Lines {
		slices.Reverse(h.Lines[i].Marks)
	}
	return h, nil
}

// mark is how a row stands on a day; over if its period is closed.
func mark(x filing.Row, today vn.Day, over bool) Mark {
	m := Mark{Received: x.Received(), InTime: x.InTime(), Due: x.Due}
	switch {
	case x.Due == 0:
		m.State = Unasked
	case !x.Leaf:
		m.State = Several
	case m.InTime > 0:
		m.State = InTime
	case m.Received > 0:
		m.State = Late
	case over || x.Last.Before(today):
		m.State = Missing
	default:
		m.State = Waiting
	}
	return m
}
