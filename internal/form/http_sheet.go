package form

import (
	"context"
	"io"
	"net/http"
	"path"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// uploaded reads the items of a form from the file that is sent, with its name.
func uploaded(r *http.Request) ([]Item, string, error) {
	f, name, err := web.Upload(r, "file")
	if err != nil {
		return nil, "", err
	}
	if f == nil {
		w := fault.Wrong{}
		w.Add("file", "error.needed")
		return nil, "", w.Err()
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, intake.MaxSize+1))
	if err != nil {
		return nil, "", err
	}
	items, err := ReadSheet(b)
	return items, strings.TrimSuffix(path.Base(name), path.Ext(name)), err
}

// makeOf makes a draft of a file.
func (s *server) makeOf(w http.ResponseWriter, r *http.Request) error {
	items, name, err := uploaded(r)
	p := formPage{Page: s.site.Page(r, "form.new"), Form: Form{Asks: Leaf}}
	if err != nil {
		return s.formPage(w, r, p, err)
	}
	return s.made(w, r, p, func(ctx context.Context, tx *db.Tx) (Form, error) {
		return Make(ctx, tx, p.Actor, Form{Title: vn.Clean(name), Asks: Leaf, Items: items})
	})
}

// take makes a draft of a ready form.
func (s *server) take(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "form.new"), Form: Form{Asks: Leaf}}
	return s.made(w, r, p, func(ctx context.Context, tx *db.Tx) (Form, error) {
		return Take(ctx, tx, p.Actor, r.PathValue("key"))
	})
}

// readOf puts the items of a file in the place of those of a draft.
func (s *server) readOf(w http.ResponseWriter, r *http.Request) error {
	p := buildPage{Page: s.site.Page(r, "form.build"), Item: Item{Kind: Figure, High: Usual}}
	items, _, err := uploaded(r)
	if err == nil {
		err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			return PutItems(ctx, tx, p.Actor, r.PathValue("id"), web.Version(r), items)
		})
	}
	if err != nil {
		return s.buildPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "form.said.amended", "/forms/%s/build", r.PathValue("id"))
}

// sheet sends a form as a table: the draft to who drafts it.
func (s *server) sheet(w http.ResponseWriter, r *http.Request) error {
	p := s.site.Page(r, "form.title")
	var f Form
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if r.URL.Query().Get("draft") != "" {
			f, err = Drafted(ctx, tx, p.Actor, r.PathValue("id"))
		} else {
			f, err = Get(ctx, tx, p.Actor, r.PathValue("id"))
		}
		return err
	}); err != nil {
		return err
	}
	b, err := f.Sheet(p.Actor.UnitName, p.Now)
	if err != nil {
		return err
	}
	return web.Send(w, vn.Fold(f.Title)+".xlsx", sheetType, b)
}
