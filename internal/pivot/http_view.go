package pivot

import (
	"strconv"
	"strings"

	"nhipcau/internal/form"
)

// name is what a member is called at the head of its row or column.
func (p page) name(m Member) string {
	switch {
	case m.Axis == Units && m.Total:
		return p.T("pivot.whole", p.Unit.Short)
	case m.Axis == Units && m.Line.Own:
		return p.T("pivot.own", m.Line.Name)
	case m.Axis == Units:
		return m.Line.Name
	case m.Axis == Periods && m.Total:
		return p.T("pivot.over")
	case m.Axis == Periods:
		return p.Rounds[m.At].Period.Name
	}
	return p.called(p.Items[m.At])
}

func (p page) called(it form.Item) string {
	f := p.Form
	if n := len(p.Rounds); n > 0 {
		f = p.Rounds[n-1].Form
	}
	if it.Word == "" {
		return f.Called(it)
	}
	return f.Called(it) + " (" + it.Word + ")"
}

// caption says what the table is of: the one member of the third axis, or all three.
func (p page) caption() string {
	if len(p.inner) == 1 {
		return p.name(p.inner[0])
	}
	var words []string
	for _, a := range []Axis{p.Layout.Rows, p.Layout.Columns, p.Layout.Third()} {
		words = append(words, p.T("pivot.axis."+string(a)))
	}
	return strings.Join(words, " × ")
}

func (p page) shown(key string) bool {
	for _, it := range p.Items {
		if it.Key == key {
			return true
		}
	}
	return false
}

// to is where the head of a row leads: to the same figures of the units under one.
func (p page) to(m Member) string {
	if m.Axis != Units || m.Total || m.Line.Own || m.Line.Unit == p.Unit.ID {
		return ""
	}
	for i := range p.Rounds {
		if p.Rounds[i].Has(m.Line.Unit) && !p.Rounds[i].Leaf(m.Line.Unit) {
			return p.href(m.Line.Key, "", p.values())
		}
	}
	return ""
}

// opens is where a figure leads: to what it was counted or worked out from; a total of
// periods to the periods.
func (p page) opens(c Cell, of ...Member) string {
	if c.Href != "" {
		return c.Href
	}
	if p.one && p.Layout.Rows == Periods {
		return "" // they stand above it
	}
	for _, m := range of {
		if m.Axis == Units && !m.Line.Own {
			return p.alone(m.Line)
		}
	}
	return ""
}

// write writes the figure of a cell.
func (p page) write(c Cell) string {
	switch {
	case c.Answer && c.Units == 1:
		return p.T("filing.yes")
	case c.Answer:
		return p.T("filing.no")
	}
	return c.Item.Write(c.Units)
}

// class is how a cell looks.
func (p page) class(c Cell, first bool, of ...Member) string {
	all := []string{"num"}
	if first {
		all = append(all, "first")
	}
	for _, m := range of {
		if m.Total && m.Axis != p.Layout.Rows {
			all = append(all, "total")
			break
		}
	}
	if c.State == Outside || c.State == None {
		all = append(all, "off")
	}
	if n := p.shade(c, of...); n > 0 {
		all = append(all, "h"+strconv.Itoa(n))
	}
	return strings.Join(all, " ")
}
