package programme

import (
	"context"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/vn"
)

// A Photo is a photograph of a conference.
type Photo struct {
	ID      string
	Caption string
	Open    bool // on the page for people outside
	Who     string
	At      time.Time
	Version int64

	place         int64
	large, little string // files
}

const maxPhotos = 60

// AddPhoto adds a photograph at the end; large and little are what was made of it.
func AddPhoto(ctx context.Context, tx *db.Tx, by auth.Actor, id, caption string, open bool, large, little file.Blob) (Photo, error) {
	if _, err := mine(ctx, tx, by, id); err != nil {
		return Photo{}, err
	}
	w := fault.Wrong{}
	caption = vn.Clean(caption)
	w.Text("caption", caption, maxTitle, true)
	if large.SHA256 == "" || little.SHA256 == "" {
		w.Add("file", "error.needed")
	}
	if err := w.Err(); err != nil {
		return Photo{}, err
	}
	all, err := photos(ctx, tx, id)
	if err != nil {
		return Photo{}, err
	}
	if len(all) >= maxPhotos {
		return Photo{}, fault.New(fault.Conflict, "programme.error.photos", maxPhotos)
	}
	p := Photo{ID: db.NewKey(), Caption: caption, Open: open, Who: by.Name, At: tx.Now, Version: 1, place: 1}
	if n := len(all); n > 0 {
		p.place = all[n-1].place + 1
	}
	if err := insertPhoto(ctx, tx, by, id, p, large, little); err != nil {
		return Photo{}, err
	}
	return p, audit.Record(ctx, tx, by, "programme.photo", id, caption)
}

// AmendPhoto changes the caption of a photograph and whether people outside see it, and
// moves it by so many places.
func AmendPhoto(ctx context.Context, tx *db.Tx, by auth.Actor, id, photo string, version int64, caption string, open bool, move int) error {
	if _, err := mine(ctx, tx, by, id); err != nil {
		return err
	}
	w := fault.Wrong{}
	caption = vn.Clean(caption)
	w.Text("caption", caption, maxTitle, true)
	if err := w.Err(); err != nil {
		return err
	}
	all, err := photos(ctx, tx, id)
	if err != nil {
		return err
	}
	at := -1
	for i, p := range all {
		if p.ID == photo {
			at = i
		}
	}
	if at < 0 {
		return fault.New(fault.NotFound, "error.not_found")
	}
	if err := updatePhoto(ctx, tx, photo, version, caption, open); err != nil {
		return err
	}
	if to := at + move; move != 0 && to >= 0 && to < len(all) {
		if err := swapPhotos(ctx, tx, all[at], all[to]); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, by, "programme.photo", id, caption)
}

// RemovePhoto takes a photograph away.
func RemovePhoto(ctx context.Context, tx *db.Tx, by auth.Actor, id, photo string) error {
	if _, err := mine(ctx, tx, by, id); err != nil {
		return err
	}
	if err := deletePhoto(ctx, tx, id, photo); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "programme.photo_removal", id, photo)
}

// Photos returns the photographs of a conference that by may see, in their order.
func Photos(ctx context.Context, tx *db.Tx, by auth.Actor, id string) ([]Photo, error) {
	if _, err := conference.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return photos(ctx, tx, id)
}

func opened(all []Photo) (open []Photo) {
	for _, p := range all {
		if p.Open {
			open = append(open, p)
		}
	}
	return open
}

func photoOf(all []Photo, id string) (Photo, error) {
	for _, p := range all {
		if p.ID == id {
			return p, nil
		}
	}
	return Photo{}, fault.New(fault.NotFound, "error.not_found")
}
