// Package office makes the papers of an office: texts in the format of Word
// (.docx, ECMA-376) and tables with sums that reckon (.xlsx). It knows paper,
// not the work: what stands on it comes from outside. The same input gives the
// same bytes.
package office

import (
	"archive/zip"
	"bytes"
	"strconv"
	"time"
)

// A Doc is a text on A4 paper.
type Doc struct {
	Title, Subject, Author string
	// Made is the moment the properties of the file say it was made at.
	Made time.Time
	// Language is the one to check the spelling by: "vi-VN".
	Language string
	Font     string
	Size     int // of the body, in points
	Margins  Margins
	// First stands at the top of the first page, at the right; empty for nothing.
	First string
	// PageBottom has the number of the page below the text at the right, and not
	// above it in the middle.
	PageBottom bool
	Body       []Block
}

// Margins are the empty borders of a page, in millimetres.
type Margins struct {
	Top    int `json:"top"`
	Bottom int `json:"bottom"`
	Left   int `json:"left"`
	Right  int `json:"right"`
}

// Paper is the width of the page and its height, in millimetres.
const (
	paperWidth  = 210
	paperHeight = 297
)

// Width returns the width of the text, in millimetres.
func (d Doc) Width() int { return paperWidth - d.Margins.Left - d.Margins.Right }

// A Block is a part of a text from one margin to the other: a Par or a Table.
type Block interface {
	write(m *markup, width int)
	isTable() bool
}

// A Style names a kind of paragraph; how it looks stands in the styles of the
// paper, not at the paragraph.
type Style string

// The styles.
const (
	Body       Style = "Normal"     // full lines, the first one indented
	Title      Style = "Title"      // the name of the kind of paper
	About      Style = "Subtitle"   // what the paper is about
	Heading1   Style = "Heading1"   // I.
	Heading2   Style = "Heading2"   // 1.
	Heading3   Style = "Heading3"   // a)
	Line       Style = "Line"       // a line of the letterhead or of the signature, centred
	LeftLine   Style = "LeftLine"   // a line at the left without an indent
	RightLine  Style = "RightLine"  // a line at the right
	Small      Style = "Small"      // the lines of those who receive it
	Cell       Style = "Cell"       // text in a table
	CellMiddle Style = "CellMiddle" // in the middle of a column
	CellHead   Style = "CellHead"   // the head of a column
	Number     Style = "CellRight"  // a number in a table
	Note       Style = "Note"       // beside the text, small and in italics
)

// A Run is a piece of text that looks the same throughout. A line feed in it
// breaks the line, a tab goes to the next stop.
type Run struct {
	Text                    string
	Bold, Italic, Underline bool
	Size                    int // in points; 0 for that of the style
}

// T returns one run of plain text.
func T(s string) []Run { return []Run{{Text: s}} }

// B returns one run of bold text.
func B(s string) []Run { return []Run{{Text: s, Bold: true}} }

// A Par is a paragraph.
type Par struct {
	Style Style
	Runs  []Run
	// Space is the space above it in points beyond that of the style.
	Space int
	// Rule draws a line of so many millimetres in the middle, in place of text.
	Rule int
	// Keep holds it on the page of what follows.
	Keep bool
	// Break begins a page with it.
	Break bool
	// Picture stands in place of text; nil for none.
	Picture *Picture
}

// A Picture is a PNG, as wide and as high as Width millimetres.
type Picture struct {
	PNG   []byte
	Width int
	Label string // what it is, for those who do not see it
}

// A Table is rows of cells. Columns are widths in parts of the whole; a table
// without Lines shows no borders: a letterhead, or signatures. The rows of Head
// stand at the top of each page the table reaches.
type Table struct {
	Columns []int
	Head    [][]TableCell
	Rows    [][]TableCell
	Lines   bool
}

// A TableCell holds one paragraph or more; Span is the number of columns it
// covers, 0 for one.
type TableCell struct {
	Pars []Par
	Span int
}

// C returns a cell of one paragraph.
func C(s Style, text string) TableCell { return TableCell{Pars: []Par{{Style: s, Runs: T(text)}}} }

const (
	twipsPerMM = 1440 / 25.4
	nsMain     = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	nsRel      = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

func twips(mm int) string { return itoa(int(float64(mm)*twipsPerMM + 0.5)) }

func itoa(n int) string { return strconv.Itoa(n) }

// Bytes returns the file.
func (d Doc) Bytes() ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	text, pictures := d.document()
	type part struct{ name, text string }
	parts := []part{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"docProps/core.xml", d.core()},
		{"docProps/app.xml", appProps},
		{"word/document.xml", text},
		{"word/styles.xml", d.styles()},
		{"word/settings.xml", settings},
		{"word/numbering.xml", numbering()},
		{"word/fontTable.xml", d.fontTable()},
		{"word/header1.xml", d.firstHeader()},
		{"word/header2.xml", d.edge("w:hdr", !d.PageBottom)},
		{"word/footer1.xml", d.edge("w:ftr", false)},
		{"word/footer2.xml", d.edge("w:ftr", d.PageBottom)},
		{"word/_rels/document.xml.rels", documentRels(len(pictures))},
	}
	for i, p := range pictures {
		parts = append(parts, part{"word/media/" + pictureName(i), string(p)})
	}
	for _, p := range parts {
		// A fixed time: the bytes are to depend on the text alone.
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(p.text)); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (d Doc) document() (string, [][]byte) {
	var m markup
	m.WriteString(prolog)
	m.in("w:document", func() {
		m.in("w:body", func() {
			width := int(float64(d.Width()) * twipsPerMM)
			after := true // a table stands last, or nothing does
			for _, b := range d.Body {
				if b.isTable() && after {
					gap(&m)
				}
				b.write(&m, width)
				after = b.isTable()
			}
			if after {
				gap(&m)
			}
			d.section(&m)
		})
	}, "xmlns:w", nsMain, "xmlns:r", nsRel)
	return m.String(), m.pictures
}

// gap is a paragraph that shows nothing: it parts two tables, which would be
// one without it, and stands after the last, where there must be one.
func gap(m *markup) { Par{Style: Line, Rule: -1}.write(m, 0) }

func (d Doc) section(m *markup) {
	m.in("w:sectPr", func() {
		m.tag("w:headerReference", "w:type", "first", "r:id", "rId5")
		m.tag("w:headerReference", "w:type", "default", "r:id", "rId6")
		m.tag("w:footerReference", "w:type", "first", "r:id", "rId7")
		m.tag("w:footerReference", "w:type", "default", "r:id", "rId8")
		m.tag("w:pgSz", "w:w", twips(paperWidth), "w:h", twips(paperHeight))
		m.tag("w:pgMar", "w:top", twips(d.Margins.Top), "w:right", twips(d.Margins.Right), "w:bottom", twips(d.Margins.Bottom),
			"w:left", twips(d.Margins.Left), "w:header", twips(10), "w:footer", twips(10), "w:gutter", "0")
		m.tag("w:cols", "w:space", "708")
		m.tag("w:titlePg")
	})
}

func (Par) isTable() bool { return false }

func (p Par) write(m *markup, width int) {
	m.in("w:p", func() {
		m.in("w:pPr", func() { p.properties(m, width) })
		if p.Picture != nil {
			p.Picture.write(m)
		}
		for _, r := range p.Runs {
			r.write(m)
		}
	})
}

func (p Par) properties(m *markup, width int) {
	m.tag("w:pStyle", "w:val", string(p.Style))
	if p.Keep {
		m.tag("w:keepNext")
	}
	if p.Break {
		m.tag("w:pageBreakBefore")
	}
	if p.Rule > 0 {
		m.in("w:pBdr", func() { m.tag("w:bottom", "w:val", "single", "w:sz", "6", "w:space", "1", "w:color", "000000") })
	}
	switch {
	case p.Rule != 0:
		m.tag("w:spacing", "w:before", "0", "w:after", "0", "w:line", "40", "w:lineRule", "exact")
	case p.Space > 0:
		m.tag("w:spacing", "w:before", itoa(p.Space*20))
	}
	if p.Rule > 0 {
		side := itoa(max(0, (width-int(float64(p.Rule)*twipsPerMM))/2))
		m.tag("w:ind", "w:left", side, "w:right", side)
	}
}

func (r Run) write(m *markup) {
	m.in("w:r", func() {
		if r.Bold || r.Italic || r.Underline || r.Size > 0 {
			m.in("w:rPr", func() { r.properties(m) })
		}
		for i, line := range splitKeep(r.Text) {
			if i > 0 {
				m.tag(line.before)
			}
			if line.text != "" {
				m.leaf("w:t", line.text, "xml:space", "preserve")
			}
		}
	})
}

func (r Run) properties(m *markup) {
	if r.Bold {
		m.tag("w:b")
		m.tag("w:bCs")
	}
	if r.Italic {
		m.tag("w:i")
		m.tag("w:iCs")
	}
	if r.Size > 0 {
		m.tag("w:sz", "w:val", itoa(2*r.Size))
		m.tag("w:szCs", "w:val", itoa(2*r.Size))
	}
	if r.Underline {
		m.tag("w:u", "w:val", "single")
	}
}

type piece struct{ before, text string }

// splitKeep parts s at its tabs and line feeds, each piece with the element
// that stands before it.
func splitKeep(s string) []piece {
	s = printable(s)
	all, from := []piece{{}}, 0
	for i := 0; i < len(s); i++ {
		if s[i] != '\n' && s[i] != '\t' {
			continue
		}
		all[len(all)-1].text = s[from:i]
		all = append(all, piece{before: map[byte]string{'\n': "w:br", '\t': "w:tab"}[s[i]]})
		from = i + 1
	}
	all[len(all)-1].text = s[from:]
	return all
}

func (Table) isTable() bool { return true }

func (t Table) write(m *markup, width int) {
	whole := 0
	for _, c := range t.Columns {
		whole += c
	}
	grid := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		grid[i] = width * c / whole
	}
	m.in("w:tbl", func() {
		m.in("w:tblPr", func() { t.properties(m, width) })
		m.in("w:tblGrid", func() {
			for _, g := range grid {
				m.tag("w:gridCol", "w:w", itoa(g))
			}
		})
		for _, r := range t.Head {
			row(m, r, grid, true)
		}
		for _, r := range t.Rows {
			row(m, r, grid, false)
		}
	})
}

func (t Table) properties(m *markup, width int) {
	style := "Plain"
	if t.Lines {
		style = "Grid"
	}
	m.tag("w:tblStyle", "w:val", style)
	m.tag("w:tblW", "w:w", itoa(width), "w:type", "dxa")
	m.tag("w:jc", "w:val", "center")
	m.tag("w:tblLayout", "w:type", "fixed")
	m.tag("w:tblLook", "w:val", "0020", "w:firstRow", "1", "w:lastRow", "0", "w:firstColumn", "0", "w:lastColumn", "0", "w:noHBand", "1", "w:noVBand", "1")
}

func row(m *markup, cells []TableCell, grid []int, head bool) {
	m.in("w:tr", func() {
		m.in("w:trPr", func() {
			m.tag("w:cantSplit")
			if head {
				m.tag("w:tblHeader")
			}
		})
		at := 0
		for _, c := range cells {
			span, w := max(1, c.Span), 0
			for _, g := range grid[at : at+span] {
				w += g
			}
			at += span
			m.in("w:tc", func() {
				m.in("w:tcPr", func() {
					m.tag("w:tcW", "w:w", itoa(w), "w:type", "dxa")
					if span > 1 {
						m.tag("w:gridSpan", "w:val", itoa(span))
					}
				})
				// A cell ends with a paragraph, be it an empty one.
				if len(c.Pars) == 0 {
					Par{Style: Cell}.write(m, w)
				}
				for _, p := range c.Pars {
					p.write(m, w-216)
				}
			})
		}
	})
}
