package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/app"
)

// signedIn returns a client signed in with a login of the demonstration.
func signedIn(b *testing.B, h *app.TestHouse, login string) *http.Client {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	c := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	a, err := c.PostForm(h.URL+"/login", url.Values{"login": {login}, "password": {app.DemoPassword}})
	if err != nil {
		b.Fatal(err)
	}
	if err := a.Body.Close(); err != nil || a.Request.URL.Path == "/login" {
		b.Fatalf("%s could not sign in: %v", login, err)
	}
	return c
}

func get(b *testing.B, c *http.Client, address string) {
	a, err := c.Get(address)
	if err != nil {
		b.Error(err)
		return
	}
	defer a.Body.Close()
	if _, err := io.Copy(io.Discard, a.Body); err != nil || a.StatusCode != http.StatusOK {
		b.Errorf("%s: status %d, %v", address, a.StatusCode, err)
	}
}

// BenchmarkPage asks for pages of the demonstration by eight people at once, and
// compares them with the least this server can answer, /healthz, taken in the
// same run: "x-health" says how many times as long a page takes. A page that
// takes over 400 times as long has lost its way.
func BenchmarkPage(b *testing.B) {
	const people, limit = 8, 400
	h := app.NewDemoHouse(b)
	c := signedIn(b, h, "bikhu")
	const base = 2000
	begin := time.Now()
	for range base {
		get(b, c, h.URL+"/healthz")
	}
	least := time.Since(begin) / base
	rollout := h.Rollout()
	for _, path := range []string{"/", "/rollouts/" + rollout, "/rollouts/" + rollout + "/pending", "/units/tccs-07/members"} {
		b.Run(fmt.Sprintf("page=%s", h.Name(path)), func(b *testing.B) {
			b.SetParallelism(people)
			var n atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					get(b, c, h.URL+path)
					n.Add(1)
				}
			})
			each := b.Elapsed() / time.Duration(n.Load())
			b.ReportMetric(float64(each)/float64(least), "x-health")
			b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "pages/s")
			if b.N > 50 && each > limit*least {
				b.Errorf("%s takes %v, over %d times the %v of /healthz", path, each, limit, least)
			}
		})
	}
}
