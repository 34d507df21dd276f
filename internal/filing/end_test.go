package filing_test

import (
	"context"
	"reflect"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
)

// The greatest of several units is that of one of them, over periods too, and opens to
// its return; it is no sum.
func TestEnds(t *testing.T) {
	h := build(t)
	items, err := form.ParseItems("[due] Phải học | người\n[top] Lớp đông nhất | người | max\n[low] Lớp ít nhất | người | min\n[twice] Gấp đôi | người | = top * 2\n")
	if err != nil {
		t.Fatal(err)
	}
	id := h.made(t, form.Form{Title: "Lớp", Asks: form.Leaf, Items: items})
	jan := h.month(t, id, filing.Period{Name: "T1", From: "2025-01-01", To: "2025-02-01", LastDay: "2025-02-05"})
	feb := h.month(t, id, filing.Period{Name: "T2", From: "2025-02-01", To: "2025-03-01", LastDay: "2025-03-05"})
	for _, x := range []struct {
		p       filing.Period
		unit    string
		figures filing.Figures
	}{
		{jan, "hai", filing.Figures{"due": 1, "top": 70, "low": 1}},
		{feb, "to1", filing.Figures{"due": 1, "top": 40, "low": 12}},
		{feb, "to2", filing.Figures{"due": 1}},
		{feb, "hai", filing.Figures{"due": 1, "top": 55, "low": 0}},
		{feb, "ba", filing.Figures{"due": 1, "top": 30, "low": 5}},
	} {
		if _, err := h.file(t, x.p, x.unit, filing.Entry{Figures: x.figures}); err != nil {
			t.Fatal(err)
		}
	}
	for unit, want := range map[string][]string{
		"khoi": {"top 55 70 –", "low 0 0 –", "twice 110 140 –"},
		"mot":  {"top 40 40 –", "low 12 12 –", "twice 80 80 –"},
		"to1":  {"top 40 40 –", "low 12 12 –", "twice 80 80 –"},
		"to2":  {"top – – –", "low – – –", "twice – – –"},
	} {
		if got := h.book(t, feb, unit, true, "top", "low", "twice"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q, want %q", unit, got, want)
		}
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		r, err := filing.GetRound(ctx, tx, h.clerk("khoi"), feb.ID)
		if err != nil {
			return err
		}
		b, err := r.Open(ctx, tx, h.clerk("khoi"), counting, filing.Whose{Unit: h.units["khoi"], All: true})
		if err != nil {
			return err
		}
		for key, want := range map[string]string{"top": "/periods/" + feb.ID + "/returns/hai", "due": "", "twice": ""} {
			if _, href := b.End(key); href != want {
				t.Errorf("%s opens to %q, want %q", key, href, want)
			}
		}
		for unit, want := range map[string]string{"khoi": "filing.why.extreme", "to1": ""} { // a line over periods reads sums
			series, err := filing.SeriesOf(ctx, tx, id, h.units[unit].ID, 2)
			if err != nil {
				return err
			}
			for _, key := range []string{"top", "twice"} {
				if v := series.Newest().Value(key); v.Why.Key != want || v.Is() == (want != "") {
					t.Errorf("the line of %s at %s: %v %q, want %q", key, unit, v.Is(), v.Why.Key, want)
				}
			}
		}
		return nil
	})
}
