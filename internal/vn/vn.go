// Package vn is what Vietnamese offices expect of text, days and numbers: one
// spelling of the same letters, search without marks, names in name order, day
// before month, and deadlines that say whether the day itself is included.
package vn

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// Zone is Asia/Ho_Chi_Minh: UTC+7 the year round.
var Zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*3600)

// Clean returns s as one line in NFC: no-break and other spaces become one
// plain space, Ð (U+00D0) becomes Đ, control and invisible characters go.
func Clean(s string) string {
	s = strings.Map(one, strings.ToValidUTF8(s, "")) // first, for what goes may stand between a letter and its mark
	return strings.Join(strings.Fields(strings.Map(one, norm.NFC.String(s))), " ")
}

// CleanText is Clean for several lines: line breaks stay, at most one empty
// line in a row.
func CleanText(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		line = Clean(line)
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func one(r rune) rune {
	switch {
	case r == 'Ð':
		return 'Đ'
	case r == 'ð':
		return 'đ'
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
		return -1
	}
	return r
}

// Fold returns s for search: lower case, without marks, đ as d, so that "ủy",
// "uỷ" and "UY" are one word.
func Fold(s string) string {
	s = norm.NFD.String(strings.ToLower(Clean(s)))
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'đ':
			return 'd'
		case unicode.Is(unicode.Mn, r):
			return -1
		}
		return r
	}, s)
}

// collators lends out collators, which are not safe for use by many.
var collators = sync.Pool{New: func() any { return collate.New(language.Vietnamese, collate.Numeric) }}

// SortKey returns bytes that sort s in Vietnamese order, numbers by value.
func SortKey(s string) []byte {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	var b collate.Buffer
	return append([]byte(nil), c.KeyFromString(&b, Clean(s))...)
}

// NameKey returns bytes that sort people by given name, then middle names, then
// family name.
func NameKey(name string) []byte {
	w := strings.Fields(Clean(name))
	if len(w) < 2 {
		return SortKey(name)
	}
	given, family, middle := w[len(w)-1], w[0], strings.Join(w[1:len(w)-1], " ")
	var k []byte
	for _, part := range []string{given, middle, family} {
		k = append(append(k, SortKey(part)...), 0, 0)
	}
	return k
}

// A Day is a calendar day in Zone, "2020-11-02"; "" is none. Days sort as text.
type Day string

// DayOf returns the day of t in Zone.
func DayOf(t time.Time) Day { return Day(t.In(Zone).Format(time.DateOnly)) }

// MakeDay returns the day of a date, "" if there is no such date or its year is
// not 1900 to 2100.
func MakeDay(year, month, day int) Day {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, Zone)
	if year < 1900 || year > 2100 || t.Day() != day || int(t.Month()) != month {
		return ""
	}
	return Day(t.Format(time.DateOnly))
}

// ParseDay reads a day as people and browsers write it: 2020-11-02, 2/11/2020,
// 02-11-2020 or 2.11.2020, the day before the month. It reports false for
// anything that is no real day.
func ParseDay(s string) (Day, bool) {
	s = Clean(s)
	f := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' || r == ' ' })
	if len(f) != 3 || !strings.HasPrefix(s, f[0]) || !strings.HasSuffix(s, f[2]) {
		return "", false
	}
	if len(f[0]) == 4 {
		f[0], f[2] = f[2], f[0]
	}
	if len(f[0]) > 2 || len(f[1]) > 2 || len(f[2]) != 4 {
		return "", false
	}
	var n [3]int
	for i, p := range f {
		x, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return "", false
		}
		n[i] = int(x)
	}
	d := MakeDay(n[2], n[1], n[0])
	return d, d != ""
}

// Start returns the instant d begins, in UTC; the zero time for no day.
func (d Day) Start() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), Zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Valid reports whether d is a real day between 1900 and 2100.
func (d Day) Valid() bool {
	t := d.Start()
	return len(d) == 10 && !t.IsZero() && d >= "1900-01-01" && d <= "2100-12-31"
}

// AddDays returns the day n days after d.
func (d Day) AddDays(n int) Day {
	if d.Start().IsZero() {
		return ""
	}
	return DayOf(d.Start().AddDate(0, 0, n))
}

// Before reports whether d comes before o.
func (d Day) Before(o Day) bool { return d < o }

// DaysUntil returns how many days after d the day o is; negative if before.
func (d Day) DaysUntil(o Day) int {
	return int(o.Start().Sub(d.Start()) / (24 * time.Hour))
}

// String writes d as papers do: days under 10 and the months 1 and 2 padded,
// "05/8/2020", "09/01/2026".
func (d Day) String() string {
	t := d.Start()
	if t.IsZero() {
		return ""
	}
	t = t.In(Zone) // in UTC the first of a month still is in the month before
	month := strconv.Itoa(int(t.Month()))
	if t.Month() <= 2 {
		month = "0" + month
	}
	return t.Format("02") + "/" + month + "/" + t.Format("2006")
}

// A Wording says whether a deadline's day is included.
type Wording string

// The wordings.
const (
	Before Wording = "before" // trước ngày: the last day is the day before
	Until  Wording = "until"  // hết ngày: the day itself is the last
)

// A Deadline is a day and how it is meant.
type Deadline struct {
	Day     Day
	Wording Wording
}

// Last returns the last day on which the deadline is kept.
func (d Deadline) Last() Day {
	if d.Wording == Before {
		return d.Day.AddDays(-1)
	}
	return d.Day
}

// Int writes n with dots between thousands, 1.234.567.
func Int(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return sign + s
}

var grouped = regexp.MustCompile(`^\d{1,3}([., \x{a0}]\d{3})+$`)

// ParseInt reads a whole number as people type it, "5.700" and "−3" too; false if
// s is none.
func ParseInt(s string) (int64, bool) {
	s = Clean(s)
	digits, negative := s, false
	for _, sign := range []string{"-", "−"} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			digits, negative = strings.TrimSpace(rest), true
		}
	}
	if grouped.MatchString(digits) {
		digits = strings.NewReplacer(".", "", ",", "", " ", "", "\u00a0", "").Replace(digits)
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || strings.HasPrefix(digits, "+") || strings.HasPrefix(digits, "-") {
		return 0, false
	}
	if negative {
		n = -n
	}
	return n, true
}

// TypedDay reads a day as typed; what is none stays as it is, for a check to
// refuse.
func TypedDay(typed string) Day {
	if d, ok := ParseDay(typed); ok {
		return d
	}
	return Day(Clean(typed))
}

// Percent writes num over den in percent with at most two decimals, cut and
// never rounded up, so that 100 % means all: "93,34 %", which never breaks over
// two lines; "–" if den is 0.
func Percent(num, den int64) string {
	if den <= 0 {
		return "–"
	}
	h := num * 10000 / den // hundredths of a percent
	s := Int(h / 100)
	if f := h % 100; f != 0 {
		s += "," + strings.TrimSuffix(strconv.FormatInt(100+f, 10)[1:], "0")
	}
	return s + "\u00a0%"
}
