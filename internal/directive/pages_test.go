package directive_test

import (
	"net/http"
	"strings"
	"testing"

	"nhipcau/internal/auth"
)

const pdf = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

func typed() map[string]string {
	return map[string]string{
		"kind": "NQ", "number": "59", "symbol": "NQ/TW", "issuer": "Bộ Chính trị", "issued": "5/8/2020",
		"subject": "Về xây dựng và phát triển thành phố Cần Thơ", "once": strings.Repeat("A", 26),
	}
}

// TestPages: each page for each person.
func TestPages(t *testing.T) {
	h := build(t)
	d := h.must(t, h.bloc, resolution())
	visitor, member := auth.Actor{}, as(h.bloc, auth.Member)
	for _, c := range []struct {
		name   string
		by     auth.Actor
		path   string
		status int
		want   []string
		not    []string
	}{
		{"a visitor is asked to sign in", visitor, "/directives", http.StatusSeeOther, nil, nil},
		{"the clerk's list", h.bloc, "/directives", http.StatusOK, []string{"Nghị quyết số 59-NQ/TW ngày 05/8/2020 của Bộ Chính trị", `href="/directives/new"`}, nil},
		{"a member's list", member, "/directives", http.StatusOK, []string{"59-NQ/TW"}, []string{`href="/directives/new"`}},
		{"nothing found", h.bloc, "/directives?q=xyz", http.StatusOK, []string{"Không có văn bản nào khớp."}, []string{"59-NQ/TW"}},
		{"a list of nothing", h.west, "/directives", http.StatusOK, []string{"Chưa có văn bản nào."}, nil},
		{"the paper", h.bloc, "/directives/" + d.ID, http.StatusOK, []string{"thành phố Cần Thơ", "Chưa có tệp."}, nil},
		{"beside", h.west, "/directives/" + d.ID, http.StatusNotFound, nil, []string{"Cần Thơ"}},
		{"its file, which it has not", h.bloc, "/directives/" + d.ID + "/file", http.StatusNotFound, nil, nil},
		{"the form for a member", member, "/directives/new", http.StatusForbidden, nil, nil},
		{"the form to correct", h.bloc, "/directives/" + d.ID + "/edit", http.StatusOK, []string{`value="05/8/2020"`, `value="59"`}, nil},
		{"the same for a member", member, "/directives/" + d.ID + "/edit", http.StatusForbidden, nil, nil},
	} {
		w := h.ask(t, c.by, http.MethodGet, c.path, nil, "")
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

// TestEnterPage: a paper with its file is entered once, however often the button
// is pressed, and its file comes back as it was, to be kept and not shown.
func TestEnterPage(t *testing.T) {
	h := build(t)
	first := h.ask(t, h.bloc, http.MethodPost, "/directives", typed(), pdf)
	again := h.ask(t, h.bloc, http.MethodPost, "/directives", typed(), pdf)
	place := first.Header().Get("Location")
	if first.Code != http.StatusSeeOther || again.Code != http.StatusSeeOther || again.Header().Get("Location") != place {
		t.Fatalf("pressed twice: %d to %q, then %d to %q; want both to one place", first.Code, place, again.Code, again.Header().Get("Location"))
	}
	w := h.ask(t, h.bloc, http.MethodGet, place+"/file", nil, "")
	if w.Body.String() != pdf || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the file: %d %v %q", w.Code, w.Header(), w.Body)
	}
	if w := h.ask(t, h.west, http.MethodGet, place+"/file", nil, ""); w.Code != http.StatusNotFound {
		t.Errorf("the file beside: %d, want 404", w.Code)
	}
}

// TestRefused: whatever is wrong, what was typed stays, and what to do is said.
func TestRefused(t *testing.T) {
	h := build(t)
	d := h.must(t, h.bloc, resolution())
	for _, c := range []struct {
		name, path, paper string
		change            map[string]string
		status            int
		want              string
	}{
		{"a program that says it is a paper", "/directives", "MZ\x90\x00program", nil, http.StatusUnprocessableEntity, "PDF hoặc DOCX"},
		{"an archive", "/directives", "PK\x03\x04not a document", nil, http.StatusUnprocessableEntity, "PDF hoặc DOCX"},
		{"21 MB", "/directives", "%PDF-1.4" + strings.Repeat("x", 21<<20), nil, http.StatusRequestEntityTooLarge, "20 MB"},
		{"a day that is none", "/directives", "", map[string]string{"issued": "31/2/2020"}, http.StatusUnprocessableEntity, `value="31/2/2020"`},
		{"the same paper", "/directives", "", nil, http.StatusConflict, `href="/directives/` + d.ID + `"`},
		{"changed by somebody else", "/directives/" + d.ID, "", map[string]string{"version": "99"}, http.StatusConflict, "Người khác vừa thay đổi"},
	} {
		f := typed()
		f["term"] = "Nhiệm kỳ <thử>"
		for k, v := range c.change {
			f[k] = v
		}
		w := h.ask(t, h.bloc, http.MethodPost, c.path, f, c.paper)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d, want %d with %q", c.name, w.Code, c.status, c.want)
		}
		if !strings.Contains(w.Body.String(), `value="Nhiệm kỳ &lt;thử&gt;"`) {
			t.Errorf("%s: what was typed is lost", c.name)
		}
	}
}
