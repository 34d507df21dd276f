package app

import (
	"testing"

	"nhipcau/internal/form"
)

// Every source names lanes its kind has, and every ready form takes its figures from
// sources there are.
func TestFormSources(t *testing.T) {
	t.Parallel()
	all := formSources()
	for _, s := range all {
		for _, l := range s.Lanes {
			if !s.Kind.Has(l) {
				t.Errorf("%s: no lane %s", s.Key, l)
			}
		}
		if (s.Read == nil) == (s.Kind == nil) {
			t.Errorf("%s is read in no way, or in two", s.Key)
		}
	}
	ready, err := form.Ready()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range ready {
		for _, it := range r.Form.Items {
			if _, ok := all.Get(it.Source); it.Kind == form.Tally && !ok {
				t.Errorf("%s: no source %s", r.Key, it.Source)
			}
		}
	}
}
