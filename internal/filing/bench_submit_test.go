package filing_test

import (
	"context"
	"fmt"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
)

// BenchmarkSubmit measures first returns of 50 figures, a thousand to a
// transaction: what the program itself does for one, and writes for it.
func BenchmarkSubmit(b *testing.B) {
	h := build(b)
	root, _, leaves := h.grow(b)
	var f form.Form
	dbtest.Write(b, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		f = form.Form{Title: "Số liệu", Asks: form.Leaf}
		for n := range 50 {
			f.Items = append(f.Items, form.Item{Label: fmt.Sprint("Mục ", n+1), High: 1_000_000})
		}
		if f, err = form.Make(ctx, tx, root, f); err != nil {
			return err
		}
		return form.Open(ctx, tx, root, f.ID, 1)
	})
	figures := filing.Figures{}
	for n := range 50 {
		figures[fmt.Sprint("item_", n+1)] = int64(n*13) % 3000
	}
	const many = 1000
	left, period := 0, ""
	for b.Loop() {
		dbtest.Write(b, h.db, func(ctx context.Context, tx *db.Tx) error {
			if left < many {
				p, err := filing.OpenPeriod(ctx, tx, root, f.ID, march)
				if err != nil {
					return err
				}
				left, period = len(leaves), p.ID
			}
			for at := left - many; at < left; at++ {
				if _, err := filing.Submit(ctx, tx, leaves[at], period, leaves[at].UnitKey, 0, figures, ""); err != nil {
					return err
				}
			}
			return nil
		})
		left -= many
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*many), "µs/return")
}
