package statement

import (
	"regexp"
	"strings"

	"nhipcau/internal/vn"
)

// A Bound says how a figure was given.
type Bound string

// The bounds. About is only ever that of a sum in which figures of both sorts
// stand.
const (
	Exact Bound = "exact"
	More  Bound = "more"  // hơn, trên: the true figure is larger
	Less  Bound = "less"  // gần, dưới: the true figure is just under it
	About Bound = "about" // khoảng
)

// Bounds are those that a figure can be given with.
var Bounds = []Bound{Exact, More, Less}

// boundOf returns the bound of a sum in which more figures are lower bounds and
// less are upper ones.
func boundOf(more, less int64) Bound {
	switch {
	case more > 0 && less > 0:
		return About
	case more > 0:
		return More
	case less > 0:
		return Less
	}
	return Exact
}

// bounding finds the word for a bound before the number that words begin with.
var bounding = regexp.MustCompile(`(?i)^(hơn|trên|gần|dưới)\s+\d`)

// boundIn returns the bound that words as given say, "" if they say none.
func boundIn(words string) Bound {
	m := bounding.FindStringSubmatch(vn.Clean(words))
	if m == nil {
		return ""
	}
	switch strings.ToLower(m[1]) {
	case "hơn", "trên":
		return More
	}
	return Less
}
