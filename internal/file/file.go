// Package file keeps papers. What a file is, its bytes say and not its name;
// what is none of the kinds an office sends is refused. The same bytes lie on
// the disk once, under their hash.
package file

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// A Kind is what a file is.
type Kind string

// The kinds.
const (
	PDF  Kind = "pdf"
	DOCX Kind = "docx"
	PNG  Kind = "png"
	JPEG Kind = "jpg"
	PPTX Kind = "pptx"
	XLSX Kind = "xlsx"
	TXT  Kind = "txt"
	MP4  Kind = "mp4"
)

var types = map[Kind]string{
	PDF: "application/pdf", PNG: "image/png", JPEG: "image/jpeg",
	DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	TXT:  "text/plain; charset=utf-8", MP4: "video/mp4",
}

// Shown reports whether browsers show files of a kind by themselves, and nothing that
// stands in them can do harm there.
func (k Kind) Shown() bool { return k == PDF || k == PNG || k == JPEG || k == TXT }

// MaxSize is the largest file, in bytes.
const MaxSize = 20 << 20

// A Blob is a file on the disk that no row names yet.
type Blob struct {
	SHA256 string
	Name   string
	Kind   Kind
	Size   int64
}

// A File is a file that a row names.
type File struct {
	ID string
	Blob
	At time.Time
}

// A Store is a folder of files.
type Store struct{ root *os.Root }

// Open opens the store in dir, which it makes if need be.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	return &Store{root}, err
}

// Close closes the store.
func (s *Store) Close() error { return s.root.Close() }

// Put reads a file to the end, looks what it is and keeps it. It is called
// before the transaction that names it. An empty file, one of another kind than
// kinds and one of more than limit bytes are refused, and nothing of them stays.
func (s *Store) Put(name string, r io.Reader, limit int64, kinds ...Kind) (Blob, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return Blob{}, err
	}
	if int64(len(b)) > limit {
		return Blob{}, wrong(fault.TooLarge, "file.error.size", limit>>20)
	}
	if len(b) == 0 {
		return Blob{}, wrong(fault.Invalid, "file.error.empty")
	}
	kind := sniff(b)
	if kind == TXT && !strings.EqualFold(path.Ext(name), ".txt") {
		kind = "" // that bytes are text says little of what they are for
	}
	if !contains(kinds, kind) {
		return Blob{}, wrong(fault.Invalid, "file.error.kind")
	}
	sum := sha256.Sum256(b)
	blob := Blob{SHA256: hex.EncodeToString(sum[:]), Name: cleanName(name, kind), Kind: kind, Size: int64(len(b))}
	return blob, s.write(blob.SHA256, bytes.NewReader(b))
}

// wrong is an error at the form's field "file".
func wrong(k fault.Kind, key string, args ...any) error {
	t := fault.Text{Key: key, Args: args}
	return &fault.Error{Kind: k, Text: t, Fields: map[string]fault.Text{"file": t}}
}

func contains(all []Kind, k Kind) bool {
	for _, x := range all {
		if x == k && k != "" {
			return true
		}
	}
	return false
}

// write keeps what r holds under its hash: beside it first, then renamed, so that there is
// never half a file under the name.
func (s *Store) write(sum string, r io.Reader) error {
	if _, err := s.root.Stat(place(sum)); err == nil {
		return nil
	}
	if err := s.root.Mkdir(sum[:2], 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return full(err)
	}
	part := sum[:2] + "/" + db.NewKey() + ".part"
	f, err := s.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return full(err)
	}
	_, werr := io.Copy(f, r)
	err = errors.Join(werr, f.Sync(), f.Close())
	if err == nil {
		err = s.root.Rename(part, place(sum))
	}
	if err != nil {
		return full(errors.Join(err, s.root.Remove(part)))
	}
	return nil
}

func full(err error) error { return fault.Wrap(fault.Unavailable, err, "error.disk_full") }

func place(sum string) string { return sum[:2] + "/" + sum }

// sniff says what b is by its bytes, "" if it is nothing we take.
func sniff(b []byte) Kind {
	switch {
	case bytes.HasPrefix(b, []byte("%PDF-")) && bytes.Contains(b[max(0, len(b)-2048):], []byte("%%EOF")):
		return PDF
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return officeKind(b)
	case len(b) > 12 && string(b[4:8]) == "ftyp" && isMP4(string(b[8:12])):
		return MP4
	case utf8.Valid(b) && !bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }):
		return TXT
	}
	return ""
}

// isMP4 reports whether a brand of a film is one that browsers play.
func isMP4(brand string) bool {
	return slices.Contains([]string{"isom", "iso2", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "dash"}, brand)
}

// parts are what the papers of an office have in them.
var parts = map[string]Kind{"word/document.xml": DOCX, "ppt/presentation.xml": PPTX, "xl/workbook.xml": XLSX}

// officeKind says which paper of an office b is, if it is one without macros.
func officeKind(b []byte) Kind {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return ""
	}
	types, kind := false, Kind("")
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		if strings.HasSuffix(name, "vbaproject.bin") {
			return ""
		}
		types = types || name == "[content_types].xml"
		if k, ok := parts[name]; ok {
			kind = k
		}
	}
	if !types {
		return ""
	}
	return kind
}

const maxName = 120

// cleanName returns the last part of name without odd letters, with the ending
// of what the file is.
func cleanName(name string, k Kind) string {
	name = vn.Clean(path.Base(strings.ReplaceAll(name, "\\", "/")))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, name)
	if name = strings.Trim(name, ". "); name == "" {
		name = "van-ban"
	}
	for utf8.RuneCountInString(name) > maxName {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return name + "." + string(k)
}

// Save names a blob by a row, in the transaction of the deed.
func Save(ctx context.Context, tx *db.Tx, by auth.Actor, b Blob) (File, error) {
	f := File{ID: db.NewKey(), Blob: b, At: tx.Now}
	return f, tx.Exec(ctx, `INSERT INTO file (id, sha256, name, kind, size, by_login, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		f.ID, b.SHA256, b.Name, b.Kind, b.Size, by.Login, tx.Now)
}

// Get returns a file. The caller has seen the thing it belongs to.
func Get(ctx context.Context, tx *db.Tx, id string) (f File, err error) {
	err = tx.One(ctx, `SELECT id, sha256, name, kind, size, at FROM file WHERE id = $1`, []any{id},
		&f.ID, &f.SHA256, &f.Name, &f.Kind, &f.Size, db.At(&f.At))
	return f, err
}

// Blobs returns the blobs that rows name, each once, in the order of their
// hashes, with one of their names.
func Blobs(ctx context.Context, tx *db.Tx) ([]Blob, error) {
	all, err := db.All(ctx, tx, func(row db.Scanner) (b Blob, err error) {
		return b, row.Scan(&b.SHA256, &b.Name, &b.Size)
	}, `SELECT sha256, min(name), min(size) FROM file GROUP BY sha256`)
	slices.SortFunc(all, func(a, b Blob) int { return strings.Compare(a.SHA256, b.SHA256) })
	return all, err
}

// Read opens the bytes of the blob with a hash. Whether they are those of the
// hash, the reader finds out.
func (s *Store) Read(sum string) (*os.File, error) {
	if !isSum.MatchString(sum) {
		return nil, fs.ErrNotExist
	}
	return s.root.Open(place(sum))
}

var isSum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Add keeps what r holds under its hash, which the caller has from elsewhere and
// makes sure of; on an error nothing stays.
func (s *Store) Add(sum string, r io.Reader) error {
	if !isSum.MatchString(sum) {
		return fs.ErrInvalid
	}
	return s.write(sum, r)
}

// Serve sends a file as an attachment, which no browser takes for a page.
func (s *Store) Serve(w http.ResponseWriter, r *http.Request, f File) error {
	return s.serve(w, r, f, "attachment", "sandbox")
}

// viewer lets the browser's own viewer of a file work, and nothing that the file
// brings: no script, no form, no address from elsewhere.
const viewer = "default-src 'none'; object-src 'self'; img-src 'self' data: blob:; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// Show sends a file for the browser to show, if it is one that browsers show, else as
// an attachment.
func (s *Store) Show(w http.ResponseWriter, r *http.Request, f File) error {
	switch {
	case !f.Kind.Shown():
		return s.Serve(w, r, f)
	case f.Kind == PDF: // a viewer does not run in a sandbox
		return s.serve(w, r, f, "inline", viewer)
	}
	return s.serve(w, r, f, "inline", "sandbox; "+viewer)
}

func (s *Store) serve(w http.ResponseWriter, r *http.Request, f File, disposition, policy string) error {
	b, err := s.root.Open(place(f.SHA256))
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "file.error.missing")
	}
	defer b.Close()
	h := w.Header()
	h.Set("Content-Type", types[f.Kind])
	h.Set("Content-Disposition", disposition+`; filename="van-ban.`+string(f.Kind)+`"; filename*=UTF-8''`+url.PathEscape(f.Name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "private, no-store")
	h.Set("ETag", `"`+f.SHA256+`"`)
	http.ServeContent(w, r, "", time.Time{}, b)
	return nil
}
