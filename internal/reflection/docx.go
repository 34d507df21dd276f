package reflection

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"nhipcau/internal/vn"
)

const (
	maxDocument = 20 << 20 // bytes of a paper's XML
	maxWords    = 200_000  // bytes of its text
)

// docxText returns the text of a Word paper, its beginning if that is very long; ""
// if it cannot be read.
func docxText(b []byte) string {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return ""
	}
	for _, f := range z.File {
		if !strings.EqualFold(f.Name, "word/document.xml") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return ""
		}
		defer r.Close()
		return documentText(io.LimitReader(r, maxDocument))
	}
	return ""
}

// documentText reads the texts of paragraphs; what is broken ends it.
func documentText(r io.Reader) string {
	var b strings.Builder
	d := xml.NewDecoder(r)
	inText := false
	for b.Len() < maxWords {
		t, err := d.Token()
		if err != nil {
			if !errors.Is(err, io.EOF) && b.Len() == 0 {
				return ""
			}
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				inText = true
			case "tab", "br":
				b.WriteByte(' ')
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case "p":
				b.WriteByte('\n')
			}
		case xml.CharData:
			if inText {
				b.Write(t[:min(len(t), maxWords)])
			}
		}
	}
	return vn.CleanText(b.String())
}
