package atlas_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"nhipcau/internal/atlas"
	"nhipcau/internal/auth"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/i18n"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

// The page draws every province, with those islands that are theirs, says blank for
// what is blank, leads to traces, and is not for those who may not see the unit.
func (n *nation) testPage(t *testing.T) {
	catalog, err := i18n.Load(web.Locale, org.Locale, tally.Locale, formula.Locale, form.Locale, filing.Locale, atlas.Locale)
	if err != nil {
		t.Fatal(err)
	}
	by := n.clerk("tw")
	site := web.NewSite(web.Config{
		Catalog: catalog, Log: slog.New(slog.DiscardHandler), DB: n.db, Authenticate: func(*http.Request) (auth.Actor, error) { return by, nil },
	})
	atlas.Register(site, n.db)
	get := func(unit, path, lang string) (int, string) {
		by = n.clerk(unit)
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
		r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
		site.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	code, body := get("tw", "/units/tw/map?item=members&period="+n.period.ID, "vi")
	for _, want := range []string{
		"Hoàng Sa", "(Đà Nẵng)", "Trường Sa", "(Khánh Hòa)", "Biển Đông", "Đảng bộ Chính phủ",
		`aria-label="Đảng bộ tỉnh Hà Nội: Chưa có"`, `aria-label="Đảng bộ tỉnh Tuyên Quang: 0"`, `aria-label="Đảng bộ tỉnh Lai Châu: 5.000"`,
		tally.Href(n.period.Sheet, "t-12", filing.Lane(1), true),
	} {
		if code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%d, and the page has no %q", code, want)
		}
	}
	if tiles := strings.Count(body, `<a class="q`) + strings.Count(body, `<a class="blank"`); tiles != 34 || len(body) > 150_000 {
		t.Errorf("%d tiles, %d bytes", tiles, len(body))
	}
	for _, c := range []struct {
		unit, path, lang string
		code             int
		want             string
	}{
		{"tw", "/units/tw/map", "en", 200, "Share of reports received"},
		{"tw", "/units/tw/map?item=nonsense&per=nonsense&after=x&sort=x", "vi", 200, "Tỷ lệ đã báo cáo"},
		{"tw", "/units/tw/map?item=classes&per=members&sort=figure", "vi", 200, "Lớp học trên 100 Đảng viên"},
		{"tw", "/units/tw/map?item=learned&per=members", "vi", 200, "Đã học so với Đảng viên"},
		{"t-12", "/units/x-12/map", "vi", 200, "Không có đơn vị trực thuộc"},
		{"tw", "/units/tw/map?rollout=", "vi", 200, "Chưa có số liệu để vẽ bản đồ"},
		{"goc", "/units/goc/map", "vi", 200, "Chưa có số liệu để vẽ bản đồ"},
		{"goc", "/units/tw/map?form=none", "vi", 404, ""},
		{"tw", "/units/tw/map?period=none", "vi", 404, ""},
		{"tw", "/units/tw/map?rollout=none", "vi", 404, ""},
		{"t-12", "/units/tw/map", "vi", 404, ""},
		{"khac", "/units/khac/map?period=" + n.period.ID, "vi", 404, ""},
	} {
		if code, body := get(c.unit, c.path, c.lang); code != c.code || !strings.Contains(body, c.want) {
			t.Errorf("%s asks for %s: %d, without %q: %v", c.unit, c.path, code, c.want, !strings.Contains(body, c.want))
		}
	}
}
