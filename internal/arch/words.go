package arch

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// words have no place in the project, each with why. The rules themselves, this
// package, are not searched.
var words = []struct {
	re  *regexp.Regexp
	why string
}{
	{regexp.MustCompile(`\b[tbf]\.Skip(Now|f)?\(`), "a test that is skipped shows nothing"},
	{regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`), "do it, or open an issue"},
	{regexp.MustCompile(`\btime\.Sleep\(`), "wait for what is awaited"},
	{regexp.MustCompile(`map\[string\](any|interface\{\})`), "name the fields"},
	{regexp.MustCompile(`//\s*nolint|//lint:ignore|#nosec`), "mend it"},
	{regexp.MustCompile(`\.\./shared|(^|[\s"'=(` + "`" + `])/(home|root|work|Users)/`), "a path of one machine"},
	{regexp.MustCompile(`registry\.npmjs\.org|proxy\.golang\.org|sum\.golang\.org|127\.0\.0\.1:4873`), "where packages come from is each machine's own"},
}

// top are the files and folders of the project that are searched.
var top = []string{
	".ci", ".golangci.yml", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "README.md", "cmd", "docs", "go.mod", "internal",
	"package-lock.json", "package.json", "testdata", "tools.mod",
}

// read are the kinds of files that people write.
var read = strings.Fields(".go .templ .sql .md .json .js .css .svg .csv .txtar .html .yml .mod")

// Words returns where words stand that have no place in the project.
func Words(fsys fs.FS) ([]string, error) {
	var bad []string
	for _, root := range top {
		err := fs.WalkDir(fsys, root, func(p string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && (p == "internal/arch" || p == "internal/web/assets/dist"):
				return fs.SkipDir
			case e.IsDir(), strings.HasSuffix(p, "_templ.go"), path.Ext(p) != "" && !slices.Contains(read, path.Ext(p)) && p != root:
				return nil
			}
			b, err := fs.ReadFile(fsys, p)
			if err == nil {
				bad = append(bad, found(p, b)...)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return bad, nil
}

func found(p string, b []byte) []string {
	var bad []string
	for i, line := range bytes.Split(b, []byte("\n")) {
		for _, w := range words {
			if m := w.re.Find(line); m != nil {
				bad = append(bad, fmt.Sprintf("%s:%d: %q: %s", p, i+1, m, w.why))
			}
		}
	}
	return bad
}
