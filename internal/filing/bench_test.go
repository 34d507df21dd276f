package filing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
)

// grow puts a tree of 20 units, 40 under each and 25 under each of those, under a
// new unit of the top, and returns that unit and the paths and ids of the leaves.
func (h *house) grow(b *testing.B) (root auth.Actor, middle string, leaves []auth.Actor) {
	dbtest.Write(b, h.db, func(ctx context.Context, tx *db.Tx) error {
		leaves = nil
		add := func(key, path string, above int64) (auth.Actor, error) {
			id, depth := tx.NewID(), len(path)/6
			for _, q := range []struct {
				text string
				args []any
			}{
				{`INSERT INTO unit (id, key, phone, sample, created_at, version) VALUES ($1, $2, '', 0, $3, 1)`, []any{id, key, tx.Now}},
				{`INSERT INTO unit_name (unit, from_day, to_day, name, short, fold, sort) VALUES ($1, '2019-01-01', '', $2, $2, $2, $3)`, []any{id, "Đơn vị " + key, []byte(key)}},
				{`INSERT INTO unit_kind (unit, from_day, to_day, kind) VALUES ($1, '2019-01-01', '', 'đoàn')`, []any{id}},
				{`INSERT INTO unit_edge (tree, unit, parent, from_day, to_day) VALUES ($1, $2, $3, '2019-01-01', '')`, []any{tree, id, above}},
				{`INSERT INTO place (tree, unit, path, depth) VALUES ($1, $2, $3, $4)`, []any{tree, id, path, depth}},
			} {
				if err := tx.Exec(ctx, q.text, q.args...); err != nil {
					return auth.Actor{}, err
				}
			}
			return auth.Actor{Login: key, Name: key, Tree: tree, Unit: id, UnitKey: key, UnitName: key, Path: path, Roles: []auth.Role{auth.Clerk}}, nil
		}
		var err error
		if root, err = add("nuoc", h.units["top"].Path+"00099/", h.units["top"].ID); err != nil {
			return err
		}
		under := []auth.Actor{root}
		for level, fan := range []int{20, 40, 25} {
			var next []auth.Actor
			for _, u := range under {
				for n := range fan {
					c, err := add(fmt.Sprintf("u%d-%d", level, len(next)), fmt.Sprintf("%s%05d/", u.Path, n+1), u.Unit)
					if err != nil {
						return err
					}
					next = append(next, c)
				}
			}
			under = next
		}
		middle, leaves = "u1-500", under
		return tx.Exec(ctx, `UPDATE tree SET changed = changed + 1 WHERE key = $1`, tree)
	})
	return root, middle, leaves
}

// BenchmarkTable measures the reading of a period's pages over 20,000 leaves that
// have returned 50 figures each but one in a hundred, and beside it a point read in
// a transaction of its own.
func BenchmarkTable(b *testing.B) {
	h := build(b)
	root, middle, leaves := h.grow(b)
	var p filing.Period
	dbtest.Write(b, h.db, func(ctx context.Context, tx *db.Tx) error {
		f := form.Form{Title: "Số liệu", Asks: form.Leaf}
		for n := range 50 {
			f.Items = append(f.Items, form.Item{Label: fmt.Sprint("Mục ", n+1), High: 1_000_000})
		}
		f, err := form.Make(ctx, tx, root, f)
		if err != nil {
			return err
		}
		if err := form.Open(ctx, tx, root, f.ID, 1); err != nil {
			return err
		}
		p, err = filing.OpenPeriod(ctx, tx, root, f.ID, march)
		return err
	})
	for from := 0; from < len(leaves); from += 1000 {
		dbtest.Write(b, h.db, func(ctx context.Context, tx *db.Tx) error {
			for at := from; at < from+1000; at++ {
				if at%100 == 99 {
					continue
				}
				f := filing.Figures{}
				for n := range 50 {
					f[fmt.Sprint("item_", n+1)] = int64(at*7+n*13) % 3000
				}
				if _, err := filing.Submit(ctx, tx, leaves[at], p.ID, leaves[at].UnitKey, 0, f, ""); err != nil {
					return err
				}
			}
			return nil
		})
	}
	measure := func(f func(ctx context.Context, tx *db.Tx, r filing.Round) (int, error), want int) time.Duration {
		began := time.Now()
		dbtest.Read(b, h.db, func(ctx context.Context, tx *db.Tx) error {
			r, err := filing.GetRound(ctx, tx, root, p.ID)
			if err != nil {
				return err
			}
			n, err := f(ctx, tx, r)
			if err == nil && n != want {
				err = fmt.Errorf("got %d rows, want %d", n, want)
			}
			return err
		})
		return time.Since(began)
	}
	table := func(unit string) func(ctx context.Context, tx *db.Tx, r filing.Round) (int, error) {
		return func(ctx context.Context, tx *db.Tx, r filing.Round) (int, error) {
			_, _, rows, _, err := r.Table(ctx, tx, root, unit, 0, filing.MaxRows)
			return len(rows), err
		}
	}
	for _, c := range []struct {
		name string
		f    func(ctx context.Context, tx *db.Tx, r filing.Round) (int, error)
		want int
	}{
		{"the top", table(root.UnitKey), 20},
		{"forty under a unit", table("u0-7"), 40},
		{"leaves under a unit", table(middle), 25},
		{"who has not", func(ctx context.Context, tx *db.Tx, r filing.Round) (int, error) {
			_, rows, _, err := r.Lacking(ctx, tx, root, root.UnitKey, tally.Place(0), 50)
			return len(rows), err
		}, 50},
	} {
		b.Run(c.name, func(b *testing.B) {
			measure(c.f, c.want)
			var took, least time.Duration
			for b.Loop() {
				took += measure(c.f, c.want)
				least += measure(func(ctx context.Context, tx *db.Tx, r filing.Round) (int, error) { return 0, nil }, 0)
			}
			b.ReportMetric(took.Seconds()*1e3/float64(b.N), "ms/page")
			b.ReportMetric(float64(took)/float64(least), "x-finding-the-period")
		})
	}
}
