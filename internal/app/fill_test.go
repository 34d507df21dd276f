package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"nhipcau/internal/app"
)

// state waits until the page says of what was typed that it is kept somewhere.
func (b *browser) state(where string) {
	b.t.Helper()
	b.do(chromedp.WaitReady("[data-fill-state='" + where + "']"))
}

// into puts a text into a field as somebody types it, in place of what is there.
func (b *browser) into(item, text string) {
	b.t.Helper()
	id := "figures." + item
	evaluate[bool](b, fmt.Sprintf("(() => { const e = document.getElementById(%q); e.focus(); e.select(); return true })()", id))
	b.do(chromedp.KeyEvent(text))
}

// press presses a button with the mouse.
func press(b *browser, selector string) {
	b.t.Helper()
	evaluate[bool](b, fmt.Sprintf("(() => { document.querySelector(%q).click(); return true })()", selector))
}

func (b *browser) value(item string) string {
	b.t.Helper()
	return evaluate[string](b, fmt.Sprintf("document.getElementById('figures.%s').value", item))
}

// What a unit types is checked at once and lost by nothing: a line that is cut, a page
// that is loaded anew, another clerk at the same report.
func TestBrowserFill(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	if err := h.Found(3); err != nil {
		t.Fatal(err)
	}
	_, period := h.Ask(t, 3)
	l := newLine(t, h.URL)
	b := openBrowser(t, l.URL)
	b.signIn("thuky07")
	at := "/periods/" + period + "/returns/tccs-03"
	b.open(at + "/fill")
	b.check("an empty return")
	for _, width := range []int64{1280, 390} {
		b.fits("an empty return", width)
	}

	// While typing: what is wrong, then right, in the way of the country.
	b.into("item_1", "rất đông")
	b.do(chromedp.WaitReady("[id='figures.item_1-wrong']"))
	b.into("item_1", "100001")
	if s := evaluate[string](b, "document.getElementById('figures.item_1-wrong').textContent"); s != "Từ 0 đến 100.000." && !strings.Contains(s, "100.000") {
		t.Errorf("got %q", s)
	}
	b.into("item_1", "1234")
	b.state("server")
	b.into("item_2", "7")
	b.state("server")
	if got := b.value("item_1"); got != "1.234" {
		t.Errorf("1234 is written %q", got)
	}

	// The line is cut: the page says so, and checks on; loaded anew later, all is there.
	l.cut.Store(true)
	b.into("item_2", "56")
	b.state("phone")
	b.into("item_3", "-9")
	b.do(chromedp.WaitReady("[id='figures.item_3-wrong']"))
	b.check("without a network")
	press(b, "form[data-fill] .btn.main")
	if got := b.value("item_2"); got != "56" {
		t.Errorf("submitting without a network left %q", got)
	}
	if err := chromedp.Do(b.ctx, chromedp.Navigate(l.URL+at+"/fill")); err == nil && evaluate[bool](b, "!!document.querySelector('form[data-fill]')") {
		t.Error("the line is not cut")
	}
	l.cut.Store(false)
	b.open(at + "/fill")
	if one, two, three := b.value("item_1"), b.value("item_2"), b.value("item_3"); one != "1.234" || two != "56" || three != "-9" {
		t.Errorf("come back to %q, %q, %q", one, two, three)
	}
	b.state("server")

	// Another clerk at the same report: what only they changed is taken, of what both
	// did this one is told and sees both.
	other := &player{t: t, h: h}
	other.reset()
	if err := other.as("donvi03"); err != nil {
		t.Fatal(err)
	}
	version := evaluate[string](b, "document.querySelector('[name=version]').value")
	if err := other.post(at+"/draft", []string{"version=" + version, "seen=0", "figures.item_1=1.300", "figures.item_2=60", "figures.item_3=-9"}); err != nil || other.status != http.StatusOK {
		t.Fatal(other.status, err, other.body)
	}
	b.into("item_2", "58")
	b.state("other")
	if got := b.value("item_1"); got != "1.300" {
		t.Errorf("what the other clerk typed alone is %q", got)
	}
	if s := evaluate[string](b, "document.querySelector('.other').innerText"); !strings.Contains(s, "60") || !strings.Contains(s, "Giữ 58") {
		t.Errorf("got %q", s)
	}
	b.check("two clerks")
	press(b, ".other button")
	b.state("server")
	if got := b.value("item_2"); got != "60" {
		t.Errorf("taken: %q", got)
	}

	// Submitted, nothing is left in the browser.
	b.into("item_3", "9")
	b.state("server")
	press(b, "form[data-fill] .btn.main")
	b.do(chromedp.WaitReady("#figures"))
	if got := evaluate[string](b, "document.querySelector('#main').innerText"); !strings.Contains(got, "1.300") || !strings.Contains(got, "60") {
		t.Errorf("got %q", got)
	}
	b.open(at + "/fill")
	if n := evaluate[int](b, "localStorage.length"); n != 0 {
		t.Errorf("%d things are left in the browser", n)
	}
}
