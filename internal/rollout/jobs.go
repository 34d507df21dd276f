package rollout

import (
	"context"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// LateJob is the kind of the job that looks every night for what is late.
const LateJob = "rollout.late"

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) {
	r.Handle(OpenJob, openAll)
	r.Handle(EndJob, endAll)
	r.Handle(ExtendJob, extendAll)
	r.Handle(LateJob, countLate)
	r.Daily(LateJob, 0, 5)
}

// openAll gives every unit in a rollout's scope its obligations and counts who
// is due, slice by slice. Run again after a crash it goes on where it stopped;
// it stops when the rollout was withdrawn meanwhile.
func openAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var r Rollout
	var e *epoch.Epoch
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if r, err = Find(ctx, tx, j.Payload); err != nil || r.State != Approved {
			return err
		}
		e, err = epochOf(ctx, tx, r.Sheet)
		return err
	}); err != nil || r.State != Approved {
		return err
	}
	top, _ := e.Index(r.Scope) // the sheet is rooted there
	var pace job.Pace
	for from := top + 1 + int(j.Done); from < e.End(top); {
		to := from
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) error {
			to = min(from+size, e.End(top))
			return obligeSome(ctx, tx, r.ID, e, top, from, to)
		}); err != nil {
			return err
		}
		progress(int64(to-top-1), int64(e.End(top)-top-1))
		from = to
	}
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return opened(ctx, tx, r.ID) })
}

func epochOf(ctx context.Context, tx *db.Tx, sheet int64) (*epoch.Epoch, error) {
	s, err := tally.Find(ctx, tx, sheet)
	if err != nil {
		return nil, err
	}
	return epoch.ByID(ctx, tx, s.Epoch)
}

// obligeSome gives the units at places from to to of the epoch what the demands of
// their levels ask, once, tells them, and posts who is due in each: members are due
// wherever they are listed under the scope, also in units from which nothing is
// asked.
func obligeSome(ctx context.Context, tx *db.Tx, id string, e *epoch.Epoch, top, from, to int) error {
	r, err := Find(ctx, tx, id)
	if err != nil || r.State != Approved {
		return err
	}
	demands, err := Demands(ctx, tx, r)
	if err != nil {
		return err
	}
	units, level := make([]int64, 0, to-from), make(map[int64]int, to-from)
	for i := from; i < to; i++ {
		units = append(units, e.Unit(i))
		level[e.Unit(i)] = e.Depth(i) - e.Depth(top)
	}
	before, err := dueBefore(ctx, tx, id, units)
	if err != nil {
		return err
	}
	units = slices.DeleteFunc(units, func(u int64) bool { return before[u] })
	due, err := org.CountDueOf(ctx, tx, units, r.Frozen())
	if err != nil {
		return err
	}
	var given []gift
	var entries []tally.Entry
	var words []notify.Word
	for _, u := range units {
		delta := tally.Delta{kind.Lane("expected"): due[u].Listed, kind.Lane("exempt"): due[u].Exempt}
		for _, d := range demands {
			if d.Level != level[u] || d.Step == Reach && due[u].Listed == due[u].Exempt {
				continue // nobody is due here, so there is no share to reach
			}
			given = append(given, gift{u, d})
			delta[d.Step.lane("due")] = 1
		}
		entries = append(entries, tally.Entry{Sheet: r.Sheet, Unit: u, Delta: delta, Source: tally.Source{Kind: "opening", ID: r.ID}})
		if len(delta) > 2 { // of the others nothing is asked
			words = append(words, notify.Word{Unit: u, Args: []string{r.Title}, Link: "/rollouts/" + r.ID})
		}
	}
	if err := insertDue(ctx, tx, r.ID, units, due); err != nil {
		return err
	}
	if err := insertObligations(ctx, tx, r.ID, given); err != nil {
		return err
	}
	if err := tally.PostMany(ctx, tx, auth.System(r.Tree), entries); err != nil {
		return err
	}
	return tell(ctx, tx, "rollout.notice.opened", words)
}

// A gift is what one unit is given to do.
type gift struct {
	unit   int64
	demand Demand
}

// tell puts notices before the secretaries and the clerks of units.
func tell(ctx context.Context, tx *db.Tx, key string, words []notify.Word) error {
	return notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, key, words)
}

// opened makes a rollout open, unless it was withdrawn meanwhile.
func opened(ctx context.Context, tx *db.Tx, id string) error {
	r, err := Find(ctx, tx, id)
	if err != nil || r.State != Approved {
		return err
	}
	if err := setState(ctx, tx, r.ID, r.Version, Approved, Open); err != nil {
		return err
	}
	return AddEvent(ctx, tx, auth.System(r.Tree), r.ID, "opened", "")
}

// endAll ends what is owed by a rollout that was withdrawn or replaced, unit by
// unit, and tells each once.
func endAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var pace job.Pace
	for after, done, more := int64(0), int64(0), true; more; progress(done, done) {
		next, n := after, 0
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) error {
			units, err := unitsDue(ctx, tx, j.Payload, after, size)
			if err != nil {
				return err
			}
			if more, n = len(units) == size, len(units); n > 0 {
				next = units[n-1]
			}
			all, err := unended(ctx, tx, j.Payload, units)
			if err != nil {
				return err
			}
			return endSome(ctx, tx, all)
		}); err != nil {
			return err
		}
		after, done = next, done+int64(n)
	}
	return nil
}

func endSome(ctx context.Context, tx *db.Tx, all []owedRow) error {
	if len(all) == 0 {
		return nil
	}
	if err := release(ctx, tx, all); err != nil {
		return err
	}
	var words []notify.Word
	told := map[int64]bool{}
	for _, o := range all {
		if !told[o.Unit] {
			told[o.Unit] = true
			words = append(words, notify.Word{Unit: o.Keeper, Args: []string{o.Title}, Link: "/rollouts/" + o.Rollout})
		}
	}
	return tell(ctx, tx, "rollout.notice."+string(all[0].State), words)
}

// release ends obligations that nobody has to keep any more, and takes them out of
// what is late.
func release(ctx context.Context, tx *db.Tx, all []owedRow) error {
	if err := markEnded(ctx, tx, all); err != nil {
		return err
	}
	return postLate(ctx, tx, slices.DeleteFunc(slices.Clone(all), func(o owedRow) bool { return !o.late() }), -1)
}

func postLate(ctx context.Context, tx *db.Tx, all []owedRow, n int64) error {
	entries := make([]tally.Entry, len(all))
	for i, o := range all {
		entries[i] = tally.Entry{Sheet: o.Sheet, Unit: o.Unit, Delta: tally.Delta{o.Step.lane("late"): n}, Source: tally.Source{Kind: "late", ID: o.Rollout}}
	}
	for _, some := range byTree(all, entries) {
		if err := tally.PostMany(ctx, tx, auth.System(some.tree), some.entries); err != nil {
			return err
		}
	}
	return nil
}

// A grown is what is posted in one tree.
type grown struct {
	tree    string
	entries []tally.Entry
}

func byTree(all []owedRow, entries []tally.Entry) (out []grown) {
	for i, o := range all {
		if len(out) == 0 || out[len(out)-1].tree != o.Tree {
			out = append(out, grown{tree: o.Tree})
		}
		out[len(out)-1].entries = append(out[len(out)-1].entries, entries[i])
	}
	return out
}

// countLate counts the obligations whose last day has passed. What a unit owed
// that no longer stands, nobody owes.
func countLate(ctx context.Context, d *db.DB, _ job.Job, progress func(done, total int64)) error {
	var pace job.Pace
	for more := true; more; {
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) error {
			all, err := orphaned(ctx, tx, vn.DayOf(tx.Now), size)
			if more = len(all) == size; err != nil {
				return err
			}
			return release(ctx, tx, all)
		}); err != nil {
			return err
		}
	}
	var after owedRow
	for n, more := int64(0), true; more; progress(n, n) {
		var all []owedRow
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) (err error) {
			all, err = overdue(ctx, tx, vn.DayOf(tx.Now), after, size)
			if more = len(all) == size; err != nil {
				return err
			}
			fresh := slices.DeleteFunc(slices.Clone(all), func(o owedRow) bool { return o.late() || o.State != Open })
			if err := markLate(ctx, tx, fresh); err != nil {
				return err
			}
			return postLate(ctx, tx, fresh, 1)
		}); err != nil {
			return err
		}
		if n += int64(len(all)); more {
			after = all[len(all)-1]
		}
	}
	return nil
}
