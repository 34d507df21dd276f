package form

import (
	"context"
	"slices"
	"strconv"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// A form that is in use changes by a new edition: what was asked in the periods
// so far stays as it was, and those that are opened from then on ask what the new
// one says. An item keeps its key through all editions, so its figures go on.

// Revise begins a new edition of a form as a copy of the one in use. It is a
// Conflict if the form is not open, has changed since version, or an edition is
// being drafted already.
func Revise(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	f, err := Owned(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if f.State != Opened || f.Drafting != 0 {
		return fault.New(fault.Conflict, "form.error.stage")
	}
	if err := setDrafting(ctx, tx, id, version, f.Edition+1); err != nil {
		return err
	}
	f.Edition++
	if err := insertEdition(ctx, tx, by, f); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "form.revise", id, f.Title)
}

// Drafted returns the edition that is being drafted: of a draft the form itself.
// It is a Conflict if none is.
func Drafted(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Form, error) {
	f, err := Owned(ctx, tx, by, id)
	if err != nil || f.State == Draft {
		return f, err
	}
	if f.State != Opened || f.Drafting == 0 {
		return Form{}, fault.New(fault.Conflict, "form.error.opened")
	}
	e, err := Find(ctx, tx, id, f.Drafting)
	e.Drafting = f.Drafting
	return e, err
}

// Issue puts the edition that is being drafted in the place of the one in use, for
// periods opened from then on. It is a Conflict if there is none, or the form has
// changed since version.
func Issue(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	f, err := Drafted(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if f.State != Opened {
		return fault.New(fault.Conflict, "form.error.stage")
	}
	if err := putEdition(ctx, tx, id, version, f.Drafting); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "form.issue", id, f.Title)
}

// Drop throws the edition away that is being drafted. It is a Conflict if there is
// none, or the form has changed since version.
func Drop(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	f, err := Drafted(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if f.State != Opened {
		return fault.New(fault.Conflict, "form.error.stage")
	}
	if err := deleteEdition(ctx, tx, id, version, f.Drafting); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "form.drop", id, f.Title)
}

// follows returns the items of an edition after had, all that the ones before ever
// asked: those that name no key and stand under a heading and a label which had has
// take its key. It is Invalid if an item has another key than it had, or one with
// the same key is another thing, whose figures cannot stand beside the former.
func follows(had, items []Item) ([]Item, error) {
	items, w, used := slices.Clone(items), fault.Wrong{}, map[string]bool{}
	for _, it := range items {
		used[it.Key] = true
	}
	for n := range items {
		it := &items[n]
		for _, h := range had {
			switch {
			case used[h.Key] || h.Section != it.Section || h.Label != it.Label || h.Of != it.Of || h.Part != it.Part:
			case it.Key == "":
				it.Key, used[h.Key] = h.Key, true
			default:
				w.Add("items", "form.error.renamed", n+1, h.Key, it.Key)
			}
		}
		if it.Key == "" && it.Of == "" {
			it.Key = freeKey(had, used)
		}
		it.settle(n + 1)
		used[it.Key] = true
		for _, h := range had {
			if h.Key == it.Key && (h.Kind != it.Kind || h.Decimals != it.Decimals || h.Of != it.Of || h.Part != it.Part) {
				w.Add("items", "form.error.other", n+1, it.Key)
			}
		}
	}
	return items, w.Err()
}

// freeKey returns a key that is neither had nor used.
func freeKey(had []Item, used map[string]bool) string {
	for n := 1; ; n++ {
		key := "item_" + strconv.Itoa(n)
		if !used[key] && !slices.ContainsFunc(had, func(it Item) bool { return it.Key == key }) {
			return key
		}
	}
}
