// Package fill is where a unit types its return of a period: figures and words are
// kept as they are typed, on the phone and in a draft on the server, so nothing of
// it is lost by a cut line, a closed page or a second clerk.
package fill

import (
	"context"
	"unicode/utf8"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
)

const (
	maxFields = 500
	maxTyped  = 20_000 // of one field
)

// Save keeps what was typed, as it was typed, right or wrong. It is a Conflict if
// another draft stands than the one with version, 0 for none: the draft that stands
// comes with it, and nothing of either is lost.
func Save(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string, version, seen int64, fields map[string]string) (Draft, error) {
	c, err := filing.CaseOf(ctx, tx, by, period, unitKey)
	if err != nil {
		return Draft{}, err
	}
	if err := filing.MaySubmit(by, c); err != nil {
		return Draft{}, err
	}
	d := Draft{Fields: clean(fields), Base: seen, Login: by.Login, Name: by.Name, At: tx.Now, Version: version}
	if len(fields) > maxFields {
		return Draft{}, fault.New(fault.TooLarge, "error.too_large")
	}
	for _, typed := range d.Fields {
		if utf8.RuneCountInString(typed) > maxTyped {
			return Draft{}, fault.New(fault.TooLarge, "error.too_large")
		}
	}
	had, err := read(ctx, tx, period, c.Unit.ID)
	if err != nil {
		return Draft{}, err
	}
	if had.Version != version {
		return had, fault.New(fault.Conflict, "error.conflict")
	}
	if err := put(ctx, tx, by, period, c.Unit.ID, d); err != nil {
		return had, err
	}
	d.Version++
	return d, nil
}

// Stands returns the draft of a unit's return, without a version if there is none.
func Stands(ctx context.Context, tx *db.Tx, by auth.Actor, c filing.Case) (Draft, error) {
	if filing.MaySubmit(by, c) != nil {
		return Draft{}, nil
	}
	return read(ctx, tx, c.Round.Period.ID, c.Unit.ID)
}
