// Package intake reads tables that people keep elsewhere, as .csv or .xlsx, into
// rows whose cells are checked, and writes the templates of such tables.
//
// A layout names the columns. A header is found by their names in either
// language, in any order, whatever stands above it. What is wrong with the file
// as a whole is an error; what is wrong with a row is a Bad with its line, its
// column, what is wrong and what to do, and every bad row is named.
package intake

import (
	"bytes"
	"embed"
	"slices"
	"strings"
	"unicode"

	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/vn"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// A Form is what a column holds.
type Form int

// The forms. A cell of any form is cleaned: one line, composed letters, plain
// spaces.
const (
	Text  Form = iota
	Code       // as Text, in lower case; a number keeps the zeros it is shown with
	Day        // becomes 2020-11-02
	Whole      // a whole number that is not negative; becomes 1000
	One        // one of the column's choices; becomes its value
)

// A Choice is what a cell of the form One may say.
type Choice struct {
	Value string
	Names []string // Vietnamese first; case, marks and signs do not matter
}

// A Column is a column of a layout.
type Column struct {
	Key     string   // names the cell in Row.Get; also a name of the column
	Names   []string // in the header, Vietnamese and English first; case, marks and signs do not matter
	Form    Form
	Choices []Choice // of the form One
	Needed  bool     // the column must stand in the file and no cell of it is empty
	Example string   // for the template
	Note    string   // message key: what to write, for the template
}

// Title returns the name of c that templates and pages use in a language.
func (c Column) Title(l i18n.Lang) string {
	if l == i18n.English {
		return c.Names[1]
	}
	return c.Names[0]
}

// both is the name of c in both languages.
func (c Column) both() string { return c.Names[0] + " (" + c.Names[1] + ")" }

// A Layout is what a file has to look like.
type Layout struct {
	Name    string // of the template's file, without its ending
	Sheet   string // name of the template's sheet
	Columns []Column
}

func (l Layout) index(key string) int {
	return slices.IndexFunc(l.Columns, func(c Column) bool { return c.Key == key })
}

// titles names the columns of l, for a message.
func (l Layout) titles(needed bool) string {
	var all []string
	for _, c := range l.Columns {
		if c.Needed || !needed {
			all = append(all, c.both())
		}
	}
	return strings.Join(all, ", ")
}

// A Row is a line of the file below the header. A cell without a column in the
// file, or without anything in it, is "".
type Row struct {
	Line   int // in the file, from 1
	cells  []string
	layout *Layout // whose names begin with those of the file
}

// Get returns the cell of a column, "" if there is none.
func (r Row) Get(key string) string {
	if i := r.layout.index(key); i >= 0 {
		return r.cells[i]
	}
	return ""
}

// Cells returns the cells in the order of the layout's columns.
func (r Row) Cells() []string { return r.cells }

// A Bad is one thing wrong with one row.
type Bad struct {
	Line   int
	Column string // the column as the file names it, "" if it is the whole row
	fault.Text
}

// Wrong returns a Bad of a row at a column of its layout.
func (r Row) Wrong(column, key string, args ...any) Bad {
	b := Bad{Line: r.Line, Text: fault.Text{Key: key, Args: args}}
	if i := r.layout.index(column); i >= 0 {
		b.Column = r.layout.Columns[i].Names[0]
	}
	return b
}

// A Table is what a file holds.
type Table struct {
	Rows   []Row // the good ones, in the order of the file
	Broken []Row // those of which something is wrong
	Bad    []Bad // what is wrong, in the order of the file
}

// An Outcome is what an import has done, or would do. Where a row is bad, nothing
// is done at all.
type Outcome struct {
	New, Changed, Same int
	Bad                []Bad // in the order of the file
}

// SortBad puts what is wrong in the order of the file.
func SortBad(bad []Bad) {
	slices.SortStableFunc(bad, func(a, b Bad) int { return a.Line - b.Line })
}

// The limits of a file.
const (
	MaxSize    = 20 << 20 // bytes of a file
	MaxRows    = 200_000
	MaxColumns = 100
	maxSheets  = 20
	maxCell    = 2_000     // letters
	maxPart    = 256 << 20 // bytes of a sheet, unpacked
	maxStrings = 96 << 20  // bytes of the texts of a workbook, unpacked
	headRows   = 10        // the header is looked for in these
)

// Read reads a file by what its bytes are, whatever its name.
func Read(b []byte, l Layout) (Table, error) {
	g, err := grids(b, l)
	if err != nil {
		return Table{}, err
	}
	return g.table(l)
}

func grids(b []byte, l Layout) (*grid, error) {
	switch {
	case len(b) == 0:
		return nil, wrong("intake.error.empty")
	case len(b) > MaxSize:
		t := fault.Text{Key: "intake.error.size", Args: []any{MaxSize >> 20}}
		return nil, &fault.Error{Kind: fault.TooLarge, Text: t, Fields: map[string]fault.Text{"file": t}}
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return readWorkbook(b, l)
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		if bytes.Contains(b, utf16le("EncryptedPackage")) {
			return nil, wrong("intake.error.encrypted")
		}
		return nil, wrong("intake.error.xls")
	}
	return readText(b, l)
}

func utf16le(s string) []byte {
	var b []byte
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}

// wrong is what is wrong with a file, at the form's field.
func wrong(key string, args ...any) error {
	t := fault.Text{Key: key, Args: args}
	return &fault.Error{Kind: fault.Invalid, Text: t, Fields: map[string]fault.Text{"file": t}}
}

// name returns a column's name as names are compared: letters and digits alone,
// without marks and case.
func name(s string) string {
	return strings.Join(strings.FieldsFunc(vn.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}
