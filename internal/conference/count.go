package conference

import (
	"context"
	"maps"
	"slices"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
)

// figures returns what an occasion's roll says, by home unit, for the
// conference's own sheet and for its rollout's.
func figures(ctx context.Context, tx *db.Tx, occasion string, host int64) (own, roll map[int64]tally.Delta, err error) {
	counts, err := attendance.Counts(ctx, tx, occasion)
	if err != nil {
		return nil, nil, err
	}
	own, roll = map[int64]tally.Delta{}, map[int64]tally.Delta{}
	r := rollout.Kind()
	for _, c := range counts {
		if !c.Extra { // who was not invited stands in a lane apart since checking in
			d := tally.Delta{kind.Lane("invited"): c.N}
			if c.State != attendance.Invited {
				d[kind.Lane(string(c.State))] = c.N
			}
			own[c.Unit] = own[c.Unit].Plus(d)
			if c.State.There() {
				own[c.Unit][kind.Lane("represented")] = 1
			}
		}
		if lane, ok := rollLanes[c.State]; ok {
			roll[c.Unit] = roll[c.Unit].Plus(tally.Delta{r.Lane(lane): c.N})
		}
		if c.State == attendance.Online {
			roll[c.Unit] = roll[c.Unit].Plus(tally.Delta{r.Lane("online"): c.N})
		}
	}
	guests, err := attendance.Guests(ctx, tx, occasion)
	for _, g := range guests {
		own[host] = own[host].Plus(tally.Delta{kind.Lane("guests"): g.Number})
		roll[host] = roll[host].Plus(tally.Delta{r.Lane("guests"): g.Number})
	}
	return own, roll, err
}

// rollLanes are the lanes of a rollout's sheet that a state counts in.
var rollLanes = map[attendance.State]string{
	attendance.Present: "attended", attendance.Online: "attended",
	attendance.Excused: "absent_excused", attendance.Absent: "absent",
}

// count posts what the roll says, or with sign -1 takes it back.
func (c Conference) count(ctx context.Context, tx *db.Tx, by auth.Actor, sign int64, reason string) error {
	own, roll, err := figures(ctx, tx, c.ID, c.Unit)
	if err != nil {
		return err
	}
	if err := c.post(ctx, tx, by, c.Sheet, own, sign, reason); err != nil || c.Rollout == "" {
		return err
	}
	r, err := rollout.Get(ctx, tx, by, c.Rollout)
	if err != nil || r.Sheet == 0 {
		return err
	}
	return c.post(ctx, tx, by, r.Sheet, roll, sign, reason)
}

// post posts figures at their units; a unit that does not stand on the sheet,
// as one that moved, is counted at the sheet's root.
func (c Conference) post(ctx context.Context, tx *db.Tx, by auth.Actor, sheet int64, figures map[int64]tally.Delta, sign int64, reason string) error {
	placed, err := place(ctx, tx, sheet, figures)
	if err != nil {
		return err
	}
	for _, u := range slices.Sorted(maps.Keys(placed)) {
		d := placed[u]
		if sign < 0 {
			d = d.Neg()
		}
		if err := tally.Post(ctx, tx, by, tally.Entry{Sheet: sheet, Unit: u, Delta: d, Source: c.source(), Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}

func place(ctx context.Context, tx *db.Tx, sheet int64, figures map[int64]tally.Delta) (map[int64]tally.Delta, error) {
	s, err := tally.Find(ctx, tx, sheet)
	if err != nil {
		return nil, err
	}
	placed := map[int64]tally.Delta{}
	for u, d := range figures {
		at, err := tally.Where(ctx, tx, sheet, u)
		if err != nil {
			return nil, err
		}
		if at == 0 {
			at = s.Root
		}
		placed[at] = placed[at].Plus(d)
	}
	return placed, nil
}

// Recount returns, by unit, what the roll of a closed conference says its own
// sheet should hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	state, host, err := stateOf(ctx, tx, s.Source)
	if err != nil || state != Closed {
		return nil, err
	}
	own, _, err := figures(ctx, tx, s.Source, host)
	if err != nil {
		return nil, err
	}
	return place(ctx, tx, s.ID, own)
}

// RecountRollout returns, by unit, what the rolls of the closed conferences of
// a rollout say its sheet should hold in the lanes of attendance.
func RecountRollout(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	all := map[int64]tally.Delta{}
	conferences, err := closedFor(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	for _, c := range conferences {
		_, roll, err := figures(ctx, tx, c.ID, c.Unit)
		if err != nil {
			return nil, err
		}
		placed, err := place(ctx, tx, s.ID, roll)
		if err != nil {
			return nil, err
		}
		for u, d := range placed {
			all[u] = all[u].Plus(d)
		}
	}
	return all, nil
}
