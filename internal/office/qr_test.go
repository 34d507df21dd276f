package office_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"nhipcau/internal/office"
)

func TestQR(t *testing.T) {
	m, err := office.QR("HTTPS://HOP.EXAMPLE.VN/I/0123456789ABCDEFGHJKMNPQRS")
	if err != nil {
		t.Fatal(err)
	}
	if m.Size != 29 { // version 3: capitals and digits are not written as bytes
		t.Errorf("%d modules wide", m.Size)
	}
	black := 0
	for y := range m.Size {
		for x := range m.Size {
			if m.Black(x, y) {
				black++
			}
		}
	}
	sum := 0
	for _, b := range m.Bars() {
		sum += b.W
	}
	if sum != black || black == 0 {
		t.Errorf("bars cover %d modules of %d", sum, black)
	}
	// The three corners that scanners look for.
	for _, at := range [][2]int{{0, 0}, {m.Size - 7, 0}, {0, m.Size - 7}} {
		for i := range 7 {
			if !m.Black(at[0]+i, at[1]) || !m.Black(at[0], at[1]+i) {
				t.Errorf("no corner at %v", at)
			}
		}
	}
	if !strings.HasPrefix(m.Path(), "M4 4h7v1h-7z") {
		t.Errorf("path %.40s", m.Path())
	}
	img, err := png.Decode(bytes.NewReader(m.PNG()))
	if err != nil || img.Bounds().Dx() != img.Bounds().Dy() {
		t.Errorf("picture %v", err)
	}
	if _, err := office.QR(strings.Repeat("x", 5000)); err == nil {
		t.Error("a code of 5000 characters")
	}
}
