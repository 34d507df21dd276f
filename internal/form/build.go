package form

import (
	"context"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// A draft is built item by item: each verb here changes one and is an Amend.

// PutItem puts an item in the place of the one with a key, or at the end of its
// section if the key is "".
func PutItem(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, key string, it Item) error {
	return rebuild(ctx, tx, by, id, version, func(f *Form) error {
		if key != "" {
			at, err := f.at(key)
			if err == nil {
				it.Key = key
				f.Items[at] = it
			}
			return err
		}
		f.Items = slices.Insert(f.Items, f.place(it), it)
		return nil
	})
}

// place is where a new item goes: after what it accompanies and those that do so too, in
// its own section; else at the end of its section; else after what it accompanies.
func (f Form) place(it Item) int {
	at, best := len(f.Items), 0
	for i, x := range f.Items {
		fits := 0
		if x.Section == it.Section {
			fits += 2
		}
		if it.Of != "" && (x.Key == it.Of || x.Of == it.Of) {
			fits++
		}
		if fits >= best && fits > 0 {
			at, best = i+1, fits
		}
	}
	return at
}

// MoveItem moves an item up by -1 or down by 1; at the border of its section it goes
// over into the next.
func MoveItem(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, key string, step int) error {
	return rebuild(ctx, tx, by, id, version, func(f *Form) error {
		at, err := f.at(key)
		if err != nil {
			return err
		}
		to := at + step
		if to < 0 || to >= len(f.Items) {
			return nil
		}
		if f.Items[to].Section != f.Items[at].Section {
			f.Items[at].Section = f.Items[to].Section
			return nil
		}
		f.Items[at], f.Items[to] = f.Items[to], f.Items[at]
		return nil
	})
}

// DropItem takes an item away, with its companions.
func DropItem(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, key string) error {
	return rebuild(ctx, tx, by, id, version, func(f *Form) error {
		_, err := f.at(key)
		f.Items = slices.DeleteFunc(f.Items, func(it Item) bool { return it.Key == key || it.Of == key })
		return err
	})
}

// PutItems puts items in the place of all, as they come from a file or a ready form.
func PutItems(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, items []Item) error {
	return rebuild(ctx, tx, by, id, version, func(f *Form) error {
		f.Items = items
		return nil
	})
}

func rebuild(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, change func(f *Form) error) error {
	f, err := Drafted(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := change(&f); err != nil {
		return err
	}
	return Amend(ctx, tx, by, id, version, f)
}

func (f Form) at(key string) (int, error) {
	at := slices.IndexFunc(f.Items, func(it Item) bool { return it.Key == key })
	if at < 0 {
		return 0, fault.New(fault.NotFound, "error.not_found")
	}
	return at, nil
}
