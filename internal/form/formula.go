package form

import (
	"errors"

	"nhipcau/internal/fault"
	"nhipcau/internal/formula"
)

// Formulas returns the formulas of a form by the key of the item. They were read
// when the form was made.
func (f Form) Formulas() map[string]*formula.Formula {
	all := map[string]*formula.Formula{}
	for _, it := range f.Items {
		if it.Kind != Formula {
			continue
		}
		if x, err := formula.Parse(it.Formula); err == nil {
			all[it.Key] = x
		}
	}
	return all
}

// reckoned says what is wrong with the formulas of items: what cannot be read, asks
// for an item that is none or no number, or needs itself.
func reckoned(w fault.Wrong, items []Item) {
	kinds, place, all := map[string]Kind{}, map[string]int{}, map[string]*formula.Formula{}
	for n, it := range items {
		kinds[it.Key], place[it.Key] = it.Kind, n+1
	}
	for n, it := range items {
		if it.Kind != Formula {
			continue
		}
		x, err := formula.Parse(it.Formula)
		var e *formula.Error
		if errors.As(err, &e) {
			w.Add("items", "form.error.formula", n+1, it.Label)
			w.Add("formula", e.Text.Key, e.Text.Args...)
			continue
		}
		all[it.Key] = x
		for _, r := range x.Refs() {
			switch kind, ok := kinds[r.Key]; {
			case !ok:
				w.Add("items", "form.error.formula_key", n+1, it.Label, r.Key)
			case kind == Text:
				w.Add("items", "form.error.formula_text", n+1, it.Label, r.Key)
			}
		}
	}
	if circle := formula.Circle(all); circle != nil {
		first := circle[0]
		w.Add("items", "form.error.circle", place[first], items[place[first]-1].Label)
	}
}
