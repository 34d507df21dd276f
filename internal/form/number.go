package form

import (
	"strings"

	"nhipcau/internal/vn"
)

// Read returns the figure that somebody typed for the item, "12,5" or "12.5" of an
// item with a decimal being 125; false if it is none, or finer than the item is.
func (i Item) Read(typed string) (int64, bool) {
	s := vn.Clean(typed)
	if i.Kind == YesNo {
		switch strings.ToLower(s) {
		case "1", "có", "yes":
			return 1, true
		case "0", "không", "no":
			return 0, true
		}
		return 0, false
	}
	if i.Decimals == 0 {
		return vn.ParseInt(s)
	}
	whole, part, _ := strings.Cut(s, ",")
	if at := strings.LastIndexByte(s, '.'); !strings.Contains(s, ",") && strings.Count(s, ".") == 1 && len(s)-at-1 != 3 {
		whole, part = s[:at], s[at+1:] // as programs and other languages write it
	}
	if len(part) > i.Decimals || strings.ContainsFunc(part, func(r rune) bool { return r < '0' || r > '9' }) {
		return 0, false
	}
	x, ok := vn.ParseInt(whole)
	if !ok {
		return 0, false
	}
	negative := strings.HasPrefix(strings.TrimSpace(whole), "-") || strings.HasPrefix(whole, "−")
	for n := range i.Decimals {
		if x > Most*10 || x < -Most*10 {
			return 0, false
		}
		x *= 10
		if n < len(part) {
			d := int64(part[n] - '0')
			if negative {
				d = -d
			}
			x += d
		}
	}
	return x, true
}

// Write returns a figure of the item as people write it: 1.234,5.
func (i Item) Write(x int64) string {
	if i.Decimals == 0 {
		return vn.Int(x)
	}
	unit := int64(1)
	for range i.Decimals {
		unit *= 10
	}
	sign := ""
	if x < 0 {
		sign, x = "-", -x
	}
	part := vn.Int(x % unit)
	part = strings.ReplaceAll(part, ".", "")
	return sign + vn.Int(x/unit) + "," + strings.Repeat("0", i.Decimals-len(part)) + part
}
