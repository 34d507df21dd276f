package target

import (
	"context"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
)

// The lanes of a target's sheet. What a unit was given, what it takes on and how it
// answers stand at the unit; what it has handed down, and what those it was handed
// to take on, stand at the unit that hands down. So each figure of a unit is its own,
// and only answers are read over the tree.
const (
	assigned  tally.Lane = iota
	handed               // to the units directly under
	committed            // by the unit itself
	taken                // by the units directly under
	asked                // 1 for a unit that was given something from above
	accepted             // 1 for one that takes on what it was given
	proposed             // 1 for one that takes on something else
)

var kind = tally.NewKind("target", "assigned", "handed", "committed", "taken", "asked", "accepted", "proposed")

func init() { kind.Named = named }

// Kind returns what a target's sheet counts.
func Kind() *tally.Kind { return kind }

// Source is the kind of source of what a target posts.
const Source = "target"

// source is the deed at a unit, which its page of the target shows.
func source(id, unitKey string) tally.Source {
	return tally.Source{Kind: Source, ID: id + ":" + unitKey}
}

// named says what a lane counts, with the name of the target and, where values have
// decimals, how small their unit is.
func named(ctx context.Context, tx *db.Tx, s tally.Sheet, lane string, _ tally.Vec) (tally.Name, error) {
	t, err := readTarget(ctx, tx, s.Source)
	if err != nil {
		return tally.Name{}, err
	}
	key := "target.lane." + lane
	if t.Decimals > 0 && kind.Lane(lane) <= taken {
		return tally.Name{What: fault.Text{Key: key + ".small", Args: []any{t.Label, t.Word, t.Decimals}}}, nil
	}
	return tally.Name{What: fault.Text{Key: key, Args: []any{t.Label}}}, nil
}

// Recount returns, by unit, what the standing of all units in a target says that its
// sheet should hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	all, err := standings(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	units := make([]int64, 0, 2*len(all))
	for _, x := range all {
		giver := x.Giver
		if giver == 0 {
			giver = x.Unit
		}
		units = append(units, x.Unit, giver)
	}
	at, err := tally.Places(ctx, tx, s.ID, units)
	if err != nil {
		return nil, err
	}
	sums := map[int64]tally.Delta{}
	for i, x := range all {
		own, above := x.counts()
		sums[at[2*i]] = sums[at[2*i]].Plus(own)
		if x.Giver != 0 {
			sums[at[2*i+1]] = sums[at[2*i+1]].Plus(above)
		}
	}
	return sums, nil
}

// Href is the page of a target at the unit whose deed a source names.
func Href(id, _, _ string) string {
	target, unit, _ := strings.Cut(id, ":")
	return Target{ID: target}.Address(unit)
}
