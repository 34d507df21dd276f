package office

import (
	"fmt"
	"testing"
)

// parts is a sheet of groups, each with its own sum under it, and a sum of all; beside
// it one that opens each row.
func parts(groups, each, figures int) Book {
	s := Sheet{Name: "Theo đơn vị", Title: "Theo cấp", Columns: []SheetColumn{{"Đơn vị", 40}}}
	links := Sheet{Name: "Nguồn", Title: "Nguồn", Columns: []SheetColumn{{"Đơn vị", 40}, {"Địa chỉ", 60}}}
	for range figures {
		s.Columns = append(s.Columns, SheetColumn{"Số liệu", 12})
	}
	var all int64
	for g := range groups {
		from, sum := FirstRow+len(s.Rows), int64(0)
		for i := range each {
			row := []any{fmt.Sprintf("Xã %d", i+1)}
			n := int64(g*each + i)
			for range figures {
				row = append(row, n)
			}
			sum += n
			s.Rows = append(s.Rows, row)
			links.Rows = append(links.Rows, []any{"Xã", Link{fmt.Sprintf(`https://example.org/periods/a"b/units/xa-%d-%d`, g, i)}})
		}
		row := []any{Head{fmt.Sprintf("Cộng tỉnh %d", g+1)}}
		for range figures {
			row = append(row, Sum{From: from, To: FirstRow + len(s.Rows) - 1, Value: sum, Parts: true})
		}
		s.Rows, all = append(s.Rows, row), all+sum
	}
	row := []any{Head{"Tổng cộng"}}
	for range figures {
		row = append(row, Sum{From: FirstRow, To: FirstRow + len(s.Rows) - 1, Value: all, Parts: true})
	}
	s.Rows = append(s.Rows, row)
	return Book{Title: "Bảng", Sheets: []Sheet{s, links}}
}

// A sum of all does not add the sums of its parts again.
func TestSumsOfPartsAreAddedOnce(t *testing.T) {
	f := opened(t, parts(3, 4, 2)) // rows 4–7, 8; 9–12, 13; 14–17, 18; 19
	for cell, want := range map[string][2]string{"B8": {"SUBTOTAL(9,B4:B7)", "6"}, "C13": {"SUBTOTAL(9,C9:C12)", "22"}, "C19": {"SUBTOTAL(9,C4:C18)", "66"}} {
		formula, err := f.GetCellFormula("Theo đơn vị", cell)
		if err != nil {
			t.Fatal(err)
		}
		value, err := f.GetCellValue("Theo đơn vị", cell)
		if err != nil || [2]string{formula, value} != want {
			t.Errorf("%s is %q %q (%v)", cell, formula, value, err)
		}
	}
}

// Thousands of links are formulas, whose text nobody can break out of; a few are links of
// the sheet.
func TestManyLinksAreFormulas(t *testing.T) {
	few, many := opened(t, parts(1, 2, 1)), opened(t, parts(1, fewLinks+1, 1))
	if ok, to, err := few.GetCellHyperLink("Nguồn", "B5"); err != nil || !ok || to != `https://example.org/periods/a"b/units/xa-0-1` {
		t.Errorf("got %v %q %v", ok, to, err)
	}
	formula, err := many.GetCellFormula("Nguồn", "B5")
	if want := `HYPERLINK("https://example.org/periods/a""b/units/xa-0-1")`; err != nil || formula != want {
		t.Errorf("got %q, want %q (%v)", formula, want, err)
	}
	if shown, err := many.GetCellValue("Nguồn", "B5"); err != nil || shown != `https://example.org/periods/a"b/units/xa-0-1` {
		t.Errorf("got %q (%v)", shown, err)
	}
}

// BenchmarkLevel writes 3,321 units of 50 figures in 34 parts, with the sheet that opens
// each.
func BenchmarkLevel(b *testing.B) {
	book := parts(34, 98, 50)
	for b.Loop() {
		out, err := book.Bytes()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(out))/1e3, "kB")
	}
}
