package programme

import (
	"context"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/web"
)

// upload keeps the file of a form before the transaction that names it; none if none
// was chosen.
func (s *server) upload(r *http.Request) (file.Blob, error) {
	f, name, err := web.Upload(r, "file")
	if err != nil || f == nil {
		return file.Blob{}, err
	}
	defer f.Close()
	b, err := s.files.Put(name, f, file.MaxSize, Kinds...)
	if fault.Is(err, fault.Invalid) && fault.Of(err).Key == "file.error.kind" {
		w := fault.Wrong{}
		w.Add("file", "programme.error.kind")
		return b, w.Err()
	}
	return b, err
}

// act runs a verb on the materials of a conference; what is wrong is said on the page.
func (s *server) act(w http.ResponseWriter, r *http.Request, said string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, by, id) }); err != nil {
		return s.page(w, r, err)
	}
	return web.SeeSaid(w, r, said, "/conferences/%s/programme", id)
}

// mayUpload asks before bytes are taken.
func (s *server) mayUpload(r *http.Request) error {
	by := auth.FromContext(r.Context())
	return s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := mine(ctx, tx, by, r.PathValue("id"))
		return err
	})
}

func (s *server) add(w http.ResponseWriter, r *http.Request) error {
	if err := s.mayUpload(r); err != nil {
		return err
	}
	blob, err := s.upload(r)
	if err != nil {
		return s.page(w, r, err)
	}
	return s.act(w, r, "programme.said.material", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		_, err := Add(ctx, tx, by, id, r.PostFormValue("topic"), r.PostFormValue("title"), r.PostFormValue("open") != "", blob)
		return err
	})
}

func (s *server) replace(w http.ResponseWriter, r *http.Request) error {
	if err := s.mayUpload(r); err != nil {
		return err
	}
	blob, err := s.upload(r)
	if err != nil {
		return s.page(w, r, err)
	}
	return s.act(w, r, "programme.said.material", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Replace(ctx, tx, by, id, r.PathValue("material"), blob)
	})
}

func (s *server) open(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "programme.said.set", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return SetOpen(ctx, tx, by, id, r.PathValue("material"), web.Version(r), r.PostFormValue("open") != "")
	})
}

func (s *server) remove(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "programme.said.removed", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Remove(ctx, tx, by, id, r.PathValue("material"), r.PostFormValue("reason"))
	})
}

// material sends the newest file of a material, or the one with a number.
func (s *server) material(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	n, _ := strconv.ParseInt(r.PathValue("n"), 10, 64) // without a number it is the newest
	if r.PathValue("n") != "" && n < 1 {
		n = -1
	}
	var f file.File
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		m, err := Find(ctx, tx, by, r.PathValue("id"), r.PathValue("material"))
		if err != nil {
			return err
		}
		f, err = fileOf(ctx, tx, m, n)
		return err
	}); err != nil {
		return err
	}
	return s.files.Show(w, r, f)
}
