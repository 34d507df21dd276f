// Package api serves programs: JSON over HTTP under /api/v1, by the same verbs and
// through the same eyes as the pages.
//
// A slice registers what programs may ask of it by List, Get, Post and Change.
// This package brings what all of them have in common: who asks (a bearer token),
// errors as problem+json in the reader's language, paging by cursors, ETags, and
// keys by which a request that is sent twice does a thing once.
package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
)

// Prefix is where all operations lie.
const Prefix = "/api/v1"

const maxBody = 1 << 20

// Config is what an API is made of.
type Config struct {
	Catalog *i18n.Catalog
	Log     *slog.Logger
	DB      *db.DB
	// Authenticate returns who a bearer token stands for, acting for the unit
	// with key, or for the login's first if that is ""; nobody if the token is
	// not good.
	Authenticate func(ctx context.Context, token, unit string) (auth.Actor, error)
}

// An API is what all slices' operations are served by.
type API struct {
	Config
	mux  *http.ServeMux
	huma huma.API
	ops  []*Op
	docs func() (map[i18n.Lang][]byte, error) // written when first asked for, with all operations
}

// New returns an API without operations.
func New(c Config) *API {
	a := &API{Config: c, mux: http.NewServeMux()}
	hc := huma.DefaultConfig("Nhịp Cầu", "1")
	hc.CreateHooks, hc.OpenAPIPath, hc.DocsPath, hc.SchemasPath = nil, "", "", ""
	hc.Formats = map[string]huma.Format{"application/json": format, "json": format}
	hc.RejectUnknownQueryParameters = true
	hc.Components = &huma.Components{
		Schemas:         huma.NewMapRegistry("#/components/schemas/", schemaName),
		SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer"}},
	}
	hc.Security = []map[string][]string{{"bearer": {}}}
	hc.Servers = []*huma.Server{{URL: Prefix}}
	a.huma = humago.NewWithPrefix(a.mux, Prefix, hc)
	a.docs = sync.OnceValues(a.documents)
	return a
}

// format reads strictly: a field that does not exist is a mistake of the caller,
// who would otherwise believe it was taken.
var format = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		b, err := encode(v)
		if err != nil {
			return err
		}
		_, err = w.Write(append(b, '\n'))
		return err
	},
	Unmarshal: func(b []byte, v any) error {
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if err := d.Decode(v); err != nil {
			return err
		}
		if d.More() {
			return errors.New("more than one value")
		}
		return nil
	},
}

// encode writes v as JSON as all answers are written.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// schemaName names the schema of a type: a slice calls the type that programs
// see of its Unit apiUnit.
func schemaName(t reflect.Type, hint string) string {
	return strings.ReplaceAll(huma.DefaultSchemaNamer(t, hint), "Api", "")
}

// asked is what an operation needs to know of its request, beside its input.
type asked struct {
	api  *API
	r    *http.Request
	lang i18n.Lang
	by   auth.Actor
	body []byte
}

type askedKey struct{}

func askedOf(ctx context.Context) *asked {
	q, _ := ctx.Value(askedKey{}).(*asked)
	return q
}

// ServeHTTP answers a request under Prefix: nobody without a good token gets any
// further.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := &asked{api: a, lang: langOf(r.Header.Get("Accept-Language"))}
	r = r.WithContext(context.WithValue(r.Context(), askedKey{}, q))
	q.r = r
	head := w.Header()
	head.Set("Cache-Control", "private, no-cache")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Vary", "Authorization, X-Unit, Accept-Language")
	defer func() {
		if p := recover(); p != nil {
			a.Log.ErrorContext(r.Context(), "panic", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			q.refuse(w, fault.New(fault.Internal, "error.internal"))
		}
	}()
	if err := q.admit(); err != nil {
		q.refuse(w, err)
		return
	}
	if err := cmp.Or(q.read(w), q.text()); err != nil {
		q.refuse(w, err)
		return
	}
	h, pattern := a.mux.Handler(r)
	if pattern == "" {
		q.refuse(w, unserved(h, r, head))
		return
	}
	a.mux.ServeHTTP(w, r)
}

// admit finds out who asks.
func (q *asked) admit() error {
	scheme, token, _ := strings.Cut(q.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || strings.TrimSpace(token) == "" {
		return fault.New(fault.SignIn, "api.error.token")
	}
	by, err := q.api.Authenticate(q.r.Context(), strings.TrimSpace(token), q.r.Header.Get("X-Unit"))
	if err != nil {
		return err
	}
	if !by.Known() {
		return fault.New(fault.SignIn, "api.error.token")
	}
	q.by = by
	return nil
}

// read keeps the body, of which the key of a request needs the sum. A request
// without a body asks with an empty object: what is missing, or not allowed, the
// verb says.
func (q *asked) read(w http.ResponseWriter) error {
	if q.r.Method == http.MethodGet || q.r.Method == http.MethodHead {
		return nil
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, q.r.Body, maxBody-1))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.Wrap(fault.TooLarge, err, "error.too_large")
	}
	if err != nil {
		return refused{status: http.StatusBadRequest, kind: "malformed", text: fault.Text{Key: "api.error.body"}}
	}
	if len(bytes.TrimSpace(b)) == 0 {
		b = []byte("{}")
	}
	q.body, q.r.Body = b, io.NopCloser(bytes.NewReader(b))
	return nil
}

// text refuses what is no text, wherever it stands: no thing is called so, and not
// every database takes it.
func (q *asked) text() error {
	no := refused{status: http.StatusBadRequest, kind: "malformed", text: fault.Text{Key: "api.error.text"}}
	query, err := url.QueryUnescape(q.r.URL.RawQuery)
	if err != nil || !plain(q.r.URL.Path) || !plain(query) {
		return no
	}
	if utf8.Valid(q.body) && !bytes.Contains(q.body, []byte(`\u0000`)) { // no string in it can be anything else
		return nil
	}
	for d := json.NewDecoder(bytes.NewReader(q.body)); ; {
		t, err := d.Token()
		if err != nil { // its end, or no JSON, which reading it will say
			return nil
		}
		if s, ok := t.(string); ok && !plain(s) {
			return no
		}
	}
}

func plain(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// unserved says why no operation answers: there is none at this address, or none
// of this method.
func unserved(h http.Handler, r *http.Request, head http.Header) error {
	s := &statusOnly{head: http.Header{}}
	h.ServeHTTP(s, r)
	if s.status != http.StatusMethodNotAllowed {
		return fault.New(fault.NotFound, "error.not_found")
	}
	head.Set("Allow", s.head.Get("Allow"))
	return refused{status: s.status, kind: "method", text: fault.Text{Key: "api.error.method"}}
}

// statusOnly is an answer of which only the head matters.
type statusOnly struct {
	head   http.Header
	status int
}

// Header returns the head.
func (s *statusOnly) Header() http.Header { return s.head }

// Write drops b.
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader keeps the status.
func (s *statusOnly) WriteHeader(status int) { s.status = status }

// Pattern returns the route that answers r, "" if none does.
func (a *API) Pattern(r *http.Request) string {
	_, pattern := a.mux.Handler(r)
	return pattern
}

// Routes returns all operations as method and path, in the order they came.
func (a *API) Routes() []string {
	all := make([]string, len(a.ops))
	for i, o := range a.ops {
		all[i] = o.method + " " + Prefix + o.Path
	}
	return all
}
