package office

import (
	"strings"
	"unicode"

	"nhipcau/internal/vn"
)

// The widths of the letters of Times New Roman Bold, in thousandths of the size.
var bold = map[rune]int{
	'A': 722, 'B': 667, 'C': 722, 'D': 722, 'E': 667, 'F': 611, 'G': 778, 'H': 778, 'I': 389, 'J': 500, 'K': 778, 'L': 667, 'M': 944,
	'N': 722, 'O': 778, 'P': 611, 'Q': 778, 'R': 722, 'S': 556, 'T': 667, 'U': 722, 'V': 722, 'W': 1000, 'X': 722, 'Y': 722, 'Z': 667,
	'a': 500, 'b': 556, 'c': 444, 'd': 556, 'e': 444, 'f': 333, 'g': 500, 'h': 556, 'i': 278, 'j': 333, 'k': 556, 'l': 278, 'm': 833,
	'n': 556, 'o': 500, 'p': 556, 'q': 556, 'r': 444, 's': 389, 't': 333, 'u': 556, 'v': 500, 'w': 722, 'x': 500, 'y': 500, 'z': 444,
	' ': 250, '-': 333, '.': 250, ',': 250, ':': 333, '(': 333, ')': 333, '/': 278,
}

// Width returns how wide a line of bold letters of so many points is, in
// millimetres: how long the rule under it is to be.
func Width(s string, points int) int {
	sum := 0
	for _, r := range s {
		bare := vn.Fold(string(r))
		if unicode.IsUpper(r) {
			bare = strings.ToUpper(bare)
		}
		w, ok := bold[[]rune(bare + "0")[0]]
		if !ok || r == ' ' {
			w = map[bool]int{true: bold[' '], false: 500}[r == ' ']
		}
		sum += w
	}
	return int(float64(sum*points)/1000*25.4/72 + 0.5)
}

// Balance breaks a line of bold letters of so many points that is wider than so
// many millimetres into two of about the same width; what fits stays whole.
func Balance(s string, points, width int) []string {
	if s == "" {
		return nil
	}
	words := strings.Fields(s)
	if Width(s, points) <= width || len(words) < 2 {
		return []string{s}
	}
	best, least := 1, -1
	for i := 1; i < len(words); i++ {
		wider := max(Width(strings.Join(words[:i], " "), points), Width(strings.Join(words[i:], " "), points))
		if least < 0 || wider < least {
			best, least = i, wider
		}
	}
	return []string{strings.Join(words[:best], " "), strings.Join(words[best:], " ")}
}
