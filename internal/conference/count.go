package conference

import (
	"context"
	"maps"
	"math"
	"slices"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/presence"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
)

// A figured is what a part of a roll says, by home unit, for the conference's own
// sheet and for its rollout's.
type figured struct {
	own, roll map[int64]tally.Delta
	people    int64
}

// figures returns what the roll says of units with ids after one, to the end of a
// range; guests not among it.
func figures(ctx context.Context, tx *db.Tx, occasion string, after, to int64) (figured, error) {
	counts, err := presence.CountsOf(ctx, tx, occasion, after, to)
	if err != nil {
		return figured{}, err
	}
	f := figured{own: map[int64]tally.Delta{}, roll: map[int64]tally.Delta{}}
	for _, c := range counts {
		f.add(c)
	}
	return f, f.addCalls(ctx, tx, occasion, after, to)
}

// add adds the people of a unit in a state. Who was there, but not as the rule of the
// conference asks, has not attended: they stand in a lane apart, and their rollout
// counts those invited as absent.
func (f *figured) add(c presence.Count) {
	r, state, there := rollout.Kind(), c.State, c.State.There() && c.Attended
	partly := c.State.There() && !c.Attended
	if partly {
		state = attendance.Absent
	}
	f.people += c.N
	if !c.Extra { // who was not invited stands in a lane apart since checking in
		d := tally.Delta{kind.Lane("invited"): c.N}
		switch {
		case partly:
			d[kind.Lane("partial")] = c.N
		case c.State != attendance.Invited:
			d[kind.Lane(string(c.State))] = c.N
		}
		f.own[c.Unit] = f.own[c.Unit].Plus(d)
		if there {
			f.own[c.Unit][kind.Lane("represented")] = 1
		}
	}
	if lane, ok := rollLanes[state]; ok && !(partly && c.Extra) {
		f.roll[c.Unit] = f.roll[c.Unit].Plus(tally.Delta{r.Lane(lane): c.N})
	}
	if there && c.State == attendance.Online {
		f.roll[c.Unit] = f.roll[c.Unit].Plus(tally.Delta{r.Lane("online"): c.N})
	}
}

// addCalls adds how many were there at each of several roll calls, and have checked
// out where that is asked for.
func (f *figured) addCalls(ctx context.Context, tx *db.Tx, occasion string, after, to int64) error {
	o, err := attendance.Get(ctx, tx, occasion)
	if err != nil {
		return err
	}
	calls, err := attendance.Calls(ctx, tx, occasion)
	if err != nil || len(calls) == 1 && !o.Checkout {
		return err
	}
	counts, err := presence.CallsOf(ctx, tx, occasion, after, to)
	for _, c := range counts {
		d := tally.Delta{}
		if o.Checkout && c.Out > 0 {
			d[kind.Lane("checked_out")] = c.Out
		}
		for _, x := range calls {
			if n := c.There[x.N-1]; len(calls) > 1 && n > 0 {
				d[callLane(x.N)] = n
			}
		}
		f.own[c.Unit] = f.own[c.Unit].Plus(d)
	}
	return err
}

func callLane(n int64) tally.Lane { return kind.Lane("call_" + id(n)) }

// withGuests adds the guests of an occasion at its host, and heads at the units whose
// sites counted them.
func (f figured) withGuests(ctx context.Context, tx *db.Tx, occasion string, host int64) error {
	guests, err := attendance.Guests(ctx, tx, occasion)
	for _, g := range guests {
		f.own[host] = f.own[host].Plus(tally.Delta{kind.Lane("guests"): g.Number})
		f.roll[host] = f.roll[host].Plus(tally.Delta{rollout.Kind().Lane("guests"): g.Number})
	}
	if err != nil {
		return err
	}
	n, err := presence.GuestsThere(ctx, tx, occasion)
	if err != nil {
		return err
	}
	if n > 0 {
		f.own[host] = f.own[host].Plus(tally.Delta{kind.Lane("guests"): n})
		f.roll[host] = f.roll[host].Plus(tally.Delta{rollout.Kind().Lane("guests"): n})
	}
	heads, err := headsBy(ctx, tx, occasion)
	for unit, n := range heads {
		f.own[unit] = f.own[unit].Plus(tally.Delta{kind.Lane("heads"): n})
	}
	return err
}

// headsBy returns the heads counted where there was no list, by the units that host
// the sites: of several roll calls the most.
func headsBy(ctx context.Context, tx *db.Tx, occasion string) (map[int64]int64, error) {
	counts, err := presence.HeadCounts(ctx, tx, occasion)
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	most := map[int64]int64{}
	for _, c := range counts {
		most[c.Site] = max(most[c.Site], c.N)
	}
	hosts, err := siteHosts(ctx, tx, occasion, slices.Sorted(maps.Keys(most)))
	all := map[int64]int64{}
	for site, n := range most {
		if n > 0 {
			all[hosts[site]] += n
		}
	}
	return all, err
}

// rollLanes are the lanes of a rollout's sheet that a state counts in.
var rollLanes = map[attendance.State]string{
	attendance.Present: "attended", attendance.Online: "attended",
	attendance.Excused: "absent_excused", attendance.Absent: "absent",
}

// count posts what the roll says, or with sign -1 takes it back.
func (c Conference) count(ctx context.Context, tx *db.Tx, by auth.Actor, sign int64, reason string) error {
	f, err := figures(ctx, tx, c.ID, 0, math.MaxInt64)
	if err != nil {
		return err
	}
	if err := f.withGuests(ctx, tx, c.ID, c.Unit); err != nil {
		return err
	}
	return c.postFigures(ctx, tx, by, f, sign, reason)
}

// countGuests is count for the guests alone.
func (c Conference) countGuests(ctx context.Context, tx *db.Tx, by auth.Actor, sign int64, reason string) error {
	f := figured{own: map[int64]tally.Delta{}, roll: map[int64]tally.Delta{}}
	if err := f.withGuests(ctx, tx, c.ID, c.Unit); err != nil {
		return err
	}
	return c.postFigures(ctx, tx, by, f, sign, reason)
}

func (c Conference) postFigures(ctx context.Context, tx *db.Tx, by auth.Actor, f figured, sign int64, reason string) error {
	if err := c.post(ctx, tx, by, c.Sheet, f.own, sign, reason); err != nil || c.Rollout == "" {
		return err
	}
	r, err := rollout.Get(ctx, tx, by, c.Rollout)
	if err != nil || r.Sheet == 0 {
		return err
	}
	return c.post(ctx, tx, by, r.Sheet, f.roll, sign, reason)
}

// post posts figures at their units; a unit that does not stand on the sheet,
// as one that moved, is counted at the sheet's root.
func (c Conference) post(ctx context.Context, tx *db.Tx, by auth.Actor, sheet int64, figures map[int64]tally.Delta, sign int64, reason string) error {
	if sign < 0 {
		negative := make(map[int64]tally.Delta, len(figures)) // the closure may run twice
		for u, d := range figures {
			negative[u] = d.Neg()
		}
		figures = negative
	}
	return tally.PostPlaced(ctx, tx, by, tally.Entry{Sheet: sheet, Source: c.source(), Reason: reason}, figures)
}

// counted returns what of the roll stands counted: all of it once c is closed, a
// part while that is under way.
func (c Conference) counted(ctx context.Context, tx *db.Tx) (figured, error) {
	after, to, guests := int64(0), int64(0), false
	switch c.State {
	case Closed:
		to, guests = math.MaxInt64, true
	case Closing, Reopening:
		n, err := countingOf(ctx, tx, c.ID)
		if err != nil {
			return figured{}, err
		}
		if to = n.After; c.State == Reopening {
			after, to, guests = n.After, math.MaxInt64, n.After != drained
		}
	}
	f, err := figures(ctx, tx, c.ID, after, to)
	if err == nil && guests {
		err = f.withGuests(ctx, tx, c.ID, c.Unit)
	}
	return f, err
}

// Recount returns, by unit, what the roll of a conference and the check-ins say its
// own sheet should hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	c, err := find(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	f, err := c.counted(ctx, tx)
	if err != nil {
		return nil, err
	}
	in, err := checkedIn(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	for u, d := range in {
		f.own[u] = f.own[u].Plus(d)
	}
	return tally.Placed(ctx, tx, s.ID, f.own)
}

// RecountRollout returns, by unit, what the rolls of the closed conferences of
// a rollout say its sheet should hold in the lanes of attendance.
func RecountRollout(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	all := map[int64]tally.Delta{}
	conferences, err := countedFor(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	for _, c := range conferences {
		f, err := c.counted(ctx, tx)
		if err != nil {
			return nil, err
		}
		placed, err := tally.Placed(ctx, tx, s.ID, f.roll)
		if err != nil {
			return nil, err
		}
		for u, d := range placed {
			all[u] = all[u].Plus(d)
		}
	}
	return all, nil
}
