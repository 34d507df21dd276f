package app_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// command runs the program as a terminal does.
func command(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = app.Main(t.Context(), args, &o, &e)
	return code, o.String(), e.String()
}

// TestCommands takes a new house from nothing: an administrator's link, a token,
// a proof, and what is said when something is wrong.
func TestCommands(t *testing.T) {
	data := filepath.Join(t.TempDir(), "nc")
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, []byte(`{"data": `+string(quoted(t, data))+`}`), 0o600); err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`^http://127\.0\.0\.1:8080/invitations/[a-z2-7]{26}\n$`)
	for _, c := range []struct {
		name string
		args []string
		code int
		out  *regexp.Regexp
		errs string
	}{
		{"a house without units", []string{"admin", "quantri", "--data", data}, 1, nil, "--unit"},
		{"the first administrator", []string{"admin", "quantri", "--unit", "Đoàn khối", "--data", data}, 0, link, ""},
		{"the link again, settings from a file", []string{"admin", "quantri", "--config", file}, 0, link, ""},
		{"a token", []string{"token", "quantri", "--data", data}, 0, regexp.MustCompile(`^nc_[a-z2-7]{52}\n$`), ""},
		{"a token of nobody", []string{"token", "khongcoai", "--data", data}, 1, nil, "Không có trang này"},
		{"a proof of nothing", []string{"prove", "--deep", "--json", "--data", data}, 0, regexp.MustCompile(`^\{"sheets":0,"posts":0,"nodes":0,"mismatches":0\}\n$`), ""},
		{"the version", []string{"version"}, 0, regexp.MustCompile(`^nhipcau `), ""},
		{"help", []string{"--help"}, 0, regexp.MustCompile(`prove`), ""},
		{"no such command", []string{"dance"}, 2, nil, "dance"},
		{"no such flag", []string{"prove", "--loud"}, 2, nil, "--loud"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := command(t, c.args...)
			if code != c.code || c.out != nil && !c.out.MatchString(out) || !strings.Contains(errs, c.errs) {
				t.Errorf("exit %d, want %d\nout: %s\nerr: %s (want %q in it)", code, c.code, out, errs, c.errs)
			}
		})
	}
}

func quoted(t *testing.T, s string) []byte {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestNewerDatabase: a database that a newer program has made is refused with a
// sentence, and nothing in it is touched.
func TestNewerDatabase(t *testing.T) {
	data := t.TempDir()
	if code, _, errs := command(t, "prove", "--data", data); code != 0 {
		t.Fatalf("prove = %d: %s", code, errs)
	}
	d, err := sql.Open("sqlite", "file:"+filepath.Join(data, "nhipcau.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (9999, 1, '2030-01-01')`); err != nil {
		t.Fatal(err)
	}
	code, _, errs := command(t, "prove", "--data", data)
	if code != 1 || !strings.Contains(errs, "mới hơn chương trình") {
		t.Errorf("prove = %d, %q; want 1 and a sentence that says so", code, errs)
	}
}

// TestDemoBesideOtherData: the demonstration does not touch a house that is in
// use.
func TestDemoBesideOtherData(t *testing.T) {
	data := t.TempDir()
	if code, _, errs := command(t, "admin", "quantri", "--unit", "Đoàn khối", "--data", data); code != 0 {
		t.Fatalf("admin = %d: %s", code, errs)
	}
	code, _, errs := command(t, "demo", "--data", data, "--addr", "127.0.0.1:0")
	if code != 1 || !strings.Contains(errs, "other data") {
		t.Errorf("demo = %d, %q; want 1 and a sentence that says so", code, errs)
	}
}
