package pivot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/pivot"
	"nhipcau/internal/tally"
)

// BenchmarkPivot measures the pivot of a province of 150 communes, each of which has
// returned a form of 50 figures in twelve months: ten of them, and with formulas, with
// every cell worked out and written. Beside it the same rows are read and unpacked.
func BenchmarkPivot(b *testing.B) {
	h := build(b)
	const communes, months = 150, 11
	var all []string
	for n := range communes {
		all = append(all, fmt.Sprint("xa-", n))
	}
	h.add(b, "khoi", all...)
	var items []form.Item
	for n := range 40 {
		items = append(items, form.Item{Label: fmt.Sprint("Mục ", n+1), High: 1_000_000})
	}
	for n := range 10 {
		items = append(items, form.Item{Label: fmt.Sprint("Tỷ lệ ", n+1), Kind: form.Formula, Decimals: 2, Formula: fmt.Sprintf("share(item_%d; item_%d + prev(item_%d))", n+1, n+2, n+3)})
	}
	h.ask(b, form.Leaf, items)
	for month := range months {
		h.month(b, month+1)
	}
	h.fill(b, all)
	var entered, worked []string
	for n := range 10 {
		entered, worked = append(entered, fmt.Sprint("item_", 3*n+1)), append(worked, fmt.Sprint("item_", 41+n))
	}
	by := h.clerk("khoi")
	var units, sheets []int64
	for _, key := range append(all, "khoi") {
		units = append(units, h.units[key].ID)
	}
	for _, k := range h.periods {
		sheets = append(sheets, k.Sheet)
	}
	for _, c := range []struct {
		name string
		keys []string
	}{{"ten figures", entered}, {"ten formulas", worked}} {
		b.Run(c.name, func(b *testing.B) {
			var took, least time.Duration
			for b.Loop() {
				began := time.Now()
				p, err := h.get(b, by, "khoi", pivot.Ask{Items: c.keys})
				if err != nil || len(p.Lines) != communes || len(p.Rounds) != months {
					b.Fatal(len(p.Lines), len(p.Rounds), err)
				}
				figures := 0
				for _, l := range append(p.Lines, p.Whole) {
					for n, it := range p.Items {
						for i := range p.Rounds {
							if cell := p.Period(l, i, n); cell.State == pivot.Figure && it.Write(cell.Units) != "" {
								figures++
							}
						}
						p.Over(l, n)
					}
				}
				if figures < communes*(months-1)*10 {
					b.Fatal(figures)
				}
				took += time.Since(began)
				began = time.Now()
				dbtest.Read(b, h.db, func(ctx context.Context, tx *db.Tx) error {
					_, err := tally.NodesOn(ctx, tx, sheets, units)
					return err
				})
				least += time.Since(began)
			}
			b.ReportMetric(took.Seconds()*1e3/float64(b.N), "ms/pivot")
			b.ReportMetric(least.Seconds()*1e3/float64(b.N), "ms/reading-its-rows")
		})
	}
}

// fill has units return all figures of all periods.
func (h *house) fill(b *testing.B, units []string) {
	for _, k := range h.periods {
		dbtest.Write(b, h.db, func(ctx context.Context, tx *db.Tx) error {
			for at, u := range units {
				f := filing.Figures{}
				for n := range 40 {
					f[fmt.Sprint("item_", n+1)] = int64(at*7+n*13)%3000 + 1
				}
				if _, err := filing.Submit(ctx, tx, h.clerk(u), k.ID, u, 0, f, ""); err != nil {
					return err
				}
			}
			return nil
		})
	}
}
