package office

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// A Matrix is the modules of a QR code, without the white border of Quiet modules
// that it needs around it.
type Matrix struct {
	Size int
	code *qr.Code
}

// Quiet is the width of the white border around a QR code, in modules.
const Quiet = 4

// QR returns the QR code of a text, of middling correction: a fold or a stain of an
// eighth of it does no harm. Digits and capitals make the smallest.
func QR(text string) (Matrix, error) {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return Matrix{}, fmt.Errorf("qr code of %d characters: %w", len(text), err)
	}
	return Matrix{c.Size, c}, nil
}

// Black reports whether the module in a column and a row is black.
func (m Matrix) Black(x, y int) bool { return m.code.Black(x, y) }

// A Bar is black modules side by side in one row.
type Bar struct{ X, Y, W int }

// Bars returns the black modules, row by row.
func (m Matrix) Bars() []Bar {
	var all []Bar
	for y := range m.Size {
		for x := 0; x < m.Size; x++ {
			from := x
			for x < m.Size && m.Black(x, y) {
				x++
			}
			if x > from {
				all = append(all, Bar{from, y, x - from})
			}
		}
	}
	return all
}

// Path returns the black modules as the path of an SVG drawing that is as many units
// wide as the code is with its border.
func (m Matrix) Path() string {
	var b strings.Builder
	for _, r := range m.Bars() {
		fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", r.X+Quiet, r.Y+Quiet, r.W, r.W)
	}
	return b.String()
}

// Whole is the width of the code with its border, in modules.
func (m Matrix) Whole() int { return m.Size + 2*Quiet }

// PNG returns the code as a picture, border and all.
func (m Matrix) PNG() []byte { return m.code.PNG() }
