package app_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"nhipcau/internal/app"
)

// sitting makes a conference of the bloc that sits, with two topics and two sites, and
// returns its address.
func sitting(t testing.TB, h *app.TestHouse) string {
	t.Helper()
	p := &player{t: t, h: h}
	p.reset()
	post := func(path string, fields ...string) {
		t.Helper()
		if err := p.post(path, fields); err != nil || p.status != http.StatusOK {
			t.Fatalf("%s: %d, %v\n%s", path, p.status, err, p.body)
		}
	}
	if err := p.as("bikhu"); err != nil {
		t.Fatal(err)
	}
	post("/conferences", "title=Hội nghị toàn khối", "sort=main", "mode=hybrid", "day=2020-11-02", "units=tccs-01", "topic=Chuyên đề một", "topic=Chuyên đề hai")
	at := p.at
	post(at+"/sites", "unit=tccs-01", "name=Điểm cầu một")
	post(at+"/sites", "unit=tccs-02", "name=Điểm cầu hai")
	post(at+"/convening", "version=1")
	return at
}

// TestBrowserHall looks at the screen of a hall while things happen, also after the
// program was started again.
func TestBrowserHall(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	if err := h.Found(3); err != nil {
		t.Fatal(err)
	}
	at := sitting(t, h)
	p := &player{t: t, h: h}
	p.reset()
	if err := p.as("bikhu"); err != nil {
		t.Fatal(err)
	}
	post := func(path string, fields ...string) {
		t.Helper()
		if err := p.post(at+path, fields); err != nil || p.status != http.StatusOK {
			t.Fatalf("%s: %d, %v\n%s", path, p.status, err, p.body)
		}
	}
	b := openBrowser(t, h.URL)
	b.signIn("bikhu")
	b.open(at + "/hall")
	waits := func(selector, text string) {
		t.Helper()
		js := fmt.Sprintf(`new Promise(done => { const look = () => { const e = document.querySelector(%q)
			e.checkVisibility() && e.textContent === %q ? done(true) : setTimeout(look, 50) }; look() })`, selector, text)
		if !evaluate[bool](b, js) {
			t.Fatal(selector)
		}
	}
	for _, width := range []int64{1920, 1280, 390} {
		b.fits("the screen of a hall", width)
		b.check("the screen of a hall")
	}
	if err := p.get(at + "/desk"); err != nil {
		t.Fatal(err)
	}
	post(regexp.MustCompile(`/desk/topics/[a-z0-9]+/start`).FindString(p.raw))
	waits("[data-say='topic.text']", "Chuyên đề một")
	waits("[data-say='next.text']", "Chuyên đề hai")
	post("/announcements", "text=Giải lao")
	waits("[data-say='said.text']", "Giải lao")
	post("/questions", "site=1", "text=Khi nào nộp?")
	post("/questions/1/taking", "version=1")
	waits("[data-say='question.text']", "Khi nào nộp?")
	post("/sites/2/hand")
	post("/hands/call")
	waits("[data-say='hand.text']", "Điểm cầu hai")

	again := h.Restart(func() {
		waits("[data-lost]", evaluate[string](b, "document.querySelector('[data-lost]').textContent"))
		before := evaluate[string](b, "document.querySelector('[data-clock]').textContent")
		if !evaluate[bool](b, fmt.Sprintf("new Promise(done => { const look = () => document.querySelector('[data-clock]').textContent !== %q ? done(true) : setTimeout(look, 50); look() })", before)) {
			t.Error("the clock stands still")
		}
	})
	p.h = again
	post("/announcements", "text=Tiếp tục")
	waits("[data-say='said.text']", "Tiếp tục")
	if !evaluate[bool](b, "document.querySelector('[data-lost]').hidden") {
		t.Error("the screen still says that the connection is lost")
	}
	b.open(at + "/desk")
	for _, path := range []string{"/desk", "/sites/1/desk", "/questions", "/questions/1"} {
		b.open(at + path)
		b.check(path)
		b.fits(path, 390)
		b.do(chromedp.EmulateViewport(1280, 900))
	}
}

// eyes opens a number of streams of a page as one person, and returns what counts the
// events with a text that have reached them.
type eyes struct {
	seen    atomic.Int64
	want    atomic.Int64
	reached chan time.Time // when want have seen it
	all     sync.WaitGroup
	open    []io.Closer
}

func (e *eyes) watch(t testing.TB, client *http.Client, address, kind string, n int) {
	t.Helper()
	for range n {
		q, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Accept-Encoding", "gzip") // as browsers do
		a, err := client.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Encoding") != "" {
			t.Fatal(a.Status, a.Header)
		}
		e.open = append(e.open, a.Body)
		e.all.Go(func() {
			defer a.Body.Close()
			r := bufio.NewReaderSize(a.Body, 512)
			for {
				line, err := r.ReadSlice('\n')
				if errors.Is(err, bufio.ErrBufferFull) {
					continue
				}
				if err != nil {
					return
				}
				if bytes.Equal(line, []byte("event: "+kind+"\n")) {
					if e.seen.Add(1) == e.want.Load() {
						e.reached <- time.Now()
					}
				}
			}
		})
	}
}

func (e *eyes) close() {
	for _, a := range e.open {
		a.Close()
	}
	e.all.Wait()
}

// BenchmarkHall has 2,000 screens look at one conference, and reports what a listener
// takes of the memory of the real program, and how long one announcement takes to
// reach all of them. The program runs as one of its own: its memory is its own.
func BenchmarkHall(b *testing.B) {
	const listeners = 2000
	files(b, 3*listeners)
	program, base, client, at := hallProgram(b)
	before := anonymous(b, program)
	e := &eyes{reached: make(chan time.Time, 1)}
	defer e.close()
	began := time.Now()
	e.watch(b, client, base+at+"/live", "said", listeners)
	opened := time.Since(began)
	grown := anonymous(b, program) - before
	b.ResetTimer()
	var worst time.Duration
	for i := range b.N {
		e.want.Store(e.seen.Load() + listeners)
		began := time.Now()
		a, err := client.PostForm(base+at+"/announcements", url.Values{"text": {"Thông báo " + strconv.Itoa(i)}})
		if err != nil {
			b.Fatal(err)
		}
		a.Body.Close()
		select {
		case last := <-e.reached:
			worst = max(worst, last.Sub(began))
		case <-time.After(patience):
			b.Fatalf("%d did not hear it", e.want.Load()-e.seen.Load())
		}
	}
	b.StopTimer()
	grown = max(grown, anonymous(b, program)-before)
	b.ReportMetric(float64(grown)/1024, "MB")
	b.ReportMetric(float64(grown)/listeners, "KB/listener")
	b.ReportMetric(float64(worst.Milliseconds()), "worst-ms")
	b.ReportMetric(float64(opened.Milliseconds())/listeners, "ms/opening")
}

// files lets this program, and those it starts, hold more files open.
func files(b *testing.B, n uint64) {
	b.Helper()
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		b.Fatal(err)
	}
	if l.Cur = max(l.Cur, min(n, l.Max)); l.Cur < n {
		b.Fatalf("this machine lets a program open %d files, the test needs %d", l.Max, n)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		b.Fatal(err)
	}
}

// anonymous is the memory that a program has made, in KB.
func anonymous(b *testing.B, pid int) int64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "RssAnon:" {
			n, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatal("no RssAnon")
	return 0
}

// hallProgram starts the program over a conference that sits, and returns its process,
// its address, somebody signed in who runs the hall, and the conference.
func hallProgram(b *testing.B) (pid int, base string, client *http.Client, at string) {
	b.Helper()
	h := app.NewTestHouse(b)
	if err := h.Found(3); err != nil {
		b.Fatal(err)
	}
	at = sitting(b, h)
	h.Stop()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	path := filepath.Join(b.TempDir(), "nhipcau")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-buildvcs=false", "-o", path, "nhipcau/cmd/nhipcau").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	c := exec.CommandContext(b.Context(), path, append([]string{"serve", "--addr", addr}, h.Flags()...)...)
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Wait() }) // killed as its context ends
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		b.Fatal(line, err)
	}
	base = "http://" + addr
	return c.Process.Pid, base, hallClient(b, base, "bikhu"), at
}

// hallClient is a client of somebody, with room for many connections.
func hallClient(b *testing.B, base, login string) *http.Client {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	c := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true, ReadBufferSize: 1024, WriteBufferSize: 1024}}
	a, err := c.PostForm(base+"/login", url.Values{"login": {login}, "password": {app.DemoPassword}})
	if err != nil {
		b.Fatal(err)
	}
	a.Body.Close()
	return c
}
