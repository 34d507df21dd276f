package office

// A look is how a style shows itself.
type look struct {
	id, name                string
	align                   string
	before, after           int // points
	line                    int // 240 to a single line
	first                   int // indent of the first line, millimetres
	delta                   int // points more than the body, or less
	level                   int // of a heading, from 1
	bold, italic, keep, key bool
}

// looks are the styles of a paper; each is based on the body.
var looks = []look{
	{id: string(Body), name: "Normal", align: "both", before: 3, after: 3, line: 264, first: 10, key: true},
	{id: string(Title), name: "Title", align: "center", before: 12, line: 252, delta: 1, bold: true, keep: true, key: true},
	{id: string(About), name: "Subtitle", align: "center", line: 252, bold: true, keep: true, key: true},
	{id: string(Heading1), name: "heading 1", align: "both", before: 6, after: 3, line: 264, first: 10, level: 1, bold: true, keep: true, key: true},
	{id: string(Heading2), name: "heading 2", align: "both", before: 4, after: 3, line: 264, first: 10, level: 2, bold: true, keep: true, key: true},
	{id: string(Heading3), name: "heading 3", align: "both", before: 3, after: 3, line: 264, first: 10, level: 3, italic: true, keep: true, key: true},
	{id: string(Line), name: "Letterhead Line", align: "center", line: 240},
	{id: string(LeftLine), name: "Left Line", align: "left", line: 240},
	{id: string(RightLine), name: "Right Line", align: "right", line: 240},
	{id: string(Small), name: "Recipients", align: "left", line: 240, delta: -3},
	{id: string(Cell), name: "Table Text", align: "left", before: 2, after: 2, line: 240, delta: -2},
	{id: string(CellMiddle), name: "Table Middle", align: "center", before: 2, after: 2, line: 240, delta: -2},
	{id: string(CellHead), name: "Table Head", align: "center", before: 2, after: 2, line: 240, delta: -2, bold: true},
	{id: string(Number), name: "Table Number", align: "right", before: 2, after: 2, line: 240, delta: -2},
	{id: string(Note), name: "Note", align: "both", before: 3, line: 240, delta: -2, italic: true},
	{id: "Header", name: "header", align: "center", line: 240},
}

func (d Doc) styles() string {
	var m markup
	m.WriteString(prolog)
	m.in("w:styles", func() {
		m.in("w:docDefaults", func() {
			m.in("w:rPrDefault", func() {
				m.in("w:rPr", func() {
					m.tag("w:rFonts", "w:ascii", d.Font, "w:hAnsi", d.Font, "w:eastAsia", d.Font, "w:cs", d.Font)
					m.tag("w:sz", "w:val", itoa(2*d.Size))
					m.tag("w:szCs", "w:val", itoa(2*d.Size))
					m.tag("w:lang", "w:val", d.Language, "w:eastAsia", d.Language, "w:bidi", "ar-SA")
				})
			})
			m.tag("w:pPrDefault")
		})
		for _, l := range looks {
			l.write(&m, d.Size)
		}
		tables(&m)
	}, "xmlns:w", nsMain)
	return m.String()
}

func (l look) write(m *markup, size int) {
	attrs := []string{"w:type", "paragraph"}
	if l.id == string(Body) {
		attrs = append(attrs, "w:default", "1")
	}
	m.in("w:style", func() {
		m.tag("w:name", "w:val", l.name)
		if l.id != string(Body) {
			m.tag("w:basedOn", "w:val", string(Body))
		}
		if l.key {
			m.tag("w:qFormat")
		}
		m.in("w:pPr", func() { l.paragraph(m) })
		m.in("w:rPr", func() {
			r := Run{Bold: l.bold, Italic: l.italic}
			if l.delta != 0 {
				r.Size = size + l.delta
			}
			r.properties(m)
		})
	}, append(attrs, "w:styleId", l.id)...)
}

func (l look) paragraph(m *markup) {
	if l.keep {
		m.tag("w:keepNext")
	}
	m.tag("w:widowControl")
	if l.level > 0 {
		m.in("w:numPr", func() {
			m.tag("w:ilvl", "w:val", itoa(l.level-1))
			m.tag("w:numId", "w:val", "1")
		})
	}
	m.tag("w:spacing", "w:before", itoa(20*l.before), "w:after", itoa(20*l.after), "w:line", itoa(l.line), "w:lineRule", "auto")
	m.tag("w:ind", "w:left", "0", "w:firstLine", twips(l.first))
	m.tag("w:jc", "w:val", l.align)
	if l.level > 0 {
		m.tag("w:outlineLvl", "w:val", itoa(l.level-1))
	}
}

// tables are the styles of a table with lines and of one without.
func tables(m *markup) {
	m.in("w:style", func() {
		m.tag("w:name", "w:val", "Normal Table")
		m.in("w:tblPr", func() {
			m.tag("w:tblInd", "w:w", "0", "w:type", "dxa")
			m.in("w:tblCellMar", func() {
				m.tag("w:top", "w:w", "0", "w:type", "dxa")
				m.tag("w:left", "w:w", "108", "w:type", "dxa")
				m.tag("w:bottom", "w:w", "0", "w:type", "dxa")
				m.tag("w:right", "w:w", "108", "w:type", "dxa")
			})
		})
	}, "w:type", "table", "w:default", "1", "w:styleId", "Plain")
	m.in("w:style", func() {
		m.tag("w:name", "w:val", "Table Grid")
		m.tag("w:basedOn", "w:val", "Plain")
		m.in("w:tblPr", func() {
			m.in("w:tblBorders", func() {
				for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
					m.tag("w:"+side, "w:val", "single", "w:sz", "4", "w:space", "0", "w:color", "000000")
				}
			})
		})
	}, "w:type", "table", "w:styleId", "Grid")
}
