package intake

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"nhipcau/internal/vn"
)

// value returns what a cell says as its column's form, or the message key of what
// is wrong with it.
func (g *grid) value(c cell, col Column) (s, key string, args []any) {
	s = vn.Clean(c.text)
	switch {
	case c.sort == formula:
		return "", "intake.bad.formula", nil
	case c.sort == failure:
		return "", "intake.bad.failure", []any{s}
	case utf8.RuneCountInString(s) > maxCell:
		return "", "intake.bad.long", []any{maxCell}
	case s == "":
		return "", "", nil
	}
	switch col.Form {
	case One:
		return col.choose(s)
	case Day:
		return g.day(c, s)
	case Whole:
		return whole(c, s)
	case Code:
		return strings.ToLower(shown(c, s)), "", nil
	}
	return shown(c, s), "", nil
}

// choose finds a choice by its name, which may be a sign alone, "x".
func (c Column) choose(s string) (string, string, []any) {
	n := name(s)
	for _, choice := range c.Choices {
		if n != "" && (n == name(choice.Value) || slices.ContainsFunc(choice.Names, func(x string) bool { return name(x) == n })) {
			return choice.Value, "", nil
		}
	}
	var all []string
	for _, choice := range c.Choices {
		all = append(all, choice.Names[0]+" ("+choice.Value+")")
	}
	return "", "intake.bad.choice", []any{s, strings.Join(all, ", ")}
}

// shown returns a number as people see it: without exponent, and with the zeros
// its format puts before it.
func shown(c cell, s string) string {
	if c.sort != number {
		return s
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return s
	}
	s = strconv.FormatFloat(n, 'f', -1, 64)
	if !strings.ContainsAny(s, ".-") && len(s) < c.pad {
		s = strings.Repeat("0", c.pad-len(s)) + s
	}
	return s
}

const maxWhole = 1e12

var (
	digits    = regexp.MustCompile(`^\d+$`)
	thousands = regexp.MustCompile(`^\d{1,3}([. ]\d{3})+$`)
)

// whole reads a whole number: 1000, and in text 1.000 or 1 000 as papers write
// it. "1,5" is none, and "1,000" may mean either.
func whole(c cell, s string) (string, string, []any) {
	if c.sort == number {
		n, err := strconv.ParseFloat(s, 64)
		switch {
		case err != nil || n != math.Trunc(n) || n > maxWhole:
			return "", "intake.bad.whole", []any{s}
		case n < 0:
			return "", "intake.bad.negative", []any{s}
		}
		return strconv.FormatInt(int64(n), 10), "", nil
	}
	switch {
	case c.sort == typed && thousands.MatchString(s):
		s = strings.NewReplacer(".", "", " ", "").Replace(s)
	case c.sort == typed && strings.HasPrefix(s, "-") && digits.MatchString(s[1:]):
		return "", "intake.bad.negative", []any{s}
	case c.sort != typed || !digits.MatchString(s):
		return "", "intake.bad.whole", []any{s}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > maxWhole {
		return "", "intake.bad.whole", []any{s}
	}
	return strconv.FormatInt(n, 10), "", nil
}

// day reads a day: a date of a workbook, or text as vn.ParseDay takes it. A
// number that looks like a year is taken for one and refused.
func (g *grid) day(c cell, s string) (string, string, []any) {
	if c.sort == number {
		n, err := strconv.ParseFloat(s, 64)
		if err == nil && n >= 1900 && n <= 2100 {
			return "", "intake.bad.year", []any{s}
		}
		if d := g.serial(n); err == nil && d != "" {
			return string(d), "", nil
		}
		return "", "intake.bad.day", []any{s}
	}
	date, _, found := strings.Cut(s, "T")
	if !found {
		date, _, _ = strings.Cut(s, " 00:00")
	}
	d, ok := vn.ParseDay(date)
	if !ok || c.sort == flag {
		return "", "intake.bad.day", []any{s}
	}
	return string(d), "", nil
}

// serial returns the day of a workbook's number: from 1900, in which workbooks
// believe in a 29 February, or from 1904.
func (g *grid) serial(n float64) vn.Day {
	const most = 100_000
	if !(n >= 0 && n < most) {
		return ""
	}
	days := int(n)
	if g.from904 {
		return vn.Day("1904-01-01").AddDays(days)
	}
	if days == 0 || days == 60 {
		return ""
	}
	if days > 60 {
		days--
	}
	return vn.Day("1900-01-01").AddDays(days - 1)
}
