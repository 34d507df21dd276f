// Package backup keeps a house in one file and makes a house of such a file: the
// database in one state, and every file that this state names.
//
// The file is a plain tar archive: manifest.json, the database, the files under
// their hashes in their order, a list of hash, size and name of all these, and a
// seal: the hash of every byte before it. It is written beside its place and
// renamed when all of it is on the disk. It is read wholly before anything is
// restored; one byte that is not as it was written, and nothing is.
package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/file"
)

// A House is what is kept: a database and the files it names.
type House struct {
	DB      *db.DB
	URL     string // of the database
	Files   *file.Store
	Program string // what the program calls itself
}

// A Progress is told how many bytes of how many are done.
type Progress func(done, total int64)

func (p Progress) tell(done, total int64) {
	if p != nil {
		p(done, total)
	}
}

// Take writes a backup of h to the file at path, while others write to h. A file
// that is there already is refused, unless force is set and it is a backup. A
// blob that the database names and the store lacks, or has with other bytes, is
// an error. On an error, and when the program is killed, nothing is at path that
// was not there before; what was begun lies beside it as PATH.part and is cleared
// away by the next Take.
func Take(ctx context.Context, h House, path string, force bool, told Progress) (Manifest, error) {
	if err := free(path, force); err != nil {
		return Manifest{}, err
	}
	part, err := claim(path + partEnd)
	if err != nil {
		return Manifest{}, err
	}
	m, err := h.take(ctx, part, told)
	if err == nil {
		err = part.Sync()
	}
	if err == nil {
		err = free(path, force)
	}
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		return m, errors.Join(err, os.Remove(part.Name()), part.Close())
	}
	return m, errors.Join(part.Close(), syncFolder(filepath.Dir(path)))
}

const (
	partEnd  = ".part"
	stateEnd = ".database"
)

// free returns why a backup may not be written to path.
func free(path string, force bool) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !force {
		return fmt.Errorf("%s is there already; choose another name, or replace it by --force", path)
	}
	if !info.Mode().IsRegular() || !begins(path) {
		return fmt.Errorf("%s is not a backup; it is not replaced, not even by --force", path)
	}
	return nil
}

// begins reports whether the file at path begins as an archive does.
func begins(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	b := make([]byte, len(manifestName)+1)
	_, err = io.ReadFull(f, b)
	return err == nil && string(b) == manifestName+"\x00"
}

// claim makes the file at path, empty and for this process alone; one that a
// killed process has left is emptied.
func claim(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = alone(f)
	if err == nil {
		err = errors.Join(f.Chmod(0o600), f.Truncate(0))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// alone returns an error where another process holds f, or has renamed or
// removed it since it was opened here.
func alone(f *os.File) error {
	if err := lock(f); err != nil {
		return fmt.Errorf("another process is writing %s: %w", f.Name(), err)
	}
	mine, err := f.Stat()
	if err != nil {
		return err
	}
	there, err := os.Lstat(f.Name())
	if err != nil || !os.SameFile(mine, there) {
		return errors.Join(err, fmt.Errorf("another process was writing %s; try again", f.Name()))
	}
	return nil
}

// take writes the archive into part.
func (h House) take(ctx context.Context, part *os.File, told Progress) (m Manifest, err error) {
	state := part.Name() + stateEnd
	if err := os.Remove(state); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	f, err := os.OpenFile(state, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(state)) }()
	var blobs []file.Blob
	m = Manifest{Format: format, Program: h.Program, Engine: db.Engine(h.URL), MadeAt: h.DB.Now()}
	if err := h.DB.Snapshot(ctx, state, func(ctx context.Context, tx *db.Tx) (err error) {
		blobs, err = m.describe(ctx, tx)
		return err
	}); err != nil {
		return m, err
	}
	info, err := f.Stat()
	if err != nil {
		return m, err
	}
	m.Database = info.Size()
	return m, h.write(ctx, part, f, m, blobs, told)
}

// describe fills in what the state that tx reads says of itself, and returns the
// blobs that it names.
func (m *Manifest) describe(ctx context.Context, tx *db.Tx) (blobs []file.Blob, err error) {
	if m.Schema, err = db.Version(ctx, tx); err != nil {
		return nil, err
	}
	if m.Rows, err = db.Count(ctx, tx); err != nil {
		return nil, err
	}
	if blobs, err = file.Blobs(ctx, tx); err != nil {
		return nil, err
	}
	m.Files, m.Bytes = len(blobs), 0
	for _, b := range blobs {
		m.Bytes += b.Size
	}
	return blobs, nil
}

func (h House) write(ctx context.Context, to io.Writer, state io.Reader, m Manifest, blobs []file.Blob, told Progress) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	w := newWriter(to, m.MadeAt)
	if _, err := w.add(ctx, manifestName, int64(len(text)), strings.NewReader(string(text))); err != nil {
		return err
	}
	done, total := int64(0), m.Database+m.Bytes
	count := func(n int) {
		done += int64(n)
		told.tell(done, total)
	}
	if _, err := w.add(ctx, databaseNames[m.Engine], m.Database, reading{ctx, state, count}); err != nil {
		return err
	}
	for _, b := range blobs {
		if err := h.add(ctx, w, b, count); err != nil {
			return err
		}
	}
	return w.end()
}

// add writes one blob and makes sure that it is the one of its hash.
func (h House) add(ctx context.Context, w *writer, b file.Blob, count func(int)) error {
	r, err := h.Files.Read(b.SHA256)
	if err != nil {
		return fmt.Errorf("the file %s (%s), which the database names, cannot be read, and there is no backup without it: %w", b.SHA256, b.Name, err)
	}
	defer r.Close()
	info, err := r.Stat()
	if err != nil {
		return err
	}
	if info.Size() != b.Size {
		return fmt.Errorf("the file %s (%s) has %d bytes and should have %d; there is no backup before it is put right", b.SHA256, b.Name, info.Size(), b.Size)
	}
	sum, err := w.add(ctx, nameOf(b.SHA256), b.Size, reading{ctx, r, count})
	if err == nil && sum != b.SHA256 {
		err = fmt.Errorf("the file %s (%s) has other bytes than were put in; there is no backup before it is put right", b.SHA256, b.Name)
	}
	return err
}

// Check reads the backup at path to its end and returns what it says of itself.
func Check(ctx context.Context, path string, told Progress) (Manifest, error) {
	f, size, err := openFile(path)
	if err != nil {
		return Manifest{}, err
	}
	defer f.Close()
	return check(ctx, f, size, told)
}

func check(ctx context.Context, f *os.File, size int64, told Progress) (Manifest, error) {
	m, err := readFrom(ctx, f, size, nil, told)
	if err != nil {
		return m, err
	}
	known, err := db.Newest()
	if err != nil {
		return m, err
	}
	if m.Schema > known {
		return m, fmt.Errorf("%s was made by a newer program (%s, schema %d, this one knows %d); use that program or a newer one",
			f.Name(), m.Program, m.Schema, known)
	}
	return m, nil
}

// readFrom reads the archive f from its beginning.
func readFrom(ctx context.Context, f *os.File, size int64, sink func(member, io.Reader) error, told Progress) (Manifest, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return Manifest{}, err
	}
	done := int64(0)
	m, err := read(reading{ctx, f, func(n int) {
		done += int64(n)
		told.tell(done, size)
	}}, size, sink)
	if d, ok := errors.AsType[damaged](err); ok {
		return m, fmt.Errorf("%s is not a whole backup: %w; nothing of it is used. Take another copy of it, or an older backup", f.Name(), d)
	}
	if n, ok := errors.AsType[newer](err); ok {
		return m, fmt.Errorf("%s cannot be used: %w", f.Name(), n)
	}
	return m, err
}

func openFile(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", path)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// syncFolder makes sure that what was renamed in a folder is on the disk.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
