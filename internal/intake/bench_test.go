package intake

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"
)

// BenchmarkRead reads a table of 100,000 rows, beside what the file is made of.
func BenchmarkRead(b *testing.B) {
	const n = 100_000
	var text bytes.Buffer
	text.WriteString("Mã,Họ và tên,Ngày vào,Số người\n")
	x := excelize.NewFile()
	w, err := x.NewStreamWriter("Sheet1")
	must(b, err)
	must(b, w.SetRow("A1", []any{"Mã", "Họ và tên", "Ngày vào", "Số người"}))
	for i := range n {
		name := fmt.Sprintf("Nguyễn Thị Hồng Ánh %d", i)
		fmt.Fprintf(&text, "m-%06d,%s,26/3/2020,%d\n", i, name, i)
		must(b, w.SetRow(fmt.Sprintf("A%d", i+2), []any{fmt.Sprintf("m-%06d", i), name, "26/3/2020", i}))
	}
	must(b, w.Flush())
	var book bytes.Buffer
	must(b, x.Write(&book))
	for name, file := range map[string][]byte{"csv": text.Bytes(), "xlsx": book.Bytes()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				t, err := Read(file, people)
				if err != nil || len(t.Rows) != n {
					b.Fatal(len(t.Rows), t.Bad[:min(3, len(t.Bad))], err)
				}
			}
		})
	}
}
