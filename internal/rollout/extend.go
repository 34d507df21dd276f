package rollout

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
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

// slice is how many units are extended at once.
const slice = 100

// ExtendJob is the kind of the job that goes on with an extension of many units.
const ExtendJob = "rollout.extend"

// Extend gives one unit, or all units (unit 0) that have not done a step, until
// the end of a later day, with a reason, and tells them. Units whose last day is
// later already are left alone. The first are extended with this deed, and it
// returns how many; the rest of many by a job.
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
	some, err := openBefore(ctx, tx, e, slice+1)
	if err != nil {
		return 0, err
	}
	if len(some) == 0 {
		w.Add("day", "rollout.error.extend_none")
		return 0, w.Err()
	}
	if err := insertExtension(ctx, tx, e); err != nil {
		return 0, err
	}
	if len(some) > slice {
		some = some[:slice]
		if err := job.Enqueue(ctx, tx, job.New{Kind: ExtendJob, Payload: e.ID, Unique: ExtendJob + " " + e.ID}); err != nil {
			return 0, err
		}
	}
	if err := extendSome(ctx, tx, e, some); err != nil {
		return 0, err
	}
	if err := AddEvent(ctx, tx, by, id, "extended", e.Reason); err != nil {
		return 0, err
	}
	return len(some), audit.Record(ctx, tx, by, "rollout.extend", id, string(step)+" "+string(day)+" "+e.Reason)
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

// extendAll goes on where Extend stopped.
func extendAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var e Extension
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = findExtension(ctx, tx, j.Payload)
		return err
	}); err != nil {
		return err
	}
	var pace job.Pace
	for after, n, more := int64(0), int64(0), true; more; progress(n, n) {
		var all []owedRow
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) (err error) {
			all, err = owedAfter(ctx, tx, e.Rollout, e.Step, after, size)
			if more = len(all) == size; err != nil {
				return err
			}
			return extendSome(ctx, tx, e, slices.DeleteFunc(slices.Clone(all), func(o owedRow) bool { return !e.reaches(o) }))
		}); err != nil {
			return err
		}
		if n += int64(len(all)); more {
			after = all[len(all)-1].Unit
		}
	}
	return nil
}

// reaches reports whether e gives more time for o.
func (e Extension) reaches(o owedRow) bool {
	return o.State == Open && o.Due.Before(e.Day) && o.DoneAt.IsZero() && o.EndedAt.IsZero()
}

// extendSome gives obligations of one step the time of an extension.
func extendSome(ctx context.Context, tx *db.Tx, e Extension, all []owedRow) error {
	if len(all) == 0 {
		return nil
	}
	if err := setExtended(ctx, tx, e, all); err != nil {
		return err
	}
	entries, words := make([]tally.Entry, len(all)), make([]notify.Word, len(all))
	for i, o := range all {
		d := tally.Delta{}
		if o.Extended == "" {
			d[o.Step.lane("extended")] = 1
		}
		if o.late() {
			d[o.Step.lane("late")] = -1
		}
		entries[i] = tally.Entry{Sheet: o.Sheet, Unit: o.Unit, Delta: d, Source: tally.Source{Kind: "extension", ID: o.Rollout}, Reason: e.Reason}
		words[i] = notify.Word{Unit: o.Keeper, Args: []string{o.Title, e.Day.String(), e.Reason}, Link: "/rollouts/" + o.Rollout}
	}
	if err := tally.PostMany(ctx, tx, auth.Actor{Login: e.Login, Name: e.Actor, Tree: all[0].Tree}, entries); err != nil {
		return err
	}
	return tell(ctx, tx, "rollout.notice.extended."+string(e.Step), words)
}
