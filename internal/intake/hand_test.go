package intake

import (
	"archive/zip"
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// pack makes a workbook of a sheet written by hand; other parts take the place
// of those it has.
func pack(t testing.TB, sheet string, other ...string) []byte {
	t.Helper()
	parts := map[string]string{
		"_rels/.rels":     `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook><sheets><sheet name="A" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":     `<sst><si><t>Mã</t></si><si><r><t>Họ </t></r><r><t>và tên</t></r><rPh><t>x</t></rPh></si></sst>`,
		"xl/worksheets/sheet1.xml": sheet,
	}
	for i := 0; i+1 < len(other); i += 2 {
		parts[other[i]] = other[i+1]
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		must(t, err)
		_, err = io.WriteString(w, text)
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

const handHead = `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>` +
	`<c r="C1" t="inlineStr"><is><t>Ngày vào</t></is></c><c r="D1" t="str"><v>Số người</v></c></row>`

// TestSheetsByHand takes what other programs than the usual ones write.
func TestSheetsByHand(t *testing.T) {
	for _, c := range []struct{ name, rows, want string }{
		{
			"computed formulas", `<row r="2"><c r="A2" t="str"><f>1</f><v>x1</v></c><c r="B2" t="str"><f>"A"</f><v>A</v></c><c r="C2"><f>TODAY()</f><v>44137</v></c><c r="D2"><f>1+1</f><v>2</v></c></row>`,
			"2:x1|A|2020-11-02|2",
		},
		{"a formula whose text is empty", `<row r="2"><c r="A2" t="str"><f>1</f><v></v></c><c r="B2" t="s"><v>0</v></c></row>`, "2 Mã intake.bad.needed []"},
		{
			"formulas never computed", `<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>A2</f></c><c r="D2"><f>A2</f><v></v></c></row>`,
			"2 Họ và tên intake.bad.formula []\n2 Số người intake.bad.formula []",
		},
		{
			"a row of formulas alone", `<row r="2"><c r="D2"><f>A2</f></c></row>`,
			"2 Mã intake.bad.needed []\n2 Họ và tên intake.bad.needed []\n2 Số người intake.bad.formula []",
		},
		{"errors", `<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row>`, "2 Họ và tên intake.bad.failure [#N/A]"},
		{"a day in its own sort", `<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>0</v></c><c r="C2" t="d"><v>2020-11-02T00:00:00</v></c></row>`, "2:1|Mã|2020-11-02|"},
		{"no references", `<row><c><v>1</v></c><c t="inlineStr"><is><r><t>A</t></r><r><t xml:space="preserve"> B</t></r></is></c></row>`, "2:1|A B||"},
		{"numbers with exponents", `<row r="2"><c r="A2"><v>1.2E3</v></c><c r="B2" t="s"><v>0</v></c><c r="D2"><v>1E3</v></c></row>`, "2:1200|Mã||1000"},
		{
			"numbers beyond reason", `<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>1</v></c><c r="C2"><v>NaN</v></c><c r="D2"><v>1E300</v></c></row>`,
			"2 Ngày vào intake.bad.day [NaN]\n2 Số người intake.bad.whole [1E300]",
		},
		{"a text that is not there", `<row r="2"><c r="A2" t="s"><v>9</v></c></row>`, "intake.error.broken []"},
		{"rows out of order", `<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>`, "intake.error.broken []"},
		{"cells out of order", `<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>`, "intake.error.broken []"},
		{"a cell too far", `<row r="2"><c r="ZZZZ2"><v>1</v></c></row>`, "intake.error.broken []"},
		{"cut off", `<row r="2"><c r="A2"><v>1`, "intake.error.broken []"},
		{
			"a merge over everything", `</sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells><sheetData><row r="2"><c r="A2"><v>1</v></c></row>`,
			"2  intake.bad.merged [A2:XFD1048576]",
		},
		{"letters of its own making", `<!DOCTYPE x [<!ENTITY a "aaaa">]><row r="2"><c r="A2" t="str"><v>&a;</v></c></row>`, "intake.error.broken []"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := pack(t, handHead+c.rows+`</sheetData></worksheet>`)
			got, err := Read(b, people)
			if s := said(got); err == nil && s != c.want {
				t.Errorf("got\n%s\nwant\n%s", s, c.want)
			} else if err != nil && key(err) != c.want {
				t.Errorf("refused with %s, %v; want\n%s", key(err), err, c.want)
			}
		})
	}
}

// TestPackages refuses what is no workbook, or one made to do harm.
func TestPackages(t *testing.T) {
	var zeros bytes.Buffer
	z := zip.NewWriter(&zeros)
	w, err := z.Create("x")
	must(t, err)
	_, err = w.Write([]byte("x"))
	must(t, err)
	must(t, z.Close())

	many := pack(t, handHead+strings.Repeat(`<row><c><v>1</v></c><c><v>1</v></c></row>`, MaxRows+headRows)+`</sheetData></worksheet>`)
	locked := func() []byte {
		x := excelize.NewFile()
		defer x.Close()
		var b bytes.Buffer
		must(t, x.Write(&b, excelize.Options{Password: "x"}))
		return b.Bytes()
	}()
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"a zip of something else", zeros.Bytes(), "intake.error.kind []"},
		{"half a zip", zeros.Bytes()[:20], "intake.error.broken []"},
		{"a document", pack(t, "", "_rels/.rels", `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="word/document.xml"/></Relationships>`), "intake.error.kind []"},
		{"a binary workbook", pack(t, "", "_rels/.rels", `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>`), "intake.error.kind []"},
		{"a locked one", locked, "intake.error.encrypted []"},
		{"too many rows", many, "intake.error.rows [200000]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Read(c.file, people); err == nil || key(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// TestBombs unpacks no more than the limits, whatever a package says of itself.
func TestBombs(t *testing.T) {
	blank := strings.Repeat(" ", max(maxPart/4, maxStrings)+1)
	for name, b := range map[string][]byte{
		"a sheet of blanks": pack(t, "<worksheet><sheetData>"+blank+blank+blank+blank+" </sheetData></worksheet>"),
		"a text of blanks":  pack(t, handHead+"</sheetData></worksheet>", "xl/sharedStrings.xml", "<sst><si><t>"+blank+"</t></si></sst>"),
	} {
		if len(b) > MaxSize {
			t.Fatalf("%s: the file itself has %d bytes", name, len(b))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Read(b, people)
		runtime.ReadMemStats(&after)
		if err == nil || key(err) != "intake.error.bomb []" {
			t.Errorf("%s: %v", name, err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 2<<30 {
			t.Errorf("%s took %d MB", name, got>>20)
		}
	}
}

// FuzzRead reads anything without a panic, and no row without its needed cells.
func FuzzRead(f *testing.F) {
	f.Add([]byte("Mã,Họ và tên\n1,A\n"))
	f.Add([]byte("Mã;Họ và tên;Ngày vào;Số người\n1;\"A\nB\";2/11/2020;1.000\nTổng cộng;;;1\n"))
	f.Add([]byte("\xff\xfeM\x00"))
	f.Add(pack(f, handHead+`<row r="2"><c r="A2"><f>1</f></c></row></sheetData></worksheet>`))
	f.Fuzz(func(t *testing.T, b []byte) { sound(t, b) })
}

// FuzzSheet reads any sheet and any texts of a workbook.
func FuzzSheet(f *testing.F) {
	f.Add(handHead+`<row r="2"><c r="A2" s="3"><v>1</v></c><c r="B2" t="s"><v>0</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`, `<sst><si><t>Mã</t></si></sst>`)
	f.Add(`<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>Code</t></is></c></row></sheetData></worksheet>`, `<sst/>`)
	f.Fuzz(func(t *testing.T, sheet, texts string) { sound(t, pack(t, sheet, "xl/sharedStrings.xml", texts)) })
}

func sound(t *testing.T, b []byte) {
	got, err := Read(b, people)
	if err != nil {
		if !strings.HasPrefix(key(err), "intake.error.") {
			t.Fatalf("refused without a reason: %v", err)
		}
		return
	}
	for _, r := range got.Rows {
		if r.Line < 2 || r.Get("code") == "" || r.Get("name") == "" || len(r.Cells()) != len(people.Columns) {
			t.Fatalf("line %d is good with %q", r.Line, r.Cells())
		}
	}
}
