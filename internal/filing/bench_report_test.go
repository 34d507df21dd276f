package filing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/vn"
)

// BenchmarkReport measures a report of 40 figures and 10 formulas over the twelve
// months of a year, of one unit and of the top over 20,000 leaves.
func BenchmarkReport(b *testing.B) {
	h := build(b)
	root, _, leaves := h.grow(b)
	f := form.Form{Title: "Số liệu", Asks: form.Leaf}
	for n := range 40 {
		f.Items = append(f.Items, form.Item{Label: fmt.Sprint("Mục ", n+1), High: 1_000_000})
	}
	for n := range 10 {
		f.Items = append(f.Items, form.Item{Label: fmt.Sprint("Tỷ lệ ", n+1), Kind: form.Formula, Decimals: 2, Formula: fmt.Sprintf("share(item_%d; sum(item_%d; year(item_%d)))", n+1, n+2, n+3)})
	}
	var last filing.Period
	figures := filing.Figures{}
	for n := range 40 {
		figures[fmt.Sprint("item_", n+1)] = int64(n*13) % 3000
	}
	dbtest.Write(b, h.db, func(ctx context.Context, tx *db.Tx) error {
		made, err := form.Make(ctx, tx, root, f)
		if err != nil {
			return err
		}
		if err := form.Open(ctx, tx, root, made.ID, 1); err != nil {
			return err
		}
		for m := range 12 {
			from := vn.MakeDay(2025, m+1, 1)
			to := vn.MakeDay(2025, m+2, 1)
			if m == 11 {
				to = vn.MakeDay(2026, 1, 1)
			}
			if last, err = filing.OpenPeriod(ctx, tx, root, made.ID, filing.Period{Name: "Tháng", From: from, To: to, LastDay: to}); err != nil {
				return err
			}
			for at := 0; at < 50; at++ {
				if _, err := filing.Submit(ctx, tx, leaves[at*400], last.ID, leaves[at*400].UnitKey, 0, figures, ""); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for _, c := range []struct {
		name string
		unit int64
		all  bool
	}{{"one unit", leaves[0].Unit, false}, {"the top", root.Unit, true}} {
		b.Run(c.name, func(b *testing.B) {
			var took time.Duration
			for b.Loop() {
				began := time.Now()
				dbtest.Read(b, h.db, func(ctx context.Context, tx *db.Tx) error {
					r, err := filing.GetRound(ctx, tx, root, last.ID)
					if err != nil {
						return err
					}
					whose := filing.Whose{All: c.all}
					whose.Unit.ID = c.unit
					book, err := r.Open(ctx, tx, root, nil, whose)
					if err != nil {
						return err
					}
					for _, it := range r.Form.Items {
						if !book.Now(it.Key).Is() || !book.Year(it.Key).Is() {
							return fmt.Errorf("%s has no value", it.Key)
						}
					}
					return nil
				})
				took += time.Since(began)
			}
			b.ReportMetric(took.Seconds()*1e3/float64(b.N), "ms/report")
		})
	}
}
