package filing

import (
	"cmp"
	"context"
	"slices"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/formula"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Series is what the items of a form came to for a unit and all under it, period by
// period, as its books have it. A formula is worked out of the sums of its period; what
// the house knows has no value in it.
type Series struct {
	Points []Point // the oldest first

	all   []Point // with those before that formulas look back at
	whole bool    // before them there are none
}

// A Point is one period of a series.
type Point struct {
	Round *Round
	On    bool  // the unit stands on the tree of the period
	Due   int64 // returns that are due at and under it

	unit int64
	vec  tally.Vec
	book *Book
}

// back is how many periods a series reads beyond those shown where formulas look back.
const back = 13

// SeriesOf returns the series of a form for a unit over its newest periods, at most so
// many. It reads one statement for the figures of all of them. The caller has found
// form and unit through their reader.
func SeriesOf(ctx context.Context, tx *db.Tx, id string, unit int64, size int) (Series, error) {
	s := Series{}
	periods, err := Periods(ctx, tx, id, 0, size+back)
	if err != nil {
		return s, err
	}
	s.whole = len(periods) < size+back
	shown, looks := min(size, len(periods)), false
	var sheets []int64
	for i, p := range periods {
		if i == shown && !looks {
			break
		}
		r, err := roundOf(ctx, tx, p.ID, p.State, p.Version)
		if err != nil {
			return s, err
		}
		looks = looks || i < shown && r.looksBack()
		s.all = append(s.all, Point{Round: &r, On: r.Has(unit), Due: r.Due(unit), unit: unit})
		sheets = append(sheets, p.Sheet)
	}
	totals, err := tally.TotalsOf(ctx, tx, unit, sheets)
	if err != nil {
		return s, err
	}
	for i := range s.all {
		s.all[i].vec = totals[s.all[i].Round.Sheet.ID]
	}
	slices.SortFunc(s.all, func(a, b Point) int {
		x, y := a.Round.Period, b.Round.Period
		return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To), cmp.Compare(x.N, y.N))
	})
	for i := range s.all {
		s.all[i].book = s.bookAt(i)
	}
	s.Points = s.all[len(s.all)-shown:]
	return s, nil
}

// looksBack reports whether a formula of the round asks for the periods before it.
func (r *Round) looksBack() bool {
	for key := range r.known {
		if r.needs(key).back {
			return true
		}
	}
	return false
}

// bookAt is the book of a point, of figures that are read already.
func (s *Series) bookAt(i int) *Book {
	p := s.all[i]
	b := p.Round.bookOf(p.vec)
	b.since = &stretch{round: p.Round}
	if !p.Round.looksBack() {
		return b
	}
	for _, x := range s.all[:i] {
		if x.Round.Period.belongs() == p.Round.Period.belongs() && !p.Round.Period.From.Before(x.Round.Period.To) {
			b.year = append(b.year, x.stretch())
		}
	}
	if at, ok := s.before(i); ok {
		b.prev = s.all[at].stretch()
	}
	if !s.whole && s.all[0].Round.Period.belongs() == p.Round.Period.belongs() {
		b.year = nil // the year may have begun before what was read
	} else {
		b.year = append(b.year, b.now)
	}
	return b
}

func (p Point) stretch() *stretch { return stretchOf(p.Round, p.vec) }

// before returns which of all points is that of the period before one's.
func (s *Series) before(i int) (at int, ok bool) {
	for j, x := range s.all {
		if !s.all[i].Round.Period.From.Before(x.Round.Period.To) && (!ok || s.all[at].Round.Period.To <= x.Round.Period.To) {
			at, ok = j, true
		}
	}
	return at, ok
}

// Before returns the point of the period before the newest, false if there is none.
func (s *Series) Before() (Point, bool) {
	if len(s.Points) == 0 {
		return Point{}, false
	}
	at, ok := s.before(len(s.all) - 1)
	if !ok {
		return Point{}, false
	}
	return s.all[at], true
}

// YearAgo returns the point of the same period of the year before the newest's, false
// if there is none.
func (s *Series) YearAgo() (Point, bool) {
	if len(s.Points) == 0 {
		return Point{}, false
	}
	now := s.Newest().Round.Period
	for _, x := range s.all {
		was := x.Round.Period
		if was.belongs() == now.belongs()-1 && anniversary(was.From, now.From) && anniversary(was.To, now.To) {
			return x, true
		}
	}
	return Point{}, false
}

// Trim leaves out the newest periods in which nothing has come yet, or for which units
// have time left and have not all returned: beside a whole period a part of one looks
// like a fall. One with something stays.
func (s *Series) Trim(today vn.Day) {
	last := -1
	for n := len(s.Points) - 1; n >= 0; n-- {
		p := s.Points[n]
		if p.Received() == 0 {
			continue
		}
		if last < 0 {
			last = n
		}
		if p.Received() >= p.Due || p.Round.Period.LastDay.Before(today) {
			last = n
			break
		}
	}
	if last >= 0 {
		s.all = s.all[:len(s.all)-(len(s.Points)-1-last)]
		s.Points = s.Points[:last+1]
	}
}

// Newest returns the last point of a series that has any.
func (s *Series) Newest() Point { return s.Points[len(s.Points)-1] }

// Received returns how many returns stand at and under the unit.
func (p Point) Received() int64 { return p.vec.Get(received) }

// InTime returns how many of them came by their last day.
func (p Point) InTime() int64 { return p.vec.Get(inTime) }

// Figures returns all that the unit and those under it have in the period.
func (p Point) Figures() tally.Vec { return p.vec }

// Value returns what the item with a key came to for the series' unit and all under
// it. What is the least or the greatest of each unit is not added up, so it has a value
// only for a unit with none under it, and so has what is worked out of it.
func (p Point) Value(key string) formula.Value {
	if p.Round.needs(key).extreme && !p.Round.Leaf(p.unit) {
		return formula.Unknown(fault.Text{Key: "filing.why.extreme"})
	}
	return p.book.Now(key)
}

// ItemHref returns where the figure of an item opens for a unit and all under it: an
// entered one to its records, any other to the report that shows it.
func (r *Round) ItemHref(unitKey, key string) string {
	if it, n := r.Item(key); n > 0 && it.Entered() {
		return tally.Href(r.Sheet.ID, unitKey, lane(r.place[key]), true)
	}
	return "/periods/" + r.Period.ID + "/report/" + unitKey
}

// ReceivedHref returns where the number of returns opens.
func (r *Round) ReceivedHref(unitKey string) string {
	return tally.Href(r.Sheet.ID, unitKey, kind.Lanes[received], true)
}

// SumUnder adds up what is known of units at and under each of some units of the
// round's sheet.
func (r *Round) SumUnder(units []int64, of map[int64]int64) map[int64]int64 {
	all := map[int64]int64{}
	for _, u := range units {
		if at, ok := r.epoch.Index(u); ok {
			for _, under := range r.epoch.Subtree(at) {
				all[u] += of[under]
			}
		}
	}
	return all
}

// Units returns how many units stand at and under one on the round's sheet.
func (r *Round) Units(unit int64) int {
	at, ok := r.epoch.Index(unit)
	if !ok {
		return 0
	}
	return r.epoch.End(at) - at
}
