package calendar

import (
	"context"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/deadline"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

const maxWhy = 2000

// keeping returns an open period that by may keep.
func keeping(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (filing.Round, error) {
	r, err := filing.GetRound(ctx, tx, by, id)
	if err != nil {
		return r, err
	}
	if err := form.MayKeep(by, r.Form.Unit); err != nil {
		return r, err
	}
	if r.Period.State != form.Opened {
		return r, fault.New(fault.Conflict, "filing.error.closed")
	}
	return r, nil
}

// checkDay refuses a last day that is none, that is over, or that comes before
// the period.
func checkDay(r filing.Round, w fault.Wrong, d, today vn.Day) {
	switch {
	case !d.Valid():
		w.Add("day", "calendar.error.day")
	case d.Before(today):
		w.Add("day", "calendar.error.past", d.String(), today.String())
	case d.Before(r.Period.From):
		w.Add("day", "calendar.error.early")
	}
}

// Move moves the last day of a level of an open period, or with level 0
// of all whom no level fits, for a reason. Invalid if the new day is over already:
// nobody could keep it. Exceptions stand, and those who still owe it are told.
func Move(ctx context.Context, tx *db.Tx, by auth.Actor, id string, level int64, day vn.Day, reason string) error {
	r, err := keeping(ctx, tx, by, id)
	if err != nil {
		return err
	}
	levels := r.LastDays()
	m := deadline.Move{Level: level, Was: r.Period.LastDay, Last: day, Reason: vn.CleanText(reason)}
	w := fault.Wrong{}
	if level != 0 {
		if level < 1 || level > int64(len(levels)) {
			return fault.New(fault.NotFound, "error.not_found")
		}
		m.Was = levels[level-1].Last
	}
	checkDay(r, w, day, vn.DayOf(tx.Now))
	if day == m.Was {
		w.Add("day", "calendar.error.same")
	}
	w.Text("reason", m.Reason, maxWhy, true)
	if err := w.Err(); err != nil {
		return err
	}
	if err := deadline.AddMove(ctx, tx, by, id, m); err != nil {
		return err
	}
	if err := tell(ctx, tx, by, Call{Period: id, Unit: by.Unit, Sort: Moved}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "form.move_deadline", id, r.Period.Name+" · "+m.Was.String()+" → "+day.String())
}

// Except gives a unit, or with whole it and all under it, another last day in an
// open period, for a reason. Of several that lie over a unit the narrowest holds.
func Except(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string, whole bool, day vn.Day, reason string) (deadline.Exception, error) {
	r, err := keeping(ctx, tx, by, id)
	if err != nil {
		return deadline.Exception{}, err
	}
	x := deadline.Exception{Whole: whole, Last: day, Reason: vn.CleanText(reason), ActorName: by.Name, At: tx.Now}
	w := fault.Wrong{}
	checkDay(r, w, day, vn.DayOf(tx.Now))
	w.Text("reason", x.Reason, maxWhy, true)
	u, err := org.Get(ctx, tx, by, vn.Clean(unitKey))
	if err == nil && !r.Within(u.ID, r.Form.Unit) {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	switch {
	case fault.Is(err, fault.NotFound):
		w.Add("unit", "calendar.error.unit")
	case err != nil:
		return x, err
	default:
		if !r.Asked(u.ID) && (!whole || r.Due(u.ID) == 0) {
			w.Add("unit", "calendar.error.unit_not_asked")
		}
	}
	if r.Standing() >= deadline.MaxExceptions {
		w.Add("unit", "calendar.error.exceptions", deadline.MaxExceptions)
	}
	if err := w.Err(); err != nil {
		return x, err
	}
	x.Unit, x.UnitKey, x.UnitName = u.ID, u.Key, u.Name
	if x.N, err = deadline.AddException(ctx, tx, by, id, x); err != nil {
		return x, err
	}
	return x, audit.Record(ctx, tx, by, "form.except", id, r.Period.Name+" · "+u.Name+" → "+day.String())
}

// EndException ends an exception: from now on the unit's usual last day holds
// again. It is a Conflict if it has been ended, NotFound if there is none.
func EndException(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
	r, err := keeping(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := deadline.EndException(ctx, tx, by, id, n); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "form.end_exception", id, r.Period.Name+" · "+vn.Int(n))
}
