package atlas

import (
	"fmt"
	"testing"

	"nhipcau/internal/country"
)

// Each province of then and of now stands on one tile, no two on the same, none in
// the sea, and none stands alone.
func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		l   *layout
		all []country.Province
		n   int
	}{{now(), country.Provinces(), 34}, {before(), country.LegacyProvinces(), 63}} {
		at, codes := map[[2]int]string{}, map[string]int{}
		for _, x := range c.l.Tiles {
			if other := at[[2]int{x.Col, x.Row}]; other != "" {
				t.Errorf("%s and %s stand on one tile", x.Code, other)
			}
			at[[2]int{x.Col, x.Row}] = x.Code
			codes[x.Code]++
			if len(x.Lines) == 0 || len(x.Lines) > 2 {
				t.Errorf("%s is called %q", x.Code, x.Lines)
			}
		}
		for _, p := range c.all {
			if codes[p.Code] != 1 {
				t.Errorf("%s %s stands on %d tiles", p.Code, p.Name, codes[p.Code])
			}
		}
		if len(codes) != c.n || len(c.l.Tiles) != c.n {
			t.Errorf("%d tiles of %d provinces, want %d", len(c.l.Tiles), len(codes), c.n)
		}
		for _, x := range c.l.Tiles {
			beside := false
			for _, d := range [][2]int{{0, 1}, {1, 0}, {0, -1}, {-1, 0}} {
				beside = beside || at[[2]int{x.Col + d[0], x.Row + d[1]}] != ""
			}
			if !beside {
				t.Errorf("%s stands alone", x.Code)
			}
		}
		if len(c.l.sea) != 2 {
			t.Fatalf("%d archipelagos", len(c.l.sea))
		}
		for i, want := range []string{"Đà Nẵng", "Khánh Hòa"} {
			a := c.l.sea[i]
			n, ok := c.l.byCode[a.Code]
			if !ok || c.l.Tiles[n].words != plain(want) || at[[2]int{a.Col, a.Row}] != "" || a.Col != c.l.Cols || a.Row >= c.l.Rows {
				t.Errorf("%v belongs to %q at %d, %d", a.Lines, a.Code, a.Col, a.Row)
			}
		}
	}
}

// Neighbours are neighbours: these pairs share a border and an edge.
func TestNeighbours(t *testing.T) {
	for _, pair := range [][2]string{{"01", "24"}, {"01", "33"}, {"01", "25"}, {"38", "40"}, {"40", "42"}, {"46", "48"}, {"56", "66"}, {"56", "68"}, {"68", "75"}, {"75", "79"}, {"92", "96"}, {"22", "31"}} {
		a, b := now().Tiles[now().byCode[pair[0]]], now().Tiles[now().byCode[pair[1]]]
		if d := (a.Col-b.Col)*(a.Col-b.Col) + (a.Row-b.Row)*(a.Row-b.Row); d > 2 {
			t.Errorf("%v and %v stand apart", a.Lines, b.Lines)
		}
	}
}

// A unit stands on the tile of the province that its name names, whatever sort of
// organisation it is of.
func TestProvinceOf(t *testing.T) {
	for _, c := range []struct {
		l               *layout
		key, name, want string
	}{
		{now(), "t-40", "Đảng bộ tỉnh Nghệ An", "40"},
		{now(), "tinh-24", "Đảng bộ tỉnh Bắc Giang", ""},  // is of Bắc Ninh now, which has the code 24 now
		{now(), "tinh-27", "Đảng bộ tỉnh Bắc Ninh", "24"}, // as it was before, by its name
		{before(), "tinh-24", "Đảng bộ tỉnh Bắc Giang", "24"},
		{before(), "t-24", "Đảng bộ tỉnh Bắc Ninh", "27"},
		{now(), "cn-hue", "Chi nhánh Huế", "46"},
		{now(), "a1", "TỈNH ĐOÀN ĐẮK LẮK", "66"},
		{now(), "b", "Công đoàn tỉnh Hoà Bình", ""},
		{before(), "b", "Công đoàn tỉnh Hoà Bình", "17"},
		{before(), "brvt", "Tỉnh ủy Bà Rịa – Vũng Tàu", "77"},
		{now(), "tdna", "Đoàn TNCS Hồ Chí Minh tỉnh Nghệ An", "40"},
		{now(), "hv", "Học viện Chính trị quốc gia Hồ Chí Minh", ""},
		{now(), "td", "Thành đoàn Hồ Chí Minh", "79"},
		{now(), "cn", "Chi nhánh TP. Hồ Chí Minh", "79"},
		{now(), "t-79", "Đảng bộ thành phố Hồ Chí Minh", "79"},
		{now(), "xx", "Chi nhánh Hà Nội – Hải Phòng", ""},
		{now(), "t-01", "Tổ bảo trì số 1", ""}, // a code alone is none
		{now(), "m", "Đảng bộ Chính phủ", ""},
	} {
		got := ""
		if n := c.l.provinceOf(c.key, c.name); n >= 0 {
			got = c.l.Tiles[n].Code
		}
		if got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.key, c.name, got, c.want)
		}
	}
}

// The layout is that of the time of the units; two of one province do not stand on
// one tile, and what is of no province stands on none.
func TestLay(t *testing.T) {
	units := func(all []country.Province, names ...string) (cells []Cell) {
		for _, p := range all {
			cells = append(cells, Cell{Key: "k" + p.Code, Name: "Đảng bộ " + p.Full})
		}
		for i, n := range names {
			cells = append(cells, Cell{Key: fmt.Sprint("n", i), Name: n})
		}
		return cells
	}
	for _, c := range []struct {
		what  string
		cells []Cell
		want  *layout
		off   int
	}{
		{"of now", units(country.Provinces(), "Đảng bộ Chính phủ", "Đảng bộ Quốc hội"), now(), 2},
		{"of before", units(country.LegacyProvinces(), "Đảng bộ Chính phủ"), before(), 1},
		{"both times", units(country.Provinces()[:10]), now(), 0},
		{"twice", units(country.Provinces()[:3], "Chi nhánh Hà Nội 2"), now(), 1},
		{"half", units(country.Provinces()[:2], "Tổ 1", "Tổ 2"), now(), 2},
		{"less than half", units(country.Provinces()[:2], "Tổ 1", "Tổ 2", "Tổ 3"), nil, 0},
		{"nobody", nil, nil, 0},
	} {
		l, on, off := lay(c.cells)
		if l != c.want || len(off) != c.off {
			t.Errorf("%s: %d are off", c.what, len(off))
		}
		seen := map[int]bool{}
		for _, i := range on {
			if i >= 0 && seen[i] {
				t.Errorf("%s: unit %d stands twice", c.what, i)
			}
			seen[i] = true
		}
	}
}
