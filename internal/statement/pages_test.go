package statement_test

import (
	"bytes"
	"context"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/directive"
	"nhipcau/internal/figures"
	"nhipcau/internal/file"
	"nhipcau/internal/i18n"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/statement"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

const pdf = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

// pages serves the house's pages to whom the test names.
type pages struct {
	*house
	site *web.Site
	by   auth.Actor
}

func serve(t *testing.T) *pages {
	t.Helper()
	p := &pages{house: build(t)}
	c, err := i18n.Load(web.Locale, file.Locale, org.Locale, tally.Locale, directive.Locale, rollout.Locale, statement.Locale)
	if err != nil {
		t.Fatal(err)
	}
	files, err := file.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	p.site = web.NewSite(web.Config{
		Catalog: c, Log: slog.New(slog.DiscardHandler), DB: p.db,
		Authenticate: func(*http.Request) (auth.Actor, error) { return p.by, nil },
	})
	statement.Register(p.site, p.db, files)
	figures.Register(p.site, p.db, []*tally.Kind{statement.Kind()}, nil, nil)
	return p
}

// ask sends a request of by; fields make it a form, with a file if there is one.
func (p *pages) ask(t *testing.T, by auth.Actor, method, path string, fields map[string]string, paper string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if paper != "" {
		w, err := m.CreateFormFile("file", "báo cáo.pdf")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := strings.NewReader(paper).WriteTo(w); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	p.by = by
	w := httptest.NewRecorder()
	p.site.ServeHTTP(w, r)
	return w
}

// TestPages: each page for each person.
func TestPages(t *testing.T) {
	p := serve(t)
	bloc, unit, cell, other := p.clerk("khoi"), p.clerk("mot"), p.clerk("to"), p.clerk("khac")
	f := p.opened(t)
	one, err := p.state(t, unit, f, "mot", says(
		statement.Figure{Item: "students", Value: 5700, Bound: statement.More, Words: "trên 5.700 học viên"},
		statement.Figure{Item: "share", Value: 9250, Bound: statement.Exact}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.state(t, bloc, f, "hai", says(statement.Figure{Item: "cells", Value: 9, Of: 27, Bound: statement.Less})); err != nil {
		t.Fatal(err)
	}
	form, trace := "/statements/"+f.ID, tally.Href(f.Sheet, "khoi", "value_2", true)
	for _, c := range []struct {
		name   string
		by     auth.Actor
		path   string
		status int
		want   []string
		not    []string
	}{
		{"a visitor is asked to sign in", auth.Actor{}, "/statements", http.StatusSeeOther, nil, nil},
		{"the owner's list", bloc, "/statements", http.StatusOK, []string{"Kết quả học tập", "2/3", `href="/statements/new"`}, nil},
		{"a unit's list", unit, "/statements", http.StatusOK, []string{"Kết quả học tập", "1/1"}, nil},
		{"a member's list", p.as("khoi", auth.Member), "/statements", http.StatusOK, []string{"Kết quả học tập"}, []string{`href="/statements/new"`}},
		{"nothing found", bloc, "/statements?q=xyz", http.StatusOK, []string{"Không có biểu nào khớp."}, []string{"Kết quả học tập"}},
		{"a list of nothing", other, "/statements", http.StatusOK, []string{"Chưa có biểu khai báo nào."}, nil},
		{"the form to open for a member", p.as("khoi", auth.Member), "/statements/new", http.StatusForbidden, nil, nil},
		{"the form to open", bloc, "/statements/new", http.StatusOK, []string{`name="item-20-label"`}, []string{`name="item-21-label"`}},
		{
			"the table", bloc, form, http.StatusOK,
			[]string{"hơn 5.700", "“trên 5.700 học viên”", "92,5", "không cộng", "gần 9", "gần 33,33", "chưa khai", "Báo cáo số 12-BC/ĐTN", `href="/stated/` + one.ID},
			[]string{"closure"},
		},
		{"the same for the secretary", p.secretary("khoi"), form, http.StatusOK, []string{form + "/closure"}, nil},
		{"the table of a unit", unit, form, http.StatusOK, []string{"hơn 5.700", "Tổng hợp: Đơn vị mot"}, []string{"gần 9", "Đơn vị hai"}},
		{"the table of a cell that has nothing", cell, form, http.StatusOK, []string{"Chưa đơn vị nào khai."}, []string{"5.700"}},
		{"the table beside", other, form, http.StatusNotFound, nil, []string{"5.700"}},
		{"a figure opens", bloc, trace, http.StatusOK, []string{"hơn 5.700", "Học viên", "Trần Văn Ký"}, nil},
		{"an item that is not asked", bloc, tally.Href(f.Sheet, "khoi", "value_5", true), http.StatusNotFound, nil, nil},
		{"how many have stated", bloc, tally.Href(f.Sheet, "khoi", "units", true), http.StatusOK, []string{"đơn vị đã khai"}, nil},
		{"a unit's statement, to correct", unit, form + "/units/mot", http.StatusOK, []string{`value="5.700"`, `value="92,5"`, `name="replaces" value="` + one.ID, "Rút khai báo"}, nil},
		{"the same for a member", p.as("mot", auth.Member), form + "/units/mot", http.StatusOK, []string{"hơn 5.700 học viên"}, []string{`name="replaces"`, "Rút khai báo"}},
		{"another unit's", unit, form + "/units/hai", http.StatusNotFound, nil, nil},
		{"a unit that is not asked", p.clerk("top"), form + "/units/khac", http.StatusNotFound, nil, nil},
		{"a statement by its id", bloc, "/stated/" + one.ID, http.StatusSeeOther, nil, nil},
		{"a statement beside", p.clerk("hai"), "/stated/" + one.ID, http.StatusNotFound, nil, nil},
		{"its file, which it has not", bloc, "/stated/" + one.ID + "/file", http.StatusNotFound, nil, nil},
	} {
		w := p.ask(t, c.by, http.MethodGet, c.path, nil, "")
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.status)
		}
		for _, s := range c.want {
			if !strings.Contains(w.Body.String(), s) {
				t.Errorf("%s lacks %q", c.name, s)
			}
		}
		for _, s := range c.not {
			if strings.Contains(w.Body.String(), s) {
				t.Errorf("%s has %q", c.name, s)
			}
		}
	}
}

// TestStatePage: a statement with its file is entered once, however often the
// button is pressed; what is refused stays as typed.
func TestStatePage(t *testing.T) {
	p := serve(t)
	f := p.opened(t)
	path := "/statements/" + f.ID + "/units/mot"
	typed := func(change map[string]string) map[string]string {
		all := map[string]string{
			"once": strings.Repeat("A", 26), "models-value": "2.611", "models-bound": "exact", "share-value": "92,34 %", "share-bound": "more",
			"paper": "Báo Cần Thơ", "signer": "Anh Dũng", "day": "5/10/2020", "whole": "1",
		}
		for k, v := range change {
			all[k] = v
		}
		return all
	}
	for _, c := range []struct {
		name   string
		change map[string]string
		paper  string
		status int
		want   []string
	}{
		{"no number", map[string]string{"models-value": "nhiều"}, "", http.StatusUnprocessableEntity, []string{`value="nhiều"`, "Hãy ghi một số"}},
		{"words alone", map[string]string{"students-words": "đông đảo", "students-bound": "exact"}, "", http.StatusUnprocessableEntity, []string{`value="đông đảo"`}},
		{"too fine a percentage", map[string]string{"share-value": "92,345"}, "", http.StatusUnprocessableEntity, []string{`value="92,345"`}},
		{"a program that says it is a paper", nil, "MZ\x90\x00program", http.StatusUnprocessableEntity, []string{`value="Báo Cần Thơ"`, `value="2.611"`}},
		{"of what does not stand", map[string]string{"replaces": "nothing", "reason": "sửa"}, "", http.StatusConflict, []string{`value="2.611"`}},
	} {
		w := p.ask(t, p.clerk("mot"), http.MethodPost, path, typed(c.change), c.paper)
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.status)
		}
		for _, s := range c.want {
			if !strings.Contains(w.Body.String(), s) {
				t.Errorf("%s lacks %q", c.name, s)
			}
		}
	}
	for range 2 {
		if w := p.ask(t, p.clerk("mot"), http.MethodPost, path, typed(nil), pdf); w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
			t.Fatalf("%d to %q, want to %s\n%s", w.Code, w.Header().Get("Location"), path, w.Body)
		}
	}
	all := p.history(t, f, "mot")
	if len(all) != 1 || all[0].Figures[0].Value != 2611 || all[0].Figures[1].Value != 9234 || !all[0].Whole || all[0].Day != "2020-10-05" {
		t.Fatalf("pressed twice: %+v", all)
	}
	w := p.ask(t, p.clerk("khoi"), http.MethodGet, "/stated/"+all[0].ID+"/file", nil, "")
	if w.Body.String() != pdf || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("the file: %d %v", w.Code, w.Header())
	}
	if w := p.ask(t, p.clerk("hai"), http.MethodGet, "/stated/"+all[0].ID+"/file", nil, ""); w.Code != http.StatusNotFound {
		t.Errorf("the file beside: %d, want 404", w.Code)
	}
	// A correction without a new file keeps the old one.
	again := map[string]string{"once": strings.Repeat("B", 26), "replaces": all[0].ID, "reason": "Ghi nhầm", "models-value": "2600", "share-value": ""}
	if w := p.ask(t, p.clerk("mot"), http.MethodPost, path, typed(again), ""); w.Code != http.StatusSeeOther {
		t.Fatalf("a correction: %d\n%s", w.Code, w.Body)
	}
	if now := p.history(t, f, "mot"); len(now) != 2 || now[0].File != all[0].File || len(now[0].Figures) != 1 {
		t.Errorf("after the correction: %+v", now)
	}
	p.proven(t, "a correction")
}

// What one unit has stated for all under it, the others need not state; a
// percentage beyond a thousand is read back as it is shown.
func TestWithin(t *testing.T) {
	p := serve(t)
	f := p.opened(t)
	path := "/statements/" + f.ID
	if w := p.ask(t, p.clerk("khoi"), http.MethodPost, path+"/units/khoi", map[string]string{
		"share-value": "1.200 %", "share-bound": "exact", "whole": "1", "paper": "Báo cáo", "signer": "Bí thư", "day": "5/10/2020",
	}, ""); w.Code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	if body := p.ask(t, p.clerk("khoi"), http.MethodGet, path, nil, "").Body.String(); strings.Count(body, "đã tính trong khai báo của Đơn vị khoi") != 3 || strings.Contains(body, "chưa khai") {
		t.Errorf("three units are counted within the owner's statement\n%s", body)
	}
	if body := p.ask(t, p.clerk("khoi"), http.MethodGet, path+"/units/khoi", nil, "").Body.String(); !strings.Contains(body, `value="1.200"`) {
		t.Errorf("the percentage is lost\n%s", body)
	}
}

// A form and its table stay quick to read with many units: the table comes in
// pages.
func TestManyUnits(t *testing.T) {
	p := serve(t)
	dbtest.Write(t, p.db, func(ctx context.Context, tx *db.Tx) error {
		for range 110 {
			if _, err := org.Create(ctx, tx, auth.System(tree), "khoi", org.NewUnit{Name: "Chi đoàn đông", Kind: "đoàn", From: "2020-01-02"}); err != nil {
				return err
			}
		}
		return nil
	})
	f := p.opened(t)
	first := p.ask(t, p.clerk("khoi"), http.MethodGet, "/statements/"+f.ID, nil, "").Body.String()
	_, next, found := strings.Cut(first, `rel="next" href="`)
	next, _, _ = strings.Cut(next, `"`)
	if !found || !strings.Contains(first, "113") {
		t.Fatalf("no second page of 113 units: %q", next)
	}
	second := p.ask(t, p.clerk("khoi"), http.MethodGet, next, nil, "").Body.String()
	if a, b := strings.Count(first, "/units/"), strings.Count(second, "/units/"); a < 100 || b < 13 || strings.Contains(second, `rel="next"`) {
		t.Errorf("%d units, then %d", a, b)
	}
}
