// Command check makes the checks that are no tests: format, vet, linters, dead
// code, tidy modules, pins, fresh generated files, known vulnerabilities, and
// the tests of what works concurrently under the race detector. It says of each
// whether it holds, and what does not; a check that this machine cannot make is
// said not to have been made, with why. The tools are those tools.mod pins. With
// names as arguments it makes only those checks.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A check returns what does not hold; an *unmade when that could not be found
// out.
type check struct {
	name string
	hold func(ctx context.Context) error
}

var checks = []check{
	{"format", silent(tool("gofumpt", "-l", "cmd", "internal"))},
	{"vet", passes("go", "vet", "./...")},
	{"staticcheck", passes(tool("staticcheck", "./...")...)},
	{"golangci-lint", passes(tool("golangci-lint", "run", "./...")...)},
	{"deadcode", silent(tool("deadcode", "-test", "./..."))},
	{"tidy", passes("go", "mod", "tidy", "-diff")},
	{"libc", pinned},
	{"generated", generated},
	{"vulnerabilities", vulnerabilities},
	{"race", race},
}

// An unmade says why a check was not made.
type unmade struct{ why string }

func (u *unmade) Error() string { return u.why }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	failed := run(ctx, os.Args[1:])
	stop()
	if failed > 0 {
		fmt.Printf("%d checks failed\n", failed)
		os.Exit(1)
	}
}

func run(ctx context.Context, only []string) (failed int) {
	for _, c := range checks {
		if len(only) > 0 && !slices.Contains(only, c.name) {
			continue
		}
		begun := time.Now()
		err := c.hold(ctx)
		took := time.Since(begun).Round(time.Second)
		var not *unmade
		switch {
		case errors.As(err, &not):
			fmt.Printf("NOT CHECKED %s: %s\n", c.name, not.why)
		case err != nil:
			failed++
			fmt.Printf("FAIL %s (%s)\n%s\n", c.name, took, strings.TrimSpace(err.Error()))
		default:
			fmt.Printf("ok   %s (%s)\n", c.name, took)
		}
	}
	return failed
}

// tool is the command line of a pinned tool.
func tool(name string, args ...string) []string {
	return append([]string{"go", "tool", "-modfile=tools.mod", name}, args...)
}

// passes holds when the command line ends well.
func passes(line ...string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		out, err := exec.CommandContext(ctx, line[0], line[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, out)
		}
		return nil
	}
}

// silent holds when the command line ends well and lists nothing, generated
// files apart.
func silent(line []string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		c := exec.CommandContext(ctx, line[0], line[1:]...)
		var told strings.Builder // where the go command speaks of building the tool
		c.Stderr = &told
		out, err := c.Output()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s%s", strings.Join(line, " "), err, out, told.String())
		}
		var found []string
		for l := range strings.Lines(string(out)) {
			if !strings.Contains(l, "_templ.go") {
				found = append(found, l)
			}
		}
		if len(found) > 0 {
			return fmt.Errorf("%s lists:\n%s", strings.Join(line, " "), strings.Join(found, ""))
		}
		return nil
	}
}

// vulnerabilities asks the public database of Go's known vulnerabilities, which
// needs the network.
func vulnerabilities(ctx context.Context) error {
	line := tool("govulncheck", "./...")
	out, err := exec.CommandContext(ctx, line[0], line[1:]...).CombinedOutput()
	switch {
	case err == nil:
		return nil
	case strings.Contains(string(out), "fetching vulnerabilities"):
		return &unmade{strings.TrimSpace(string(out))}
	}
	return fmt.Errorf("govulncheck: %w\n%s", err, out)
}

// race runs the tests of what works concurrently under the race detector, which
// needs a C compiler.
func race(ctx context.Context) error {
	cc, err := exec.CommandContext(ctx, "go", "env", "CC").Output()
	if err != nil {
		return err
	}
	if _, err := exec.LookPath(strings.TrimSpace(string(cc))); err != nil {
		return &unmade{"the race detector needs a C compiler (apt-get install gcc libc6-dev)"}
	}
	for _, tests := range [][]string{
		{"./internal/db/...", "./internal/job/...", "./internal/live/...", "./internal/notify/...", "./internal/tally/...", "./internal/web/..."},
		{"-run", "^(TestTwo|TestImportedRoll)", "./internal/world/..."}, // the others of it do one thing after another
	} {
		c := exec.CommandContext(ctx, "go", append([]string{"test", "-race", "-count=1", "-timeout=8m"}, tests...)...)
		c.Env = append(os.Environ(), "CGO_ENABLED=1")
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("go test -race: %w\n%s", err, out)
		}
	}
	return nil
}
