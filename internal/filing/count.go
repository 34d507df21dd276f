package filing

import (
	"context"
	"strconv"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
)

var kind = newKind()

// received is the lane that counts the returns which stand; that of an item is
// its place, from 1.
const received tally.Lane = 0

func newKind() *tally.Kind {
	lanes := []string{"received"}
	for n := range form.MaxItems {
		lanes = append(lanes, lane(n+1))
	}
	return tally.NewKind("form", lanes...)
}

func init() { kind.Named = named } // which itself needs the kind

// lane names the lane of the item at a place, from 1.
func lane(n int) string { return "value_" + strconv.Itoa(n) }

// Kind returns what a period's sheet counts, at the unit that returned it.
func Kind() *tally.Kind { return kind }

// named says what a lane of a period's sheet counts, in the form's own words.
func named(ctx context.Context, tx *db.Tx, s tally.Sheet, lane string, _ tally.Vec) (tally.Name, error) {
	number, ok := strings.CutPrefix(lane, "value_")
	if !ok {
		return tally.Name{What: fault.Text{Key: "filing.lane.received"}}, nil
	}
	r, err := roundOf(ctx, tx, s.Source, "", 0)
	if err != nil {
		return tally.Name{}, err
	}
	n, err := strconv.Atoi(number)
	if err != nil || n > len(r.Form.Items) {
		return tally.Name{}, notFound()
	}
	return tally.Name{What: fault.Text{Key: "filing.lane.value", Args: []any{r.Form.Items[n-1].Label, r.Period.Name}}}, nil
}

// Recount returns, by unit, what the newest returns of a period say its sheet
// should hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	return newestOf(ctx, tx, s.Source)
}
