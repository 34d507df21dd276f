package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const module = "nhipcau/internal/"

// floors are the packages of the project from the ground up: a package imports
// only those that stand before it.
var floors = strings.Fields(`
	fault i18n auth vn wording cite formula cycle prose country
	db secret find audit job notify file backup office load
	intake
	live
	web
	api
	org epoch lineage account tally figures mail paper
	pass attendance presence quiz directive rollout follow rung conference roll level site programme invitation sheet device hall reflection minutes
	draft opinion consult holiday clause plan coverage task board urge target allot guidance
	form deadline filing signing fill summary mould overview atlas pivot report remind calendar statement reform drafting feeding
	imports
	world nation app`)

// sliced are the packages that keep a file for each concern.
var sliced = strings.Fields("org account tally figures mail paper attendance presence quiz directive rollout follow conference roll level site programme invitation sheet device hall reflection minutes draft opinion consult holiday clause plan coverage task board urge target allot guidance form deadline filing signing fill summary mould overview atlas pivot report remind calendar statement reform drafting imports")

// beside are the packages that stand in no order, with those of the project that
// each may import: programs, and what serves tests.
var beside = map[string][]string{
	"cmd/nhipcau":      {"app"},
	"arch":             {"i18n"},
	"db/dbtest":        {"db"},
	"setup/bench":      {"setup/lab"},
	"setup/check":      nil,
	"setup/lab":        nil,
	"setup/testrun":    {"setup/lab"},
	"setup/torture":    {"setup/lab"},
	"web/assets/build": nil,
}

// only says which packages may import what comes from outside or is for few; none
// may import what only tests use. What is not named here is free to all.
var only = map[string][]string{
	"database/sql":             {"db", "db/dbtest", "load", "setup/bench"},
	"github.com/jackc/pgx":     {"db", "db/dbtest", "load", "setup/bench"},
	"github.com/pressly":       {"db"},
	"modernc.org":              {"db", "setup/bench"},
	"github.com/alecthomas":    {"app"},
	"github.com/danielgtaylor": {"api"},
	"github.com/prometheus":    {"app"},
	"github.com/wneessen":      {"mail"},
	"github.com/emersion":      {},
	"github.com/xuri":          {"intake", "office"},
	"rsc.io":                   {"office"},
	"github.com/signintech":    {"office"},
	"github.com/evanw":         {"web/assets/build"},
	"github.com/chromedp":      {},
	"github.com/a-h/templ":     slices.Concat([]string{"app", "web", "api"}, sliced),
	"golang.org/x/crypto":      {"account"},
	"golang.org/x/text":        {"vn", "cite"},
	"github.com/sergi":         {"prose"},
	"golang.org/x/net":         {"prose"},
	"net/http":                 slices.Concat([]string{"app", "web", "api", "file", "live", "setup/bench"}, sliced),
}

// stores are the files that may hold SQL where that is not store*.go: packages
// of one file, and tally, which is a store through and through.
var stores = map[string][]string{
	"audit":  {"audit.go"},
	"notify": {"notify.go"},
	"file":   {"file.go"},
	"web":    {"form.go"},
	"world":  {"paper.go"},
	"tally":  {"store.go", "store_seal.go", "read.go", "trace.go", "prove.go", "span.go"},
}

// Imports returns what breaks the order of the floors, what is imported where it
// may not be, and what stands in the wrong file: SQL outside a store, HTTP and
// pages of a slice outside http*.go, api*.go and generated templates.
func Imports(fsys fs.FS) ([]string, error) {
	var bad []string
	err := product(fsys, func(s source) {
		if _, ok := beside[s.pkg]; !ok && !slices.Contains(floors, s.pkg) {
			bad = append(bad, fmt.Sprintf("%s: the package %s has no place in the order of arch", s.path, s.pkg))
		}
		for _, i := range s.file.Imports {
			if imp, err := strconv.Unquote(i.Path.Value); err == nil {
				bad = append(bad, s.wrongImport(i, imp)...)
			}
		}
		if !s.mayHoldSQL() {
			bad = append(bad, s.statements()...)
		}
	})
	return bad, err
}

func (s source) wrongImport(n ast.Node, imp string) []string {
	var bad []string
	if ours, ok := strings.CutPrefix(imp, module); ok && !s.mayImport(ours) {
		bad = append(bad, fmt.Sprintf("%s imports %s, which does not stand before %s", s.at(n), ours, s.pkg))
	}
	for what, packages := range only {
		if (imp == what || strings.HasPrefix(imp, what+"/")) && !slices.Contains(packages, s.pkg) {
			bad = append(bad, fmt.Sprintf("%s imports %s; only these may: %s", s.at(n), imp, strings.Join(packages, " ")))
		}
	}
	page := strings.HasPrefix(s.name, "http") || strings.HasPrefix(s.name, "api") || s.generated()
	if slices.Contains(sliced, s.pkg) && !page && (imp == "net/http" || imp == module+"web") {
		bad = append(bad, fmt.Sprintf("%s imports %s; only http*.go, api*.go and templates may", s.at(n), imp))
	}
	if s.pkg != "web" && !s.generated() && strings.HasPrefix(imp, "github.com/a-h/templ") {
		bad = append(bad, fmt.Sprintf("%s imports %s; only templates may", s.at(n), imp))
	}
	return bad
}

// mayImport reports whether the package of s may import ours, another package of
// the project.
func (s source) mayImport(ours string) bool {
	if allowed, ok := beside[s.pkg]; ok {
		return slices.Contains(allowed, ours)
	}
	at := slices.Index(floors, ours)
	return at >= 0 && at < slices.Index(floors, s.pkg)
}

func (s source) mayHoldSQL() bool {
	if files, ok := stores[s.pkg]; ok {
		return slices.Contains(files, s.name)
	}
	return s.pkg == "db" || s.pkg == "load" || s.pkg == "db/dbtest" || s.pkg == "arch" || strings.HasPrefix(s.name, "store")
}

var sqlText = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s`)

// statements returns where a file holds SQL, or runs some.
func (s source) statements() []string {
	var found []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && sqlText.MatchString(text) {
				found = append(found, s.at(n)+": SQL outside a store")
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && slices.Contains([]string{"tx.Exec", "tx.ExecN", "tx.One", "db.All", "db.Each"}, x.Name+"."+n.Sel.Name) {
				found = append(found, fmt.Sprintf("%s: %s.%s outside a store", s.at(n), x.Name, n.Sel.Name))
			}
		}
		return true
	})
	return found
}
