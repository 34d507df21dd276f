package target

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// The ways to part a target among the units under one. Any other way is the key of a
// Weight.
const (
	Equal = "equal" // the same to each
	Typed = "typed" // as typed, or as it stands
)

// An Offer is what handing down in one way would give each unit.
type Offer struct {
	Called
	Had     Standing // what it has, Version 0 for nothing
	Value   int64
	Weight  int64
	Typed   bool // there is a value
	Reason  string
	Changes bool
}

// Offers returns what each unit directly under one would be given of a whole: in equal
// shares, or after the weight of each. With Typed it is what each has now.
func Offers(ctx context.Context, tx *db.Tx, by auth.Actor, weights []Weight, t Target, unit int64, way string, whole int64) ([]Offer, error) {
	units, err := t.under(ctx, tx, unit)
	if err != nil {
		return nil, err
	}
	names, err := namesOf(ctx, tx, by, units)
	if err != nil {
		return nil, err
	}
	had, err := standingsUnder(ctx, tx, t.ID, unit)
	if err != nil {
		return nil, err
	}
	has := make(map[int64]Standing, len(had))
	for _, x := range had {
		has[x.Unit] = x
	}
	why, err := reasons(ctx, tx, t.ID, units)
	if err != nil {
		return nil, err
	}
	var all []Offer
	for _, u := range units {
		if c, ok := names[u]; ok {
			all = append(all, Offer{Called: c, Had: has[u], Value: has[u].Value, Typed: has[u].Version > 0, Reason: why[u]})
		}
	}
	if way == Typed {
		return all, nil
	}
	sizes := make([]int64, len(all))
	if way != Equal {
		if err := weigh(ctx, tx, by, weights, way, all); err != nil {
			return nil, err
		}
		for i, o := range all {
			sizes[i] = o.Weight
		}
	}
	for i, x := range Split(whole, sizes) {
		all[i].Value, all[i].Typed = x, true
		all[i].Changes = all[i].Had.Version > 0 && all[i].Had.Value != x
	}
	return all, nil
}

func weigh(ctx context.Context, tx *db.Tx, by auth.Actor, weights []Weight, way string, all []Offer) error {
	units := make([]int64, len(all))
	for i, o := range all {
		units[i] = o.ID
	}
	for _, w := range weights {
		if w.Key != way {
			continue
		}
		sizes, err := w.Read(ctx, tx, by, units)
		if err != nil {
			return err
		}
		sum := int64(0)
		for i := range all {
			all[i].Weight = max(0, sizes[all[i].ID])
			sum += all[i].Weight
		}
		if sum == 0 {
			return Wrong("way", "target.error.weightless")
		}
		return nil
	}
	return Wrong("way", "error.needed")
}

// Wrong is what is wrong with one field.
func Wrong(field, key string, args ...any) error {
	w := fault.Wrong{}
	w.Add(field, key, args...)
	return w.Err()
}
