// Package deadline knows by which day each unit owes a period of a form: by an
// exception for it, the narrowest that stands, or by the first level that fits it,
// or by the period's last day.
//
// It is asked for each return, so the days of a period are held in memory, under a
// key that changes with every change of a day.
package deadline

import (
	"slices"
	"time"

	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Level is the last day of the units of one level.
type Level struct {
	N     int64  // from 1; the first that fits a unit counts
	Depth int64  // how far under the owner, 1 directly; 0 for any
	Kind  string // of the unit when the period was opened; "" for any
	Last  vn.Day
}

// An Exception gives a unit another last day.
type Exception struct {
	N         int64
	Unit      int64
	UnitKey   string
	UnitName  string
	Whole     bool // and all under it
	Last      vn.Day
	Reason    string
	ActorName string
	At        time.Time
	EndedName string // "" while it stands
	EndedAt   time.Time
}

// A Move is a last day that was moved for all of a level.
type Move struct {
	N         int64
	Level     int64 // 0: of those whom no level fits
	Was, Last vn.Day
	Reason    string
	ActorName string
	At        time.Time
}

// MaxExceptions is how many exceptions of a period may stand at once.
const MaxExceptions = 500

const maxLevels = 20

// An exempt is an exception as it lies over the tree.
type exempt struct {
	from, end int
	last      vn.Day
}

// Days are the last days of one period. What is held under a key never changes.
type Days struct {
	Last   vn.Day // of those whom no level fits
	Levels []Level

	key    int64
	number []uint8 // of the kind that a level names, by level; 0 if it names none
	kinds  []uint8 // by place from the root, which kind named by a level the unit is of; nil if none names one
	except []exempt
}

// kindsOf numbers the kinds that levels name, from 1.
func kindsOf(levels []Level) map[string]uint8 {
	all := map[string]uint8{}
	for _, l := range levels {
		if l.Kind != "" && all[l.Kind] == 0 {
			all[l.Kind] = uint8(len(all) + 1)
		}
	}
	return all
}

// At returns the last day of the unit at a place of the tree e, over which the
// period is asked from a root on.
func (d *Days) At(e *epoch.Epoch, root, at int) vn.Day {
	narrow, last := -1, vn.Day("")
	for _, x := range d.except {
		if at >= x.from && at < x.end && (narrow < 0 || x.end-x.from <= narrow) {
			narrow, last = x.end-x.from, x.last
		}
	}
	if narrow >= 0 {
		return last
	}
	depth := int64(e.Depth(at) - e.Depth(root))
	for i, l := range d.Levels {
		if (l.Depth == 0 || l.Depth == depth) && (d.number[i] == 0 || d.kinds[at-root] == d.number[i]) {
			return l.Last
		}
	}
	return d.Last
}

// Standing is how many exceptions stand.
func (d *Days) Standing() int { return len(d.except) }

// Check numbers and cleans the levels of a period that begins on a day, or says
// what is wrong with them.
func Check(w fault.Wrong, levels []Level, from vn.Day) []Level {
	if len(levels) > maxLevels {
		w.Add("levels", "filing.error.levels", maxLevels)
	}
	levels = slices.Clone(levels) // the closure may run twice
	for i := range levels {
		l := &levels[i]
		l.N, l.Kind = int64(i+1), vn.Clean(l.Kind)
		if !l.Last.Valid() || l.Depth < 0 || l.Last.Before(from) {
			w.Add("levels", "filing.error.level", l.N)
		}
	}
	return levels
}
