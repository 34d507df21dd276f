package db_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

func TestIDsOverNodes(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		nodes := []*db.DB{d, dbtest.Again(t, d), dbtest.Again(t, d)}
		var mu sync.Mutex
		seen := map[int64]bool{}
		var all sync.WaitGroup
		for i, node := range nodes {
			all.Go(func() {
				for n := range 20 {
					var id int64
					dbtest.Write(t, node, func(ctx context.Context, tx *db.Tx) error {
						id = tx.NewID()
						return tx.Exec(ctx, insert, id, nil, fmt.Sprint(i, n), 0, tx.Now, false, []byte{})
					})
					mu.Lock()
					if seen[id] || id <= 0 {
						t.Errorf("got id %d", id)
					}
					seen[id] = true
					mu.Unlock()
				}
			})
		}
		all.Wait()
	})
}

func TestFoldOverNodes(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		counting(t, d)
		second := dbtest.Again(t, d)
		second.OnFold(foldSome)
		var all sync.WaitGroup
		for _, node := range []*db.DB{d, second} {
			for range 4 {
				all.Go(func() {
					for range 20 {
						if err := node.Write(t.Context(), post(1)); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		all.Wait()
		wantTotal(t, d, 160, 0)
		if s := second.Stats(); s.FoldsFailed != 0 {
			t.Errorf("%d folds failed", s.FoldsFailed)
		}
	})
}

// Another node hears what this one notifies, also after its connection was cut.
func TestNotifyOverNodes(t *testing.T) {
	if os.Getenv("NHIPCAU_TEST_POSTGRES") == "" {
		return // SQLite has one node
	}
	d := dbtest.Open(t)
	second := dbtest.Again(t, d)
	heard, err := second.Listen(t.Context(), "units")
	if err != nil {
		t.Fatal(err)
	}
	tell := func(word string) {
		dbtest.Write(t, d, func(_ context.Context, tx *db.Tx) error {
			tx.Notify("units", word)
			return nil
		})
	}
	tell("first")
	if got := <-heard; got != "first" {
		t.Errorf("heard %q, want first", got)
	}
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
	})
	if got := <-heard; got != "" {
		t.Errorf("heard %q, want a wake-up", got)
	}
	tell("second")
	if got := <-heard; got != "second" {
		t.Errorf("heard %q, want second", got)
	}
}
