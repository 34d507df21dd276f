package db

import (
	"regexp"
	"strconv"
	"strings"
)

// bare writes a query whose parameters stand in their order, each once, with bare
// question marks: SQLite looks the name of every other parameter up in a list of
// all of them, which makes a statement of a thousand slow. Any other query is
// returned as it is.
func bare(q string) string {
	var b strings.Builder
	last, n := 0, 0
	for i := 0; i < len(q); {
		switch {
		case q[i] == '\'' || q[i] == '"':
			length := strings.IndexByte(q[i+1:], q[i])
			if length < 0 {
				return q
			}
			i += length + 2
		case strings.HasPrefix(q[i:], "--"), strings.HasPrefix(q[i:], "/*"), q[i] == ';', q[i] == '?', q[i] == '@', q[i] == ':':
			return q
		case q[i] == '$':
			end := i + 1
			for end < len(q) && q[end] >= '0' && q[end] <= '9' {
				end++
			}
			if n++; q[i+1:end] != strconv.Itoa(n) {
				return q
			}
			b.WriteString(q[last:i] + "?")
			i, last = end, end
		default:
			i++
		}
	}
	if n == 0 {
		return q
	}
	return b.String() + q[last:]
}

// limit finds the parameter of a LIMIT.
var limit = regexp.MustCompile(`\bLIMIT (\?|\$[0-9]+)`)

// unpeeked hides the parameters of limits from SQLite's planner. It looks at their
// values to choose a plan, and then plans the statement anew whenever they are bound
// again, to the same values too: most of the time of a small read went there. A plan
// that is right only for few rows has to be said in the statement (CROSS JOIN).
func unpeeked(q string) string { return limit.ReplaceAllString(q, "LIMIT $1+0") }
