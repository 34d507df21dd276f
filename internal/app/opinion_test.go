package app_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"nhipcau/internal/app"
)

// openOpinion puts a draft of the bloc before the units under it, and has a member of
// unit 07 comment on it; somebody of that unit has spoken at a conference.
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
	deed(p.post("/plans", []string{"rollout=" + h.Rollout(), "title=Chương trình của Đoàn khối", "goal-1-text=Học tập Nghị quyết", "goal-1-target=100%"}))
	plan := strings.TrimPrefix(p.at, "/plans/")
	deed(p.post("/drafts/plan/"+plan, []string{
		"version=0", "base=", "block=aaaaaaaa", "kind-aaaaaaaa=text", "aaaaaaaa=Phấn đấu 100% đoàn viên được học tập.",
	}))
	deed(p.get("/drafts/plan/" + plan))
	deed(p.do([]string{"take", "V", `name="version" value="([0-9]+)"`}))
	deed(p.post("/drafts/plan/"+plan+"/versions", []string{"version=" + p.vars["V"]}))
	deed(p.post("/opinions", []string{
		"of=plan", "owner=" + plan, "n=1", "title=Dự thảo chương trình", "wording=until", "day=31/12/2029", "whom=under", "steps=1",
	}))
	id := strings.TrimPrefix(p.at, "/opinions/")
	deed(p.post("/conferences", []string{"title=Hội nghị góp ý", "sort=main", "mode=online", "day=20/1/2024", "units=tccs-01"}))
	deed(p.post("/opinions/"+id+"/heard", []string{
		"conference=" + strings.TrimPrefix(p.at, "/conferences/"), "unit=tccs-07", "name=Lê Văn Nam", "block=aaaaaaaa", "text=Nên ghi rõ quý",
	}))
	deed(p.as("doanvien"))
	deed(p.post("/opinions/"+id+"/comments", []string{"block=aaaaaaaa", "from=9", "to=13", "text=Khó đạt", "suggest=98%"}))
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
		getSelection().setBaseAndExtent(text, 1, text.nextSibling ?? text.parentNode.nextSibling, 5)
		return ''
	})()`)
	b.do(chromedp.WaitVisible(".pick a"), chromedp.Click(".pick a"), chromedp.WaitReady(".note-form"))
	if got := evaluate[string](b, "document.querySelector('.note-form .quote').textContent"); got != "00% đoàn" {
		t.Errorf("the form is about %q", got)
	}
	b.check("a comment being written")
	for _, path := range []string{"/opinions", at, at + "/text", at + "/gathering", at + "/points", at + "/missing", at + "/table"} {
		look(path)
	}
}
