package app_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"net"
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
	t.Parallel()
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

// TestOddInput: whatever stands on the command line, there is a sentence and the
// exit code that goes with it, never a panic, and nothing is made where nothing
// was to be made.
func TestOddInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	data := in("nc")
	if code, _, errs := command(t, "admin", "quantri", "--unit", "Đoàn khối", "--data", data); code != 0 {
		t.Fatalf("admin = %d: %s", code, errs)
	}
	for name, text := range map[string]string{"half.json": `{"data": `, "number.json": `{"data": 5}`, "text.txt": "chữ"} {
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, _, errs := command(t, "backup", in("house.tar"), "--data", data); code != 0 {
		t.Fatalf("backup = %d: %s", code, errs)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	before := entries(t, dir)
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{2, "expected one of", nil},
		{2, "unexpected argument", []string{"version", "now"}},
		{2, "--database", []string{"prove", "--database", "mysql://localhost/nhipcau"}},
		{2, "postgres://", []string{"prove", "--database", in("other.db")}},
		{2, "EOF", []string{"prove", "--config", in("half.json")}},
		{2, "string", []string{"prove", "--config", in("number.json")}},
		{2, "no such file", []string{"prove", "--config", in("nowhere.json")}},
		{1, "data folder", []string{"prove", "--data", in("text.txt")}},
		{1, "data folder", []string{"prove", "--data", "/dev/null/nc"}},
		{1, "spaces", []string{"prove", "--data", data, "--database", "postgres://a b"}},
		{1, "không trả lời", []string{"prove", "--data", data, "--database", "postgres://nobody@127.0.0.1:1/none?connect_timeout=1"}},
		{2, "<login>", []string{"admin"}},
		{1, "login: ", []string{"admin", "có dấu cách", "--data", data}},
		{1, "login: ", []string{"admin", "", "--data", data}},
		{1, "login: ", []string{"admin", "\xff\xfe", "--data", data}},
		{1, "login: ", []string{"admin", strings.Repeat("a", 1000), "--data", data}},
		{2, "<login>", []string{"token"}},
		{1, "Không có trang này", []string{"token", "", "--data", data}},
		{1, "Không có trang này", []string{"token", "' OR 1 = 1 --", "--data", data}},
		{1, "is taken", []string{"serve", "--addr", taken.Addr().String(), "--data", data}},
		{1, "looks like", []string{"serve", "--addr", "nowhere", "--data", data}},
		{1, "looks like", []string{"serve", "--addr", "127.0.0.1:99999", "--data", data}},
		{1, "looks like", []string{"serve", "--addr", "192.0.2.1:80", "--data", data}},
		{1, "other data", []string{"demo", "--addr", "nowhere", "--data", data}},
		{2, "<file>", []string{"backup"}},
		{2, "unexpected argument", []string{"backup", in("a.tar"), in("b.tar"), "--data", data}},
		{1, "there is no database", []string{"backup", in("a.tar"), "--data", in("nowhere")}},
		{1, "--force", []string{"backup", in("house.tar"), "--data", data}},
		{1, "is not a backup", []string{"backup", in("text.txt"), "--force", "--data", data}},
		{1, "is not a backup", []string{"backup", filepath.Join(data, "nhipcau.db"), "--force", "--data", data}},
		{1, "is not a backup", []string{"backup", dir, "--force", "--data", data}},
		{1, "is not a backup", []string{"backup", "/dev/null", "--force", "--data", data}},
		{1, "no such file", []string{"backup", in("no/such/a.tar"), "--data", data}},
		{1, "no such file", []string{"backup", "--check", in("nowhere.tar")}},
		{1, "is not a file", []string{"backup", "--check", dir}},
		{1, "not a whole backup", []string{"backup", "--check", in("text.txt")}},
		{2, "<file>", []string{"restore", "--data", in("new")}},
		{1, "no such file", []string{"restore", in("nowhere.tar"), "--data", in("new")}},
		{1, "is not a file", []string{"restore", dir, "--data", in("new")}},
		{1, "not a whole backup", []string{"restore", in("text.txt"), "--data", in("new")}},
		{1, "not a whole backup", []string{"restore", filepath.Join(data, "nhipcau.db"), "--data", in("new")}},
		{1, "is not empty", []string{"restore", in("house.tar"), "--data", data}},
		{1, "is not empty", []string{"restore", in("house.tar"), "--data", dir}},
		{1, "not a directory", []string{"restore", in("house.tar"), "--data", in("text.txt")}},
		{1, "not a directory", []string{"restore", in("house.tar"), "--data", in("text.txt/new")}},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			code, out, errs := command(t, c.args...)
			if code != c.code || !strings.Contains(errs, c.want) {
				t.Errorf("exit %d, want %d\nout: %s\nerr: %s (want %q in it)", code, c.code, out, errs, c.want)
			}
			if out != "" && code == 1 {
				t.Errorf("refused, and it said: %s", out)
			}
			if after := entries(t, dir); after != before {
				t.Errorf("there was\n%s\nand is\n%s", before, after)
			}
		})
	}
}

func entries(t *testing.T, dir string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// TestOddNames: folders and backups may bear any name that the disk takes.
func TestOddNames(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "Đoàn khối 50%41 ? # & 'một' \"hai\" file:x")
	data, copied, path := filepath.Join(dir, "a?mode=ro"), filepath.Join(dir, "b%2f"), filepath.Join(dir, "sao lưu %3f?#.tar")
	for _, args := range [][]string{
		{"admin", "quantri", "--unit", "Đoàn khối", "--data", data},
		{"backup", path, "--data", data},
		{"backup", "--check", path},
		{"restore", path, "--data", copied},
		{"prove", "--data", copied},
		{"token", "quantri", "--data", copied},
	} {
		if code, _, errs := command(t, args...); code != 0 {
			t.Fatalf("%s = %d: %s", args[0], code, errs)
		}
	}
	for folder, want := range map[string]string{
		dir:    strings.Join([]string{data, copied, path}, "\n"),
		data:   filepath.Join(data, "files") + "\n" + filepath.Join(data, "nhipcau.db"),
		copied: filepath.Join(copied, "files") + "\n" + filepath.Join(copied, "nhipcau.db"),
	} {
		all, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range all {
			names = append(names, filepath.Join(folder, e.Name()))
		}
		if got := strings.Join(names, "\n"); got != want {
			t.Errorf("there is\n%s\nwant\n%s", got, want)
		}
	}
}

// TestImportCommand fills the books of a new house from tables, as whoever keeps
// the machine does.
func TestImportCommand(t *testing.T) {
	t.Parallel()
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
