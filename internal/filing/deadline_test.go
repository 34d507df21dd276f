package filing_test

import (
	"context"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/calendar"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/deadline"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// levelled opens a form that asks all under the bloc, with a day for cells, for
// units of a kind, and for the rest.
func (h *house) levelled(t testing.TB, levels ...deadline.Level) filing.Period {
	t.Helper()
	plain := march
	march.Levels = levels
	defer func() { march = plain }()
	return h.opened(t, asked(form.All))
}

func (h *house) write(t testing.TB, f func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return h.db.Write(t.Context(), f)
}

// lastDay is the day by which a unit owes a period.
func (h *house) lastDay(t testing.TB, p filing.Period, unit string) (d vn.Day) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		r, err := filing.GetRound(ctx, tx, h.clerk("khoi"), p.ID)
		d = r.LastDay(h.units[unit].ID)
		return err
	})
	return d
}

func (h *house) wantDays(t testing.TB, p filing.Period, want map[string]vn.Day) {
	t.Helper()
	for unit, day := range want {
		if got := h.lastDay(t, p, unit); got != day {
			t.Errorf("%s owes it by %s, want %s", unit, got, day)
		}
	}
}

func (h *house) wantInTime(t testing.TB, p filing.Period, unit string, received, inTime int64) {
	t.Helper()
	v := h.total(t, p, unit)
	if r, n := v.Get(filing.Kind().Lane("received")), v.Get(filing.Kind().Lane("in_time")); r != received || n != inTime {
		t.Errorf("%s: %d received, %d in time, want %d and %d", unit, r, n, received, inTime)
	}
}

var figures = filing.Figures{"members": 12}

func TestDeadlineOfEachLevel(t *testing.T) {
	h := build(t)
	p := h.levelled(t, deadline.Level{Depth: 2, Last: "2025-03-27"}, deadline.Level{Kind: "đoàn", Depth: 1, Last: "2025-03-30"})
	h.wantDays(t, p, map[string]vn.Day{"to1": "2025-03-27", "mot": "2025-03-30", "ba": "2025-03-30", "khoi": "2025-04-05", "khac": ""})
	h.at("2025-03-28")
	for _, unit := range []string{"to1", "mot"} {
		if _, err := h.submit(t, h.clerk(unit), p.ID, unit, 0, figures, ""); err != nil {
			t.Fatal(err)
		}
	}
	h.wantInTime(t, p, "khoi", 2, 1) // the cell is a day late, the unit above it two days early
	h.wantInTime(t, p, "to1", 1, 0)

	// A correction is in time as the return that it corrects, whenever it comes.
	h.at("2025-04-20")
	if _, err := h.submit(t, h.clerk("mot"), p.ID, "mot", 1, filing.Figures{"members": 13}, "đếm sót"); err != nil {
		t.Fatal(err)
	}
	h.wantInTime(t, p, "khoi", 2, 1)
	// What is withdrawn is no longer in time, and comes again as late.
	if err := h.withdraw(t, h.clerk("mot"), p.ID, "mot", 2, "nhầm đơn vị"); err != nil {
		t.Fatal(err)
	}
	h.wantInTime(t, p, "khoi", 1, 0)
	if _, err := h.submit(t, h.clerk("mot"), p.ID, "mot", 3, figures, ""); err != nil {
		t.Fatal(err)
	}
	h.wantInTime(t, p, "khoi", 2, 0)
	h.proven(t)
}

func TestKindIsOfTheOpening(t *testing.T) {
	h := build(t)
	p := h.levelled(t, deadline.Level{Kind: "chi đoàn", Last: "2025-03-27"})
	h.wantDays(t, p, map[string]vn.Day{"to1": "2025-04-05", "mot": "2025-04-05"})
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `UPDATE unit_kind SET kind = 'chi đoàn' WHERE unit IN ($1, $2)`, h.units["to1"].ID, h.units["to2"].ID)
	})
	p = h.levelled(t, deadline.Level{Kind: "chi đoàn", Last: "2025-03-27"})
	h.wantDays(t, p, map[string]vn.Day{"to1": "2025-03-27", "to2": "2025-03-27", "mot": "2025-04-05"})
}

func TestExceptions(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.All))
	except := func(by auth.Actor, unit string, whole bool, day vn.Day, reason string) (x deadline.Exception, err error) {
		err = h.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
			x, err = calendar.Except(ctx, tx, by, p.ID, unit, whole, day, reason)
			return err
		})
		return x, err
	}
	wide, err := except(h.clerk("khoi"), "mot", true, "2025-04-10", "Bão số 3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := except(h.clerk("khoi"), "to1", false, "2025-04-20", "Mất điện"); err != nil {
		t.Fatal(err)
	}
	h.wantDays(t, p, map[string]vn.Day{"mot": "2025-04-10", "to2": "2025-04-10", "to1": "2025-04-20", "hai": "2025-04-05"})
	// Of two over the same units the newer holds; a narrower one goes before both.
	if _, err := except(h.clerk("khoi"), "mot", true, "2025-04-12", "Bão số 4"); err != nil {
		t.Fatal(err)
	}
	h.wantDays(t, p, map[string]vn.Day{"mot": "2025-04-12", "to2": "2025-04-12", "to1": "2025-04-20"})

	for _, tt := range []struct {
		by     auth.Actor
		unit   string
		day    vn.Day
		reason string
		fields map[string]string
		kind   fault.Kind
		key    string
	}{
		{h.clerk("khoi"), "hai", "2025-03-24", "Bão", map[string]string{"day": "calendar.error.past"}, 0, ""},
		{h.clerk("khoi"), "hai", "2025-02-30", " ", map[string]string{"day": "calendar.error.day", "reason": "error.needed"}, 0, ""},
		{h.clerk("khoi"), "khac", "2025-04-10", "Bão", map[string]string{"unit": "calendar.error.unit"}, 0, ""},
		{h.clerk("khoi"), "khong-co", "2025-04-10", "Bão", map[string]string{"unit": "calendar.error.unit"}, 0, ""},
		{h.clerk("khoi"), "khoi", "2025-04-10", "Bão", map[string]string{"unit": "calendar.error.unit_not_asked"}, 0, ""},
		{h.clerk("mot"), "mot", "2025-04-10", "Bão", nil, fault.Denied, "form.error.may_keep"},
		{h.as("khoi"), "mot", "2025-04-10", "Bão", nil, fault.Denied, "form.error.may_keep"},
		{h.clerk("khac"), "mot", "2025-04-10", "Bão", nil, fault.NotFound, "error.not_found"},
	} {
		_, err := except(tt.by, tt.unit, false, tt.day, tt.reason)
		if tt.fields != nil {
			wantFields(t, tt.unit+" "+string(tt.day), err, tt.fields)
		} else {
			wantKind(t, tt.by.Name, err, tt.kind, tt.key)
		}
	}

	end := func(by auth.Actor, n int64) error {
		return h.write(t, func(ctx context.Context, tx *db.Tx) error { return calendar.EndException(ctx, tx, by, p.ID, n) })
	}
	for n := range int64(3) {
		if err := end(h.clerk("khoi"), n+1); n != 1 && err != nil || n == 1 && err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, "ended twice", end(h.clerk("khoi"), wide.N), fault.Conflict, "calendar.error.ended")
	wantKind(t, "none", end(h.clerk("khoi"), 9), fault.NotFound, "error.not_found")
	h.wantDays(t, p, map[string]vn.Day{"mot": "2025-04-05", "to1": "2025-04-05"})
}

func TestMoveDeadline(t *testing.T) {
	h := build(t)
	p := h.levelled(t, deadline.Level{Depth: 2, Last: "2025-03-27"})
	move := func(by auth.Actor, level int64, day vn.Day, reason string) error {
		return h.write(t, func(ctx context.Context, tx *db.Tx) error {
			return calendar.Move(ctx, tx, by, p.ID, level, day, reason)
		})
	}
	if err := move(h.clerk("khoi"), 0, "2025-04-08", "Lễ"); err != nil {
		t.Fatal(err)
	}
	if err := move(h.clerk("khoi"), 1, "2025-04-01", "Lễ"); err != nil {
		t.Fatal(err)
	}
	h.wantDays(t, p, map[string]vn.Day{"mot": "2025-04-08", "to1": "2025-04-01"})
	wantFields(t, "into the past", move(h.clerk("khoi"), 0, "2025-03-24", "Sớm hơn"), map[string]string{"day": "calendar.error.past"})
	wantFields(t, "the same, without a reason", move(h.clerk("khoi"), 1, "2025-04-01", ""), map[string]string{"day": "calendar.error.same", "reason": "error.needed"})
	wantKind(t, "a level that is none", move(h.clerk("khoi"), 2, "2025-04-09", "Lễ"), fault.NotFound, "error.not_found")
	wantKind(t, "from below", move(h.clerk("mot"), 0, "2025-04-09", "Lễ"), fault.Denied, "form.error.may_keep")
	if _, err := h.submit(t, h.clerk("to1"), p.ID, "to1", 0, figures, ""); err != nil {
		t.Fatal(err)
	}
	h.wantInTime(t, p, "khoi", 1, 1)
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := deadline.Moves(ctx, tx, p.ID)
		if len(all) != 2 || all[0].Level != 1 || all[0].Was != "2025-03-27" || all[1].Was != "2025-04-05" || all[1].Last != "2025-04-08" {
			t.Errorf("moves: %+v", all)
		}
		return err
	})
	// What comes to nothing leaves nothing, in memory neither.
	if err := h.write(t, func(ctx context.Context, tx *db.Tx) error {
		if err := calendar.Move(ctx, tx, h.clerk("khoi"), p.ID, 0, "2025-05-01", "Thử"); err != nil {
			return err
		}
		r, err := filing.GetRound(ctx, tx, h.clerk("khoi"), p.ID)
		if err == nil && r.LastDay(h.units["mot"].ID) != "2025-05-01" {
			t.Errorf("moved within: %s", r.LastDay(h.units["mot"].ID))
		}
		return fault.New(fault.Conflict, "filing.error.closed")
	}); err == nil {
		t.Fatal("the transaction stands")
	}
	h.wantDays(t, p, map[string]vn.Day{"mot": "2025-04-08"})
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		return filing.ClosePeriod(ctx, tx, h.clerk("khoi"), p.ID, p.Version)
	})
	wantKind(t, "of a closed period", move(h.clerk("khoi"), 0, "2025-04-09", "Lễ"), fault.Conflict, "filing.error.closed")
}

// TestNothing tells nothing to report from zeros and from a blank.
func TestNothing(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	nothing := func(by auth.Actor, unit string, seen int64, reason string) (r filing.Return, err error) {
		err = h.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
			r, err = filing.Nothing(ctx, tx, by, p.ID, unit, seen, reason)
			return err
		})
		return r, err
	}
	r, err := nothing(h.clerk("hai"), "hai", 0, "")
	if err != nil || !r.Stands() || !r.Nothing() || !r.InTime() {
		t.Fatalf("got %+v, %v", r, err)
	}
	if _, ok := r.Figure(1); ok {
		t.Error("nothing to report is a figure")
	}
	if _, err := h.submit(t, h.clerk("ba"), p.ID, "ba", 0, filing.Figures{"members": 0}, ""); err != nil {
		t.Fatal(err)
	}
	_, err = h.submit(t, h.clerk("to1"), p.ID, "to1", 0, filing.Figures{}, "")
	wantFields(t, "a blank return", err, map[string]string{"figures.members": "error.needed", "figures": "filing.error.empty"})
	h.wantInTime(t, p, "khoi", 2, 2)
	v := h.total(t, p, "khoi")
	if v.Get(filing.Kind().Lane("nothing")) != 1 {
		t.Errorf("%d have nothing to report, want 1", v.Get(filing.Kind().Lane("nothing")))
	}
	if _, err := nothing(h.clerk("hai"), "hai", 0, ""); err != nil { // again changes nothing
		t.Error(err)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		x, err := filing.GetRound(ctx, tx, h.clerk("khoi"), p.ID)
		if err != nil {
			return err
		}
		_, rows, _, err := x.Lacking(ctx, tx, h.clerk("khoi"), "khoi", tally.Place(0), 10)
		var keys []string
		for _, row := range rows {
			keys = append(keys, row.Key)
		}
		if got := strings.Join(keys, " "); got != "to1 to2" {
			t.Errorf("these have not: %s", got)
		}
		return err
	})
	// Figures after all are a correction, with a reason; and back again.
	_, err = h.submit(t, h.clerk("hai"), p.ID, "hai", 1, figures, "")
	wantFields(t, "without a reason", err, map[string]string{"reason": "error.needed"})
	if _, err := h.submit(t, h.clerk("hai"), p.ID, "hai", 1, figures, "có phát sinh"); err != nil {
		t.Fatal(err)
	}
	h.proven(t)
	if v := h.total(t, p, "khoi"); v.Get(filing.Kind().Lane("nothing")) != 0 || v.Get(1) != 12 {
		t.Errorf("after the correction: %v", v)
	}
	if _, err := nothing(h.clerk("hai"), "hai", 1, "nhầm"); !fault.Is(err, fault.Conflict) {
		t.Errorf("over what was not seen: %v", err)
	}
	_, err = nothing(h.clerk("khac"), "hai", 0, "")
	wantKind(t, "from beside", err, fault.NotFound, "error.not_found")
	h.proven(t)
}
