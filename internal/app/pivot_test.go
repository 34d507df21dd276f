package app_test

import (
	"archive/zip"
	"bytes"
	"html"
	"io"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// pivoted opens a form of which two periods were returned, and returns the address of
// its pivot at the bloc.
func pivoted(t *testing.T, p *player, h *app.TestHouse) string {
	t.Helper()
	form, period := openForm(t, h)
	p.reset()
	deed := func(err error) {
		t.Helper()
		if err != nil || p.status != 200 {
			t.Fatalf("%v, status %d\n%s", err, p.status, p.body)
		}
	}
	deed(p.as("vanthu"))
	deed(p.post("/periods/"+period+"/returns/tccs-08", []string{"seen=0", "figures.item_1=9", "figures.item_2=5"}))
	deed(p.post("/forms/"+form+"/periods", []string{"name=Tháng 2/2024", "from=1/2/2024", "to=29/2/2024", "last=5/3/2024"}))
	deed(p.post("/periods/"+strings.Split(p.at, "/")[2]+"/returns/tccs-07", []string{"seen=0", "figures.item_1=50", "figures.item_2=11"}))
	return "/units/doan-khoi/pivot"
}

// TestPivotPage opens the pivot from the page of a unit and of a period, in both
// languages, and follows a figure to its trace; nobody else's units are shown.
func TestPivotPage(t *testing.T) {
	t.Parallel()
	h := app.NewDemoHouse(t)
	p := &player{t: t, h: h}
	at := pivoted(t, p, h)
	see := func(path string, status int, words ...string) {
		t.Helper()
		if err := p.get(path); err != nil || p.status != status || len(p.raw) > 150_000 {
			t.Fatalf("%s: %v, status %d, %d bytes", path, err, p.status, len(p.raw))
		}
		for _, w := range words {
			if !strings.Contains(p.raw, w) {
				t.Errorf("%s lacks %q: %s", path, w, p.body)
			}
		}
	}
	see("/units/doan-khoi", 200, `href="`+at+`"`)
	see(at, 200, "Tháng 1/2024", "Tháng 2/2024", "Tổ chức cơ sở Đoàn số 07", `>41</a>`, `>50</a>`)
	link := p.raw[:strings.Index(p.raw, `">41</a>`)]
	link = link[strings.LastIndex(link, `/figures/`):]
	see(html.UnescapeString(link), 200, "41")
	see(at+"?rows=periods&columns=units&show=all&item=item_1&item=item_2&level=two", 200, ">18</a>", "Tháng 1/2024")
	see(at+"?rows=items&columns=periods&show=tccs-07&item=item_1&item=item_2", 200, ">13</a>", "Đoàn viên")
	see(at+".csv", 200, "tccs-07,Tổ chức cơ sở Đoàn số 07,Tháng 1/2024,Đoàn viên (người),41")
	see(at+"?rows=x&columns=units&show=%00&item=none&from=1&to=2&level=x&after=-7", 200, "Tháng 2/2024")
	see("/units/tccs-07/pivot?level=self", 200, ">41</a>")
	if err := p.as("thuky07"); err != nil {
		t.Fatal(err)
	}
	see(at, 404)
	see("/units/tccs-08/pivot.xlsx", 404)
	see("/units/tccs-07/pivot", 200, ">41</a>")
}

// TestOfficePivot opens the file of a pivot with LibreOffice, which reckons its sums
// again.
func TestOfficePivot(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	h := app.NewDemoHouse(t)
	p := &player{t: t, h: h}
	at := pivoted(t, p, h)
	if err := p.get(at + ".xlsx?item=item_2"); err != nil || p.status != 200 {
		t.Fatalf("%v, status %d %s", err, p.status, p.body[:min(200, len(p.body))])
	}
	file := []byte(p.raw)
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := io.ReadAll(f)
	if err != nil || !strings.Contains(string(sheet), "<f>SUM(B4:B") || !strings.Contains(string(sheet), "<f>SUM(B10,C10)</f>") {
		t.Errorf("no sums: %v", err)
	}
	found := map[string]string{}
	for _, row := range o.table("pivot.xlsx", file) {
		found[row[0]] = strings.Join(row[1:], " | ")
	}
	for name, want := range map[string]string{
		"Tổ chức cơ sở Đoàn số 07": "2 | 11 | 13", "Tổ chức cơ sở Đoàn số 08": "5 |  | 5", "Tổ chức cơ sở Đoàn số 09": " |  | ",
		"Toàn bộ Đoàn khối Dân Chính Đảng TP Cần Thơ": "7 | 11 | 18",
	} {
		if found[name] != want {
			t.Errorf("%s: got %q, want %q", name, found[name], want)
		}
	}
}
