package task

import (
	"context"
	"net/url"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/vn"
)

// An Evidence shows that a task is done, or how far: a file, an address or words.
type Evidence struct {
	ID       int64
	Kind     string // file, link, words
	File     string // id
	FileName string
	Text     string
	Actor    string
	At       time.Time
}

// maxEvidence is how many a task may have.
const maxEvidence = 50

// AddEvidence adds to an open task what shows the work: a file that was kept, an
// address of the web, or words. A file may have words beside it.
func AddEvidence(ctx context.Context, tx *db.Tx, by auth.Actor, id, text string, blob *file.Blob) error {
	t, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if _, err := openTo(ctx, tx, by, id, t.Version); err != nil {
		return err
	}
	some, err := EvidenceOf(ctx, tx, id)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	text = vn.CleanText(text)
	if w.Text("evidence", text, maxText, blob == nil); len(some) >= maxEvidence {
		w.Add("evidence", "task.error.evidence", maxEvidence)
	}
	if err := w.Err(); err != nil {
		return err
	}
	e := Evidence{Kind: "words", Text: text}
	if blob != nil {
		f, err := file.Save(ctx, tx, by, *blob)
		if err != nil {
			return err
		}
		e.Kind, e.File, e.FileName = "file", f.ID, f.Name
	} else if link(text) {
		e.Kind = "link"
	}
	if err := insertEvidence(ctx, tx, by, id, e); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "task.evidence", id, short(e.FileName+text))
}

// link reports whether s is nothing but an address of the web.
func link(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// RemoveEvidence takes away from an open task what was added by mistake.
func RemoveEvidence(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
	t, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if _, err = openTo(ctx, tx, by, id, t.Version); err != nil {
		return err
	}
	if err := dropEvidence(ctx, tx, id, n); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "task.evidence_removed", id, "")
}
