// Command testrun runs all tests: once on the embedded database, then those
// that use a database once more on a real PostgreSQL, which it starts for
// itself, installing it (and Chromium and LibreOffice, which some tests drive)
// where it may; where it may not, it says what to install and runs nothing. What
// it starts it stops, also when it is interrupted.
//
// It closes with a line "N passed, M failed, K skipped" that adds up both runs.
// Leaves count: tests and subtests that have no subtests of their own. A test
// that fails beside its subtests counts too, and so does, once, a package that
// does not build or dies.
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
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"nhipcau/internal/setup/lab"
)

const (
	serverVariable   = "NHIPCAU_TEST_POSTGRES"
	browserVariable  = "NHIPCAU_TEST_CHROMIUM"
	officeVariable   = "NHIPCAU_TEST_OFFICE"
	patternsVariable = "NHIPCAU_TEST_PATTERNS"
)

func main() {
	runtime.LockOSThread() // the server is told when the thread that started it ends
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "testrun:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	m, err := prepare(ctx)
	if err != nil {
		return err
	}
	databases, err := usingDatabases(ctx)
	if err != nil {
		return err
	}
	pg, err := lab.StartPostgres(ctx, m.postgres)
	if err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	defer pg.Stop()
	patterns, err := os.MkdirTemp("", "nhipcau-patterns-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(patterns)
	programs := []string{browserVariable + "=" + m.browser, officeVariable + "=" + m.office, patternsVariable + "=" + patterns}
	if os.Getenv("GOGC") == "" {
		programs = append(programs, "GOGC=400") // tests have memory to spare, not time
	}
	var t totals
	fmt.Println("== all tests, embedded database")
	if err := t.test(ctx, programs, append(long(nil), "./...")...); err != nil {
		return err
	}
	fmt.Println("== tests that use a database, PostgreSQL; what only a browser or an office shows has been seen")
	if err := t.test(ctx, append(programs, serverVariable+"="+pg.URL), append([]string{"-skip=^Test(Browser|Office)"}, long(databases)...)...); err != nil {
		return err
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped)
	if t.failed > 0 || t.passed == 0 {
		return errors.New("not all tests passed")
	}
	return nil
}

// long puts the packages that take longest before all: begun last, they would have
// the machine for themselves, which mostly waits.
func long(packages []string) []string {
	var first []string
	for _, name := range []string{"app", "setup/torture", "nation", "world", "arch", "tally"} {
		name = "nhipcau/internal/" + name
		if packages == nil || slices.Contains(packages, name) {
			first = append(first, name)
		}
	}
	return append(first, slices.DeleteFunc(slices.Clone(packages), func(p string) bool { return slices.Contains(first, p) })...)
}

// usingDatabases returns the packages whose tests open databases.
func usingDatabases(ctx context.Context) ([]string, error) {
	c := exec.CommandContext(ctx, "go", "list", "-f", `{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}}`, "./...")
	c.Stderr = os.Stderr
	out, err := c.Output()
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
	if len(all) == 0 {
		return nil, errors.New("no package's tests use a database, which cannot be")
	}
	return all, nil
}

// test runs go test with args, prints the output of what fails, and adds up.
// When ctx ends, so do the tests.
func (t *totals) test(ctx context.Context, env []string, args ...string) error {
	c := exec.CommandContext(ctx, "go", append([]string{"test", "-json", "-count=1", "-timeout=30m", "-vet=off", "-ldflags=-w", "-p=" + strconv.Itoa(runtime.NumCPU()+1)}, args...)...)
	c.Env = append(slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, serverVariable+"=") }), env...)
	c.Stderr = os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGTERM) } // the tests too, not only go
	c.WaitDelay = 10 * time.Second
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	r := report{packages: map[string]*suite{}, out: os.Stdout}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break // the end, or the pipe is closed because ctx has ended
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			fmt.Print(string(line)) // go itself speaks
			continue
		}
		r.take(e)
	}
	wait := c.Wait()
	t.add(r.finish())
	var exit *exec.ExitError
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	if wait != nil && !errors.As(wait, &exit) {
		return wait
	}
	if wait != nil && t.failed == 0 {
		return fmt.Errorf("go test: %w, though no test failed", wait)
	}
	return nil
}
