package prose_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"nhipcau/internal/fault"
	"nhipcau/internal/prose"
)

func said(d prose.Doc) string {
	var lines []string
	for _, b := range d.Blocks {
		lines = append(lines, fmt.Sprintf("%s%d %s", b.Kind, b.Level, b.Text))
	}
	return strings.Join(lines, "\n")
}

func packed(t testing.TB, parts map[string]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const ns = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`

const wordStyles = `<w:styles` + ns + `><w:style w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="Muc"><w:name w:val="Mục"/><w:basedOn w:val="Heading1"/></w:style>
<w:style w:styleId="Con"><w:name w:val="Con"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:styleId="LB"><w:name w:val="List Bullet 2"/></w:style></w:styles>`

const wordText = `<?xml version="1.0" encoding="UTF-8"?><w:document` + ns + `><w:body>
<w:p><w:pPr><w:pStyle w:val="Muc"/></w:pPr><w:r><w:t>I. MỤC TIÊU</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Con"/></w:pPr><w:r><w:t>Chung</w:t></w:r></w:p>
<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>2. Nhiệm vụ</w:t></w:r></w:p>
<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Đến năm 2020 </w:t></w:r><w:r><w:t>phấn đấu 95%</w:t></w:r><w:r><w:br/><w:t>đảng viên.</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>Mở lớp</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="LB"/></w:pPr><w:r><w:t>Tuyên truyền</w:t></w:r></w:p>
<w:p><w:r><w:t>- Gạch đầu dòng</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">Còn </w:t></w:r><w:del><w:r><w:delText>bỏ</w:delText><w:t>đã xóa</w:t></w:r></w:del><w:ins><w:r><w:t>thêm</w:t></w:r></w:ins></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Việc</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Chủ trì</w:t></w:r></w:p><w:p><w:r><w:t>Phối hợp</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p/></w:body></w:document>`

func TestFromDOCX(t *testing.T) {
	raw := packed(t, map[string]string{"word/document.xml": wordText, "word/styles.xml": wordStyles})
	d, err := prose.FromDOCX(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	want := `heading1 MỤC TIÊU
heading3 Chung
heading2 Nhiệm vụ
text0 **Đến năm 2020** phấn đấu 95% đảng viên.
item2 Mở lớp
item1 Tuyên truyền
item1 Gạch đầu dòng
text0 Còn thêm
text0 Việc | Chủ trì Phối hợp`
	if got := said(d); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := d.Check(); err != nil {
		t.Error(err)
	}
}

func TestFromDOCXRefuses(t *testing.T) {
	whole := packed(t, map[string]string{"word/document.xml": wordText})
	many := map[string]string{"word/document.xml": wordText}
	for i := range 2001 {
		many[fmt.Sprint("word/", i)] = ""
	}
	for name, c := range map[string]struct {
		raw  []byte
		kind fault.Kind
		key  string
	}{
		"cut":          {whole[:len(whole)/2], fault.Invalid, "prose.import.broken"},
		"old":          {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"), fault.Invalid, "prose.import.doc"},
		"text":         {[]byte("Kính gửi"), fault.Invalid, "prose.import.kind"},
		"nothing":      {nil, fault.Invalid, "prose.import.kind"},
		"another kind": {packed(t, map[string]string{"xl/workbook.xml": "<x/>"}), fault.Invalid, "prose.import.kind"},
		"bomb":         {packed(t, map[string]string{"word/document.xml": strings.Repeat(" ", 3<<20)}), fault.Invalid, "prose.import.bomb"},
		"parts":        {packed(t, many), fault.Invalid, "prose.import.bomb"},
		"no XML":       {packed(t, map[string]string{"word/document.xml": "<w:p><w:t>a</w:t"}), fault.Invalid, "prose.import.broken"},
		"paragraphs":   {packed(t, map[string]string{"word/document.xml": "<w:body>" + strings.Repeat("<w:p><w:r><w:t>a</w:t></w:r></w:p>", 2001) + "</w:body>"}), fault.Invalid, "prose.many"},
	} {
		_, err := prose.FromDOCX(bytes.NewReader(c.raw), int64(len(c.raw)))
		if !fault.Is(err, c.kind) || fault.Of(err).Key != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := prose.FromDOCX(bytes.NewReader(nil), 1<<30); !fault.Is(err, fault.TooLarge) {
		t.Error(err)
	}
}

// What Word puts on the clipboard.
const pasted = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15"><style><!-- p.MsoNormal {margin:0} --></style>
<!--[if gte mso 9]><xml><w:WordDocument>x</w:WordDocument></xml><![endif]--></head><body lang=VI style='tab-interval:36.0pt'><!--StartFragment-->
<h1>I. MỤC TIÊU<o:p></o:p></h1>
<p class=MsoNormal style='text-align:justify'><b style='mso-bidi-font-weight:normal'><span
style='font-size:14.0pt'>Đến năm&nbsp;2020</span></b> phấn đấu<br>
95%</p>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>Mở lớp</p>
<ul><li>Một<ul><li>Hai</ul></ul>
<table><tr><td><p class=MsoNormal>Việc</p></td><td>Chủ trì</td></tr></table>
<script>alert(1)</script><img src=x onerror="alert(2)"><p onclick="alert(3)"><a href="javascript:alert(4)">Chữ &lt;b&gt;</a></p>
<p style="display:none">ẩn</p><p>Cuối`

func TestFromHTML(t *testing.T) {
	d, err := prose.FromHTML(pasted)
	if err != nil {
		t.Fatal(err)
	}
	want := `heading1 MỤC TIÊU
text0 **Đến năm 2020** phấn đấu
text0 95%
item2 Mở lớp
item1 Một
item2 Hai
text0 Việc | Chủ trì
text0 Chữ <b>
text0 Cuối`
	if got := said(d); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if d, err := prose.FromHTML("Không có thẻ"); err != nil || said(d) != "text0 Không có thẻ" {
		t.Error(said(d), err)
	}
	if _, err := prose.FromHTML(strings.Repeat("<p>", 3000)); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func TestLongParagraphsAreCut(t *testing.T) {
	d, err := prose.FromHTML("<p>" + strings.Repeat("Một câu dài vừa phải. ", 1000))
	if err != nil || len(d.Blocks) != 3 {
		t.Fatalf("%d blocks, %v", len(d.Blocks), err)
	}
	if err := d.Check(); err != nil || !strings.HasSuffix(d.Blocks[0].Text, "phải.") {
		t.Error(err)
	}
}

func TestInherit(t *testing.T) {
	old := prose.Doc{Blocks: []prose.Block{
		{ID: a, Kind: prose.Heading, Level: 1, Text: "Mục tiêu"},
		{ID: b, Kind: prose.Task, Text: "Mở 35 lớp học tập nghị quyết cho đảng viên", Fields: map[string]string{"lead": "Ban Tuyên giáo"}},
		{ID: c, Kind: prose.Text, Text: "Tổ chức thực hiện"},
	}}
	d, err := prose.FromHTML("<h1>Mục tiêu</h1><p>Đoạn hoàn toàn mới ở đây</p><p>Mở 40 lớp học tập nghị quyết cho đảng viên</p><p>Tổ chức thực hiện</p>")
	if err != nil {
		t.Fatal(err)
	}
	d = d.Inherit(old)
	task := d.Blocks[2]
	if d.Blocks[0].ID != a || task.ID != b || task.Kind != prose.Task || task.Fields["lead"] != "Ban Tuyên giáo" || d.Blocks[3].ID != c {
		t.Errorf("%+v", d)
	}
	if d.Blocks[1].ID == a || d.Blocks[1].ID == b || d.Blocks[1].ID == c {
		t.Errorf("a new paragraph got an old id: %+v", d.Blocks[1])
	}
}

func FuzzFromHTML(f *testing.F) {
	f.Add(pasted)
	f.Add("<td><tr><li><ul></td></li><p style='mso-list:level9'>a</ul>")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := prose.FromHTML(s)
		if err != nil {
			return
		}
		if err := d.Check(); err != nil {
			t.Errorf("%v: %+v", err, d)
		}
	})
}

func FuzzFromDOCX(f *testing.F) {
	f.Add([]byte(wordText), []byte(wordStyles))
	f.Fuzz(func(t *testing.T, text, styles []byte) {
		raw := packed(t, map[string]string{"word/document.xml": string(text), "word/styles.xml": string(styles)})
		for _, bytesOf := range [][]byte{raw, text} {
			d, err := prose.FromDOCX(bytes.NewReader(bytesOf), int64(len(bytesOf)))
			if err != nil {
				continue
			}
			if err := d.Check(); err != nil {
				t.Errorf("%v: %+v", err, d)
			}
		}
	})
}
