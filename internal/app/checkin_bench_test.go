package app_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"nhipcau/internal/app"
)

// BenchmarkCheckins sends check-ins in batches of 60 by HTTP, of people whose homes
// are scattered over 100,000 units and of people of whom 20 share one; beside it, in
// the same run, the same rows are written by bare statements ("raw/s"). b.N counts
// batches.
func BenchmarkCheckins(b *testing.B) {
	const units, crowded, many = 100_000, 1_500, 20
	h := app.NewTestHouse(b)
	if err := h.Found(3); err != nil {
		b.Fatal(err)
	}
	g := h.Gather(b, units, func(i int) int {
		if i < crowded {
			return many
		}
		return 1
	})
	token := h.Token(b, "bikhu")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	r := rand.New(rand.NewPCG(1, 1))
	scattered := make([]int, len(g.Members)-crowded*many)
	for i := range scattered {
		scattered[i] = crowded*many + i
	}
	r.Shuffle(len(scattered), func(i, j int) { scattered[i], scattered[j] = scattered[j], scattered[i] })
	closely := make([]int, crowded*many)
	for i := range closely {
		closely[i] = i
	}
	for _, x := range []struct {
		name   string
		people []int
	}{{"scattered", scattered}, {"close", closely}} {
		for _, senders := range []int{1, 16} {
			half := len(x.people) / 2 / 60 * 60
			mine := x.people[:half]
			if x.people = x.people[half:]; senders == 16 {
				mine = x.people
			}
			b.Run(fmt.Sprintf("%s/senders=%d", x.name, senders), func(b *testing.B) {
				n := min(b.N, len(mine)/60)
				began := cpu(b)
				raw := batches(b, n, senders, mine, func(r *rand.Rand, some []int) error { return g.Raw(b, r, some) })
				rawCPU := cpu(b) - began
				began = cpu(b)
				b.ResetTimer()
				got := batches(b, n, senders, mine, func(r *rand.Rand, some []int) error { return send(client, h.URL, token, g, r, some) })
				gotCPU := cpu(b) - began
				b.ReportMetric(float64(gotCPU.Microseconds())/float64(n*60), "cpu-µs/person")
				b.ReportMetric(float64(rawCPU.Microseconds())/float64(n*60), "cpu-µs/raw")
				b.ReportMetric(got, "persons/s")
				b.ReportMetric(raw, "raw/s")
				b.ReportMetric(100*got/raw, "%raw")
				mine = mine[n*60:]
			})
		}
	}
}

// cpu is what this program has taken of the processors, whoever else uses them.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// batches does n batches of 60 by some senders at once, and returns the persons a
// second.
func batches(b *testing.B, n, senders int, people []int, do func(r *rand.Rand, some []int) error) float64 {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for w := range senders {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), uint64(time.Now().UnixNano())))
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(r, people[i*60:(i+1)*60]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(n*60) / time.Since(began).Seconds()
}

func send(c *http.Client, base, token string, g *app.Gathering, r *rand.Rand, some []int) error {
	var body strings.Builder
	body.WriteString(`{"facts":[`)
	for i, p := range some {
		if i > 0 {
			body.WriteString(`,`)
		}
		fmt.Fprintf(&body, `{"id":%q,"device":"may-1","seq":%d,"at":1603150000000,"offset":12,"member":%q,"state":"present","source":"qr"}`, app.UUID(r), i, g.Members[p])
	}
	body.WriteString(`]}`)
	q, err := http.NewRequest(http.MethodPost, base+"/api/v1/conferences/"+g.ID+"/sites/1/checkins", strings.NewReader(body.String()))
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Content-Type", "application/json")
	a, err := c.Do(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(a.Body)
	if err != nil {
		return err
	}
	if n := bytes.Count(answer, []byte(`"accepted"`)); a.StatusCode != http.StatusOK || n != len(some) {
		return fmt.Errorf("status %d, %d accepted: %.300s", a.StatusCode, n, answer)
	}
	return nil
}
