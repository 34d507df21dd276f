package drafting

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/office"
	"nhipcau/internal/paper"
	"nhipcau/internal/summary"
	"nhipcau/internal/tally"
)

// ofPeriods makes the papers of units' summaries of periods; the id is the period's and
// the unit's key with a stroke between.
func ofPeriods(sources form.Sources) source {
	return source{
		kind: paper.Report, record: "summary", single: false, path: "/periods/%s/summary/%s/paper",
		write: func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (draft, error) {
			period, key, _ := strings.Cut(id, "/")
			s, err := summary.Get(ctx, tx, by, sources, period, key)
			if err != nil {
				return draft{}, err
			}
			to, err := above(ctx, tx, by, s.Unit.ID)
			if err != nil {
				return draft{}, err
			}
			d := draft{Unit: s.Unit.ID, Content: paper.Content{Kind: paper.Report, About: about(s.Round.Form.Title, s.Round.Period.Name), Recipients: to}}
			d.Parts = append(d.Parts, paper.P("Thực hiện chế độ báo cáo, "+s.Unit.Name+" báo cáo như sau:"))
			d.addSummary(s)
			return d, nil
		},
	}
}

// about says what a report is about, in the words of its form and its period, none of
// them twice: "Báo cáo năm" of "Năm 2020" is about "năm 2020".
func about(form, period string) string {
	what := lower(form)
	what = strings.TrimPrefix(what, "báo cáo ")
	period = lower(period)
	first, _, _ := strings.Cut(period, " ")
	switch {
	case what == "báo cáo" || what == first:
		return period
	case strings.HasSuffix(what, " "+first):
		return what + ", " + period
	}
	return what + " " + period
}

// addSummary writes each section of a form: its figures as a table, then its words.
func (d *draft) addSummary(s summary.Summary) {
	year, _ := s.Book.HasPast()
	columns := []paper.Column{{Title: "Nội dung", Width: 52}, {Title: "Đơn vị tính", Width: 16}, {Title: "Kỳ này", Width: 16, Figure: true}}
	if year {
		columns = append(columns, paper.Column{Title: "Lũy kế từ đầu năm", Width: 16, Figure: true})
	}
	words := map[string]string{}
	for _, p := range s.Passages {
		words[p.Item.Key] = p.Sentence.String(s.Figures)
	}
	for _, section := range s.Round.Form.Sections() {
		if section.Name != "" {
			d.Parts = append(d.Parts, paper.H(1, section.Name))
		}
		var rows [][]string
		var texts []paper.Part
		for _, n := range section.Places {
			it := s.Round.Form.Items[n-1]
			if it.Kind == form.Text {
				text := words[it.Key]
				if text == "" {
					text = "Không có."
				}
				texts = append(texts, paper.H(2, it.Label), paper.P(text))
				continue
			}
			row := []string{s.Round.Form.Called(it), it.Word, s.Figures[it.Key].Text}
			if year {
				row = append(row, filing.Written(it, s.Book.Year(it.Key)).Text)
			}
			rows = append(rows, row)
		}
		if len(rows) > 0 {
			d.Parts = append(d.Parts, paper.Table(columns, rows))
		}
		d.Parts = append(d.Parts, texts...)
	}
}

// linked is how many figures of a book are led to their source one by one; of more,
// each unit is.
const linked = 2_000

// periodBook is a period's figures by unit directly under one, with what it has itself,
// so that the sums are those of its page.
func periodBook(ctx context.Context, tx *db.Tx, by auth.Actor, id, base string) (office.Book, error) {
	period, key, _ := strings.Cut(id, "/")
	r, err := filing.GetRound(ctx, tx, by, period)
	if err != nil {
		return office.Book{}, err
	}
	mark, err := tally.LastPost(ctx, tx, r.Sheet.ID)
	if err != nil {
		return office.Book{}, err
	}
	b := figureBook{round: r, src: sourceSheet{base: base, at: tx.Now, mark: mark}}
	unit, top, rows, next, err := r.Table(ctx, tx, by, key, 0, filing.MaxRows)
	for err == nil && next != 0 {
		var more []filing.Row
		_, _, more, next, err = r.Table(ctx, tx, by, key, next, filing.MaxRows)
		rows = append(rows, more...)
	}
	if err != nil {
		return office.Book{}, err
	}
	b.columns(top)
	b.each = len(b.places)*(len(rows)+1) <= linked
	b.sheet.Title = unit.Name + " - " + r.Form.Title + " - " + r.Period.Name
	top.Name, top.Total = unit.Name, top.Own
	b.row(top, false)
	for _, x := range rows {
		b.row(x, true)
	}
	b.sums()
	return office.Book{Title: b.sheet.Title, Author: unit.Name, Made: tx.Now, Sheets: []office.Sheet{b.sheet, b.src.sheet()}}, nil
}

// A figureBook is a book of a period being written.
type figureBook struct {
	round  filing.Round
	sheet  office.Sheet
	src    sourceSheet
	places []int   // of the items that are added over units
	totals []int64 // by place in places
	each   bool    // every figure is led to its source
}

func (b *figureBook) columns(top filing.Row) {
	b.sheet.Name = "Theo đơn vị"
	b.sheet.Columns = []office.SheetColumn{{Title: "TT", Width: 6}, {Title: "Đơn vị", Width: 48}, {Title: "Phải báo cáo", Width: 12}, {Title: "Đã báo cáo", Width: 12}}
	for i, it := range b.round.Form.Items {
		if !it.Entered() {
			continue
		}
		b.places = append(b.places, i+1)
		title := b.round.Form.Called(it)
		if it.Word != "" {
			title += " (" + it.Word + ")"
		}
		b.sheet.Columns = append(b.sheet.Columns, office.SheetColumn{Title: title, Width: 14})
		n, _ := top.Figure(i + 1)
		b.totals = append(b.totals, n)
	}
}

// row adds a unit: with all under it, or its own figures alone.
func (b *figureBook) row(x filing.Row, subtree bool) {
	due := x.Due
	if !subtree {
		due = 0
		if x.Asked {
			due = 1
		}
	}
	row := []any{int64(len(b.sheet.Rows) + 1), x.Name, due, x.Received()}
	for _, n := range b.places {
		v, ok := x.Figure(n)
		if !ok {
			row = append(row, nil) // empty is not zero
			continue
		}
		it := b.round.Form.Items[n-1]
		row = append(row, cellOf(it, v))
		if b.each {
			b.src.add(x.Name+" - "+b.round.Form.Called(it), v, tally.Href(b.round.Sheet.ID, x.Key, filing.Lane(n), subtree))
		}
	}
	if !b.each {
		b.src.add(x.Name, x.Received(), "/periods/"+b.round.Period.ID+"/units/"+x.Key)
	}
	b.sheet.Rows = append(b.sheet.Rows, row)
}

func cellOf(it form.Item, v int64) any {
	if it.Decimals > 0 {
		return office.Decimal{N: v, Places: it.Decimals}
	}
	return v
}

// sums adds the last row, in which columns are added up.
func (b *figureBook) sums() {
	from, to := office.FirstRow, office.FirstRow+len(b.sheet.Rows)-1
	row := []any{nil, "Tổng cộng"}
	for col := 2; col < 4; col++ {
		var n int64
		for _, r := range b.sheet.Rows {
			n += r[col].(int64)
		}
		row = append(row, office.Sum{From: from, To: to, Value: n})
	}
	for i, n := range b.places {
		row = append(row, office.Sum{From: from, To: to, Value: b.totals[i], Places: b.round.Form.Items[n-1].Decimals})
	}
	b.sheet.Rows = append(b.sheet.Rows, row)
}
