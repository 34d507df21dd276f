package web

import (
	"net/http"
	"net/url"
	"strconv"
)

// Offset returns where a page of a list begins; a bad one is the first.
func Offset(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("offset"))
	if err != nil {
		return 0
	}
	return max(0, n)
}

// Cut returns a page of a list that was asked for one more than a page holds, and
// whether there are more.
func Cut[T any](all []T, size int) ([]T, bool) {
	if len(all) > size {
		return all[:size], true
	}
	return all, false
}

// Send answers with a file that was made for this reader alone, to be kept under a
// name.
func Send(w http.ResponseWriter, name, kind string, b []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename*=UTF-8''`+url.PathEscape(name))
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("Cache-Control", "private, no-store")
	_, err := w.Write(b)
	return err
}
