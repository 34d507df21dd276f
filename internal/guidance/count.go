package guidance

import (
	"context"
	"strconv"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
)

// The lanes of a sheet: units that have received it, that have said what they did of
// some point, and of all of them; then what was done of each point, from count.
const (
	received tally.Lane = iota
	reported
	done
	count // of the first point
)

var kind = newKind()

func newKind() *tally.Kind {
	lanes := []string{"received", "reported", "done"}
	for n := range MaxPoints {
		lanes = append(lanes, countLane(n+1))
	}
	return tally.NewKind("guidance", lanes...)
}

func init() { kind.Named = named }

// countLane names the lane of the point with a number, from 1.
func countLane(n int) string { return "count_" + strconv.Itoa(n) }

// Kind returns what the sheet of guidance counts.
func Kind() *tally.Kind { return kind }

// Source is the kind of source of what units post.
const Source = "guidance"

// Href is the page of guidance at the unit whose deed a source names.
func Href(id, _, _ string) string {
	guidance, unit, _ := strings.Cut(id, ":")
	return Guidance{ID: guidance}.at(unit)
}

func named(ctx context.Context, tx *db.Tx, s tally.Sheet, lane string, _ tally.Vec) (tally.Name, error) {
	g, err := find(ctx, tx, s.Source)
	if err != nil {
		return tally.Name{}, err
	}
	number, ok := strings.CutPrefix(lane, "count_")
	if !ok {
		return tally.Name{What: fault.Text{Key: "guidance.lane." + lane, Args: []any{g.Title}}}, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n > len(g.Points) {
		return tally.Name{}, fault.New(fault.NotFound, "error.not_found")
	}
	return tally.Name{What: fault.Text{Key: "guidance.lane.count", Args: []any{g.Points[n-1].Text, g.Points[n-1].Word}}}, nil
}

// Recount returns, by unit, what the records of units say that a sheet should hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	g, err := find(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	own, err := counts(ctx, tx, s.Source, len(g.Points))
	if err != nil {
		return nil, err
	}
	units := make([]int64, 0, len(own))
	for unit := range own {
		units = append(units, unit)
	}
	at, err := tally.Places(ctx, tx, s.ID, units)
	sums := map[int64]tally.Delta{}
	for i, unit := range units {
		if err == nil {
			sums[at[i]] = sums[at[i]].Plus(own[unit])
		}
	}
	return sums, err
}
