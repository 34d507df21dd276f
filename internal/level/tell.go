package level

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/rung"
	"nhipcau/internal/tally"
)

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) { r.Handle(rung.TellJob, tellAll) }

// tellAll tells the hosts of the levels of a conference, each once, slice by slice.
// Each slice notes how far it came, so that after a crash it goes on there.
func tellAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var pace job.Pace
	for more := true; more; {
		var done, total int64
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) (err error) {
			done, total, more, err = TellSome(ctx, tx, j.Payload, size)
			return err
		}); err != nil {
			return err
		}
		progress(done, total)
	}
	return nil
}

// TellSome tells the hosts among the next size units under a conference of what its
// plan asks, of the first level of which not all are told. done and total are units
// of the tree.
func TellSome(ctx context.Context, tx *db.Tx, id string, size int) (done, total int64, more bool, err error) {
	title, tree, state, err := titled(ctx, tx, id)
	if err != nil || state == conference.Cancelled {
		return 0, 0, false, err
	}
	all, err := levels(ctx, tx, id)
	if err != nil {
		return 0, 0, false, err
	}
	for i, l := range all {
		if l.Told {
			continue
		}
		if l.Sheet == 0 {
			if l, err = open(ctx, tx, l, tree); err != nil {
				return 0, 0, false, err
			}
		}
		e, err := epochOf(ctx, tx, l.Sheet)
		if err != nil {
			return 0, 0, false, err
		}
		l, err = l.tell(ctx, tx, e, title, tree, size)
		return l.cursor, int64(e.Len()), !l.Told || i < len(all)-1, err
	}
	return 0, 0, false, nil
}

// open opens the sheet of a level: who stands under the host from now on is not asked.
func open(ctx context.Context, tx *db.Tx, l Level, tree string) (Level, error) {
	s, err := tally.Open(ctx, tx, auth.System(tree), rung.Kind(), rung.Source(l.Conference, l.N), tree, l.Unit)
	if err != nil {
		return l, err
	}
	e, err := epoch.ByID(ctx, tx, s.Epoch)
	if err != nil {
		return l, err
	}
	top, _ := e.Index(l.Unit) // the sheet is rooted there
	l.Sheet, l.cursor = s.ID, int64(top+1)
	return l, opened(ctx, tx, l)
}

// tell goes on with the next units of the tree of a level's sheet.
func (l Level) tell(ctx context.Context, tx *db.Tx, e *epoch.Epoch, title, tree string, size int) (Level, error) {
	top, _ := e.Index(l.Unit)
	from, to := int(l.cursor), min(int(l.cursor)+size, e.End(top))
	hosts, deepest, err := l.hosts(ctx, tx, e, top, from, to)
	if err != nil {
		return l, err
	}
	entries, words := make([]tally.Entry, len(hosts)), make([]notify.Word, len(hosts))
	for i, u := range hosts {
		entries[i] = tally.Entry{
			Sheet: l.Sheet, Unit: u, Delta: tally.Delta{rung.Kind().Lane("due"): 1}, Source: tally.Source{Kind: rung.Asked, ID: l.Conference},
		}
		words[i] = notify.Word{Unit: u, Args: []string{title, l.Deadline.Last().String()}, Link: "/conferences/" + l.Conference + "/levels"}
	}
	if err := insertHosts(ctx, tx, l, hosts); err != nil {
		return l, err
	}
	if err := tally.PostMany(ctx, tx, auth.System(tree), entries); err != nil {
		return l, err
	}
	if err := notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, "level.notice.asked", words); err != nil {
		return l, err
	}
	l.cursor, l.Told = int64(to), to == e.End(top)
	return l, told(ctx, tx, l, deepest)
}

// hosts returns which of the units at places from to to hold a conference of l, and
// how deep the deepest stands.
func (l Level) hosts(ctx context.Context, tx *db.Tx, e *epoch.Epoch, top, from, to int) (units []int64, deepest int64, err error) {
	var is map[int64]bool
	if l.Kind != "" {
		some := make([]int64, 0, to-from)
		for i := from; i < to; i++ {
			some = append(some, e.Unit(i))
		}
		if is, err = ofKind(ctx, tx, l.Kind, some); err != nil {
			return nil, 0, err
		}
	}
	for i := from; i < to; i++ {
		depth := int64(e.Depth(i) - e.Depth(top))
		if l.Kind != "" && !is[e.Unit(i)] || l.Kind == "" && depth != l.Depth {
			continue
		}
		units, deepest = append(units, e.Unit(i)), max(deepest, depth)
	}
	return units, deepest, nil
}
