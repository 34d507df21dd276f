package fill

import (
	"context"
	"maps"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/signing"
	"nhipcau/internal/vn"
)

// Send makes a return of what was typed, by the steps of its form, and forgets the
// draft. It is a Conflict if another clerk has saved something else in the draft
// since version.
func Send(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string, version int64, typed map[string]string, now filing.Entry) (signing.Report, error) {
	c, err := filing.CaseOf(ctx, tx, by, period, unitKey)
	if err != nil {
		return signing.Report{}, err
	}
	had, err := read(ctx, tx, period, c.Unit.ID)
	if err != nil {
		return signing.Report{}, err
	}
	if had.Version != version && had.Version != 0 && had.Login != by.Login && !maps.Equal(had.Fields, clean(typed)) {
		return signing.Report{}, fault.New(fault.Conflict, "error.conflict")
	}
	var report signing.Report
	if c.Round.Form.Steps == form.None {
		_, err = filing.File(ctx, tx, by, period, unitKey, now)
	} else {
		report, err = signing.Submit(ctx, tx, by, period, unitKey, now)
	}
	if err != nil {
		return report, err
	}
	return report, drop(ctx, tx, period, c.Unit.ID)
}

// clean is what was typed without what is empty.
func clean(typed map[string]string) map[string]string {
	all := map[string]string{}
	for name, text := range typed {
		if text = vn.CleanText(text); text != "" {
			all[name] = text
		}
	}
	return all
}
