package arch

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"nhipcau/internal/i18n"
)

var (
	// A key is written out as a string of words with dots, in code or template.
	literal = regexp.MustCompile(`"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)"`)
	// A prefix is a string that ends in a dot and is completed at run time.
	prefix = regexp.MustCompile(`"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*\.)"`)
)

// Messages returns keys of messages that code or templates use and a language
// lacks, messages whose verbs differ between languages, and messages that
// nothing uses. Every locale folder under internal is read.
func Messages(fsys fs.FS) ([]string, error) {
	dirs, err := fs.Glob(fsys, "internal/*/locale")
	if err != nil {
		return nil, err
	}
	var sources []fs.FS
	for _, d := range dirs {
		if _, err := fs.Stat(fsys, d+"/vi.json"); err != nil {
			continue
		}
		sub, err := fs.Sub(fsys, strings.TrimSuffix(d, "/locale"))
		if err != nil {
			return nil, err
		}
		sources = append(sources, sub)
	}
	c, err := i18n.Load(sources...)
	if err != nil {
		return nil, err
	}
	bad := c.Problems()
	keys, prefixes, err := used(fsys)
	if err != nil {
		return nil, err
	}
	have := c.Keys(i18n.Langs[0])
	families := map[string]bool{}
	for k := range have {
		families[k[:strings.Index(k, ".")+1]] = true
	}
	for k, at := range keys {
		family := k[:strings.Index(k, ".")+1]
		if !c.Has(k) && families[family] && !deeds[family] && !deeds[k] {
			bad = append(bad, fmt.Sprintf("%s: no message %q", at, k))
		}
	}
	for k := range have {
		if _, ok := keys[k]; !ok && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(k, p) }) {
			bad = append(bad, fmt.Sprintf("message %q is not used", k))
		}
	}
	slices.Sort(bad)
	return bad, nil
}

// deeds are strings that look like keys and are none: names of what the audit
// trail records, and of jobs.
var deeds = map[string]bool{}

var deed = regexp.MustCompile(`(?:audit\.Record\([^"]*|Job = )"([a-z_.]+)"`)

// used returns the keys written out in code and templates, with where, and the
// beginnings of those completed at run time.
func used(fsys fs.FS) (keys map[string]string, prefixes []string, err error) {
	keys = map[string]string{}
	err = fs.WalkDir(fsys, "internal", func(p string, e fs.DirEntry, err error) error {
		source := strings.HasSuffix(p, ".templ") || strings.HasSuffix(p, ".go") && !strings.HasSuffix(p, "_test.go") && !strings.HasSuffix(p, "_templ.go")
		if err != nil || e.IsDir() || !source || strings.HasPrefix(p, "internal/arch/") {
			return err
		}
		b, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		for _, m := range deed.FindAllSubmatch(b, -1) {
			deeds[string(m[1])] = true
		}
		for _, m := range literal.FindAllSubmatch(b, -1) {
			keys[string(m[1])] = p
		}
		for _, m := range prefix.FindAllSubmatch(b, -1) {
			prefixes = append(prefixes, string(m[1]))
		}
		return nil
	})
	return keys, prefixes, err
}
