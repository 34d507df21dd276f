package web_test

import (
	"regexp"
	"strings"
	"testing"

	"nhipcau/internal/web"
)

// TestCheckinPage holds the frame of the check-in page against what keeps it fresh and
// safe: it is asked for again every time, its worker names the bundle it keeps, and its
// rights go beyond those of other pages only where it needs them.
func TestCheckinPage(t *testing.T) {
	if !web.Bundled() {
		t.Fatal("the bundle is missing; run make build")
	}
	s, _ := open(t)
	versions := map[string]bool{}
	for path, kind := range map[string]string{
		"/checkin/": "text/html", "/checkin/sw.js": "text/javascript", "/checkin/manifest.webmanifest": "application/manifest+json",
	} {
		w := ask(s, "GET", path, nil)
		h, body := w.Header(), w.Body.String()
		if w.Code != 200 || !strings.HasPrefix(h.Get("Content-Type"), kind) || h.Get("Cache-Control") != "no-cache" || h.Get("ETag") == "" {
			t.Errorf("%s: status %d, %v", path, w.Code, h)
		}
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self' 'wasm-unsafe-eval';") || !strings.Contains(csp, "worker-src 'self'") || strings.Contains(csp, "'unsafe-") || strings.Contains(csp, "http") {
			t.Errorf("%s: %s", path, csp)
		}
		if strings.Contains(body, "__") {
			t.Errorf("%s is not filled in:\n%s", path, body)
		}
		named := regexp.MustCompile(`/assets/([0-9a-f]+)/([\w.-]+)`).FindAllStringSubmatch(body, -1)
		if len(named) == 0 {
			t.Errorf("%s names nothing of the bundle", path)
		}
		for _, n := range named {
			versions[n[1]] = true
			if a := ask(s, "GET", n[0], nil); a.Code != 200 || !strings.Contains(a.Header().Get("Cache-Control"), "immutable") {
				t.Errorf("%s names %s: status %d", path, n[0], a.Code)
			}
		}
	}
	if len(versions) != 1 {
		t.Errorf("versions %v, want one", versions)
	}
	worker := ask(s, "GET", "/checkin/sw.js", nil).Body.String()
	for _, need := range []string{"checkin.js", "checkin.css", "zxing_reader.wasm", "be-vietnam-pro-vietnamese-400-normal.woff2"} {
		if !strings.Contains(worker, need) {
			t.Errorf("the worker does not keep %s", need)
		}
	}
}
