package app_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"nhipcau/internal/app"
)

// openOpinion returns the consultation of the demonstration that is open, in which a
// member of unit 07 has commented on a passage; somebody of that unit has spoken at a
// conference too.
func openOpinion(t *testing.T, h *app.TestHouse) string {
	t.Helper()
	p := &player{t: t, h: h}
	p.reset()
	deed := func(err error) {
		t.Helper()
		if err != nil || p.status != 200 {
			t.Fatalf("%v, status %d\n%s", err, p.status, p.body)
		}
	}
	deed(p.as("vanthu"))
	deed(p.get("/opinions"))
	deed(p.do([]string{"take", "ID", `href="/opinions/([a-z0-9]{12})"`}))
	id := p.vars["ID"]
	deed(p.get("/opinions/" + id + "/text"))
	deed(p.do([]string{"take", "BLOCK", `data-block="([^"]+)"`}))
	deed(p.post("/conferences", []string{"title=Hội nghị góp ý", "sort=main", "mode=online", "day=20/1/2024", "units=tccs-01"}))
	deed(p.post("/opinions/"+id+"/heard", []string{
		"conference=" + strings.TrimPrefix(p.at, "/conferences/"), "unit=tccs-07", "name=Lê Văn Nam", "block=" + p.vars["BLOCK"], "text=Nên ghi rõ quý",
	}))
	return id
}

// A passage that is selected leads to a form about it; every page of a consultation can
// be used by everybody, and fits a telephone.
func TestBrowserOpinion(t *testing.T) {
	t.Parallel()
	h := app.NewDemoHouse(t)
	at := "/opinions/" + openOpinion(t, h)
	b := openBrowser(t, h.URL)
	look := func(path string) {
		t.Helper()
		b.open(path)
		b.check(path)
		b.fits(path, 390)
		b.do(chromedp.EmulateViewport(1280, 900))
	}
	b.signIn("thuky07")
	b.open(at + "/text")
	evaluate[string](b, `(() => {
		const text = document.querySelector('[data-block] mark').firstChild
		getSelection().setBaseAndExtent(text, 1, text.nextSibling ?? text.parentNode.nextSibling, 4)
		return ''
	})()`)
	b.do(chromedp.WaitVisible(".pick a"), chromedp.Click(".pick a"), chromedp.WaitReady(".note-form"))
	if got := evaluate[string](b, "document.querySelector('.note-form .quote').textContent"); got != "ông trình thanh niên gắn" {
		t.Errorf("the form is about %q", got)
	}
	b.check("a comment being written")
	for _, path := range []string{"/opinions", at, at + "/text", at + "/gathering", at + "/points", at + "/missing", at + "/table"} {
		look(path)
	}
}
