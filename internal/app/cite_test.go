package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// TestCite: the command prints one JSON object a line with the keys that are told
// and no others, from a file and from standard input.
func TestCite(t *testing.T) {
	t.Parallel()
	text := "Học tập Nghị quyết số 59-NQ/TW ngày 5/8/2020 của Bộ Chính trị,\nNghị quyết Trung ương 4 khóa XII.\n"
	file := filepath.Join(t.TempDir(), "bai.txt")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := command(t, "cite", file)
	if code != 0 || errs != "" {
		t.Fatalf("exit %d: %s", code, errs)
	}
	want := `{"text":"Nghị quyết số 59-NQ/TW ngày 5/8/2020 của Bộ Chính trị","start":12,"end":79,"type":"Nghị quyết","number":"59","symbol":"NQ/TW","issued_on":"2020-08-05","issuer":"Bộ Chính trị"}
{"text":"Nghị quyết Trung ương 4 khóa XII","start":81,"end":120,"type":"Nghị quyết","issuer":"Ban Chấp hành Trung ương","plenum":"4","term":"XII"}
`
	if out != want {
		t.Errorf("got %s\nwant %s", out, want)
	}
	var b bytes.Buffer
	if err := app.Cite(strings.NewReader(text), &b); err != nil || b.String() != out {
		t.Errorf("standard input: %v\n%s", err, b.String())
	}
}

// TestCiteRefuses: a file that is not there or is no text ends with 1 and a
// sentence, and nothing is printed.
func TestCiteRefuses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "anh.png")
	if err := os.WriteFile(file, []byte("\x89PNG\xff\xfe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{file, "not text in UTF-8"}, {file + "x", "no such file"}} {
		if code, out, errs := command(t, "cite", c[0]); code != 1 || out != "" || !strings.Contains(errs, c[1]) {
			t.Errorf("exit %d, out %q, err %q (want %q in it)", code, out, errs, c[1])
		}
	}
}

// TestCiteRegister: with the books, the resolution of 2020 is the one entered, and
// that of 2025, which has the same number and symbol, is none of them.
func TestCiteRegister(t *testing.T) {
	t.Parallel()
	h := app.NewDemoHouse(t)
	file := filepath.Join(t.TempDir(), "bai.txt")
	text := "Nghị quyết số 59-NQ/TW ngày 5/8/2020 của Bộ Chính trị.\n\nNghị quyết số 59-NQ/TW ngày 24/01/2025 của Bộ Chính trị."
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := command(t, append([]string{"cite", file, "--register"}, h.Flags()...)...)
	lines := strings.Split(out, "\n")
	if code != 0 || len(lines) != 3 || !strings.Contains(lines[0], `"resolved_id":"`) || strings.Contains(lines[1], "resolved_id") {
		t.Errorf("exit %d: %s\n%s", code, errs, out)
	}
}
