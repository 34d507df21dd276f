// Command testrun runs all tests: once on the embedded database, then those
// that use a database once more on a real PostgreSQL, which it starts for
// itself, installing it (and Chromium, which some tests drive) where it may. It
// closes with a line "N passed, M failed, K skipped" that counts tests and
// subtests of both runs; a package that does not build counts as one failed.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "testrun:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	browser, err := chromium(ctx)
	if err != nil {
		return err
	}
	pg, err := startPostgres(ctx)
	if err != nil {
		return err
	}
	defer pg.stop()
	databases, err := usingDatabases(ctx)
	if err != nil {
		return err
	}
	var t totals
	fmt.Println("== all tests, embedded database")
	if err := t.test(ctx, []string{"NHIPCAU_TEST_CHROMIUM=" + browser}, "./..."); err != nil {
		return err
	}
	fmt.Println("== tests that use a database, PostgreSQL")
	if err := t.test(ctx, []string{"NHIPCAU_TEST_CHROMIUM=" + browser, "NHIPCAU_TEST_POSTGRES=" + pg.url}, databases...); err != nil {
		return err
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped)
	if t.failed > 0 || t.passed == 0 {
		return errors.New("some tests failed")
	}
	return nil
}

// usingDatabases returns the packages whose tests open databases.
func usingDatabases(ctx context.Context) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", `{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		return nil, fmt.Errorf("listing packages: %w", err)
	}
	var all []string
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if slices.ContainsFunc(f[1:], func(s string) bool { return strings.HasSuffix(s, "internal/db/dbtest") }) {
			all = append(all, f[0])
		}
	}
	return all, nil
}

type totals struct{ passed, failed, skipped int }

// event is a line of `go test -json`.
type event struct {
	Action, Package, Test, Output, ImportPath string
}

// test runs go test over packages, counts what it reports, and prints the
// output of what failed.
func (t *totals) test(ctx context.Context, env []string, packages ...string) error {
	c := exec.CommandContext(ctx, "go", append([]string{"test", "-json", "-timeout", "15m"}, packages...)...)
	c.Env = append(os.Environ(), env...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	said := map[string][]string{}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Println(lines.Text())
			continue
		}
		t.count(e, said)
	}
	var exit *exec.ExitError
	if err := c.Wait(); err != nil && !errors.As(err, &exit) {
		return err
	}
	return errors.Join(lines.Err(), ctx.Err())
}

func (t *totals) count(e event, said map[string][]string) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		said[key] = append(said[key], e.Output)
	case "build-output":
		fmt.Print(e.Output)
	case "skip":
		if e.Test != "" {
			t.skipped++
			fmt.Printf("skipped: %s\n%s", key, strings.Join(said[key], ""))
		}
	case "pass":
		if e.Test != "" {
			t.passed++
		} else {
			fmt.Println("ok  ", e.Package)
		}
	case "fail":
		if e.Test != "" || !ranTests(said, e.Package) {
			t.failed++
		}
		fmt.Printf("FAIL %s\n%s", key, strings.Join(said[key], ""))
	}
}

// ranTests reports whether any test of a package said anything: one that failed
// without did not build, or died.
func ranTests(said map[string][]string, pkg string) bool {
	for k := range said {
		if strings.HasPrefix(k, pkg+" ") && k != pkg+" " {
			return true
		}
	}
	return false
}
