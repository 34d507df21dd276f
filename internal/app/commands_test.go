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

// TestImportCommand fills the books of a new house from tables, as whoever keeps
// the machine does.
func TestImportCommand(t *testing.T) {
	data, dir := filepath.Join(t.TempDir(), "nc"), t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	units := file("units.csv", "Code,Unit name,Kind,Parent code\na,A,tổ,goc\n")
	wrong := file("wrong.csv", "Code,Unit name,Kind,Parent code\nb,B,tổ,goc\nc,C,tổ,khong\n")
	people := file("people.csv", "Code,Full name,Unit code,Joined\n1,An,a,26/3/2020\n")
	roll := file("roll.csv", "Mã,Điểm danh\n1,x\n")
	broken := file("broken.xlsx", "PK\x03\x04")
	if code, _, errs := command(t, "import", "units", units, "--data", data); code != 1 || !strings.Contains(errs, "exactly one tree") {
		t.Fatalf("a house without a tree: %d %s", code, errs)
	}
	code, link, errs := command(t, "admin", "quantri", "--unit", "Gốc", "--data", data)
	if code != 0 {
		t.Fatal(link, errs)
	}
	d, err := sql.Open("sqlite", filepath.Join(data, "nhipcau.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(`UPDATE unit SET key = 'goc'`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		out  string
		errs string
	}{
		{"tried", []string{"import", "units", units, "--dry-run"}, 0, "1 mới, 0 đổi, 0 như cũ (thử, chưa ghi)", "đã đọc 1 dòng"},
		{"people of a unit that is not there", []string{"import", "members", people}, 1, "dòng 2, Unit code: Không có đơn vị mã “a”", "1 chỗ cần sửa"},
		{"a bad row", []string{"import", "units", wrong}, 1, "dòng 3, Parent code: Không có đơn vị cấp trên mã “khong”", "chưa ghi gì"},
		{"done", []string{"import", "units", units}, 0, "1 mới, 0 đổi, 0 như cũ\n", ""},
		{"again", []string{"import", "units", units}, 0, "0 mới, 0 đổi, 1 như cũ\n", ""},
		{"people, as the administrator", []string{"import", "members", people, "--as", "quantri"}, 0, "1 mới", ""},
		{"people, for a unit that is not granted", []string{"import", "members", people, "--as", "quantri", "--unit", "a"}, 1, "", "chưa được giao"},
		{"people, for the unit alone", []string{"import", "members", people, "--unit", "a"}, 0, "1 như cũ", ""},
		{"as nobody", []string{"import", "members", people, "--as", "ai"}, 1, "", "Không có"},
		{"of no unit", []string{"import", "members", people, "--unit", "zz"}, 1, "", `no unit "zz"`},
		{"another table", []string{"import", "attendance", people}, 1, "", "Thiếu cột “Điểm danh (Attendance)”"},
		{"attendance of nothing", []string{"import", "attendance", roll}, 1, "", "thuộc về đâu"},
		{"attendance of no conference", []string{"import", "attendance", roll, "--conference", "zz"}, 1, "", "Không có trang này"},
		{"a broken file", []string{"import", "units", broken}, 1, "", "Tệp hỏng"},
		{"no such kind", []string{"import", "songs", units}, 2, "", "songs"},
		{"no such file", []string{"import", "units", "khong-co.csv"}, 2, "", "khong-co.csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := command(t, append(c.args, "--data", data)...)
			if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) {
				t.Errorf("exit %d, want %d\nout: %s (want %q in it)\nerr: %s (want %q in it)", code, c.code, out, c.out, errs, c.errs)
			}
		})
	}
}
