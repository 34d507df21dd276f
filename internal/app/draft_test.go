package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"nhipcau/internal/app"
)

// planned makes unit 07 a plan whose text can be written, and returns the address of
// the text.
func planned(t *testing.T, h *app.TestHouse) string {
	t.Helper()
	p := &player{t: t, h: h}
	p.reset()
	p.script(t, `
		bloc 7
		clock 2020-10-12 08:00
		as vanthu
		post /directives kind=NQ number=59 symbol=NQ/TW 'issuer=Bộ Chính trị' issued=5/8/2020 'subject=Về Cần Thơ'
		take D /directives/([a-z0-9]+)
		post /rollouts 'title=Học tập Nghị quyết 59' scope=doan-khoi directive=$D mode-$D=study adopt-1=1 adopt-1-wording=before adopt-1-day=2020-11-15
		take R /rollouts/([a-z0-9]+)
		post /rollouts/$R/submission version=1
		as bikhu
		post /rollouts/$R/approval version=2
		jobs
		as donvi07
		post /plans rollout=$R 'title=Chương trình của đơn vị 07' 'basis=Căn cứ Nghị quyết 59' 'goal-1-text=Mọi đoàn viên được học' goal-1-target=100% 'task-1-text=Mở lớp học tập' 'task-1-lead=Ban Chấp hành' 'task-1-deliverable=Biên bản' task-1-day=10/11/2020 task-1-wording=until
		take P /plans/([a-z0-9]+)`)
	return "/drafts/plan/" + p.vars["P"]
}

// until waits until what a script says is true.
func (b *browser) until(what string) {
	b.t.Helper()
	if !evaluate[bool](b, fmt.Sprintf("new Promise(done => { const look = () => (%s) ? done(true) : setTimeout(look, 50); look() })", what)) {
		b.t.Fatal(what)
	}
}

// cursor puts the cursor at the end of the paragraph that holds words.
func (b *browser) cursor(words string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`(() => {
		const p = [...document.querySelectorAll('.ProseMirror .block > p')].find(p => p.textContent.includes(%q))
		if (!p) return false
		document.querySelector('.ProseMirror').focus()
		const at = document.createRange()
		at.selectNodeContents(p)
		at.collapse(false)
		getSelection().removeAllRanges()
		getSelection().addRange(at)
		return true
	})()`, words))
}

func (b *browser) written() string {
	b.t.Helper()
	return evaluate[string](b, "[...document.querySelectorAll('.ProseMirror .block > p')].map(p => p.textContent).join('|')")
}

const (
	ready  = "document.documentElement.dataset.editing === 'ready'"
	stored = "document.querySelector('[data-state]').dataset.state === 'saved'"
)

// TestBrowserDraft lets two people write one text: what is typed is there after a
// reload, what one writes comes to the other, and where both write in one paragraph,
// one of them without a connection, both texts are there in the end.
func TestBrowserDraft(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	at := planned(t, h)
	one := openBrowser(t, h.URL)
	one.signIn("donvi07")
	one.open(at + "/edit")
	one.until(ready)
	one.check("the editor")
	one.fits("the editor", 390)
	one.do(chromedp.EmulateViewport(1280, 900))

	one.cursor("Căn cứ")
	one.do(chromedp.KeyEvent(" và Kế hoạch 08"), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent("Đoạn mới"))
	one.until(stored)
	one.open(at + "/edit")
	one.until(ready)
	if got := one.written(); !strings.HasPrefix(got, "Căn cứ Nghị quyết 59 và Kế hoạch 08|Đoạn mới|Mục tiêu|") {
		t.Fatal(got)
	}
	if names := evaluate[int](one, "new Set([...document.querySelectorAll('.ProseMirror .block')].map(e => e.dataset.id).filter(id => /^[a-z]{8}$/.test(id))).size"); names != len(strings.Split(one.written(), "|")) {
		t.Errorf("%d paragraphs have a name of their own", names)
	}

	two := openBrowser(t, h.URL)
	two.signIn("thuky07")
	two.open(at + "/edit")
	two.until(ready)
	one.until("document.querySelector('[data-say=people]').textContent.includes(', ')")
	two.cursor("Mở lớp học tập")
	two.do(chromedp.KeyEvent(" cho đoàn viên"))
	evaluate[bool](two, `(() => { const f = document.querySelector('.ProseMirror [data-field=partners]'); f.value = 'Chi đoàn'; return f.dispatchEvent(new Event('input', { bubbles: true })) })()`)
	two.until(stored)
	one.until("document.querySelector('.ProseMirror').textContent.includes('cho đoàn viên') && document.querySelector('.ProseMirror [data-field=partners]').value === 'Chi đoàn'")

	// What is pasted from Word becomes paragraphs.
	one.cursor("Đoạn mới")
	one.do(chromedp.KeyEvent(kb.Enter))
	evaluate[bool](one, `(() => {
		const data = new DataTransfer()
		data.setData('text/html', "<html><body><h1>II. Từ Word</h1><p class=MsoNormal style='mso-list:l0 level1'><span style='mso-list:Ignore'>1.</span>Ý <b>đậm</b></p><script>document.title = 'hỏng'</scr" + "ipt></body></html>")
		return document.querySelector('.ProseMirror').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
	})()`)
	one.until("document.querySelector('.ProseMirror .k-item strong')?.textContent === 'đậm'")
	one.until(stored)
	two.until("document.querySelector('.ProseMirror').textContent.includes('Từ Word')")

	// One writes without a connection, and leaves; the other writes in the same place.
	evaluate[bool](two, "window.fetch = () => Promise.reject(new Error('offline')), true")
	two.cursor("Đoạn mới")
	two.do(chromedp.KeyEvent(" của thư ký"))
	two.until("document.querySelector('[data-state]').dataset.state === 'offline'")
	one.cursor("Đoạn mới")
	one.do(chromedp.KeyEvent(" của bí thư"))
	one.until(stored)
	two.open(at + "/edit")
	two.until("!document.querySelector('[data-clash]').hidden")
	if got := two.written(); !strings.Contains(got, "Đoạn mới của thư ký") {
		t.Errorf("lost: %s", got)
	}
	two.open(at + "/aside")
	two.check("two texts of one paragraph")
	two.fits("two texts of one paragraph", 390)
	two.do(chromedp.EmulateViewport(1280, 900), chromedp.Click("main form .btn.main"), chromedp.WaitReady("[data-tools]"))
	two.until(ready)
	if got := two.written(); !strings.Contains(got, "|Đoạn mới của bí thư|Đoạn mới của thư ký|") {
		t.Error(got)
	}
	one.until("document.querySelector('.ProseMirror').textContent.includes('của thư ký')")

	// Saved by the button, frozen and compared.
	two.do(chromedp.Click("[data-save]"), chromedp.WaitReady("form[action$=versions]"))
	two.check("the text of a paper")
	two.do(chromedp.Click("form[action$=versions] button"), chromedp.WaitReady(".hash"))
	two.check("a draft")
	two.open(at + "/comparison?from=n1")
	two.check("a comparison")
	two.fits("a comparison", 390)
	if n := evaluate[int](two, "document.querySelectorAll('ins').length"); n < 3 {
		t.Errorf("%d new passages are shown", n)
	}
}
