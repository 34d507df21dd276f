// Package arch holds the rules of the house as functions over its source: who
// may import whom, what may stand in which file, sizes, words, messages. Its
// tests apply them to the project, and to copies broken on purpose.
package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const module = "nhipcau/internal/"

// floors are the packages of the project from the ground up: a package imports
// only packages of lower floors; on one floor those further left.
var floors = strings.Fields(`
	fault i18n auth vn
	db audit job notify file
	web
	org account tally
	attendance directive rollout conference plan report
	world app`)

// slices are the packages that keep the rule of one file for each concern.
var sliced = strings.Fields("org account tally attendance directive rollout conference plan report")

// Imports returns what breaks the order of the floors, and what stands in the
// wrong file of a slice: SQL outside store*.go, HTTP and pages outside http*.go
// and generated templates.
func Imports(fsys fs.FS) ([]string, error) {
	var bad []string
	err := each(fsys, func(p string, f *ast.File, set *token.FileSet) {
		pkg, file := path.Split(strings.TrimPrefix(p, "internal/"))
		pkg = strings.TrimSuffix(pkg, "/")
		at := slices.Index(floors, pkg)
		for _, i := range f.Imports {
			imp, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				continue
			}
			if ours, ok := strings.CutPrefix(imp, module); ok && at >= 0 && slices.Index(floors, ours) > at {
				bad = append(bad, fmt.Sprintf("%s imports %s, which lies above it", p, ours))
			}
			pages := strings.HasPrefix(file, "http") || strings.HasSuffix(file, "_templ.go")
			if slices.Contains(sliced, pkg) && !pages && (imp == "net/http" || imp == module+"web") {
				bad = append(bad, fmt.Sprintf("%s imports %s; only http*.go may", p, imp))
			}
			if imp == "database/sql" && pkg != "db" && pkg != "db/dbtest" {
				bad = append(bad, fmt.Sprintf("%s imports database/sql; only db may", p))
			}
		}
		// tally is a store through and through; what it holds is apart by file.
		if slices.Contains(sliced, pkg) && pkg != "tally" && !strings.HasPrefix(file, "store") {
			for _, line := range statements(f, set) {
				bad = append(bad, fmt.Sprintf("%s: SQL outside store*.go", line))
			}
		}
	})
	return bad, err
}

var sqlText = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s`)

// statements returns where a file holds SQL.
func statements(f *ast.File, set *token.FileSet) []string {
	var all []string
	ast.Inspect(f, func(n ast.Node) bool {
		l, ok := n.(*ast.BasicLit)
		if !ok || l.Kind != token.STRING {
			return true
		}
		if s, err := strconv.Unquote(l.Value); err == nil && sqlText.MatchString(s) {
			all = append(all, set.Position(l.Pos()).String())
		}
		return true
	})
	return all
}

// each calls f for every Go file of the project that is no test.
func each(fsys fs.FS, f func(p string, file *ast.File, set *token.FileSet)) error {
	return fs.WalkDir(fsys, "internal", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		b, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, p, b, parser.ParseComments)
		if err != nil {
			return err
		}
		f(p, file, set)
		return nil
	})
}

// Sizes returns functions over 80 lines and files over 700, generated ones
// apart.
func Sizes(fsys fs.FS) ([]string, error) {
	var bad []string
	err := each(fsys, func(p string, f *ast.File, set *token.FileSet) {
		if strings.HasSuffix(p, "_templ.go") {
			return
		}
		if n := set.Position(f.End()).Line; n > 700 {
			bad = append(bad, fmt.Sprintf("%s has %d lines", p, n))
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				if n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1; n > 80 {
					bad = append(bad, fmt.Sprintf("%s: %s has %d lines", p, fn.Name.Name, n))
				}
			}
		}
	})
	return bad, err
}

// Documented returns packages and exported names without a comment, generated
// files apart.
func Documented(fsys fs.FS) ([]string, error) {
	var bad []string
	said := map[string]bool{}
	all := map[string]bool{}
	err := each(fsys, func(p string, f *ast.File, set *token.FileSet) {
		dir := path.Dir(p)
		all[dir] = true
		said[dir] = said[dir] || f.Doc != nil
		if strings.HasSuffix(p, "_templ.go") {
			return
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && !ofUnexported(d) && d.Name.Name != "Error" && d.Name.Name != "Run" {
					bad = append(bad, fmt.Sprintf("%s: %s has no comment", set.Position(d.Pos()), d.Name.Name))
				}
			case *ast.GenDecl:
				bad = append(bad, undocumented(d, set)...)
			}
		}
	})
	for dir := range all {
		if !said[dir] {
			bad = append(bad, dir+": the package has no comment")
		}
	}
	return bad, err
}

// ofUnexported reports whether d is a method of a type that nobody outside sees.
func ofUnexported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return false
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	name, ok := t.(*ast.Ident)
	return ok && !name.IsExported()
}

func undocumented(d *ast.GenDecl, set *token.FileSet) []string {
	var bad []string
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
				bad = append(bad, fmt.Sprintf("%s: %s has no comment", set.Position(s.Pos()), s.Name.Name))
			}
		case *ast.ValueSpec:
			if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				bad = append(bad, fmt.Sprintf("%s: %s has no comment", set.Position(s.Pos()), s.Names[0].Name))
			}
		}
	}
	return bad
}

// words that have no place in the source, each with why.
var words = map[*regexp.Regexp]string{
	regexp.MustCompile(`\bt\.Skip`):                    "a test that is skipped shows nothing",
	regexp.MustCompile(`\bTO` + `DO\b`):                "do it, or open an issue",
	regexp.MustCompile(`\btime\.Sleep\(`):              "wait for what is awaited",
	regexp.MustCompile(`map\[string\]` + `any`):        "name the fields",
	regexp.MustCompile(`//no` + `lint`):                "mend it",
	regexp.MustCompile(`\.\./` + `shared|/ho` + `me/`): "a path of one machine",
}

// Words returns where such words stand.
func Words(fsys fs.FS) ([]string, error) {
	var bad []string
	for _, root := range []string{"internal", "cmd", "docs", "testdata"} {
		err := fs.WalkDir(fsys, root, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasPrefix(p, "internal/arch/") || strings.HasSuffix(p, "_templ.go") || strings.Contains(p, "/dist/") || strings.HasSuffix(p, ".png") {
				return err
			}
			b, err := fs.ReadFile(fsys, p)
			if err != nil {
				return err
			}
			for re, why := range words {
				if m := re.Find(b); m != nil {
					bad = append(bad, fmt.Sprintf("%s: %q: %s", p, m, why))
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(bad)
	return bad, nil
}
