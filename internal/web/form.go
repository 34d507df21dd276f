package web

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// Form returns the fields of a posted form. One that is too large is a TooLarge
// fault. Texts are as typed: verbs clean them.
func Form(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, badForm(err)
	}
	return r.PostForm, nil
}

// Version returns the version of what a form changes, as its page was shown; one
// that is no number is older than any.
func Version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Upload returns the file of a multipart form's field; a nil file if none was
// chosen. The other fields are read by r.PostFormValue.
func Upload(r *http.Request, field string) (multipart.File, string, error) {
	if err := r.ParseMultipartForm(8 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, "", badForm(err)
	}
	f, head, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", badForm(err)
	}
	return f, head.Filename, nil
}

func badForm(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.Wrap(fault.TooLarge, err, "error.too_large")
	}
	return fault.Wrap(fault.Invalid, err, "error.bad_form")
}

var token = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// Once guards a form that creates something against a double click. Call it in
// the transaction that creates, with the place the browser is sent to: the
// first time it returns "", and the transaction goes on. When the form's token
// has been used, it returns the place the first one went to and an error that
// undoes this transaction; send the browser there.
//
//	err := db.Write(ctx, func(ctx, tx) (err error) {
//		if p, err = Enter(ctx, tx, …); err != nil { return err }
//		again, err = site.Once(ctx, tx, r, "/plans/"+p.ID)
//		return err
//	})
//	if again != "" { return web.See(w, r, "%s", again) }
//
// A verb that refuses doubles itself must come after Once.
func (s *Site) Once(ctx context.Context, tx *db.Tx, r *http.Request, location string) (again string, err error) {
	t := r.PostFormValue("once")
	if !token.MatchString(t) {
		return "", nil // a program, not a page, sent this
	}
	n, err := tx.ExecN(ctx, `INSERT INTO once (token, location, at) VALUES ($1, $2, $3) ON CONFLICT (token) DO NOTHING`, t, location, tx.Now)
	if err != nil || n == 1 {
		return "", err
	}
	if err := tx.One(ctx, `SELECT location FROM once WHERE token = $1`, []any{t}, &again); err != nil {
		return "", err
	}
	return again, fault.New(fault.Conflict, "error.twice")
}

// Done returns where the form with r's token went, "" if it was not used yet:
// handlers ask before a verb that would refuse the second of two.
func (s *Site) Done(ctx context.Context, r *http.Request) (location string, err error) {
	t := r.PostFormValue("once")
	if !token.MatchString(t) {
		return "", nil
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.One(ctx, `SELECT coalesce(max(location), '') FROM once WHERE token = $1`, []any{t}, &location)
	})
	return location, err
}

func newToken() string { return rand.Text() }

func sorted(w map[string]fault.Text) []string { return slices.Sorted(maps.Keys(w)) }
