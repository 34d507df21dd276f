package intake

import (
	"fmt"
	"slices"
	"strings"

	"nhipcau/internal/vn"
)

// A sort is how a cell holds what it holds.
type sort uint8

const (
	typed   sort = iota // text
	number              // as a workbook stores it, "44136.5"
	flag                // true or false
	iso                 // a day and time as ISO 8601 writes them
	failure             // #REF!, #N/A
	formula             // whose value nobody has computed
)

// A cell is a cell as it stands in the file.
type cell struct {
	at   int // column, from 0
	text string
	sort sort
	pad  int // least number of digits a number is shown with
}

// A line is a row of a file that holds anything.
type line struct {
	n     int // from 1
	cells []cell
}

func (l line) at(column int) cell {
	i, ok := slices.BinarySearchFunc(l.cells, column, func(c cell, at int) int { return c.at - at })
	if !ok {
		return cell{at: column}
	}
	return l.cells[i]
}

// A span is a range of merged cells, ends included; lines from 1, columns from 0.
type span struct{ top, left, bottom, right int }

func (s span) String() string {
	return fmt.Sprintf("%s%d:%s%d", letters(s.left), s.top, letters(s.right), s.bottom)
}

// letters names a column as spreadsheets do.
func letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}

// A grid is a table before its header is known.
type grid struct {
	lines   []line
	merged  []span
	from904 bool // days are counted from 1904
}

// A header says where the columns of a layout stand.
type header struct {
	at    int   // index in grid.lines
	last  int   // last line of the file that belongs to it
	place []int // by column of the layout, where it stands; -1: nowhere
	skip  []int // columns without a meaning here
}

// ordinal are the columns of running numbers that most tables begin with.
var ordinal = []string{"stt", "tt", "so tt", "so thu tu", "no"}

// match says which columns of the file a line names; found counts them.
func (l Layout) match(g *grid, at int) (place []int, found int) {
	place = make([]int, len(l.Columns))
	for i := range place {
		place[i] = -1
	}
	for _, c := range g.titles(at) {
		if i := l.named(c.text); i >= 0 && place[i] < 0 {
			place[i] = c.at
			found++
		}
	}
	return place, found
}

func (l Layout) named(title string) int {
	n := name(title)
	return slices.IndexFunc(l.Columns, func(c Column) bool {
		return n == c.Key || slices.ContainsFunc(c.Names, func(s string) bool { return name(s) == n })
	})
}

// titles returns the cells of a line with what is merged down into it from lines
// above.
func (g *grid) titles(at int) []cell {
	cells := slices.Clone(g.lines[at].cells)
	for _, m := range g.merged {
		if m.left != m.right || m.top >= g.lines[at].n || m.bottom < g.lines[at].n {
			continue
		}
		for _, l := range g.lines[:at] {
			if l.n == m.top {
				c := l.at(m.left)
				cells = append(slices.DeleteFunc(cells, func(x cell) bool { return x.at == c.at }), c)
			}
		}
	}
	slices.SortFunc(cells, func(a, b cell) int { return a.at - b.at })
	return cells
}

// header finds the line that names the most columns, and refuses one that lacks
// a column, has one twice, or one that is not known.
func (g *grid) header(l Layout) (header, error) {
	h := header{at: -1}
	best := 0
	for at := range g.lines[:min(headRows, len(g.lines))] {
		if place, found := l.match(g, at); found > best {
			h.at, h.place, best = at, place, found
		}
	}
	if best < min(2, len(l.Columns)) {
		return h, wrong("intake.error.no_header", headRows, l.titles(false))
	}
	h.last = g.lines[h.at].n
	for _, m := range g.merged {
		if m.top > h.last || m.bottom < h.last {
			continue
		}
		if m.left != m.right {
			return h, wrong("intake.error.merged_header", m.String())
		}
		h.last = max(h.last, m.bottom)
	}
	for i, c := range l.Columns {
		if c.Needed && h.place[i] < 0 {
			return h, wrong("intake.error.no_column", c.both(), g.lines[h.at].n, l.titles(true))
		}
	}
	for _, c := range g.titles(h.at) {
		n := name(c.text)
		if n == "" {
			continue
		}
		i := l.named(c.text)
		switch {
		case i < 0 && slices.Contains(ordinal, n):
			h.skip = append(h.skip, c.at)
		case i < 0:
			return h, wrong("intake.error.column", vn.Clean(c.text), letters(c.at), l.titles(false))
		case h.place[i] != c.at:
			return h, wrong("intake.error.column_twice", l.Columns[i].both(), letters(h.place[i]), letters(c.at))
		}
	}
	return h, nil
}

// table reads the rows under the header.
func (g *grid) table(l Layout) (Table, error) {
	h, err := g.header(l)
	if err != nil {
		return Table{}, err
	}
	var t Table
	torn := g.torn(h)
	l.Columns = slices.Clone(l.Columns)
	for _, c := range g.titles(h.at) {
		if i := slices.Index(h.place, c.at); i >= 0 {
			said := strings.TrimRight(vn.Clean(c.text), " *:")
			l.Columns[i].Names = append([]string{said}, l.Columns[i].Names...)
		}
	}
	for _, line := range g.lines[h.at+1:] {
		if line.n <= h.last {
			continue
		}
		row := Row{Line: line.n, cells: make([]string, len(l.Columns)), layout: &l}
		bad := g.row(line, h, l, &row, torn)
		if row.Line == 0 {
			continue
		}
		if len(bad) == 0 {
			t.Rows = append(t.Rows, row)
		} else {
			t.Broken = append(t.Broken, row)
		}
		t.Bad = append(t.Bad, bad...)
	}
	return t, nil
}

// torn returns the lines in which a cell under the header is merged with others.
func (g *grid) torn(h header) map[int]span {
	all := map[int]span{}
	for _, m := range g.merged {
		if m.bottom <= h.last || !slices.ContainsFunc(h.place, func(at int) bool { return at >= m.left && at <= m.right }) {
			continue
		}
		for n := max(m.top, h.last+1); n <= min(m.bottom, h.last+MaxRows); n++ {
			all[n] = m
		}
	}
	return all
}

// kindOf reports whether a line holds nothing but its number, and whether it adds
// up those above: such a line says so in its first words.
func (g *grid) kindOf(line line, h header) (empty, sum bool) {
	empty = true
	for _, c := range line.cells {
		numbered := slices.Contains(h.skip, c.at)
		switch said := c.sort == formula || vn.Clean(c.text) != ""; {
		case said && numbered:
			sum = sum || total(c.text)
		case said:
			return false, sum || total(c.text)
		}
	}
	return empty, sum
}

// row fills row with the cells of a line and returns what is wrong with them; a
// line with nothing in it loses its number.
func (g *grid) row(line line, h header, l Layout, row *Row, torn map[int]span) []Bad {
	switch empty, sum := g.kindOf(line, h); {
	case sum:
		return []Bad{row.Wrong("", "intake.bad.total")}
	case empty:
		row.Line = 0
		return nil
	}
	if m, ok := torn[line.n]; ok {
		return []Bad{row.Wrong("", "intake.bad.merged", m.String())}
	}
	var bad []Bad
	for i, c := range l.Columns {
		if h.place[i] < 0 {
			continue
		}
		s, key, args := g.value(line.at(h.place[i]), c)
		switch {
		case key != "":
			bad = append(bad, row.Wrong(c.Key, key, args...))
		case s == "" && c.Needed:
			bad = append(bad, row.Wrong(c.Key, "intake.bad.needed"))
		}
		row.cells[i] = s
	}
	for _, c := range line.cells {
		if !slices.Contains(h.place, c.at) && !slices.Contains(h.skip, c.at) && vn.Clean(c.text) != "" {
			return append(bad, row.Wrong("", "intake.bad.outside", letters(c.at)))
		}
	}
	return bad
}

// totals begin the lines that add up the ones above.
var totals = []string{"tong", "cong", "total", "sum"}

func total(s string) bool {
	n := name(s)
	return slices.Contains(totals, n) || strings.HasPrefix(n, "tong cong") || strings.HasPrefix(n, "tong so")
}
