// Package form says what is asked of units again each period: how many members,
// classes, models there are. A unit makes a form once; filing opens periods of it
// and takes the figures of the units under its owner.
package form

import (
	"context"
	"fmt"
	"regexp"
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

// An Item is one figure a form asks for: a whole number from Low to High.
type Item struct {
	Key     string // small letters, digits and _; "" lets the house choose
	Section string // heading it stands under, "" for none
	Label   string
	Word    string // what is counted, "người"
	Needed  bool   // a return without it is refused
	Low     int64
	High    int64
}

// MaxItems is how many items a form may ask for.
const MaxItems = 100

// Most is the largest figure an item may allow, and its negative the least.
const Most = 1_000_000_000_000

// A Form is what is asked, of the units under its owner. Make and Amend read
// Title, Asks and Items.
type Form struct {
	ID          string
	Unit        int64 // owner
	UnitKey     string
	UnitName    string
	UnitPath    string
	Title       string
	Asks        Asks
	State       Stage
	EnteredName string
	EnteredAt   time.Time
	Version     int64
	Items       []Item // from Make, Amend and Get
}

const (
	maxText  = 300
	maxLabel = 300
	maxWord  = 40
)

var plainKey = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)

func (f *Form) check() error {
	w := fault.Wrong{}
	f.Title = vn.Clean(f.Title)
	f.Items = slices.Clone(f.Items) // the closure may run twice
	w.Text("title", f.Title, maxText, true)
	if !slices.Contains(AsksAll, f.Asks) {
		w.Add("asks", "error.needed")
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
	return w.Err()
}

func (i *Item) check(w fault.Wrong, n int, keys map[string]bool) {
	i.Key, i.Section, i.Label, i.Word = vn.Clean(i.Key), vn.Clean(i.Section), vn.Clean(i.Label), vn.Clean(i.Word)
	if i.Key == "" {
		i.Key = fmt.Sprintf("item_%d", n)
	}
	bad := fault.Wrong{}
	bad.Text("label", i.Label, maxLabel, true)
	bad.Text("label", i.Section, maxLabel, false)
	bad.Text("label", i.Word, maxWord, false)
	switch {
	case len(bad) > 0:
		w.Add("items", "form.error.item", n)
	case !plainKey.MatchString(i.Key) || keys[i.Key]:
		w.Add("items", "form.error.key", n, i.Key)
	case i.Low > i.High || i.Low < -Most || i.High > Most:
		w.Add("items", "form.error.range", n)
	}
	keys[i.Key] = true
}

// Make makes a draft of a form of by's unit.
func Make(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) (Form, error) {
	if err := mayMake(by); err != nil {
		return Form{}, err
	}
	if err := f.check(); err != nil {
		return Form{}, err
	}
	f.ID = db.NewKey()
	if err := insertForm(ctx, tx, by, f); err != nil {
		return Form{}, err
	}
	if err := audit.Record(ctx, tx, by, "form.make", f.ID, f.Title); err != nil {
		return Form{}, err
	}
	return Get(ctx, tx, by, f.ID)
}

// Amend changes a draft; once a form has been opened, it stays as it is. It is a
// Conflict if the form has changed since version.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, f Form) error {
	had, err := Owned(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if had.State != Draft {
		return fault.New(fault.Conflict, "form.error.opened")
	}
	if err := f.check(); err != nil {
		return err
	}
	f.ID = id
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
	return audit.Record(ctx, tx, by, action, id, f.Title)
}
