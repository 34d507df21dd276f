package atlas

import "strings"

// cities is what stands before the name of the city that organisations also bear
// after a person: without it the name says nothing of where they are.
var cities = []string{" thanh pho", " tp", " thanh uy", " thanh doan", " thanh hoi"}

const hoChiMinh = "79"

// named reports whether a unit's name, as plain wrote it, has the name of t in it.
func (t tile) named(name string) bool {
	if t.Code != hoChiMinh {
		return strings.Contains(name, t.words)
	}
	for _, c := range cities {
		if strings.Contains(name, c+t.words) {
			return true
		}
	}
	return strings.Contains(name, " tphcm ") || strings.Contains(name, " tp hcm ")
}

// provinceOf returns the place of the tile of a unit: by the code in its key where
// its name agrees, else by the one province that its name has in it; -1 for none.
func (l *layout) provinceOf(key, name string) int {
	name = plain(name)
	if code, ok := strings.CutPrefix(key, l.key); ok {
		if n, ok := l.byCode[code]; ok && strings.Contains(name, l.Tiles[n].words) {
			return n
		}
	}
	at := -1
	for n, t := range l.Tiles {
		if t.named(name) {
			if at >= 0 {
				return -1 // two are named: it is neither for certain
			}
			at = n
		}
	}
	return at
}

// place finds the tiles of units: by tile which of them stands on it, -1 for none,
// and which stand on none. Of two units of one province the first stands on its tile.
func (l *layout) place(units []Cell) (on []int, off []int) {
	on = make([]int, len(l.Tiles))
	for i := range on {
		on[i] = -1
	}
	for i, u := range units {
		if n := l.provinceOf(u.Key, u.Name); n >= 0 && on[n] < 0 {
			on[n] = i
		} else {
			off = append(off, i)
		}
	}
	return on, off
}

// lay chooses the layout on which more of the units stand, of two alike the one of
// now; nil where fewer than half of them stand on either.
func lay(units []Cell) (best *layout, on, off []int) {
	for _, l := range []*layout{now(), before()} {
		if o, rest := l.place(units); best == nil || len(rest) < len(off) {
			best, on, off = l, o, rest
		}
	}
	if 2*len(off) > len(units) || len(units) == len(off) {
		return nil, nil, nil
	}
	return best, on, off
}
