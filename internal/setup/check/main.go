// Command check runs what a machine can say about the source besides the tests:
// form, known mistakes, dead code, freshness of what is generated, pins, and
// known holes in dependencies. It prints each check and how it went, and fails
// if one does.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

type check struct {
	name string
	run  func(ctx context.Context) error
}

func main() {
	failed := 0
	for _, c := range []check{
		{"gofumpt", silent("go", "tool", "-modfile=tools.mod", "gofumpt", "-l", "cmd", "internal")},
		{"go vet", ok("go", "vet", "./...")},
		{"staticcheck", ok("go", "tool", "-modfile=tools.mod", "staticcheck", "./...")},
		{"deadcode", silent("go", "tool", "-modfile=tools.mod", "deadcode", "-test", "./...")},
		{"go.mod is tidy", ok("go", "mod", "tidy", "-diff")},
		{"templates are generated", fresh},
		{"SQLite's libc is the one it names", pinned},
		{"govulncheck", vulnerabilities},
	} {
		if err := c.run(context.Background()); err != nil {
			failed++
			fmt.Printf("FAIL %s\n%v\n", c.name, err)
			continue
		}
		fmt.Println("ok  ", c.name)
	}
	if failed > 0 {
		fmt.Printf("%d checks failed\n", failed)
		os.Exit(1)
	}
}

// ok says that a command succeeds.
func ok(args ...string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
		return nil
	}
}

// silent says that a command succeeds and finds nothing to print, generated
// templates apart.
func silent(args ...string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		out, err := exec.CommandContext(ctx, args[0], args[1:]...).Output()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
		var lines []string
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, "_templ.go") {
				lines = append(lines, line)
			}
		}
		if len(lines) > 0 {
			return errors.New(strings.Join(lines, ""))
		}
		return nil
	}
}

// fresh says that generating the templates again changes nothing.
func fresh(ctx context.Context) error {
	before, err := templates(ctx)
	if err != nil {
		return err
	}
	if err := ok("go", "tool", "-modfile=tools.mod", "templ", "generate", "./internal")(ctx); err != nil {
		return err
	}
	after, err := templates(ctx)
	if err != nil {
		return err
	}
	if !bytes.Equal(before, after) {
		return errors.New("templates changed and were not generated: run make generate and commit what it writes")
	}
	return nil
}

// templates returns the sums of all generated files.
func templates(ctx context.Context) ([]byte, error) {
	return exec.CommandContext(ctx, "sh", "-c", "cat internal/*/*_templ.go | sha256sum").Output()
}

// pinned says that the C library under SQLite is the version that SQLite's own
// module names: it is tested with no other.
func pinned(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite").Output()
	if err != nil {
		return err
	}
	theirs, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		return err
	}
	ours, err := os.ReadFile("go.mod")
	if err != nil {
		return err
	}
	if a, b := libc(theirs), libc(ours); a == "" || a != b {
		return fmt.Errorf("sqlite names libc %q, go.mod has %q", a, b)
	}
	return nil
}

func libc(mod []byte) string {
	for line := range strings.Lines(string(mod)) {
		if f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require ")); len(f) >= 2 && f[0] == "modernc.org/libc" {
			return f[1]
		}
	}
	return ""
}

// vulnerabilities asks for known holes in what is used. Without the database of
// them nothing is shown either way, and that is said.
func vulnerabilities(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "tool", "-modfile=tools.mod", "govulncheck", "./...").CombinedOutput()
	if err == nil {
		return nil
	}
	if bytes.Contains(out, []byte("fetching vulnerabilities")) || bytes.Contains(out, []byte("dial tcp")) || bytes.Contains(out, []byte("vuln.go.dev")) {
		fmt.Println("note: the database of vulnerabilities could not be reached; nothing was checked")
		return nil
	}
	return fmt.Errorf("%w\n%s", err, out)
}
