package intake

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	lastRow    = 1_048_576
	lastColumn = 16_384
	maxMerged  = 50_000
)

// A sheetReader puts the cells of a sheet together.
type sheetReader struct {
	book *workbook
	grid *grid
	most int  // lines
	line line // that is being read
	cell raw
}

// A raw is a cell as it stands in the part.
type raw struct {
	cell
	kind  string // its type, "" for a number
	style int
	calc  bool // it has a formula
	has   bool // it has a value
}

// sheet reads a sheet: most lines that hold anything; where most is that of a
// header, what comes after is not looked at.
func (w *workbook) sheet(part string, most int) (*grid, error) {
	r := &sheetReader{book: w, grid: &grid{from904: w.from904}, most: most}
	return r.grid, w.tokens(part, maxPart, r.token)
}

func (r *sheetReader) token(d *xml.Decoder, t xml.Token) (err error) {
	switch t := t.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "row":
			err = r.begin(t)
		case "c":
			err = r.place(t)
		case "f":
			r.cell.calc = true
			err = skip(d)
		case "v":
			r.cell.has = true
			r.cell.text, err = inner(d)
		case "is":
			r.cell.has = true
			r.cell.text, err = r.inline(d)
		case "mergeCell":
			err = r.merge(attr(t, "ref"))
		}
	case xml.EndElement:
		switch t.Name.Local {
		case "c":
			err = r.take()
		case "row":
			err = r.end()
		}
	}
	return err
}

func (r *sheetReader) begin(e xml.StartElement) error {
	n := r.line.n + 1
	if ref := attr(e, "r"); ref != "" {
		given, err := strconv.Atoi(ref)
		if err != nil || given < n || given > lastRow {
			return fmt.Errorf("intake: row %q after row %d", ref, r.line.n)
		}
		n = given
	}
	r.line = line{n: n}
	r.cell = raw{cell: cell{at: -1}}
	return nil
}

func (r *sheetReader) place(e xml.StartElement) error {
	next := raw{cell: cell{at: r.cell.at + 1}}
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			column, _, err := reference(a.Value)
			if err != nil || column < next.at {
				return fmt.Errorf("intake: cell %q in its row", a.Value)
			}
			next.at = column
		case "t":
			next.kind = a.Value
		case "s":
			next.style, _ = strconv.Atoi(a.Value) // a style that is none pads nothing
		}
	}
	r.cell = next
	return nil
}

// inline reads a text that stands in the cell, plain or in runs.
func (r *sheetReader) inline(d *xml.Decoder) (string, error) {
	var b strings.Builder
	for {
		t, err := d.Token()
		if err != nil {
			return "", unexpected(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				s, err := inner(d)
				if err != nil {
					return "", err
				}
				b.WriteString(s)
			case "rPh":
				if err := skip(d); err != nil {
					return "", err
				}
			}
		case xml.EndElement:
			if t.Name.Local == "is" {
				return b.String(), nil
			}
		}
	}
}

// take adds the cell that has ended to its line.
func (r *sheetReader) take() error {
	c := r.cell
	switch c.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(c.text))
		if c.has && (err != nil || i < 0 || i >= len(r.book.strings)) {
			return fmt.Errorf("intake: text %q of %d", c.text, len(r.book.strings))
		}
		if c.has {
			c.text = r.book.strings[i]
		}
	case "str", "inlineStr":
	case "b":
		c.sort = flag
	case "e":
		c.sort = failure
	case "d":
		c.sort = iso
	default:
		c.sort = number
		if c.style >= 0 && c.style < len(r.book.pads) {
			c.pad = r.book.pads[c.style]
		}
	}
	if c.calc && (!c.has || c.text == "" && c.kind != "str") {
		c.sort = formula
	}
	if c.text == "" && c.sort != formula {
		return nil
	}
	if c.at >= MaxColumns {
		return wrong("intake.error.columns", MaxColumns)
	}
	r.line.cells = append(r.line.cells, c.cell)
	return nil
}

func (r *sheetReader) end() error {
	if len(r.line.cells) == 0 {
		return nil
	}
	if len(r.grid.lines) == r.most {
		if r.most > headRows {
			return wrong("intake.error.rows", MaxRows)
		}
		return errEnough
	}
	r.grid.lines = append(r.grid.lines, line{r.line.n, slices.Clip(r.line.cells)})
	return nil
}

func (r *sheetReader) merge(ref string) error {
	from, to, ok := strings.Cut(ref, ":")
	if !ok {
		return nil
	}
	left, top, err := reference(from)
	if err != nil {
		return err
	}
	right, bottom, err := reference(to)
	if err != nil {
		return err
	}
	if r.grid.merged = append(r.grid.merged, span{min(top, bottom), min(left, right), max(top, bottom), max(left, right)}); len(r.grid.merged) > maxMerged {
		return wrong("intake.error.merges", maxMerged)
	}
	return nil
}

// reference reads "AB12": the column from 0 and the line from 1.
func reference(s string) (column, row int, err error) {
	i := 0
	for ; i < len(s) && (s[i] >= 'A' && s[i] <= 'Z' || s[i] >= 'a' && s[i] <= 'z') && column <= lastColumn; i++ {
		column = column*26 + int(s[i]&^0x20-'A') + 1
	}
	row, err = strconv.Atoi(s[i:])
	if err != nil || i == 0 || column > lastColumn || row < 1 || row > lastRow {
		return 0, 0, fmt.Errorf("intake: no cell %q", s)
	}
	return column - 1, row, nil
}
