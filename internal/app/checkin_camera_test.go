package app_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"rsc.io/qr"
)

// film writes a video that shows one code after another, each for half a second, as
// Chromium takes it for a camera.
func film(t *testing.T, texts ...string) string {
	t.Helper()
	const w, h, frames = 640, 480, 5
	var b bytes.Buffer
	fmt.Fprintf(&b, "YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n", w, h)
	for _, text := range texts {
		c, err := qr.Encode(text, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		side := 8 * c.Size
		luma := bytes.Repeat([]byte{235}, w*h)
		for y := range side {
			for x := range side {
				if c.Black(x/8, y/8) {
					luma[(y+(h-side)/2)*w+x+(w-side)/2] = 20
				}
			}
		}
		for range frames {
			b.WriteString("FRAME\n")
			b.Write(luma)
			b.Write(bytes.Repeat([]byte{128}, w*h/2))
		}
	}
	name := filepath.Join(t.TempDir(), "film.y4m")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestBrowserCheckinByCamera holds badges before the camera of a telephone that has no network.
func TestBrowserCheckinByCamera(t *testing.T) {
	t.Parallel()
	x := openDoor(t, 40)
	var texts []string
	for _, k := range x.g.Members[:5] {
		texts = append(texts, "HTTPS://NHIPCAU.EXAMPLE.VN/I/"+x.codes[k])
	}
	p := x.handset(chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-video-capture", film(t, texts...)))
	x.line.cut.Store(true)
	p.opens()
	evaluate[string](p.browser, "press('Quét mã QR'); ''")
	p.says(".big", "5 / 40")
	p.says(".result", "đã điểm danh lúc") // the film begins again
	p.check("the camera")
	evaluate[string](p.browser, "press('Đóng máy ảnh'); ''")
	if !evaluate[bool](p.browser, "document.querySelector('video').srcObject === null") {
		t.Error("the camera goes on")
	}
	x.line.cut.Store(false)
	evaluate[string](p.browser, "dispatchEvent(new Event('online')); ''")
	p.says(".net.done", "Đã gửi hết")
	if n := x.attended(); n != 5 {
		t.Errorf("%d are there, want 5", n)
	}
}
