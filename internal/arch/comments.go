package arch

import (
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"slices"
)

// Documented returns packages and exported names without a comment: types,
// functions, methods of exported types, constants and variables; those of a
// group may share the group's. Methods that only make a type fit one of the
// standard library's interfaces need none.
func Documented(fsys fs.FS) ([]string, error) {
	var bad []string
	said := map[string]bool{}
	err := product(fsys, func(s source) {
		dir := path.Dir(s.path)
		said[dir] = said[dir] || s.file.Doc != nil
		if s.generated() {
			return
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && !ofUnexported(d) && !expected(d) {
					bad = append(bad, fmt.Sprintf("%s: %s has no comment", s.at(d), d.Name.Name))
				}
			case *ast.GenDecl:
				bad = append(bad, s.undocumented(d)...)
			}
		}
	})
	for dir, ok := range said {
		if !ok {
			bad = append(bad, dir+": the package has no comment")
		}
	}
	slices.Sort(bad)
	return bad, err
}

// expected reports whether d is a method that interfaces of the standard library
// ask for, whose contract is theirs.
func expected(d *ast.FuncDecl) bool {
	return d.Recv != nil && slices.Contains([]string{"Error", "Unwrap", "String", "Scan", "Write", "ServeHTTP", "Run"}, d.Name.Name)
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

func (s source) undocumented(d *ast.GenDecl) []string {
	var bad []string
	for _, spec := range d.Specs {
		var name *ast.Ident
		said := d.Doc != nil
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			name, said = spec.Name, said || spec.Doc != nil
		case *ast.ValueSpec:
			name, said = spec.Names[0], said || spec.Doc != nil || spec.Comment != nil
		default:
			continue
		}
		if name.IsExported() && !said {
			bad = append(bad, fmt.Sprintf("%s: %s has no comment", s.at(spec), name.Name))
		}
	}
	return bad
}
