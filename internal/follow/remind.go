package follow

import (
	"context"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// Remind tells the secretary and the clerk of every unit in by's subtree that
// is late, or nearly due, what it owes; a unit once a day, whoever reminds. It
// returns how many units were reminded; a Conflict if all had been.
func Remind(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (int, error) {
	r, err := rollout.Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := rollout.MayFollow(by, 0); err != nil {
		return 0, err
	}
	if r.State != rollout.Open {
		return 0, fault.New(fault.Conflict, "rollout.error.not_open")
	}
	obligations, err := rollout.Obligations(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	reminded := map[int64]bool{}
	for _, o := range rollout.Behind(obligations, vn.DayOf(tx.Now)) {
		if reminded[o.Keeper] || o.Keeper == by.Unit {
			continue
		}
		first, err := insertReminder(ctx, tx, by, id, o.Keeper)
		if err != nil {
			return 0, err
		}
		if !first {
			continue
		}
		reminded[o.Keeper] = true
		if _, err := notify.ToUnit(ctx, tx, o.Keeper, []auth.Role{auth.Secretary, auth.Clerk}, "rollout.notice.reminded",
			[]string{by.UnitName, r.Title, o.Due.String()}, "/rollouts/"+id+"/units/"+o.KeeperKey); err != nil {
			return 0, err
		}
	}
	if len(reminded) == 0 {
		return 0, fault.New(fault.Conflict, "rollout.error.reminded")
	}
	if err := rollout.AddEvent(ctx, tx, by, id, "reminded", ""); err != nil {
		return 0, err
	}
	return len(reminded), audit.Record(ctx, tx, by, "rollout.remind", id, "")
}
