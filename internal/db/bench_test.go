package db_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

// BenchmarkWrite measures durable writes (synchronous FULL) of 1, 64 and 1000
// writers, and beside it, in the same run, the same writers with one transaction
// per write: each waits for the one before it to be committed and answered.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			d := durable(b)
			var turn sync.Mutex
			single := rate(b, min(b.N, 2000), writers, func(f db.Work) error {
				turn.Lock()
				defer turn.Unlock()
				return d.Write(b.Context(), f)
			})
			before := d.Stats()
			b.ResetTimer()
			grouped := rate(b, b.N, writers, func(f db.Work) error { return d.Write(b.Context(), f) })
			b.StopTimer()
			after := d.Stats()
			b.ReportMetric(grouped, "writes/s")
			b.ReportMetric(single, "single/s")
			b.ReportMetric(grouped/single, "ratio")
			b.ReportMetric(float64(after.Works-before.Works)/float64(after.Groups-before.Groups), "group")
		})
	}
}

// BenchmarkRead measures a point read in a transaction of its own.
func BenchmarkRead(b *testing.B) {
	d := durable(b)
	if err := d.Write(b.Context(), adding("a")); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			err := d.Read(b.Context(), func(ctx context.Context, tx *db.Tx) error {
				var id int64
				return tx.One(ctx, `SELECT id FROM thing WHERE name = $1`, []any{"a"}, &id)
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}

var named atomic.Int64

// durable is a SQLite database as an installation has it.
func durable(b *testing.B) *db.DB {
	b.Helper()
	d, err := db.Open(b.Context(), "file:"+filepath.Join(b.TempDir(), "house.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	if err := d.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	things(b, d)
	return d
}

// rate has writers write n things through write and returns how many a second.
func rate(b *testing.B, n, writers int, write func(db.Work) error) float64 {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	began := time.Now()
	for range writers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				name := fmt.Sprint(named.Add(1))
				if err := write(adding(name)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(n) / time.Since(began).Seconds()
}

// BenchmarkDeeds measures the writes of 64 writers on the engine the environment
// names, each its own row.
func BenchmarkDeeds(b *testing.B) {
	d := dbtest.Open(b)
	things(b, d)
	b.ResetTimer()
	b.ReportMetric(rate(b, b.N, 64, func(f db.Work) error { return d.Write(b.Context(), f) }), "writes/s")
	s := d.Stats()
	b.ReportMetric(float64(s.Rerun)/float64(s.Works), "reruns/write")
}

// BenchmarkFold is BenchmarkDeeds for deeds that wait for their fold.
func BenchmarkFold(b *testing.B) {
	d := dbtest.Open(b)
	counting(b, d)
	b.ResetTimer()
	b.ReportMetric(rate(b, b.N, 64, func(db.Work) error { return d.Write(b.Context(), post(1)) }), "writes/s")
	s := d.Stats()
	b.ReportMetric(float64(s.Rerun)/float64(s.Works), "reruns/write")
	b.ReportMetric(float64(s.Works)/float64(s.Folds), "deeds/fold")
}
