package app_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestRoutes holds all routes and who may ask for them against a list that a
// person has read; -update rewrites it.
func TestRoutes(t *testing.T) {
	const golden = "testdata/routes.txt"
	got := strings.Join(app.NewTestHouse(t).Routes(), "\n") + "\n"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("routes differ from %s; run go test -update ./internal/app and read the difference\n%s", golden, got)
	}
}

// TestStrangersSeeNothing asks for every page as nobody: only those made for
// anyone answer, all others lead to the sign-in.
func TestStrangersSeeNothing(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	if err := h.Found(1); err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, h: h}
	for _, r := range h.Routes() {
		pattern, access, _ := strings.Cut(r, "  ")
		method, path, _ := strings.Cut(pattern, " ")
		if method != "GET" || access == "anyone" {
			continue
		}
		path = strings.NewReplacer("{id}", "x", "{key}", "doan-khoi", "{unit}", "doan-khoi", "{sheet}", "1", "{lane}", "held", "{code}", "x", "{$}", "").Replace(path)
		if err := p.get(path); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(p.at, "/login") || strings.Contains(p.body, "Đoàn khối") {
			t.Errorf("%s: nobody is shown %s", path, p.at)
		}
	}
}
