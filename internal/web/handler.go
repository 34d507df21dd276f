package web

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"

	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
)

const (
	flashCookie = "said"
	langCookie  = "lang"
	maxForm     = 1 << 20
	maxUpload   = 64 << 20
)

type requestKey struct{}

func requestID(r *http.Request) string {
	id, _ := r.Context().Value(requestKey{}).(string)
	return id
}

// ServeHTTP answers a request: who asks is found, what another site makes the
// browser send is refused, and a panic is a page.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, rand.Text()[:10]))
	head := w.Header()
	head.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "same-origin")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	if takesGzip(r) && !strings.HasPrefix(r.URL.Path, "/assets/") {
		z := &zipped{ResponseWriter: w}
		defer z.finish()
		w = z
	}
	defer func() {
		if p := recover(); p != nil && !errors.Is(asError(p), http.ErrAbortHandler) {
			s.Log.ErrorContext(r.Context(), "panic", "path", r.URL.Path, "request", requestID(r), "panic", p, "stack", string(debug.Stack()))
			s.fail(w, r, fault.New(fault.Internal, "error.internal"))
		}
	}()
	if _, err := r.Cookie(flashCookie); err == nil && r.Method == http.MethodGet && !strings.HasPrefix(r.URL.Path, "/assets/") {
		http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode}) // said once
	}
	limit := int64(maxForm)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		limit = maxUpload
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		s.fail(w, r, fault.Wrap(fault.Denied, err, "error.cross_site"))
		return
	}
	if s.Authenticate != nil && !strings.HasPrefix(r.URL.Path, "/assets/") {
		by, err := s.Authenticate(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if by.Known() {
			r = r.WithContext(auth.NewContext(r.Context(), by))
		}
	}
	s.mux.ServeHTTP(w, r)
}

func asError(p any) error {
	err, _ := p.(error)
	return err
}

// zippers are compressors that wait for the next page: making one costs more than
// compressing most pages.
var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// zipped compresses what is text.
type zipped struct {
	http.ResponseWriter
	z     *gzip.Writer
	began bool
}

func (z *zipped) WriteHeader(status int) {
	if !z.began {
		z.began = true
		kind := z.Header().Get("Content-Type")
		// Of events each goes out at once, and a listener is not worth a compressor.
		if strings.HasPrefix(kind, "text/") && kind != "text/event-stream" && status != http.StatusNoContent && status != http.StatusNotModified {
			z.Header().Set("Content-Encoding", "gzip")
			z.Header().Add("Vary", "Accept-Encoding")
			z.Header().Del("Content-Length")
			z.z = zippers.Get().(*gzip.Writer)
			z.z.Reset(z.ResponseWriter)
		}
	}
	z.ResponseWriter.WriteHeader(status)
}

// Write compresses b if the answer is text.
func (z *zipped) Write(b []byte) (int, error) {
	if !z.began {
		if z.Header().Get("Content-Type") == "" {
			z.Header().Set("Content-Type", http.DetectContentType(b))
		}
		z.WriteHeader(http.StatusOK)
	}
	if z.z != nil {
		return z.z.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer under it.
func (z *zipped) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func (z *zipped) finish() {
	if z.z != nil {
		z.z.Close()
		zippers.Put(z.z)
		z.z = nil
	}
}
