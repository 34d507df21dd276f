package calendar_test

import (
	"context"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/calendar"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/filing"
	"nhipcau/internal/reform"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// TestMergedMeanwhile merges a cell into another in the middle of a period: it is
// still asked, and who took it over is told, sees what is owed and answers.
func TestMergedMeanwhile(t *testing.T) {
	h := build(t)
	p := monthly
	p.Ahead = false
	if err := h.set(t, h.clerk("khoi"), 0, p); err != nil {
		t.Fatal(err)
	}
	one := h.next(t)
	h.quietly(t, "2025-03-12")
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		admin := h.clerk("khoi")
		admin.Roles = []auth.Role{auth.Administrator}
		r, err := reform.EnterMany(ctx, tx, admin, reform.Table{Day: vn.DayOf(tx.Now), Decision: "Quyết định số 7", Lines: []reform.Line{
			{N: 1, Act: reform.Into, Unit: "to2", Target: "to1"},
		}})
		if err != nil {
			return err
		}
		return reform.Make(ctx, tx, admin, r.ID)
	})
	owing := func() (all []filing.Owed) {
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = filing.Owing(ctx, tx, h.clerk("to1"))
			return err
		})
		return all
	}
	all := owing()
	if len(all) != 2 || all[0].UnitKey != "to1" || all[0].Unit != "" || all[1].UnitKey != "to2" || all[1].Unit != "Đơn vị to2" || all[1].LastDay != "2025-03-16" {
		t.Fatalf("to1 owes %+v", all)
	}
	h.heard(t, "to1")
	if err := h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return calendar.Remind(ctx, tx, h.clerk("mot"), one.ID, "mot")
	}); err != nil {
		t.Fatal(err)
	}
	h.drain(t)
	if got := h.heard(t, "to1"); len(got) != 2 {
		t.Errorf("to1 heard %q", got)
	}
	for _, unit := range []string{"to1", "to2"} {
		dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
			_, err := filing.Submit(ctx, tx, h.clerk("to1"), one.ID, unit, 0, filing.Figures{"members": 7}, "")
			return err
		})
	}
	if all := owing(); len(all) != 0 {
		t.Errorf("to1 still owes %+v", all)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		r, err := filing.GetRound(ctx, tx, h.clerk("khoi"), one.ID)
		if err != nil {
			return err
		}
		received, intime, due, err := r.Received(ctx, tx, h.units["mot"].ID)
		if received != 2 || intime != 2 || due != 3 {
			t.Errorf("%d received, %d in time, of %d", received, intime, due)
		}
		return err
	})
	proof, err := tally.Prove(t.Context(), h.db, map[string]tally.Recount{filing.Kind().Name: filing.Recount})
	if err != nil || proof.Mismatches > 0 || proof.Sheets == 0 {
		t.Errorf("got %+v, %v", proof, err)
	}
}
