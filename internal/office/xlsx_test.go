package office

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// book has n rows of figures with sums under them, and a sheet of sources.
func book(n int) Book {
	s := Sheet{Name: "Số liệu", Title: "=1+1", Columns: []SheetColumn{{"Đơn vị", 40}, {"Đã học", 12}, {"Tổng số", 12}, {"Tỷ lệ", 10}}}
	sources := Sheet{Name: "Nguồn", Title: "Nguồn", Columns: []SheetColumn{{"Số liệu", 40}, {"Giá trị", 12}, {"Địa chỉ", 60}}}
	var done, all int64
	for i := range n {
		x, y := int64(i%7), int64(i%7+i%3)
		done, all = done+x, all+y
		s.Rows = append(s.Rows, []any{fmt.Sprintf("Đơn vị %d", i+1), x, y, Ratio{Over: 1, Under: 2, Num: x, Den: y}})
	}
	s.Rows = append(s.Rows, []any{"Tổng cộng", Sum{From: FirstRow, To: FirstRow + n - 1, Value: done}, Sum{From: FirstRow, To: FirstRow + n - 1, Value: all}, Ratio{Over: 1, Under: 2, Num: done, Den: all}})
	sources.Rows = [][]any{{"=cmd|' /C calc'!A0", done, Link{"https://example.org/figures/1/a/held?subtree=1"}}}
	return Book{Title: "Bảng", Author: "Đoàn & Đảng", Made: time.Date(2026, 1, 9, 3, 0, 0, 0, time.UTC), Sheets: []Sheet{s, sources}}
}

func opened(t *testing.T, b Book) *excelize.File {
	t.Helper()
	bs, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range unzip(t, bs) {
		if _, err := parse(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, err := excelize.OpenReader(bytes.NewReader(bs))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestSumsAreFormulasWithValues(t *testing.T) {
	f := opened(t, book(3)) // 0/0, 1/2, 2/4
	for cell, want := range map[string][2]string{
		"B7": {"SUM(B4:B6)", "3"}, "C7": {"SUM(C4:C6)", "6"}, "D7": {`IF(C7=0,"",B7/C7)`, "50.00%"}, "D4": {`IF(C4=0,"",B4/C4)`, ""}, "B5": {"", "1"},
	} {
		formula, err := f.GetCellFormula("Số liệu", cell)
		if err != nil {
			t.Fatal(err)
		}
		value, err := f.GetCellValue("Số liệu", cell)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{formula, value}; got != want {
			t.Errorf("%s is %q", cell, got)
		}
		reckoned, err := f.CalcCellValue("Số liệu", cell)
		if err != nil || reckoned != want[1] {
			t.Errorf("%s reckons to %q (%v)", cell, reckoned, err)
		}
	}
}

func TestTypedTextIsNeverAFormula(t *testing.T) {
	typed := []string{"=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "\t=1", "<b>&\"'", "\x00\x07x", strings.Repeat("dài ", 5000)}
	b := Book{Sheets: []Sheet{
		{Name: "Luồng", Columns: []SheetColumn{{"=A", 10}}},
		{Name: "Từng ô", Columns: []SheetColumn{{"=A", 10}, {"B", 10}}},
	}}
	for _, s := range typed {
		b.Sheets[0].Rows = append(b.Sheets[0].Rows, []any{s})
		b.Sheets[1].Rows = append(b.Sheets[1].Rows, []any{s, Link{"https://example.org/" + `"&x`}})
	}
	f := opened(t, b)
	for _, sheet := range []string{"Luồng", "Từng ô"} {
		for i, s := range typed {
			at := fmt.Sprintf("A%d", FirstRow+i)
			formula, err1 := f.GetCellFormula(sheet, at)
			kind, err2 := f.GetCellType(sheet, at)
			value, err3 := f.GetCellValue(sheet, at)
			if err1 != nil || err2 != nil || err3 != nil || formula != "" || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString || value != printable(s) {
				t.Errorf("%s, %.20q: formula %q, type %v, value %.20q (%v %v %v)", sheet, s, formula, kind, value, err1, err2, err3)
			}
		}
	}
}

func TestSourcesAreLinks(t *testing.T) {
	f := opened(t, book(3))
	ok, href, err := f.GetCellHyperLink("Nguồn", "C4")
	if err != nil || !ok || href != "https://example.org/figures/1/a/held?subtree=1" {
		t.Errorf("%v %q %v", ok, href, err)
	}
	if o, err := f.GetPageLayout("Số liệu"); err != nil || *o.Orientation != "landscape" || *o.FitToWidth != 1 {
		t.Errorf("it is not printed on the side of a page: %v", err)
	}
	if p, err := f.GetPanes("Số liệu"); err != nil || !p.Freeze || p.YSplit != FirstRow-1 {
		t.Errorf("the head does not stay: %+v %v", p, err)
	}
}

func TestAnOddCellIsRefused(t *testing.T) {
	for _, rows := range [][][]any{{{1.5}}, {{Link{"x"}, Sum{}}}} {
		if _, err := (Book{Sheets: []Sheet{{Name: "A", Rows: rows}}}).Bytes(); err == nil {
			t.Errorf("%v was written", rows)
		}
	}
}

func BenchmarkXlsx10k(b *testing.B) {
	x := book(10000)
	var file []byte
	for b.Loop() {
		var err error
		if file, err = x.Bytes(); err != nil {
			b.Fatal(err)
		}
	}
	within(b, 30, file)
}

// TestXlsxGolden holds a workbook, part by part, against one that a person has
// read; -update rewrites it.
func TestXlsxGolden(t *testing.T) {
	bs, err := book(3).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	parts := unzip(t, bs)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if strings.HasPrefix(name, "xl/theme/") { // colours and fonts that no sheet uses
			continue
		}
		fmt.Fprintf(&b, "-- %s --\n%s\n", name, strings.ReplaceAll(parts[name], "><", ">\n<"))
	}
	const golden = "testdata/sample.xlsx.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("the workbook differs from %s; rewrite it by -update and read the difference", golden)
	}
}
