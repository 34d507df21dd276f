package form_test

import (
	"testing"

	"nhipcau/internal/form"
)

// Every ready form can be made as it is, and is written as it is read.
func TestReady(t *testing.T) {
	all, err := form.Ready()
	if err != nil || len(all) != 5 {
		t.Fatalf("%d, %v", len(all), err)
	}
	for _, r := range all {
		if err := form.Check(r.Form); err != nil {
			t.Errorf("%s: %v", r.Key, err)
		}
		text := form.FormatItems(r.Form.Items)
		again, err := form.ParseItems(text)
		if err != nil || form.FormatItems(again) != text || len(again) != len(r.Form.Items) {
			t.Errorf("%s: %v", r.Key, err)
		}
	}
}
