package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"
	"time"

	"nhipcau/internal/db"
)

// format is the number of the form that archives have. A program refuses those
// of other numbers.
const format = 1

// A Manifest is what the first member of an archive says of the rest.
type Manifest struct {
	Format   int              `json:"format"`
	Program  string           `json:"program"` // the program that made it
	Engine   string           `json:"engine"`  // db.SQLite or db.PostgreSQL
	Schema   int64            `json:"schema"`  // number of the newest migration
	MadeAt   time.Time        `json:"made_at"`
	Database int64            `json:"database_bytes"`
	Files    int              `json:"files"`
	Bytes    int64            `json:"files_bytes"`
	Rows     map[string]int64 `json:"rows"` // of every table
}

const (
	manifestName = "manifest.json"
	listName     = "list"
	sealName     = "seal"
	manifestMost = 1 << 20
	// sealSize is what an archive ends with: header and block of the seal, and the
	// two empty blocks that end a tar file.
	sealSize = 4 * 512
)

// databaseNames are the members that hold the database, by engine.
var databaseNames = map[string]string{db.SQLite: "database.sqlite", db.PostgreSQL: "database.pgdump"}

var blobName = regexp.MustCompile(`^files/([0-9a-f]{2})/([0-9a-f]{64})$`)

// blobOf returns the hash that a member's name says it has, "" if it is no file.
func blobOf(name string) string {
	m := blobName.FindStringSubmatch(name)
	if m == nil || m[2][:2] != m[1] {
		return ""
	}
	return m[2]
}

func nameOf(sum string) string { return "files/" + sum[:2] + "/" + sum }

// A writer writes an archive. Every byte of it follows from the members, their
// order and the time.
type writer struct {
	tar  *tar.Writer
	sum  hash.Hash
	to   io.Writer
	list bytes.Buffer
	at   time.Time
}

func newWriter(to io.Writer, at time.Time) *writer {
	w := &writer{sum: sha256.New(), to: to, at: at}
	w.tar = tar.NewWriter(io.MultiWriter(to, w.sum))
	return w
}

func header(name string, size int64, at time.Time) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: at}
}

// add writes a member of size bytes and returns the hash of what it read; more or
// fewer bytes are an error.
func (w *writer) add(ctx context.Context, name string, size int64, r io.Reader) (string, error) {
	if err := w.tar.WriteHeader(header(name, size, w.at)); err != nil {
		return "", err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w.tar, h), reading{ctx, r, nil})
	if err != nil {
		return "", err
	}
	if n != size {
		return "", fmt.Errorf("%s has %d bytes, not %d", name, n, size)
	}
	sum := hex.EncodeToString(h.Sum(nil))
	fmt.Fprintf(&w.list, line, sum, n, name)
	return sum, nil
}

// line is a line of the list: hash, size, name.
const line = "%s %d %s\n"

// end writes the list of the members and the seal.
func (w *writer) end() error {
	if err := w.tar.WriteHeader(header(listName, int64(w.list.Len()), w.at)); err != nil {
		return err
	}
	if _, err := w.tar.Write(w.list.Bytes()); err != nil {
		return err
	}
	if err := w.tar.Flush(); err != nil {
		return err
	}
	seal, err := sealed(w.sum.Sum(nil), w.at)
	if err != nil {
		return err
	}
	_, err = w.to.Write(seal)
	return err
}

// sealed returns the end of an archive whose bytes before it have the hash sum.
func sealed(sum []byte, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	text := hex.EncodeToString(sum) + "\n"
	if err := t.WriteHeader(header(sealName, int64(len(text)), at)); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(t, text); err != nil {
		return nil, err
	}
	err := t.Close()
	return b.Bytes(), err
}

// reading reads from a reader until the context ends, and tells how far it is.
type reading struct {
	ctx  context.Context
	r    io.Reader
	told func(n int)
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	if r.told != nil {
		r.told(n)
	}
	return n, err
}

// A member is what a sink is given: the database, sum "", or a file.
type member struct {
	name, sum string
	size      int64
}

// damaged is why an archive is refused.
type damaged struct{ why string }

func (d damaged) Error() string { return d.why }

func refuse(text string, args ...any) error { return damaged{fmt.Sprintf(text, args...)} }

// A walk reads an archive member by member and compares it with what the writer
// would have written.
type walk struct {
	tar  *tar.Reader
	list hash.Hash // of the lines that the members before give
	long int64
	sink func(member, io.Reader) error
	m    Manifest
}

// read reads an archive of size bytes to its end, hands the database and every
// file to sink, and returns its manifest. An error of kind damaged means that the
// archive is not one, or is not whole: then nothing of what sink was given may be
// used.
func read(r io.Reader, size int64, sink func(member, io.Reader) error) (Manifest, error) {
	if size < sealSize {
		return Manifest{}, refuse("it has only %d bytes", size)
	}
	sum := sha256.New()
	body := io.TeeReader(io.LimitReader(r, size-sealSize), sum)
	w := &walk{tar: tar.NewReader(body), list: sha256.New(), sink: sink}
	if err := w.all(); err != nil {
		return w.m, err
	}
	if n, err := io.Copy(io.Discard, body); err != nil || n > 0 {
		return w.m, errors.Join(err, refuse("%d bytes stand behind its list", n))
	}
	want, err := sealed(sum.Sum(nil), w.m.MadeAt)
	if err != nil {
		return w.m, err
	}
	have := make([]byte, sealSize)
	if _, err := io.ReadFull(r, have); err != nil {
		return w.m, cut(err)
	}
	if !bytes.Equal(have, want) {
		return w.m, refuse("its seal is not that of its bytes")
	}
	return w.m, nil
}

// cut makes an archive's early end, and what tar cannot read, damage.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse("it is cut off")
	}
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, tar.ErrFieldTooLong) || errors.Is(err, tar.ErrInsecurePath) {
		return refuse("%v", err)
	}
	return err
}

func (w *walk) all() error {
	if err := w.manifest(); err != nil {
		return err
	}
	h, err := w.next()
	if err != nil {
		return err
	}
	if h.Name != databaseNames[w.m.Engine] || h.Size != w.m.Database {
		return refuse("%q of %d bytes stands where the database should", h.Name, h.Size)
	}
	if _, err := w.take(member{name: h.Name, size: h.Size}, w.sink); err != nil {
		return err
	}
	return w.files()
}

// files reads the files and the list behind them.
func (w *walk) files() error {
	last, n, long := "", 0, int64(0)
	for {
		h, err := w.next()
		if err != nil {
			return err
		}
		if h.Name == listName {
			if n != w.m.Files || long != w.m.Bytes {
				return refuse("it has %d files of %d bytes, not %d of %d", n, long, w.m.Files, w.m.Bytes)
			}
			return w.compare(h)
		}
		sum := blobOf(h.Name)
		if sum == "" {
			return refuse("%q has no place in a backup", h.Name)
		}
		if h.Name <= last {
			return refuse("%q stands out of order", h.Name)
		}
		have, err := w.take(member{name: h.Name, sum: sum, size: h.Size}, w.sink)
		if err != nil {
			return err
		}
		if have != sum {
			return refuse("the file %s has other bytes than its name says", sum)
		}
		last, n, long = h.Name, n+1, long+h.Size
	}
}

// next returns the next member's header, which is that of a plain file. Its mode
// and owner are not looked at: nothing is taken from them.
func (w *walk) next() (*tar.Header, error) {
	h, err := w.tar.Next()
	if err != nil {
		return nil, cut(err)
	}
	for k := range h.PAXRecords {
		if k != "size" {
			return nil, refuse("%q has an odd header", h.Name)
		}
	}
	if h.Typeflag != tar.TypeReg || h.Size < 0 {
		return nil, refuse("%q is not a plain file", h.Name)
	}
	return h, nil
}

// take hands a member to sink, reads what that has left, and returns its hash.
func (w *walk) take(m member, sink func(member, io.Reader) error) (string, error) {
	sum := sha256.New()
	body := &broken{r: io.TeeReader(w.tar, sum)}
	if sink != nil {
		if err := sink(m, body); err != nil {
			return "", errors.Join(body.err, err)
		}
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		return "", body.err
	}
	text := hex.EncodeToString(sum.Sum(nil))
	n, err := fmt.Fprintf(w.list, line, text, m.size, m.name)
	w.long += int64(n)
	return text, err
}

// broken keeps why reading an archive failed: a sink may call it by another name.
type broken struct {
	r   io.Reader
	err error
}

func (b *broken) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = cut(err)
	}
	return n, err
}

func (w *walk) manifest() error {
	h, err := w.next()
	if err != nil {
		return err
	}
	if h.Name != manifestName || h.Size > manifestMost {
		return refuse("it does not begin as a backup does")
	}
	var text bytes.Buffer
	if _, err := w.take(member{name: h.Name, size: h.Size}, func(_ member, r io.Reader) error {
		_, err := text.ReadFrom(r)
		return err
	}); err != nil {
		return err
	}
	// The number first: what another format says beside it is not ours to judge.
	var f struct{ Format int }
	if err := json.Unmarshal(text.Bytes(), &f); err != nil {
		return refuse("its manifest cannot be read: %v", err)
	}
	if f.Format != format {
		return newer{fmt.Sprintf("it has format %d, this program reads format %d; use the program that made it or a newer one", f.Format, format)}
	}
	d := json.NewDecoder(&text)
	d.DisallowUnknownFields()
	if err := d.Decode(&w.m); err != nil || d.More() {
		return refuse("its manifest cannot be read: %v", err)
	}
	if databaseNames[w.m.Engine] == "" {
		return refuse("its manifest names the engine %q", w.m.Engine)
	}
	if _, err := sealed(nil, w.m.MadeAt); err != nil {
		return refuse("its manifest says %v as its time", w.m.MadeAt)
	}
	return nil
}

// newer is an archive that may be whole but that this program does not know.
type newer struct{ why string }

func (n newer) Error() string { return n.why }

// compare compares the list with the members before it.
func (w *walk) compare(h *tar.Header) error {
	want, long := w.list.Sum(nil), w.long
	have := sha256.New()
	if _, err := io.Copy(have, w.tar); err != nil {
		return cut(err)
	}
	if h.Size != long || !bytes.Equal(have.Sum(nil), want) {
		return refuse("its list is not that of its members")
	}
	_, err := w.tar.Next()
	if err == nil {
		return refuse("something stands behind its list")
	}
	if !errors.Is(err, io.EOF) {
		return cut(err)
	}
	return nil
}
