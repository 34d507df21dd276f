package office

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// A node is an element of a part, or text where it has no name. Names and attributes
// are as they were written, prefixes and all.
type node struct {
	name  string
	attrs []xml.Attr
	kids  []*node
	words string
}

const maxDepth = 150

// parseTree reads a part; what is no XML, or has entities of its own, is NoDocx.
func parseTree(raw []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(raw))
	root := &node{}
	open := []*node{root}
	for count := 0; ; count++ {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, wrong(NoDocx)
		}
		if count > maxFilled {
			return nil, wrong(TooBig)
		}
		top := open[len(open)-1]
		switch t := t.(type) {
		case xml.StartElement:
			n := &node{name: prefixed(t.Name), attrs: t.Copy().Attr}
			top.kids = append(top.kids, n)
			if open = append(open, n); len(open) > maxDepth {
				return nil, wrong(NoDocx)
			}
		case xml.EndElement:
			if len(open) == 1 || top.name != prefixed(t.Name) {
				return nil, wrong(NoDocx)
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 1 {
				top.kids = append(top.kids, &node{words: string(t)})
			}
		case xml.Directive:
			return nil, wrong(NoDocx)
		}
	}
	if len(open) != 1 || len(root.kids) != 1 {
		return nil, wrong(NoDocx)
	}
	return root.kids[0], nil
}

func prefixed(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func (n *node) write(b *bytes.Buffer) {
	if n.name == "" {
		_ = xml.EscapeText(b, []byte(printable(n.words))) // a write to a buffer does not fail
		return
	}
	b.WriteString("<" + n.name)
	for _, a := range n.attrs {
		b.WriteString(" " + prefixed(a.Name) + `="`)
		_ = xml.EscapeText(b, []byte(a.Value))
		b.WriteString(`"`)
	}
	if len(n.kids) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteString(">")
	for _, k := range n.kids {
		k.write(b)
	}
	b.WriteString("</" + n.name + ">")
}

func (n *node) copy() *node {
	c := *n
	c.kids = make([]*node, len(n.kids))
	for i, k := range n.kids {
		c.kids[i] = k.copy()
	}
	return &c
}

// copyWithout is copy without signs, each of which stands in a paragraph of n or in
// none.
func (n *node) copyWithout(signs ...loose) *node {
	if n.name == "w:p" {
		c := n.copy()
		for _, l := range signs {
			if l.par == n {
				apply(c.bits(), []edit{{l.from, l.to, ""}})
			}
		}
		return c
	}
	c := *n
	c.kids = make([]*node, len(n.kids))
	for i, k := range n.kids {
		c.kids[i] = k.copyWithout(signs...)
	}
	return &c
}

func (n *node) has(name string) bool {
	for _, k := range n.kids {
		if k.name == name {
			return true
		}
	}
	return false
}

// paragraphs calls f with every paragraph under n, those in boxes of others too.
func (n *node) paragraphs(f func(*node)) {
	if n.name == "w:p" {
		f(n)
	}
	for _, k := range n.kids {
		k.paragraphs(f)
	}
}

// inner calls f with the boxes of text that float in a paragraph: they hold
// paragraphs of their own.
func inner(n *node, f func(*node)) {
	for _, k := range n.kids {
		if k.name == "w:txbxContent" {
			f(k)
		} else {
			inner(k, f)
		}
	}
}

// A bit is the text of a run, as Word cuts it.
type bit struct{ at, parent *node }

func (p bit) words() string {
	if p.at.name != "w:t" {
		return ""
	}
	var b strings.Builder
	for _, k := range p.at.kids {
		b.WriteString(k.words)
	}
	return b.String()
}

// bits are the texts of an element, without those in boxes.
func (n *node) bits() (all []bit) {
	for _, k := range n.kids {
		switch k.name {
		case "w:t":
			all = append(all, bit{k, n})
		case "w:txbxContent", "":
		default:
			all = append(all, k.bits()...)
		}
	}
	return all
}

// textOf returns the words of an element; of several paragraphs, with a space between.
func (n *node) textOf() string {
	var b strings.Builder
	if n.name == "w:p" {
		for _, p := range n.bits() {
			b.WriteString(p.words())
		}
		return b.String()
	}
	for _, k := range n.kids {
		if k.name == "w:p" || len(k.kids) > 0 {
			if s := k.textOf(); s != "" {
				b.WriteString(s + " ")
			}
		}
	}
	return b.String()
}

// An edit puts words in the place of others, which stand from byte to byte in the
// text of a paragraph.
type edit struct {
	from, to int
	with     string
}

// apply makes edits, which stand in order and do not overlap.
func apply(bits []bit, edits []edit) {
	if len(edits) == 0 {
		return
	}
	start := 0
	for _, p := range bits {
		text := p.words()
		end := start + len(text)
		var b strings.Builder
		at := start
		for _, e := range edits {
			if e.to <= start || e.from >= end {
				continue
			}
			if e.from >= start { // it begins here
				b.WriteString(text[at-start : e.from-start])
				b.WriteString(e.with)
			}
			at = min(e.to, end)
		}
		b.WriteString(text[at-start:])
		if s := b.String(); s != text {
			p.set(s)
		}
		start = end
	}
}

// set makes s the text of a bit; its lines are broken as Word breaks them.
func (p bit) set(s string) {
	lines := strings.Split(s, "\n")
	texts := make([]*node, 0, 2*len(lines))
	for i, l := range lines {
		if i > 0 {
			texts = append(texts, &node{name: "w:br"})
		}
		texts = append(texts, &node{name: "w:t", attrs: []xml.Attr{{Name: xml.Name{Space: "xml", Local: "space"}, Value: "preserve"}}, kids: []*node{{words: l}}})
	}
	for i, k := range p.parent.kids {
		if k == p.at {
			p.parent.kids = append(p.parent.kids[:i:i], append(texts, p.parent.kids[i+1:]...)...)
			return
		}
	}
}
