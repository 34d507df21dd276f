// Package cycle knows the periods by which offices report, and by which day a
// report of one is owed. It is pure: days in, days out.
//
// A cycle is a kind of period and, as data, where it is cut. The day on which a
// month begins is one number:
//
//   - 1: the calendar month. Party committees and mass organisations report so.
//   - 15: Decree 09/2019/NĐ-CP, article 12, for state bodies: a month runs from
//     the 15th of the month before to the 14th; a quarter, a half-year and a year
//     likewise, so the year 2025 runs from 15/12/2024 to 14/12/2025.
//
// A week runs from Monday to Sunday and is numbered after ISO 8601: week 1 holds
// the first Thursday of the year. A campaign is one stretch of days. A term
// (nhiệm kỳ) is so many years from the day on which one began; five after the
// statutes of the Party (article 9) and of the Youth Union.
package cycle

import (
	"slices"
	"time"

	"nhipcau/internal/vn"
)

// A Kind is a length of period.
type Kind string

// The kinds of periods.
const (
	Week     Kind = "week"
	Month    Kind = "month"
	Quarter  Kind = "quarter"
	Half     Kind = "half"
	Year     Kind = "year"
	Campaign Kind = "campaign"
	Term     Kind = "term"
)

// Kinds are all kinds, the shortest first.
var Kinds = []Kind{Week, Month, Quarter, Half, Year, Campaign, Term}

// The days on which a month begins by the rules that are in use.
const (
	Calendar = 1
	State    = 15
)

const (
	maxFirst = 28 // a day that every month has
	maxYears = 20
)

// A Cycle is a kind of period and where it is cut. Only what its kind needs is
// read.
type Cycle struct {
	Kind  Kind
	First int    // month, quarter, half, year: the day a month begins, of the month before if above 1
	From  vn.Day // campaign: its first day; term: the first day of any one
	To    vn.Day // campaign: the first day after it
	Years int    // term: how long one is
}

// Valid reports whether c says all that its kind needs.
func (c Cycle) Valid() bool {
	switch c.Kind {
	case Week:
		return true
	case Month, Quarter, Half, Year:
		return c.First >= 1 && c.First <= maxFirst
	case Campaign:
		return c.From.Valid() && c.To.Valid() && c.From.Before(c.To)
	case Term:
		return c.From.Valid() && c.Years >= 1 && c.Years <= maxYears && day(c.From) <= maxFirst
	}
	return false
}

// A Period is one period of a cycle.
type Period struct {
	Kind Kind
	From vn.Day
	To   vn.Day // first day after it
	Year int    // by which it is named; of a term the year it begins
	N    int    // which of its year, from 1: the week, month, quarter, half
}

// Last returns the last day of p.
func (p Period) Last() vn.Day { return p.To.AddDays(-1) }

// Has reports whether d is a day of p.
func (p Period) Has(d vn.Day) bool { return p.From <= d && d < p.To }

// On returns the period of c that d is a day of; false if c is not valid, d is no
// day, or d is outside of a campaign.
func (c Cycle) On(d vn.Day) (Period, bool) {
	if !c.Valid() || !d.Valid() {
		return Period{}, false
	}
	switch c.Kind {
	case Week:
		return weekOf(d)
	case Campaign:
		p := Period{Kind: Campaign, From: c.From, To: c.To, Year: year(c.From), N: 1}
		return p, p.Has(d)
	case Term:
		n := year(d) - year(c.From)
		n -= ((n % c.Years) + c.Years) % c.Years
		p, ok := c.term(year(c.From) + n)
		if ok && d < p.From {
			return c.term(p.Year - c.Years)
		}
		return p, ok
	}
	y, m := year(d), month(d)
	if c.First > 1 && day(d) >= c.First { // of the month after
		y, m = plus(y, m, 1)
	}
	size := months[c.Kind]
	return c.block(y, (m-1)/size+1)
}

// months is how many months a period of a kind has.
var months = map[Kind]int{Month: 1, Quarter: 3, Half: 6, Year: 12}

// block returns the n-th period of a year that is made of months.
func (c Cycle) block(y, n int) (Period, bool) {
	size := months[c.Kind]
	p := Period{Kind: c.Kind, Year: y, N: n}
	p.From = c.begins(y, (n-1)*size+1)
	ny, nm := plus(y, (n-1)*size+1, size)
	p.To = c.begins(ny, nm)
	return p, p.From.Valid() && p.To.Valid()
}

// begins returns the first day of a month as c cuts it.
func (c Cycle) begins(y, m int) vn.Day {
	if c.First > 1 {
		y, m = plus(y, m, -1)
	}
	return vn.MakeDay(y, m, c.First)
}

// term returns the term that begins in a year.
func (c Cycle) term(y int) (Period, bool) {
	p := Period{Kind: Term, Year: y, N: 1, From: vn.MakeDay(y, month(c.From), day(c.From)), To: vn.MakeDay(y+c.Years, month(c.From), day(c.From))}
	return p, p.From.Valid() && p.To.Valid()
}

func weekOf(d vn.Day) (Period, bool) {
	t := at(d)
	monday := d.AddDays(-(int(t.Weekday()) + 6) % 7)
	y, n := t.ISOWeek()
	p := Period{Kind: Week, From: monday, To: monday.AddDays(7), Year: y, N: n}
	return p, p.From.Valid() && p.To.Valid()
}

// Next returns the period after p; a campaign has none.
func (c Cycle) Next(p Period) (Period, bool) {
	if c.Kind == Campaign {
		return Period{}, false
	}
	return c.On(p.To)
}

// Previous returns the period before p; a campaign has none.
func (c Cycle) Previous(p Period) (Period, bool) {
	if c.Kind == Campaign {
		return Period{}, false
	}
	return c.On(p.From.AddDays(-1))
}

// LastYear returns the period of the year before that p is compared with: the
// same month, quarter, half, week or the year itself. A campaign and a term have
// none, nor has a week 53 whose year before had 52.
func (c Cycle) LastYear(p Period) (Period, bool) {
	switch c.Kind {
	case Month, Quarter, Half, Year:
		if !c.Valid() {
			return Period{}, false
		}
		return c.block(p.Year-1, p.N)
	case Week:
		first, ok := weekOf(vn.MakeDay(p.Year-1, 1, 4)) // always in week 1
		if !ok {
			return Period{}, false
		}
		w, ok := weekOf(first.From.AddDays(7 * (p.N - 1)))
		return w, ok && w.Year == p.Year-1
	}
	return Period{}, false
}

// Of returns the periods of c that lie in a year as c cuts it, in their order;
// those weeks that have the year's number. A campaign and a term lie in none.
func (c Cycle) Of(y int) []Period {
	var all []Period
	switch {
	case !c.Valid() || c.Kind == Campaign || c.Kind == Term:
		return nil
	case c.Kind == Week:
		for p, ok := weekOf(vn.MakeDay(y, 1, 4)); ok && p.Year == y; p, ok = weekOf(p.To) {
			all = append(all, p)
		}
		return all
	}
	for n := range 12 / months[c.Kind] {
		p, ok := c.block(y, n+1)
		if !ok {
			return nil
		}
		all = append(all, p)
	}
	return all
}

// Parts returns the periods of a shorter kind that make up p, cut as c is: the
// months of a quarter, the quarters of a year. It returns none for a kind that
// does not divide it.
func (c Cycle) Parts(p Period, k Kind) []Period {
	if months[p.Kind] == 0 || months[k] == 0 || months[k] >= months[p.Kind] {
		return nil
	}
	short := Cycle{Kind: k, First: c.First}
	return slices.DeleteFunc(short.Of(p.Year), func(s Period) bool { return s.From < p.From || s.To > p.To })
}

// plus returns the month n months after one.
func plus(y, m, n int) (int, int) {
	i := 12*y + m - 1 + n
	return i / 12, i%12 + 1
}

func at(d vn.Day) time.Time { return d.Start().In(vn.Zone) }

func year(d vn.Day) int  { return at(d).Year() }
func month(d vn.Day) int { return int(at(d).Month()) }
func day(d vn.Day) int   { return at(d).Day() }
