package live_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/job"
	"nhipcau/internal/live"
)

// serve serves the topics that the query names by a hub over d.
func serve(t *testing.T, d *db.DB) (*live.Hub, string) {
	t.Helper()
	h := live.NewHub(d, slog.New(slog.NewTextHandler(io.Discard, nil)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h.Serve(w, r, r.URL.Query()["topic"], func(context.Context) error { return nil }); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(s.Close)
	t.Cleanup(h.Close)
	return h, s.URL
}

// A stream is what one listener reads.
type stream struct {
	t    *testing.T
	body io.ReadCloser
	text *bufio.Scanner
	last string // id
}

func listen(t *testing.T, url, last string) *stream {
	t.Helper()
	q, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		q.Header.Set("Last-Event-ID", last)
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Body.Close() })
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(a.Status, a.Header)
	}
	s := &stream{t, a.Body, bufio.NewScanner(a.Body), last}
	s.text.Buffer(nil, 1<<20)
	if kind, _ := s.next(true); kind != "time" {
		t.Fatalf("a stream begins with %q, not the time", kind)
	}
	return s
}

// next returns the next event, the signs of life left out unless asked for; "" at
// the end of the stream.
func (s *stream) next(life bool) (kind, body string) {
	for s.text.Scan() {
		switch line := s.text.Text(); {
		case strings.HasPrefix(line, "id: "):
			s.last = line[4:]
		case strings.HasPrefix(line, "event: "):
			kind = line[7:]
		case strings.HasPrefix(line, "data: "):
			body = line[6:]
		case line == "" && kind != "" && (life || kind != "time"):
			return kind, body
		}
	}
	return "", ""
}

func (s *stream) want(events ...string) {
	s.t.Helper()
	for _, want := range events {
		kind, body := s.next(false)
		if got := kind + " " + body; got != want {
			s.t.Fatalf("heard %q, want %q", got, want)
		}
	}
}

func tell(t *testing.T, d *db.DB, topic string, n int) {
	t.Helper()
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error { return live.Tell(ctx, tx, topic, "said", n) })
}

// What is told comes in order and once, after a lost connection what was missed, and
// nothing of another topic or of a deed that failed.
func TestTold(t *testing.T) {
	d := dbtest.Open(t)
	_, url := serve(t, d)
	tell(t, d, "a", 1)
	s := listen(t, url+"?topic=a&topic=b", "")
	tell(t, d, "a", 2)
	s.want("said 2") // there is no order between topics
	tell(t, d, "c", 3)
	undone := errors.New("undone")
	if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(live.Tell(ctx, tx, "a", "said", 4), undone)
	}); !errors.Is(err, undone) {
		t.Fatal(err)
	}
	tell(t, d, "b", 5)
	s.want("said 5")
	if s.last != "2.1" {
		t.Errorf("it stands at %s", s.last)
	}
	s.body.Close()
	for n := 6; n < 20; n++ {
		tell(t, d, "a", n)
	}
	s = listen(t, url+"?topic=a&topic=b", s.last)
	tell(t, d, "a", 20)
	for n := 6; n <= 20; n++ {
		s.want(fmt.Sprint("said ", n))
	}
	var at string
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		at, err = live.At(ctx, tx, "a", "b", "never")
		return err
	})
	if at != s.last+".0" {
		t.Errorf("a page begins at %s, the stream stands at %s", at, s.last)
	}
	tell(t, d, "b", 21)
	s = listen(t, url+"?topic=a&topic=b&topic=never&after="+at, "")
	s.want("said 21")
}

// Many tell at once while listeners come: each hears the same in the same order.
func TestOrder(t *testing.T) {
	d := dbtest.Open(t)
	_, url := serve(t, d)
	const tellers, each = 4, 20
	done := make(chan bool)
	for range tellers {
		go func() {
			defer func() { done <- true }()
			for i := range each {
				if err := d.Write(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *db.Tx) error { return live.Tell(ctx, tx, "a", "said", i) }); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	var heard [3][]string
	for i := range heard {
		s := listen(t, url+"?topic=a", "0")
		for n := range tellers * each {
			kind, body := s.next(false)
			for kind == "" && !t.Failed() { // sent away for what came while it joined: it goes on as a browser does
				s = listen(t, url+"?topic=a", s.last)
				kind, body = s.next(false)
			}
			if s.last != fmt.Sprint(n+1) {
				t.Fatalf("listener %d hears event %s (%s %s) as its number %d", i, s.last, kind, body, n+1)
			}
			heard[i] = append(heard[i], body)
		}
	}
	for range tellers {
		<-done
	}
	if fmt.Sprint(heard[0]) != fmt.Sprint(heard[1]) || fmt.Sprint(heard[0]) != fmt.Sprint(heard[2]) {
		t.Errorf("the listeners heard %v", heard)
	}
}

// However often a state moves, the newest is what everybody ends with, and it is
// painted once for all.
func TestState(t *testing.T) {
	d := dbtest.Open(t)
	h, url := serve(t, d)
	var n, paints atomic.Int64
	h.Paint("figures/", func(context.Context, *db.Tx, string) (any, error) {
		paints.Add(1)
		return n.Load(), nil
	})
	all := []*stream{listen(t, url+"?topic=figures/x", ""), listen(t, url+"?topic=figures/x", "")}
	for _, s := range all {
		s.want("state 0")
	}
	const moves = 500
	for range moves {
		n.Add(1)
		dbtest.Write(t, d, func(_ context.Context, tx *db.Tx) error {
			live.Touch(tx, "figures/x")
			return nil
		})
	}
	for _, s := range append(all, listen(t, url+"?topic=figures/x", "")) {
		for body := ""; body != fmt.Sprint(moves); {
			if _, body = s.next(false); body == "" {
				t.Fatal("the stream ended before the newest state")
			}
		}
	}
	if p := paints.Load(); p > moves/4 {
		t.Errorf("painted %d times for %d moves", p, moves)
	}
}

// Who was away longer than is kept is told to load the page anew.
func TestPruned(t *testing.T) {
	d := dbtest.Open(t)
	_, url := serve(t, d)
	tell(t, d, "a", 1)
	tell(t, d, "a", 2)
	now := dbtest.Noon.Add(48 * time.Hour)
	d.SetClock(func() time.Time { return now })
	r := job.NewRunner(d, slog.New(slog.NewTextHandler(io.Discard, nil)))
	live.Jobs(r)
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := listen(t, url+"?topic=a", "1")
	s.want("reload {}")
	tell(t, d, "a", 3)
	s.want("said 3")
	if s.last != "3" {
		t.Errorf("the number of an event after the old were deleted is %s", s.last)
	}
}

// A reader that does not read is sent away and holds up nobody.
func TestSlow(t *testing.T) {
	d := dbtest.Open(t)
	h, url := serve(t, d)
	host := strings.TrimPrefix(url, "http://")
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "GET /?topic=a HTTP/1.1\r\nHost: %s\r\n\r\n", host)
	if _, err := bufio.NewReaderSize(c, 16).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	quick := listen(t, url+"?topic=a", "")
	word := strings.Repeat("x", 100_000)
	for n := 0; h.Stats().Dropped == 0; n++ {
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error { return live.Tell(ctx, tx, "a", "said", word) })
		if kind, body := quick.next(false); kind != "said" || len(body) != len(word)+2 {
			t.Fatalf("event %d reached the one who reads as %s of %d bytes", n, kind, len(body))
		}
	}
	if s := h.Stats(); s.Listeners != 1 {
		t.Errorf("%+v listen", s)
	}
}

// Closing the hub ends every stream.
func TestClose(t *testing.T) {
	d := dbtest.Open(t)
	h, url := serve(t, d)
	s := listen(t, url+"?topic=a", "")
	h.Close()
	if kind, body := s.next(false); kind != "" {
		t.Errorf("after the end: %s %s", kind, body)
	}
	a, err := http.Get(url + "?topic=a")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusServiceUnavailable {
		t.Error(a.Status)
	}
}

// What one node tells, the listeners of another hear, also after its connection to
// the database was cut.
func TestNodes(t *testing.T) {
	if os.Getenv("NHIPCAU_TEST_POSTGRES") == "" {
		return // SQLite has one node
	}
	d := dbtest.Open(t)
	second := dbtest.Again(t, d)
	_, here := serve(t, d)
	_, there := serve(t, second)
	a, b := listen(t, here+"?topic=a", ""), listen(t, there+"?topic=a", "")
	tell(t, d, "a", 1)
	tell(t, second, "a", 2)
	a.want("said 1", "said 2")
	b.want("said 1", "said 2")
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
	})
	tell(t, d, "a", 3)
	tell(t, second, "a", 4)
	a.want("said 3", "said 4")
	b.want("said 3", "said 4")
	if a.last != b.last {
		t.Errorf("one node's listener stands at %s, the other's at %s", a.last, b.last)
	}
}

// Who may listen no more is sent away without a word of what is told after.
func TestRightsEnd(t *testing.T) {
	d := dbtest.Open(t)
	h := live.NewHub(d, slog.New(slog.NewTextHandler(io.Discard, nil)))
	h.SetAsk(time.Millisecond)
	var ended atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h.Serve(w, r, []string{"a"}, func(context.Context) error {
			if ended.Load() {
				return errors.New("no more")
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	t.Cleanup(h.Close)
	x := listen(t, s.URL, "")
	tell(t, d, "a", 1)
	x.want("said 1")
	ended.Store(true)
	if kind, body := x.next(false); kind != "" {
		t.Errorf("it hears %s %s", kind, body)
	}
	if n := h.Stats().Listeners; n != 0 {
		t.Errorf("%d still listen", n)
	}
}

// One login does not shut the others out, and may listen again when a page of its own
// is closed.
func TestOneLoginAmongMany(t *testing.T) {
	h := live.NewHub(dbtest.OpenSQLite(t), slog.New(slog.NewTextHandler(io.Discard, nil)))
	h.SetOfOne(2)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(auth.NewContext(r.Context(), auth.Actor{Login: r.URL.Query().Get("login")}))
		if err := h.Serve(w, r, []string{"a"}, func(context.Context) error { return nil }); err != nil {
			http.Error(w, err.Error(), http.StatusTooManyRequests)
		}
	}))
	t.Cleanup(s.Close)
	t.Cleanup(h.Close)
	first := listen(t, s.URL+"?login=an", "")
	listen(t, s.URL+"?login=an", "")
	listen(t, s.URL+"?login=binh", "")
	a, err := http.Get(s.URL + "?login=an")
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	if a.StatusCode != http.StatusTooManyRequests {
		t.Error("a third page of one login:", a.Status)
	}
	first.body.Close()
	for h.Stats().Listeners > 2 {
		runtime.Gosched()
	}
	listen(t, s.URL+"?login=an", "")
}
