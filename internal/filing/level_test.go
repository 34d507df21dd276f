package filing_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
)

// levelOf reads the table of a level, each row as "part: unit received/due members".
func (h *house) levelOf(t *testing.T, by auth.Actor, period, unit string, down int) (all []string, err error) {
	t.Helper()
	err = h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		r, err := filing.GetRound(ctx, tx, by, period)
		if err != nil {
			return err
		}
		l, err := r.Level(ctx, tx, by, unit, down)
		if err != nil {
			return err
		}
		sum := tally.Delta{}
		say := func(part string, x filing.Row, own bool) {
			n, ok := x.Figure(1)
			what := fmt.Sprintf("%s: %s %d/%d %d %v", part, x.Key, x.Received(), x.Due, n, ok)
			if own {
				what += " own"
			}
			all = append(all, what)
			sum = sum.Plus(x.Total.Delta())
		}
		say("", l.Own, true)
		for _, p := range l.Parts {
			for _, x := range p.Rows {
				say(p.Key, x.Row, x.Own)
			}
			if p.Count > 0 {
				say(p.Key, p.Gone, false)
			}
		}
		if total := l.Top.Total.Delta(); !reflect.DeepEqual(sum, total) {
			t.Errorf("the rows of level %d come to %v, the sheet says %v", down, sum, total)
		}
		return nil
	})
	return all, err
}

// The units of a level stand in the order of the tree with what those above them have
// themselves and with branches that end before, and add up to the sheet.
func TestLevel(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.All))
	for unit, n := range map[string]int64{"mot": 3, "to2": 7, "hai": 0, "ba": 5} {
		if _, err := h.submit(t, h.clerk(unit), p.ID, unit, 0, filing.Figures{"members": n}, ""); err != nil {
			t.Fatal(err)
		}
	}
	for down, want := range map[int][]string{
		1: {": khoi 0/0 0 false own", "mot: mot 2/3 10 true", "hai: hai 1/1 0 true", "ba: ba 1/1 5 true"},
		2: {": khoi 0/0 0 false own", "mot: mot 1/1 3 true own", "mot: to1 0/1 0 false", "mot: to2 1/1 7 true", "hai: hai 1/1 0 true", "ba: ba 1/1 5 true"},
	} {
		if got, err := h.levelOf(t, h.clerk("khoi"), p.ID, "khoi", down); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("level %d: got %q, %v", down, got, err)
		}
	}
	if got, err := h.levelOf(t, h.clerk("to2"), p.ID, "to2", 1); err != nil || !reflect.DeepEqual(got, []string{": to2 1/1 7 true own"}) {
		t.Errorf("a unit without any under it: got %q, %v", got, err)
	}
	for _, c := range []struct {
		by, unit string
		down     int
	}{{"khoi", "khoi", 3}, {"khoi", "khoi", 0}, {"khoi", "khoi", -1}, {"hai", "khoi", 1}, {"khac", "mot", 1}} {
		if _, err := h.levelOf(t, h.clerk(c.by), p.ID, c.unit, c.down); !fault.Is(err, fault.NotFound) {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

// A unit that stands elsewhere since keeps its figures in the sums of the tree they
// were counted on; who may see it no more is told how many such units there are.
func TestLevelOfUnitsThatLeft(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	for unit, n := range map[string]int64{"to1": 2, "to2": 7, "hai": 4} {
		if _, err := h.submit(t, h.clerk(unit), p.ID, unit, 0, filing.Figures{"members": n}, ""); err != nil {
			t.Fatal(err)
		}
	}
	h.at("2025-03-27")
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		u, err := org.Get(ctx, tx, auth.System(tree), "to2")
		if err != nil {
			return err
		}
		_, _, err = org.Move(ctx, tx, u, h.units["khac"], "2025-03-26")
		return err
	})
	got, err := h.levelOf(t, h.clerk("khoi"), p.ID, "khoi", 2)
	want := []string{": khoi 0/0 0 false own", "mot: to1 1/1 2 true", "mot:  1/1 7 true", "hai: hai 1/1 4 true", "ba: ba 0/1 0 false"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}

// The levels under a unit are offered with how many units each has.
func TestDepths(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		r, err := filing.GetRound(ctx, tx, h.clerk("khoi"), p.ID)
		if err != nil {
			return err
		}
		_, got, err := r.Depths(ctx, tx, h.clerk("khoi"), "khoi")
		if want := []filing.Depth{{1, 3, "Đơn vị mot"}, {2, 2, "Đơn vị to1"}}; err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, _, err := r.Depths(ctx, tx, h.clerk("hai"), "mot"); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else's: got %v", err)
		}
		return nil
	})
}
