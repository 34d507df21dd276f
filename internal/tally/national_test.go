package tally_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

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

// cpu is the processor time this process has used: on a machine that others use
// too it says more than the clock.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
			used := cpu(b)
			got := rate(b, d, b.N, writers, func(r *rand.Rand) db.Work {
				e := g.entry(r.IntN(len(g.units)), wide(r))
				return func(ctx context.Context, tx *db.Tx) error { return tally.Post(ctx, tx, g.by, e) }
			})
			b.StopTimer()
			s := d.Stats()
			n := float64(b.N)
			b.ReportMetric(float64((cpu(b)-used).Microseconds())/n, "µs-cpu/post")
			b.ReportMetric(got, "posts/s")
			b.ReportMetric(float64(s.Works-before.Works)/float64(max(1, s.Folds-before.Folds)), "posts/fold")
			b.ReportMetric(float64((s.Running-before.Running).Microseconds())/n, "µs-running/post")
			b.ReportMetric(float64((s.Folding-before.Folding).Microseconds())/n, "µs-folding/post")
			b.ReportMetric(float64((s.Commit-before.Commit).Microseconds())/n, "µs-commit/post")
		})
	}
}

// strew posts 50 lanes to n units, one after the other through the tree, by deeds
// of 2,000.
func strew(b *testing.B, g *grove, n int) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for at := 0; at < n; at += 2000 {
		dbtest.Write(b, g.d, func(ctx context.Context, tx *db.Tx) error {
			var all []tally.Entry
			for i := at; i < min(n, at+2000); i++ {
				all = append(all, g.entry(len(g.units)-1-i%len(g.units), wide(r)))
			}
			return tally.PostMany(ctx, tx, g.by, all)
		})
	}
}

// BenchmarkNationalProve measures the proof of a sheet of 309,435 nodes of 50 lanes
// and as many posts, and beside it the same rows read and left packed.
func BenchmarkNationalProve(b *testing.B) {
	d := durable(b)
	g := nation(b, d)
	used := cpu(b)
	strew(b, g, len(g.units))
	posting := cpu(b) - used
	var proof, rows, proofCPU time.Duration
	var peak uint64
	for b.Loop() {
		began, used := time.Now(), cpu(b)
		r := g.prove(nil)
		proofCPU += cpu(b) - used
		if r.Mismatches > 0 || r.Posts != len(g.units) || r.Nodes != len(g.units) {
			b.Fatalf("got %+v", r)
		}
		read := time.Now()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapInuse)
		dbtest.Read(b, d, func(ctx context.Context, tx *db.Tx) error {
			var x, y int64
			var v, w db.Raw
			if err := db.Each(ctx, tx, `SELECT id, unit, vector FROM tally_post WHERE sheet = $1`, []any{g.sheet}, func(r db.Scanner) error {
				return r.Scan(&x, &y, &v)
			}); err != nil {
				return err
			}
			return db.Each(ctx, tx, `SELECT parent, unit, own, total FROM tally_node WHERE sheet = $1`, []any{g.sheet}, func(r db.Scanner) error {
				return r.Scan(&x, &y, &v, &w)
			})
		})
		proof, rows = proof+read.Sub(began), rows+time.Since(read)
	}
	b.ReportMetric(proof.Seconds()*1e3/float64(b.N), "ms/proof")
	b.ReportMetric(rows.Seconds()*1e3/float64(b.N), "ms/rows")
	b.ReportMetric(proofCPU.Seconds()*1e3/float64(b.N), "ms-cpu/proof")
	b.ReportMetric(float64(posting.Microseconds())/float64(len(g.units)), "µs-cpu/unit-posted")
	b.ReportMetric(float64(peak)/(1<<20), "MiB-heap")
	limit(b, "what a proof costs over reading its rows", proof.Seconds()/rows.Seconds(), 3)
}
