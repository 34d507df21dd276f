package report

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"nhipcau/internal/i18n"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
)

// A Form is what a report asks for. Forms are data: another one is another file.
type Form struct {
	Key   string               `json:"key"`
	Title map[i18n.Lang]string `json:"title"`
	Items []Item               `json:"items"`
}

// An Item is one line of a form: a heading, a figure that the tally gives, or a
// remark that a person writes.
type Item struct {
	Key     string               `json:"key"`
	Kind    string               `json:"kind"` // heading, figure, remark
	Label   map[i18n.Lang]string `json:"label"`
	Value   []string             `json:"value"`   // lanes that are added; "-lane" is taken off
	Of      []string             `json:"of"`      // lanes of the denominator, if any
	Percent bool                 `json:"percent"` // show the ratio in percent too
	Needed  bool                 `json:"needed"`  // a remark that must be written
	Levels  string               `json:"levels"`  // "above": only for units that have units under them
}

//go:embed forms/*.json
var formFiles embed.FS

// forms are the built-in forms by key. They are part of the program: a broken
// one is a broken build, which a test shows.
var forms = sync.OnceValues(func() (map[string]Form, error) {
	names, err := fs.Glob(formFiles, "forms/*.json")
	if err != nil {
		return nil, err
	}
	all := map[string]Form{}
	for _, name := range names {
		b, err := formFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var f Form
		if err := json.Unmarshal(b, &f); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[f.Key] = f
	}
	return all, nil
})

// check reports a form that names a lane the rollout's sheet does not have, or
// lacks a label.
func (f Form) check() error {
	seen := map[string]bool{}
	for _, it := range f.Items {
		if seen[it.Key] {
			return fmt.Errorf("item %q is given twice", it.Key)
		}
		seen[it.Key] = true
		for _, l := range i18n.Langs {
			if it.Label[l] == "" {
				return fmt.Errorf("item %q has no label in %s", it.Key, l)
			}
		}
		if !slices.Contains([]string{"heading", "figure", "remark"}, it.Kind) {
			return fmt.Errorf("item %q is of no known kind", it.Key)
		}
		for _, lane := range slices.Concat(it.Value, it.Of) {
			if !rollout.Kind().Has(strings.TrimPrefix(lane, "-")) {
				return fmt.Errorf("item %q counts %q, which the sheet does not have", it.Key, lane)
			}
		}
	}
	return nil
}

// FormOf returns the form of a report.
func FormOf(r Report) (Form, error) { return r.form() }

// A Line is a figure item counted: numerator over denominator, each with the
// lanes it opens to.
type Line struct {
	Item  Item
	Value int64
	Of    int64
	HasOf bool
}

// Lane is the first lane the value is made of, for its trace.
func (l Line) Lane() string { return l.Item.Value[0] }

// count reads the figures of a form off a unit's total.
func (f Form) count(v tally.Vec, above bool) []Line {
	var all []Line
	for _, it := range f.Items {
		if it.Kind != "figure" || it.Levels == "above" && !above {
			continue
		}
		all = append(all, Line{Item: it, Value: sum(v, it.Value), Of: sum(v, it.Of), HasOf: len(it.Of) > 0})
	}
	return all
}

func sum(v tally.Vec, lanes []string) (n int64) {
	for _, name := range lanes {
		lane, minus := strings.CutPrefix(name, "-")
		x := v.Get(rollout.Kind().Lane(lane))
		if minus {
			x = -x
		}
		n += x
	}
	return n
}
