package intake

import (
	"bytes"
	"encoding/csv"

	"github.com/xuri/excelize/v2"

	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
)

// Workbook writes the template of a layout as .xlsx: the header, the notes on a
// sheet of their own with an example of every column. Read back, it is a table
// without rows. Names are those of a language,
// messages are written by say.
func Workbook(l Layout, lang i18n.Lang, say func(key string, args ...any) string) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", l.Sheet); err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF7"}},
	})
	if err != nil {
		return nil, err
	}
	textual, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // "@": codes keep their zeros
	if err != nil {
		return nil, err
	}
	for i, c := range l.Columns {
		col := letters(i)
		if c.Form != Whole {
			err = f.SetColStyle(l.Sheet, col, textual)
		}
		for _, step := range []func() error{
			func() error { return err },
			func() error { return f.SetColWidth(l.Sheet, col, col, 22) },
			func() error { return f.SetCellStr(l.Sheet, col+"1", title(c, lang)) },
			func() error { return f.SetCellStyle(l.Sheet, col+"1", col+"1", bold) },
		} {
			if err := step(); err != nil {
				return nil, err
			}
		}
	}
	if err := f.SetPanes(l.Sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	if err := notes(f, l, lang, say, bold); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

// title is a column's title as a header bears it, with a mark where it is needed.
func title(c Column, lang i18n.Lang) string {
	if c.Needed {
		return c.Title(lang) + " *"
	}
	return c.Title(lang)
}

// notes writes what each column takes: one column of the layout to a line, so
// that the sheet is never taken for a table.
func notes(f *excelize.File, l Layout, lang i18n.Lang, say func(key string, args ...any) string, bold int) error {
	sheet := say("intake.notes.sheet")
	if _, err := f.NewSheet(sheet); err != nil {
		return err
	}
	rows := [][]string{
		{say("intake.notes.lead")},
		{},
		{say("intake.notes.column"), say("intake.notes.write"), say("intake.notes.example")},
	}
	for _, c := range l.Columns {
		rows = append(rows, []string{title(c, lang), say(c.Note), c.Example})
	}
	for i, r := range rows {
		for j, s := range r {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if err := f.SetCellStr(sheet, at, s); err != nil {
				return err
			}
		}
	}
	if err := f.SetCellStyle(sheet, "A3", "C3", bold); err != nil {
		return err
	}
	for col, width := range map[string]float64{"A": 26, "B": 70, "C": 26} {
		if err := f.SetColWidth(sheet, col, col, width); err != nil {
			return err
		}
	}
	return nil
}

// CSV writes the template of a layout as .csv with the mark by which
// spreadsheets know UTF-8: the header alone.
func CSV(l Layout, lang i18n.Lang) ([]byte, error) {
	b := bytes.NewBufferString("\ufeff")
	w := csv.NewWriter(b)
	var head []string
	for _, c := range l.Columns {
		head = append(head, title(c, lang))
	}
	if err := w.Write(head); err != nil {
		return nil, err
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// Blank writes the template of a layout as a file with an ending, "csv" or "xlsx", and
// returns its media type. Another ending is NotFound.
func Blank(l Layout, ending string, lang i18n.Lang, say func(key string, args ...any) string) (mime string, b []byte, err error) {
	switch ending {
	case "csv":
		b, err = CSV(l, lang)
		return "text/csv; charset=utf-8", b, err
	case "xlsx":
		b, err = Workbook(l, lang, say)
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b, err
	}
	return "", nil, fault.New(fault.NotFound, "error.not_found")
}
