package reflection

import (
	"context"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

// BenchmarkAlike keeps the signatures of 20,000 papers of 400 words, and looks for those
// alike one of them, a tenth of which copies another.
func BenchmarkAlike(b *testing.B) {
	papers, together := 20_000, 100
	if testing.Short() {
		papers = 4_000
	}
	d := dbtest.OpenSQLite(b)
	none := fixedOf(nil)
	paper := func(i int) string {
		if i%10 == 9 {
			return text(uint64(i-9), 400)[:1200] + text(uint64(i), 250)
		}
		return text(uint64(i), 400)
	}
	b.Run("keep", func(b *testing.B) {
		for range b.N {
			for from := 0; from < papers; from += together {
				dbtest.Write(b, d, func(ctx context.Context, tx *db.Tx) error {
					for i := from; i < from+together; i++ {
						if err := putSignature(ctx, tx, "c", int64(i+1), signatureFor(none.shingles(wordsOf(paper(i))))); err != nil {
							return err
						}
					}
					return nil
				})
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*papers), "µs/paper")
	})
	b.Run("near", func(b *testing.B) {
		found := 0
		for n := range b.N {
			i := n*10%papers + 9
			dbtest.Read(b, d, func(ctx context.Context, tx *db.Tx) error {
				sig, err := signatureOf(ctx, tx, "c", int64(i+1))
				if err != nil {
					return err
				}
				all, err := near(ctx, tx, "c", int64(i+1), sig)
				if _, ok := all[int64(i-9+1)]; ok {
					found++
				}
				return err
			})
		}
		b.ReportMetric(100*float64(found)/float64(b.N), "%found")
	})
}
