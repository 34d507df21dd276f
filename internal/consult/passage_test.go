package consult

import (
	"strings"
	"testing"

	"nhipcau/internal/prose"
)

// A passage selected by what is shown is found in the text with its marks.
func TestMarked(t *testing.T) {
	for _, x := range []struct {
		text, shown, want string
	}{
		{"Tổ chức **sinh hoạt** chuyên đề", "sinh hoạt", "sinh hoạt"},
		{"Tổ chức **sinh hoạt** chuyên đề", "chuyên đề", "chuyên đề"},
		{"Tổ chức **sinh hoạt** chuyên đề", "hoạt chuyên", "hoạt** chuyên"},
		{"*Một* hai", "Một hai", "Một* hai"},
		{"5 * 3 và *ba*", "ba", "ba"},
	} {
		plain := prose.Plain(x.text)
		at := len([]rune(plain[:strings.Index(plain, x.shown)]))
		from, to := marked(x.text, at, at+len([]rune(x.shown)))
		if got := string([]rune(x.text)[from:to]); got != x.want {
			t.Errorf("%q in %q: got %q", x.shown, x.text, got)
		}
	}
	if from, to := marked("ngắn", 2, 99); from != 0 || to != 0 {
		t.Error("a passage beyond the text")
	}
}

// What is said of a passage is marked in the shown text, and nothing is lost.
func TestPieces(t *testing.T) {
	text := "Tổ chức **sinh hoạt** chuyên đề"
	all := pieces(text, []said{{Anchor: prose.Anchor{Block: "a", From: 15, To: 28}}})
	var shown, on strings.Builder
	for _, x := range all {
		shown.WriteString(x.Text)
		if x.On {
			on.WriteString(x.Text)
		}
	}
	if shown.String() != prose.Plain(text) || on.String() != "hoạt chuyên" {
		t.Errorf("got %q, marked %q", shown.String(), on.String())
	}
}
