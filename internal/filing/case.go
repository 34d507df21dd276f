package filing

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
)

// A Case is the return of one unit in a period, found by somebody who may see it.
type Case struct {
	Round   Round
	Unit    org.Unit
	History []Return // the newest first
	Asked   bool     // the unit is asked
}

// CaseOf returns the case of a unit in a period that by may see.
func CaseOf(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string) (c Case, err error) {
	if c.Round, err = GetRound(ctx, tx, by, period); err != nil {
		return c, err
	}
	if c.Unit, _, err = c.Round.on(ctx, tx, by, unitKey); err != nil {
		return c, err
	}
	_, c.Asked = c.Round.asks(c.Unit.ID)
	c.History, err = History(ctx, tx, period, c.Unit.ID)
	return c, err
}

// Newest returns the return that stands or was withdrawn last; its N is 0 if there is
// none.
func (c Case) Newest() Return { return c.Numbered(0) }

// Numbered returns the return with number n, the newest for 0; its own N is 0 if there
// is none.
func (c Case) Numbered(n int64) Return {
	for _, x := range c.History {
		if n == 0 || x.N == n {
			return x
		}
	}
	return Return{Unit: c.Unit.ID}
}

// Above returns the unit above one on the round's sheet, 0 for the sheet's root.
func (r *Round) Above(unit int64) int64 { return r.above(unit) }

// Has reports whether a unit stands on the round's sheet.
func (r *Round) Has(unit int64) bool {
	on, _ := r.asks(unit)
	return on
}

// Check says what is wrong with an entry, by field, before it is returned. It returns
// the texts as they would be kept.
func (r *Round) Check(e Entry) (Texts, error) {
	_, texts, err := r.read(e)
	return texts, err
}

// MaySubmit says why by may not enter the figures of a case now, if that is so.
func MaySubmit(by auth.Actor, c Case) error {
	if err := maySubmit(by); err != nil {
		return err
	}
	switch {
	case !c.Asked:
		return fault.New(fault.Conflict, "filing.error.not_asked")
	case c.Round.Period.State != form.Opened:
		return fault.New(fault.Conflict, "filing.error.closed")
	}
	return nil
}

// follow lets the steps of the form follow on a return; of a form without steps it
// costs nothing.
func (r *Round) follow(ctx context.Context, tx *db.Tx, by auth.Actor, x Return, texts Texts) error {
	if r.Form.Steps == form.None || entered == nil {
		return nil
	}
	return entered(ctx, tx, by, *r, x, texts)
}

// An Entered tells that a return was written to a form that asks for steps.
type Entered func(ctx context.Context, tx *db.Tx, by auth.Actor, r Round, x Return, texts Texts) error

// entered is what follows on such a return, in its transaction.
var entered Entered

// Follow sets what follows on a return to a form that asks for steps. The slice that
// keeps the steps calls it once, before anything is returned.
func Follow(f Entered) { entered = f }
