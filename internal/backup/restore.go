package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"nhipcau/internal/db"
	"nhipcau/internal/file"
)

// A Place is where a house is restored to.
type Place struct {
	Data string // folder of the files, and of the database where that is embedded
	URL  string // of the database
}

// draft is the folder, in the data folder, in which a restore is made ready.
const draft = "restore.part"

// Restore makes the house that the backup at path holds, in a place where there
// is none. It reads the whole backup first; where that, or anything later, fails,
// the place is as it was. A database of an older program is brought up to date.
func Restore(ctx context.Context, path string, to Place, told Progress) (m Manifest, err error) {
	f, size, err := openFile(path)
	if err != nil {
		return m, err
	}
	defer f.Close()
	if err := vacant(ctx, to); err != nil {
		return m, err
	}
	if m, err = check(ctx, f, size, told); err != nil {
		return m, err
	}
	if have := db.Engine(to.URL); have != m.Engine {
		return m, fmt.Errorf("%s is a backup of %s and cannot be restored into %s; %s", path, names[m.Engine], names[have], ways[m.Engine])
	}
	made, err := makeFolder(to.Data)
	if err != nil {
		return m, err
	}
	r := &restore{Place: to, part: filepath.Join(to.Data, draft)}
	if err := r.do(ctx, f, size, m, told); err != nil {
		err = errors.Join(err, r.undo())
		if made {
			err = errors.Join(err, os.Remove(to.Data))
		}
		return m, err
	}
	return m, nil
}

var (
	names = map[string]string{db.SQLite: "the embedded database", db.PostgreSQL: "PostgreSQL"}
	ways  = map[string]string{
		db.SQLite:     "leave out --database",
		db.PostgreSQL: "name an empty PostgreSQL database by --database",
	}
)

// vacant returns what is in the way of a restore.
func vacant(ctx context.Context, to Place) error {
	entries, err := os.ReadDir(to.Data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		switch e.Name() {
		case draft, "lost+found": // what a killed restore left; what a disk has from the beginning
		default:
			return fmt.Errorf("the data folder %s is not empty (%s is in it); a backup is restored into an empty one: name another by --data, or move away what is there", to.Data, e.Name())
		}
	}
	if err := db.Vacant(ctx, to.URL); err != nil {
		return fmt.Errorf("%w; a backup is restored where there is nothing", err)
	}
	return nil
}

// makeFolder makes the data folder, and reports whether it was not there.
func makeFolder(path string) (bool, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return false, err
	}
	err := os.Mkdir(path, 0o750)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// A restore is one under way.
type restore struct {
	Place
	part   string
	holds  *os.File // part, locked
	placed []string // what was put into the data folder
}

func (r *restore) do(ctx context.Context, f *os.File, size int64, m Manifest, told Progress) error {
	if err := r.begin(); err != nil {
		return err
	}
	if err := r.unpack(ctx, f, size, told); err != nil {
		return err
	}
	if err := syncTree(r.part); err != nil {
		return err
	}
	if err := vacant(ctx, r.Place); err != nil {
		return err
	}
	var err error
	if m.Engine == db.PostgreSQL {
		err = r.intoServer(ctx)
	} else {
		err = r.intoFolder(ctx)
	}
	if err != nil {
		return err
	}
	r.placed = nil // it stands, whatever comes
	return errors.Join(syncFolder(r.Data), r.end())
}

// begin makes the draft, empty and for this process alone.
func (r *restore) begin() error {
	if err := os.Mkdir(r.part, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(r.part)
	if err != nil {
		return err
	}
	if err := alone(d); err != nil {
		return errors.Join(err, d.Close())
	}
	r.holds = d
	old, err := os.ReadDir(r.part)
	for _, e := range old {
		err = errors.Join(err, os.RemoveAll(filepath.Join(r.part, e.Name())))
	}
	return err
}

const (
	filesName = "files"
	stateName = "database"
	madeName  = "nhipcau.db"
)

// unpack writes the archive's database and files into the draft.
func (r *restore) unpack(ctx context.Context, f *os.File, size int64, told Progress) error {
	store, err := file.Open(filepath.Join(r.part, filesName))
	if err != nil {
		return err
	}
	defer store.Close()
	_, err = readFrom(ctx, f, size, func(m member, b io.Reader) error {
		if m.sum != "" {
			return store.Add(m.sum, b)
		}
		return keep(filepath.Join(r.part, stateName), b)
	}, told)
	return err
}

func keep(path string, b io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, b)
	return errors.Join(err, f.Sync(), f.Close())
}

// intoFolder makes the database ready in the draft and moves it into place, the
// files first: where the database is, everything is.
func (r *restore) intoFolder(ctx context.Context) error {
	made := filepath.Join(r.part, madeName)
	url := db.FileURL(made)
	if err := db.Restore(ctx, url, filepath.Join(r.part, stateName)); err != nil {
		return err
	}
	if err := r.ready(ctx, url); err != nil {
		return err
	}
	if err := syncTree(r.part); err != nil {
		return err
	}
	if err := r.placeFiles(); err != nil {
		return err
	}
	return db.Restore(ctx, r.URL, made)
}

// intoServer moves the files into place and fills the database in one
// transaction: where the database is full, everything is.
func (r *restore) intoServer(ctx context.Context) error {
	if err := r.placeFiles(); err != nil {
		return err
	}
	err := db.Restore(ctx, r.URL, filepath.Join(r.part, stateName))
	if err != nil && db.Vacant(context.WithoutCancel(ctx), r.URL) != nil {
		r.placed = nil // the database may have been filled at the last moment
	}
	return err
}

// ready brings the database at url up to date and makes sure that every file it
// names is in the draft.
func (r *restore) ready(ctx context.Context, url string) error {
	d, err := db.Open(ctx, url)
	if err != nil {
		return err
	}
	err = d.Migrate(ctx)
	if err == nil {
		err = Complete(ctx, d, filepath.Join(r.part, filesName))
	}
	return errors.Join(err, d.Close())
}

// Complete returns nil if every file that the database names lies in the store
// at dir, with the size it should have.
func Complete(ctx context.Context, d *db.DB, dir string) error {
	var blobs []file.Blob
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		blobs, err = file.Blobs(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	store, err := file.Open(dir)
	if err != nil {
		return err
	}
	defer store.Close()
	for _, b := range blobs {
		f, err := store.Read(b.SHA256)
		if err != nil {
			return fmt.Errorf("the file %s (%s), which the database names, is not there: %w", b.SHA256, b.Name, err)
		}
		info, err := f.Stat()
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		if info.Size() != b.Size {
			return fmt.Errorf("the file %s (%s) has %d bytes, not %d", b.SHA256, b.Name, info.Size(), b.Size)
		}
	}
	return nil
}

func (r *restore) placeFiles() error {
	at := filepath.Join(r.Data, filesName)
	if err := os.Rename(filepath.Join(r.part, filesName), at); err != nil {
		return err
	}
	r.placed = append(r.placed, at)
	return syncFolder(r.Data)
}

// undo removes what this restore has put anywhere.
func (r *restore) undo() error {
	if r.holds == nil { // it never began, and what is there may be another's
		return nil
	}
	var err error
	for _, path := range r.placed {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return errors.Join(err, r.end())
}

// end removes the draft.
func (r *restore) end() error {
	return errors.Join(os.RemoveAll(r.part), r.holds.Close())
}

// syncTree makes sure that the folders under root are on the disk with all that
// is in them; each file was when it was written.
func syncTree(root string) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return syncFolder(path)
	})
}
