package signing

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
)

// A Case is the return of a unit in a period with the steps it has gone.
type Case struct {
	filing.Case
	Report Report
	Texts  map[int64]filing.Texts // by number of the return
	Marks  map[int64]int64        // by number of the return: last post of the house that was seen
	Events []Event                // the oldest first
	Sealed filing.Return          // that stood when the period was sealed last; N is 0 if it was not, or nothing stood
	Seal   tally.Seal
}

// Get returns the case of a unit in a period that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string) (c Case, err error) {
	if c.Case, err = filing.CaseOf(ctx, tx, by, period, unitKey); err != nil {
		return c, err
	}
	if c.Report, err = read(ctx, tx, period, c.Unit.ID); err != nil {
		return c, err
	}
	if c.Events, err = events(ctx, tx, period, c.Unit.ID); err != nil {
		return c, err
	}
	if c.Texts, err = filing.AllTexts(ctx, tx, c.Round, c.Unit.ID); err != nil {
		return c, err
	}
	marks, err := filing.MarksOf(ctx, tx, c.Round, []int64{c.Unit.ID})
	if err != nil {
		return c, err
	}
	c.Marks = marks[c.Unit.ID]
	seals, err := tally.Seals(ctx, tx, c.Round.Sheet.ID)
	if err != nil || len(seals) == 0 {
		return c, err
	}
	c.Seal = seals[len(seals)-1]
	return c, c.sealed(ctx, tx)
}

// found is Get where the form asks for steps.
func found(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string) (Case, error) {
	c, err := Get(ctx, tx, by, period, unitKey)
	if err == nil && c.Steps() == form.None {
		err = fault.New(fault.Conflict, "signing.error.steps")
	}
	return c, err
}

// Steps is how many steps the form asks for: 0 none, 1 accepted by the unit above,
// 2 signed by the unit's secretary first.
func (c Case) Steps() form.Steps { return c.Round.Form.Steps }

// Href is the address of the case.
func (c Case) Href() string { return "/periods/" + c.Round.Period.ID + "/reports/" + c.Unit.Key }

func (c Case) title() string { return c.Round.Form.Title + " · " + c.Round.Period.Name }

// above is the unit that accepts the report: the one above it today, or, if that has
// no part in the period or the unit has ended, the one that was above it.
func (c Case) above() int64 {
	if c.Unit.Closed == "" && c.Round.Has(c.Unit.Parent) {
		return c.Unit.Parent
	}
	return c.Round.Above(c.Unit.ID)
}

func (c Case) has(key string) bool {
	for _, it := range c.Round.Form.Items {
		if it.Key == key {
			return true
		}
	}
	return false
}

// stands refuses what is done to a report that stands otherwise than by has seen.
func (c Case) stands(seen int64, in ...State) error {
	if !slices.Contains(in, c.Report.State) {
		return fault.New(fault.Conflict, "signing.error.state")
	}
	if c.Report.N != seen {
		return fault.New(fault.Conflict, "signing.error.other")
	}
	return nil
}

// Waits returns what waits for the secretary.
func (c Case) Waits() (w filing.Entry, ok bool) {
	w, ok = c.Given()
	return w, ok && c.Report.State == Asked
}

// Given returns what was given to the secretary last, signed or not, if nothing was
// submitted since.
func (c Case) Given() (e filing.Entry, ok bool) {
	if c.Report.waits == "" {
		return e, false
	}
	return e, json.Unmarshal([]byte(c.Report.waits), &e) == nil
}

// content is what a return says.
func (c Case) content(x filing.Return, texts filing.Texts, mark int64) Content {
	return Content{
		Period: c.Round.Period.ID, Unit: c.Unit.ID, Form: c.Round.Form.ID, Edition: c.Round.Form.Edition, Nothing: x.Nothing(), Figures: x.Figures(c.Round.Form), Texts: texts, Mark: mark,
	}
}

// said is what waits for the secretary, as a return would say it.
func (c Case) said(w filing.Entry) Content {
	return Content{
		Period: c.Round.Period.ID, Unit: c.Unit.ID, Form: c.Round.Form.ID, Edition: c.Round.Form.Edition, Figures: w.Figures, Texts: w.Texts,
	}
}

// Signed returns the newest return that somebody submitted or signed and when; its N
// is 0 if there is none. What stands now may be another.
func (c Case) Signed() (x filing.Return, e Event) {
	for _, e := range slices.Backward(c.Events) {
		if e.Kind == DidSubmit || e.Kind == DidSign {
			return c.Numbered(e.N), e
		}
	}
	return filing.Return{}, Event{}
}

// Back returns why the report was sent back last, if nothing was submitted since.
func (c Case) Back() (e Event, ok bool) {
	if c.Report.State != Returned || len(c.Events) == 0 {
		return Event{}, false
	}
	return c.Events[len(c.Events)-1], true
}

// object names a report in the audit.
func object(period string, unit int64) string { return period + ":" + strconv.FormatInt(unit, 10) }

// holds reports whether what a signature covered is what the record of it says today.
func (c Case) holds(e Event) bool {
	x := c.Numbered(e.N)
	return x.N > 0 && c.content(x, c.Texts[e.N], c.Marks[e.N]).Hash() == e.Hash
}

// MaySign reports whether by signs reports of the unit.
func (c Case) MaySign(by auth.Actor) bool { return maySign(by, c.Unit) == nil }
