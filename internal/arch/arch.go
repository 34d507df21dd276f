// Package arch holds the rules of the house as functions over its source: who
// may import whom, what may stand in which file, comments, sizes, words,
// messages. Each takes the root of the project as a file system, so that it can
// be asked about a project that is broken on purpose, and returns what breaks
// its rule, one line each with its place; the error is that the source could not
// be read. Tests may import what they need and have their own sizes; what is
// generated has none.
package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// A source is a Go file of the project.
type source struct {
	path string // "internal/plan/store.go"
	pkg  string // "plan": its folder under internal; "cmd/nhipcau" outside
	name string // "store.go"
	file *ast.File
	set  *token.FileSet
}

// at is the place of a node: file and line.
func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.set.Position(n.Pos()).Line)
}

// lines counts the lines from the first to the last of a node.
func (s source) lines(n ast.Node) int {
	return s.set.Position(n.End()).Line - s.set.Position(n.Pos()).Line + 1
}

func (s source) test() bool      { return strings.HasSuffix(s.name, "_test.go") }
func (s source) generated() bool { return strings.HasSuffix(s.name, "_templ.go") }

// each calls f for every Go file under cmd and internal.
func each(fsys fs.FS, f func(s source)) error {
	for _, root := range []string{"cmd", "internal"} {
		err := fs.WalkDir(fsys, root, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(p, ".go") {
				return err
			}
			b, err := fs.ReadFile(fsys, p)
			if err != nil {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, p, b, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			f(source{p, strings.TrimPrefix(path.Dir(p), "internal/"), path.Base(p), file, set})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// product calls f for every Go file that is no test.
func product(fsys fs.FS, f func(s source)) error {
	return each(fsys, func(s source) {
		if !s.test() {
			f(s)
		}
	})
}
