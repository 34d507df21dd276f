// Package mould fills a unit's reports into a .docx of its own: whoever has a pattern
// that the office is used to keeps it, and types no figure into it.
//
// A pattern is tried when it is handed in: a place that nothing fills is named with
// the words around it, and the pattern that stood stays.
package mould

import (
	"context"
	"embed"
	"errors"
	"io"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/office"
	"nhipcau/internal/summary"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// A Mould is the pattern of a unit for a form; N is 0 if it has none.
type Mould struct {
	N    int64
	File file.File
	Name string // of who handed it in
	At   time.Time
}

// patience is how long filling may take.
const patience = 10 * time.Second

// places are what a summary fills a pattern with, children those of the units directly
// under it. Each figure has its key and its label for a name.
func places(s summary.Summary, children []filing.Row, now time.Time) office.Data {
	f := s.Round.Form
	d := office.Data{Values: map[string]string{
		"đơn vị": s.Unit.Name, "biểu mẫu": f.Title, "kỳ": s.Round.Period.Name, "ngày": vn.DayOf(now).String(),
		"đã báo cáo": vn.Int(s.Top.Received()), "phải báo cáo": vn.Int(s.Top.Due),
	}, Lists: map[string][]office.Data{"chỉ tiêu": {}, "đơn vị trực thuộc": {}}}
	for _, it := range f.Items {
		if it.Kind == form.Text {
			continue
		}
		now, year := s.Figures[it.Key].Text, filing.Written(it, s.Book.Year(it.Key)).Text
		for _, name := range []string{f.Called(it), it.Key} {
			d.Values[name], d.Values[name+" lũy kế"] = now, year
		}
		d.Lists["chỉ tiêu"] = append(d.Lists["chỉ tiêu"], office.Data{Values: map[string]string{
			"tên": f.Called(it), "đơn vị tính": it.Word, "mục": it.Section, "số liệu": now, "lũy kế": year,
		}})
	}
	for _, p := range s.Passages {
		text := p.Sentence.String(s.Figures)
		d.Values[p.Item.Label], d.Values[p.Item.Key] = text, text
	}
	for i, c := range children {
		d.Lists["đơn vị trực thuộc"] = append(d.Lists["đơn vị trực thuộc"], ofUnit(f, c, i+1))
	}
	return d
}

// ofUnit is what one of the units directly under fills.
func ofUnit(f form.Form, c filing.Row, n int) office.Data {
	x := office.Data{Values: map[string]string{
		"TT": vn.Int(int64(n)), "tên": c.Name, "đã báo cáo": vn.Int(c.Received()), "phải báo cáo": vn.Int(c.Due),
	}}
	for i, it := range f.Items {
		if !it.Entered() {
			continue
		}
		text := ""
		if v, ok := c.Figure(i + 1); ok {
			text = it.Write(v)
		}
		x.Values[f.Called(it)], x.Values[it.Key] = text, text
	}
	return x
}

// Places are the names by which a pattern of a form can be filled, figures by their
// labels.
func Places(f form.Form) (values, unit []string) {
	values = []string{"đơn vị", "biểu mẫu", "kỳ", "ngày", "đã báo cáo", "phải báo cáo"}
	unit = []string{"TT", "tên", "đã báo cáo", "phải báo cáo"}
	for _, it := range f.Items {
		values = append(values, f.Called(it))
		if it.Entered() {
			unit = append(unit, f.Called(it))
		}
	}
	return values, unit
}

// Read reads what a pattern of a summary is filled with.
func Read(ctx context.Context, tx *db.Tx, by auth.Actor, sources form.Sources, period, unitKey string) (summary.Summary, office.Data, error) {
	s, err := summary.Get(ctx, tx, by, sources, period, unitKey)
	if err != nil {
		return s, office.Data{}, err
	}
	var all []filing.Row
	for after := tally.Place(0); ; {
		_, _, rows, next, err := s.Round.Table(ctx, tx, by, unitKey, after, filing.MaxRows)
		if err != nil {
			return s, office.Data{}, err
		}
		if all = append(all, rows...); next == 0 {
			return s, places(s, all, tx.Now), nil
		}
		after = next
	}
}

// Fill fills a pattern; what is wrong with it is Invalid at the field "file", all of it
// in one message.
func Fill(ctx context.Context, pattern io.Reader, d office.Data) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(pattern, office.MaxTemplate+1))
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	t, err := office.ReadTemplate(b)
	if err == nil {
		if b, err = t.Fill(ctx, d); err == nil {
			return b, nil
		}
	}
	w := fault.Wrong{}
	all, ok := errors.AsType[office.TemplateError](err)
	switch {
	case !ok && errors.Is(err, context.DeadlineExceeded):
		w.Add("file", "mould.error.big", office.MaxTemplate>>20)
	case !ok:
		return nil, err
	default:
		first := all[0]
		switch first.Kind {
		case office.NoDocx:
			w.Add("file", "mould.error.docx")
		case office.TooBig:
			w.Add("file", "mould.error.big", office.MaxTemplate>>20)
		case office.Unknown:
			w.Add("file", "mould.error.unknown", first.Name, first.Near, len(all))
		case office.Unclosed:
			w.Add("file", "mould.error.unclosed", first.Name, first.Near)
		default:
			w.Add("file", "mould.error.unopened", first.Name, first.Near)
		}
	}
	return nil, w.Err()
}

// Keep makes a file the pattern of a unit for a form; without one it takes the pattern
// away. It is a Conflict if another stands than the one with number n. The caller has
// tried it.
func Keep(ctx context.Context, tx *db.Tx, by auth.Actor, s summary.Summary, n int64, b file.Blob) error {
	if err := mayKeep(by, s.Unit.ID); err != nil {
		return err
	}
	had, err := Of(ctx, tx, s.Round.Form.ID, s.Unit.ID)
	if err != nil {
		return err
	}
	if had.N != n {
		return fault.New(fault.Conflict, "error.conflict")
	}
	id := ""
	if b != (file.Blob{}) {
		f, err := file.Save(ctx, tx, by, b)
		if err != nil {
			return err
		}
		id = f.ID
	}
	if err := insert(ctx, tx, by, s.Round.Form.ID, s.Unit.ID, n+1, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "mould.keep", s.Round.Form.ID+":"+s.Unit.Key, b.Name)
}
