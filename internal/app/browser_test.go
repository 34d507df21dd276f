package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"nhipcau/internal/app"
	"nhipcau/internal/web"
)

// A browser is a real Chromium with a person before it who uses the keyboard.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string
	axe  string
	stop func() // ends the program
}

// openBrowser starts Chromium: the one NHIPCAU_TEST_CHROMIUM names, or one in
// the path. A machine without one fails the test and says what to install.
func openBrowser(t *testing.T, base string, more ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	if !web.Bundled() {
		t.Fatal("the bundle of styles and scripts is missing; run make build")
	}
	program := os.Getenv("NHIPCAU_TEST_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); program == "" && err == nil {
			program = p
		}
	}
	if program == "" {
		t.Fatal("there is no Chromium; install it (apt-get install chromium) or name one by NHIPCAU_TEST_CHROMIUM")
	}
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is missing; run npm ci: %v", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "vi"))
	options = append(options, more...)
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &browser{t, ctx, base, string(axe), stop}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)); err != nil { // the first starts the program, which lives as long as ctx
		t.Fatal(err)
	}
	return b
}

// patience is how long a step may wait for what it needs before it is given up.
const patience = time.Minute

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func evaluate[T any](b *browser, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// open goes to a page by its address.
func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base+path), chromedp.WaitReady("#main"))
}

// signIn types a login and the password and presses Enter.
func (b *browser) signIn(login string) {
	b.t.Helper()
	b.open("/login")
	b.tabTo("#login")
	b.do(chromedp.KeyEvent(login))
	b.tabTo("#password")
	b.do(chromedp.KeyEvent(app.DemoPassword), chromedp.KeyEvent(kb.Enter), chromedp.WaitReady("nav.menu"))
}

// tabTo presses Tab until what selector names has the focus.
func (b *browser) tabTo(selector string) {
	b.t.Helper()
	quoted, err := json.Marshal(selector)
	if err != nil {
		b.t.Fatal(err)
	}
	for range 400 {
		b.do(chromedp.KeyEvent(kb.Tab))
		if evaluate[bool](b, fmt.Sprintf("document.activeElement.matches(%s)", quoted)) {
			if !evaluate[bool](b, "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' || document.activeElement.type === 'radio' })()") {
				b.t.Errorf("%s has the focus and does not show it", selector)
			}
			return
		}
	}
	b.t.Fatalf("Tab never reaches %s on %s", selector, evaluate[string](b, "location.pathname"))
}

// enter presses Enter on what has the focus and waits for the page it leads to.
func (b *browser) enter(wait string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitReady(wait))
}

// check runs axe on the page as it is and reports what breaks WCAG 2.2 AA.
func (b *browser) check(name string) {
	b.t.Helper()
	evaluate[string](b, b.axe+"; ''")
	found := evaluate[string](b, `(async () => {
		const r = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})
		return r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).slice(0, 3).join(' | ')).join('\n')
	})()`)
	if found != "" {
		b.t.Errorf("%s:\n%s", name, found)
	}
	if n := evaluate[int](b, "document.querySelectorAll('h1').length"); n != 1 {
		b.t.Errorf("%s has %d h1", name, n)
	}
	if s := evaluate[string](b, "(document.body.innerText.match(/\\b(?:rollout|plan|report|directive|conference|attendance|account|org|web|nav|common|tally|app|paper|drafting|imports|intake|statement|form|reform|mail|remind)\\.[a-z_.]+/) || [''])[0]"); s != "" {
		b.t.Errorf("%s shows the key %q for its message", name, s)
	}
}

// fits reports a page that must be moved sideways at a width.
func (b *browser) fits(name string, width int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 844))
	if over := evaluate[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		widest := evaluate[string](b, "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, nav')).map(e => e.outerHTML.slice(0, 120)).slice(0, 3).join(' | ')")
		b.t.Errorf("%s is %d px too wide at %d px: %s", name, over, width, widest)
	}
}

// picture keeps a picture for the documents when the test runs with -update.
func (b *browser) picture(name string, width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil || len(png) == 0 {
		b.t.Fatalf("picture %s: %d bytes, %v", name, len(png), err)
	}
	if *update {
		dir := "../../docs/img"
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}

// offered sends one table with mistakes and one without, and returns their pages
// and that of one that was written.
func offered(t *testing.T, h *app.TestHouse, login string) map[string]string {
	t.Helper()
	p := &player{t: t, h: h}
	p.reset()
	const head = "STT;Mã đoàn viên;Họ và tên;Mã đơn vị;Ngày vào;Chức vụ;Điện thoại;Thư điện tử\n"
	p.files["danh-sach-doan-vien-moi-ket-nap-dot-26-thang-3.csv"] = []byte(head + "1;nk-0001;Nguyễn Thị Ngọc Ánh;tccs-07;26/3/2020;;0905 000 001;ngoc.anh@example.vn\n")
	p.files["sai.csv"] = []byte(head + "1;nk-0002;;tccs-99;31/02/2020;;;\n2;nk-0003;Lê Văn Bảy;doan-khoi-cac-co-quan-khong-co-trong-so;26/3/2020;;;\n3;Tổng cộng;;;;;;\n")
	all := map[string]string{}
	for _, c := range []struct{ name, file string }{
		{"an import with mistakes", "sai.csv"},
		{"an import to confirm", "danh-sach-doan-vien-moi-ket-nap-dot-26-thang-3.csv"},
		{"an import that was written", "danh-sach-doan-vien-moi-ket-nap-dot-26-thang-3.csv"},
	} {
		if err := p.as(login); err != nil {
			t.Fatal(err)
		}
		if err := p.post("/imports", []string{"kind=members", "file=@" + c.file}); err != nil || p.status != 200 {
			t.Fatal(p.status, err, p.body)
		}
		all[c.name] = p.at
	}
	if err := p.post(all["an import that was written"]+"/application", nil); err != nil || p.status != 200 {
		t.Fatal(p.status, err, p.body)
	}
	return all
}

// menuOnTelephone opens the menu of a narrow page by the keyboard and follows it.
func menuOnTelephone(b *browser) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(390, 844))
	b.open("/units")
	const shown = "document.querySelector('nav.menu').getClientRects().length > 0"
	if evaluate[bool](b, shown) {
		b.t.Error("on a telephone the menu stands in the way of the page")
	}
	b.tabTo("button[popovertarget=menu]")
	b.enter("nav.menu:popover-open")
	b.check("the open menu on a telephone")
	b.tabTo("nav.menu a[href='/papers']")
	b.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitReady("nav.menu a[href='/papers'][aria-current]"))
	b.do(chromedp.EmulateViewport(1280, 900))
	if !evaluate[bool](b, shown) {
		b.t.Error("on a wide page the menu does not stand")
	}
}

// TestBrowser walks the demonstration with the keyboard and looks at every page
// it meets: WCAG 2.2 AA by axe, focus that shows, nothing to move sideways on a
// telephone.
// manyUnits types a table of a reform, looks at what it would do, and lets it wait
// for its day.
func manyUnits(b *browser, look func(name string)) {
	b.t.Helper()
	b.open("/reforms/many")
	look("a reform of many units to enter")
	for selector, text := range map[string]string{
		"#day": "18/01/2024", "#decision": "De an so 3",
		"#text": "thanh lap; gop; doan-khoi; Chi doan gop; ; chi doan\nnhap vao; tccs-08; gop\nnhap vao; tccs-09; gop\nnhap vao; tccs-10; tccs-11\nnhap vao; tccs-10; tccs-12",
	} {
		b.do(chromedp.Focus(selector), chromedp.KeyEvent(text))
	}
	b.do(chromedp.Focus("main form .buttons button"))
	b.enter("#preview")
	look("what a reform of many units would do")
	page := evaluate[string](b, "document.querySelector('main').innerText")
	for _, want := range []string{"Bản thử", "Thành lập", "Học tập chuyên đề năm 2024", "ước tính"} {
		if !strings.Contains(page, want) {
			b.t.Errorf("the trial of a reform does not say %q:\n%s", want, page)
		}
	}
	b.picture("reform", 1280, 900)
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Focus("form[action$=making] button"))
	b.enter("form[action$=undoing]")
	look("a reform that waits for its day")
}

func TestBrowser(t *testing.T) {
	t.Parallel()
	h := app.NewDemoHouse(t)
	statements := openStatements(t, h)
	form, period := openForm(t, h)
	b := openBrowser(t, h.URL)
	b.open("/login")
	b.check("sign-in")
	b.signIn("donvi07")
	look := func(name string) {
		t.Helper()
		b.check(name)
		b.fits(name, 390)
		b.fits(name, 360)
		b.do(chromedp.EmulateViewport(1280, 900))
	}
	look("my work")
	b.picture("work", 1280, 800)

	// The secretary of unit 07 adopts the plan that waits for her.
	b.tabTo("a[href^='/plans/']:not([href*=new]).btn")
	b.enter("form[action$=adoption]")
	look("a plan to adopt")
	b.tabTo("form[action$=adoption] button")
	b.enter(".said")
	if s := evaluate[string](b, "document.querySelector('main').innerText"); !strings.Contains(s, "thông qua ngày 17/01/2024") {
		t.Errorf("after adoption the page says\n%s", s)
	}
	look("an adopted plan")

	// The secretary of the bloc follows a figure down to the roll.
	b.open("/me")
	b.tabTo("details.me summary")
	b.enter("details.me[open]")
	b.tabTo("form[action='/sign-out'] button")
	b.enter("#login")
	b.signIn("bikhu")
	b.tabTo("a[href='/rollouts']")
	b.enter("a[href^='/rollouts/']")
	look("rollouts")
	b.tabTo("tbody a[href^='/rollouts/']")
	b.enter(".steps")
	look("a rollout")
	b.picture("rollout", 1280, 900)
	b.picture("rollout-phone", 390, 844)
	b.do(chromedp.EmulateViewport(1280, 900))
	rollout := evaluate[string](b, "location.pathname")
	b.tabTo(".steps a.trace")
	b.enter("table")
	look("a trace")
	b.picture("trace", 1280, 800)
	for _, path := range []string{
		rollout + "/pending", rollout + "/units/tccs-15", rollout + "/units/tccs-12", rollout + "/units/tccs-12/declaration", rollout + "?state=late",
		"/rollouts/new", "/directives", "/directives/new", "/conferences", "/conferences/new", "/plans", "/reports", "/reports/new",
		"/statements", "/statements/new", statements, statements + "/units/tccs-07", statements + "/units/tccs-08",
		"/forms", "/forms/new", "/forms/" + form, "/periods/" + period + "/units/doan-khoi", "/periods/" + period + "/units/doan-khoi?item=item_1&item=item_8",
		"/periods/" + period + "/returns/tccs-07", "/periods/" + period + "/returns/tccs-08", "/periods/" + period + "/lacking/doan-khoi",
		"/units", "/units/tccs-07", "/units/tccs-07/members", "/me", "/notices", "/search?q=nguyen", "/accounts", "/nowhere", "/me/mail", "/reminders",
		"/papers", "/units/tccs-07/letterhead", "/reforms",
		"/imports", "/imports/new?kind=members", "/imports/new?kind=figures", "/imports/new?kind=attendance",
		"/tasks", "/tasks/new", "/tasks?view=board", "/targets", "/targets/new", "/guidance", "/guidance/new", "/opinions", "/holidays",
		"/forms/" + form + "/calendar", "/forms/" + form + "/punctuality", "/periods/" + period + "/deadlines", "/periods/" + period + "/summary/doan-khoi",
		"/periods/" + period + "/summary/doan-khoi/tables", "/periods/" + period + "/report/doan-khoi", "/units/doan-khoi/overview", "/units/doan-khoi/pivot",
		"/units/doan-khoi/map", "/units/doan-khoi/compare?period=" + period,
	} {
		b.open(path)
		look(path)
	}
	for path, link := range map[string]string{
		"/conferences": "tbody a[href^='/conferences/']", "/plans": "tbody a[href^='/plans/']", "/reports": "tbody a[href^='/reports/']",
		"/directives": "tbody a[href^='/directives/']", "/units/tccs-07/members": "tbody a[href^='/members/']",
	} {
		b.open(path)
		b.tabTo(link)
		b.enter("h1")
		b.do(chromedp.WaitReady("#main"))
		look("the first of " + path)
	}
	b.open("/conferences?q=chuyen+de+nam+2024")
	b.tabTo("tbody a[href^='/conferences/']")
	b.enter(".stages")
	conference := evaluate[string](b, "location.pathname")
	b.open(conference + "/minutes")
	b.tabTo("form[action$=draft] button")
	b.enter(".said")
	for _, path := range []string{"/programme", "/photos", "/copy", "/minutes", "/minutes/edit"} {
		b.open(conference + path)
		evaluate[string](b, "document.querySelectorAll('main details').forEach(d => d.open = true); ''")
		look(conference + path)
	}
	b.open("/conferences/patterns")
	look("patterns of conferences")
	for name, path := range offered(t, h, "bikhu") {
		b.open(path)
		look(name)
	}
	b.open("/imports")
	look("the history of imports")
	b.open(rollout)
	b.tabTo(".ways a[href^='/sheets/']")
	b.enter("#seals")
	look("figures nobody has signed")
	b.tabTo("form[action$=seal] button")
	b.enter(".said")
	look("signed figures")
	if s := evaluate[string](b, "document.querySelector('.heading').innerText"); !strings.Contains(s, "Học tập chuyên đề năm 2024") {
		t.Errorf("the page of the seals does not say what is signed:\n%s", s)
	}

	b.open("/api")
	evaluate[string](b, "document.querySelectorAll('details.operation').forEach(d => d.open = true); ''")
	look("what programs may ask")
	// The clerk of a unit calls the roll of a conference she plans.
	b.open("/me")
	b.tabTo("details.me summary")
	b.enter("details.me[open]")
	b.tabTo("form[action='/sign-out'] button")
	b.enter("#login")
	b.signIn("thuky07")
	b.open("/conferences/new?sort=makeup&rollout=" + strings.TrimPrefix(rollout, "/rollouts/"))
	look("a make-up session")
	b.tabTo("main form .buttons button")
	b.enter("form[action$=convening]")
	b.tabTo("form[action$=convening] button")
	b.enter("a[href$=roll]")
	b.tabTo("a[href$=roll]")
	b.enter(".marks")
	look("the roll")
	b.picture("roll-phone", 390, 844)
	b.do(chromedp.EmulateViewport(1280, 900))
	b.tabTo(".marks input[type=radio]")
	b.do(chromedp.KeyEvent(" "))
	b.tabTo("main form .buttons button")
	b.enter(".said")
	b.tabTo("form[action$=closure] button")
	b.enter(".steps a.trace")
	if s := evaluate[string](b, "document.querySelector('main').innerText"); !strings.Contains(s, "Đã kết thúc") {
		t.Errorf("after closing the page says\n%s", s)
	}
	// The administrator looks through the outgoing mail.
	b.open("/me")
	b.tabTo("details.me summary")
	b.enter("details.me[open]")
	b.tabTo("form[action='/sign-out'] button")
	b.enter("#login")
	b.signIn("quantri")
	b.open("/mail")
	look("the outgoing mail")
	b.open("/reforms/new?unit=tccs-08")
	look("a reorganisation to enter")
	b.open("/reforms/new?unit=tccs-08&kind=close")
	look("the end of a unit to enter")
	manyUnits(b, look)
	menuOnTelephone(b)
	if n, details, err := h.Prove(t.Context()); err != nil || n != 0 {
		t.Errorf("the proof finds %d mismatches, %v\n%s", n, err, strings.Join(details, "\n"))
	}
}
