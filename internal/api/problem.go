package api

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/web"
)

// A Problem is an error as programs are told of it, after RFC 9457. Sentences are
// in the language asked for; a program goes by Type and Status.
type Problem struct {
	Type     string        `json:"type" format:"uri-reference" doc:"Address of what is said about this kind of problem" example:"/api#problem-invalid"`
	Title    string        `json:"title" doc:"The kind of problem in the language asked for"`
	Status   int           `json:"status" doc:"The HTTP status"`
	Detail   string        `json:"detail" doc:"What is wrong here, in the language asked for"`
	Instance string        `json:"instance" format:"uri-reference" doc:"What was asked"`
	Errors   []FieldDetail `json:"errors,omitempty" doc:"What is wrong, by field"`
}

// A FieldDetail says what is wrong with one field.
type FieldDetail struct {
	Field  string `json:"field" doc:"Name of the field or parameter"`
	Detail string `json:"detail" doc:"What is wrong with it"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// refused is an error that only programs meet, for which fault has no kind.
type refused struct {
	status int
	kind   string // ends the problem's type
	text   fault.Text
	fields map[string]fault.Text
}

func (r refused) Error() string { return r.text.Key }

// kinds end the type of a problem, by the kind of fault.
var kinds = map[fault.Kind]string{
	fault.Internal: "internal", fault.Invalid: "invalid", fault.NotFound: "not_found", fault.Denied: "denied", fault.Conflict: "conflict",
	fault.TooLarge: "too_large", fault.Limited: "limited", fault.SignIn: "token", fault.Unavailable: "unavailable",
}

// Problems are the kinds of all problems, in the order of their status.
var Problems = []struct {
	Kind   string
	Status int
}{
	{"malformed", http.StatusBadRequest},
	{"token", http.StatusUnauthorized},
	{"denied", http.StatusForbidden},
	{"not_found", http.StatusNotFound},
	{"method", http.StatusMethodNotAllowed},
	{"conflict", http.StatusConflict},
	{"changed", http.StatusPreconditionFailed},
	{"too_large", http.StatusRequestEntityTooLarge},
	{"media", http.StatusUnsupportedMediaType},
	{"invalid", http.StatusUnprocessableEntity},
	{"key", http.StatusUnprocessableEntity},
	{"unconditional", http.StatusPreconditionRequired},
	{"limited", http.StatusTooManyRequests},
	{"internal", http.StatusInternalServerError},
	{"unavailable", http.StatusServiceUnavailable},
}

// The library makes its own errors, and those of handlers, by these two.
func init() {
	huma.NewError = func(status int, _ string, _ ...error) huma.StatusError { return &Problem{Status: status} }
	huma.NewErrorWithContext = func(c huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return askedOf(c.Context()).problem(asRefusal(status, errs))
	}
}

// asRefusal returns what a handler failed with, or what the library found wrong
// with the request before it.
func asRefusal(status int, errs []error) error {
	if len(errs) == 1 && status == http.StatusInternalServerError {
		return errs[0]
	}
	r := refused{status: status, kind: "invalid", text: fault.Text{Key: "api.error.request"}, fields: map[string]fault.Text{}}
	for _, err := range errs {
		d, ok := errors.AsType[*huma.ErrorDetail](err)
		switch {
		case strings.HasPrefix(messageOf(err), huma.ErrUnknownContentType.Error()):
			return refused{status: http.StatusUnsupportedMediaType, kind: "media", text: fault.Text{Key: "api.error.media"}}
		case !ok || d.Location == "body":
			return refused{status: http.StatusBadRequest, kind: "malformed", text: fault.Text{Key: "api.error.json", Args: []any{messageOf(err)}}}
		}
		_, field, _ := strings.Cut(d.Location, ".")
		r.fields[field] = wrongValue(d.Message)
	}
	if status == http.StatusBadRequest {
		r.kind = "malformed"
	}
	return r
}

func messageOf(err error) string {
	if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
		return d.Message
	}
	return err.Error()
}

// wrongs are what the library says of a value, and our words for it.
var wrongs = []struct {
	re  *regexp.Regexp
	key string
}{
	{regexp.MustCompile(`^required .* missing$`), "api.error.missing"},
	{regexp.MustCompile(`^unknown query parameter$`), "api.error.unknown"},
	{regexp.MustCompile(`number >= (.+)$`), "api.error.least"},
	{regexp.MustCompile(`number <= (.+)$`), "api.error.most"},
	{regexp.MustCompile(`^invalid (?:integer|float)|^expected (?:integer|number)$`), "api.error.number"},
	{regexp.MustCompile(`^invalid boolean|^expected boolean$`), "api.error.boolean"},
	{regexp.MustCompile(`one of "(.+)"$`), "api.error.one_of"},
}

func wrongValue(message string) fault.Text {
	for _, w := range wrongs {
		if m := w.re.FindStringSubmatch(message); m != nil {
			t := fault.Text{Key: w.key}
			if len(m) > 1 {
				t.Args = []any{m[1]}
			}
			return t
		}
	}
	return fault.Text{Key: "api.error.value"}
}

// problem says err in the language asked for. What went wrong on our side is
// logged, and nothing of it shown.
func (q *asked) problem(err error) *Problem {
	var r refused
	if !errors.As(err, &r) {
		f := fault.Of(err)
		r = refused{status: web.Status(err), kind: kinds[f.Kind], text: f.Text, fields: f.Fields}
		if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
			if !(errors.Is(err, context.Canceled) && q.r.Context().Err() != nil) {
				q.api.Log.ErrorContext(q.r.Context(), "request failed", "method", q.r.Method, "path", q.r.URL.Path, "err", err)
			}
		}
	}
	if own, ok := ours[r.text.Key]; ok {
		r.text = fault.Text{Key: own}
	}
	p := &Problem{
		Type: "/api#problem-" + r.kind, Title: q.t("api.problem." + r.kind), Status: r.status, Detail: q.t(r.text.Key, r.text.Args...),
		Instance: q.r.URL.RequestURI(),
	}
	for _, field := range slices.Sorted(maps.Keys(r.fields)) {
		p.Errors = append(p.Errors, FieldDetail{field, q.t(r.fields[field].Key, r.fields[field].Args...)})
	}
	return p
}

// ours are sentences for programs in place of those that speak of pages.
var ours = map[string]string{
	"error.not_found": "api.error.not_found", "error.form": "api.error.request", "error.sign_in": "api.error.token",
	"error.conflict": "api.error.conflict",
}

func (q *asked) t(key string, args ...any) string { return q.api.Catalog.T(q.lang, key, args...) }

// refuse answers with a problem where no operation has been found.
func (q *asked) refuse(w http.ResponseWriter, err error) {
	p := q.problem(err)
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="nhipcau"`)
	}
	b, err := encode(p)
	if err != nil {
		http.Error(w, p.Detail, p.Status)
		return
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(b, '\n')) // the reader has gone
}

// langOf returns the language an Accept-Language header likes best of those the
// product speaks.
func langOf(header string) i18n.Lang {
	type choice struct {
		lang i18n.Lang
		q    float64
	}
	var all []choice
	for part := range strings.SplitSeq(header, ",") {
		tag, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		c := choice{i18n.Lang(primary), 1}
		if v, ok := strings.CutPrefix(strings.TrimSpace(weight), "q="); ok {
			var err error
			if c.q, err = strconv.ParseFloat(v, 64); err != nil {
				continue
			}
		}
		if slices.Contains(i18n.Langs, c.lang) && c.q > 0 {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b choice) int { return cmp.Compare(b.q, a.q) })
	if len(all) == 0 {
		return i18n.Langs[0]
	}
	return all[0].lang
}
