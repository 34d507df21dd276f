package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// parts returns the named parts of an office file, those that are there.
func parts(t *testing.T, b []byte, names ...string) (all [][]byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		f, err := z.Open(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	return all
}

// shaping are the elements of a paper whose attributes say how it looks.
var shaping = strings.Fields("pgSz pgMar pStyle jc ind spacing rFonts sz b i u gridCol tblW tcW tblBorders vAlign numId ilvl keepNext tblHeader pgNumType")

// wordShape writes how a paper of Word is built, one line for each thing in it:
// its styles, its headers, then its paragraphs and tables with their words.
func wordShape(t *testing.T, b []byte) string {
	t.Helper()
	var out strings.Builder
	for _, part := range parts(t, b, "word/styles.xml", "word/header1.xml", "word/footer1.xml", "word/document.xml") {
		depth, words := 0, ""
		line := func(format string, args ...any) {
			if words != "" {
				fmt.Fprintf(&out, "%s%q\n", strings.Repeat("  ", depth), words)
				words = ""
			}
			fmt.Fprintf(&out, "%s%s\n", strings.Repeat("  ", depth), fmt.Sprintf(format, args...))
		}
		for d := xml.NewDecoder(bytes.NewReader(part)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			switch e := token.(type) {
			case xml.StartElement:
				switch name := e.Name.Local; {
				case slices.Contains(strings.Fields("style p tbl tr tc hdr ftr body"), name):
					line("%s%s", name, attributes(e))
					depth++
				case name == "br", name == "tab":
					words += "⟨" + name + "⟩"
				case slices.Contains(shaping, name):
					line("· %s%s", name, attributes(e))
				}
			case xml.EndElement:
				if slices.Contains(strings.Fields("style p tbl tr tc hdr ftr body"), e.Name.Local) {
					if words != "" {
						fmt.Fprintf(&out, "%s%q\n", strings.Repeat("  ", depth), words)
						words = ""
					}
					depth--
				}
			case xml.CharData:
				words += strings.Trim(string(e), "\n\t")
			}
		}
	}
	return out.String()
}

// attributes writes those of an element, but for those that only name it.
func attributes(e xml.StartElement) string {
	var all []string
	for _, a := range e.Attr {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" && !strings.HasPrefix(a.Name.Local, "rsid") {
			all = append(all, a.Name.Local+"="+a.Value)
		}
	}
	slices.Sort(all)
	if len(all) == 0 {
		return ""
	}
	return " " + strings.Join(all, " ")
}

// sheetShape writes how a workbook is built: its sheets with the widths of their
// columns and every cell, the formula of those that have one.
func sheetShape(t *testing.T, b []byte) string {
	t.Helper()
	var out strings.Builder
	var shared []string
	for _, part := range parts(t, b, "xl/sharedStrings.xml") {
		var s struct {
			Items []struct {
				Text string   `xml:"t"`
				Runs []string `xml:"r>t"`
			} `xml:"si"`
		}
		if err := xml.Unmarshal(part, &s); err != nil {
			t.Fatal(err)
		}
		for _, i := range s.Items {
			shared = append(shared, i.Text+strings.Join(i.Runs, ""))
		}
	}
	for n, part := range parts(t, b, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml") {
		var s struct {
			Cols []struct {
				Min   int    `xml:"min,attr"`
				Max   int    `xml:"max,attr"`
				Width string `xml:"width,attr"`
			} `xml:"cols>col"`
			Cells []struct {
				At      string `xml:"r,attr"`
				Type    string `xml:"t,attr"`
				Style   string `xml:"s,attr"`
				Value   string `xml:"v"`
				Inline  string `xml:"is>t"`
				Formula string `xml:"f"`
			} `xml:"sheetData>row>c"`
			Merged []struct {
				Ref string `xml:"ref,attr"`
			} `xml:"mergeCells>mergeCell"`
		}
		if err := xml.Unmarshal(part, &s); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "sheet %d\n", n+1)
		for _, c := range s.Cols {
			fmt.Fprintf(&out, "  columns %d-%d: %s wide\n", c.Min, c.Max, c.Width)
		}
		for _, m := range s.Merged {
			fmt.Fprintf(&out, "  merged %s\n", m.Ref)
		}
		for i, c := range s.Cells {
			if n > 0 && i == 40 { // sources are many, and all alike
				fmt.Fprintf(&out, "  and %d more\n", len(s.Cells)-i)
				break
			}
			value := c.Value + c.Inline
			if c.Type == "s" {
				var at int
				if _, err := fmt.Sscan(c.Value, &at); err != nil || at >= len(shared) {
					t.Fatalf("%s: string %s: %v", c.At, c.Value, err)
				}
				value = shared[at]
			}
			if c.Formula != "" {
				value += " = " + c.Formula
			}
			fmt.Fprintf(&out, "  %s style %s: %q\n", c.At, c.Style, value)
		}
	}
	return out.String()
}

// made are what is another each time: ids of records, and where the house is served.
var made = regexp.MustCompile(`http://[0-9.:]+|/(?:figures|periods)/[a-z0-9]+|[0-9a-f]{64}`)

// golden compares what was made with testdata/golden, or writes it anew.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = made.ReplaceAllStringFunc(got, func(s string) string {
		if strings.HasPrefix(s, "/") {
			return s[:strings.LastIndexByte(s, '/')+1] + "…"
		}
		return "…"
	})
	path := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, have := strings.Split(string(b), "\n"), strings.Split(got, "\n")
	for i := range max(len(want), len(have)) {
		w, h := "nothing", "nothing"
		if i < len(want) {
			w = want[i]
		}
		if i < len(have) {
			h = have[i]
		}
		if w != h {
			t.Errorf("%s, line %d: %s, want %s (go test -update writes it anew; look at the pictures first)", name, i+1, h, w)
			return
		}
	}
}

// paint leaves pictures of a file as it is printed where NHIPCAU_TEST_PICTURES says,
// for people to look at.
func (o office) paint(name string, b []byte) {
	o.t.Helper()
	to := os.Getenv("NHIPCAU_TEST_PICTURES")
	if to == "" {
		return
	}
	c := exec.CommandContext(o.t.Context(), "pdftoppm", "-png", "-r", "70", o.convert(name, b, "pdf", "pdf"), filepath.Join(to, strings.TrimSuffix(name, filepath.Ext(name))))
	if out, err := c.CombinedOutput(); err != nil {
		o.t.Fatalf("%v: %s", err, out)
	}
}

// TestOfficeGolden compares how the papers of two stories are built with what was
// looked at, and prints them: a district's report of the year and its table,
// the answers to opinions, and the letter that gives a unit its task.
func TestOfficeGolden(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	for _, story := range []struct {
		name   string
		papers [][3]string // who, where, and the name of the file
	}{
		{"seed004", [][3]string{
			{"ct-01", "/papers/$A/file", "year.docx"},
			{"tn-vanthu", "/periods/$P/summary/ct-01/figures.xlsx", "figures.xlsx"},
		}},
		{"seed002", [][3]string{
			{"kt-vanthu", "/opinions/$O/table.docx", "opinions.docx"},
			{"kt-vanthu", "/task-orders/$T/letter.docx", "assignment.docx"},
		}},
	} {
		p := play(t, "../../testdata/journeys/"+story.name+".txtar")
		for _, x := range story.papers {
			if err := errors.Join(p.as(x[0]), p.get(p.expand(x[1]))); err != nil || p.status != 200 {
				t.Fatalf("%s: status %d, %v\n%s", x[2], p.status, err, p.body)
			}
			b := []byte(p.raw)
			o.paint(x[2], b)
			if strings.HasSuffix(x[2], ".xlsx") {
				golden(t, x[2], sheetShape(t, b))
				rows := o.table(x[2], b)
				last := rows[len(rows)-1]
				if !slices.Contains(last, "2.611") && !slices.Contains(last, "2,611") && !slices.Contains(last, "2611") || !slices.Contains(last, "35") && !slices.Contains(last, "36") {
					t.Errorf("the last row of %s is %q", x[2], last)
				}
				continue
			}
			golden(t, x[2], wordShape(t, b))
			o.looks(x[2], b)
		}
	}
}
