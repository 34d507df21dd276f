package office

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// markup builds the text of one part, element by element. Nothing it writes
// depends on anything but what it is given, so the same paper has the same bytes.
type markup struct {
	bytes.Buffer
	pictures [][]byte // those of the text, in its order
}

const prolog = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// tag writes an element without content; attrs are names and values in turn.
func (m *markup) tag(name string, attrs ...string) { m.start(name, "/>", attrs) }

// in writes an element around what fill writes.
func (m *markup) in(name string, fill func(), attrs ...string) {
	m.start(name, ">", attrs)
	fill()
	m.WriteString("</" + name + ">")
}

// leaf writes an element that holds text.
func (m *markup) leaf(name, text string, attrs ...string) {
	m.in(name, func() { m.text(text) }, attrs...)
}

func (m *markup) start(name, end string, attrs []string) {
	m.WriteString("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		m.WriteString(" " + attrs[i] + `="`)
		m.text(attrs[i+1])
		m.WriteString(`"`)
	}
	m.WriteString(end)
}

// text writes s with what XML cannot hold taken out.
func (m *markup) text(s string) {
	// A write to a buffer does not fail.
	_ = xml.EscapeText(&m.Buffer, []byte(printable(s)))
}

// printable returns s without the letters that no XML may hold: control
// characters other than tab and line feed, half pairs, and the two that are no
// characters.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n':
			return r
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff, r == 0xfffd:
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}
