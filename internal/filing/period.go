// Package filing asks for the figures of a form each period: how many members,
// classes, models there were in March, in April. The owner of a form opens a period
// of it each month, and the units under it return their figures.
//
// What a unit returned is never changed: a correction is a new row with a reason,
// and the newest stands. Each period has a sheet of its own, on which a return
// posts what it adds to what the unit had returned before.
package filing

import (
	"context"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const maxName = 300

// A Period is a stretch of days for which a form asks. OpenPeriod reads Name,
// From, To and LastDay.
type Period struct {
	ID          string
	Form        string
	Edition     int64  // of the form, which it keeps
	N           int64  // from 1
	Name        string // "Tháng 3/2025"
	From        vn.Day
	To          vn.Day     // first day after it
	LastDay     vn.Day     // by which it is to be returned
	State       form.Stage // Opened or Closed
	Sheet       int64
	EnteredName string
	EnteredAt   time.Time
	Version     int64
}

func (p *Period) check() error {
	w := fault.Wrong{}
	p.Name = vn.Clean(p.Name)
	w.Text("name", p.Name, maxName, true)
	day := func(field string, d vn.Day) bool {
		if !d.Valid() {
			w.Add(field, "filing.error.day")
		}
		return d.Valid()
	}
	from, to, last := day("from", p.From), day("to", p.To), day("last", p.LastDay)
	if from && to && !p.From.Before(p.To) {
		w.Add("to", "filing.error.order")
	}
	if from && last && p.LastDay.Before(p.From) {
		w.Add("last", "filing.error.before")
	}
	return w.Err()
}

// OpenPeriod opens a period of a form, over the tree as it stands. It is a
// Conflict if the form is not open.
func OpenPeriod(ctx context.Context, tx *db.Tx, by auth.Actor, id string, p Period) (Period, error) {
	f, err := form.Owned(ctx, tx, by, id)
	if err != nil {
		return Period{}, err
	}
	if err := p.check(); err != nil {
		return Period{}, err
	}
	if f.State != form.Opened {
		return Period{}, fault.New(fault.Conflict, "filing.error.not_open")
	}
	p.ID, p.Form, p.Edition, p.State, p.Version = db.NewKey(), f.ID, f.Edition, form.Opened, 1
	p.EnteredName, p.EnteredAt = by.Name, tx.Now
	s, err := tally.Open(ctx, tx, by, kind, p.ID, by.Tree, f.Unit)
	if err != nil {
		return Period{}, err
	}
	p.Sheet = s.ID
	if p.N, err = insertPeriod(ctx, tx, by, p); err != nil {
		return Period{}, err
	}
	return p, audit.Record(ctx, tx, by, "form.period", p.ID, f.Title+" · "+p.Name)
}

// ClosePeriod closes a period: nothing is returned, corrected or withdrawn in it
// any more. It is a Conflict if it has changed since version, or is closed.
func ClosePeriod(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	r, err := GetRound(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := form.MayKeep(by, r.Form.Unit); err != nil {
		return err
	}
	if r.Period.State != form.Opened {
		return fault.New(fault.Conflict, "filing.error.closed")
	}
	if err := closePeriod(ctx, tx, id, version); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "form.close_period", id, r.Form.Title+" · "+r.Period.Name)
}

// CloseForm closes a form with its open periods: nothing is returned to it any
// more. It is a Conflict if the form has changed since version, or is not open.
func CloseForm(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	if err := form.Close(ctx, tx, by, id, version); err != nil {
		return err
	}
	return closePeriods(ctx, tx, id)
}
