package world

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// BenchmarkFind searches a nation for people by what one types of made-up names,
// for those who read all of it, a province and a commune. NHIPCAU_BENCH_MEMBERS
// says how many members it has, 100,000 otherwise.
func BenchmarkFind(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("NHIPCAU_BENCH_MEMBERS"))
	if err != nil {
		n = 100_000
	}
	x := nation{}
	if url := os.Getenv("NHIPCAU_BENCH_NATION"); url == "" {
		x = nationOf(b, dbtest.Open(b), n)
		dbtest.Write(b, x.db, org.Reindex)
	} else if x.db, err = db.Open(b.Context(), url); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, path string }{{"nation", "/00001/"}, {"province", "/00001/00002/"}, {"commune", "/00001/00002/00001/"}} {
		b.Run(c.name, func(b *testing.B) {
			by, r := x.reader(c.path), rand.New(rand.NewPCG(3, 4))
			var took []time.Duration // of the processors, which others may use too
			slowest, what := time.Duration(0), ""
			for b.Loop() {
				q := typed(r)
				began := spent()
				dbtest.Read(b, x.db, func(ctx context.Context, tx *db.Tx) error {
					_, err := org.FindMembers(ctx, tx, by, q, 201)
					return err
				})
				t := spent() - began
				if took = append(took, t); t > slowest {
					slowest, what = t, q
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95_ms")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50_ms")
			b.Logf("slowest %v: %q", slowest, what)
		})
	}
}

// spent is the time that processors have worked for this process.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// typed is what somebody types who looks for a made-up name: some of its words, in
// any order, the last perhaps not to its end, with or without its marks.
func typed(r *rand.Rand) string {
	words := strings.Fields(Name(r))
	switch r.IntN(6) {
	case 0:
		words = words[len(words)-1:]
	case 1:
		words = words[:1]
	case 2:
		words = words[:min(2, len(words))]
	case 3:
		words = []string{words[len(words)-1], words[0]}
	case 4: // of somebody else
		words[len(words)-1] = strings.Fields(Name(r))[0]
	}
	if last := []rune(words[len(words)-1]); r.IntN(3) == 0 {
		words[len(words)-1] = string(last[:1+r.IntN(len(last))])
	}
	if r.IntN(2) == 0 {
		return strings.Join(words, " ")
	}
	return vn.Fold(strings.Join(words, " "))
}
