package rollout

import (
	"context"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// An Extension is more time given, to one unit or to all.
type Extension struct {
	ID      string
	Rollout string
	Step    Step
	Unit    int64 // 0 for all
	Day     vn.Day
	Reason  string
	Login   string
	Actor   string // the name of who gave it
	At      time.Time
}

// ExtendJob is the kind of the job that goes on with an extension of many units.
const ExtendJob = "rollout.extend"

// Extend gives one unit, or all units (unit 0) that have not done a step, until
// the end of a later day, with a reason, and tells them. Units whose last day is
// later already are left alone; it returns how many are not. The first are
// extended with this deed, the rest of many by a job.
func Extend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, step Step, unit int64, day vn.Day, reason string) (int, error) {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := MayApprove(by, r.Unit); err != nil {
		return 0, err
	}
	e := Extension{ID: db.NewKey(), Rollout: id, Step: step, Unit: unit, Day: day, Reason: vn.CleanText(reason), Login: by.Login, Actor: by.Name}
	w := e.check(vn.DayOf(tx.Now))
	if err := w.Err(); err != nil {
		return 0, err
	}
	if r.State != Open {
		return 0, fault.New(fault.Conflict, "rollout.error.not_open")
	}
	n, err := countBefore(ctx, tx, e)
	if err != nil {
		return 0, err
	}
	if n == 0 {
		w.Add("day", "rollout.error.extend_none")
		return 0, w.Err()
	}
	if err := insertExtension(ctx, tx, e); err != nil {
		return 0, err
	}
	if err := extendSome(ctx, tx, e); err != nil {
		return 0, err
	}
	if n > slice {
		if err := job.Enqueue(ctx, tx, job.New{Kind: ExtendJob, Payload: e.ID, Unique: ExtendJob + " " + e.ID}); err != nil {
			return 0, err
		}
	}
	if err := AddEvent(ctx, tx, by, id, "extended", e.Reason); err != nil {
		return 0, err
	}
	return n, audit.Record(ctx, tx, by, "rollout.extend", id, string(step)+" "+string(day)+" "+e.Reason)
}

func (e Extension) check(today vn.Day) fault.Wrong {
	w := fault.Wrong{}
	w.Text("reason", e.Reason, maxNote, true)
	if doneLane[e.Step] == "" {
		w.Add("step", "error.needed")
	}
	if !e.Day.Valid() {
		w.Add("day", "rollout.error.day")
	} else if e.Day.Before(today) {
		w.Add("day", "rollout.error.past", e.Day.String())
	}
	return w
}

// extendSome extends the first slice of what an extension has not reached yet.
func extendSome(ctx context.Context, tx *db.Tx, e Extension) error {
	some, err := openBefore(ctx, tx, e, slice)
	if err != nil {
		return err
	}
	for _, o := range some {
		if err := o.extend(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// extendAll goes on where Extend stopped.
func extendAll(ctx context.Context, d *db.DB, j job.Job, _ func(done, total int64)) error {
	var e Extension
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = findExtension(ctx, tx, j.Payload)
		return err
	}); err != nil {
		return err
	}
	return sliced(ctx, d, func(ctx context.Context, tx *db.Tx) ([]owedRow, error) {
		return openBefore(ctx, tx, e, slice)
	}, func(ctx context.Context, tx *db.Tx, o owedRow) error { return o.extend(ctx, tx, e) })
}

func (o owedRow) extend(ctx context.Context, tx *db.Tx, e Extension) error {
	d := tally.Delta{}
	if o.Extended == "" {
		d[o.Step.lane("extended")] = 1
	}
	if o.late() {
		d[o.Step.lane("late")] = -1
	}
	if err := setExtended(ctx, tx, o, e.Day); err != nil {
		return err
	}
	by := auth.Actor{Login: e.Login, Name: e.Actor, Tree: o.Tree}
	if err := tally.Post(ctx, tx, by, tally.Entry{
		Sheet: o.Sheet, Unit: o.Unit, Delta: d, Source: tally.Source{Kind: "extension", ID: o.Rollout}, Reason: e.Reason,
	}); err != nil {
		return err
	}
	return tell(ctx, tx, o.Keeper, "rollout.notice.extended."+string(o.Step), "/rollouts/"+o.Rollout, o.Title, e.Day.String(), e.Reason)
}
