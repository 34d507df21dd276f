package cite_test

import (
	"os"
	"strings"
	"testing"

	"nhipcau/internal/cite"
)

func plainProse(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("testdata/prose.txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestNothingInvented: more than 10,000 words that cite nothing, with days, money,
// telephones, plates and the names of types among them.
func TestNothingInvented(t *testing.T) {
	text := plainProse(t)
	if n := len(strings.Fields(text)); n < 10_000 {
		t.Fatalf("only %d words", n)
	}
	for _, f := range cite.Find(text) {
		t.Errorf("%q in %q", f.Text, text[max(0, f.Start-60):min(len(text), f.End+40)])
	}
	for _, line := range strings.Split(text, "\n") { // a type that begins a text is as good as one within
		for _, f := range cite.Find(line) {
			t.Errorf("alone: %q", f.Text)
		}
	}
}
