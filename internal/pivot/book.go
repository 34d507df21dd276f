package pivot

import (
	"context"
	"strconv"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/form"
	"nhipcau/internal/office"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const (
	maxCells = 200_000
	linked   = 2_000 // figures of a book that are led to their source one by one; of more, each period is
	manyArgs = 250   // cells that a formula names one by one
)

// A book is a pivot being written as a sheet for reckoning on.
type book struct {
	Pivot
	rows, outer, inner []Member
	called             func(Member) string
	word               func(string) string
	at                 map[place][2]int // row and column of a cell, from 0
	sheet              office.Sheet
	source             office.Sheet
	base               string
	made               time.Time
}

// place is where a cell stands on the three axes.
type place struct {
	line   lineKey
	whole  bool
	period int // -1 for all periods
	item   int
}

func placed(all ...Member) (x place) {
	for _, m := range all {
		switch {
		case m.Axis == Units:
			x.line, x.whole = lineKey{m.Line.Unit, m.Line.Own}, m.Total
		case m.Axis == Periods && m.Total:
			x.period = -1
		case m.Axis == Periods:
			x.period = m.At
		default:
			x.item = m.At
		}
	}
	return x
}

// Write makes the file of a pivot of all its lines: sums that are reckoned again where
// its cells add up, and a sheet of the sources. called names members; base is the
// address of the site.
func (p Pivot) Write(ctx context.Context, tx *db.Tx, y Layout, base string, by auth.Actor, called func(Member) string, word func(string) string) (office.Book, error) {
	b := book{Pivot: p, rows: p.Members(y.Rows), outer: p.Members(y.Columns), inner: p.third(y), called: called, word: word, at: map[place][2]int{}, base: base, made: tx.Now}
	b.sheet.Name, b.sheet.Title = word("pivot.sheet"), p.Unit.Name+" - "+p.Form.Title
	if len(b.inner) == 1 {
		b.sheet.Title += " - " + called(b.inner[0])
	}
	b.columns(y)
	for n, r := range b.rows {
		for i, o := range b.outer {
			for j, x := range b.inner {
				b.at[placed(r, o, x)] = [2]int{n, 1 + i*len(b.inner) + j}
			}
		}
	}
	for _, r := range b.rows {
		row := []any{called(r)}
		for _, o := range b.outer {
			for _, x := range b.inner {
				row = append(row, b.cell(r, o, x))
			}
		}
		b.sheet.Rows = append(b.sheet.Rows, row)
	}
	err := b.sources(ctx, tx)
	return office.Book{Title: b.sheet.Title, Author: by.UnitName, Made: tx.Now, Sheets: []office.Sheet{b.sheet, b.source}}, err
}

func (b *book) columns(y Layout) {
	b.sheet.Columns = []office.SheetColumn{{Title: b.word("pivot.axis." + string(y.Rows)), Width: 44}}
	for _, o := range b.outer {
		for _, x := range b.inner {
			title := b.called(o)
			if len(b.inner) > 1 {
				title += " - " + b.called(x)
			}
			b.sheet.Columns = append(b.sheet.Columns, office.SheetColumn{Title: title, Width: 14})
		}
	}
}

// cell is what stands in a cell of the sheet: a number, a sum of others where it is
// one, a dash for what does not add up; nothing where nothing was returned.
func (b *book) cell(of ...Member) any {
	c := b.Cell(of[0], of[1], of[2])
	switch c.State {
	case Blank, Outside:
		return nil
	case None:
		return "—"
	}
	if sum := b.sum(c, placed(of...)); sum != nil {
		return sum
	}
	if c.Item.Decimals > 0 {
		return office.Decimal{N: c.Units, Places: c.Item.Decimals}
	}
	return c.Units
}

// sum is a cell that adds others up; nil if it does not, if they do not come to it, or
// if no formula of one row or one column says it.
func (b *book) sum(c Cell, x place) any {
	if !x.whole && x.period >= 0 || !c.Item.Entered() {
		return nil
	}
	addends := b.units(x)
	if !x.whole {
		if addends = b.periods(x); c.Item.Over != form.Sum {
			return nil
		}
	}
	var total int64
	var rows, columns []int
	own := b.at[x]
	for _, a := range addends {
		at, ok := b.at[a]
		if !ok {
			return nil
		}
		part := b.figure(a)
		if part.State == None || part.State == Figure && part.Item.Decimals != c.Item.Decimals {
			return nil
		}
		total += part.Units
		if at[1] == own[1] {
			rows = append(rows, at[0])
		}
		if at[0] == own[0] {
			columns = append(columns, at[1])
		}
	}
	switch {
	case total != c.Units || len(addends) == 0:
		return nil
	case len(rows) == len(addends) && rows[len(rows)-1]-rows[0]+1 == len(rows):
		return office.Sum{From: office.FirstRow + rows[0], To: office.FirstRow + rows[len(rows)-1], Value: c.Units, Places: c.Item.Decimals}
	case len(columns) == len(addends) && len(columns) <= manyArgs:
		return office.Across{Cells: columns, Value: c.Units, Places: c.Item.Decimals}
	}
	return nil
}

// units are the cells of the lines, of which the whole is made.
func (b *book) units(x place) (all []place) {
	for _, l := range b.Lines {
		all = append(all, place{lineKey{l.Unit, l.Own}, false, x.period, x.item})
	}
	return all
}

// periods are the cells of the periods, of which the total of periods is made.
func (b *book) periods(x place) (all []place) {
	for i := range b.Rounds {
		all = append(all, place{x.line, x.whole, i, x.item})
	}
	return all
}

// figure is the cell at a place.
func (b *book) figure(x place) Cell {
	l := Line{Unit: x.line.unit, Own: x.line.own, All: x.whole}
	if x.period < 0 {
		return b.Over(l, x.item)
	}
	return b.Period(l, x.period, x.item)
}

// sources lists where the figures come from.
func (b *book) sources(ctx context.Context, tx *db.Tx) error {
	b.source = office.Sheet{
		Name: b.word("pivot.source"), Title: b.word("pivot.source.title"),
		Columns: []office.SheetColumn{
			{Title: b.word("pivot.source.figure"), Width: 70},
			{Title: b.word("pivot.source.value"), Width: 14},
			{Title: b.word("pivot.source.address"), Width: 70},
			{Title: b.word("pivot.source.mark"), Width: 22},
			{Title: b.word("pivot.source.at"), Width: 18},
		},
	}
	each := len(b.rows)*len(b.outer)*len(b.inner) <= linked
	at := b.made.In(vn.Zone).Format("15:04 02/01/2006")
	for i, r := range b.Rounds {
		mark, err := tally.LastPost(ctx, tx, r.Sheet.ID)
		if err != nil {
			return err
		}
		add := func(label string, value any, path string) {
			b.source.Rows = append(b.source.Rows, []any{label, value, office.Link{Href: b.base + path}, strconv.FormatInt(mark, 10), at})
		}
		if !each {
			add(r.Period.Name+" - "+b.word("pivot.source.received"), b.ledger.Received(i, b.Unit.ID, false), "/periods/"+r.Period.ID+"/units/"+b.Unit.Key)
			continue
		}
		for _, l := range b.Members(Units) {
			for _, it := range b.Members(Items) {
				c := b.Period(l.Line, i, it.At)
				if _, ok := b.at[placed(l, it, Member{Axis: Periods, At: i})]; ok && c.State == Figure && c.Href != "" {
					var value any = c.Units
					if c.Item.Decimals > 0 {
						value = office.Decimal{N: c.Units, Places: c.Item.Decimals}
					}
					add(b.called(l)+" - "+b.called(it)+" - "+r.Period.Name, value, c.Href)
				}
			}
		}
	}
	return nil
}
