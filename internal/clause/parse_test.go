package clause_test

import (
	"strings"
	"testing"

	"nhipcau/internal/clause"
	"nhipcau/internal/fault"
)

func numbers(all []clause.Clause) string {
	var n []string
	for _, c := range all {
		n = append(n, c.N)
	}
	return strings.Join(n, " ")
}

// TestParse: the marks of offices make numbers that say what a piece stands under.
func TestParse(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"Roman, Arabic, small", "I. MỤC TIÊU\n1. Tổng quát\na) Đến 2025\nb) Đến 2030\n2. Cụ thể\nII- NHIỆM VỤ\n1- Học tập", "I I.1 I.1.a I.1.b I.2 II II.1"},
		{"Arabic with parts", "1. Một\n1.1. Một một\n1.2 Một hai\n1.2.1. Sâu\n2. Hai", "1 1.1 1.2 1.2.1 2"},
		{"parts under Roman", "I. Một\n1. Hai\n1.1. Ba\n1.2. Bốn", "I I.1 I.1.1 I.1.2"},
		{"articles", "Chương I\nQUY ĐỊNH CHUNG\nĐiều 1. Phạm vi\n1. Một\na) Hai\nđ) Ba\nĐiều 2. Đối tượng", "Chương I Chương I.Điều 1 Chương I.Điều 1.1 Chương I.Điều 1.1.a Chương I.Điều 1.1.đ Chương I.Điều 2"},
		{"capital letters up to C and D", "A. Một\nB. Hai\nC. Ba\nD. Bốn\nI. Năm", "A B C D D.I"},
		{"without marks", "Một việc\n\nHai việc", "1 2"},
		{"a line that goes on, and a number that begins a sentence", "lời nói đầu\n1. Trong năm\n3 tháng một lần\n2. Hai", "1 2"},
	} {
		all, err := clause.Parse(c.text)
		if err != nil || numbers(all) != c.want {
			t.Errorf("%s: %q %v, want %q", c.name, numbers(all), err, c.want)
		}
		again, err := clause.Parse(clause.Typed(all))
		if err != nil || numbers(again) != c.want {
			t.Errorf("%s typed again: %q %v\n%s", c.name, numbers(again), err, clause.Typed(all))
		}
	}
	all, _ := clause.Parse("1. Trong năm\n3 tháng một lần\n2. Hai")
	if all[0].Text != "Trong năm\n3 tháng một lần" {
		t.Errorf("the line that goes on: %q", all[0].Text)
	}
}

// TestParseRefuses: what is wrong is said with its line or number, at the field.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", " \n", "clause.error.none"},
		{"a number twice", "1. Một\n2. Hai\n1. Ba", "clause.error.twice"},
		{"nothing behind a number", "1. Một\n2.\n3. Ba", "clause.error.empty"},
		{"too long", "1. " + strings.Repeat("dài ", 1100), "clause.error.text"},
		{"too many", strings.Repeat("một dòng\n", 301), "clause.error.many"},
		{"much too long", strings.Repeat("x", clause.MaxTyped+1), "clause.error.long"},
	} {
		_, err := clause.Parse(c.text)
		if f := fault.Of(err); err == nil || f.Fields["text"].Key != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// FuzzParse: whatever is pasted, it is refused or read, and what was read is read
// again as the same.
func FuzzParse(f *testing.F) {
	f.Add("I. Một\n1. Hai\na) Ba\nlời\nII. Bốn")
	f.Add("Điều 1. Một\nC. Hai\n1.1.1 Ba")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := clause.Parse(text)
		if err != nil {
			return
		}
		again, err := clause.Parse(clause.Typed(all))
		if err != nil || numbers(again) != numbers(all) {
			t.Errorf("%q was read as %q, and again as %q %v", text, numbers(all), numbers(again), err)
		}
	})
}
