package tally_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/tally"
)

// under is how many units stand under each unit of a level of the national tree:
// 34 provinces, 3,400 communes and wards, 34,000 places, 272,000 branches.
var under = []int{34, 100, 10, 8}

// nation plants a tree of 309,435 units, made by the database itself, and opens a
// sheet over it. It has what a count needs and no more: no names, no kinds.
func nation(b *testing.B, d *db.DB) *grove {
	b.Helper()
	g := &grove{t: b, d: d, by: auth.Actor{Login: "chi", Name: "Lê Thị Chi", Tree: treeKey, Path: "/00001/"}}
	dbtest.Write(b, d, func(ctx context.Context, tx *db.Tx) error {
		g.units = []int64{1}
		if err := tx.Exec(ctx, `INSERT INTO tree (key, name, changed, cut) VALUES ($1, 'Đoàn', 1, 0)`, treeKey); err != nil {
			return err
		}
		first, above := 1, 0 // unit and number of units of the level above
		for _, n := range append([]int{1}, under...) {
			count, from := max(1, above)*n, int(g.units[len(g.units)-1])+1
			if above == 0 {
				from = 1
			}
			if err := level(ctx, tx, from, count, n, first, above > 0); err != nil {
				return err
			}
			for i := range count {
				if from+i > 1 {
					g.units = append(g.units, int64(from+i))
				}
			}
			first, above = from, count
		}
		s, err := tally.Open(ctx, tx, g.by, kind, "rollout1", treeKey, 1)
		g.sheet = s.ID
		return err
	})
	return g
}

// level inserts count units from the id from on, n under each unit from above on.
func level(ctx context.Context, tx *db.Tx, from, count, n, above int, under bool) error {
	numbers := fmt.Sprintf(`WITH RECURSIVE c (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < %d) `, count-1)
	parent := "0"
	if under {
		parent = fmt.Sprintf("%d + i / %d", above, n)
	}
	if err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO unit (id, key, phone, sample, created_at, version)
		%s SELECT %d + i, 'u' || (%d + i), '', 0, 0, 1 FROM c`, numbers, from, from)); err != nil {
		return err
	}
	return tx.Exec(ctx, fmt.Sprintf(`INSERT INTO unit_edge (tree, unit, parent, from_day, to_day)
		%s SELECT '%s', %d + i, %s, '2019-01-01', '' FROM c`, numbers, treeKey, from, parent))
}

// wide is a delta of 50 lanes.
func wide(r *rand.Rand) tally.Delta {
	delta := tally.Delta{}
	for l := range 50 {
		delta[tally.Lane(l)] = r.Int64N(200) + 1
	}
	return delta
}

// BenchmarkNationalPost measures deeds of one post of 50 lanes at a random unit of
// a national tree, durable.
func BenchmarkNationalPost(b *testing.B) {
	for _, writers := range []int{64, 512} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			d := durable(b)
			g := nation(b, d)
			before := d.Stats()
			b.ResetTimer()
			got := rate(b, d, b.N, writers, func(r *rand.Rand) db.Work {
				e := g.entry(r.IntN(len(g.units)), wide(r))
				return func(ctx context.Context, tx *db.Tx) error { return tally.Post(ctx, tx, g.by, e) }
			})
			b.StopTimer()
			s := d.Stats()
			n := float64(b.N)
			b.ReportMetric(got, "posts/s")
			b.ReportMetric(float64(s.Works-before.Works)/float64(max(1, s.Folds-before.Folds)), "posts/fold")
			b.ReportMetric(float64((s.Running-before.Running).Microseconds())/n, "µs-running/post")
			b.ReportMetric(float64((s.Folding-before.Folding).Microseconds())/n, "µs-folding/post")
			b.ReportMetric(float64((s.Commit-before.Commit).Microseconds())/n, "µs-commit/post")
		})
	}
}
