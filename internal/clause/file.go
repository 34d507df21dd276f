package clause

import (
	"strings"
	"unicode/utf8"

	"nhipcau/internal/fault"
)

const maxFile = 20 << 20

// lines returns the text of a file by its name, a line for each paragraph. What
// cannot be read is Invalid at the field "file".
func lines(name string, b []byte) (string, error) {
	w := fault.Wrong{}
	switch {
	case len(b) > maxFile:
		w.Add("file", "clause.error.file_long")
	case strings.HasSuffix(name, ".txt") && utf8.Valid(b):
		return strings.TrimPrefix(string(b), "\ufeff"), nil
	default:
		w.Add("file", "clause.error.file")
	}
	return "", w.Err()
}
