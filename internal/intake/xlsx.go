package intake

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"nhipcau/internal/fault"
)

// The reader of workbooks is our own: whether "1.000" is a thousand or one, and
// whether a formula was ever computed, stands beside the value of a cell, and a
// library that streams rows gives the value alone.

// A workbook is an .xlsx whose parts are read as they are asked for.
type workbook struct {
	parts   map[string]*zip.File
	from904 bool
	sheets  []string // parts of the visible sheets, in their order
	strings []string
	pads    []int // by style, the least number of digits shown
}

const maxParts = 5_000

// errBomb is of a part that unpacks to more than anybody typed.
var errBomb = errors.New("intake: a part is too large")

// readWorkbook reads the one visible sheet that has the layout's header.
func readWorkbook(b []byte, l Layout) (*grid, error) {
	w, err := openWorkbook(b)
	if err != nil {
		return nil, broken(err)
	}
	chosen, first := "", (*grid)(nil)
	for _, part := range w.sheets {
		g, err := w.sheet(part, headRows)
		if err != nil {
			return nil, broken(err)
		}
		if first == nil {
			first = g
		}
		for at := range g.lines {
			if _, found := l.match(g, at); found < min(2, len(l.Columns)) {
				continue
			}
			if chosen != "" {
				return nil, wrong("intake.error.two_sheets")
			}
			chosen = part
			break
		}
	}
	if chosen == "" {
		if first == nil {
			first = &grid{}
		}
		return first, nil // whose header is then missed
	}
	g, err := w.sheet(chosen, MaxRows+headRows)
	return g, broken(err)
}

// broken makes a fault of what a damaged workbook gives.
func broken(err error) error {
	switch {
	case err == nil, fault.Of(err).Kind != fault.Internal:
		return err
	case errors.Is(err, errBomb):
		return wrong("intake.error.bomb")
	}
	t := fault.Text{Key: "intake.error.broken"}
	return &fault.Error{Kind: fault.Invalid, Text: t, Fields: map[string]fault.Text{"file": t}, Err: err}
}

func openWorkbook(b []byte) (*workbook, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	if len(z.File) > maxParts {
		return nil, errBomb
	}
	w := &workbook{parts: map[string]*zip.File{}}
	for _, f := range z.File {
		w.parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	roots, err := w.relations("_rels/.rels", "")
	if err != nil {
		return nil, wrong("intake.error.kind")
	}
	for _, r := range roots {
		if strings.HasSuffix(r.kind, "/officeDocument") && strings.Contains(r.target, "workbook") && strings.HasSuffix(r.target, ".xml") {
			return w, w.load(r.target)
		}
	}
	return nil, wrong("intake.error.kind")
}

// A relation is how one part of a workbook names another.
type relation struct{ id, kind, target string }

func (w *workbook) relations(part, base string) ([]relation, error) {
	var all []relation
	err := w.each(part, maxStrings, func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			r := relation{attr(e, "Id"), attr(e, "Type"), attr(e, "Target")}
			if after, ok := strings.CutPrefix(r.target, "/"); ok {
				r.target = after
			} else {
				r.target = path.Join(base, r.target)
			}
			all = append(all, r)
		}
		return nil
	})
	return all, err
}

// load reads what stands beside the sheets.
func (w *workbook) load(book string) error {
	dir := path.Dir(book)
	parts, err := w.relations(path.Join(dir, "_rels", path.Base(book)+".rels"), dir)
	if err != nil {
		return err
	}
	targets := map[string]string{}
	texts, styles := 0, 0
	for _, r := range parts {
		switch {
		case strings.HasSuffix(r.kind, "/worksheet"):
			targets[r.id] = r.target
		case strings.HasSuffix(r.kind, "/sharedStrings"):
			texts++
			err = w.loadStrings(r.target)
		case strings.HasSuffix(r.kind, "/styles"):
			styles++
			err = w.loadStyles(r.target)
		}
		if texts > 1 || styles > 1 { // a small part named again and again unpacks without end
			return errBomb
		}
		if err != nil {
			return err
		}
	}
	err = w.each(book, maxStrings, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			v := attr(e, "date1904")
			w.from904 = v == "1" || v == "true"
		case "sheet":
			if t := targets[attr(e, "id")]; t != "" && !strings.Contains(strings.ToLower(attr(e, "state")), "hidden") {
				w.sheets = append(w.sheets, t)
			}
		}
		return nil
	})
	if err == nil && len(w.sheets) > maxSheets {
		err = wrong("intake.error.sheets", maxSheets)
	}
	return err
}

func (w *workbook) loadStrings(part string) error {
	var text strings.Builder
	return w.tokens(part, maxStrings, func(d *xml.Decoder, t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				text.Reset()
			case "rPh": // how to read the letters, not what is written
				return skip(d)
			case "t":
				s, err := inner(d)
				text.WriteString(s)
				return err
			}
		case xml.EndElement:
			if t.Name.Local == "si" {
				w.strings = append(w.strings, text.String())
			}
		}
		return nil
	})
}

var zeros = regexp.MustCompile(`^0{2,30}$`)

func (w *workbook) loadStyles(part string) error {
	pads, in := map[string]int{}, false
	return w.tokens(part, maxStrings, func(_ *xml.Decoder, t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "numFmt":
				if code := attr(t, "formatCode"); zeros.MatchString(code) {
					pads[attr(t, "numFmtId")] = len(code)
				}
			case "cellXfs":
				in = true
			case "xf":
				if in {
					w.pads = append(w.pads, pads[attr(t, "numFmtId")])
				}
			}
		case xml.EndElement:
			if t.Name.Local == "cellXfs" {
				in = false
			}
		}
		return nil
	})
}

// each calls f with every element of a part.
func (w *workbook) each(part string, limit int64, f func(*xml.Decoder, xml.StartElement) error) error {
	return w.tokens(part, limit, func(d *xml.Decoder, t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok {
			return f(d, e)
		}
		return nil
	})
}

// errEnough ends the reading of a part early.
var errEnough = errors.New("intake: enough")

// tokens calls f with every token of a part, of at most limit bytes.
func (w *workbook) tokens(part string, limit int64, f func(*xml.Decoder, xml.Token) error) error {
	file, ok := w.parts[part]
	if !ok {
		return fmt.Errorf("intake: no part %q", part)
	}
	r, err := file.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(&capped{r, limit})
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch err := f(d, t); {
		case errors.Is(err, errEnough):
			return nil
		case err != nil:
			return err
		}
	}
}

// capped fails with errBomb after so many bytes.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, errBomb
	}
	return n, err
}

func attr(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// inner returns the text up to the end of the element just begun, without that of
// elements within.
func inner(d *xml.Decoder) (string, error) {
	var first string
	var b []byte
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return "", unexpected(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth--; depth < 0 {
				return first + string(b), nil
			}
		case xml.CharData:
			if depth > 0 {
				continue
			}
			if first == "" && b == nil {
				first = string(t)
				continue
			}
			b = append(b, t...)
		}
	}
}

func skip(d *xml.Decoder) error {
	_, err := inner(d)
	return err
}

// unexpected makes an error of an end that came too early.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
