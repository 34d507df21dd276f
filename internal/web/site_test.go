package web_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/web"
)

// open returns a site with a route for each way to end.
func open(t *testing.T) (*web.Site, *db.DB) {
	t.Helper()
	c, err := i18n.Load(web.Locale)
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t)
	s := web.NewSite(web.Config{Catalog: c, Log: slog.New(slog.DiscardHandler), DB: d})
	for path, err := range map[string]error{
		"/invalid": fault.Wrong{"x": fault.Text{Key: "error.too_large"}}.Err(), "/gone": fault.New(fault.NotFound, "error.not_found"),
		"/denied": fault.New(fault.Denied, "error.denied"), "/conflict": fault.New(fault.Conflict, "error.conflict"),
		"/readonly": fault.New(fault.Unavailable, "error.readonly"), "/broken": errors.New("secret detail"),
	} {
		s.Handle("GET "+path, web.Anyone, func(http.ResponseWriter, *http.Request) error { return err })
	}
	s.Handle("GET /panic", web.Anyone, func(http.ResponseWriter, *http.Request) error { panic("secret detail") })
	s.Handle("GET /signed-in", web.SignedIn, func(http.ResponseWriter, *http.Request) error { return nil })
	s.Handle("GET /keepers", web.Only(auth.Administrator), func(http.ResponseWriter, *http.Request) error { return nil })
	return s, d
}

func ask(h http.Handler, method, path string, change func(r *http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(""))
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestErrorsArePages(t *testing.T) {
	s, _ := open(t)
	english := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "lang", Value: "en"}) }
	for _, c := range []struct {
		path           string
		status         int
		vietnam, world string
	}{
		{"/invalid", 422, "Còn mục cần sửa", "Some fields need mending"},
		{"/gone", 404, "Không có trang này", "no such page"},
		{"/nowhere", 404, "Không có trang này", "no such page"},
		{"/denied", 403, "không được làm việc này", "not do it"},
		{"/conflict", 409, "Người khác vừa thay đổi", "just changed this"},
		{"/readonly", 503, "chỉ đọc", "read-only"},
		{"/broken", 500, "Hệ thống gặp lỗi", "our side"},
		{"/panic", 500, "Hệ thống gặp lỗi", "our side"},
	} {
		for lang, want := range map[string]string{"vi": c.vietnam, "en": c.world} {
			change := english
			if lang == "vi" {
				change = nil
			}
			w := ask(s, "GET", c.path, change)
			body := w.Body.String()
			if w.Code != c.status || !strings.Contains(body, want) || !strings.Contains(body, `lang="`+lang+`"`) || strings.Count(body, "<h1") != 1 {
				t.Errorf("%s in %s: status %d, want %d and %q in\n%s", c.path, lang, w.Code, c.status, want, body)
			}
			if strings.Contains(body, "secret") {
				t.Errorf("%s shows what went wrong inside", c.path)
			}
			if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("%s: policy %q", c.path, csp)
			}
		}
	}
}

func TestWhoIsLetIn(t *testing.T) {
	s, _ := open(t)
	as := func(a auth.Actor) func(r *http.Request) {
		return func(r *http.Request) { *r = *r.WithContext(auth.NewContext(r.Context(), a)) }
	}
	clerk := auth.Actor{Login: "a", Roles: []auth.Role{auth.Clerk}}
	admin := auth.Actor{Login: "b", Roles: []auth.Role{auth.Administrator}}
	for _, c := range []struct {
		who, path string
		change    func(r *http.Request)
		status    int
	}{
		{"nobody", "/signed-in", nil, 303},
		{"a clerk", "/signed-in", as(clerk), 200},
		{"nobody", "/keepers", nil, 303},
		{"a clerk", "/keepers", as(clerk), 403},
		{"an administrator", "/keepers", as(admin), 200},
	} {
		w := ask(s, "GET", c.path, c.change)
		if w.Code != c.status {
			t.Errorf("%s asks for %s: status %d, want %d", c.who, c.path, w.Code, c.status)
		}
		if c.status == 303 && w.Header().Get("Location") != "/login?next="+strings.ReplaceAll(c.path, "/", "%2F") {
			t.Errorf("%s asks for %s: sent to %s", c.who, c.path, w.Header().Get("Location"))
		}
	}
	if w := ask(s, "POST", "/language", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); w.Code != http.StatusForbidden {
		t.Errorf("another site's form: status %d, want 403", w.Code)
	}
}

func TestPagesArePacked(t *testing.T) {
	s, _ := open(t)
	w := ask(s, "GET", "/nowhere", func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") })
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || !strings.Contains(string(b), "</html>") || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("packed: %d bytes, %v, %v", len(b), err, w.Header())
	}
}

// TestOnce: the second of a double click leads where the first went, and its
// transaction is undone.
func TestOnce(t *testing.T) {
	s, d := open(t)
	token := strings.Repeat("A", 26)
	send := func(place string) (again string, err error) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("once="+token))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		err = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			again, err = s.Once(ctx, tx, r, place)
			return err
		})
		return again, err
	}
	if again, err := send("/plans/1"); again != "" || err != nil {
		t.Fatalf("the first: %q, %v", again, err)
	}
	if again, err := send("/plans/2"); again != "/plans/1" || !fault.Is(err, fault.Conflict) {
		t.Errorf("the second: %q, %v; want the place of the first and an error that undoes it", again, err)
	}
	token = "short"
	if again, err := send("/plans/3"); again != "" || err != nil {
		t.Errorf("without a token: %q, %v", again, err)
	}
}
