package cycle

import (
	"regexp"
	"strconv"
	"time"

	"nhipcau/internal/vn"
)

// A How says from where a rule counts.
type How string

// How a last day is found.
const (
	OnDay   How = "day"   // "ngày 20 của tháng": a day of the month in which the period ends, or of a later one
	After   How = "after" // "5 ngày sau khi kết thúc kỳ": so many days after the last day of the period
	Working How = "work"  // "3 ngày làm việc sau khi kết thúc kỳ": only days at work are counted
)

// Hows are all ways.
var Hows = []How{OnDay, After, Working}

// A Rule says by which day the report of a period is owed.
type Rule struct {
	How    How
	N      int  // the day of the month, 1 to 31, the last of a shorter one; or how many days
	Months int  // OnDay: how many months after the one in which the period ends
	Roll   bool // a day off gives way to the next day at work (Civil Code 2015, article 148, clause 5)
}

const (
	maxMonths = 12
	maxDays   = 366
	maxOff    = 30 // no row of days off is longer; else the calendar is broken
)

// Valid reports whether r can be worked out.
func (r Rule) Valid() bool {
	switch r.How {
	case OnDay:
		return r.N >= 1 && r.N <= 31 && r.Months >= 0 && r.Months <= maxMonths
	case After, Working:
		return r.N >= 0 && r.N <= maxDays && r.Months == 0
	}
	return false
}

// An Off reports whether a day is not worked: a weekend, a public holiday, a day
// exchanged for one. A Saturday that is worked instead of another day is not off.
type Off func(vn.Day) bool

// Weekend is the Off of an office that knows no other days off: Saturday and
// Sunday (Decision 188/1999/QĐ-TTg: 40 hours in five days).
func Weekend(d vn.Day) bool {
	w := at(d).Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Last returns the last day on which the report of p is in time. A nil off is
// Weekend.
func (r Rule) Last(p Period, off Off) vn.Day {
	if !r.Valid() {
		return ""
	}
	if off == nil {
		off = Weekend
	}
	end := p.Last()
	d := end
	switch r.How {
	case OnDay:
		y, m := plus(year(end), month(end), r.Months)
		n := r.N
		for n > 28 && vn.MakeDay(y, m, n) == "" {
			n--
		}
		d = vn.MakeDay(y, m, n)
	case After:
		d = end.AddDays(r.N)
	case Working:
		for range r.N {
			d = AtWork(d.AddDays(1), off)
		}
	}
	if r.Roll {
		d = AtWork(d, off)
	}
	return d
}

// AtWork returns d, or the first day after it that is worked if d is off. Where
// thirty days in a row are off it returns d.
func AtWork(d vn.Day, off Off) vn.Day {
	for n := range maxOff {
		if next := d.AddDays(n); !off(next) {
			return next
		}
	}
	return d
}

var written = regexp.MustCompile(`^(day|after|work) (\d{1,3})(?:\+(\d{1,2}))?( roll)?$`)

// String writes r as ParseRule reads it: "day 20", "day 5+1 roll", "after 3",
// "work 2".
func (r Rule) String() string {
	s := string(r.How) + " " + strconv.Itoa(r.N)
	if r.Months != 0 {
		s += "+" + strconv.Itoa(r.Months)
	}
	if r.Roll {
		s += " roll"
	}
	return s
}

// ParseRule reads a rule; false if s is none that is valid.
func ParseRule(s string) (Rule, bool) {
	f := written.FindStringSubmatch(s)
	if f == nil {
		return Rule{}, false
	}
	n, _ := strconv.Atoi(f[2])
	m, _ := strconv.Atoi(f[3]) // none is 0
	r := Rule{How: How(f[1]), N: n, Months: m, Roll: f[4] != ""}
	return r, r.Valid()
}
