package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/i18n"
)

var (
	// A key is written out in code or template as words with dots.
	key = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)
	// A beginning ends in a dot and is completed when the program runs.
	beginning = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\.$`)
)

// Messages returns keys of messages that code or templates use and the locale
// files lack, messages whose verbs differ between languages or that one language
// lacks, and messages that nothing uses. A string that looks like a key and
// begins like one is taken for a key, unless it names a deed for the audit trail
// or a kind of job.
func Messages(fsys fs.FS) ([]string, error) {
	c, err := catalog(fsys)
	if err != nil {
		return nil, err
	}
	bad := c.Problems()
	u, err := used(fsys)
	if err != nil {
		return nil, err
	}
	have := c.Keys(i18n.Langs[0])
	families := map[string]bool{}
	for k := range have {
		families[k[:strings.Index(k, ".")+1]] = true
	}
	for k, at := range u.keys {
		if _, ok := have[k]; !ok && families[k[:strings.Index(k, ".")+1]] && !u.names[k] {
			bad = append(bad, fmt.Sprintf("%s: no message %q", at, k))
		}
	}
	for k := range have {
		if u.keys[k] == "" && !slices.ContainsFunc(u.beginnings, func(b string) bool { return strings.HasPrefix(k, b) }) {
			bad = append(bad, fmt.Sprintf("message %q is not used", k))
		}
	}
	slices.Sort(bad)
	return bad, nil
}

// catalog reads every locale folder of the project.
func catalog(fsys fs.FS) (*i18n.Catalog, error) {
	files, err := fs.Glob(fsys, "internal/*/locale/vi.json")
	if err != nil {
		return nil, err
	}
	var sources []fs.FS
	for _, f := range files {
		sub, err := fs.Sub(fsys, path.Dir(path.Dir(f)))
		if err != nil {
			return nil, err
		}
		sources = append(sources, sub)
	}
	return i18n.Load(sources...)
}

// uses are the strings of the source that have to do with messages.
type uses struct {
	keys       map[string]string // with a place each
	beginnings []string
	names      map[string]bool // that look like keys and are none
}

func used(fsys fs.FS) (uses, error) {
	u := uses{keys: map[string]string{}, names: map[string]bool{}}
	err := product(fsys, func(s source) {
		if s.pkg == "arch" {
			return
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if name(n.Fun) == "Record" || name(n.Fun) == "record" {
					u.skip(n)
				}
			case *ast.ValueSpec:
				if strings.HasSuffix(n.Names[0].Name, "Job") {
					u.skip(n)
				}
			case *ast.BasicLit:
				u.take(n, s)
			}
			return true
		})
	})
	return u, err
}

// take keeps a string that is a key or the beginning of one.
func (u *uses) take(l *ast.BasicLit, s source) {
	text, err := strconv.Unquote(l.Value)
	switch {
	case l.Kind != token.STRING || err != nil:
	case strings.HasSuffix(text, ".css") || strings.HasSuffix(text, ".js"): // names of files
	case key.MatchString(text):
		u.keys[text] = s.at(l)
	case beginning.MatchString(text):
		u.beginnings = append(u.beginnings, text)
	}
}

// skip keeps the strings under n as names.
func (u *uses) skip(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if text, err := strconv.Unquote(l.Value); err == nil {
				u.names[text] = true
			}
		}
		return true
	})
}

func name(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}
