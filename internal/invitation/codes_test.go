package invitation_test

import (
	"testing"

	"nhipcau/internal/invitation"
)

func TestCodeText(t *testing.T) {
	for base, want := range map[string]string{"": "X", "https://hop.example.vn/": "HTTPS://HOP.EXAMPLE.VN/I/X"} {
		if got := invitation.CodeText(base, "X"); got != want {
			t.Errorf("%q gives %q", base, got)
		}
	}
	for base, want := range map[string]string{"http://127.0.0.1:8080": "", "http://localhost:1": "", "http://[::1]:2": "", "https://a.vn/": "https://a.vn", "x": ""} {
		if got := invitation.Public(base); got != want {
			t.Errorf("%q is %q", base, got)
		}
	}
}
