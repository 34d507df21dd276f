package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// An Op is an operation: where it lies, under which noun, and the message key of
// what it does.
type Op struct {
	ID      string // "list-units"
	Noun    string // "units"
	Path    string // "/units/{key}"
	Summary string
	InTurn  bool // those of one thing, "/conferences/{id}/…", take turns: see db.InTurn

	method string
	h      *huma.Operation
}

// answer is what an operation answers with.
type answer[O any] struct {
	Status   int
	ETag     string `header:"ETag" doc:"Names this state of the thing; send it as If-Match to change it"`
	Link     string `header:"Link" doc:"Address of the next page"`
	Location string `header:"Location" doc:"Address of what was made"`
	Replayed string `header:"Idempotent-Replayed" doc:"true if this answer was given before to the same key"`
	Body     O
}

// A Thing has an address of its own: its answers carry an ETag.
type Thing interface{ Href() string }

// A Read finds something for by.
type Read[I, O any] func(ctx context.Context, tx *db.Tx, by auth.Actor, in *I) (O, error)

var (
	readErrors  = []int{400, 401, 403, 404, 422, 500, 503}
	writeErrors = []int{400, 401, 403, 404, 409, 413, 415, 422, 500, 503}
)

// register adds an operation with the headers it takes.
func (a *API) register(o *Op, method string, status int, errs []int, heads ...string) {
	o.method = method
	o.h = &huma.Operation{
		OperationID: o.ID, Method: method, Path: o.Path, Summary: o.Summary, Tags: []string{o.Noun}, DefaultStatus: status,
		Errors: errs, SkipValidateBody: true, MaxBodyBytes: maxBody,
		// The body has been read before. A limit of time for it would go on
		// running, and cancel what takes longer though its caller still waits.
		BodyReadTimeout: -1,
	}
	if method == http.MethodGet {
		o.h.Responses = map[string]*huma.Response{"304": {Description: http.StatusText(http.StatusNotModified)}}
	}
	for _, name := range append([]string{"X-Unit", "Accept-Language"}, heads...) {
		o.h.Parameters = append(o.h.Parameters, &huma.Param{
			Name: name, In: "header", Required: name == "If-Match", Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	a.ops = append(a.ops, o)
}

// Get adds an operation that answers with one thing.
func Get[I, O any](a *API, o Op, f Read[I, O]) {
	a.register(&o, http.MethodGet, http.StatusOK, readErrors, "If-None-Match")
	huma.Register(a.huma, *o.h, func(ctx context.Context, in *I) (*answer[O], error) {
		q, out := askedOf(ctx), &answer[O]{Status: http.StatusOK}
		err := a.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			out.Body, err = f(ctx, tx, q.by, in)
			return err
		})
		if err != nil {
			return nil, err
		}
		return out, out.tag(q)
	})
}

// List adds an operation that answers with a part of a list. f returns at most
// limit rows after a place, and place tells where a row stands.
func List[I paged, O any](a *API, o Op, f func(ctx context.Context, tx *db.Tx, by auth.Actor, in *I, after Cursor, limit int) ([]O, error), place func(O) Cursor) {
	Pages(a, o, func(ctx context.Context, tx *db.Tx, by auth.Actor, in *I, after Cursor, limit int) ([]O, Cursor, error) {
		all, err := f(ctx, tx, by, in, after, limit+1)
		if err != nil || len(all) <= limit {
			return all, Cursor{}, err
		}
		return all[:limit], place(all[limit-1]), nil
	})
}

// Pages is List for f that knows itself after what the next page comes; none if
// this is the last.
func Pages[I paged, O any](a *API, o Op, f func(ctx context.Context, tx *db.Tx, by auth.Actor, in *I, after Cursor, limit int) ([]O, Cursor, error)) {
	a.register(&o, http.MethodGet, http.StatusOK, readErrors, "If-None-Match")
	huma.Register(a.huma, *o.h, func(ctx context.Context, in *I) (*answer[Page[O]], error) {
		q, out, p := askedOf(ctx), &answer[Page[O]]{Status: http.StatusOK}, (*in).paging()
		after, err := parseCursor(o.ID, p.After)
		if err != nil {
			return nil, err
		}
		err = a.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
			items, next, err := f(ctx, tx, q.by, in, after, p.Limit)
			out.Body = Page[O]{Items: items}
			if items == nil {
				out.Body.Items = []O{}
			}
			if !next.None() {
				out.Body.Next = next.text(o.ID)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		out.Link = link(q.r.URL, out.Body.Next)
		return out, out.tag(q)
	})
}

// tag names the representation, and answers without it when the reader has it
// already.
func (out *answer[O]) tag(q *asked) error {
	var err error
	if out.ETag, err = etag(out.Body); err != nil {
		return err
	}
	if matches(q.r.Header.Get("If-None-Match"), out.ETag, true) {
		out.Status = http.StatusNotModified
	}
	return nil
}

// etag is the strong tag of a representation: of its bytes, which are the same in
// every language.
func etag(body any) (string, error) {
	b, err := encode(body)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`, nil
}

// matches reports whether a header of tags names tag; a weak one counts only when
// asking whether something is the same still.
func matches(header, tag string, weak bool) bool {
	return slices.ContainsFunc(strings.Split(header, ","), func(s string) bool {
		s = strings.TrimSpace(s)
		if weak {
			s = strings.TrimPrefix(s, "W/")
		}
		return s == "*" || s == tag
	})
}

// Post adds an operation that makes something.
func Post[I, O any](a *API, o Op, f Read[I, O]) {
	a.register(&o, http.MethodPost, http.StatusCreated, writeErrors, "Idempotency-Key")
	huma.Register(a.huma, *o.h, func(ctx context.Context, in *I) (*answer[O], error) {
		return write(ctx, a, http.StatusCreated, func(ctx context.Context, tx *db.Tx, q *asked) (O, error) { return f(ctx, tx, q.by, in) })
	})
}

// Do is Post for what makes nothing with an address of its own.
func Do[I, O any](a *API, o Op, f Read[I, O]) {
	a.register(&o, http.MethodPost, http.StatusOK, writeErrors, "Idempotency-Key")
	huma.Register(a.huma, *o.h, func(ctx context.Context, in *I) (*answer[O], error) {
		if o.InTurn {
			ctx = db.InTurn(ctx, thingOf(askedOf(ctx).r.URL.Path))
		}
		return write(ctx, a, http.StatusOK, func(ctx context.Context, tx *db.Tx, q *asked) (O, error) { return f(ctx, tx, q.by, in) })
	})
}

// thingOf returns the part of a path that names a thing, "/conferences/{id}".
func thingOf(path string) string {
	part := strings.SplitN(strings.TrimPrefix(path, Prefix), "/", 4)
	return strings.Join(part[:min(3, len(part))], "/")
}

// Change adds an operation of a method that changes what see finds: it is refused
// unless the request names, by If-Match, the state it has seen.
func Change[I, T, O any](a *API, o Op, method string, see Read[I, T], do func(ctx context.Context, tx *db.Tx, by auth.Actor, in *I, was T) (O, error)) {
	a.register(&o, method, http.StatusOK, append([]int{412, 428}, writeErrors...), "If-Match", "Idempotency-Key")
	huma.Register(a.huma, *o.h, func(ctx context.Context, in *I) (*answer[O], error) {
		return write(ctx, a, http.StatusOK, func(ctx context.Context, tx *db.Tx, q *asked) (out O, err error) {
			was, err := see(ctx, tx, q.by, in)
			if err != nil {
				return out, err
			}
			tag, err := etag(was)
			if err != nil {
				return out, err
			}
			switch header := q.r.Header.Get("If-Match"); {
			case header == "":
				return out, refused{status: http.StatusPreconditionRequired, kind: "unconditional", text: fault.Text{Key: "api.error.unconditional"}}
			case !matches(header, tag, false):
				return out, refused{status: http.StatusPreconditionFailed, kind: "changed", text: fault.Text{Key: "api.error.conflict"}}
			}
			return do(ctx, tx, q.by, in, was)
		})
	})
}
