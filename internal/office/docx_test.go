package office

import (
	"os"
	"testing"
	"time"
)

func sample() Doc {
	head := Table{Columns: []int{5, 6}, Rows: [][]TableCell{{
		{Pars: []Par{{Style: Line, Runs: T("ĐẢNG BỘ TỈNH BẮC HÀ")}, {Style: Line, Runs: B("ĐẢNG ỦY XÃ ĐÔNG LA")}, {Style: Line, Runs: T("*")}, {Style: Line, Runs: T("Số 12-BC/ĐU")}}},
		{Pars: []Par{{Style: Line, Runs: B("ĐẢNG CỘNG SẢN VIỆT NAM")}, {Style: Line, Rule: Width("ĐẢNG CỘNG SẢN VIỆT NAM", 14)}, {Style: Line, Runs: []Run{{Text: "Đông La, ngày 09 tháng 01 năm 2026", Italic: true}}, Space: 6}}},
	}}}
	var rows [][]TableCell
	for i := range 60 {
		rows = append(rows, []TableCell{C(Cell, itoa(i+1)), C(Cell, "Đảng viên đã học, quán triệt <A & B> \"x\""), C(Number, "35.599"), C(Number, "99,16 %")})
	}
	figures := Table{Columns: []int{1, 6, 2, 2}, Lines: true, Rows: rows,
		Head: [][]TableCell{{C(CellHead, "TT"), C(CellHead, "Nội dung"), C(CellHead, "Số lượng"), C(CellHead, "Tỷ lệ")}}}
	sign := Table{Columns: []int{5, 5}, Rows: [][]TableCell{{
		{Pars: []Par{{Style: Small, Runs: []Run{{Text: "Nơi nhận:", Bold: true, Italic: true}}}, {Style: Small, Runs: T("- Ban Thường vụ Tỉnh ủy;")}, {Style: Small, Runs: T("- Lưu: VT.")}}},
		{Pars: []Par{{Style: Line, Runs: B("T/M BAN CHẤP HÀNH")}, {Style: Line, Runs: T("BÍ THƯ")}, {Style: Line, Runs: B("Nguyễn Văn An"), Space: 60}}},
	}}}
	return Doc{Title: "Báo cáo", Subject: "s", Author: "Đảng ủy xã Đông La", Made: time.Date(2026, 1, 9, 3, 0, 0, 0, time.UTC), Language: "vi-VN",
		Font: "Times New Roman", Size: 14, Margins: Margins{20, 20, 30, 15}, First: "DỰ THẢO",
		Body: []Block{head, Par{Style: Title, Runs: T("BÁO CÁO")}, Par{Style: About, Runs: T("kết quả học tập, quán triệt Nghị quyết số 59-NQ/TW")},
			Par{Style: Heading1, Runs: T("Kết quả")}, Par{Style: Body, Runs: T("Thực hiện\tkế hoạch.\nDòng hai \x00\x0b\ufffe.")},
			Par{Style: Heading2, Runs: T("Số liệu")}, figures, Par{Style: Heading3, Runs: T("Ghi chú")}, Par{Style: Note, Runs: T("Ghi chú nhỏ")}, sign}}
}

func TestSample(t *testing.T) {
	b, err := sample().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(t.TempDir()+"/x.docx", b, 0o600); err != nil {
		t.Fatal(err)
	}
	_ = os.WriteFile("/tmp/nc/p/x.docx", b, 0o600)
}
