package office

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

const (
	bodyHead = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`
	bodyTail = `<w:sectPr/></w:body></w:document>`
)

// par is a paragraph whose words stand in several runs, as Word cuts them.
func par(runs ...string) string {
	var b strings.Builder
	b.WriteString("<w:p>")
	for i, r := range runs {
		b.WriteString("<w:r>")
		if i%2 == 1 {
			b.WriteString("<w:rPr><w:b/></w:rPr>")
		}
		b.WriteString(`<w:t xml:space="preserve">` + r + `</w:t></w:r>`)
	}
	return b.String() + "</w:p>"
}

func cells(all ...string) string {
	var b strings.Builder
	for _, c := range all {
		b.WriteString("<w:tc><w:tcPr/>" + c + "</w:tc>")
	}
	return "<w:tr>" + b.String() + "</w:tr>"
}

func zipped(t testing.TB, parts ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i+1 < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func templateOf(t testing.TB, body string) []byte {
	t.Helper()
	return zipped(t, "[Content_Types].xml", "<Types/>", "word/document.xml", bodyHead+body+bodyTail,
		"word/header1.xml", `<w:hdr xmlns:w="x">`+par("Đầu trang {đơn vị}")+`</w:hdr>`, "word/media/a.png", "\x89PNG")
}

// said returns the words of a paper's body: paragraphs by lines, cells by bars.
func said(t testing.TB, paper []byte) string {
	t.Helper()
	again, err := ReadTemplate(paper)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(n *node)
	walk = func(n *node) {
		switch n.name {
		case "w:p":
			for _, k := range n.bits() {
				b.WriteString(k.words())
			}
			b.WriteString("\n")
			return
		case "w:tc":
			defer b.WriteString("|")
		case "w:tr":
			defer b.WriteString("=\n")
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	for _, p := range again.parts {
		if p.tree != nil {
			walk(p.tree)
		}
	}
	return b.String()
}

var sampleData = Data{
	Values: map[string]string{"Đơn vị": "Xã Đông La", "so_lop": "35", "ý kiến": "dòng một\ndòng <hai> & ba"},
	Lists: map[string][]Data{
		"đơn vị trực thuộc": {
			{Values: map[string]string{"tên": "Chi bộ 1", "lớp": "20"}, Lists: map[string][]Data{"lớp học": {{Values: map[string]string{"tên lớp": "A"}}, {Values: map[string]string{"tên lớp": "B"}}}}},
			{Values: map[string]string{"tên": "Chi bộ 2", "lớp": "15"}, Lists: map[string][]Data{"lớp học": nil}},
		},
		"vắng": nil,
	},
}

// TestTemplate fills what offices write: words cut into runs, rows, blocks, lists in
// lists, and empty ones.
func TestTemplate(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"cut into runs", par("{", "đơn", " vị", "} mở {So ", "Lop} lớp"), "Xã Đông La mở 35 lớp"},
		{"without marks", par("{DON_VI}"), "Xã Đông La"},
		{"lines and signs", par("{ý kiến}"), "dòng một<br>dòng <hai> & ba"},
		{"braces of somebody's", par("{} a } b {"), "{} a } b {"},
		{"blocks", par("{#đơn vị trực thuộc}") + par("- {tên}: {lớp} ({Đơn vị})") + par("{/đơn vị trực thuộc}"), "- Chi bộ 1: 20 (Xã Đông La)\n- Chi bộ 2: 15 (Xã Đông La)"},
		{"a block that is empty", par("a") + par("{#vắng}") + par("x") + par("{/vắng}") + par("{^vắng}") + par("Không có") + par("{/}"), "a\nKhông có"},
		{"within words", par("Gồm {#đơn vị trực thuộc}{tên} ({#lớp học}{tên lớp},{/}); {/đơn vị trực thuộc}hết"), "Gồm Chi bộ 1 (A,B,); Chi bộ 2 (); hết"},
		{"a row", "<w:tbl>" + cells(par("TT"), par("Lớp")) + cells(par("{#đơn vị trực thuộc}", "{tên}"), par("{lớp}{/đơn vị trực thuộc}")) + "</w:tbl>", "TT\n|Lớp\n|=\nChi bộ 1\n|20\n|=\nChi bộ 2\n|15\n|="},
		{"rows", "<w:tbl>" + cells(par("{#đơn vị trực thuộc}{tên}"), par("")) + cells(par("lớp"), par("{lớp}{/}")) + "</w:tbl>", "Chi bộ 1\n|\n|=\nlớp\n|20\n|=\nChi bộ 2\n|\n|=\nlớp\n|15\n|="},
		{"rows in rows", "<w:tbl>" + cells(par("{#đơn vị trực thuộc}{tên}")) + cells(par("{#lớp học}{tên lớp}"), par("{Đơn vị}{/}")) + cells(par("{/}")) + "</w:tbl>", "Chi bộ 1\n|=\nA\n|Xã Đông La\n|=\nB\n|Xã Đông La\n|=\n\n|=\nChi bộ 2\n|=\n\n|="},
		{"a list within a cell", "<w:tbl>" + cells(par("x"), par("{#đơn vị trực thuộc}")+par("{tên}")+par("{/}")) + "</w:tbl>", "x\n|Chi bộ 1\nChi bộ 2\n|="},
		{"a table of no rows goes", par("a") + "<w:tbl>" + cells(par("{#vắng}{tên}"), par("{/vắng}")) + "</w:tbl>" + par("b"), "a\nb"},
		{"a cell keeps a paragraph", "<w:tbl>" + cells(par("{#vắng}")+par("x")+par("{/vắng}"), par("y")) + "</w:tbl>", "\n|y\n|="},
	} {
		tm, err := ReadTemplate(templateOf(t, c.body))
		if err != nil {
			t.Fatal(c.name, err)
		}
		paper, err := tm.Fill(t.Context(), sampleData)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := said(t, paper)
		want := strings.ReplaceAll(c.want, "<br>", "") + "\nĐầu trang Xã Đông La\n"
		if got != want {
			t.Errorf("%s: got\n%q, want\n%q", c.name, got, want)
		}
		if again, _ := tm.Fill(t.Context(), sampleData); !bytes.Equal(again, paper) {
			t.Errorf("%s: filled again it is another", c.name)
		}
	}
	tm, err := ReadTemplate(templateOf(t, par("{a} {#b}{c}{/b}")))
	if err != nil || !slices.Equal(tm.Places(), []string{"a", "b", "c", "đơn vị"}) {
		t.Errorf("places %q, %v", tm.Places(), err)
	}
}

// TestTemplateWrong names each mistake with the words around it, and gives no paper.
func TestTemplateWrong(t *testing.T) {
	for _, c := range []struct {
		body string
		want []Wrong
	}{
		{par("Có {số bò} và {x}"), []Wrong{{Unknown, "số bò", "Có {số bò} và {x}"}, {Unknown, "x", "Có {số bò} và {x}"}}},
		{par("{#đơn vị trực thuộc}") + par("{tên}"), []Wrong{{Unclosed, "đơn vị trực thuộc", "{#đơn vị trực thuộc}"}, {Unknown, "tên", "{tên}"}}},
		{par("{/đơn vị}"), []Wrong{{Unopened, "đơn vị", "{/đơn vị}"}}},
		{par("a {/đơn vị}"), []Wrong{{Unopened, "đơn vị", "a {/đơn vị}"}}},
		{par("{#ai} {/ai}"), []Wrong{{Unknown, "ai", "{#ai} {/ai}"}}},
		{"<w:tbl>" + cells(par("{#ai}"), par("{/ai}")) + "</w:tbl>", []Wrong{{Unknown, "ai", "{#ai} {/ai}"}}},
	} {
		tm, err := ReadTemplate(templateOf(t, c.body))
		if err != nil {
			t.Fatal(err)
		}
		paper, err := tm.Fill(t.Context(), sampleData)
		if got, ok := errors.AsType[TemplateError](err); !ok || paper != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.body, err, c.want)
		}
	}
}

// TestTemplateBombs refuses what is no .docx or unpacks to too much, and what becomes
// too much.
func TestTemplateBombs(t *testing.T) {
	zeros := strings.Repeat(" ", maxPartSize+1)
	deep := bodyHead + strings.Repeat("<w:p>", maxDepth+1) + strings.Repeat("</w:p>", maxDepth+1) + bodyTail
	for _, c := range []struct {
		name string
		b    []byte
		want WrongKind
	}{
		{"text", []byte("hello"), NoDocx},
		{"cut off", templateOf(t, par("a"))[:200], NoDocx},
		{"another package", zipped(t, "a.txt", "x"), NoDocx},
		{"no XML", zipped(t, "[Content_Types].xml", "", "word/document.xml", "<a>"), NoDocx},
		{"entities", zipped(t, "[Content_Types].xml", "", "word/document.xml", `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`), NoDocx},
		{"twice", zipped(t, "[Content_Types].xml", "", "word/document.xml", "<a/>", "word/document.xml", "<a/>"), NoDocx},
		{"deep", zipped(t, "[Content_Types].xml", "", "word/document.xml", deep), NoDocx},
		{"bomb", zipped(t, "[Content_Types].xml", "", "word/document.xml", zeros), TooBig},
		{"bombs", zipped(t, "a", zeros[1:], "b", zeros[1:], "c", "x", "word/document.xml", "<a/>"), TooBig},
		{"huge", make([]byte, MaxTemplate+1), TooBig},
	} {
		_, err := ReadTemplate(c.b)
		if got, ok := errors.AsType[TemplateError](err); !ok || got[0].Kind != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	tm, err := ReadTemplate(templateOf(t, par("{#a}")+par("{#b}")+par("{#c}")+par("x")+par("{/}")+par("{/}")+par("{/}")))
	if err != nil {
		t.Fatal(err)
	}
	many := make([]Data, 500)
	if _, err := tm.Fill(t.Context(), Data{Values: map[string]string{"đơn vị": ""}, Lists: map[string][]Data{"a": many, "b": many, "c": many}}); err == nil {
		t.Error("125 million paragraphs were made")
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := tm.Fill(gone, Data{Lists: map[string][]Data{"a": many}}); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits: %v", err)
	}
}

// FuzzTemplate reads and fills anything without a panic; what it gives is a template
// that can be read.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{par("{", "a}"), par("{#a}") + par("{b}") + par("{/a}"), "<w:tbl>" + cells(par("{#a}{b}"), par("{/a}")) + "</w:tbl>", par("{^a}x{/}"), "<w:p/>"} {
		f.Add(s)
	}
	d := Data{Values: map[string]string{"a": "1", "đơn vị": "x"}, Lists: map[string][]Data{"a": {{Values: map[string]string{"b": "2"}}, {}}}}
	f.Fuzz(func(t *testing.T, body string) {
		tm, err := ReadTemplate(templateOf(t, body))
		if err != nil {
			return
		}
		if paper, err := tm.Fill(t.Context(), d); err == nil {
			if _, err := ReadTemplate(paper); err != nil {
				t.Error(err)
			}
		}
	})
}
