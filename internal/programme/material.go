package programme

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/vn"
)

// A Material is a paper of a topic: its newest file stands, earlier ones are kept.
type Material struct {
	ID      string
	Topic   string
	Title   string
	Open    bool // on the page for people outside
	Version int64
	Files   []Edition // the newest first; for a page outside that one alone
}

// An Edition is one of the files of a material.
type Edition struct {
	N    int64
	File string
	Name string
	Kind file.Kind
	Size int64
	Who  string
	At   time.Time
}

// Newest is the edition that stands.
func (m Material) Newest() Edition {
	if len(m.Files) == 0 {
		return Edition{}
	}
	return m.Files[0]
}

// Kinds are the kinds of file that a material may be.
var Kinds = []file.Kind{file.PDF, file.DOCX, file.PPTX, file.XLSX, file.PNG, file.JPEG, file.TXT, file.MP4}

const (
	maxTitle     = 300
	maxMaterials = 10 // of a topic
)

// Add adds a material to a topic; without a title it has the name of its file.
func Add(ctx context.Context, tx *db.Tx, by auth.Actor, id, topic, title string, open bool, b file.Blob) (Material, error) {
	c, err := mine(ctx, tx, by, id)
	if err != nil {
		return Material{}, err
	}
	w := fault.Wrong{}
	if title = vn.Clean(title); title == "" {
		title = b.Name
	}
	w.Text("title", title, maxTitle, true)
	if !slices.ContainsFunc(c.Topics, func(t conference.Topic) bool { return t.ID == topic }) {
		w.Add("topic", "error.needed")
	}
	if b.SHA256 == "" {
		w.Add("file", "error.needed")
	}
	if err := w.Err(); err != nil {
		return Material{}, err
	}
	if n, err := countOf(ctx, tx, id, topic); err != nil {
		return Material{}, err
	} else if n >= maxMaterials {
		return Material{}, fault.New(fault.Conflict, "programme.error.many", maxMaterials)
	}
	m := Material{ID: db.NewKey(), Topic: topic, Title: title, Open: open, Version: 1}
	if err := insertMaterial(ctx, tx, id, m); err != nil {
		return Material{}, err
	}
	if err := addEdition(ctx, tx, by, m.ID, 1, b); err != nil {
		return Material{}, err
	}
	return m, audit.Record(ctx, tx, by, "programme.material", id, title)
}

// Replace gives a material a newer file.
func Replace(ctx context.Context, tx *db.Tx, by auth.Actor, id, material string, b file.Blob) error {
	if _, err := mine(ctx, tx, by, id); err != nil {
		return err
	}
	m, err := Find(ctx, tx, by, id, material)
	if err != nil {
		return err
	}
	if b.SHA256 == "" {
		w := fault.Wrong{}
		w.Add("file", "error.needed")
		return w.Err()
	}
	if err := addEdition(ctx, tx, by, m.ID, m.Newest().N+1, b); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "programme.material", id, m.Title)
}

// SetOpen says whether people outside are shown a material.
func SetOpen(ctx context.Context, tx *db.Tx, by auth.Actor, id, material string, version int64, open bool) error {
	if _, err := mine(ctx, tx, by, id); err != nil {
		return err
	}
	m, err := Find(ctx, tx, by, id, material)
	if err != nil {
		return err
	}
	if err := setOpen(ctx, tx, m.ID, version, open); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "programme.opening", id, m.Title)
}

// Remove takes a material away, with all its files; the reason stands in the audit.
func Remove(ctx context.Context, tx *db.Tx, by auth.Actor, id, material, reason string) error {
	if _, err := mine(ctx, tx, by, id); err != nil {
		return err
	}
	m, err := Find(ctx, tx, by, id, material)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	reason = vn.CleanText(reason)
	w.Text("reason", reason, maxTitle, true)
	if err := w.Err(); err != nil {
		return err
	}
	if err := deleteMaterial(ctx, tx, m.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "programme.removal", id, m.Title+": "+reason)
}

// Find returns a material of a conference that by may see.
func Find(ctx context.Context, tx *db.Tx, by auth.Actor, id, material string) (Material, error) {
	if _, err := conference.Get(ctx, tx, by, id); err != nil {
		return Material{}, err
	}
	all, err := materials(ctx, tx, id, false)
	if err != nil {
		return Material{}, err
	}
	return pick(all, material)
}

func pick(all []Material, id string) (Material, error) {
	for _, m := range all {
		if m.ID == id {
			return m, nil
		}
	}
	return Material{}, fault.New(fault.NotFound, "error.not_found")
}
