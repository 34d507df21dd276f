package office

import (
	"context"
	"strings"
)

// A filling is a template being filled.
type filling struct {
	ctx    context.Context
	made   int // elements
	wrong  TemplateError
	failed error // why it cannot go on
}

const maxWrong = 20

func (f *filling) complain(k WrongKind, name, near string) {
	if len(f.wrong) < maxWrong {
		f.wrong = append(f.wrong, Wrong{k, name, shorten(strings.Join(strings.Fields(near), " "))})
	}
}

func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// over reports whether there is too much of it, or nobody waits any more.
func (f *filling) over(n int) bool {
	if f.failed != nil {
		return true
	}
	if f.made += n; f.made > maxFilled {
		f.failed = wrong(TooBig)
	} else {
		f.failed = f.ctx.Err()
	}
	return f.failed != nil
}

// blocks returns elements that stand beside one another, filled: what stands between
// two paragraphs, or between two rows, of a list's name is repeated.
func (f *filling) blocks(all []*node, s scope) []*node {
	var out []*node
	for i := 0; i < len(all); i++ {
		n := all[i]
		if f.over(1) {
			return nil
		}
		signs := n.loose()
		if len(signs) == 0 {
			out = append(out, f.one(n, s)...)
			continue
		}
		open := signs[0]
		if open.sign == '/' {
			f.complain(Unopened, open.name, n.textOf())
			continue
		}
		end, last := f.end(all, i)
		if end < 0 {
			f.complain(Unclosed, open.name, n.textOf())
			continue
		}
		if last.name != "" && key(last.name) != key(open.name) {
			f.complain(Unclosed, open.name, n.textOf())
		}
		var inner []*node
		if n.name == "w:tr" {
			inner = stripped(all[i:end+1], open, last)
		} else {
			inner = all[i+1 : end]
		}
		out = append(out, f.repeat(inner, open.tag, s, n.textOf())...)
		i = end
	}
	return out
}

// repeat returns elements once for each of a list.
func (f *filling) repeat(inner []*node, open tag, s scope, near string) []*node {
	items, ok := s.list(open.name)
	if !ok {
		f.complain(Unknown, open.name, near)
		return nil
	}
	if open.sign == '^' {
		if len(items) > 0 {
			return nil
		}
		return f.blocks(inner, s)
	}
	var out []*node
	for _, item := range items {
		out = append(out, f.blocks(inner, scope{item, &s})...)
		if f.failed != nil {
			return nil
		}
	}
	return out
}

// A loose tag is one that has no other half in its cell, with its paragraph.
type loose struct {
	tag
	par *node
}

// loose returns the signs of lists that begin or end at a block: at a paragraph in
// which nothing else stands, or in a row those of which one cell has one half and
// another the other.
func (n *node) loose() (all []loose) {
	switch n.name {
	case "w:p":
		s := strings.TrimSpace(n.textOf())
		if t := tags(s); len(t) == 1 && t[0].sign != 0 && t[0].from == 0 && t[0].to == len(s) {
			return []loose{{t[0], n}}
		}
	case "w:tr":
		for _, cell := range n.kids {
			all = append(all, cell.unpaired()...)
		}
	}
	return all
}

// unpaired returns the signs of lists in a cell that have no other half in it.
func (n *node) unpaired() (all []loose) {
	n.paragraphs(func(p *node) {
		for _, t := range tags(p.textOf()) {
			switch {
			case t.sign == 0:
			case t.sign == '/' && len(all) > 0 && all[len(all)-1].sign != '/':
				all = all[:len(all)-1]
			default:
				all = append(all, loose{t, p})
			}
		}
	})
	return all
}

// end returns the place of the block that closes the list which begins at a place, and
// its sign there; -1 if none does.
func (f *filling) end(all []*node, at int) (int, loose) {
	depth := 0
	for i := at; i < len(all); i++ {
		if all[i].name != all[at].name {
			continue
		}
		for _, l := range all[i].loose() {
			if l.sign != '/' {
				depth++
			} else if depth--; depth == 0 {
				return i, l
			}
		}
	}
	return -1, loose{}
}

// stripped returns copies of rows without two signs that stand in them.
func stripped(rows []*node, open, last loose) []*node {
	all := make([]*node, len(rows))
	for i, r := range rows {
		all[i] = r.copyWithout(last, open) // the one behind first: it moves nothing before it
	}
	return all
}

// one returns an element filled: a paragraph by its words, any other by what is in it.
func (f *filling) one(n *node, s scope) []*node {
	if n.name == "w:p" {
		return []*node{f.paragraph(n, s)}
	}
	if n.name == "" || len(n.kids) == 0 {
		return []*node{n}
	}
	c := *n
	c.kids = f.blocks(n.kids, s)
	if n.name == "w:tbl" && !c.has("w:tr") && n.has("w:tr") {
		return nil // of no rows is no table
	}
	if n.name == "w:tc" && !c.has("w:p") {
		c.kids = append(c.kids, &node{name: "w:p"}) // a cell without a paragraph is no cell
	}
	return []*node{&c}
}

// paragraph returns a paragraph whose places are filled. Word cuts words into bits
// as it likes, so a place may begin in one and end in another: what fills it takes the
// look of its beginning.
func (f *filling) paragraph(n *node, s scope) *node {
	c := n.copy()
	inner(c, func(box *node) { box.kids = f.blocks(box.kids, s) })
	bits := c.bits()
	var whole strings.Builder
	for _, p := range bits {
		whole.WriteString(p.words())
	}
	text := whole.String()
	at := 0
	var edits []edit
	found := tags(text)
	for i := 0; i < len(found); i++ {
		t := found[i]
		if t.from < at {
			continue
		}
		switch t.sign {
		case '#', '^':
			end, ok := closing(found, i)
			if !ok {
				f.complain(Unclosed, t.name, text)
				continue
			}
			edits = append(edits, edit{t.from, found[end].to, f.words(text[t.to:found[end].from], t, s, text)})
			at = found[end].to
			i = end
		case '/':
			f.complain(Unopened, t.name, text)
		default:
			v, ok := s.value(t.name)
			if !ok {
				f.complain(Unknown, t.name, text)
			}
			edits = append(edits, edit{t.from, t.to, v})
		}
	}
	apply(bits, edits)
	return c
}

// words returns the words of a list within a paragraph, once for each item.
func (f *filling) words(text string, open tag, s scope, near string) string {
	items, ok := s.list(open.name)
	if !ok {
		f.complain(Unknown, open.name, near)
		return ""
	}
	if open.sign == '^' {
		if len(items) > 0 {
			return ""
		}
		return f.text(text, s, near)
	}
	var b strings.Builder
	for _, item := range items {
		b.WriteString(f.text(text, scope{item, &s}, near))
		if f.over(1) {
			return ""
		}
	}
	return b.String()
}

// text fills words without a look of their own.
func (f *filling) text(text string, s scope, near string) string {
	var b strings.Builder
	at := 0
	found := tags(text)
	for i := 0; i < len(found); i++ {
		t := found[i]
		b.WriteString(text[at:t.from])
		at = t.to
		switch t.sign {
		case '#', '^':
			end, ok := closing(found, i)
			if !ok {
				f.complain(Unclosed, t.name, near)
				continue
			}
			b.WriteString(f.words(text[t.to:found[end].from], t, s, near))
			at, i = found[end].to, end
		case '/':
			f.complain(Unopened, t.name, near)
		default:
			v, ok := s.value(t.name)
			if !ok {
				f.complain(Unknown, t.name, near)
			}
			b.WriteString(v)
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

// closing returns the place of the tag that closes the one at a place.
func closing(found []tag, at int) (int, bool) {
	depth := 0
	for i := at; i < len(found); i++ {
		switch found[i].sign {
		case '#', '^':
			depth++
		case '/':
			if depth--; depth == 0 {
				return i, true
			}
		}
	}
	return 0, false
}
