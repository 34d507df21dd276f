package rollout

import (
	"context"
	"slices"

	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// A Due is what one unit still owes by an open rollout: what reminders need.
type Due struct {
	Rollout string
	Title   string // of the rollout
	Host    int64  // unit that opened it
	Opening vn.Day
	Step    Step
	Unit    int64
	Keeper  int64  // who answers for it: the unit, or the one that took it over
	UnitKey string // of the keeper
	Day     vn.Day // last day on which it is kept
}

// DueOn returns what is still owed with its last day among days, of the whole
// house, by day: at most limit after one it returned before; the zero Due begins.
func DueOn(ctx context.Context, tx *db.Tx, days []vn.Day, after Due, limit int) ([]Due, error) {
	var all []Due
	for _, day := range slices.Sorted(slices.Values(days)) {
		if day < after.Day || len(all) == limit {
			continue
		}
		from := Due{}
		if day == after.Day {
			from = after
		}
		some, err := db.All(ctx, tx, func(s db.Scanner) (d Due, err error) {
			return d, s.Scan(&d.Rollout, &d.Title, &d.Host, &d.Opening, &d.Step, &d.Unit, &d.Keeper, &d.UnitKey, &d.Day)
		}, `SELECT o.rollout, r.title, r.unit, r.opening_day, o.step, o.unit, o.keeper, u.key, o.due
			FROM obligation o JOIN rollout r ON r.id = o.rollout JOIN unit u ON u.id = o.keeper
			WHERE o.due = $1 AND o.done_at IS NULL AND o.ended_at IS NULL AND (o.rollout, o.step, o.unit) > ($2, $3, $4) AND r.state = 'open'
			ORDER BY o.rollout, o.step, o.unit LIMIT $5`, day, from.Rollout, from.Step, from.Unit, limit-len(all))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}
