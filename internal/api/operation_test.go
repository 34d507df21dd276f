package api

import (
	"context"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// The library gives the body of a request five seconds unless told otherwise, and
// the server cancels the request when they are over, whatever it waits for by then.
func TestNoTimeForTheBody(t *testing.T) {
	a := New(Config{})
	type in struct {
		Body struct {
			N int `json:"n"`
		}
	}
	Do(a, Op{ID: "do", Noun: "things", Path: "/things", Summary: "api.title"},
		func(context.Context, *db.Tx, auth.Actor, *in) (struct{}, error) { return struct{}{}, nil })
	for _, o := range a.ops {
		if o.h.BodyReadTimeout >= 0 {
			t.Errorf("%s %s gives its body %v", o.method, o.Path, o.h.BodyReadTimeout)
		}
	}
	if len(a.ops) != 1 {
		t.Errorf("%d operations, want one", len(a.ops))
	}
}
