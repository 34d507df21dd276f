package web

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"

	"nhipcau/internal/fault"
)

// The check-in page is one file without anything about anybody, kept by a worker in the
// browser; what it shows comes from the device or over /checkin/api/.

// checkinPolicy lets the page read codes with WebAssembly and see through the camera,
// beyond what every page may.
const checkinPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
	"worker-src 'self'; manifest-src 'self'; media-src 'self' blob: mediastream:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func (s *Site) handleCheckin() {
	for pattern, f := range map[string]struct{ name, kind string }{
		"GET /checkin/{$}":                  {"checkin-index.html", "text/html; charset=utf-8"},
		"GET /checkin/sw.js":                {"checkin-sw.js", "text/javascript; charset=utf-8"},
		"GET /checkin/manifest.webmanifest": {"checkin-manifest.webmanifest", "application/manifest+json"},
	} {
		text := s.assets.checkin(f.name)
		s.Handle(pattern, Anyone, func(w http.ResponseWriter, r *http.Request) error {
			if text == nil {
				return fault.New(fault.NotFound, "error.not_found")
			}
			h := w.Header()
			h.Set("Content-Type", f.kind)
			h.Set("Content-Security-Policy", checkinPolicy)
			h.Set("Cache-Control", "no-cache") // the address stays; what it names changes with the version
			h.Set("ETag", `"`+s.assets.hash+`"`)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
			return nil
		})
	}
}

// checkin returns a file of the check-in page with the version of the bundle and the
// files that its worker keeps written into it; nil without a bundle.
func (a assets) checkin(name string) []byte {
	b, ok := a.files[name]
	if !ok {
		return nil
	}
	keep := []string{"/checkin/", "/checkin/manifest.webmanifest"}
	var files []string
	for f := range a.files {
		font := strings.HasSuffix(f, ".woff2")
		if font || slices.Contains([]string{"checkin.js", "checkin.css", "zxing_reader.wasm", "icon.svg", "icon-192.png", "icon-512.png"}, f) {
			files = append(files, a.href(f))
		}
	}
	slices.Sort(files)
	return []byte(strings.NewReplacer("__VERSION__", a.hash, "__FILES__", strings.Join(append(keep, files...), " ")).Replace(string(b)))
}
