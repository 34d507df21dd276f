package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What the bundle holds compressed goes out so to whom takes it, under a tag of its
// own; who does not, or asks for a part, gets the file as it is.
func TestCompressedAssets(t *testing.T) {
	script := strings.Repeat("export const a = 1\n", 100)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := io.WriteString(w, script); err != nil {
		t.Fatal(err)
	}
	w.Close()
	a := assets{
		hash: "abc", files: map[string][]byte{"x.js": []byte(script), "x.js.gz": z.Bytes(), "x.png": []byte("picture")},
		tags: map[string]string{"x.js": `"plain"`, "x.js.gz": `"small"`, "x.png": `"png"`},
	}
	ask := func(path string, head ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		for _, h := range head {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct {
		path, encodings string
		encoding, tag   string
		vary            string
	}{
		{"/assets/abc/x.js", "gzip, deflate, br", "gzip", `"small"`, "Accept-Encoding"},
		{"/assets/abc/x.js", "br;q=1.0, GZIP;q=0.8", "gzip", `"small"`, "Accept-Encoding"},
		{"/assets/abc/x.js", "gzip;q=0, br", "", `"plain"`, "Accept-Encoding"},
		{"/assets/abc/x.js", "gzip; q=0.0", "", `"plain"`, "Accept-Encoding"},
		{"/assets/abc/x.js", "", "", `"plain"`, "Accept-Encoding"},
		{"/assets/abc/x.png", "gzip", "", `"png"`, ""},
	} {
		w := ask(c.path, "Accept-Encoding: "+c.encodings)
		h := w.Header()
		if w.Code != 200 || h.Get("Content-Encoding") != c.encoding || h.Get("ETag") != c.tag || h.Get("Vary") != c.vary || !strings.Contains(h.Get("Cache-Control"), "immutable") {
			t.Errorf("%+v: %d %v", c, w.Code, h)
		}
		if c.encoding == "" {
			continue
		}
		if h.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("a script is %s", h.Get("Content-Type"))
		}
		r, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r); err != nil || string(b) != script {
			t.Errorf("%v: what was sent is not the file", err)
		}
	}
	if w := ask("/assets/abc/x.js", "Accept-Encoding: gzip", `If-None-Match: "small"`); w.Code != http.StatusNotModified {
		t.Errorf("what the browser has is sent again: %d", w.Code)
	}
	if w := ask("/assets/abc/x.js", `If-None-Match: "small"`); w.Code != 200 {
		t.Errorf("a tag of the compressed file stands for the plain one: %d", w.Code)
	}
	if w := ask("/assets/abc/x.js", "Accept-Encoding: gzip", "Range: bytes=0-5"); w.Code != http.StatusPartialContent || w.Body.String() != script[:6] {
		t.Errorf("a part: %d %q", w.Code, w.Body)
	}
	if w := ask("/assets/old/x.js"); w.Code != 200 || w.Header().Get("Cache-Control") != "" {
		t.Errorf("an address of another version is kept for good: %d %v", w.Code, w.Header())
	}
	for _, path := range []string{"/assets/abc/x.js.gz", "/assets/abc/y.js", "/assets/abc/"} {
		if w := ask(path); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
