package main

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// TestCount: leaves count once, and nothing that goes wrong counts as nothing.
func TestCount(t *testing.T) {
	for _, c := range []struct {
		name, events string
		want         totals
	}{
		{"leaves", "run A, run A/x, run A/y, pass A/x, pass A/y, pass A, run B, pass B, pass", totals{passed: 3}},
		{"a subtest fails", "run A, run A/x, run A/y, fail A/x, pass A/y, fail A, fail", totals{passed: 1, failed: 1}},
		{"a test fails beside its subtests", "run A, run A/x, pass A/x, fail A, fail", totals{passed: 1, failed: 1}},
		{"a test is skipped", "run A, skip A, pass", totals{skipped: 1}},
		{"a test never ends", "run A, run A/x, run B, pass B, fail", totals{passed: 1, failed: 1}},
		{"the package dies after its tests", "run A, pass A, fail", totals{passed: 1, failed: 1}},
		{"it does not build", "fail", totals{failed: 1}},
		{"it is cut off", "run A, pass A, run B", totals{passed: 1, failed: 1}},
		{"it has no tests", "skip", totals{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := report{packages: map[string]*suite{}, out: io.Discard}
			for e := range strings.SplitSeq(c.events, ", ") {
				action, test, _ := strings.Cut(e, " ")
				r.take(event{Action: action, Package: "p", Test: test})
			}
			if got := r.finish(); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// TestEvents: the lines that go test prints are understood.
func TestEvents(t *testing.T) {
	const said = `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: wrong\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Time":"2026-01-02T03:04:05Z","Action":"start","Package":"p"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","Elapsed":0,"FailedBuild":"p"}
`
	var out strings.Builder
	r := report{packages: map[string]*suite{}, out: &out}
	for s := bufio.NewScanner(strings.NewReader(said)); s.Scan(); {
		var e event
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		r.take(e)
	}
	if got, want := r.finish(), (totals{failed: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !strings.Contains(out.String(), "p.go:1: wrong") {
		t.Errorf("it does not say why: %q", out.String())
	}
}
