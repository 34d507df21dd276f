// Package holiday knows on which days offices work: Monday to Friday, without the
// public holidays, and with the days that are worked in exchange for one taken off.
//
// Holidays are data: rows with a day, a name and the paper that says so. Those of
// 2020 to 2027 come with the house; the administrators of a tree's highest unit add
// to them and take from them when the days of a year are announced. A row that came
// with the house and was taken out stays out.
package holiday

import (
	"time"

	"nhipcau/internal/vn"
)

// A Kind says what a row makes of its day.
type Kind string

// The kinds.
const (
	Off  Kind = "off"  // nobody works
	Work Kind = "work" // worked, though a Saturday or a Sunday
)

// Kinds are all kinds.
var Kinds = []Kind{Off, Work}

// A Calendar says which days are worked. The zero Calendar knows weekends alone.
type Calendar map[vn.Day]Kind

// Works reports whether offices work on d.
func (c Calendar) Works(d vn.Day) bool {
	switch c[d] {
	case Off:
		return false
	case Work:
		return true
	}
	w := d.Start().In(vn.Zone).Weekday()
	return w != time.Saturday && w != time.Sunday
}

// longest is how many days without work may follow one another before a calendar is
// taken to be mistaken: the longest stretch so far were nine.
const longest = 60

// OnOrAfter returns the first working day that is d or comes after it. Where none
// comes for two months, which no calendar means, it is d.
func (c Calendar) OnOrAfter(d vn.Day) vn.Day {
	for n := range longest {
		if x := d.AddDays(n); c.Works(x) {
			return x
		}
	}
	return d
}
