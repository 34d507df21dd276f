package app_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// TestWhatTheBrowserShows: a paper of PDF and a photograph are shown by the browser
// itself, with nothing allowed but that; a paper of Word is saved. A photograph has
// been made anew.
func TestWhatTheBrowserShows(t *testing.T) {
	h := app.NewTestHouse(t)
	if err := h.Found(1); err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, h: h}
	p.reset()
	photo := image.NewRGBA(image.Rect(0, 0, 900, 600))
	for i := range photo.Pix {
		photo.Pix[i] = 200
	}
	photo.Set(1, 1, color.Black)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, photo, nil); err != nil {
		t.Fatal(err)
	}
	p.files["anh.jpg"] = append([]byte("\xff\xd8\xff\xfe\x00\x08secret"), b.Bytes()[2:]...) // a comment in the file
	p.files["de-cuong.pdf"] = []byte("%PDF-1.4\n%%EOF\n")
	p.files["trang.txt"] = []byte("<script>alert(1)</script>")
	do := func(line string) {
		t.Helper()
		if err := p.do(words(p.expand(line))); err != nil {
			t.Fatalf("%s: %v at %s, status %d: %s", line, err, p.at, p.status, p.body)
		}
	}
	do("as bikhu")
	do("post /conferences title=Hội sort=main mode=in_person day=2020-10-20 topic=Một units=tccs-01")
	do("take C /conferences/([a-z0-9]+)")
	do("get /conferences/$C/programme/edit")
	do(`take T 'name="id-0" value="([a-z0-9]+)"'`)
	do("post /conferences/$C/photos caption=Khai open=1 file=@anh.jpg")
	do("see Khai")
	do("take PHOTO /photos/([a-z0-9]+)/small")
	do("post /conferences/$C/photos caption=Sai file=@trang.txt")
	do("status 422")
	do("post /conferences/$C/materials topic=$T open=1 file=@de-cuong.pdf")
	do("take PDF /materials/([a-z0-9]+)")
	do("post /conferences/$C/materials topic=$T file=@trang.txt title=Chữ")
	do("take TXT '/materials/([a-z0-9]+)\">Chữ'")
	do("get /conferences/$C/photos/$PHOTO")
	if strings.Contains(p.raw, "secret") || !strings.HasPrefix(p.raw, "\xff\xd8\xff") {
		t.Error("the photograph is as it came")
	}
	do("post /conferences/$C/convening version=1")
	do("post /conferences/$C/programme/visibility visibility=public")
	do("take P /p/([a-z0-9]+)")
	for path, want := range map[string][3]string{ // type, disposition, policy
		"/conferences/$C/materials/$PDF": {"application/pdf", "inline", "default-src 'none'; object-src 'self'"},
		"/conferences/$C/materials/$TXT": {"text/plain", "inline", "sandbox; default-src 'none'"},
		"/conferences/$C/programme.docx": {"application/vnd", "attachment", "sandbox"},
		"/conferences/$C/programme.ics":  {"text/calendar", "attachment", "sandbox"},
		"/p/$P/photos/$PHOTO":            {"image/jpeg", "inline", "sandbox; default-src 'none'"},
		"/p/$P/photos/$PHOTO/small":      {"image/jpeg", "inline", "sandbox; default-src 'none'"},
		"/p/$P/materials/$PDF":           {"application/pdf", "inline", "default-src 'none'; object-src 'self'"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+p.expand(path), nil)
		if err != nil {
			t.Fatal(err)
		}
		client := p.people["bikhu"]
		if strings.HasPrefix(path, "/p/") {
			client = http.DefaultClient
		}
		a, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		for i, name := range []string{"Content-Type", "Content-Disposition", "Content-Security-Policy"} {
			if got := a.Header.Get(name); !strings.HasPrefix(got, want[i]) || strings.Contains(got, "script-src") {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may be sniffed", path)
		}
	}
	p.who = ""
	do("get /p/$P/materials/$TXT")
	do("status 404")
}
