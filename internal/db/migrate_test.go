package db_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
)

func TestMigrateAgain(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, adding("a"))
		var nodes sync.WaitGroup
		for range 3 {
			node := dbtest.Again(t, d)
			nodes.Go(func() {
				if err := node.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		if err := d.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		wantNames(t, d, "a")
	})
}

func TestNewerDatabase(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `INSERT INTO goose_db_version (version_id, is_applied) SELECT max(version_id) + 1, is_applied FROM goose_db_version GROUP BY is_applied`)
		})
		for name, err := range map[string]error{"migrate": d.Migrate(t.Context()), "ready": d.Ready(t.Context())} {
			if !fault.Is(err, fault.Unavailable) || fault.Of(err).Key != "error.newer_database" {
				t.Errorf("%s: got %v, want error.newer_database", name, err)
			}
		}
	})
}

func TestNotMigrated(t *testing.T) {
	d, err := db.Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "house.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Ready(t.Context()); !fault.Is(err, fault.Unavailable) || fault.Of(err).Key != "error.old_database" {
		t.Errorf("got %v, want error.old_database", err)
	}
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOpenNothing(t *testing.T) {
	if _, err := db.Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "no", "such", "folder.db")); err == nil {
		t.Error("opened a file in no folder")
	}
	for _, address := range []string{"", "file:", "?mode=rw"} {
		if _, err := db.Open(t.Context(), address); err == nil {
			t.Errorf("opened %q, which names no file", address)
		}
	}
	if _, err := db.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=1"); err == nil {
		t.Error("opened a server that is not there")
	}
}
