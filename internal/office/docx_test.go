package office

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite golden files")

// sample is a paper with every kind of part in it.
func sample(rows int) Doc {
	head := Table{Columns: []int{5, 6}, Rows: [][]TableCell{{
		{Pars: []Par{{Style: Line, Runs: T("ĐẢNG BỘ TỈNH BẮC HÀ")}, {Style: Line, Runs: B("ĐẢNG ỦY XÃ ĐÔNG LA")}, {Style: Line, Runs: T("*")}, {Style: Line, Runs: T("Số 12-BC/ĐU")}}},
		{Pars: []Par{
			{Style: Line, Runs: []Run{{Text: "ĐẢNG CỘNG SẢN VIỆT NAM", Bold: true, Size: 15}}},
			{Style: Line, Rule: Width("ĐẢNG CỘNG SẢN VIỆT NAM", 15)},
			{Style: Line, Runs: []Run{{Text: "Đông La, ngày 09 tháng 01 năm 2026", Italic: true}}, Space: 6},
		}},
	}}}
	figures := Table{
		Columns: []int{1, 6, 2, 2}, Lines: true,
		Head: [][]TableCell{{C(CellHead, "TT"), C(CellHead, "Nội dung"), C(CellHead, "Số lượng"), C(CellHead, "Tỷ lệ")}},
	}
	for i := range rows {
		figures.Rows = append(figures.Rows, []TableCell{C(CellMiddle, itoa(i+1)), C(Cell, `Đảng viên <A & B> "x"`), C(Number, "35.599"), C(Number, "99,16 %")})
	}
	figures.Rows = append(figures.Rows, []TableCell{{Span: 2}, C(Number, "1"), C(Number, "2")})
	sign := Table{Columns: []int{5, 5}, Rows: [][]TableCell{{
		{Pars: []Par{{Style: Small, Runs: []Run{{Text: "Nơi nhận:", Bold: true, Italic: true, Underline: true, Size: 12}}}, {Style: Small, Runs: T("- Lưu: VT.")}}},
		{Pars: []Par{{Style: Line, Runs: B("T/M BAN CHẤP HÀNH"), Keep: true}, {Style: Line, Runs: T("BÍ THƯ")}, {Style: Line, Runs: B("Nguyễn Văn An"), Space: 60}}},
	}}}
	return Doc{
		Title: "Báo cáo", Subject: "BC", Author: "Đảng ủy xã Đông La", Made: time.Date(2026, 1, 9, 3, 0, 0, 0, time.UTC), Language: "vi-VN",
		Font: "Times New Roman", Size: 14, Margins: Margins{20, 20, 30, 15}, First: "DỰ THẢO",
		Body: []Block{
			head,
			Par{Style: Title, Runs: T("BÁO CÁO")},
			Par{Style: About, Runs: T("kết quả học tập, quán triệt Nghị quyết số 59-NQ/TW")},
			Par{Style: Heading1, Runs: T("Kết quả")},
			Par{Style: Body, Runs: T("Thực hiện\tkế hoạch.\nDòng hai.")},
			Par{Style: Heading2, Runs: T("Số liệu")},
			figures,
			Par{Style: Heading3, Runs: T("Ghi chú")},
			Par{Style: Note, Runs: T("Nhỏ")},
			Par{Style: LeftLine, Runs: T("trái")},
			Par{Style: RightLine, Runs: T("phải")},
			figures, sign,
		},
	}
}

func made(t *testing.T, d Doc) map[string]string {
	t.Helper()
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return unzip(t, b)
}

func unzip(t testing.TB, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(text)
	}
	return parts
}

func TestDocxGolden(t *testing.T) {
	parts := made(t, sample(2))
	var b strings.Builder
	for _, name := range []string{
		"[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "docProps/app.xml", "word/_rels/document.xml.rels", "word/document.xml",
		"word/styles.xml", "word/settings.xml", "word/numbering.xml", "word/fontTable.xml", "word/header1.xml", "word/header2.xml", "word/footer1.xml", "word/footer2.xml",
	} {
		fmt.Fprintf(&b, "-- %s --\n%s\n", name, strings.ReplaceAll(parts[name], "><", ">\n<"))
		delete(parts, name)
	}
	if len(parts) > 0 {
		t.Errorf("parts that the golden file does not show: %v", parts)
	}
	const golden = "testdata/sample.docx.golden"
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
		t.Errorf("the paper differs from %s; rewrite it by -update and read the difference", golden)
	}
}

func TestDocxIsTheSameForTheSameInput(t *testing.T) {
	one, err := sample(3).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	two, err := sample(3).Bytes()
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("two makings of one paper differ (%v)", err)
	}
}

func TestDocxIsValid(t *testing.T) {
	odd := sample(1)
	odd.PageBottom, odd.First = true, ""
	odd.Title = "a & b < c > \"d\" \x00\x0b"
	odd.Body = append(odd.Body, Par{Style: Body, Runs: T("& < > \" ' \x00\x01\x08\x0b\x1f\x7f\u0085\ufffe\uffff \xff\xfe " + strings.Repeat("Việt Nam ", 2300))})
	empty := Doc{Font: "Times New Roman", Size: 14, Language: "vi-VN"}
	for name, d := range map[string]Doc{"sample": sample(2), "odd text": odd, "500 rows": sample(500), "nothing": empty} {
		t.Run(name, func(t *testing.T) {
			for _, bad := range check(made(t, d)) {
				t.Error(bad)
			}
		})
	}
}

func TestOddTextStaysWhole(t *testing.T) {
	long := strings.Repeat("Đảng viên & đoàn viên <", 1000)
	d := Doc{Font: "F", Size: 14, Body: []Block{Par{Style: Body, Runs: T("\x00" + long + "\x1f\tsau")}}}
	text := ""
	for _, e := range elements(t, made(t, d)["word/document.xml"]) {
		text += e.text
	}
	if text != long+"sau" {
		t.Errorf("%d letters of %d came back, or others", len(text), len(long)+3)
	}
}

// TestCheckFindsWhatIsWrong breaks a paper in the ways the check is there for.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	for name, f := range map[string]func(p map[string]string){
		"not well-formed": func(p map[string]string) { p["word/document.xml"] += "<x>" },
		"order": func(p map[string]string) {
			swap(p, "word/document.xml", "<w:cantSplit/><w:tblHeader/>", "<w:tblHeader/><w:cantSplit/>")
		},
		"unknown style":      func(p map[string]string) { swap(p, "word/document.xml", `w:val="Title"`, `w:val="Titel"`) },
		"relationship":       func(p map[string]string) { swap(p, "word/document.xml", "rId6", "rId66") },
		"part is missing":    func(p map[string]string) { delete(p, "word/header1.xml") },
		"no type":            func(p map[string]string) { swap(p, "[Content_Types].xml", "/word/header1.xml", "/word/header9.xml") },
		"cell ends in table": func(p map[string]string) { swap(p, "word/document.xml", "</w:p></w:tc>", "</w:p><w:tbl/></w:tc>") },
		"grid":               func(p map[string]string) { swap(p, "word/document.xml", `<w:gridSpan w:val="2"/>`, "") },
		"tables touch":       func(p map[string]string) { swap(p, "word/document.xml", "</w:tbl>", "</w:tbl><w:tbl></w:tbl>") },
	} {
		p := made(t, sample(2))
		f(p)
		if len(check(p)) == 0 {
			t.Errorf("%s: nothing was found", name)
		}
	}
}

func swap(p map[string]string, part, what, by string) {
	p[part] = strings.Replace(p[part], what, by, 1)
}

// order is how ECMA-376 orders what these elements hold, as far as it is used.
var order = map[string][]string{
	"pPr":       {"pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd", "tabs", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr"},
	"rPr":       {"rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "color", "spacing", "sz", "szCs", "u", "lang"},
	"tblPr":     {"tblStyle", "tblW", "jc", "tblInd", "tblBorders", "tblLayout", "tblCellMar", "tblLook"},
	"trPr":      {"cantSplit", "tblHeader"},
	"tcPr":      {"tcW", "gridSpan", "vMerge", "tcBorders", "shd", "vAlign"},
	"tbl":       {"tblPr", "tblGrid", "tr"},
	"tr":        {"trPr", "tc"},
	"r":         {"rPr", "t", "br", "tab", "fldChar", "instrText"},
	"sectPr":    {"headerReference", "footerReference", "pgSz", "pgMar", "pgNumType", "cols", "titlePg", "docGrid"},
	"style":     {"name", "basedOn", "next", "uiPriority", "qFormat", "pPr", "rPr", "tblPr"},
	"styles":    {"docDefaults", "latentStyles", "style"},
	"lvl":       {"start", "numFmt", "pStyle", "suff", "lvlText", "lvlJc", "pPr", "rPr"},
	"numbering": {"abstractNum", "num"},
	"settings":  {"zoom", "defaultTabStop", "characterSpacingControl", "compat", "decimalSymbol", "listSeparator"},
	"font":      {"charset", "family", "pitch"},
}

// An element is one of a part, with its parent and what it holds by name.
type element struct {
	name     string
	attrs    map[string]string
	parent   *element
	children []*element
	text     string
}

func parse(text string) ([]*element, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	var all []*element
	var at *element
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			if at != nil {
				err = errors.New("it ends in the middle")
				return all, err
			}
			return all, nil
		}
		if err != nil {
			return all, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &element{name: tok.Name.Local, attrs: map[string]string{}, parent: at}
			for _, a := range tok.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			if at != nil {
				at.children = append(at.children, e)
			}
			all, at = append(all, e), e
		case xml.EndElement:
			at = at.parent
		case xml.CharData:
			if at != nil {
				at.text += string(tok)
			}
		}
	}
}

func elements(t *testing.T, text string) []*element {
	t.Helper()
	all, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// check returns what Word would stumble over in a paper.
func check(parts map[string]string) []string {
	var bad []string
	wrong := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	all := map[string][]*element{}
	for name, text := range parts {
		e, err := parse(text)
		if err != nil {
			wrong("%s: %v", name, err)
		}
		all[name] = e
	}
	types := map[string]bool{}
	for _, e := range all["[Content_Types].xml"] {
		types[e.attrs["PartName"]], types["."+e.attrs["Extension"]] = true, true
		if p := strings.TrimPrefix(e.attrs["PartName"], "/"); p != "" && parts[p] == "" {
			wrong("a type is given to %s, which is missing", p)
		}
	}
	rels := map[string]bool{}
	for _, e := range slices.Concat(all["word/_rels/document.xml.rels"], all["_rels/.rels"]) {
		if target := e.attrs["Target"]; target != "" {
			if parts[target] == "" && parts["word/"+target] == "" {
				wrong("a relationship leads to %s, which is missing", target)
			}
		}
	}
	for _, e := range all["word/_rels/document.xml.rels"] {
		rels[e.attrs["Id"]] = true
	}
	styles := map[string]bool{}
	for _, e := range all["word/styles.xml"] {
		if e.name == "style" {
			styles[e.attrs["styleId"]] = true
		}
	}
	for name, es := range all {
		if name != "[Content_Types].xml" && !types["/"+name] && path.Ext(name) != ".rels" {
			wrong("%s has no type", name)
		}
		for _, e := range es {
			bad = append(bad, e.check(name, styles, rels)...)
		}
	}
	return bad
}

func (e *element) check(part string, styles, rels map[string]bool) (bad []string) {
	if want, ok := order[e.name]; ok {
		last := 0
		for _, c := range e.children {
			switch at := slices.Index(want, c.name); {
			case at < 0:
				bad = append(bad, fmt.Sprintf("%s: %s holds %s", part, e.name, c.name))
			case at < last && e.name != "r" && !(e.name == "sectPr" && at < 2):
				bad = append(bad, fmt.Sprintf("%s: in %s, %s comes too late", part, e.name, c.name))
			default:
				last = at
			}
		}
	}
	switch e.name {
	case "pStyle", "rStyle", "tblStyle", "basedOn":
		if !styles[e.attrs["val"]] {
			bad = append(bad, fmt.Sprintf("%s: style %q is not defined", part, e.attrs["val"]))
		}
	case "headerReference", "footerReference":
		if !rels[e.attrs["id"]] {
			bad = append(bad, fmt.Sprintf("%s: %q leads nowhere", part, e.attrs["id"]))
		}
	case "tc":
		if n := len(e.children); n == 0 || e.children[n-1].name != "p" {
			bad = append(bad, part+": a cell does not end with a paragraph")
		}
	case "body":
		for i, c := range e.children {
			if c.name == "tbl" && e.children[i+1].name != "p" {
				bad = append(bad, part+": no paragraph after a table")
			}
		}
	case "tbl":
		bad = append(bad, e.checkGrid(part)...)
	}
	return bad
}

// checkGrid reports a row whose cells do not fill the columns.
func (e *element) checkGrid(part string) (bad []string) {
	columns := 0
	for _, c := range e.children {
		if c.name == "tblGrid" {
			columns = len(c.children)
		}
		if c.name != "tr" {
			continue
		}
		n := 0
		for _, cell := range c.children {
			if cell.name != "tc" {
				continue
			}
			n++
			for _, p := range cell.children[0].children {
				if p.name == "gridSpan" {
					if span, err := strconv.Atoi(p.attrs["val"]); err == nil {
						n += span - 1
					}
				}
			}
		}
		if n != columns {
			bad = append(bad, fmt.Sprintf("%s: a row of %d cells in %d columns", part, n, columns))
		}
	}
	return bad
}

func TestBalance(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 50, nil},
		{"ĐẢNG ỦY", 50, []string{"ĐẢNG ỦY"}},
		{"ỦY BAN NHÂN DÂN XÃ ĐÔNG LA", 60, []string{"ỦY BAN NHÂN", "DÂN XÃ ĐÔNG LA"}},
		{"MỘTTỪRẤTDÀIKHÔNGCÁCH", 10, []string{"MỘTTỪRẤTDÀIKHÔNGCÁCH"}},
	} {
		if got := Balance(c.text, 13, c.width); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d mm: %q", c.text, c.width, got)
		}
	}
}

// squeezed is how long it takes to compress the parts of a file and nothing else.
func squeezed(b *testing.B, file []byte) time.Duration {
	b.Helper()
	parts := unzip(b, file)
	const times = 20
	begun := time.Now()
	for range times {
		z := zip.NewWriter(io.Discard)
		for name, text := range parts {
			w, err := z.Create(name)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.WriteString(w, text); err != nil {
				b.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(begun) / times
}

// within fails a benchmark whose file takes more than limit times as long to
// make as to compress.
func within(b *testing.B, limit float64, file []byte) {
	b.Helper()
	ratio := float64(b.Elapsed()) / float64(b.N) / float64(squeezed(b, file))
	b.ReportMetric(ratio, "x-compressing")
	if ratio > limit {
		b.Errorf("%.1f times as long as compressing; at most %.0f", ratio, limit)
	}
}

func BenchmarkDocx(b *testing.B) {
	d := sample(20) // two pages
	var file []byte
	for b.Loop() {
		var err error
		if file, err = d.Bytes(); err != nil {
			b.Fatal(err)
		}
	}
	within(b, 10, file)
}

// TestTheNumberOfThePageStandsOnce: above in the middle, or below at the right.
func TestTheNumberOfThePageStandsOnce(t *testing.T) {
	for bottom, want := range map[bool]string{false: "word/header2.xml", true: "word/footer2.xml"} {
		d := sample(1)
		d.PageBottom = bottom
		for name, text := range made(t, d) {
			if has := strings.Contains(text, " PAGE "); has != (name == want) {
				t.Errorf("below %v: %s has the number: %v", bottom, name, has)
			}
		}
	}
}
