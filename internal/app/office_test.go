package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

var runs = regexp.MustCompile(`<w:t[^>]*>([^<]*)</w:t>|<w:p>`)

// wordText returns the words of a paper of Word, its headers first, a line for
// each paragraph.
func wordText(b []byte) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, name := range []string{"word/header1.xml", "word/document.xml"} {
		f, err := z.Open(name)
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(f)
		if err != nil {
			return "", err
		}
		for _, m := range runs.FindAllStringSubmatch(string(text), -1) {
			if m[1] == "" {
				all.WriteString("\n")
			}
			all.WriteString(html.UnescapeString(m[1]))
		}
	}
	return all.String(), nil
}

// An office is LibreOffice, with a profile of the test's own.
type office struct {
	t       *testing.T
	program string
	folder  string
}

// openOffice finds LibreOffice: the program NHIPCAU_TEST_OFFICE names, or one in
// the path. A machine without one fails the test and says what to install.
func openOffice(t *testing.T) office {
	t.Helper()
	program := os.Getenv("NHIPCAU_TEST_OFFICE")
	for _, name := range []string{"soffice", "libreoffice"} {
		if p, err := exec.LookPath(name); program == "" && err == nil {
			program = p
		}
	}
	if _, err := exec.LookPath("pdftotext"); err != nil || program == "" {
		t.Fatal("there is no LibreOffice or no pdftotext; install them (apt-get install libreoffice-writer-nogui libreoffice-calc-nogui fonts-liberation poppler-utils)")
	}
	return office{t, program, t.TempDir()}
}

// convert makes another format of a file and returns the path of the new one.
func (o office) convert(name string, b []byte, to, filter string) string {
	o.t.Helper()
	in := filepath.Join(o.folder, name)
	if err := os.WriteFile(in, b, 0o600); err != nil {
		o.t.Fatal(err)
	}
	c := exec.CommandContext(o.t.Context(), o.program, "-env:UserInstallation=file://"+o.folder+"/profile", "--headless", "--convert-to", filter, "--outdir", o.folder, in)
	out, err := c.CombinedOutput()
	path := strings.TrimSuffix(in, filepath.Ext(in)) + "." + to
	if _, missing := os.Stat(path); err != nil || missing != nil {
		o.t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return path
}

// pages returns the text of each page as it is printed.
func (o office) pages(name string, b []byte) []string {
	o.t.Helper()
	out, err := exec.CommandContext(o.t.Context(), "pdftotext", "-layout", o.convert(name, b, "pdf", "pdf"), "-").Output()
	if err != nil {
		o.t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
}

// pictures returns each page of a paper as it is printed, as rows of grey from 0,
// which is black, to 255, at 50 dots an inch.
func (o office) pictures(name string, b []byte) (pages [][][]byte) {
	o.t.Helper()
	if out, err := exec.CommandContext(o.t.Context(), "pdftoppm", "-gray", "-r", "50", o.convert(name, b, "pdf", "pdf"), filepath.Join(o.folder, "page")).CombinedOutput(); err != nil {
		o.t.Fatalf("%v: %s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(o.folder, "page-*.pgm"))
	if err != nil || len(files) == 0 {
		o.t.Fatalf("no pictures: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			o.t.Fatal(err)
		}
		var wide, high, most int
		if _, err := fmt.Sscanf(string(text[:min(len(text), 40)]), "P5\n%d %d\n%d\n", &wide, &high, &most); err != nil || most != 255 {
			o.t.Fatalf("%s: %v", f, err)
		}
		var rows [][]byte
		for row := range slices.Chunk(text[len(text)-wide*high:], wide) {
			rows = append(rows, row)
		}
		pages = append(pages, rows)
		if err := os.Remove(f); err != nil {
			o.t.Fatal(err)
		}
	}
	return pages
}

// ink returns which part of a rectangle of a page is printed on; its sides are
// given in millimetres from the top left corner.
func ink(page [][]byte, left, top, right, bottom int) float64 {
	const perInch, mm = 50, 25.4
	at := func(x int) int { return int(float64(x) / mm * perInch) }
	dark, all := 0, 0
	for _, row := range page[min(at(top), len(page)):min(at(bottom), len(page))] {
		for _, grey := range row[min(at(left), len(row)):min(at(right), len(row))] {
			if all++; grey < 128 {
				dark++
			}
		}
	}
	return float64(dark) / float64(max(1, all))
}

// looks checks the picture of a paper: A4, nothing printed in the margins that
// the format gives, both halves of the letterhead, text on every page.
func (o office) looks(name string, b []byte) {
	o.t.Helper()
	pages := o.pictures(name, b)
	for i, p := range pages {
		if high, wide := len(p), len(p[0]); high < 580 || high > 590 || wide < 410 || wide > 417 {
			o.t.Errorf("%s, page %d is %d by %d dots, which is not A4", name, i+1, wide, high)
		}
		for side, x := range map[string]float64{"left": ink(p, 0, 0, 28, 297), "right": ink(p, 197, 0, 210, 297), "bottom": ink(p, 0, 279, 210, 297)} {
			if x > 0 {
				o.t.Errorf("%s, page %d: something is printed in the %s margin", name, i+1, side)
			}
		}
		if x := ink(p, 30, 20, 195, 277); x < 0.003 || x > 0.4 {
			o.t.Errorf("%s, page %d: %.1f %% of it is printed on", name, i+1, 100*x)
		}
	}
	if l, r := ink(pages[0], 30, 18, 100, 55), ink(pages[0], 115, 18, 195, 55); l < 0.01 || r < 0.01 {
		o.t.Errorf("%s: the halves of the letterhead hold %.2f and %.2f %% ink", name, 100*l, 100*r)
	}
}

// table returns the cells of the first sheet after LibreOffice has reckoned it.
func (o office) table(name string, b []byte) [][]string {
	o.t.Helper()
	text, err := os.ReadFile(o.convert(name, b, "csv", "csv:Text - txt - csv (StarCalc):44,34,76,1"))
	if err != nil {
		o.t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		o.t.Fatal(err)
	}
	return all
}

// TestOfficeOpensThePapers issues a report in the demonstration and opens it, a
// letter to many and the tables with LibreOffice: what is printed and reckoned
// is what the pages say.
func TestOfficeOpensThePapers(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	p := &player{t: t, h: app.NewDemoHouse(t)}
	p.reset()
	rollout := "/rollouts/" + p.h.Rollout()
	steps := func(all ...string) {
		t.Helper()
		for _, s := range all {
			if err := p.do(words(p.expand(s))); err != nil {
				t.Fatalf("%s: %v\nat %s, status %d:\n%s", s, err, p.at, p.status, p.body)
			}
		}
	}
	steps("as donvi07", "post /reports rollout="+p.h.Rollout(), "take B /reports/([a-z0-9]+)",
		"post /reports/$B version=1 'strengths="+strings.Repeat("Đơn vị tổ chức học tập nghiêm túc, đúng hạn. ", 60)+"' sign=1",
		"post /reports/$B/paper 'signer=Nguyễn Văn An' 'office=Bí thư' 'recipients=Đoàn khối'", "status 200", "see 01-BC/ĐTN", "get /reports/$B/paper.docx")
	pages := o.pages("report.docx", []byte(p.raw))
	if len(pages) != 2 {
		t.Errorf("the report has %d pages", len(pages))
	}
	holds(t, pages[0], "ĐOÀN TNCS HỒ CHÍ MINH", "TỔ CHỨC CƠ SỞ ĐOÀN SỐ 07", "Số: 01-BC/ĐTN", "Cần Thơ, ngày 17 tháng 01 năm 2024", "BÁO CÁO", "Đoàn viên đã học", "92,06")
	if first := strings.Fields(pages[len(pages)-1]); len(first) == 0 || first[0] != "2" {
		t.Errorf("the second page begins %q", first[:min(3, len(first))])
	}
	holds(t, pages[len(pages)-1], "TM. BAN CHẤP HÀNH", "BÍ THƯ", "Nguyễn Văn An", "- Lưu: VT.")

	o.looks("report.docx", []byte(p.raw))

	steps("as bikhu", "get "+rollout+"/reminder.docx")
	o.looks("letter.docx", []byte(p.raw))
	pages = o.pages("letter.docx", []byte(p.raw))
	holds(t, pages[0], "DỰ THẢO", "V/v nhắc thực hiện", "Kính gửi: - Tổ chức cơ sở Đoàn số", "chưa thực hiện nhiệm vụ đã quá hạn")

	steps("get " + rollout + "/figures.xlsx")
	rows := o.table("rollout.xlsx", []byte(p.raw))
	steps("get " + rollout)
	head, last := rows[2], rows[len(rows)-1]
	if len(rows) != 3+1+62+1 || last[1] != "Tổng cộng" {
		t.Fatalf("%d rows, the last is %q", len(rows), last)
	}
	for i, title := range head {
		if i < 2 {
			continue
		}
		sum := 0
		for _, r := range rows[3 : len(rows)-1] {
			n, err := strconv.Atoi(strings.NewReplacer(",", "", ".", "").Replace(r[i]))
			if err != nil {
				t.Fatalf("%s: %v", title, err)
			}
			sum += n
		}
		if got := strings.NewReplacer(",", "", ".", "").Replace(last[i]); got != fmt.Sprint(sum) {
			t.Errorf("%s: the sum is %s, the rows come to %d", title, got, sum)
		}
		if lane := map[string]string{"Đã học (người)": "persons", "Đã tổ chức": "held", "Đã thông qua": "adopted", "Đã báo cáo": "received"}[title]; lane != "" {
			m := regexp.MustCompile(`/doan-khoi/` + lane + `\?subtree=1"[^>]*>([0-9.]+)<`).FindStringSubmatch(p.raw)
			if m == nil || strings.ReplaceAll(m[1], ".", "") != fmt.Sprint(sum) {
				t.Errorf("%s: the table says %d, the page %q", title, sum, m)
			}
		}
	}
}

func holds(t *testing.T, page string, all ...string) {
	t.Helper()
	page = strings.Join(strings.Fields(page), " ")
	for _, s := range all {
		if !strings.Contains(page, s) {
			t.Errorf("no %q on the page:\n%s", s, page)
		}
	}
}
