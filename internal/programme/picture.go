package programme

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // taken too
	"io"

	"nhipcau/internal/fault"
)

// The largest picture that is taken, and what is made of it.
const (
	maxPicture = 12 << 20   // bytes
	maxPixels  = 30_000_000 // before they are unpacked
	wide       = 1920       // longest side of the picture that is shown
	small      = 480        // and of the one in lists
	quality    = 82
)

// picture reads a photograph and returns it anew as two of JPEG, large and small, the
// right way up. Nothing of the file but its colours is in them: neither where nor when
// it was taken, nor by what device.
func picture(r io.Reader) (large, little []byte, err error) {
	b, err := io.ReadAll(io.LimitReader(r, maxPicture+1))
	if err != nil {
		return nil, nil, err
	}
	w := fault.Wrong{}
	if len(b) > maxPicture {
		w.Add("file", "programme.error.picture_size", maxPicture>>20)
		return nil, nil, w.Err()
	}
	head, kind, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || kind != "jpeg" && kind != "png" || head.Width < 1 || head.Height < 1 || head.Width > maxPixels/head.Height {
		w.Add("file", "programme.error.picture")
		return nil, nil, w.Err()
	}
	read, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		w.Add("file", "programme.error.picture")
		return nil, nil, w.Err()
	}
	turn := 1
	if kind == "jpeg" {
		turn = orientation(b)
	}
	img := turned(shrunk(read, wide), turn)
	if large, err = encoded(img); err != nil {
		return nil, nil, err
	}
	little, err = encoded(shrunk(img, small))
	return large, little, err
}

func encoded(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

// shrunk returns an image whose longest side is at most so long, each point the mean
// of those it stands for, on white where it was clear.
func shrunk(img image.Image, side int) *image.RGBA {
	r := img.Bounds()
	full := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(full, full.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(full, full.Bounds(), img, r.Min, draw.Over)
	longest := max(r.Dx(), r.Dy())
	if longest <= side {
		return full
	}
	w, h := max(1, r.Dx()*side/longest), max(1, r.Dy()*side/longest)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		y0, y1 := y*r.Dy()/h, max(y*r.Dy()/h+1, (y+1)*r.Dy()/h)
		for x := range w {
			x0, x1 := x*r.Dx()/w, max(x*r.Dx()/w+1, (x+1)*r.Dx()/w)
			copy(out.Pix[out.PixOffset(x, y):], mean(full, x0, y0, x1, y1))
		}
	}
	return out
}

func mean(img *image.RGBA, x0, y0, x1, y1 int) []byte {
	var sum [3]int
	for y := y0; y < y1; y++ {
		row := img.Pix[img.PixOffset(x0, y) : img.PixOffset(x1-1, y)+4]
		for i := 0; i < len(row); i += 4 {
			sum[0], sum[1], sum[2] = sum[0]+int(row[i]), sum[1]+int(row[i+1]), sum[2]+int(row[i+2])
		}
	}
	n := (x1 - x0) * (y1 - y0)
	return []byte{byte(sum[0] / n), byte(sum[1] / n), byte(sum[2] / n), 255}
}

// turned turns an image as the orientation of EXIF says, 1 to 8.
func turned(img *image.RGBA, how int) *image.RGBA {
	if how < 2 || how > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if how >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			to := [9]image.Point{{}, {}, {w - 1 - x, y}, {w - 1 - x, h - 1 - y}, {x, h - 1 - y}, {y, x}, {h - 1 - y, x}, {h - 1 - y, w - 1 - x}, {y, w - 1 - x}}[how]
			out.SetRGBA(to.X, to.Y, img.RGBAAt(x, y))
		}
	}
	return out
}

// orientation finds how the camera was held, in the EXIF part of a JPEG; 1, upright, if
// it does not say.
func orientation(b []byte) int {
	for at := 2; at+4 <= len(b) && b[at] == 0xff; {
		size := int(binary.BigEndian.Uint16(b[at+2:]))
		if b[at+1] == 0xda || size < 2 || at+2+size > len(b) {
			return 1
		}
		part := b[at+4 : at+2+size]
		if rest, ok := bytes.CutPrefix(part, []byte("Exif\x00\x00")); ok && b[at+1] == 0xe1 {
			return tiffOrientation(rest)
		}
		at += 2 + size
	}
	return 1
}

// tiffOrientation reads the tag 0x0112 of the first directory.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(b[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(b[4:]))
	if at < 8 || at+2 > len(b) {
		return 1
	}
	for i := range int(order.Uint16(b[at:])) {
		entry := at + 2 + 12*i
		if entry+12 > len(b) {
			return 1
		}
		if order.Uint16(b[entry:]) == 0x0112 {
			return int(order.Uint16(b[entry+8:]))
		}
	}
	return 1
}
