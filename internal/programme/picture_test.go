package programme

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"nhipcau/internal/fault"
)

// taken is a JPEG of a camera: 600 wide, 400 high, its left half red and the right one
// blue, with EXIF that says how it was held and where.
func taken(t *testing.T, held uint16) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 600, 400))
	for y := range 400 {
		for x := range 600 {
			img.Set(x, y, color.RGBA{R: 220, A: 255})
			if x >= 300 {
				img.Set(x, y, color.RGBA{B: 220, A: 255})
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, 0x0112)
	tiff = append(tiff, 0, 3, 0, 0, 0, 1)
	tiff = binary.BigEndian.AppendUint16(tiff, held)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	part := append([]byte("Exif\x00\x00"), tiff...)
	part = append(part, "GPS 10.0452 N 105.7469 E"...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(part)+2))...)
	return append(append(out, part...), b.Bytes()[2:]...)
}

func decoded(t *testing.T, b []byte) image.Image {
	t.Helper()
	if bytes.Contains(b, []byte("Exif")) || bytes.Contains(b, []byte("GPS")) {
		t.Error("what the camera wrote is still there")
	}
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func red(img image.Image, x, y int) bool {
	r, _, b, _ := img.At(x, y).RGBA()
	return r > b
}

// TestPicturesAreMadeAnew: the right way up, in two sizes, with nothing but colours.
func TestPicturesAreMadeAnew(t *testing.T) {
	for held, red0 := range map[uint16][2]image.Point{ // where red is, where blue
		1: {{10, 200}, {590, 200}}, 2: {{590, 200}, {10, 200}}, 3: {{590, 200}, {10, 200}}, 4: {{10, 200}, {590, 200}},
		5: {{200, 10}, {200, 590}}, 6: {{200, 10}, {200, 590}}, 7: {{200, 590}, {200, 10}}, 8: {{200, 590}, {200, 10}}, 99: {{10, 200}, {590, 200}},
	} {
		large, little, err := picture(bytes.NewReader(taken(t, held)))
		if err != nil {
			t.Fatal(err)
		}
		img := decoded(t, large)
		if !red(img, red0[0].X, red0[0].Y) || red(img, red0[1].X, red0[1].Y) {
			t.Errorf("held %d: %v is the wrong way up", held, img.Bounds())
		}
		if s := decoded(t, little).Bounds(); max(s.Dx(), s.Dy()) != small || min(s.Dx(), s.Dy()) != 320 {
			t.Errorf("held %d: the small one is %v", held, s)
		}
	}
}

func TestPicturesShrink(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 3001, 900))); err != nil { // clear all over
		t.Fatal(err)
	}
	large, _, err := picture(&b)
	if err != nil {
		t.Fatal(err)
	}
	img := decoded(t, large)
	if img.Bounds() != image.Rect(0, 0, wide, 575) {
		t.Errorf("%v", img.Bounds())
	}
	if r, _, _, _ := img.At(5, 5).RGBA(); r < 0xf000 {
		t.Error("what is clear is not white")
	}
}

func TestNoPicture(t *testing.T) {
	huge := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00")
	huge = binary.BigEndian.AppendUint32(huge, 0x1b8a5a4e)
	for what, b := range map[string][]byte{"nothing": nil, "text": []byte("ảnh"), "half": taken(t, 1)[:400], "a bomb": huge, "too many bytes": make([]byte, maxPicture+1)} {
		if _, _, err := picture(bytes.NewReader(b)); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["file"].Key == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestOrientationOfBrokenEXIF(t *testing.T) {
	whole := taken(t, 6)
	for i := range 60 {
		orientation(whole[:i]) // does not run over the end
		broken := bytes.Clone(whole)
		broken[2+i] ^= 0xff
		orientation(broken)
	}
}
