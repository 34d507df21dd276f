// Package roll holds the pages of a conference's roll: where it is called, where it
// stands behind a figure, and those who have missed the conference; and what is done
// there to many at once. The roll itself is attendance's, and what marking it means is
// conference's.
package roll

import (
	"context"
	"maps"
	"slices"
	"strings"

	"nhipcau/internal/attendance"
	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/follow"
	"nhipcau/internal/org"
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

// InvitePeople puts single members of by's subtree on the roll of a convened
// conference, and returns how many were not on it.
func InvitePeople(ctx context.Context, tx *db.Tx, by auth.Actor, id string, members []string) (int, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := mayCall(by, c.Unit); err != nil {
		return 0, err
	}
	if c.State != conference.Convened {
		return 0, fault.New(fault.Conflict, "conference.error.not_convened")
	}
	var people []org.Member
	for _, key := range members {
		m, err := org.GetMember(ctx, tx, by, key)
		if err != nil {
			return 0, err
		}
		people = append(people, m)
	}
	n, err := attendance.Invite(ctx, tx, by, id, people)
	if err != nil {
		return 0, err
	}
	return n, audit.Record(ctx, tx, by, "conference.invite", id, c.Title)
}

// MarkRest marks everybody who is not marked yet at a roll call, of the unit with a key
// or with "" of all, and returns how many.
func MarkRest(ctx context.Context, tx *db.Tx, by auth.Actor, id string, call int64, unit string, state attendance.State, reason string) (int, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := mayCall(by, c.Unit); err != nil {
		return 0, err
	}
	if c.State != conference.Convened {
		return 0, fault.New(fault.Conflict, "conference.error.closed")
	}
	home := int64(0)
	if unit != "" {
		u, err := org.Get(ctx, tx, by, unit)
		if err != nil {
			return 0, err
		}
		home = u.ID
	}
	n, err := attendance.MarkRest(ctx, tx, by, id, call, home, state, reason)
	if err != nil {
		return 0, err
	}
	return n, audit.Record(ctx, tx, by, "conference.mark", id, c.Title)
}
