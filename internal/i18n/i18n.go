// Package i18n translates message keys to Vietnamese and English. Messages
// are whole sentences with the verbs of package fmt; language is data, so one
// page serves every reader.
package i18n

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
)

// A Lang is a language the product speaks.
type Lang string

// The languages.
const (
	Vietnamese Lang = "vi"
	English    Lang = "en"
)

// Langs are the languages every key must have, the first is the default.
var Langs = []Lang{Vietnamese, English}

// A Catalog holds the messages of every slice. It is read-only once built.
type Catalog struct{ messages map[Lang]map[string]string }

// Load reads locale/vi.json and locale/en.json of each source. A key that two
// sources give is an error.
func Load(sources ...fs.FS) (*Catalog, error) {
	c := &Catalog{map[Lang]map[string]string{}}
	for _, l := range Langs {
		all := map[string]string{}
		for _, src := range sources {
			b, err := fs.ReadFile(src, "locale/"+string(l)+".json")
			if err != nil {
				return nil, fmt.Errorf("reading messages: %w", err)
			}
			var one map[string]string
			if err := json.Unmarshal(b, &one); err != nil {
				return nil, fmt.Errorf("messages %s: %w", l, err)
			}
			for k, v := range one {
				if _, twice := all[k]; twice {
					return nil, fmt.Errorf("messages %s: key %q is given twice", l, k)
				}
				all[k] = v
			}
		}
		c.messages[l] = all
	}
	return c, nil
}

// T returns the message for key in language l. A missing key shows itself, so
// that it is seen.
func (c *Catalog) T(l Lang, key string, args ...any) string {
	m, ok := c.messages[l][key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return m
	}
	return fmt.Sprintf(m, args...)
}

// Has reports whether key has a message in the default language.
func (c *Catalog) Has(key string) bool { _, ok := c.messages[Langs[0]][key]; return ok }

// Keys returns the messages of language l.
func (c *Catalog) Keys(l Lang) map[string]string { return maps.Clone(c.messages[l]) }

var verb = regexp.MustCompile(`%(\[\d+\])?[a-z]`)

// Problems lists keys that one language lacks and messages whose verbs differ
// between languages, sorted.
func (c *Catalog) Problems() []string {
	var bad []string
	first := c.messages[Langs[0]]
	for _, l := range Langs[1:] {
		for k, v := range first {
			w, ok := c.messages[l][k]
			switch {
			case !ok:
				bad = append(bad, fmt.Sprintf("%s: no message %q", l, k))
			case !slices.Equal(verbs(v), verbs(w)):
				bad = append(bad, fmt.Sprintf("%s: message %q has other verbs", l, k))
			}
		}
		for k := range c.messages[l] {
			if _, ok := first[k]; !ok {
				bad = append(bad, fmt.Sprintf("%s: no message %q", Langs[0], k))
			}
		}
	}
	slices.Sort(bad)
	return bad
}

func verbs(m string) []string {
	v := verb.FindAllString(m, -1)
	if slices.ContainsFunc(v, func(s string) bool { return len(s) > 2 }) {
		slices.Sort(v) // numbered verbs may stand in another order
	}
	return v
}
