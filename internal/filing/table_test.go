package filing_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
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

// told reads a table by pages of two, each row as "unit received/due members".
func (h *house) told(t *testing.T, by auth.Actor, period, unit string) (all []string, err error) {
	t.Helper()
	err = h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		r, err := filing.GetRound(ctx, tx, by, period)
		if err != nil {
			return err
		}
		say := func(x filing.Row) string {
			n, ok := x.Figure(1)
			return fmt.Sprintf("%s %d/%d %d %v", x.Key, x.Received(), x.Due, n, ok)
		}
		for after := tally.Place(0); ; {
			_, top, rows, next, err := r.Table(ctx, tx, by, unit, after, 2)
			if err != nil {
				return err
			}
			if after == 0 {
				all = append(all, say(top))
			}
			for _, x := range rows {
				all = append(all, say(x))
			}
			if next == 0 {
				return nil
			}
			if after = next; len(rows) != 2 {
				t.Errorf("a page of %d rows", len(rows))
			}
		}
	})
	return all, err
}

// A table shows a unit and those directly under it, in the order of the tree,
// those that have returned nothing too, and nobody else's.
func TestTable(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	for unit, n := range map[string]int64{"to2": 7, "hai": 0, "ba": 5} {
		if _, err := h.submit(t, h.clerk(unit), p.ID, unit, 0, filing.Figures{"members": n}, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		by, unit string
		want     []string
	}{
		{"khoi", "khoi", []string{"khoi 3/4 12 true", "mot 1/2 7 true", "hai 1/1 0 true", "ba 1/1 5 true"}},
		{"top", "mot", []string{"mot 1/2 7 true", "to1 0/1 0 false", "to2 1/1 7 true"}},
		{"hai", "hai", []string{"hai 1/1 0 true"}},
	} {
		got, err := h.told(t, h.clerk(c.by), p.ID, c.unit)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s at %s: got %q %v, want %q", c.by, c.unit, got, err, c.want)
		}
	}
	for _, c := range [][2]string{{"hai", "khoi"}, {"hai", "ba"}, {"top", "top"}, {"top", "khac"}, {"khac", "khac"}} {
		if got, err := h.told(t, h.clerk(c[0]), p.ID, c[1]); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s at %s: got %q %v", c[0], c[1], got, err)
		}
	}
	// A unit that comes after the opening is on no page of it.
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		h.units["moi"], err = org.Create(ctx, tx, auth.System(tree), "khoi", org.NewUnit{Key: "moi", Name: "Đơn vị mới", Kind: "đoàn", From: "2025-03-20"})
		return err
	})
	if got, err := h.told(t, h.clerk("khoi"), p.ID, "khoi"); err != nil || len(got) != 4 {
		t.Errorf("got %q %v", got, err)
	}
	_, err := h.submit(t, h.clerk("moi"), p.ID, "moi", 0, filing.Figures{"members": 1}, "")
	wantKind(t, "a unit that came later", err, fault.Conflict, "filing.error.not_on")
}

// Who has not returned is listed with pages of any size, withdrawn ones too.
func TestLacking(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Leaf))
	lacking := func(by, unit string) string {
		var all []string
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
			r, err := filing.GetRound(ctx, tx, h.clerk(by), p.ID)
			if err != nil {
				return err
			}
			for after := tally.Place(0); ; {
				_, rows, next, err := r.Lacking(ctx, tx, h.clerk(by), unit, after, 1)
				if err != nil {
					return err
				}
				for _, x := range rows {
					all = append(all, x.Key)
				}
				if after = next; next == 0 {
					return nil
				}
			}
		})
		return strings.Join(all, " ")
	}
	check := func(by, unit, want string) {
		t.Helper()
		if got := lacking(by, unit); got != want {
			t.Errorf("%s at %s: got %q, want %q", by, unit, got, want)
		}
	}
	check("khoi", "khoi", "to1 to2 hai ba")
	for _, unit := range []string{"to1", "hai"} {
		if _, err := h.submit(t, h.clerk(unit), p.ID, unit, 0, filing.Figures{"members": 1}, ""); err != nil {
			t.Fatal(err)
		}
	}
	check("khoi", "khoi", "to2 ba")
	check("mot", "mot", "to2")
	check("hai", "hai", "")
	if err := h.withdraw(t, h.clerk("hai"), p.ID, "hai", 1, "nhầm"); err != nil {
		t.Fatal(err)
	}
	check("top", "khoi", "to2 hai ba")
}
