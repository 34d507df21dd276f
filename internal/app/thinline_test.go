package app_test

import (
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// A thinLine is a line as it is in the mountains: 256 kbit/s each way, 300 ms late, and
// now and then nothing comes through for a while.
type thinLine struct{ to string }

const (
	thinRate  = 256_000 / 8 // bytes a second
	thinDelay = 300 * time.Millisecond
	thinStall = time.Second
	stallOdds = 40 // one piece in so many
)

// openThinLine lets connections through to an address until the test ends.
func openThinLine(t *testing.T, to string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for n := uint64(0); ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go thinLine{to}.carry(c, n)
		}
	}()
	return l.Addr().String()
}

func (l thinLine) carry(c net.Conn, n uint64) {
	defer c.Close()
	far, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer far.Close()
	done := make(chan struct{}, 2)
	for i, way := range [][2]net.Conn{{c, far}, {far, c}} {
		go func() {
			pass(way[0], way[1], rand.New(rand.NewPCG(n, uint64(i))))
			done <- struct{}{}
		}()
	}
	<-done
}

type late struct {
	b  []byte
	at time.Time
}

// pass carries pieces from one end to the other, each at its time.
func pass(from io.Reader, to io.Writer, r *rand.Rand) {
	pieces := make(chan late, 4096)
	go func() {
		defer close(pieces)
		free := time.Now()
		for {
			b := make([]byte, 1024)
			n, err := from.Read(b)
			if n > 0 {
				if now := time.Now(); free.Before(now) {
					free = now
				}
				free = free.Add(time.Duration(n) * time.Second / thinRate)
				if r.IntN(stallOdds) == 0 {
					free = free.Add(thinStall)
				}
				pieces <- late{b[:n], free.Add(thinDelay)}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range pieces {
		<-time.After(time.Until(p.at))
		if _, err := to.Write(p.b); err != nil {
			return
		}
	}
}

// TestDeviceThinLine syncs 500 people over such a line, again and again over one
// connection that is warm; how long it takes is written down, not asserted.
func TestDeviceThinLine(t *testing.T) {
	t.Parallel()
	x := openGate(t, 500)
	x.g.Rename(t, x.r)
	line := &http.Transport{MaxConnsPerHost: 1}
	t.Cleanup(line.CloseIdleConnections)
	p := x.enrol("Cửa chính")
	p.line, p.begins = line, "http://"+openThinLine(t, strings.TrimPrefix(x.h.URL, "http://"))
	p.send("GET", "/time", nil)
	var took []time.Duration
	for round := range 5 {
		want := "[accepted:500]"
		if round > 0 {
			want = "[other:500]" // an earlier check-in of each counts
		}
		all := make([]jotting, 500)
		for i := range all {
			all[i] = p.notes(i)
		}
		p.up, p.down, p.requests = 0, 0, 0
		began := time.Now()
		p.synced(want, all...)
		took = append(took, time.Since(began))
		if p.requests > 2 {
			t.Errorf("%d requests, want 2 at most", p.requests)
		}
	}
	slices.Sort(took)
	t.Logf("500 people over 256 kbit/s, 300 ms late each way, with stalls: median %v of %v", took[len(took)/2].Round(time.Millisecond), took)
}
