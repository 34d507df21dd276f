package rollout

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

const inOrder = ` ORDER BY pl.path, o.unit <> o.keeper, o.unit, CASE o.step WHEN 'hold' THEN 1 WHEN 'reach' THEN 2 WHEN 'adopt' THEN 3 ELSE 4 END`

// ObligationsOf returns what by may see of what some units owe by a rollout, unit by
// unit in tree order.
func ObligationsOf(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string, units []int64) ([]Obligation, error) {
	var all []Obligation
	for in, args := range db.In(units, by.Tree, by.Path, by.End(), rollout) {
		some, err := db.All(ctx, tx, scanObligation, obligations+` AND o.rollout = $4 AND o.step IN (`+everyStep+`) AND o.unit `+in+inOrder, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// ObligationsFor returns what by may see of what one unit owes by a rollout, or
// answers for.
func ObligationsFor(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string, unit int64) ([]Obligation, error) {
	all, err := db.All(ctx, tx, scanObligation, obligations+` AND o.rollout = $4 AND o.keeper = $5`+inOrder, by.Tree, by.Path, by.End(), rollout, unit)
	if err != nil {
		return nil, err
	}
	own, err := ObligationsOf(ctx, tx, by, rollout, []int64{unit})
	for _, o := range own {
		if o.TakenOver() {
			all = append(all, o)
		}
	}
	return all, err
}
