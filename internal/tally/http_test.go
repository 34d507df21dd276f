package tally_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/figures"
	"nhipcau/internal/i18n"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

// lanes is what the slice that owns the kind says about its lanes.
var lanes = fstest.MapFS{
	"locale/vi.json": {Data: []byte(`{"tally.lane.study.held": "đơn vị đã tổ chức", "tally.lane.study.persons": "người đã học", "conf.label": "Hội nghị %s"}`)},
	"locale/en.json": {Data: []byte(`{"tally.lane.study.held": "units that held it", "tally.lane.study.persons": "people reached", "conf.label": "Conference %s"}`)},
}

// site serves the traces of g to whoever by names at the time.
func (g *grove) site(by *auth.Actor) *web.Site {
	g.t.Helper()
	catalog, err := i18n.Load(web.Locale, tally.Locale, lanes)
	if err != nil {
		g.t.Fatal(err)
	}
	if bad := catalog.Problems(); len(bad) > 0 {
		g.t.Error(bad)
	}
	site := web.NewSite(web.Config{
		Catalog: catalog, Log: slog.New(slog.DiscardHandler), DB: g.d,
		Authenticate: func(*http.Request) (auth.Actor, error) { return *by, nil },
	})
	figures.Register(site, g.d, []*tally.Kind{kind}, map[string]figures.SourcePage{"conference": {
		Label: func(p web.Page, id string) string { return p.T("conf.label", id) },
		Href: func(id, unitKey, lane string) string {
			return "/conferences/" + id + "?unit=" + unitKey + "&lane=" + lane
		},
	}}, nil)
	return site
}

func get(site *web.Site, path string, lang i18n.Lang) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
	r.AddCookie(&http.Cookie{Name: "lang", Value: string(lang)})
	site.ServeHTTP(w, r)
	return w
}

func TestTracePage(t *testing.T) {
	g := plant(t, attached(dbtest.Open(t)), small)
	g.must(3, tally.Delta{held: 1, persons: 1200})
	g.must(5, tally.Delta{persons: 34})
	g.must(3, tally.Delta{persons: -5})
	declared := g.entry(4, tally.Delta{persons: 20})
	declared.Source, declared.Reason = tally.Source{Kind: "paper", ID: "x"}, "<b>chưa có mạng</b>"
	declared.Declared = tally.Declaration{Signer: "Trần Văn Ba", Paper: "Biên bản 12"}
	dbtest.Write(t, g.d, func(ctx context.Context, tx *db.Tx) error { return tally.Post(ctx, tx, auth.System(treeKey), declared) })

	secretary := g.at(0)
	branch := g.at(1)
	path := func(unit int, lane string, subtree bool) string {
		return tally.Href(g.sheet, g.keys[unit], lane, subtree)
	}
	for _, c := range []struct {
		who    string
		as     auth.Actor
		path   string
		lang   i18n.Lang
		status int
		want   []string
		not    []string
	}{
		{"secretary", secretary, path(0, "persons", true), i18n.Vietnamese, 200, []string{
			"1.249", "người đã học", "Chi đoàn u0", "gồm cả đơn vị trực thuộc", "+1.200", "+34", "−5", "+20",
			`href="/conferences/c3?unit=u3&amp;lane=persons"`, "Hội nghị c3", "12:00 02/11/2020", "Lê Thị Chi", "khai báo",
			"Người ký: Trần Văn Ba. Căn cứ: Biên bản 12.", "&lt;b&gt;chưa có mạng", "Hệ thống", "Hệ thống tự ghi", "<tfoot>", `href="/units/u4"`,
		}, []string{"<b>chưa", "after=", "tally."}},
		{"secretary, in English", secretary, path(0, "persons", true), i18n.English, 200, []string{"people reached", "Conference c3", "declared"}, []string{"tally."}},
		{"secretary, own", secretary, path(3, "persons", false), i18n.Vietnamese, 200, []string{"1.195", "của riêng đơn vị", "−5"}, []string{"+34", "tally."}},
		{"secretary, nothing posted", secretary, path(2, "held", true), i18n.Vietnamese, 200, []string{"chưa có số liệu", "Chưa có lần ghi nào"}, []string{"<table"}},
		{"secretary, past the end", secretary, path(0, "persons", true) + "&after=99999999999", i18n.Vietnamese, 200, []string{"Không còn lần ghi nào"}, []string{"<table"}},
		{"branch", branch, path(1, "persons", true), i18n.Vietnamese, 200, []string{"1.215", "+1.200"}, []string{"+34", "Chi đoàn u0"}},
		{"branch, above", branch, path(0, "persons", true), i18n.Vietnamese, 404, nil, []string{"1.249"}},
		{"branch, beside", branch, path(2, "persons", true), i18n.Vietnamese, 404, nil, []string{"34"}},
		{"nobody", auth.Actor{}, path(0, "persons", true), i18n.Vietnamese, 303, nil, nil},
		{"no such lane", secretary, path(0, "votes", true), i18n.Vietnamese, 404, nil, nil},
		{"no such sheet", secretary, "/figures/12/u0/persons", i18n.Vietnamese, 404, nil, nil},
		{"a sheet that is no number", secretary, "/figures/x/u0/persons", i18n.Vietnamese, 404, nil, nil},
	} {
		by := c.as
		w := get(g.site(&by), c.path, c.lang)
		if w.Code != c.status {
			t.Errorf("%s %s: got %d, want %d", c.who, c.path, w.Code, c.status)
		}
		for _, s := range c.want {
			if !strings.Contains(w.Body.String(), s) {
				t.Errorf("%s %s: the page lacks %q", c.who, c.path, s)
			}
		}
		for _, s := range c.not {
			if strings.Contains(w.Body.String(), s) {
				t.Errorf("%s %s: the page has %q", c.who, c.path, s)
			}
		}
		if t.Failed() {
			t.Log(w.Body.String())
			return
		}
	}
}

// A long trace is read page by page.
func TestTracePages(t *testing.T) {
	g := plant(t, attached(dbtest.Open(t)), small)
	dbtest.Write(t, g.d, func(ctx context.Context, tx *db.Tx) error {
		for i := range 120 {
			if err := tally.Post(ctx, tx, g.by, g.entry(3, tally.Delta{persons: int64(1000 + i)})); err != nil {
				return err
			}
		}
		return nil
	})
	by := g.at(0)
	site := g.site(&by)
	next, rows := tally.Href(g.sheet, "u0", "persons", true), 0
	for pages := 1; next != ""; pages++ {
		body := get(site, next, i18n.Vietnamese).Body.String()
		if pages > 3 || strings.Contains(body, "<tfoot>") {
			t.Fatalf("page %d of 3: %s", pages, body)
		}
		for i := range 120 {
			if strings.Contains(body, fmt.Sprintf("+1.%03d<", i)) {
				rows++
			}
		}
		_, after, more := strings.Cut(body, `rel="next" href="`)
		next = ""
		if more {
			next, _, _ = strings.Cut(after, `"`)
			next = strings.ReplaceAll(next, "&amp;", "&")
		}
	}
	if rows != 120 {
		t.Errorf("got %d posts on all pages, want 120", rows)
	}
}
