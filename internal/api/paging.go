package api

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/fault"
)

// Paging is embedded in what a list is asked by.
type Paging struct {
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	After string `query:"after"`
}

func (p Paging) paging() Paging { return p }

type paged interface{ paging() Paging }

// ByID is embedded in what a thing with an id is asked by.
type ByID struct {
	ID string `path:"id"`
}

// ByKey is embedded in what a thing with a key is asked by.
type ByKey struct {
	Key string `path:"key"`
}

// A Cursor is a place in a list: the order of a row and its id, which no row that
// is added later changes.
type Cursor struct {
	At int64  // of a list in the order of time, or of numbers
	ID string // what makes rows of one At differ
}

// None reports whether c is the beginning of a list.
func (c Cursor) None() bool { return c == Cursor{} }

// text makes c opaque; it holds only for the operation that gave it.
func (c Cursor) text(op string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(op + "|" + strconv.FormatInt(c.At, 36) + "|" + c.ID))
}

func parseCursor(op, s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	w := fault.Wrong{}
	w.Add("after", "api.error.cursor")
	b, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.SplitN(string(b), "|", 3)
	if err != nil || len(parts) != 3 || parts[0] != op {
		return Cursor{}, w.Err()
	}
	at, err := strconv.ParseInt(parts[1], 36, 64)
	if err != nil {
		return Cursor{}, w.Err()
	}
	return Cursor{at, parts[2]}, nil
}

// A Page is a part of a list.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"What the next page comes after; absent on the last"`
}

// link is the address of the next page, for the head.
func link(u *url.URL, next string) string {
	if next == "" {
		return ""
	}
	q := u.Query()
	q.Set("after", next)
	return "<" + u.Path + "?" + q.Encode() + `>; rel="next"`
}

// When returns t for an answer, which leaves a time out that has not come.
func When(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
