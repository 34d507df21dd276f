package tally_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/tally"
)

// national is a tree like a national one in small: 5 levels, 17 under each unit
// but the last, 5,220 units.
func national() []int {
	parent := []int{-1}
	level := []int{0}
	for range 3 {
		var next []int
		for _, p := range level {
			for range 17 {
				parent = append(parent, p)
				next = append(next, len(parent)-1)
			}
		}
		level = next
	}
	return parent
}

// durable is a database that answers only what the disk has, as an installation has
// it; where the environment names a server, PostgreSQL.
func durable(b *testing.B) *db.DB {
	b.Helper()
	if postgres() {
		return attached(dbtest.Open(b))
	}
	d, err := db.Open(b.Context(), "file:"+filepath.Join(b.TempDir(), "house.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	if err := d.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	return attached(d)
}

// rate has writers write n times and returns how many a second.
func rate(b *testing.B, d *db.DB, n, writers int, f func(r *rand.Rand) db.Work) float64 {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	began := time.Now()
	for w := range writers {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for left.Add(-1) >= 0 {
				if err := d.Write(b.Context(), f(r)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(n) / time.Since(began).Seconds()
}

// BenchmarkPost measures deeds of one post of 6 lanes at a random unit, durable,
// and beside it, in the same run, the same rows inserted without the tally.
func BenchmarkPost(b *testing.B) {
	for _, writers := range []int{1, 64, 512} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			d := durable(b)
			g := plant(b, d, national())
			delta := func(r *rand.Rand) tally.Delta {
				return tally.Delta{0: 1, 1: r.Int64N(50), 2: r.Int64N(1000) + 1, 3: 1, 4: 7, 5: -1}
			}
			raw := func(r *rand.Rand) db.Work {
				unit := g.units[r.IntN(len(g.units))]
				return func(ctx context.Context, tx *db.Tx) error {
					return tx.Exec(ctx, `
						INSERT INTO tally_post (id, sheet, unit, vector, source_kind, source_id, actor, actor_name, reason, signer, paper, at)
						VALUES ($1, $2, $3, $4, 'conference', 'c1', $5, $6, '', '', '', $7)`,
						tx.NewID(), g.sheet, unit, []byte{1, 63, 2, 40, 200, 10, 2, 14, 1}, g.by.Login, g.by.Name, tx.Now)
				}
			}
			posting := func(r *rand.Rand) db.Work {
				e := g.entry(r.IntN(len(g.units)), delta(r))
				return func(ctx context.Context, tx *db.Tx) error { return tally.Post(ctx, tx, g.by, e) }
			}
			rawRate := rate(b, d, b.N, writers, raw)
			dbtest.Write(b, d, func(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, `DELETE FROM tally_post`) })
			before := d.Stats()
			b.ResetTimer()
			got := rate(b, d, b.N, writers, posting)
			b.StopTimer()
			s := d.Stats()
			b.ReportMetric(got, "posts/s")
			b.ReportMetric(rawRate, "raw/s")
			b.ReportMetric(rawRate/got, "cost")
			b.ReportMetric(float64(s.Works-before.Works)/float64(max(1, s.Folds-before.Folds)), "posts/fold")
			most := 4.0
			if postgres() { // a way to the server and back for each statement and node
				most = 10
			}
			limit(b, "what a post costs over a raw insert", rawRate/got, most)
			if r := g.prove(nil); r.Mismatches > 0 {
				b.Errorf("got %q", r.Details)
			}
		})
	}
}

// limit fails a benchmark whose figure is over its limit, both taken in one run.
func limit(b *testing.B, what string, got, most float64) {
	b.Helper()
	if b.N > 1 && got > most {
		b.Errorf("%s: got %.2f, limit %.2f", what, got, most)
	}
}

// fill posts n times, by deeds of 500.
func fill(b *testing.B, g *grove, n int) {
	b.Helper()
	for at := 0; at < n; at += 500 {
		dbtest.Write(b, g.d, func(ctx context.Context, tx *db.Tx) error {
			for i := at; i < min(n, at+500); i++ {
				if err := tally.Post(ctx, tx, g.by, g.entry(i%len(g.units), tally.Delta{0: 1, 1: int64(i % 50), 2: 3, 3: 1, 4: 7, 5: -1})); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// BenchmarkChildren measures a page of 500 children, and beside it the same rows
// read without being unpacked.
func BenchmarkChildren(b *testing.B) {
	parents := []int{-1}
	for range 2000 {
		parents = append(parents, 0)
	}
	d := durable(b)
	g := plant(b, d, parents)
	fill(b, g, len(parents))
	page := func(f func(ctx context.Context, tx *db.Tx) (int, error)) time.Duration {
		began := time.Now()
		dbtest.Read(b, d, func(ctx context.Context, tx *db.Tx) error {
			n, err := f(ctx, tx)
			if err == nil && n != 500 {
				err = fmt.Errorf("got %d children", n)
			}
			return err
		})
		return time.Since(began)
	}
	var took, rows time.Duration
	for b.Loop() {
		took += page(func(ctx context.Context, tx *db.Tx) (int, error) {
			nodes, err := tally.Children(ctx, tx, g.sheet, g.units[0], g.units[700], 500)
			return len(nodes), err
		})
		rows += page(func(ctx context.Context, tx *db.Tx) (n int, err error) {
			err = db.Each(ctx, tx, `SELECT unit, own, total FROM tally_node WHERE sheet = $1 AND parent = $2 AND unit > $3 ORDER BY unit LIMIT 500`,
				[]any{g.sheet, g.units[0], g.units[700]}, func(r db.Scanner) error {
					var unit int64
					var own, total []byte
					n++
					return r.Scan(&unit, &own, &total)
				})
			return n, err
		})
	}
	b.ReportMetric(took.Seconds()*1e3/float64(b.N), "ms/page")
	b.ReportMetric(took.Seconds()/rows.Seconds(), "cost")
	limit(b, "what a page costs over its rows", took.Seconds()/rows.Seconds(), 3)
}

// BenchmarkFold measures one deed of 10,000 posts over the whole tree, and beside
// it the posts' rows alone.
func BenchmarkFold(b *testing.B) {
	d := durable(b)
	g := plant(b, d, national())
	var posts, folds time.Duration
	for b.Loop() {
		began := time.Now()
		before := d.Stats()
		fill10k(b, g)
		took := time.Since(began)
		folding := d.Stats().Folding - before.Folding
		posts, folds = posts+took-folding, folds+folding
	}
	b.ReportMetric(folds.Seconds()*1e3/float64(b.N), "ms/fold")
	b.ReportMetric(posts.Seconds()*1e3/float64(b.N), "ms/posts")
	limit(b, "what a fold takes over writing its posts", folds.Seconds()/posts.Seconds(), 1)
}

func fill10k(b *testing.B, g *grove) {
	dbtest.Write(b, g.d, func(ctx context.Context, tx *db.Tx) error {
		var all []tally.Entry
		for i := range 10_000 {
			all = append(all, g.entry(i*7%len(g.units), tally.Delta{0: 1, 1: int64(i % 50), 2: 3, 3: 1, 4: 7, 5: -1}))
		}
		return tally.PostMany(ctx, tx, g.by, all)
	})
}

// BenchmarkProve measures the proof of 100,000 posts, and beside it reading their
// vectors alone.
func BenchmarkProve(b *testing.B) {
	d := durable(b)
	g := plant(b, d, national())
	fill(b, g, 100_000)
	var proof, rows time.Duration
	for b.Loop() {
		began := time.Now()
		if r := g.prove(nil); r.Mismatches > 0 || r.Posts != 100_000 {
			b.Fatalf("got %+v", r)
		}
		read := time.Now()
		dbtest.Read(b, d, func(ctx context.Context, tx *db.Tx) error {
			return db.Each(ctx, tx, `SELECT id, unit, vector FROM tally_post WHERE sheet = $1 ORDER BY id`, []any{g.sheet}, func(r db.Scanner) error {
				var id, unit int64
				var v []byte
				return r.Scan(&id, &unit, &v)
			})
		})
		proof, rows = proof+read.Sub(began), rows+time.Since(read)
	}
	b.ReportMetric(proof.Seconds()*1e3/float64(b.N), "ms/proof")
	b.ReportMetric(proof.Seconds()/rows.Seconds(), "cost")
	limit(b, "what a proof costs over reading its posts", proof.Seconds()/rows.Seconds(), 4)
}

// BenchmarkSeal seals a sheet of 100,000 posts, proof included, and opens its next
// part, each beside the reading of the posts in the same run.
func BenchmarkSeal(b *testing.B) {
	d := durable(b)
	g := plant(b, d, national())
	fill(b, g, 100_000)
	asNodes := func(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
		nodes, err := tally.Nodes(ctx, tx, s.ID)
		all := map[int64]tally.Delta{}
		for u, n := range nodes {
			all[u] = n.Own.Delta()
		}
		return all, err
	}
	by := g.by
	by.Path, by.Roles = g.paths[0], []auth.Role{auth.Secretary}
	var sealed, parted, rows time.Duration
	for b.Loop() {
		g.must(3, tally.Delta{held: 1})
		began := time.Now()
		dbtest.Read(b, d, func(ctx context.Context, tx *db.Tx) error {
			return db.Each(ctx, tx, `SELECT id, unit, vector FROM tally_post WHERE sheet = $1 ORDER BY id`, []any{g.sheet}, func(r db.Scanner) error {
				var id, unit int64
				var v []byte
				return r.Scan(&id, &unit, &v)
			})
		})
		read := time.Now()
		if _, err := tally.SealSheet(b.Context(), d, by, g.sheet, "", asNodes); err != nil {
			b.Fatal(err)
		}
		seal := time.Now()
		var next tally.Sheet
		dbtest.Write(b, d, func(ctx context.Context, tx *db.Tx) (err error) {
			next, err = tally.Continue(ctx, tx, by, g.sheet, tally.Handover{})
			return err
		})
		rows, sealed, parted = rows+read.Sub(began), sealed+seal.Sub(read), parted+time.Since(seal)
		dbtest.Write(b, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := tally.Rejoin(ctx, tx, next.ID)
			return err
		})
	}
	b.ReportMetric(sealed.Seconds()*1e3/float64(b.N), "ms/seal")
	b.ReportMetric(parted.Seconds()*1e3/float64(b.N), "ms/part")
	b.ReportMetric(sealed.Seconds()/rows.Seconds(), "cost")
	limit(b, "what a seal costs over reading its posts", sealed.Seconds()/rows.Seconds(), 12)
}
