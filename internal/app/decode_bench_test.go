package app_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"rsc.io/qr"
)

// hardFrame draws a code of 41 by 41 modules as a bad camera sees it: turned and
// tilted up to 35 degrees, out of focus, with little contrast and a light on it.
func hardFrame(r *rand.Rand, c *qr.Code) *image.Gray {
	const w, h = 1280, 720
	tilt, axis, turn := r.Float64()*35*math.Pi/180, r.Float64()*2*math.Pi, (r.Float64()-0.5)*math.Pi/3
	module := 5 + 5*r.Float64() // pixels
	half := float64(c.Size) / 2
	contrast := 0.3 + 0.7*r.Float64()
	dark := 20 + 60*r.Float64()
	light := dark + (235-dark)*contrast
	cx, cy := float64(w)/2+(r.Float64()-0.5)*300, float64(h)/2+(r.Float64()-0.5)*80
	sin, cos := math.Sincos(turn)
	ax, ay := math.Cos(axis), math.Sin(axis)
	const far = 90.0 // modules from the eye
	lum := make([]float64, w*h)
	for y := range h {
		for x := range w {
			// From the picture back to the plane of the code, which is turned about an axis in it.
			u, v := (float64(x)-cx)/module, (float64(y)-cy)/module
			along, across := u*ax+v*ay, -u*ay+v*ax
			q := across / (math.Cos(tilt) - across*math.Sin(tilt)/far)
			p := along * (1 + q*math.Sin(tilt)/far)
			s, t := p*ax-q*ay, p*ay+q*ax
			s, t = s*cos+t*sin+half, -s*sin+t*cos+half
			switch {
			case s < -4 || t < -4 || s >= float64(c.Size)+4 || t >= float64(c.Size)+4:
				lum[y*w+x] = dark + (light-dark)*0.55 // the table
			case s >= 0 && t >= 0 && s < float64(c.Size) && t < float64(c.Size) && c.Black(int(s), int(t)):
				lum[y*w+x] = dark
			default:
				lum[y*w+x] = light
			}
		}
	}
	// A glare over 8 % of the code, somewhere on it.
	radius := math.Sqrt(0.08/math.Pi) * 2 * half * module
	gx, gy := cx+(r.Float64()-0.5)*2*half*module*0.7, cy+(r.Float64()-0.5)*2*half*module*0.7
	for y := range h {
		for x := range w {
			if math.Hypot(float64(x)-gx, float64(y)-gy) < radius {
				lum[y*w+x] = 250
			}
		}
	}
	blur(lum, w, h, 2*r.Float64())
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i, l := range lum {
		g.Pix[i] = uint8(min(max(l+6*r.NormFloat64(), 0), 255))
	}
	return g
}

// blur is Gaussian, in place.
func blur(lum []float64, w, h int, sigma float64) {
	if sigma < 0.2 {
		return
	}
	n := int(math.Ceil(3 * sigma))
	kernel := make([]float64, 2*n+1)
	sum := 0.0
	for i := range kernel {
		kernel[i] = math.Exp(-float64((i-n)*(i-n)) / (2 * sigma * sigma))
		sum += kernel[i]
	}
	row := make([]float64, max(w, h))
	pass := func(count, length, step, stride int) {
		for j := range count {
			for i := range length {
				v := 0.0
				for k, weight := range kernel {
					v += weight * lum[j*stride+min(max(i+k-n, 0), length-1)*step]
				}
				row[i] = v / sum
			}
			for i := range length {
				lum[j*stride+i*step] = row[i]
			}
		}
	}
	pass(h, w, 1, w)
	pass(w, h, w, 1)
}

// TestBrowserHardFrames counts how many hard pictures of codes the page reads, and by which
// of its readers: a few, or as many as NHIPCAU_TEST_FRAMES says. The pictures are the
// same every time.
func TestBrowserHardFrames(t *testing.T) {
	t.Parallel()
	frames := 40
	if n, err := strconv.Atoi(os.Getenv("NHIPCAU_TEST_FRAMES")); err == nil {
		frames = n
	}
	x := openDoor(t, 1)
	p := x.handset()
	r := rand.New(rand.NewPCG(1, 5))
	by, apart := map[string]int{}, map[string]int{}
	var wrong int
	var took float64
	for i := range frames {
		text := fmt.Sprintf("HTTPS://NHIPCAU.EXAMPLE.VN/I/%026d/%037d", i, r.Int64())
		c, err := qr.Encode(text, qr.Q)
		if err != nil {
			t.Fatal(err)
		}
		if c.Size != 41 {
			t.Fatalf("the code has %d modules, want 41", c.Size)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, hardFrame(r, c)); err != nil {
			t.Fatal(err)
		}
		found := evaluate[struct {
			Text, By string
			Took     float64
			Apart    []string
		}](p.browser, fmt.Sprintf(`page().then(async m => {
			const bytes = Uint8Array.from(atob('%s'), c => c.charCodeAt(0))
			const picture = await createImageBitmap(new Blob([bytes], {type: 'image/png'}))
			const canvas = new OffscreenCanvas(picture.width, picture.height), paint = canvas.getContext('2d')
			paint.drawImage(picture, 0, 0)
			const image = paint.getImageData(0, 0, picture.width, picture.height)
			let by = ''
			const begun = performance.now()
			const text = await m.decode(image, n => { by = n }) ?? ''
			const took = performance.now() - begun
			const apart = []
			for (const [name, reader] of Object.entries(m.readers)) if (await reader(image)) apart.push(name)
			return {text, by, took, apart}
		})`, base64.StdEncoding.EncodeToString(b.Bytes())))
		took += found.Took
		if found.Text != "" && found.Text != text {
			wrong++
		}
		if found.Text == text {
			by[found.By]++
		}
		for _, n := range found.Apart {
			apart[n]++
		}
	}
	all := 0
	for _, n := range by {
		all += n
	}
	t.Logf("%d of %d hard pictures read (%.1f %%), by %v; each reader alone %v; %.0f ms each", all, frames, 100*float64(all)/float64(frames), by, apart, took/float64(frames))
	if wrong > 0 {
		t.Errorf("%d pictures were read as something else", wrong)
	}
	if 4*all < 3*frames {
		t.Errorf("only %d of %d hard pictures are read", all, frames)
	}
}
