package drafting

import "testing"

func TestLower(t *testing.T) {
	for in, want := range map[string]string{
		"Học tập Nghị quyết": "học tập Nghị quyết", "Đại hội": "đại hội", "HĐND xã": "HĐND xã", "": "", "A": "A", "59-NQ/TW": "59-NQ/TW",
	} {
		if got := lower(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
