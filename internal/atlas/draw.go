package atlas

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A tile is so wide and so high, in the drawing's own units.
const (
	tileWidth  = 100
	tileHeight = 78
	gap        = 2
)

// A drawn is a tile as it is drawn.
type drawn struct {
	Lines []string
	Cell  *Cell // nil where no unit of the map is of the province
	X, Y  int
	Small bool // what is written on it is small
}

// drawn are the tiles of a map of provinces.
func (m *Map) drawn() []drawn {
	all := make([]drawn, len(m.layout.Tiles))
	for i, t := range m.layout.Tiles {
		all[i] = drawn{Lines: t.Lines, X: t.Col*tileWidth + gap, Y: t.Row*tileHeight + gap}
		if at := m.on[i]; at >= 0 {
			all[i].Cell = &m.Cells[at]
		}
	}
	return all
}

// sea are the archipelagos, each with the figure of its province.
func (m *Map) sea() []drawn {
	var all []drawn
	for _, a := range m.layout.sea {
		n := m.layout.byCode[a.Code]
		d := drawn{Lines: append(a.Lines[:len(a.Lines):len(a.Lines)], "("+strings.Join(m.layout.Tiles[n].Lines, " ")+")"), X: a.Col*tileWidth + gap, Y: a.Row*tileHeight + gap, Small: true}
		if at := m.on[n]; at >= 0 {
			d.Cell = &m.Cells[at]
		}
		all = append(all, d)
	}
	return all
}

// box is the drawing's viewBox: the land, and a column of sea.
func (m *Map) box() string {
	return "0 0 " + strconv.Itoa((m.layout.Cols+1)*tileWidth) + " " + strconv.Itoa(m.layout.Rows*tileHeight)
}

// middle of the sea between the two archipelagos, where its name stands.
func (m *Map) middle() (x, y string) {
	s := m.layout.sea
	return strconv.Itoa(s[0].Col*tileWidth + tileWidth/2), strconv.Itoa((s[0].Row+s[1].Row+1)*tileHeight/2 + 6)
}

// class is the shade of a cell.
func (c *Cell) class() string {
	if c == nil || c.State != Has {
		return "blank"
	}
	return "q" + strconv.Itoa(c.Step)
}

// fit is the class of a figure that has to be written smaller to fit a tile.
func fit(text string) string {
	switch n := utf8.RuneCountInString(text); {
	case n > 10:
		return "v tiny"
	case n > 7:
		return "v little"
	case n > 6:
		return "v less"
	}
	return "v"
}

func (d drawn) at(n int) string { return strconv.Itoa(n) }

// midX is the middle of the tile.
func (d drawn) midX() string { return strconv.Itoa(d.X + tileWidth/2 - gap) }

// line is the base line of the i-th line of its name.
func (d drawn) line(i int) string {
	y := d.Y + 21 + 20*i
	if len(d.Lines) == 1 {
		y += 9
	}
	return strconv.Itoa(y)
}

// valueY is the base line of its figure.
func (d drawn) valueY() string { return strconv.Itoa(d.Y + 65) }
