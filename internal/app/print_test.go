package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"nhipcau/internal/app"
)

// TestBrowserPrints prints pages as a browser does: the paper shows the work and
// nothing of the frame, and a long table has its head on every page. Then it
// issues a letter.
func TestBrowserPrints(t *testing.T) {
	t.Parallel()
	h := app.NewDemoHouse(t)
	b := openBrowser(t, h.URL)
	b.open("/login")
	b.signIn("bikhu")
	pdf := func(name, path string) []string {
		t.Helper()
		b.open(path)
		made, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), name+".pdf")
		if err := os.WriteFile(file, made, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
		if err != nil {
			t.Fatalf("pdftotext (apt-get install poppler-utils): %v", err)
		}
		return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
	}
	rollout := pdf("rollout", "/rollouts/"+h.Rollout())
	if len(rollout) < 3 {
		t.Fatalf("the rollout takes %d pages", len(rollout))
	}
	head, heads := 0, regexp.MustCompile(`Đơn vị +Hội nghị +Đã học +Chương trình +Báo cáo`)
	for _, page := range rollout {
		for _, s := range []string{"Việc của tôi", "Đăng xuất", "Nhắc", "Thay bằng", "http"} {
			if strings.Contains(page, s) {
				t.Errorf("%q is printed:\n%s", s, page)
			}
		}
		if heads.MatchString(page) {
			head++
		}
	}
	if head < 3 {
		t.Errorf("the head of the table of units stands on %d pages", head)
	}
	holds(t, rollout[0], "Học tập chuyên đề năm 2024")
	holds(t, strings.Join(pdf("plans", "/plans"), " "), "Chương trình hành động", "của TCCS Đoàn số")

	// The pages of papers are for everybody too.
	for name, path := range map[string]string{
		"a reminder": "/rollouts/" + h.Rollout() + "/reminder", "the letterhead": "/units/doan-khoi/letterhead", "the register": "/papers",
	} {
		b.open(path)
		b.check(name)
		b.fits(name, 360)
		b.do(chromedp.EmulateViewport(1280, 900))
	}
	b.open("/rollouts/" + h.Rollout() + "/reminder")
	evaluate[string](b, "document.querySelector('#office').value = 'Bí thư'")
	b.tabTo("form[action$=reminder] button")
	b.enter(".said")
	b.check("an issued paper")
	b.fits("an issued paper", 360)
	if s := evaluate[string](b, "document.querySelector('main').innerText"); !strings.Contains(s, "01-CV/ĐTN") {
		t.Errorf("after issuing the page says\n%s", s)
	}
}
