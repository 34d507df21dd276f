package directive_test

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
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/i18n"
	"nhipcau/internal/org"
	"nhipcau/internal/web"
)

// house is a tree of a bloc with two units, one of which has a unit under it,
// and the site that serves its papers.
type house struct {
	db   *db.DB
	site *web.Site

	bloc, east, west, under auth.Actor // clerks
	by                      auth.Actor // who asks for pages
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{db: dbtest.Open(t)}
	system := auth.System("doan")
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: key, Kind: "đoàn", From: "2020-01-02"}
		}
		root, err := org.Plant(ctx, tx, system, "doan", "Đoàn", n("khoi"))
		if err != nil {
			return err
		}
		h.bloc = clerk(root)
		for _, at := range []struct {
			parent, key string
			by          *auth.Actor
		}{{"khoi", "dong", &h.east}, {"khoi", "tay", &h.west}, {"dong", "chi-doan", &h.under}} {
			u, err := org.Create(ctx, tx, system, at.parent, n(at.key))
			if err != nil {
				return err
			}
			*at.by = clerk(u)
		}
		return nil
	})
	files, err := file.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	c, err := i18n.Load(web.Locale, file.Locale, directive.Locale)
	if err != nil {
		t.Fatal(err)
	}
	h.site = web.NewSite(web.Config{
		Catalog: c, Log: slog.New(slog.DiscardHandler), DB: h.db,
		Authenticate: func(*http.Request) (auth.Actor, error) { return h.by, nil },
	})
	directive.Register(h.site, h.db, files, func(context.Context, *db.Tx, auth.Actor, string) ([]directive.Use, error) { return nil, nil },
		func(context.Context, *db.Tx, auth.Actor, directive.Directive) (directive.Outline, error) {
			return directive.Outline{}, nil
		})
	return h
}

func clerk(u org.Unit) auth.Actor {
	return auth.Actor{Login: u.Key, Name: u.Name, Tree: "doan", Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: []auth.Role{auth.Clerk}}
}

func as(by auth.Actor, roles ...auth.Role) auth.Actor {
	by.Roles = roles
	return by
}

// resolution is 59-NQ/TW of 5 August 2020.
func resolution() directive.Form {
	return directive.Form{
		Kind: "NQ", Number: "59", Symbol: "NQ/TW", Issuer: "Bộ Chính trị", Issued: "2020-08-05",
		Subject: "Về xây dựng và phát triển thành phố Cần Thơ",
	}
}

func (h *house) enter(t *testing.T, by auth.Actor, f directive.Form) (directive.Directive, error) {
	t.Helper()
	var d directive.Directive
	err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = directive.Enter(ctx, tx, by, f, file.Blob{})
		return err
	})
	return d, err
}

// must is enter where nothing may go wrong.
func (h *house) must(t *testing.T, by auth.Actor, f directive.Form) directive.Directive {
	t.Helper()
	d, err := h.enter(t, by, f)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func kind(err error) fault.Kind { return fault.Of(err).Kind }

// ask sends a request of by; fields make it a form with a file if there is one.
func (h *house) ask(t *testing.T, by auth.Actor, method, path string, fields map[string]string, paper string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if paper != "" {
		w, err := m.CreateFormFile("file", "nghị quyết.pdf")
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
	h.by = by
	w := httptest.NewRecorder()
	h.site.ServeHTTP(w, r)
	return w
}
