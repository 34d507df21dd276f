package drafting

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/office"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// linked is how many figures of a book are led to their source one by one; of more,
// each unit is.
const linked = 2_000

// periodBook is a period's figures by the units so many levels under one, with what
// the units above them have themselves, so that the sums are those of its page.
func periodBook(down int) func(ctx context.Context, tx *db.Tx, by auth.Actor, id, base string) (office.Book, error) {
	return func(ctx context.Context, tx *db.Tx, by auth.Actor, id, base string) (office.Book, error) {
		period, key, _ := strings.Cut(id, "/")
		r, err := filing.GetRound(ctx, tx, by, period)
		if err != nil {
			return office.Book{}, err
		}
		mark, err := tally.LastPost(ctx, tx, r.Sheet.ID)
		if err != nil {
			return office.Book{}, err
		}
		l, err := r.Level(ctx, tx, by, key, down)
		if err != nil {
			return office.Book{}, err
		}
		b := figureBook{round: r, level: l, src: sourceSheet{base: base, at: tx.Now, mark: mark}}
		b.fill()
		return office.Book{Title: b.sheet.Title, Author: l.Unit.Name, Made: tx.Now, Sheets: []office.Sheet{b.sheet, b.src.sheet()}}, nil
	}
}

// A figureBook is a book of a period being written.
type figureBook struct {
	round  filing.Round
	level  filing.Level
	sheet  office.Sheet
	src    sourceSheet
	places []int // of the items that are added over units
	heads  int   // columns before those of the figures
	units  int64 // rows that are units
	each   bool  // every figure is led to its source
}

func (b *figureBook) fill() {
	l := b.level
	b.columns()
	rows := 1
	for _, p := range l.Parts {
		rows += len(p.Rows) + 1
	}
	b.each = len(b.places)*rows <= linked
	b.sheet.Title = l.Unit.Name + " - " + b.round.Form.Title + " - " + b.round.Period.Name
	if own := (filing.Seated{Row: l.Own, Own: true}); l.Down == 1 || own.Asked || !own.Total.Empty() {
		b.row(own, l.Down > 1)
	}
	for _, p := range l.Parts {
		b.part(p)
	}
	b.sum("Tổng cộng", l.Top, office.FirstRow)
}

// columns are the heads of the table: what names a unit, what it owes, its figures.
func (b *figureBook) columns() {
	b.sheet.Name = "Theo đơn vị"
	b.sheet.Columns = []office.SheetColumn{{Title: "TT", Width: 6}, {Title: "Đơn vị", Width: 48}}
	if b.level.Down > 1 {
		b.sheet.Columns = append(b.sheet.Columns, office.SheetColumn{Title: "Trực thuộc", Width: 36})
	}
	b.heads = len(b.sheet.Columns)
	b.sheet.Columns = append(b.sheet.Columns, office.SheetColumn{Title: "Phải báo cáo", Width: 12}, office.SheetColumn{Title: "Đã báo cáo", Width: 12})
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
	}
}

// part adds the rows of a unit directly under the one of the book, and their sum where
// there is more than one.
func (b *figureBook) part(p filing.Part) {
	from := office.FirstRow + len(b.sheet.Rows)
	for _, x := range p.Rows {
		b.row(x, b.level.Down > 1)
	}
	if p.Count > 0 {
		b.gone(p)
	}
	if b.level.Down > 1 && office.FirstRow+len(b.sheet.Rows)-from > 1 {
		b.sum("Cộng "+p.Name, p.Row, from)
	}
}

// row adds a unit: with all under it, or its own figures alone.
func (b *figureBook) row(x filing.Seated, said bool) {
	b.units++
	name := x.Name
	if x.Own && said {
		name += " (phần riêng, không gồm cấp dưới)"
	}
	b.sheet.Rows = append(b.sheet.Rows, b.cells(b.units, name, x.Above, x.Row))
	if !b.each {
		b.src.add(name, x.Received(), b.opened(x))
		return
	}
	for _, n := range b.places {
		if v, ok := x.Figure(n); ok {
			b.src.add(name+" - "+b.round.Form.Called(b.round.Form.Items[n-1]), v, tally.Href(b.round.Sheet.ID, x.Key, filing.Lane(n), !x.Own))
		}
	}
}

// opened is where a unit's figures are looked at: its return, or the table under it.
func (b *figureBook) opened(x filing.Seated) string {
	if x.Own || x.Leaf {
		return "/periods/" + b.round.Period.ID + "/returns/" + x.Key
	}
	return "/periods/" + b.round.Period.ID + "/units/" + x.Key
}

// gone adds what the units of a part have that stand elsewhere today: the sums of the
// sheet, which was counted on its own tree, hold it.
func (b *figureBook) gone(p filing.Part) {
	name := vn.Int(int64(p.Count)) + " đơn vị nay thuộc nơi khác"
	b.units++
	b.sheet.Rows = append(b.sheet.Rows, b.cells(b.units, name, p.Name, p.Gone))
	b.src.add(name+" - "+p.Name, p.Gone.Received(), "/periods/"+b.round.Period.ID+"/units/"+b.level.Unit.Key)
}

func (b *figureBook) cells(n int64, name, above string, x filing.Row) []any {
	row := []any{n, name}
	if b.level.Down > 1 {
		row = append(row, above)
	}
	row = append(row, x.Due, x.Received())
	for _, place := range b.places {
		if v, ok := x.Figure(place); ok {
			row = append(row, cellOf(b.round.Form.Items[place-1], v))
		} else {
			row = append(row, nil) // empty is not zero
		}
	}
	return row
}

func cellOf(it form.Item, v int64) any {
	if it.Decimals > 0 {
		return office.Decimal{N: v, Places: it.Decimals}
	}
	return v
}

// sum adds a row that adds the columns up from a row on. What that comes to is what the
// sheet has for the unit, so a row that is missing shows when the book is reckoned.
func (b *figureBook) sum(name string, x filing.Row, from int) {
	to := office.FirstRow + len(b.sheet.Rows) - 1
	row := []any{nil, office.Head{Text: name}}
	if b.level.Down > 1 {
		row = append(row, nil)
	}
	add := func(n int64, places int) {
		row = append(row, office.Sum{From: from, To: to, Value: n, Places: places, Parts: b.level.Down > 1})
	}
	add(x.Due, 0)
	add(x.Received(), 0)
	for _, n := range b.places {
		v, _ := x.Figure(n)
		add(v, b.round.Form.Items[n-1].Decimals)
	}
	b.sheet.Rows = append(b.sheet.Rows, row)
}
