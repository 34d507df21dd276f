package sheet_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nhipcau/internal/invitation"
	"nhipcau/internal/sheet"
	"nhipcau/internal/web"
)

func crowd(n int) []invitation.Invited {
	var all []invitation.Invited
	for i := range n {
		v := invitation.Invited{Member: int64(i + 1), Name: fmt.Sprintf("Nguyễn Thị Phương Thảo %d", i+1), Office: "Phó Bí thư thường trực", UnitName: fmt.Sprintf("Chi bộ %d", i/20+1), SiteName: "Hội trường lớn"}
		if i == n-1 {
			v = invitation.Invited{Guest: 9, Name: "Trần Văn Khách", Office: "Báo tỉnh"}
		}
		all = append(all, v)
	}
	return all
}

// text returns what a PDF says, by eyes other than those that wrote it.
func text(t *testing.T, pdf []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("there is no pdftotext; install it (apt-get install poppler-utils)")
	}
	file := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, "-layout", file, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	return string(out)
}

var meeting = invitation.Meeting{ID: "abc", Title: "Hội nghị trực tuyến toàn quốc", Day: "2026-11-21", Start: "07:30", Host: "Đảng ủy"}

func TestBadges(t *testing.T) {
	if !web.Bundled() {
		t.Fatal("the bundle has no typeface; it is made by make build")
	}
	var b bytes.Buffer
	if err := sheet.Badges(&b, web.Typeface(), meeting, crowd(23), func(v invitation.Invited) string {
		return invitation.CodeText("https://hop.example.vn", fmt.Sprintf("%026d", v.Member))
	}); err != nil {
		t.Fatal(err)
	}
	said := text(t, b.Bytes())
	if pages := strings.Count(said, "\f"); pages != 3 {
		t.Errorf("%d sheets for 23 badges", pages)
	}
	for _, want := range []string{"Hội nghị trực tuyến toàn quốc", "Phó Bí thư thường trực", "Chi bộ 2", "Hội trường lớn", "Trần Văn Khách", "07:30 21/11/2026"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q on the badges", want)
		}
	}
}

func TestList(t *testing.T) {
	if !web.Bundled() {
		t.Fatal("the bundle has no typeface; it is made by make build")
	}
	s := sheet.Sheet{Meeting: meeting, Site: 3, Name: "Hội trường lớn", Call: 2, N: 1, People: crowd(60)}
	var b bytes.Buffer
	if err := s.PDF(&b, web.Typeface()); err != nil {
		t.Fatal(err)
	}
	said := text(t, b.Bytes())
	for _, want := range []string{"DANH SÁCH ĐIỂM DANH", "Điểm cầu số 3: Hội trường lớn", "Bản in số 1", "Trang 3/3", "Chi bộ 3", "Khách mời", "Trần Văn Khách", "(tiếp theo)"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q on the list", want)
		}
	}
	if got := s.Mark(2); got != "NC-LIST/ABC/3/2/1/2" {
		t.Errorf("the page says %q", got)
	}
	docx, err := s.Docx()
	if err != nil {
		t.Fatal(err)
	}
	xlsx, err := s.Xlsx()
	if err != nil {
		t.Fatal(err)
	}
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("there is no LibreOffice; install it (apt-get install libreoffice-writer-nogui libreoffice-calc-nogui fonts-liberation)")
	}
	dir := t.TempDir()
	for name, file := range map[string][]byte{"a.docx": docx, "b.xlsx": xlsx} {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "pdf", "--outdir", dir,
		filepath.Join(dir, "a.docx"), filepath.Join(dir, "b.xlsx")).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for name, pages := range map[string]int{"a.pdf": 3, "b.pdf": 0} {
		made, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		said := text(t, made)
		if n := strings.Count(said, "\f"); pages > 0 && n != pages {
			t.Errorf("%s has %d pages", name, n)
		}
		if !strings.Contains(said, "Trần Văn Khách") || !strings.Contains(said, "Ký tên") {
			t.Errorf("%s lacks a name or the place to sign", name)
		}
	}
}
