package prose

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"nhipcau/internal/fault"
)

// maxHTML is how much pasted text is read, in bytes: Word adds ten times the words.
const maxHTML = 16 << 20

// skipped hold nothing that is read.
var skipped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Head: true, atom.Title: true, atom.Noscript: true, atom.Template: true,
	atom.Svg: true, atom.Math: true, atom.Object: true, atom.Iframe: true, atom.Textarea: true, atom.Select: true, atom.Xmp: true,
}

// parted begin and end a paragraph.
var parted = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Li: true, atom.Ul: true, atom.Ol: true, atom.Tr: true, atom.Table: true, atom.Br: true, atom.Hr: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Blockquote: true, atom.Pre: true,
	atom.Section: true, atom.Article: true, atom.Body: true, atom.Dd: true, atom.Dt: true, atom.Caption: true,
}

// A page is HTML that is being read. Nothing of it is kept but words, bold, italic,
// headings and lists; it is never written as HTML again.
type page struct {
	reader
	open   []element
	skip   int // elements that are open and hold nothing
	bold   int
	italic int
	lists  int
	shape  shape
	cells  int // of a row, so far
}

// An element is open, with what it adds to the counts.
type element struct {
	atom               atom.Atom
	name               string
	skip, bold, italic bool
}

// deepest is how deep elements may stand in each other.
const deepest = 2000

// FromHTML reads text that was copied from Word or a page. What is no HTML is text.
func FromHTML(s string) (Doc, error) {
	if len(s) > maxHTML {
		return Doc{}, fault.New(fault.TooLarge, "prose.import.size", maxHTML>>20)
	}
	z := html.NewTokenizer(strings.NewReader(s))
	p := &page{}
	for {
		kind := z.Next()
		var err error
		switch kind {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				return Doc{}, fault.Wrap(fault.Invalid, z.Err(), "prose.import.broken")
			}
			if err := p.end(p.shape); err != nil {
				return Doc{}, err
			}
			return p.doc, nil
		case html.TextToken:
			if p.skip == 0 {
				p.write(strings.ToValidUTF8(string(z.Text()), ""), p.bold > 0, p.italic > 0)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			err = p.start(z.Token(), kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			err = p.close(z.Token())
		}
		if err != nil {
			return Doc{}, err
		}
	}
}

// void never close.
var void = map[atom.Atom]bool{
	atom.Br: true, atom.Hr: true, atom.Img: true, atom.Input: true, atom.Meta: true, atom.Link: true, atom.Col: true, atom.Wbr: true, atom.Base: true,
}

func (p *page) start(t html.Token, closed bool) error {
	if p.skip == 0 && parted[t.DataAtom] {
		if err := p.part(); err != nil {
			return err
		}
	}
	style := ""
	for _, a := range t.Attr {
		if a.Key == "style" {
			style = strings.ToLower(strings.ReplaceAll(a.Val, " ", ""))
		}
	}
	if p.skip == 0 {
		p.begin(t.DataAtom, style)
	}
	if closed || void[t.DataAtom] {
		return nil
	}
	if len(p.open) >= deepest {
		return fault.New(fault.Invalid, "prose.import.broken")
	}
	e := element{atom: t.DataAtom, name: t.Data}
	e.skip = skipped[t.DataAtom] || strings.Contains(style, "mso-list:ignore") || strings.Contains(style, "display:none")
	e.bold = t.DataAtom == atom.B || t.DataAtom == atom.Strong || strings.Contains(style, "font-weight:bold") || strings.Contains(style, "font-weight:700")
	e.italic = t.DataAtom == atom.I || t.DataAtom == atom.Em || strings.Contains(style, "font-style:italic")
	p.open = append(p.open, e)
	p.count(e, 1)
	return nil
}

func (p *page) count(e element, n int) {
	for _, x := range []struct {
		is bool
		of *int
	}{{e.skip, &p.skip}, {e.bold, &p.bold}, {e.italic, &p.italic}, {e.atom == atom.Ul || e.atom == atom.Ol, &p.lists}} {
		if x.is {
			*x.of += n
		}
	}
}

// begin takes what an element says of the paragraph that it begins.
func (p *page) begin(a atom.Atom, style string) {
	switch a {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		p.shape.heading = strings.Index("123456", a.String()[1:]) + 1
	case atom.Li:
		p.shape.item = max(1, p.lists)
	case atom.Tr:
		p.cells = 0
	case atom.Td, atom.Th:
		if p.cells > 0 {
			p.write(" | ", false, false)
		}
		p.cells++
	case atom.P:
		if _, level, ok := strings.Cut(style, "mso-list:"); ok && !strings.HasPrefix(level, "none") {
			p.shape.item = 1
			if _, n, ok := strings.Cut(level, "level"); ok && n != "" && n[0] >= '1' && n[0] <= '9' {
				p.shape.item = int(n[0] - '0')
			}
		}
	}
}

// part ends a paragraph; in a row of a table it goes on with the next cell's.
func (p *page) part() error {
	for _, e := range p.open {
		if e.atom == atom.Td || e.atom == atom.Th {
			p.write(" ", false, false)
			return nil
		}
	}
	err := p.end(p.shape)
	p.shape = shape{}
	return err
}

// close closes the element that t ends and those that are still open in it.
func (p *page) close(t html.Token) error {
	at := -1
	for i := len(p.open) - 1; i >= 0; i-- {
		if p.open[i].name == t.Data {
			at = i
			break
		}
	}
	if at < 0 {
		return nil
	}
	skip := p.skip
	for _, e := range p.open[at:] {
		p.count(e, -1)
	}
	p.open = p.open[:at]
	if skip == 0 && parted[t.DataAtom] {
		return p.part()
	}
	return nil
}
