package programme

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/web"
)

func (s *server) registerPhotos() {
	s.site.Door("conference after", "programme.photos", "/conferences/%s/photos")
	s.site.Handle("GET /conferences/{id}/photos", web.SignedIn, s.photos)
	s.site.Handle("POST /conferences/{id}/photos", web.SignedIn, s.addPhoto)
	s.site.Handle("GET /conferences/{id}/photos/{photo}", web.SignedIn, s.photo(false))
	s.site.Handle("GET /conferences/{id}/photos/{photo}/small", web.SignedIn, s.photo(true))
	s.site.Handle("POST /conferences/{id}/photos/{photo}", web.SignedIn, s.amendPhoto)
}

type photosPage struct {
	web.Page
	Conference conference.Conference
	Photos     []Photo
	Caption    string // typed
	MayArrange bool
	Wrong      map[string]fault.Text
	Message    fault.Text
}

func (p photosPage) path(more string) string {
	return "/conferences/" + p.Conference.ID + "/photos" + more
}

func (s *server) photos(w http.ResponseWriter, r *http.Request) error {
	return s.photosPage(w, r, nil)
}

func (s *server) photosPage(w http.ResponseWriter, r *http.Request, failed error) error {
	p := photosPage{Page: s.site.Page(r, "programme.photos"), Caption: r.PostFormValue("caption")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = conference.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.Photos, err = photos(ctx, tx, p.Conference.ID)
		return err
	}); err != nil {
		return err
	}
	p.MayArrange = mayArrange(p.Actor, p.Conference) == nil
	return web.Render(w, r, status, photosView(p))
}

// pictures keeps what is made of the photograph in a form.
func (s *server) pictures(r *http.Request) (large, little file.Blob, err error) {
	f, _, err := web.Upload(r, "file")
	if err != nil || f == nil {
		return large, little, err
	}
	defer f.Close()
	select {
	case s.one <- struct{}{}:
		defer func() { <-s.one }()
	case <-r.Context().Done():
		return large, little, r.Context().Err()
	}
	a, b, err := picture(f)
	if err != nil {
		return large, little, err
	}
	if large, err = s.files.Put("anh.jpg", bytes.NewReader(a), file.MaxSize, file.JPEG); err != nil {
		return large, little, err
	}
	little, err = s.files.Put("anh-nho.jpg", bytes.NewReader(b), file.MaxSize, file.JPEG)
	return large, little, err
}

func (s *server) addPhoto(w http.ResponseWriter, r *http.Request) error {
	if err := s.mayUpload(r); err != nil {
		return err
	}
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	large, little, err := s.pictures(r)
	if err == nil {
		err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := AddPhoto(ctx, tx, by, id, r.PostFormValue("caption"), r.PostFormValue("open") != "", large, little)
			return err
		})
	}
	if err != nil {
		return s.photosPage(w, r, err)
	}
	return web.SeeSaid(w, r, "programme.said.photo", "/conferences/%s/photos", id)
}

func (s *server) amendPhoto(w http.ResponseWriter, r *http.Request) error {
	by, id, photo := auth.FromContext(r.Context()), r.PathValue("id"), r.PathValue("photo")
	move, _ := strconv.Atoi(r.PostFormValue("move")) // without one it stays where it is
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		if r.PostFormValue("remove") != "" {
			return RemovePhoto(ctx, tx, by, id, photo)
		}
		return AmendPhoto(ctx, tx, by, id, photo, web.Version(r), r.PostFormValue("caption"), r.PostFormValue("open") != "", min(1, max(-1, move)))
	}); err != nil {
		return s.photosPage(w, r, err)
	}
	return web.SeeSaid(w, r, "programme.said.set", "/conferences/%s/photos", id)
}

// photo sends a photograph to who sees its conference.
func (s *server) photo(little bool) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		by := auth.FromContext(r.Context())
		var f file.File
		if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			all, err := Photos(ctx, tx, by, r.PathValue("id"))
			if err != nil {
				return err
			}
			f, err = photoFile(ctx, tx, all, r.PathValue("photo"), little)
			return err
		}); err != nil {
			return err
		}
		return s.files.Show(w, r, f)
	}
}

func photoFile(ctx context.Context, tx *db.Tx, all []Photo, id string, little bool) (file.File, error) {
	p, err := photoOf(all, id)
	if err != nil {
		return file.File{}, err
	}
	if little {
		return file.Get(ctx, tx, p.little)
	}
	return file.Get(ctx, tx, p.large)
}

// outsidePhoto sends a photograph that is open to who may see the page outside.
func (s *server) outsidePhoto(little bool) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := s.view(w, r)
		if err != nil {
			return err
		}
		var f file.File
		if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			f, err = photoFile(ctx, tx, v.Photos, r.PathValue("photo"), little)
			return err
		}); err != nil {
			return err
		}
		return s.files.Show(w, r, f)
	}
}
