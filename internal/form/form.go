// Package form says what is asked of units again each period: how many members,
// classes, models there are. A unit makes a form once; filing opens periods of it
// and takes the figures of the units under its owner.
package form

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Stage is where a form or a period stands.
type Stage string

// The stages. A period is never a draft.
const (
	Draft  Stage = "draft"
	Opened Stage = "open"
	Closed Stage = "closed"
)

// An Asks says which units a form asks.
type Asks string

// Who is asked. An owner with nobody under it asks itself.
const (
	Leaf  Asks = "leaf"  // units with none under them
	Under Asks = "under" // units directly under the owner
	All   Asks = "all"   // every unit under the owner
)

// AsksAll are all ways to ask.
var AsksAll = []Asks{Leaf, Under, All}

// Steps are what a return has to go through after it is entered.
type Steps int

// The steps a form may ask for.
const (
	None   Steps = 0 // it stands as it is entered
	Accept Steps = 1 // the unit signs it, the one above accepts it
	Second Steps = 2 // somebody of the unit approves it first
)

// StepsAll are all steps a form may ask for.
var StepsAll = []Steps{None, Accept, Second}

// A Form is what is asked, of the units under its owner. Make and Amend read
// Title, Asks, Steps and Items.
type Form struct {
	ID          string
	Unit        int64 // owner
	UnitKey     string
	UnitName    string
	UnitPath    string
	Title       string
	Asks        Asks
	State       Stage
	Edition     int64 // of Items, from 1
	Drafting    int64 // the edition that is being drafted beside it, 0 for none
	Steps       Steps // of Edition
	EnteredName string
	EnteredAt   time.Time
	Version     int64
	Items       []Item // from Make, Amend and Get
}

const maxText = 300

func (f *Form) check() error {
	w := fault.Wrong{}
	f.Title = vn.Clean(f.Title)
	f.Items = slices.Clone(f.Items) // the closure may run twice
	w.Text("title", f.Title, maxText, true)
	if !slices.Contains(AsksAll, f.Asks) {
		w.Add("asks", "error.needed")
	}
	if !slices.Contains(StepsAll, f.Steps) {
		w.Add("steps", "error.needed")
	}
	switch n := len(f.Items); {
	case n == 0:
		w.Add("items", "form.error.items")
	case n > MaxItems:
		w.Add("items", "form.error.many", MaxItems)
	}
	keys := map[string]bool{}
	for i := range f.Items {
		f.Items[i].check(w, i+1, keys)
	}
	companions(w, f.Items)
	reckoned(w, f.Items)
	return w.Err()
}

// Make makes a draft of a form of by's unit.
func Make(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) (Form, error) {
	if err := mayMake(by); err != nil {
		return Form{}, err
	}
	if err := f.check(); err != nil {
		return Form{}, err
	}
	f.ID, f.Edition = db.NewKey(), 1
	if err := insertForm(ctx, tx, by, f); err != nil {
		return Form{}, err
	}
	if err := audit.Record(ctx, tx, by, "form.make", f.ID, f.Title); err != nil {
		return Form{}, err
	}
	return Get(ctx, tx, by, f.ID)
}

// Amend changes a draft of a form, or the edition that is being drafted beside the
// one in use, of which the title and who is asked stay. It is a Conflict if the
// form has changed since version, or nothing of it is a draft.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, f Form) error {
	had, err := Owned(ctx, tx, by, id)
	if err != nil {
		return err
	}
	f.ID, f.Edition = id, had.Edition
	switch {
	case had.State == Closed || had.State == Opened && had.Drafting == 0:
		return fault.New(fault.Conflict, "form.error.opened")
	case had.State == Opened:
		f.Title, f.Asks, f.Edition = had.Title, had.Asks, had.Drafting
		ever, err := itemsUpTo(ctx, tx, id, had.Edition)
		if err != nil {
			return err
		}
		if f.Items, err = follows(ever, f.Items); err != nil {
			return err
		}
	}
	if err := f.check(); err != nil {
		return err
	}
	if err := updateForm(ctx, tx, f, version); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "form.amend", id, f.Title)
}

// Owned returns a form that by may see, and may change.
func Owned(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Form, error) {
	f, err := Get(ctx, tx, by, id)
	if err == nil {
		err = MayKeep(by, f.Unit)
	}
	return f, err
}

// Open lets periods of a form be opened; from then on its items stand. It is a
// Conflict if the form has changed since version, or is no draft.
func Open(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	return move(ctx, tx, by, id, version, Draft, Opened, "form.open")
}

// Close closes a form: no period of it is opened any more. It is a Conflict if the form has changed since version, or is not open.
func Close(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	return move(ctx, tx, by, id, version, Opened, Closed, "form.close")
}

func move(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, from, to Stage, action string) error {
	f, err := Owned(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if f.State != from {
		return fault.New(fault.Conflict, "form.error.stage")
	}
	if err := setState(ctx, tx, id, version, from, to); err != nil {
		return err
	}
	if to == Opened {
		if err := setEdition(ctx, tx, id, f.Edition); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, by, action, id, f.Title)
}

// Check says by field what is wrong with a form that is to be made.
func Check(f Form) error { return f.check() }
