package arch_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"nhipcau/internal/arch"
)

// A house that is broken on purpose must be noticed. Each break replaces a text
// of one file; when the text is gone the break says so, and must be written
// anew.
var breaks = []struct {
	name, file, was, is string
	caught              func(t *testing.T, file, text string) bool
}{
	{
		"a page shows a field that does not exist", "internal/plan/plan_templ.go", "p.Plan.Title", "p.Plan.Titel",
		goFails("build", "./internal/plan"),
	},
	{
		"HTTP in a store", "internal/plan/store.go", `"context"`, "\"context\"\n\t_ \"net/http\"",
		rule(arch.Imports),
	},
	{
		"an import of something above", "internal/directive/directive.go", `"nhipcau/internal/vn"`, "\"nhipcau/internal/vn\"\n\t_ \"nhipcau/internal/report\"",
		rule(arch.Imports),
	},
	{
		"a query that does not start from seen", "internal/directive/store.go", "WHERE d.tree = $1 AND (pl.path >= $2 AND pl.path < $3", "WHERE d.tree = $1 AND ($2 <> '' AND $3 <> ''",
		goFails("test", "-run", "Seen", "./internal/directive"),
	},
	{
		"a message that is missing", "internal/plan/locale/en.json", `"plan.adopt": "Adopt",`, "",
		rule(arch.Messages),
	},
	{
		"a time that is not in UTC", "internal/db/args.go", "time.Unix(n, 0).UTC()", `time.Unix(n, 0).In(time.FixedZone("", 7*3600))`,
		goFails("test", "-run", "Values", "./internal/db"),
	},
}

func TestBreaks(t *testing.T) {
	for _, b := range breaks {
		t.Run(b.name, func(t *testing.T) {
			was, err := os.ReadFile(filepath.Join("../..", b.file))
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(string(was), b.was, b.is, 1)
			if text == string(was) {
				t.Fatalf("%s no longer holds %q; write this break anew", b.file, b.was)
			}
			if !b.caught(t, b.file, text) {
				t.Errorf("nothing notices it")
			}
		})
	}
}

// rule says that a rule of this package finds more in the broken house.
func rule(find func(fs.FS) ([]string, error)) func(t *testing.T, file, text string) bool {
	return func(t *testing.T, file, text string) bool {
		whole, err := find(os.DirFS("../.."))
		if err != nil {
			t.Fatal(err)
		}
		broken, err := find(over{os.DirFS("../.."), fstest.MapFS{file: {Data: []byte(text)}}, file})
		if err != nil {
			t.Fatal(err)
		}
		return len(broken) > len(whole)
	}
}

// over is a file system with one file replaced.
type over struct {
	fs.FS
	top  fstest.MapFS
	file string
}

func (o over) Open(name string) (fs.File, error) {
	if name == o.file {
		return o.top.Open(name)
	}
	return o.FS.Open(name)
}

// goFails says that the go command fails over the broken house, and does not
// over the whole one.
func goFails(args ...string) func(t *testing.T, file, text string) bool {
	return func(t *testing.T, file, text string) bool {
		root, err := filepath.Abs("../..")
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		broken := filepath.Join(dir, "broken")
		overlay, err := json.Marshal(struct{ Replace map[string]string }{map[string]string{filepath.Join(root, file): broken}})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.WriteFile(broken, []byte(text), 0o600), os.WriteFile(filepath.Join(dir, "overlay"), overlay, 0o600)); err != nil {
			t.Fatal(err)
		}
		run := func(more ...string) error {
			line := append(append([]string{args[0]}, more...), args[1:]...)
			c := exec.CommandContext(t.Context(), "go", line...)
			c.Dir = root
			out, err := c.CombinedOutput()
			if err == nil && strings.Contains(string(out), "no tests to run") {
				t.Fatalf("go %s runs no test", strings.Join(line, " "))
			}
			return err
		}
		if err := run(); err != nil {
			t.Fatalf("the whole house fails too: %v", err)
		}
		return run("-overlay", filepath.Join(dir, "overlay")) != nil
	}
}
