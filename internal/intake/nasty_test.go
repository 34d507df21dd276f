package intake

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
)

var people = Layout{Name: "mau", Sheet: "Bảng", Columns: []Column{
	{Key: "code", Names: []string{"Mã", "Code"}, Form: Code, Needed: true, Example: "007", Note: "intake.notes.write"},
	{Key: "name", Names: []string{"Họ và tên", "Full name"}, Needed: true, Example: "Nguyễn Văn A", Note: "intake.notes.write"},
	{Key: "day", Names: []string{"Ngày vào", "Joined"}, Form: Day, Example: "26/3/2020", Note: "intake.notes.write"},
	{Key: "n", Names: []string{"Số người", "Persons"}, Form: Whole, Example: "12", Note: "intake.notes.write"},
}}

// said is a table as a test compares it: good rows, then bad ones by line,
// column and message.
func said(t Table) string {
	var b strings.Builder
	for _, r := range t.Rows {
		fmt.Fprintf(&b, "%d:%s\n", r.Line, strings.Join(r.cells, "|"))
	}
	for _, x := range t.Bad {
		fmt.Fprintf(&b, "%d %s %s %v\n", x.Line, x.Column, x.Key, x.Args)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// key is the message a file was refused with.
func key(err error) string {
	f := fault.Of(err)
	return fmt.Sprintf("%s %v", f.Fields["file"].Key, f.Fields["file"].Args)
}

// book makes a workbook whose first sheet is filled by f.
func book(t testing.TB, f func(x *excelize.File, set func(at string, v any))) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	f(x, func(at string, v any) {
		t.Helper()
		if err := x.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	})
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func head(set func(at string, v any), line int) {
	for i, c := range []string{"Mã", "Họ và tên", "Ngày vào", "Số người"} {
		set(fmt.Sprintf("%s%d", letters(i), line), c)
	}
}

func utf16Text(s string, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(s))...) {
		b = order.AppendUint16(b, u)
	}
	return b
}

// TestText takes .csv as offices make them.
func TestText(t *testing.T) {
	const plain = "Mã,Họ và tên,Ngày vào,Số người\n007,Nguyễn Văn A,26/3/2020,12\n"
	const good = "2:007|Nguyễn Văn A|2020-03-26|12"
	for _, c := range []struct {
		name string
		file []byte
		want string // rows, or how the file is refused
	}{
		{"plain", []byte(plain), good},
		{"with a mark", []byte("\xef\xbb\xbf" + plain), good},
		{"semicolons", []byte(strings.ReplaceAll(plain, ",", ";")), good},
		{"tabs, Windows lines", []byte(strings.ReplaceAll(strings.ReplaceAll(plain, ",", "\t"), "\n", "\r\n")), good},
		{"a word about the sign", []byte("sep=;\r\n" + strings.ReplaceAll(plain, ",", ";")), "3" + good[1:]},
		{"UTF-16, little end first", utf16Text(plain, binary.LittleEndian), good},
		{"UTF-16, big end first", utf16Text(plain, binary.BigEndian), good},
		{"English names, other order, running numbers", []byte("No.;PERSONS;full NAME;code\n1;12;An;X-1\n"), "2:x-1|An||12"},
		{"a title and an empty row above, other marks", []byte("DANH SÁCH\n\nMA;HO VA TEN *\n1;An\n"), "4:1|An||"},
		{"quoted over lines", []byte("Mã,Họ và tên\n1,\"Nguyễn,\nVăn \"\"A\"\"\"\n2,B\n"), "2:1|Nguyễn, Văn \"A\"||\n4:2|B||"},
		{"decomposed, no-break and zero-width", []byte("Ma\u0303,Ho\u0323 va\u0300 te\u0302n\n\u00a01\u200b,Nguye\u0302\u0303n\u00a0 Va\u0306n\ufeff A \n"), "2:1|Nguyễn Văn A||"},
		{"empty rows", []byte("Mã,Họ và tên\n,\n1,A\n\n,,\n  ,\u00a0\n2,B\n"), "3:1|A||\n7:2|B||"},
		{"a total", []byte("Mã,Họ và tên,Số người\n1,A,3\nTổng cộng,,3\n"), "2:1|A||3\n3  intake.bad.total []"},
		{"a total after a running number, or in its place", []byte("STT,Mã,Họ và tên\n1,m1,A\n2,Tổng số,\nTổng,,\n3,,\n"), "2:m1|A||\n3  intake.bad.total []\n4  intake.bad.total []"},
		{
			"numbers as text", []byte("Mã,Họ và tên,Số người\n1,A,1000\n2,B,1.000\n3,C,1 000\n4,D,\"1,5\"\n5,E,-3\n6,F,12 người\n7,G,\"1,000\"\n8,H,1.00\n"),
			"2:1|A||1000\n3:2|B||1000\n4:3|C||1000\n" +
				"5 Số người intake.bad.whole [1,5]\n6 Số người intake.bad.negative [-3]\n7 Số người intake.bad.whole [12 người]\n" +
				"8 Số người intake.bad.whole [1,000]\n9 Số người intake.bad.whole [1.00]",
		},
		{
			"days as text", []byte("Mã,Họ và tên,Ngày vào\n1,A,02/11/2020\n2,B,2020-11-02\n3,C,2-11-2020\n4,D,31/02/2020\n5,E,2020\n6,F,2020-11-02T00:00:00\n7,G,11/31/2020\n8,H,44136\n"),
			"2:1|A|2020-11-02|\n3:2|B|2020-11-02|\n4:3|C|2020-11-02|\n7:6|F|2020-11-02|\n" +
				"5 Ngày vào intake.bad.day [31/02/2020]\n6 Ngày vào intake.bad.day [2020]\n8 Ngày vào intake.bad.day [11/31/2020]\n9 Ngày vào intake.bad.day [44136]",
		},
		{
			"what is missing in a row, each named", []byte("Mã,Họ và tên,Số người\n,A,x\n2,,1\n3\n"),
			"2 Mã intake.bad.needed []\n2 Số người intake.bad.whole [x]\n3 Họ và tên intake.bad.needed []\n4 Họ và tên intake.bad.needed []",
		},
		{"text outside the columns", []byte("Mã,Họ và tên\n1,A,,x\n"), "2  intake.bad.outside [D]"},
		{"a cell too long", []byte("Mã,Họ và tên\n1," + strings.Repeat("a", 2001) + "\n"), "2 Họ và tên intake.bad.long [2000]"},
		{"columns are called as the file does", []byte("CODE *;full name:\n1;\n"), "2 full name intake.bad.needed []"},
		{"an unknown column", []byte("Mã,Họ và tên,Dân tộc\n1,A,x\n"), "intake.error.column [Dân tộc C Mã (Code), Họ và tên (Full name), Ngày vào (Joined), Số người (Persons)]"},
		{"a missing column", []byte("Mã,Ngày vào\n1,2/11/2020\n"), "intake.error.no_column [Họ và tên (Full name) 1 Mã (Code), Họ và tên (Full name)]"},
		{"a column twice", []byte("Mã,Họ và tên,Code\n1,A,2\n"), "intake.error.column_twice [Mã (Code) A C]"},
		{"no header", []byte("1,A\n2,B\n"), "intake.error.no_header [10 Mã (Code), Họ và tên (Full name), Ngày vào (Joined), Số người (Persons)]"},
		{"a header too far down", []byte(strings.Repeat("x\n", 10) + plain), "intake.error.no_header [10 Mã (Code), Họ và tên (Full name), Ngày vào (Joined), Số người (Persons)]"},
		{"nothing", nil, "intake.error.empty []"},
		{"an open quotation mark", []byte("Mã,Họ và tên\n1,\"A\n"), "intake.error.quotes [2]"},
		{"old letters", []byte("M\xb7,H\xe4 v\xb5 t\xaan\n1,A\n"), "intake.error.letters []"},
		{"half of a letter", append(utf16Text(plain, binary.LittleEndian), 'x'), "intake.error.letters []"},
		{"no text", []byte("Mã,Họ và tên\n\x00\x01"), "intake.error.kind []"},
		{"too many rows", []byte("Mã,Họ và tên\n" + strings.Repeat("1,A\n", MaxRows+headRows)), "intake.error.rows [200000]"},
		{"too many columns", []byte(strings.Repeat(",", MaxColumns) + "\nMã,Họ và tên\n"), "intake.error.columns [100]"},
		{"too many bytes", bytes.Repeat([]byte("x"), MaxSize+1), "intake.error.size [20]"},
		{"an old workbook", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook"), "intake.error.xls []"},
		{"a locked workbook", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), utf16le("EncryptedPackage")...), "intake.error.encrypted []"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Read(c.file, people)
			if s := said(got); err == nil && s != c.want {
				t.Errorf("got\n%s\nwant\n%s", s, c.want)
			} else if err != nil && key(err) != c.want {
				t.Errorf("refused with %s, %v; want\n%s", key(err), err, c.want)
			}
		})
	}
}

// TestWorkbooks takes .xlsx as offices make them.
func TestWorkbooks(t *testing.T) {
	when := time.Date(2020, 11, 2, 0, 0, 0, 0, time.UTC)
	style := func(t testing.TB, x *excelize.File, at, format string) {
		t.Helper()
		id, err := x.NewStyle(&excelize.Style{CustomNumFmt: &format})
		must(t, err)
		must(t, x.SetCellStyle("Sheet1", at, at, id))
	}
	for _, c := range []struct {
		name string
		fill func(t testing.TB, x *excelize.File, set func(at string, v any))
		want string
	}{
		{"plain", func(t testing.TB, x *excelize.File, set func(string, any)) {
			head(set, 1)
			set("A2", "007")
			set("B2", "Nguyễn Văn A")
			set("C2", when)
			set("D2", 1000)
		}, "2:007|Nguyễn Văn A|2020-11-02|1000"},
		{"a title above, rows left out", func(t testing.TB, x *excelize.File, set func(string, any)) {
			set("A1", "DANH SÁCH")
			must(t, x.MergeCell("Sheet1", "A1", "D1"))
			head(set, 4)
			set("A7", "1")
			set("B7", "A")
		}, "7:1|A||"},
		{"numbers and texts the wrong way round", func(t testing.TB, x *excelize.File, set func(string, any)) {
			head(set, 1)
			for i, v := range []any{"1.000", 1.5, "1,5", 1000.0, "12 người", -2, true} {
				set(fmt.Sprintf("A%d", i+2), i+1)
				set(fmt.Sprintf("B%d", i+2), 84)
				set(fmt.Sprintf("D%d", i+2), v)
			}
		}, "2:1|84||1000\n5:4|84||1000\n3 Số người intake.bad.whole [1.5]\n4 Số người intake.bad.whole [1,5]\n" +
			"6 Số người intake.bad.whole [12 người]\n7 Số người intake.bad.negative [-2]\n8 Số người intake.bad.whole [1]"},
		{"codes shown with zeros, long codes", func(t testing.TB, x *excelize.File, set func(string, any)) {
			head(set, 1)
			set("A2", 7)
			style(t, x, "A2", "00000")
			set("B2", "A")
			set("A3", 123456789012)
			set("B3", "B")
		}, "2:00007|A||\n3:123456789012|B||"},
		{"days of all sorts", func(t testing.TB, x *excelize.File, set func(string, any)) {
			head(set, 1)
			for i, v := range []any{44137, 44137.75, "2/11/2020", 2020, 60, 61, -1, 1e9, "hôm qua"} {
				set(fmt.Sprintf("A%d", i+2), fmt.Sprint(i+1))
				set(fmt.Sprintf("B%d", i+2), "A")
				set(fmt.Sprintf("C%d", i+2), v)
			}
		}, "2:1|A|2020-11-02|\n3:2|A|2020-11-02|\n4:3|A|2020-11-02|\n7:6|A|1900-03-01|\n" +
			"5 Ngày vào intake.bad.year [2020]\n6 Ngày vào intake.bad.day [60]\n8 Ngày vào intake.bad.day [-1]\n9 Ngày vào intake.bad.day [1000000000]\n10 Ngày vào intake.bad.day [hôm qua]"},
		{"days from 1904", func(t testing.TB, x *excelize.File, set func(string, any)) {
			yes := true
			must(t, x.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
			head(set, 1)
			set("A2", "1")
			set("B2", "A")
			set("C2", 44137-1462)
		}, "2:1|A|2020-11-02|"},
		{"formulas", func(t testing.TB, x *excelize.File, set func(string, any)) {
			head(set, 1)
			set("A2", "1")
			set("B2", "A")
			must(t, x.SetCellFormula("Sheet1", "D2", "3+4"))
			set("A3", "2")
			set("B3", "B")
			set("C3", "#REF!")
		}, "2 Số người intake.bad.formula []\n3 Ngày vào intake.bad.day [#REF!]"},
		{"rich text", func(t testing.TB, x *excelize.File, set func(string, any)) {
			head(set, 1)
			set("A2", "1")
			must(t, x.SetCellRichText("Sheet1", "B2", []excelize.RichTextRun{{Text: "Nguyễn "}, {Text: "Văn A", Font: &excelize.Font{Bold: true}}}))
		}, "2:1|Nguyễn Văn A||"},
		{"a header of two lines, merged down", func(t testing.TB, x *excelize.File, set func(string, any)) {
			set("A1", "Mã")
			set("B1", "Họ và tên")
			set("C1", "Sinh hoạt")
			set("C2", "Ngày vào")
			set("D2", "Số người")
			must(t, x.MergeCell("Sheet1", "A1", "A2"))
			must(t, x.MergeCell("Sheet1", "B1", "B2"))
			must(t, x.MergeCell("Sheet1", "C1", "D1"))
			set("A3", "1")
			set("B3", "A")
			set("C3", "2/11/2020")
		}, "3:1|A|2020-11-02|"},
		{"a header merged sideways", func(t testing.TB, x *excelize.File, set func(string, any)) {
			head(set, 1)
			must(t, x.MergeCell("Sheet1", "C1", "D1"))
		}, "intake.error.merged_header [C1:D1]"},
		{"rows merged", func(t testing.TB, x *excelize.File, set func(string, any)) {
			head(set, 1)
			set("A2", "1")
			set("B2", "A")
			set("A3", "2")
			set("B3", "B")
			set("D3", 4)
			set("A4", "3")
			set("B4", "C")
			must(t, x.MergeCell("Sheet1", "D3", "D4"))
		}, "2:1|A||\n3  intake.bad.merged [D3:D4]\n4  intake.bad.merged [D3:D4]"},
		{"a total of a formula", func(t testing.TB, x *excelize.File, set func(string, any)) {
			head(set, 1)
			set("A2", "1")
			set("B2", "A")
			set("B3", "Tổng cộng:")
			must(t, x.SetCellFormula("Sheet1", "D3", "SUM(D2:D2)"))
		}, "2:1|A||\n3  intake.bad.total []"},
		{"the table on the second sheet, a hidden copy", func(t testing.TB, x *excelize.File, set func(string, any)) {
			set("A1", "Lời dẫn")
			for _, s := range []string{"Hai", "Ba"} {
				_, err := x.NewSheet(s)
				must(t, err)
				must(t, x.SetSheetRow(s, "A1", &[]string{"Mã", "Họ và tên"}))
				must(t, x.SetSheetRow(s, "A2", &[]string{"1", s}))
			}
			must(t, x.SetSheetVisible("Ba", false))
		}, "2:1|Hai||"},
		{"two tables", func(t testing.TB, x *excelize.File, set func(string, any)) {
			head(set, 1)
			_, err := x.NewSheet("Hai")
			must(t, err)
			must(t, x.SetSheetRow("Hai", "A1", &[]string{"Mã", "Họ và tên"}))
		}, "intake.error.two_sheets []"},
		{"too many sheets", func(t testing.TB, x *excelize.File, set func(string, any)) {
			for i := range maxSheets {
				_, err := x.NewSheet(fmt.Sprint("S", i))
				must(t, err)
			}
		}, "intake.error.sheets [20]"},
		{"too many columns", func(t testing.TB, x *excelize.File, set func(string, any)) { set("XFD1", "x") }, "intake.error.columns [100]"},
		{"nothing", func(t testing.TB, x *excelize.File, set func(string, any)) {}, "intake.error.no_header [10 Mã (Code), Họ và tên (Full name), Ngày vào (Joined), Số người (Persons)]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := book(t, func(x *excelize.File, set func(string, any)) { c.fill(t, x, set) })
			got, err := Read(b, people)
			if s := said(got); err == nil && s != c.want {
				t.Errorf("got\n%s\nwant\n%s", s, c.want)
			} else if err != nil && key(err) != c.want {
				t.Errorf("refused with %s, %v; want\n%s", key(err), err, c.want)
			}
		})
	}
}

// TestTemplates reads every template back: a table without rows.
func TestTemplates(t *testing.T) {
	c, err := i18n.Load(Locale)
	must(t, err)
	for _, lang := range i18n.Langs {
		x, err := Workbook(people, lang, func(key string, args ...any) string { return c.T(lang, key, args...) })
		must(t, err)
		s, err := CSV(people, lang)
		must(t, err)
		for _, b := range [][]byte{x, s} {
			got, err := Read(b, people)
			if err != nil || len(got.Rows)+len(got.Bad) > 0 {
				t.Errorf("%s: a template reads as %s, %v", lang, said(got), err)
			}
		}
	}
}

// TestSortBad keeps the order within a row.
func TestSortBad(t *testing.T) {
	bad := []Bad{{Line: 3, Column: "a"}, {Line: 2}, {Line: 3, Column: "b"}}
	SortBad(bad)
	if !slices.EqualFunc(bad, []Bad{{Line: 2}, {Line: 3, Column: "a"}, {Line: 3, Column: "b"}}, func(a, b Bad) bool { return a.Line == b.Line && a.Column == b.Column }) {
		t.Error(bad)
	}
}

// TestNamedAgain refuses a workbook that names its texts or its styles more than
// once: each time they would be unpacked again.
func TestNamedAgain(t *testing.T) {
	sheet := `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row></sheetData></worksheet>`
	for _, kind := range []string{"sharedStrings", "styles"} {
		rels := `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` +
			strings.Repeat(`<Relationship Id="r2" Type="x/`+kind+`" Target="sharedStrings.xml"/>`, 3) + `</Relationships>`
		_, err := Read(pack(t, sheet, "xl/_rels/workbook.xml.rels", rels), people)
		if err == nil || !strings.Contains(err.Error(), "intake.error.bomb") {
			t.Errorf("%s three times: %v, want it refused", kind, err)
		}
	}
}
