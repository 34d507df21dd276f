package audit_test

import (
	"context"
	"errors"
	"testing"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

// TestRecord: an entry stands with the deed and goes with it.
func TestRecord(t *testing.T) {
	d := dbtest.Open(t)
	by := auth.Actor{Login: "vanthu", Name: "Văn thư", Unit: 7}
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, by, "plan.adopted", "p1", "lý do")
	})
	undone := errors.New("undone")
	if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(audit.Record(ctx, tx, by, "plan.reopened", "p1", ""), undone)
	}); !errors.Is(err, undone) {
		t.Fatalf("Write = %v, want the deed's own error", err)
	}
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		all, err := audit.Of(ctx, tx, "p1")
		if err != nil {
			return err
		}
		want := audit.Entry{At: dbtest.Noon, Login: "vanthu", Name: "Văn thư", Unit: 7, Action: "plan.adopted", Object: "p1", Detail: "lý do"}
		if len(all) != 1 || all[0] != want {
			t.Errorf("entries = %+v, want only %+v", all, want)
		}
		return nil
	})
}
