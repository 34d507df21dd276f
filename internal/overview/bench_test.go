package overview_test

import (
	"context"
	"fmt"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/feeding"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/overview"
	"nhipcau/internal/vn"
)

// BenchmarkOverview measures the screen of a unit with 400 units under it, and those
// beside each other, with a form of 40 figures over thirteen months.
func BenchmarkOverview(b *testing.B) {
	h := build(b)
	var last filing.Period
	dbtest.Write(b, h.db, func(ctx context.Context, tx *db.Tx) error {
		by := h.clerk("khoi")
		var leaves []auth.Actor
		for n := range 400 {
			key := fmt.Sprint("xa-", n)
			u, err := org.Create(ctx, tx, auth.System(tree), "khoi", org.NewUnit{Key: key, Name: key, Kind: "xã", From: "2020-01-02"})
			if err != nil {
				return err
			}
			h.units[key] = u
			leaves = append(leaves, h.clerk(key))
		}
		f := form.Form{Title: "Số liệu", Asks: form.Leaf}
		figures := filing.Figures{}
		for n := range 40 {
			f.Items = append(f.Items, form.Item{Label: fmt.Sprint("Mục ", n+1), High: 1_000_000})
			figures[fmt.Sprint("item_", n+1)] = int64(n*13) % 3000
		}
		f, err := form.Make(ctx, tx, by, f)
		if err != nil {
			return err
		}
		if err := form.Open(ctx, tx, by, f.ID, 1); err != nil {
			return err
		}
		for m := range 13 {
			from := vn.MakeDay(2024+m/12, m%12+1, 1)
			to := vn.MakeDay(2024+(m+1)/12, (m+1)%12+1, 1)
			if last, err = filing.OpenPeriod(ctx, tx, by, f.ID, filing.Period{Name: fmt.Sprint("Tháng ", m+1), From: from, To: to, LastDay: to}); err != nil {
				return err
			}
			for _, l := range leaves {
				if _, err := filing.Submit(ctx, tx, l, last.ID, l.UnitKey, 0, figures, ""); err != nil {
					return err
				}
			}
		}
		return nil
	})
	by := h.clerk("khoi")
	for _, c := range []struct {
		name string
		read func(ctx context.Context, tx *db.Tx) (int, error)
		want int
	}{
		{"a screen", func(ctx context.Context, tx *db.Tx) (int, error) {
			s, err := overview.Get(ctx, tx, by, feeding.Feeds(), "khoi", last.Form)
			return len(s.Trends()), err
		}, 40},
		{"beside each other", func(ctx context.Context, tx *db.Tx) (int, error) {
			x, err := overview.Compare(ctx, tx, by, "khoi", last.ID, "item_7", overview.Moved)
			return len(x.Ranked), err
		}, 400},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				dbtest.Read(b, h.db, func(ctx context.Context, tx *db.Tx) error {
					n, err := c.read(ctx, tx)
					if err == nil && n != c.want {
						err = fmt.Errorf("got %d, want %d", n, c.want)
					}
					return err
				})
			}
		})
	}
}
