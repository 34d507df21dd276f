package invitation

import (
	"strconv"
	"strings"
)

// replaced puts the parameter n in place of the first question mark.
func replaced(condition string, n int) string {
	return strings.Replace(condition, "?", "$"+strconv.Itoa(n), 1)
}
