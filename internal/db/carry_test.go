package db_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

// What closures carry reaches the fold of their transaction in their order, and
// that of one that fails does not; neither does what it remembered, nor its ids.
func TestCarry(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		lite := db.Engine(dbtest.Address(t, d)) != db.PostgreSQL
		dbtest.Write(t, d, func(_ context.Context, tx *db.Tx) error {
			if tx.Carry("x") {
				t.Error("carried to nobody")
			}
			return nil
		})
		var got []string
		again := true
		d.OnFold(func(_ context.Context, tx *db.Tx) error {
			got = append(got, db.Carried[string](tx)...)
			if n := db.Carried[int](tx); len(n) > 0 && again {
				again = false
				tx.Carry("again")
			}
			return nil
		})
		if !lite {
			dbtest.Write(t, d, func(_ context.Context, tx *db.Tx) error {
				if tx.Carry("x") {
					t.Error("carried into another transaction")
				}
				return nil
			})
			return
		}
		var ids []int64
		carrying := func(word string, end error) db.Work {
			return func(ctx context.Context, tx *db.Tx) error {
				if old := tx.Memo("word"); old == "c" {
					t.Error("what a closure that failed remembered is still there")
				}
				tx.Remember("word", word)
				if word == "b" {
					tx.Forget("word")
					if tx.Memo("word") != nil {
						t.Error("remembered what was to be forgotten")
					}
				}
				tx.Carry(word)
				tx.Carry(len(word))
				id := tx.NewID()
				if slices.Contains(ids, id) {
					t.Errorf("id %d twice", id)
				}
				ids = append(ids, id)
				return end
			}
		}
		no := errors.New("no")
		errs := together(t, d, carrying("a", nil), carrying("c", no), carrying("b", nil), carrying("c", no), carrying("d", nil))
		if errs[0] != nil || !errors.Is(errs[1], no) || errs[2] != nil || !errors.Is(errs[3], no) || errs[4] != nil {
			t.Errorf("got %v", errs)
		}
		if want := []string{"a", "b", "d", "again"}; !slices.Equal(got, want) {
			t.Errorf("the fold got %q, want %q", got, want)
		}
	})
}
