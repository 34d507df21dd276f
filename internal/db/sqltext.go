package db

import (
	"strconv"
	"strings"
)

// Arg returns the parameter with number n, "$3", for a query whose conditions
// are counted at run time.
func Arg(n int) string { return "$" + strconv.Itoa(n) }

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// EscapeLike makes s stand for itself in a LIKE pattern with ESCAPE '!'.
func EscapeLike(s string) string { return likeEscaper.Replace(s) }
