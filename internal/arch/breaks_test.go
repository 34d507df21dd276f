package arch_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
		"a page shows a field that does not exist", "internal/plan/show_templ.go", "p.Plan.Title", "p.Plan.Titel",
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
			if !b.caught(t, b.file, replaced(t, b.file, b.was, b.is)) {
				t.Errorf("nothing notices it")
			}
		})
	}
}

// replaced returns the text of a file with was replaced by is.
func replaced(t *testing.T, file, was, is string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", file))
	if err != nil {
		t.Fatal(err)
	}
	altered := strings.Replace(string(text), was, is, 1)
	if altered == string(text) {
		t.Fatalf("%s no longer holds %q; write this break anew", file, was)
	}
	return altered
}

// TestRules: each rule finds what it is there for, where it is put into a file.
func TestRules(t *testing.T) {
	const file, before = "internal/plan/policy.go", "// mayAdopt lets"
	for _, c := range []struct {
		name, added, says string
		find              func(fs.FS) ([]string, error)
	}{
		{"SQL in a policy", "const all = `SELECT id FROM plan`", "SQL outside", arch.Imports},
		{"a statement in a policy", "func now(tx *db.Tx) error { return tx.Exec(nil, first) }", "tx.Exec outside", arch.Imports},
		{"an exported name without a comment", "func Adoptable() {}", "Adoptable has no comment", arch.Documented},
		{"a long function", "func long() {" + strings.Repeat("\n", 80) + "}", "long has 81 lines", arch.Sizes},
		{"a long file", strings.Repeat("//\n", 700), file + " has", arch.Sizes},
		{"a large slice", strings.Repeat("//\n", 2500), "the package plan has", arch.Sizes},
		{"a skipped test", "func skip(t *testing.T) { t.Sk" + "ip() }", "skipped", arch.Words},
		{"a wait", "func wait() { time.Sl" + "eep(1) }", "awaited", arch.Words},
		{"a page without type", "type page map[string]" + "any", "fields", arch.Words},
		{"a path of one machine", `const at = "/ho` + `me/me"`, "machine", arch.Words},
		{"a key without message", `const key = "plan.no_such_key"`, "no message", arch.Messages},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := broken(t, c.find, file, replaced(t, file, before, c.added+"\n\n"+before))
			if len(found) == 0 || !strings.Contains(strings.Join(found, "\n"), c.says) {
				t.Errorf("got %q, want something that says %q", found, c.says)
			}
		})
	}
}

// rule says that a rule of this package finds more in the broken house.
func rule(find func(fs.FS) ([]string, error)) func(t *testing.T, file, text string) bool {
	return func(t *testing.T, file, text string) bool { return len(broken(t, find, file, text)) > 0 }
}

// broken returns what a rule finds when file holds text and does not find in the
// house as it is.
func broken(t *testing.T, find func(fs.FS) ([]string, error), file, text string) []string {
	t.Helper()
	whole, err := find(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	all, err := find(over{os.DirFS("../.."), fstest.MapFS{file: {Data: []byte(text)}}, file})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(s string) bool { return slices.Contains(whole, s) })
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
