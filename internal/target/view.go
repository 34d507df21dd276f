package target

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Row is how a target stands at one unit: what it was given and takes on, what it
// has handed down, what those it was handed to take on, and what was reached at and
// under it.
type Row struct {
	Called
	Standing
	Handed  int64
	Taken   int64
	Asked   int64 // units at and under it that were given something from above
	Replied int64 // of these, those that have answered
	Reached int64
	Known   bool   // whether anything is known of what was reached
	Reason  string // why it proposes something else
}

// Given reports whether the unit was given anything.
func (r Row) Given() bool { return r.Version > 0 }

// Rest is what of a unit's share is not handed down yet; below zero if more was
// handed down than it was given.
func (r Row) Rest() int64 { return r.Value - r.Handed }

// MaxRows is how many units one page holds.
const MaxRows = 100

func (r *Row) fill(v tally.Node) {
	r.Handed, r.Taken = v.Own.Get(handed), v.Own.Get(taken)
	r.Asked, r.Replied = v.Total.Get(asked), v.Total.Get(accepted)+v.Total.Get(proposed)
}

// At returns how a target stands at a unit that by may see. A unit that was given
// nothing has an empty row.
func At(ctx context.Context, tx *db.Tx, by auth.Actor, feeds Feeds, t Target, u org.Unit) (Row, error) {
	r := Row{Called: Called{u.ID, u.Key, u.Name}}
	var err error
	if r.Standing, err = standingOf(ctx, tx, t.ID, u.ID); err != nil && !fault.Is(err, fault.NotFound) {
		return r, err
	}
	n, err := tally.NodeOf(ctx, tx, t.Sheet, u.ID)
	if err != nil {
		return r, err
	}
	r.fill(n)
	if r.Giver != 0 {
		r.Asked, r.Replied = r.Asked-1, r.Replied-n.Own.Get(accepted)-n.Own.Get(proposed) // of those under it
	}
	reached, err := feeds.read(ctx, tx, by, t, []int64{u.ID}, t.To)
	r.Reached, r.Known = reached[u.ID], has(reached, u.ID)
	return r, err
}

func has(m map[int64]int64, unit int64) bool { _, ok := m[unit]; return ok }

// Under returns the rows of the units to which one has handed down, at most limit,
// and MaxRows, after a unit; next is where the following come, 0 for none.
func Under(ctx context.Context, tx *db.Tx, by auth.Actor, feeds Feeds, t Target, unit, after int64, limit int) (rows []Row, next int64, err error) {
	limit = max(1, min(limit, MaxRows))
	all, err := someUnder(ctx, tx, t.ID, unit, after, limit+1)
	if err != nil || len(all) == 0 {
		return nil, 0, err
	}
	if len(all) > limit {
		all = all[:limit]
		next = all[limit-1].Unit
	}
	units := make([]int64, len(all))
	for i, x := range all {
		units[i] = x.Unit
	}
	names, err := namesOf(ctx, tx, by, units)
	if err != nil {
		return nil, 0, err
	}
	nodes, err := tally.NodesOf(ctx, tx, t.Sheet, units)
	if err != nil {
		return nil, 0, err
	}
	why, err := reasons(ctx, tx, t.ID, units)
	if err != nil {
		return nil, 0, err
	}
	reached, err := feeds.read(ctx, tx, by, t, units, t.To)
	if err != nil {
		return nil, 0, err
	}
	for _, x := range all {
		c, ok := names[x.Unit]
		if !ok {
			continue
		}
		r := Row{Called: c, Standing: x, Reached: reached[x.Unit], Known: has(reached, x.Unit), Reason: why[x.Unit]}
		r.fill(nodes[x.Unit])
		rows = append(rows, r)
	}
	return rows, next, nil
}

// Lacking returns units at and under one that were given something and have not
// answered, of those that by may see, in the order of the tree: at most limit after a
// place, and where the following come, 0 for none.
func Lacking(ctx context.Context, tx *db.Tx, by auth.Actor, t Target, unit int64, after tally.Place, limit int) ([]Called, tally.Place, error) {
	s, err := tally.Find(ctx, tx, t.Sheet)
	if err != nil {
		return nil, 0, err
	}
	units, next, err := tally.Lacking(ctx, tx, tally.Lack{
		Sheet: s, Top: unit, Done: []tally.Lane{accepted, proposed}, Due: []tally.Lane{asked}, After: after, Limit: limit,
	})
	if err != nil {
		return nil, 0, err
	}
	names, err := namesOf(ctx, tx, by, units)
	var all []Called
	for _, u := range units {
		if c, ok := names[u]; ok {
			all = append(all, c)
		}
	}
	return all, next, err
}

// A Mark is a point of a unit's path, with what it had reached by its end.
type Mark struct {
	Point
	Due     int64 // of the unit, by the end of the point
	Reached int64
	Known   bool // the point has ended, and what stood then is known
	Running bool // it has begun and not ended
}

// Marks returns a unit's path against what it had reached at its points, where the
// feed knows the past; today tells which points have ended.
func Marks(ctx context.Context, tx *db.Tx, by auth.Actor, feeds Feeds, t Target, r Row) ([]Mark, error) {
	today, from := vn.DayOf(tx.Now), t.From
	f, _ := feeds.get(t.Feed)
	var all []Mark
	for i, p := range t.Points {
		m := Mark{Point: p, Due: t.Due(r.Value, i)}
		m.Running = !today.Before(from) && today.Before(p.To)
		if begun := !today.Before(from); begun && f.Past {
			reached, err := feeds.read(ctx, tx, by, t, []int64{r.ID}, p.To)
			if err != nil {
				return nil, err
			}
			m.Reached, m.Known = reached[r.ID], has(reached, r.ID)
		} else if m.Running && r.Known {
			m.Reached, m.Known = r.Reached, true
		}
		all, from = append(all, m), p.To
	}
	return all, nil
}

// Behind says how a unit stands that is to reach value and has reached so much: false
// as long as it keeps to the path. Of what is to be so many at least, that is the
// last point that has ended; of what is to be so many at most, the one that runs.
func (t Target) Behind(today vn.Day, value, reached int64) bool {
	last := -1
	for i, p := range t.Points {
		if !today.Before(p.To) {
			last = i
		}
	}
	if t.Direction == Most {
		return reached > t.Due(value, min(last+1, len(t.Points)-1))
	}
	return last >= 0 && reached < t.Due(value, last)
}

// Met reports whether a unit that is to reach value has done so: for what is to be so
// many at most, only once the time is over.
func (t Target) Met(today vn.Day, value, reached int64) bool {
	if t.Direction == Most {
		return !today.Before(t.To) && reached <= value
	}
	return reached >= value
}
