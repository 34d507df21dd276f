package prose

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"nhipcau/internal/fault"
)

// What of a .docx is read. A part that unpacks to more than maxRatio times its size
// is a bomb; text of an office packs to a tenth.
const (
	maxFile    = 20 << 20
	maxEntries = 2000
	maxPart    = 60 << 20
	maxRatio   = 300
	smallPart  = 1 << 20 // may have any ratio
)

// FromDOCX reads a text from Word: headings by their style, outline or a number typed
// before bold words, lists as items, the rows of tables as text. What is deleted under
// "track changes" is left out. A file that is huge, broken, a bomb, or none of Word's
// is an Invalid or TooLarge fault.
func FromDOCX(r io.ReaderAt, size int64) (Doc, error) {
	if size > maxFile {
		return Doc{}, fault.New(fault.TooLarge, "prose.import.size", maxFile>>20)
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return Doc{}, notDOCX(r, err)
	}
	if len(z.File) > maxEntries {
		return Doc{}, fault.New(fault.Invalid, "prose.import.bomb")
	}
	parts := map[string]*zip.File{}
	for _, f := range z.File {
		if _, twice := parts[f.Name]; !twice {
			parts[f.Name] = f
		}
	}
	if parts["word/document.xml"] == nil {
		return Doc{}, fault.New(fault.Invalid, "prose.import.kind")
	}
	w := &word{styles: map[string]styleOf{}}
	if f := parts["word/styles.xml"]; f != nil {
		if err := each(f, w.style); err != nil {
			return Doc{}, err
		}
	}
	if err := each(parts["word/document.xml"], w.token); err != nil {
		return Doc{}, err
	}
	return w.doc, w.paragraph()
}

// notDOCX says what a file is that is no package.
func notDOCX(r io.ReaderAt, err error) error {
	head := make([]byte, 8)
	n, _ := r.ReadAt(head, 0)
	switch {
	case strings.HasPrefix(string(head[:n]), "\xd0\xcf\x11\xe0"): // of old Word, or one with a password
		return fault.New(fault.Invalid, "prose.import.doc")
	case strings.HasPrefix(string(head[:n]), "PK"):
		return fault.Wrap(fault.Invalid, err, "prose.import.broken")
	}
	return fault.Wrap(fault.Invalid, err, "prose.import.kind")
}

// each gives every token of a part to f.
func each(part *zip.File, f func(t xml.Token) error) error {
	if part.UncompressedSize64 > maxPart || part.UncompressedSize64 > smallPart && part.UncompressedSize64 > maxRatio*max(part.CompressedSize64, 1) {
		return fault.New(fault.Invalid, "prose.import.bomb")
	}
	in, err := part.Open()
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "prose.import.broken")
	}
	defer in.Close()
	limit := &io.LimitedReader{R: in, N: int64(part.UncompressedSize64) + 1} // it may lie
	d := xml.NewDecoder(limit)
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("not UTF-8") }
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "prose.import.broken")
		}
		if err := f(t); err != nil {
			return err
		}
	}
}

// styleOf is what a style says.
type styleOf struct {
	base    string
	heading int // level, 0 for none
	list    bool
}

// A word is a .docx that is being read.
type word struct {
	reader
	styles map[string]styleOf
	id     string // of the style that is being read

	name         string // style of the paragraph
	outline      int    // level, 0 for none
	list, level  int
	inText       bool
	bold, italic bool
	deleted      int // elements open that hold what was deleted
	cells        int
	inCell       int
}

func value(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func on(t xml.StartElement) bool {
	v := value(t, "val")
	return v != "0" && v != "false" && v != "none" && v != "off"
}

func (w *word) style(t xml.Token) error {
	e, ok := t.(xml.StartElement)
	if !ok {
		return nil
	}
	s := w.styles[w.id]
	switch e.Name.Local {
	case "style":
		w.id = value(e, "styleId")
		return nil
	case "name":
		name := strings.ToLower(value(e, "val"))
		if n, err := strconv.Atoi(strings.TrimPrefix(name, "heading ")); err == nil && n > 0 && n < 10 {
			s.heading = n
		}
		s.list = strings.HasPrefix(name, "list bullet") || strings.HasPrefix(name, "list number")
	case "basedOn":
		s.base = value(e, "val")
	case "outlineLvl":
		if n, err := strconv.Atoi(value(e, "val")); err == nil && n >= 0 && n < 9 {
			s.heading = n + 1
		}
	}
	w.styles[w.id] = s
	return nil
}

// look is what a style says, or one that it is based on.
func (w *word) look(name string) styleOf {
	var all styleOf
	for range 10 {
		s, ok := w.styles[name]
		if !ok {
			break
		}
		if all.heading == 0 {
			all.heading = s.heading
		}
		all.list = all.list || s.list
		name = s.base
	}
	return all
}

func (w *word) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		w.open(t)
	case xml.CharData:
		if w.inText && w.deleted == 0 {
			w.write(strings.ToValidUTF8(string(t), ""), w.bold, w.italic)
		}
	case xml.EndElement:
		return w.shut(t.Name.Local)
	}
	return nil
}

func (w *word) open(t xml.StartElement) {
	switch t.Name.Local {
	case "p":
		w.name, w.outline, w.list, w.level = "", 0, 0, 0
	case "pStyle":
		w.name = value(t, "val")
	case "outlineLvl":
		if n, err := strconv.Atoi(value(t, "val")); err == nil && n >= 0 && n < 9 {
			w.outline = n + 1
		}
	case "numId":
		w.list, _ = strconv.Atoi(value(t, "val"))
	case "ilvl":
		w.level, _ = strconv.Atoi(value(t, "val"))
	case "r":
		w.bold, w.italic = false, false
	case "b":
		w.bold = on(t)
	case "i":
		w.italic = on(t)
	case "t":
		w.inText = true
	case "br", "tab", "cr":
		w.write(" ", false, false)
	case "del", "moveFrom", "Fallback", "instrText":
		w.deleted++
	case "tr":
		w.cells = 0
	case "tc":
		if w.cells > 0 {
			w.write(" | ", false, false)
		}
		w.cells++
		w.inCell++
	}
}

func (w *word) shut(name string) error {
	switch name {
	case "t":
		w.inText = false
	case "del", "moveFrom", "Fallback", "instrText":
		w.deleted = max(0, w.deleted-1)
	case "tc":
		w.inCell = max(0, w.inCell-1)
	case "p":
		if w.inCell > 0 {
			w.write(" ", false, false)
			return nil
		}
		return w.paragraph()
	case "tr":
		if w.inCell == 0 {
			w.name, w.outline, w.list = "", 0, 0
			return w.paragraph()
		}
	}
	return nil
}

// paragraph ends a paragraph, or the row of a table.
func (w *word) paragraph() error {
	look := w.look(w.name)
	s := shape{heading: w.outline}
	if s.heading == 0 {
		s.heading = look.heading
	}
	if s.heading == 0 && (w.list > 0 || look.list) {
		s.item = max(w.level, 0) + 1
	}
	return w.end(s)
}
