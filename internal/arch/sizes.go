package arch

import (
	"bytes"
	"fmt"
	"go/ast"
	"io/fs"
	"slices"
	"strings"
)

// The largest sizes, in lines. Of tests only the files count: a table of cases or
// a story is one test.
const (
	maxFunction = 80
	maxFile     = 700
	maxTemplate = 120
	maxSlice    = 2500
)

// larger are packages that outgrow a slice by a little, with how far: what came
// last in each, what joins so many slices, the JSON of rollouts, the pages of figures, reports of returns, the imports of units
// and members, reads and writes rows that nobody else may, the many forms of a citation, a year of the demonstration.
var larger = map[string]int{"app": 2900, "cite": 2800, "world": 2900, "rollout": 3000, "filing": 4200, "tally": 3700, "db": 3100, "org": 3300, "reform": 2900}

// Sizes returns functions, files, templates and packages that are too large.
func Sizes(fsys fs.FS) ([]string, error) {
	var bad []string
	packages := map[string]int{}
	tooLarge := func(what string, n, limit int) {
		if n > limit {
			bad = append(bad, fmt.Sprintf("%s has %d lines; at most %d", what, n, limit))
		}
	}
	err := each(fsys, func(s source) {
		if s.generated() {
			return
		}
		n := s.set.Position(s.file.FileEnd).Line
		tooLarge(s.path, n, maxFile)
		if s.test() {
			return
		}
		packages[s.pkg] += n
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				tooLarge(s.at(f)+" "+f.Name.Name, s.lines(f), maxFunction)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for pkg, n := range packages {
		tooLarge("the package "+pkg, n, max(maxSlice, larger[pkg]))
	}
	err = templates(fsys, func(at string, n int) { tooLarge(at, n, maxTemplate) })
	slices.Sort(bad)
	return bad, err
}

// templates calls f with place and size of every component of every template.
func templates(fsys fs.FS, f func(at string, lines int)) error {
	return fs.WalkDir(fsys, "internal", func(p string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".templ") {
			return err
		}
		b, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		begun := 0
		for i, line := range bytes.Split(b, []byte("\n")) {
			switch {
			case bytes.HasPrefix(line, []byte("templ ")), bytes.HasPrefix(line, []byte("func ")):
				begun = i
			case bytes.HasPrefix(line, []byte("}")):
				f(fmt.Sprintf("%s:%d", p, begun+1), i-begun+1)
			}
		}
		return nil
	})
}

// FileSizes returns the number of lines of every Go file that is neither test
// nor generated, the smallest first.
func FileSizes(fsys fs.FS) ([]int, error) {
	var all []int
	err := product(fsys, func(s source) {
		if !s.generated() {
			all = append(all, s.set.Position(s.file.FileEnd).Line)
		}
	})
	slices.Sort(all)
	return all, err
}
