package clause

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"nhipcau/internal/fault"
	"nhipcau/internal/prose"
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
	case strings.HasSuffix(name, ".docx"):
		d, err := prose.FromDOCX(bytes.NewReader(b), int64(len(b)))
		if err == nil {
			all := make([]string, len(d.Blocks))
			for i, p := range d.Blocks {
				all[i] = prose.Plain(p.Text)
			}
			return strings.Join(all, "\n"), nil
		}
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
			return "", err
		}
		w["file"] = fault.Of(err).Text
	default:
		w.Add("file", "clause.error.file")
	}
	return "", w.Err()
}
