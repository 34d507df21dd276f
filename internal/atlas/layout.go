package atlas

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"nhipcau/internal/country"
	"nhipcau/internal/vn"
)

// layout.csv says where each province stands: the 34 of 1 July 2025 (now) and the
// 63 of before, a tile each, so that those that border each other stand near each
// other and the whole has the shape of the country. The layout is our own work.
//
//go:embed layout.csv
var layoutFile string

// A tile is a province on a layout.
type tile struct {
	Code     string
	Col, Row int
	Lines    []string // its short name, as it stands on the tile

	words string // its name as Named looks for it
}

// A layout is the provinces of one time.
type layout struct {
	Tiles      []tile
	Cols, Rows int // without the sea
	key        string
	byCode     map[string]int
	sea        []archipelago
}

// An archipelago is drawn in the sea to the east, with the province it belongs to.
type archipelago struct {
	Lines    []string
	Code     string
	Col, Row int
}

// The provinces that the archipelagos belong to, by the same code at both times.
const daNang, khanhHoa = "48", "56"

// now and before are the layouts; keys of units that are a province of then or of
// now begin otherwise, since some codes were given anew.
var (
	now    = sync.OnceValue(func() *layout { return read("now", "t-", country.Provinces(), 7, 12) })
	before = sync.OnceValue(func() *layout { return read("before", "tinh-", country.LegacyProvinces(), 10, 16) })
)

// read makes a layout, with the archipelagos on two rows. The file is part of the
// program, so one that does not fit is a broken build.
func read(era, key string, all []country.Province, hoangSa, truongSa int) *layout {
	l := &layout{key: key, byCode: map[string]int{}}
	rows, err := csv.NewReader(strings.NewReader(layoutFile)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("atlas: layout.csv: %v", err))
	}
	name := map[string]string{}
	for _, p := range all {
		name[p.Code] = p.Name
	}
	for _, f := range rows[1:] {
		if f[0] != era {
			continue
		}
		col, errCol := strconv.Atoi(f[2])
		row, errRow := strconv.Atoi(f[3])
		if errCol != nil || errRow != nil || name[f[1]] == "" {
			panic("atlas: layout.csv: " + strings.Join(f, ","))
		}
		l.byCode[f[1]] = len(l.Tiles)
		l.Tiles = append(l.Tiles, tile{Code: f[1], Col: col, Row: row, Lines: strings.Split(f[4], "|"), words: plain(name[f[1]])})
		l.Cols, l.Rows = max(l.Cols, col+1), max(l.Rows, row+1)
	}
	l.sea = []archipelago{
		{Lines: []string{"QĐ", "Hoàng Sa"}, Code: daNang, Col: l.Cols, Row: hoangSa},
		{Lines: []string{"QĐ", "Trường Sa"}, Code: khanhHoa, Col: l.Cols, Row: truongSa},
	}
	return l
}

// plain writes a name as words between single spaces, without marks and signs.
func plain(s string) string {
	return " " + strings.Join(strings.FieldsFunc(vn.Fold(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }), " ") + " "
}
