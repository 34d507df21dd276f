package task

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/job"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

var kind = tally.NewKind("task", "given", "done", "done_late", "verified", "late")

// Kind returns what the sheet of what a unit gives in a year counts, at each unit that
// leads. late are those whose last day has passed and that are not done; done_late are
// among done; what is withdrawn counts nowhere.
func Kind() *tally.Kind { return kind }

// figures are what one task adds to its sheet.
func (t Task) figures() tally.Delta {
	d := tally.Delta{}
	add := func(lane string, is bool) {
		if is && t.WithdrawnAt.IsZero() {
			d[kind.Lane(lane)] = 1
		}
	}
	add("given", true)
	add("done", !t.DoneAt.IsZero())
	add("done_late", t.doneLate())
	add("verified", !t.VerifiedAt.IsZero())
	add("late", !t.LateAt.IsZero())
	return d
}

// entries post what has changed between tasks as they were and as they are; a unit that
// does not stand on its sheet any more is counted at its keeper or the sheet's root.
func entries(ctx context.Context, tx *db.Tx, was, is []Task, reason string) ([]tally.Entry, error) {
	var all []tally.Entry
	for i, t := range is {
		d := t.figures()
		if was != nil {
			d = d.Plus(was[i].figures().Neg())
		}
		maps.DeleteFunc(d, func(_ tally.Lane, x int64) bool { return x == 0 })
		if len(d) == 0 {
			continue
		}
		at, err := tally.Places(ctx, tx, t.Sheet, []int64{t.Lead.ID})
		if err != nil {
			return nil, err
		}
		all = append(all, tally.Entry{Sheet: t.Sheet, Unit: at[0], Delta: d, Source: tally.Source{Kind: kind.Name, ID: t.ID}, Reason: reason})
	}
	return all, nil
}

// post posts what a deed changed in one task.
func post(ctx context.Context, tx *db.Tx, by auth.Actor, was, is Task, reason string) error {
	all, err := entries(ctx, tx, []Task{was}, []Task{is}, reason)
	if err != nil {
		return err
	}
	return tally.PostMany(ctx, tx, by, all)
}

// sheetFor returns the sheet on which what a unit gives in a year is counted at all of
// leads: the newest of its year, or another where one of them does not stand on it.
func sheetFor(ctx context.Context, tx *db.Tx, by auth.Actor, unit int64, year string, leads []int64) (int64, error) {
	if err := tx.Lock(ctx, fmt.Sprintf("task sheet %d %s", unit, year)); err != nil {
		return 0, err
	}
	sheet, n, err := newestSheet(ctx, tx, unit, year)
	if err != nil {
		return 0, err
	}
	if sheet != 0 {
		missing := false
		for _, u := range leads {
			on, err := tally.On(ctx, tx, sheet, u)
			if err != nil {
				return 0, err
			}
			missing = missing || !on
		}
		if !missing {
			return sheet, nil
		}
	}
	s, err := tally.Open(ctx, tx, by, kind, fmt.Sprintf("%d:%s:%d", unit, year, n+1), by.Tree, unit)
	if err != nil {
		return 0, err
	}
	return s.ID, insertSheet(ctx, tx, unit, year, n+1, s.ID)
}

// Counts returns what a unit gave in a year, of all its sheets of that year.
func Counts(ctx context.Context, tx *db.Tx, unit int64, year string) (sheets []int64, total tally.Vec, err error) {
	if sheets, err = sheetsOf(ctx, tx, unit, year); err != nil {
		return nil, total, err
	}
	for _, s := range sheets {
		v, err := tally.Total(ctx, tx, s, unit)
		if err != nil {
			return nil, total, err
		}
		if err := total.Add(v.Delta()); err != nil {
			return nil, total, err
		}
	}
	return sheets, total, nil
}

// Recount returns, by unit, what the tasks of a sheet say it should hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	all, err := counted(ctx, tx, s.ID)
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

// LateJob is the kind of the job that counts every night what is late.
const LateJob = "task.late"

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) {
	r.Handle(GiveJob, giveAll)
	r.Handle(WithdrawJob, withdrawAll)
	r.Handle(LateJob, countLate)
	r.Daily(LateJob, 0, 10)
}

// countLate counts what is open and whose last day has passed, slice by slice.
func countLate(ctx context.Context, d *db.DB, _ job.Job, progress func(done, total int64)) error {
	var pace job.Pace
	for n, more := int64(0), true; more; progress(n, n) {
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) error {
			all, trees, err := overdue(ctx, tx, vn.DayOf(tx.Now), size)
			if more = len(all) == size; err != nil || len(all) == 0 {
				return err
			}
			n += int64(len(all))
			return markLate(ctx, tx, all, trees)
		}); err != nil {
			return err
		}
	}
	return nil
}

// markLate counts tasks as late, those of each tree in its name.
func markLate(ctx context.Context, tx *db.Tx, all []Task, trees []string) error {
	if err := setLate(ctx, tx, all); err != nil {
		return err
	}
	byTree := map[string][]tally.Entry{}
	for i, was := range all {
		is := was
		is.LateAt = tx.Now
		e, err := entries(ctx, tx, []Task{was}, []Task{is}, "")
		if err != nil {
			return err
		}
		byTree[trees[i]] = append(byTree[trees[i]], e...)
	}
	for _, tree := range slices.Sorted(maps.Keys(byTree)) {
		if err := tally.PostMany(ctx, tx, auth.System(tree), byTree[tree]); err != nil {
			return err
		}
	}
	return nil
}
