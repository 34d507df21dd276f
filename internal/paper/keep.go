package paper

import (
	"bytes"
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/file"
	"nhipcau/internal/job"
)

const keepJob = "paper.keep"

// Jobs adds the job that keeps the bytes of papers just issued.
func Jobs(r *job.Runner, files *file.Store) {
	r.Handle(keepJob, func(ctx context.Context, d *db.DB, j job.Job, _ func(done, total int64)) error {
		_, err := Keep(ctx, d, files, j.Payload)
		return err
	})
}

// Keep makes the bytes of an issued paper from its row and keeps them with their
// hash. Called again it returns the file that is kept, which stays as it was
// first made.
func Keep(ctx context.Context, d *db.DB, files *file.Store, id string) (file.File, error) {
	var p Paper
	var f file.File
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = find(ctx, tx, id); err != nil || p.File == "" {
			return err
		}
		f, err = file.Get(ctx, tx, p.File)
		return err
	}); err != nil || p.File != "" {
		return f, err
	}
	b, err := p.Docx()
	if err != nil {
		return f, err
	}
	blob, err := files.Put(p.FileName(), bytes.NewReader(b), file.MaxSize, file.DOCX)
	if err != nil {
		return f, err
	}
	err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if now.File != "" { // somebody else was faster, with the same bytes
			f, err = file.Get(ctx, tx, now.File)
			return err
		}
		if f, err = file.Save(ctx, tx, auth.System(""), blob); err != nil {
			return err
		}
		return attach(ctx, tx, id, f.ID, blob.SHA256)
	})
	return f, err
}

// FileName is what a paper is called as a file: its number and symbol, without
// what no file may be called.
func (p Paper) FileName() string {
	return strings.NewReplacer("/", "-", "\\", "-").Replace(p.Symbol) + ".docx"
}
