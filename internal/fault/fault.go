// Package fault gives an error what a person needs from it: a kind, which
// decides the HTTP status, and a message key, which is translated.
//
// An error that carries no fault is internal: it is logged in full and the
// person sees only that something went wrong on our side.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Kind says what sort of trouble an error is.
type Kind uint8

// The kinds, with the HTTP status that web gives each.
const (
	Internal    Kind = iota // 500: our mistake; nothing of it is shown
	Invalid                 // 422: the input does not fit
	NotFound                // 404: there is no such thing, or not for this person
	Denied                  // 403: the person may see it but not do it
	Conflict                // 409: someone else changed it first, or it is no longer in that state
	TooLarge                // 413: more bytes than allowed
	Limited                 // 429: too many attempts
	SignIn                  // 401: sign in first
	Unavailable             // 503: the database or the disk cannot take it now; nothing was changed
)

// Text is a message to be translated: a key of the locale files and the
// arguments of its verbs.
type Text struct {
	Key  string
	Args []any
}

// Error is an error with a kind and a message for the person.
type Error struct {
	Kind Kind
	Text
	Fields map[string]Text // form field to message, for Invalid
	Err    error           // what caused it, for the log alone
}

// Error describes e for the log; it is never shown to a person.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Key)
	for _, f := range slices.Sorted(maps.Keys(e.Fields)) {
		fmt.Fprintf(&b, " %s=%s", f, e.Fields[f].Key)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of kind k whose message is the translation of key.
func New(k Kind, key string, args ...any) error {
	return &Error{Kind: k, Text: Text{key, args}}
}

// Wrap is New with a cause, which goes to the log alone.
func Wrap(k Kind, err error, key string, args ...any) error {
	return &Error{Kind: k, Text: Text{key, args}, Err: err}
}

// Wrong collects what is wrong with a form, by field.
type Wrong map[string]Text

// Add says that field is wrong; the first word about a field stands.
func (w Wrong) Add(field, key string, args ...any) {
	if _, ok := w[field]; !ok {
		w[field] = Text{key, args}
	}
}

// Text says what is wrong with a text, if anything: none where one is needed,
// more than longest characters.
func (w Wrong) Text(field, s string, longest int, needed bool) {
	switch n := utf8.RuneCountInString(s); {
	case n == 0 && needed:
		w.Add(field, "error.needed")
	case n > longest:
		w.Add(field, "error.long", longest)
	}
}

// Err returns an Invalid error naming the fields at fault, or nil if none is.
func (w Wrong) Err() error {
	if len(w) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Text: Text{Key: "error.form"}, Fields: w}
}

// Of returns the fault in err's chain, or an internal one that wraps err.
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Text: Text{Key: "error.internal"}, Err: err}
}

// Is reports whether err is a fault of kind k; a nil error is of no kind.
func Is(err error, k Kind) bool { return err != nil && Of(err).Kind == k }
