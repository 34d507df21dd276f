// Package statement takes figures that no record of the house proves: contests,
// models, training classes, commitments. A unit states them by a paper, in a
// form that a unit above it has opened.
//
// A figure is kept as it was given: "trên 5.700" is a lower bound and stays one,
// in the unit's own figure and in every sum it stands in. A bare percentage is
// kept and shown, but never added up. A statement is never changed: a correction
// is a new one that takes the place of the old, with a reason.
package statement

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Stage is where a form stands.
type Stage string

// The stages.
const (
	Opened Stage = "open"
	Closed Stage = "closed"
)

// A Sort says what figures of an item are.
type Sort string

// The sorts.
const (
	Count   Sort = "count"   // adds up
	Ratio   Sort = "ratio"   // so many of so many, both add up
	Percent Sort = "percent" // without its base; never added up
	Total   Sort = "total"   // nobody states it: the sum of the counts right after it
)

// Sorts are all sorts.
var Sorts = []Sort{Count, Ratio, Percent, Total}

// An Item is one thing a form asks for. Its figures are whole numbers; those of
// a Percent are hundredths, 92,5 % is 9250.
type Item struct {
	Key   string // small letters, digits and _; "" lets the house choose
	Label string
	Word  string // what is counted, "mô hình"; "%" for a percentage if left out
	Sort  Sort
}

// Parts returns the places, from 1, of the counts that the total at place n is
// the sum of.
func (f Form) Parts(n int) (all []int) {
	for i := n; i < len(f.Items) && f.Items[i].Sort == Count; i++ {
		all = append(all, i+1)
	}
	return all
}

// MaxItems is how many items a form may ask for.
const MaxItems = 20

// A Form is what is asked: a list of items, of the units in its owner's subtree.
// Open reads Title, Period, Rollout, Directive, LastDay and Items.
type Form struct {
	ID          string
	Unit        int64 // owner
	UnitKey     string
	UnitName    string
	UnitPath    string
	Title       string
	Period      string // as written, "năm 2020"
	Rollout     string // id, "" if it belongs to none
	Directive   string // id, "" if it belongs to none
	LastDay     vn.Day // "" if it has none
	State       Stage
	Sheet       int64
	EnteredName string
	EnteredAt   time.Time
	ClosedName  string
	ClosedAt    time.Time // zero while it is open
	Version     int64
	Items       []Item // from Open and Get
}

// item returns the place of an item, from 1; 0 if the form does not ask for it.
func (f Form) item(key string) int {
	return slices.IndexFunc(f.Items, func(i Item) bool { return i.Key == key }) + 1
}

const (
	maxText  = 300
	maxLabel = 200
	maxWord  = 40
	maxWhy   = 4000
)

var plainKey = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)

func (f *Form) check(today vn.Day) error {
	w := fault.Wrong{}
	f.Title, f.Period = vn.Clean(f.Title), vn.Clean(f.Period)
	w.Text("title", f.Title, maxText, true)
	w.Text("period", f.Period, maxLabel, true)
	if f.LastDay != "" && !f.LastDay.Valid() {
		w.Add("last", "statement.error.day")
	} else if f.LastDay != "" && f.LastDay.Before(today) {
		w.Add("last", "statement.error.past")
	}
	if len(f.Items) == 0 {
		w.Add("item-1-label", "statement.error.items")
	}
	if len(f.Items) > MaxItems {
		w.Add("item-1-label", "statement.error.many", MaxItems)
	}
	keys := map[string]bool{}
	for i := range f.Items {
		f.Items[i].check(w, i+1, keys)
		if f.Items[i].Sort == Total && len(f.Parts(i+1)) == 0 {
			w.Add(fmt.Sprintf("item-%d-sort", i+1), "statement.error.parts")
		}
	}
	return w.Err()
}

func (i *Item) check(w fault.Wrong, n int, keys map[string]bool) {
	field := func(part string) string { return fmt.Sprintf("item-%d-%s", n, part) }
	i.Label, i.Word, i.Key = vn.Clean(i.Label), vn.Clean(i.Word), vn.Clean(i.Key)
	if i.Word == "" && i.Sort == Percent {
		i.Word = "%"
	}
	if i.Key == "" {
		i.Key = fmt.Sprintf("item_%d", n)
	}
	w.Text(field("label"), i.Label, maxLabel, true)
	w.Text(field("word"), i.Word, maxWord, true)
	if !slices.Contains(Sorts, i.Sort) {
		w.Add(field("sort"), "error.needed")
	}
	if !plainKey.MatchString(i.Key) || keys[i.Key] {
		w.Add(field("label"), "statement.error.key")
	}
	keys[i.Key] = true
}

// Open opens a form of by's unit. The units directly under it are asked, as the
// tree stands; a unit without any asks itself. Whoever stands in the subtree may
// state.
func Open(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) (Form, error) {
	if err := mayOpen(by); err != nil {
		return Form{}, err
	}
	f.Items = slices.Clone(f.Items) // the closure may run twice
	if err := f.check(vn.DayOf(tx.Now)); err != nil {
		return Form{}, err
	}
	if f.Rollout != "" {
		if _, err := rollout.Get(ctx, tx, by, f.Rollout); err != nil {
			return Form{}, err
		}
	}
	if f.Directive != "" {
		if _, err := directive.Get(ctx, tx, by, f.Directive); err != nil {
			return Form{}, err
		}
	}
	f.ID = db.NewKey()
	s, err := tally.Open(ctx, tx, by, kind, f.ID, by.Tree, by.Unit)
	if err != nil {
		return Form{}, err
	}
	f.Sheet = s.ID
	asked, err := directlyUnder(ctx, tx, s)
	if err != nil {
		return Form{}, err
	}
	if err := insertForm(ctx, tx, by, f, asked); err != nil {
		return Form{}, err
	}
	if err := audit.Record(ctx, tx, by, "statement.open", f.ID, f.Title+" · "+f.Period); err != nil {
		return Form{}, err
	}
	return Get(ctx, tx, by, f.ID)
}

// Close closes a form: nothing is stated, corrected or withdrawn in it any more.
// It is a Conflict if the form has changed since version.
func Close(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	f, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayClose(by, f.Unit); err != nil {
		return err
	}
	if f.State != Opened {
		return fault.New(fault.Conflict, "statement.error.closed")
	}
	if err := closeForm(ctx, tx, by, id, version); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "statement.close", id, f.Title)
}
