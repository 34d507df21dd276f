package db

import (
	"strconv"
	"strings"
)

// Arg returns the parameter with number n, "$3", for a query whose conditions
// are counted at run time.
func Arg(n int) string { return "$" + strconv.Itoa(n) }

// Among says of a column that it is the number of an argument, or one of more. Without
// more it is the plain comparison, so that nothing is planned otherwise for what is rare.
func Among(column, arg string, more []int64) string {
	if len(more) == 0 {
		return column + " = " + arg
	}
	list := arg
	for _, n := range more {
		list += ", " + strconv.FormatInt(n, 10)
	}
	return column + " IN (" + list + ")"
}

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// EscapeLike makes s stand for itself in a LIKE pattern with ESCAPE '!'.
func EscapeLike(s string) string { return likeEscaper.Replace(s) }
