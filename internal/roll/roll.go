// Package roll holds the pages of a conference's roll: where it is called, where it
// stands behind a figure, and those who have missed the conference. The roll itself is
// attendance's, and what marking it means is conference's.
package roll

import (
	"context"
	"maps"
	"slices"
	"strings"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/follow"
	"nhipcau/internal/presence"
)

// laneStates are the states of the roll that a lane counts.
var laneStates = map[string][]attendance.State{
	"attended": {attendance.Present, attendance.Online}, "online": {attendance.Online}, "present": {attendance.Present},
	"represented": {attendance.Present, attendance.Online}, "held": {attendance.Present, attendance.Online}, "reached": {attendance.Present, attendance.Online},
	"absent_excused": {attendance.Excused}, "excused": {attendance.Excused}, "exempt": {attendance.Exempt},
}

// behind returns the rows that a lane of a conference counts at a unit.
func behind(ctx context.Context, tx *db.Tx, by auth.Actor, c conference.Conference, unit int64, lane string) ([]presence.Row, error) {
	if lane == "persons" || lane == "persons_extra" {
		credited, err := follow.CreditedBy(ctx, tx, c.Rollout, c.ID, unit, lane == "persons")
		if err != nil {
			return nil, err
		}
		return presence.RollOfMembers(ctx, tx, by, c.ID, slices.Sorted(maps.Keys(credited)))
	}
	all, err := presence.RollOfUnit(ctx, tx, by, c.ID, unit)
	states, some := laneStates[lane]
	return slices.DeleteFunc(all, func(row presence.Row) bool {
		own := lane != "attended" && lane != "absent_excused" && lane != "held" && lane != "reached" // of the conference's sheet, which counts others apart
		if own && row.Extra {
			return true
		}
		if n, ok := strings.CutPrefix(lane, "call_"); ok {
			return row.Calls>>(number(n)-1)&1 == 0
		}
		partly := row.State.There() && !row.Attended
		switch lane {
		case "partial":
			return !partly
		case "checked_out":
			return !row.Out
		case "absent": // a rollout counts who was there in part among them
			return row.State != attendance.Absent && !partly
		}
		return some && (!slices.Contains(states, row.State) || partly)
	}), err
}
