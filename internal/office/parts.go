package office

import (
	"strings"
	"time"
)

// The parts of a paper beside its text: what Word asks for before it opens a
// file without a word.

const contentTypes = prolog + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
	`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
	`<Default Extension="xml" ContentType="application/xml"/>` +
	`<Default Extension="png" ContentType="image/png"/>` +
	`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
	`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>` +
	`<Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/>` +
	`<Override PartName="/word/numbering.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/>` +
	`<Override PartName="/word/fontTable.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"/>` +
	`<Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/>` +
	`<Override PartName="/word/header2.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/>` +
	`<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>` +
	`<Override PartName="/word/footer2.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>` +
	`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
	`<Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/>` +
	`</Types>`

const packageRels = prolog + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
	`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>` +
	`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
	`<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties" Target="docProps/app.xml"/>` +
	`</Relationships>`

// documentRels says what belongs to the text, with so many pictures.
func documentRels(pictures int) string {
	var b strings.Builder
	for i := range pictures {
		b.WriteString(`<Relationship Id="` + pictureID(i) + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/` + pictureName(i) + `"/>`)
	}
	return documentStart + b.String() + `</Relationships>`
}

const documentStart = prolog + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
	`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>` +
	`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings" Target="settings.xml"/>` +
	`<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering" Target="numbering.xml"/>` +
	`<Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable" Target="fontTable.xml"/>` +
	`<Relationship Id="rId5" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/>` +
	`<Relationship Id="rId6" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header2.xml"/>` +
	`<Relationship Id="rId7" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/>` +
	`<Relationship Id="rId8" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer2.xml"/>`

// Mode 15 keeps Word from opening the paper as one of an old version.
const settings = prolog + `<w:settings xmlns:w="` + nsMain + `"><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>` +
	`<w:characterSpacingControl w:val="doNotCompress"/><w:compat>` +
	`<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>` +
	`</w:compat><w:decimalSymbol w:val=","/><w:listSeparator w:val=";"/></w:settings>`

const appProps = prolog + `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Nhịp Cầu</Application></Properties>`

func (d Doc) core() string {
	var m markup
	m.WriteString(prolog)
	at := d.Made.UTC().Format(time.RFC3339)
	m.in("cp:coreProperties", func() {
		m.leaf("dc:title", d.Title)
		m.leaf("dc:subject", d.Subject)
		m.leaf("dc:creator", d.Author)
		m.leaf("dc:language", d.Language)
		m.leaf("dcterms:created", at, "xsi:type", "dcterms:W3CDTF")
		m.leaf("dcterms:modified", at, "xsi:type", "dcterms:W3CDTF")
	}, "xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
		"xmlns:dc", "http://purl.org/dc/elements/1.1/", "xmlns:dcterms", "http://purl.org/dc/terms/",
		"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
	return m.String()
}

func (d Doc) fontTable() string {
	var m markup
	m.WriteString(prolog)
	m.in("w:fonts", func() {
		m.in("w:font", func() {
			m.tag("w:charset", "w:val", "00")
			m.tag("w:family", "w:val", "roman")
			m.tag("w:pitch", "w:val", "variable")
		}, "w:name", d.Font)
	}, "xmlns:w", nsMain)
	return m.String()
}

func (d Doc) firstHeader() string {
	return edge("w:hdr", "right", func(m *markup) {
		if d.First != "" {
			m.in("w:r", func() {
				m.in("w:rPr", func() { m.tag("w:b"); m.tag("w:bCs") })
				m.leaf("w:t", d.First, "xml:space", "preserve")
			})
		}
	})
}

// edge is the header or the footer of the pages from the second on, with the
// number of the page or without.
func (d Doc) edge(root string, number bool) string {
	align := "center"
	if root == "w:ftr" {
		align = "right"
	}
	return edge(root, align, func(m *markup) {
		if number {
			pageNumber(m)
		}
	})
}

// pageNumber is the field that shows the number of the page.
func pageNumber(m *markup) {
	for _, part := range []string{"begin", "", "separate", "2", "end"} {
		m.in("w:r", func() {
			switch part {
			case "":
				m.leaf("w:instrText", " PAGE ", "xml:space", "preserve")
			case "2":
				m.leaf("w:t", part)
			default:
				m.tag("w:fldChar", "w:fldCharType", part)
			}
		})
	}
}

func edge(root, align string, fill func(m *markup)) string {
	var m markup
	m.WriteString(prolog)
	m.in(root, func() {
		m.in("w:p", func() {
			m.in("w:pPr", func() {
				m.tag("w:pStyle", "w:val", "Header")
				m.tag("w:jc", "w:val", align)
			})
			fill(&m)
		})
	}, "xmlns:w", nsMain, "xmlns:r", nsRel)
	return m.String()
}

// numbering counts the headings: I., 1., a).
func numbering() string {
	var m markup
	m.WriteString(prolog)
	m.in("w:numbering", func() {
		m.in("w:abstractNum", func() {
			m.tag("w:multiLevelType", "w:val", "multilevel")
			for i, l := range []struct{ format, text, style string }{
				{"upperRoman", "%1.", "Heading1"}, {"decimal", "%2.", "Heading2"}, {"lowerLetter", "%3)", "Heading3"},
			} {
				m.in("w:lvl", func() {
					m.tag("w:start", "w:val", "1")
					m.tag("w:numFmt", "w:val", l.format)
					m.tag("w:pStyle", "w:val", l.style)
					m.tag("w:suff", "w:val", "space")
					m.tag("w:lvlText", "w:val", l.text)
					m.tag("w:lvlJc", "w:val", "left")
				}, "w:ilvl", itoa(i))
			}
		}, "w:abstractNumId", "0")
		m.in("w:num", func() { m.tag("w:abstractNumId", "w:val", "0") }, "w:numId", "1")
	}, "xmlns:w", nsMain)
	return m.String()
}
