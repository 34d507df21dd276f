package office

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// A Book is tables for reckoning on (.xlsx).
type Book struct {
	Title, Author string
	Made          time.Time
	Sheets        []Sheet
}

// A Sheet is one table: a title, a head that stays in sight, and rows.
type Sheet struct {
	Name    string
	Title   string
	Columns []SheetColumn
	Rows    [][]any // string, int64, Decimal, Sum, Across, Ratio, Head or Link; nil is empty
}

// A SheetColumn is the head of a column and its width in letters.
type SheetColumn struct {
	Title string
	Width float64
}

// FirstRow is the row of a sheet, from 1, in which Rows begins: after the title,
// an empty row and the head.
const FirstRow = 4

// A Sum adds up a column from a row of the sheet to another; Value is what that
// comes to.
type Sum struct {
	From, To int
	Value    int64
	Places   int  // as of Decimal
	Parts    bool // the column holds sums of its own parts, which are not added again
}

// formula adds up the cells above it. SUBTOTAL passes over other subtotals, so a sum of
// parts may stand between what it adds up.
func (s Sum) formula(column string) string {
	if s.Parts {
		return fmt.Sprintf("SUBTOTAL(9,%s%d:%s%d)", column, s.From, column, s.To)
	}
	return fmt.Sprintf("SUM(%s%d:%s%d)", column, s.From, column, s.To)
}

// A Head is a text that stands out: what a part of a sheet adds up to.
type Head struct{ Text string }

// An Across adds up cells of the same row, counted from 0; Value is what that comes to.
type Across struct {
	Cells  []int
	Value  int64
	Places int // as of Decimal
}

// A Decimal is a number of 10^-Places.
type Decimal struct {
	N      int64
	Places int
}

func (d Decimal) float() float64 { return float64(d.N) / math.Pow10(d.Places) }

// A Ratio is one cell of the same row over another, counted from 0; empty where
// the second is 0. Num and Den are what stands in them.
type Ratio struct {
	Over, Under int
	Num, Den    int64
}

// A Link is an address to open. A sheet with few links holds no sums.
type Link struct{ Href string }

// fewLinks is up to how many rows a sheet with links is written cell by cell, with links
// of the sheet; of more they are formulas, which can be streamed.
const fewLinks = 2_500

type sheetLook struct{ title, head, text, strong, number, decimal, percent, link int }

// Bytes returns the file. A text is a text whatever it begins with: nothing that
// people have typed is reckoned as a formula.
func (b Book) Bytes() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close() // of a file in memory nothing is to be closed
	look, err := b.styles(f)
	if err != nil {
		return nil, err
	}
	for i, s := range b.Sheets {
		if i == 0 {
			err = f.SetSheetName(f.GetSheetName(0), s.Name)
		} else {
			_, err = f.NewSheet(s.Name)
		}
		if err != nil {
			return nil, err
		}
		if err := s.printed(f); err != nil {
			return nil, err
		}
		write := s.write
		if s.linked() {
			write = s.writeLinked
		}
		if err := write(f, look); err != nil {
			return nil, fmt.Errorf("sheet %s: %w", s.Name, err)
		}
	}
	full := true
	if err := f.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &full}); err != nil {
		return nil, err
	}
	at := b.Made.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Title: printable(b.Title), Creator: printable(b.Author), Created: at, Modified: at, Language: "vi-VN"}); err != nil {
		return nil, err
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (b Book) styles(f *excelize.File) (l sheetLook, err error) {
	font := func(bold bool) *excelize.Font { return &excelize.Font{Family: "Times New Roman", Size: 12, Bold: bold} }
	var lines []excelize.Border
	for _, side := range []string{"left", "top", "right", "bottom"} {
		lines = append(lines, excelize.Border{Type: side, Color: "000000", Style: 1})
	}
	thousands, decimal, percent := `#,##0`, `#,##0.####`, `0.00%`
	link := font(false)
	link.Color, link.Underline = "0563C1", "single"
	for _, x := range []struct {
		to    *int
		style excelize.Style
	}{
		{&l.title, excelize.Style{Font: &excelize.Font{Family: "Times New Roman", Size: 14, Bold: true}}},
		{&l.head, excelize.Style{
			Font: font(true), Border: lines, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true},
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}},
		}},
		{&l.text, excelize.Style{Font: font(false), Border: lines, NumFmt: textFormat, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
		{&l.number, excelize.Style{Font: font(false), Border: lines, CustomNumFmt: &thousands}},
		{&l.decimal, excelize.Style{Font: font(false), Border: lines, CustomNumFmt: &decimal}},
		{&l.percent, excelize.Style{Font: font(false), Border: lines, CustomNumFmt: &percent}},
		{&l.link, excelize.Style{Font: link, Border: lines}},
		{&l.strong, excelize.Style{Font: font(true), Border: lines, NumFmt: textFormat, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
	} {
		if *x.to, err = f.NewStyle(&x.style); err != nil {
			return l, err
		}
	}
	return l, nil
}

// textFormat is "@": what is typed into such a cell later is a text too.
const textFormat = 49

func (s Sheet) write(f *excelize.File, look sheetLook) error {
	w, err := f.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	for i, c := range s.Columns {
		if err := w.SetColWidth(i+1, i+1, c.Width); err != nil {
			return err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: FirstRow - 1, TopLeftCell: fmt.Sprintf("A%d", FirstRow), ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := w.SetRow("A1", []any{excelize.Cell{StyleID: look.title, Value: printable(s.Title)}}); err != nil {
		return err
	}
	var head []any
	for _, c := range s.Columns {
		head = append(head, excelize.Cell{StyleID: look.head, Value: printable(c.Title)})
	}
	if err := w.SetRow(fmt.Sprintf("A%d", FirstRow-1), head, excelize.RowOpts{Height: s.headHeight()}); err != nil {
		return err
	}
	for i, r := range s.Rows {
		cells, err := sheetRow(r, FirstRow+i, look)
		if err != nil {
			return err
		}
		if err := w.SetRow(fmt.Sprintf("A%d", FirstRow+i), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// headHeight is how high the row of titles is, in points, so that the longest can be
// read: programs that open a book for printing do not work it out.
func (s Sheet) headHeight() float64 {
	const line, most = 16, 12
	lines := 1
	for _, c := range s.Columns {
		n, used := 1, 0
		for _, word := range strings.Fields(c.Title) {
			long := utf8.RuneCountInString(word) + 1
			if used > 0 && float64(used+long) > c.Width {
				n, used = n+1, 0
			}
			used += long
		}
		lines = max(lines, n)
	}
	return float64(line * min(lines, most))
}

// wide is how many characters beside each other can be read on a page.
const wide = 220

// printed sets how a sheet is printed: A4 on its side, as wide as the page or, where
// that could not be read, as so many pages beside each other; the head on every page,
// and then the first two columns too.
func (s Sheet) printed(f *excelize.File) error {
	const a4 = 9
	size, side, across, any, all := a4, "landscape", 1, 0, 0.0
	for _, c := range s.Columns {
		all += c.Width
	}
	across += int(all / wide)
	if err := f.SetPageLayout(s.Name, &excelize.PageLayoutOptions{Size: &size, Orientation: &side, FitToWidth: &across, FitToHeight: &any}); err != nil {
		return err
	}
	fit := true
	if err := f.SetSheetProps(s.Name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	head := FirstRow - 1
	titles := fmt.Sprintf("'%s'!$%d:$%d", s.Name, head, head)
	if across > 1 && len(s.Columns) > 2 {
		titles = fmt.Sprintf("'%s'!$A:$B,", s.Name) + titles
	}
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: s.Name, RefersTo: titles})
}

func (s Sheet) linked() bool {
	return len(s.Rows) <= fewLinks && slices.ContainsFunc(s.Rows, func(r []any) bool {
		return slices.ContainsFunc(r, func(v any) bool { _, ok := v.(Link); return ok })
	})
}

// writeLinked writes a sheet cell by cell: a sheet that is streamed can hold no
// links.
func (s Sheet) writeLinked(f *excelize.File, look sheetLook) error {
	head := make([]any, len(s.Columns))
	for i, c := range s.Columns {
		head[i] = c.Title
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := f.SetColWidth(s.Name, col, col, c.Width); err != nil {
			return err
		}
	}
	if err := f.SetPanes(s.Name, &excelize.Panes{Freeze: true, YSplit: FirstRow - 1, TopLeftCell: fmt.Sprintf("A%d", FirstRow), ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := s.set(f, 1, 1, s.Title, look.title, look); err != nil {
		return err
	}
	for i, r := range append([][]any{head}, s.Rows...) {
		style := look.text
		if i == 0 {
			style = look.head
		}
		for j, v := range r {
			if err := s.set(f, j+1, FirstRow-1+i, v, style, look); err != nil {
				return err
			}
		}
	}
	return f.SetRowHeight(s.Name, FirstRow-1, s.headHeight())
}

// set fills one cell; style is that of a text.
func (s Sheet) set(f *excelize.File, col, row int, v any, style int, look sheetLook) error {
	at, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case string:
		err = f.SetCellStr(s.Name, at, printable(v))
	case int64:
		style, err = look.number, f.SetCellInt(s.Name, at, v)
	case Decimal:
		style, err = look.decimal, f.SetCellFloat(s.Name, at, v.float(), -1, 64)
	case Link:
		style = look.link
		if err = f.SetCellStr(s.Name, at, printable(v.Href)); err == nil {
			err = f.SetCellHyperLink(s.Name, at, printable(v.Href), "External")
		}
	case nil:
	default:
		err = fmt.Errorf("a cell beside a link holds no %T", v)
	}
	if err != nil {
		return err
	}
	return f.SetCellStyle(s.Name, at, at, style)
}

// sheetRow makes the cells of a row of the sheet.
func sheetRow(values []any, n int, look sheetLook) ([]any, error) {
	cells := make([]any, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case nil:
			cells[i] = excelize.Cell{StyleID: look.text}
		case string:
			cells[i] = excelize.Cell{StyleID: look.text, Value: printable(v)}
		case int64:
			cells[i] = excelize.Cell{StyleID: look.number, Value: v}
		case Sum:
			at, err := excelize.ColumnNumberToName(i + 1)
			if err != nil {
				return nil, err
			}
			cells[i] = excelize.Cell{StyleID: look.number, Formula: v.formula(at), Value: v.Value}
			if v.Places > 0 {
				cells[i] = excelize.Cell{StyleID: look.decimal, Formula: v.formula(at), Value: Decimal{v.Value, v.Places}.float()}
			}
		case Head:
			cells[i] = excelize.Cell{StyleID: look.strong, Value: printable(v.Text)}
		case Link:
			cells[i] = v.cell(look)
		case Decimal:
			cells[i] = excelize.Cell{StyleID: look.decimal, Value: v.float()}
		case Across:
			c, err := v.cell(n, look)
			if err != nil {
				return nil, err
			}
			cells[i] = c
		case Ratio:
			c, err := v.cell(n, look)
			if err != nil {
				return nil, err
			}
			cells[i] = c
		default:
			return nil, fmt.Errorf("a cell holds no %T", v)
		}
	}
	return cells, nil
}

// cell is a link as a formula. A text in a formula holds at most 255 characters; a longer
// address is written out without a link.
func (l Link) cell(look sheetLook) excelize.Cell {
	const most = 255
	href := printable(l.Href)
	c := excelize.Cell{StyleID: look.link, Value: href}
	if quoted := strings.ReplaceAll(href, `"`, `""`); len(quoted) <= most {
		c.Formula = `HYPERLINK("` + quoted + `")`
	}
	return c
}

func (a Across) cell(n int, look sheetLook) (excelize.Cell, error) {
	var all []string
	for _, col := range a.Cells {
		at, err := excelize.CoordinatesToCellName(col+1, n)
		if err != nil {
			return excelize.Cell{}, err
		}
		all = append(all, at)
	}
	c := excelize.Cell{StyleID: look.number, Formula: "SUM(" + strings.Join(all, ",") + ")", Value: a.Value}
	if a.Places > 0 {
		c.StyleID, c.Value = look.decimal, Decimal{a.Value, a.Places}.float()
	}
	return c, nil
}

func (r Ratio) cell(n int, look sheetLook) (excelize.Cell, error) {
	over, err := excelize.CoordinatesToCellName(r.Over+1, n)
	if err != nil {
		return excelize.Cell{}, err
	}
	under, err := excelize.CoordinatesToCellName(r.Under+1, n)
	if err != nil {
		return excelize.Cell{}, err
	}
	c := excelize.Cell{StyleID: look.percent, Formula: fmt.Sprintf(`IF(%s=0,"",%s/%s)`, under, over, under)}
	if r.Den != 0 {
		c.Value = float64(r.Num) / float64(r.Den)
	}
	return c, nil
}
