package office

import (
	"io"
	"strings"

	"github.com/signintech/gopdf"
)

// A Typeface is the two files (TrueType) that a PDF is set in.
type Typeface struct{ Regular, Bold []byte }

// A PDF is sheets of A4 on which things stand at places in millimetres from the top
// left corner. The first thing that fails is what WriteTo returns.
type PDF struct {
	pdf gopdf.GoPdf
	err error
}

// NewPDF returns an empty one.
func NewPDF(t Typeface, title string) *PDF {
	p := &PDF{}
	p.pdf.Start(gopdf.Config{Unit: gopdf.UnitMM, PageSize: *gopdf.PageSizeA4})
	p.pdf.SetInfo(gopdf.PdfInfo{Title: title, Creator: "Nhịp Cầu"})
	p.try(p.pdf.AddTTFFontData("regular", t.Regular))
	p.try(p.pdf.AddTTFFontData("bold", t.Bold))
	return p
}

func (p *PDF) try(err error) {
	if p.err == nil {
		p.err = err
	}
}

// Page begins the next sheet.
func (p *PDF) Page() { p.pdf.AddPage() }

// An Align is where in its width a text stands.
type Align int

// The alignments.
const (
	Left Align = iota
	Centre
	Right
)

// A Text is words in a width, on so many lines at most; what does not fit ends with
// an ellipsis.
type Text struct {
	X, Y, W float64 // its top left corner, and how wide it may be
	Size    int     // points
	Lines   int
	Bold    bool
	Align   Align
}

// Height is how high a line is.
func (t Text) Height() float64 { return float64(t.Size) * 1.25 * 25.4 / 72 }

// Put writes s and returns where the next line would begin.
func (p *PDF) Put(t Text, s string) float64 {
	if p.err != nil {
		return t.Y
	}
	face := "regular"
	if t.Bold {
		face = "bold"
	}
	p.try(p.pdf.SetFont(face, "", t.Size))
	y := t.Y
	for _, line := range p.wrap(printable(s), t.W, max(1, t.Lines)) {
		x := t.X
		if t.Align != Left {
			rest := t.W - p.width(line)
			if x += rest; t.Align == Centre {
				x -= rest / 2
			}
		}
		p.pdf.SetXY(x, y)
		p.try(p.pdf.Cell(nil, line))
		y += t.Height()
	}
	return y
}

func (p *PDF) width(s string) float64 {
	if p.err != nil {
		return 0
	}
	w, err := p.pdf.MeasureTextWidth(s)
	p.try(err)
	return w
}

// wrap breaks s between words into lines that are no wider than w.
func (p *PDF) wrap(s string, w float64, most int) []string {
	var all []string
	line := ""
	words := strings.Fields(s)
	for i, word := range words {
		longer := strings.TrimSpace(line + " " + word)
		if line == "" || p.width(longer) <= w {
			line = longer
			continue
		}
		if len(all) == most-1 {
			return append(all, p.cut(line+" "+strings.Join(words[i:], " "), w))
		}
		all, line = append(all, line), word
	}
	if line != "" {
		all = append(all, p.cut(line, w))
	}
	return all
}

// cut shortens s to a width.
func (p *PDF) cut(s string, w float64) string {
	if p.width(s) <= w {
		return s
	}
	for r := []rune(s); len(r) > 0 && p.err == nil; {
		r = r[:len(r)-1]
		if short := strings.TrimRight(string(r), " ,.-–") + "…"; p.width(short) <= w {
			return short
		}
	}
	return ""
}

// Rule draws a line of so many tenths of a millimetre.
func (p *PDF) Rule(x1, y1, x2, y2 float64, tenths int) {
	p.pdf.SetLineWidth(float64(tenths) / 10)
	p.pdf.Line(x1, y1, x2, y2)
}

// Code draws a QR code, the border it needs included, as wide as size.
func (p *PDF) Code(x, y, size float64, m Matrix) {
	unit := size / float64(m.Whole())
	for _, b := range m.Bars() {
		// A hair more than its place, so that no white shows between rows.
		p.pdf.RectFromUpperLeftWithStyle(x+float64(b.X+Quiet)*unit, y+float64(b.Y+Quiet)*unit, float64(b.W)*unit, unit*1.02, "F")
	}
}

// WriteTo writes the file.
func (p *PDF) WriteTo(w io.Writer) (int64, error) {
	if p.err != nil {
		return 0, p.err
	}
	return p.pdf.WriteTo(w)
}
