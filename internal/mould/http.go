package mould

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/form"
	"nhipcau/internal/office"
	"nhipcau/internal/summary"
	"nhipcau/internal/web"
)

type server struct {
	site    *web.Site
	db      *db.DB
	files   *file.Store
	sources form.Sources
}

// Register adds the pages of this package to the site; sources are what tally items
// of forms are read from.
func Register(site *web.Site, d *db.DB, files *file.Store, sources form.Sources) {
	s := &server{site, d, files, sources}
	site.Door("summary", "mould.door", "/periods/%s/summary/%s/pattern")
	const at = "/periods/{id}/summary/{key}/pattern"
	site.Handle("GET "+at, web.SignedIn, func(w http.ResponseWriter, r *http.Request) error { return s.show(w, r, nil) })
	site.Handle("POST "+at, web.SignedIn, s.keep)
	site.Handle("GET "+at+"/file", web.SignedIn, s.file)
	site.Handle("GET "+at+"/paper.docx", web.SignedIn, s.paper)
}

type page struct {
	web.Page
	summary.Summary
	Mould   Mould
	May     bool
	Values  []string
	Unit    []string
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request, failed error) error {
	p := page{Page: s.site.Page(r, "mould.title")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message, fault.TooLarge)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Summary, err = summary.Get(ctx, tx, p.Actor, s.sources, r.PathValue("id"), r.PathValue("key")); err != nil {
			return err
		}
		p.Mould, err = Of(ctx, tx, p.Round.Form.ID, p.Summary.Unit.ID)
		return err
	}); err != nil {
		return err
	}
	p.May = mayKeep(p.Actor, p.Summary.Unit.ID) == nil
	p.Values, p.Unit = Places(p.Round.Form)
	return web.Render(w, r, status, view(p))
}

// keep tries a pattern on what it would be filled with now, and keeps it.
func (s *server) keep(w http.ResponseWriter, r *http.Request) error {
	by, id, key := auth.FromContext(r.Context()), r.PathValue("id"), r.PathValue("key")
	err := s.take(r, by, id, key)
	if err != nil {
		return s.show(w, r, err)
	}
	return web.SeeSaid(w, r, "mould.said.kept", "/periods/%s/summary/%s/pattern", id, key)
}

func (s *server) take(r *http.Request, by auth.Actor, id, key string) error {
	body, name, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	var found summary.Summary
	var d office.Data
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if found, d, err = Read(ctx, tx, by, s.sources, id, key); err == nil {
			err = mayKeep(by, found.Unit.ID)
		}
		return err
	}); err != nil {
		return err
	}
	var blob file.Blob
	if body != nil {
		defer body.Close()
		if _, err := Fill(r.Context(), body, d); err != nil {
			return err
		}
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if blob, err = s.files.Put(name, body, office.MaxTemplate, file.DOCX); err != nil {
			return err
		}
	} else if r.PostFormValue("drop") == "" {
		w := fault.Wrong{}
		w.Add("file", "error.needed")
		return w.Err()
	}
	return s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Keep(ctx, tx, by, found, web.Version(r), blob)
	})
}

// file sends the pattern as it was handed in.
func (s *server) file(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	var m Mould
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		found, err := summary.Get(ctx, tx, by, s.sources, r.PathValue("id"), r.PathValue("key"))
		if err == nil {
			m, err = Of(ctx, tx, found.Round.Form.ID, found.Unit.ID)
		}
		if err == nil && m.File.ID == "" {
			err = fault.New(fault.NotFound, "error.not_found")
		}
		return err
	}); err != nil {
		return err
	}
	return s.files.Serve(w, r, m.File)
}

// paper sends the pattern, filled.
func (s *server) paper(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	var m Mould
	var d office.Data
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		var found summary.Summary
		if found, d, err = Read(ctx, tx, by, s.sources, r.PathValue("id"), r.PathValue("key")); err == nil {
			m, err = Of(ctx, tx, found.Round.Form.ID, found.Unit.ID)
		}
		if err == nil && m.File.ID == "" {
			err = fault.New(fault.NotFound, "error.not_found")
		}
		return err
	}); err != nil {
		return err
	}
	pattern, err := s.files.Read(m.File.SHA256)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "file.error.missing")
	}
	defer pattern.Close()
	var whole bytes.Buffer
	if _, err := whole.ReadFrom(pattern); err != nil {
		return err
	}
	b, err := Fill(r.Context(), &whole, d)
	if err != nil {
		return s.show(w, r, err) // a form of another edition may lack a place
	}
	return web.Send(w, "bao-cao.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b)
}
