package paper

import (
	"strings"

	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Kind is what sort of paper a slice has made.
type Kind string

// The kinds.
const (
	Report     Kind = "report"     // báo cáo
	Programme  Kind = "programme"  // chương trình hành động
	Reminder   Kind = "reminder"   // công văn nhắc việc
	Assignment Kind = "assignment" // công văn giao việc
	Summons    Kind = "summons"    // giấy mời, công văn triệu tập
	Minutes    Kind = "minutes"    // biên bản, signed by who took them and by the chair
	Agenda     Kind = "agenda"     // chương trình hội nghị, which has neither number nor signature
)

// Kinds are all kinds.
var Kinds = []Kind{Report, Programme, Reminder, Assignment, Summons, Minutes}

// A Content is what a paper says, without head and foot.
type Content struct {
	Kind  Kind     `json:"kind"`
	About string   `json:"about"`
	To    []string `json:"to,omitempty"` // whom a letter is addressed to
	Parts []Part   `json:"parts"`
	// Recipients are the lines under "Nơi nhận" without what ends them; the line
	// on the copy that stays comes by itself.
	Recipients []string `json:"recipients"`
	// Beside is who signs at the left, where two sign: then no recipients stand there.
	Beside Signature `json:"beside,omitzero"`
}

// A Signature is who signs, and as what.
type Signature struct {
	Office string `json:"office"`
	Name   string `json:"name"`
}

// A Part is a heading of a level, a paragraph, or a table under one.
type Part struct {
	Level int    `json:"level,omitempty"` // 1 to 3 for a heading, counted I, 1, a
	Text  string `json:"text,omitempty"`  // each line is a paragraph
	Note  bool   `json:"note,omitempty"`  // small, beside the text
	Grid  *Grid  `json:"grid,omitempty"`
}

// A Grid is a table of words and figures, its rows numbered in the first column.
type Grid struct {
	Columns []Column   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// A Column is one of a Grid: its head, its share of the width, and whether it
// holds figures, which stand at the right.
type Column struct {
	Title  string `json:"title"`
	Width  int    `json:"width"`
	Figure bool   `json:"figure,omitempty"`
}

// H returns a heading.
func H(level int, text string) Part { return Part{Level: level, Text: text} }

// P returns paragraphs.
func P(text string) Part { return Part{Text: text} }

// Table returns a table; a Column of its own numbers the rows.
func Table(columns []Column, rows [][]string) Part {
	return Part{Grid: &Grid{Columns: columns, Rows: rows}}
}

const (
	maxAbout      = 600
	maxSigner     = 160
	maxRecipients = 30
)

// clean makes recipients of lines as people type them: without the dash and the
// mark at the end, which are printed by themselves.
func clean(lines []string) []string {
	var all []string
	for _, s := range lines {
		s = strings.TrimRight(strings.TrimLeft(vn.Clean(s), "-–• "), ";.,/ ")
		if s != "" && !strings.HasPrefix(vn.Fold(s), "luu") {
			all = append(all, s)
		}
	}
	return all
}

func (c *Content) check(w fault.Wrong) {
	c.Recipients = clean(c.Recipients)
	w.Text("about", c.About, maxAbout, true)
	if len(c.Recipients) > maxRecipients {
		w.Add("recipients", "paper.error.recipients", maxRecipients)
	}
	for _, r := range c.Recipients {
		w.Text("recipients", r, maxLine, false)
	}
}
