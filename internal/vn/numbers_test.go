package vn_test

import (
	"testing"

	"nhipcau/internal/vn"
)

// Numbers are read as people type them, and nothing else is.
func TestParseInt(t *testing.T) {
	for typed, want := range map[string]int64{
		"0": 0, " 12 ": 12, "5.700": 5700, "5,700": 5700, "1 234 567": 1234567, "1.234.567": 1234567, "-3": -3, "−3": -3, "- 1.000": -1000,
	} {
		if n, ok := vn.ParseInt(typed); !ok || n != want {
			t.Errorf("%q: got %d %v, want %d", typed, n, ok, want)
		}
	}
	for _, typed := range []string{"", "-", "x", "5.70", "1,5", "+5", "--5", "12a", "5.700.1", "99999999999999999999"} {
		if n, ok := vn.ParseInt(typed); ok {
			t.Errorf("%q: got %d, want none", typed, n)
		}
	}
}
