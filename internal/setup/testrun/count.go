package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// totals are counts of leaves.
type totals struct{ passed, failed, skipped int }

func (t *totals) add(o totals) {
	t.passed, t.failed, t.skipped = t.passed+o.passed, t.failed+o.failed, t.skipped+o.skipped
}

// event is a line of `go test -json`.
type event struct {
	Action, Package, Test, Output, ImportPath string
	Elapsed                                   float64
}

// A report reads the events of one go test, prints what fails, and counts.
type report struct {
	packages map[string]*suite
	totals   totals
	out      io.Writer
}

// A suite is what a package's tests have said so far.
type suite struct {
	outcome map[string]string // of each test: its last action
	said    map[string][]string
	ended   bool
}

// take takes the next event.
func (r *report) take(e event) {
	if e.Action == "build-output" {
		fmt.Fprint(r.out, e.Output)
		return
	}
	if e.Package == "" {
		return // a build that failed is told again by each package that needs it
	}
	s := r.packages[e.Package]
	if s == nil {
		s = &suite{outcome: map[string]string{}, said: map[string][]string{}}
		r.packages[e.Package] = s
	}
	switch e.Action {
	case "output":
		s.said[e.Test] = append(s.said[e.Test], e.Output)
	case "run":
		s.outcome[e.Test] = "run"
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.end(s, e)
			return
		}
		s.outcome[e.Test] = e.Action
		if e.Action != "pass" {
			fmt.Fprintf(r.out, "%s %s\n%s", strings.ToUpper(e.Action), e.Test, strings.Join(s.said[e.Test], ""))
		}
		delete(s.said, e.Test)
	}
}

// end counts a package whose tests have ended.
func (r *report) end(s *suite, e event) {
	s.ended = true
	t := s.count(e.Action == "fail")
	r.totals.add(t)
	switch {
	case e.Action == "fail":
		fmt.Fprintf(r.out, "FAIL %s: %d of %d failed\n", e.Package, t.failed, t.passed+t.failed)
		for _, name := range slices.Sorted(maps.Keys(s.said)) { // what never ended, and the package's own words
			fmt.Fprint(r.out, strings.Join(s.said[name], ""))
		}
	case len(s.outcome) > 0:
		fmt.Fprintf(r.out, "ok   %s: %d passed (%.1f s)\n", e.Package, t.passed, e.Elapsed)
	}
}

// count counts the leaves, tests that fail though none of their subtests does,
// and a package that fails though none of its tests does.
func (s *suite) count(failed bool) totals {
	var t totals
	parent, excused := map[string]bool{}, map[string]bool{} // excused: a subtest of it fails
	for name, outcome := range s.outcome {
		for i, c := range name {
			if c == '/' {
				parent[name[:i]] = true
				excused[name[:i]] = excused[name[:i]] || outcome == "fail" || outcome == "run"
			}
		}
	}
	for name, outcome := range s.outcome {
		switch bad := outcome == "fail" || outcome == "run"; { // "run": it never ended
		case bad && !excused[name]:
			t.failed++
		case bad || parent[name]:
		case outcome == "skip":
			t.skipped++
		default:
			t.passed++
		}
	}
	if failed && t.failed == 0 {
		t.failed = 1
	}
	return t
}

// finish counts what was cut off as failed, and returns all counts.
func (r *report) finish() totals {
	for _, name := range slices.Sorted(maps.Keys(r.packages)) {
		if s := r.packages[name]; !s.ended {
			r.end(s, event{Action: "fail", Package: name})
		}
	}
	return r.totals
}
