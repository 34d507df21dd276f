package form_test

import (
	"testing"

	"nhipcau/internal/fault"
	"nhipcau/internal/form"
)

// What a form cannot ask is refused where it is made, naming the item.
func TestItemsAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		"[a] A | x\n[b] B | % | = a / 2":           "",
		"[a] A | x\n[b] B | % | = share(a; a) * 2": "",
		"[a] A | x\n[b] B | % | = a +":             "form.error.formula",
		"[a] A | x\n[b] B | % | = c":               "form.error.formula_key",
		"[a] A || text\n[b] B | % | = a":           "form.error.formula_text",
		"[a] A | x | = a":                          "form.error.circle",
		"[a] A | x | = b\n[b] B | x | = prev(a)":   "form.error.circle",
		"[a] A | x\n[f] Nữ | x | of a female":      "",
		"[a] A | x\n[f] Nữ | x | of b female":      "form.error.of",
		"[a] A | x\n[f] Nữ | x | .1 | of a female": "form.error.of",
		"[a] A | x\n[f] Nữ | x | of a Nữ":          "form.error.part",
		"[A] A | x":                                "form.error.key",
		"[a] A | x\n[a] B | x":                     "form.error.key",
	} {
		items, err := form.ParseItems(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		err = form.Check(form.Form{Title: "Biểu", Asks: form.Leaf, Items: items})
		got := ""
		if err != nil {
			got = fault.Of(err).Fields["items"].Key
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
