package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/file"
)

// sample is a backup of a house with three files.
func sample(t testing.TB) []byte {
	t.Helper()
	d := dbtest.OpenSQLite(t)
	store, err := file.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for i := range 3 {
		text := fmt.Sprintf("%%PDF-1.4\n%s\n%%%%EOF\n", strings.Repeat("văn bản ", 100*i))
		b, err := store.Put("van-ban.pdf", strings.NewReader(text), file.MaxSize, file.PDF)
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := file.Save(ctx, tx, auth.System("main"), b)
			return err
		})
	}
	path := filepath.Join(t.TempDir(), "house.tar")
	if _, err := Take(t.Context(), House{DB: d, URL: dbtest.Address(t, d), Files: store, Program: "test"}, path, false, nil); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// restored restores an archive into a place in dir, which it makes sure is as
// empty as it was where the archive is refused.
func restored(t testing.TB, archive []byte, dir string) error {
	t.Helper()
	path := filepath.Join(dir, "house.tar")
	if err := os.WriteFile(path, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	_, err := Restore(t.Context(), path, Place{Data: data, URL: "file:" + filepath.Join(data, "nhipcau.db")}, nil)
	entries, rerr := os.ReadDir(dir)
	if rerr != nil {
		t.Fatal(rerr)
	}
	if err != nil && len(entries) != 1 {
		t.Errorf("refused (%v), and there is %v", err, entries)
	}
	return err
}

func wantRefused(t *testing.T, err error, text, what string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("%s: got %v, want %q in it", what, err, text)
	}
}

// TestEveryByte: a byte changed anywhere, a piece cut out, doubled or added, and
// nothing is restored.
func TestEveryByte(t *testing.T) {
	whole := sample(t)
	r := rand.New(rand.NewPCG(3, 4))
	dir := t.TempDir()
	flip := func(at int) {
		b := bytes.Clone(whole)
		b[at] ^= 1 << r.IntN(8)
		if err := restored(t, b, dir); err == nil {
			t.Fatalf("a changed byte at %d of %d: restored", at, len(whole))
		}
	}
	for block := 0; block < len(whole); block += 512 { // one in each header, each block, each padding
		if block < 16*512 || block > len(whole)-24*512 || r.IntN(20) == 0 {
			flip(block + r.IntN(512))
		}
	}
	for range 200 {
		flip(r.IntN(len(whole)))
	}
	for range 50 {
		at := r.IntN(len(whole))
		wantRefused(t, restored(t, whole[:at], dir), "", fmt.Sprintf("the first %d bytes", at))
		from, n := r.IntN(len(whole)), 1+r.IntN(2000)
		to := min(from+n, len(whole))
		wantRefused(t, restored(t, append(bytes.Clone(whole[:from]), whole[to:]...), dir), "", fmt.Sprintf("without [%d, %d)", from, to))
		wantRefused(t, restored(t, append(bytes.Clone(whole[:to]), whole[from:]...), dir), "", fmt.Sprintf("with [%d, %d) twice", from, to))
	}
	wantRefused(t, restored(t, nil, dir), "only 0 bytes", "an empty file")
	wantRefused(t, restored(t, append(bytes.Clone(whole), 0), dir), "not a whole backup", "with a byte more")
	wantRefused(t, restored(t, append(bytes.Clone(whole), make([]byte, 512)...), dir), "not a whole backup", "with a block more")
	wantRefused(t, restored(t, []byte(strings.Repeat("không phải bản sao lưu ", 500)), dir), "not a whole backup", "another file")
	if err := restored(t, whole, dir); err != nil {
		t.Errorf("the whole one: %v", err)
	}
}

// A part is a member of an archive made by hand.
type part struct {
	header tar.Header
	text   []byte
}

func parts(t testing.TB, archive []byte) []part {
	t.Helper()
	var all []part
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all[:len(all)-2] // without list and seal
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, part{*header(h.Name, h.Size, h.ModTime), text})
	}
}

// forged seals an archive of parts as the program would; a list that is not nil
// stands in the place of the true one.
func forged(t testing.TB, all []part, list []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := newWriter(&b, dbtest.Noon)
	for _, p := range all {
		p.header.Size = int64(len(p.text))
		if p.header.Typeflag != tar.TypeReg {
			p.header.Size = 0
		}
		if err := w.tar.WriteHeader(&p.header); err != nil {
			t.Fatal(err)
		}
		if p.header.Size > 0 {
			if _, err := w.tar.Write(p.text); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintf(&w.list, line, fmt.Sprintf("%x", sha256.Sum256(p.text)), p.header.Size, p.header.Name)
	}
	if list != nil {
		w.list.Reset()
		w.list.Write(list)
	}
	if err := w.end(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// saying changes the manifest of an archive.
func saying(t testing.TB, all []part, change func(m *Manifest)) {
	t.Helper()
	var m Manifest
	if err := json.Unmarshal(all[0].text, &m); err != nil {
		t.Fatal(err)
	}
	change(&m)
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	all[0].text = text
}

// edited returns an SQLite database after a statement.
func edited(t testing.TB, database []byte, q string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edited.db")
	if err := os.WriteFile(path, database, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.FileURL(path))
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, q) })
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestForged: an archive whose seal is right and whose inside is not is refused
// as a damaged one is, and writes nothing anywhere.
func TestForged(t *testing.T) {
	whole := sample(t)
	text := []byte("%PDF-1.4\nlạ\n%%EOF\n")
	extra := func(name string) part { return part{*header(name, 0, dbtest.Noon), text} }
	count := func(t testing.TB, all []part, n int) {
		saying(t, all, func(m *Manifest) {
			m.Files += n
			m.Bytes += int64(n * len(text))
		})
	}
	const (
		manifest, database, first = 0, 1, 2
		odd                       = "no place in a backup"
	)
	for name, c := range map[string]struct {
		change func(all []part) []part
		want   string
	}{
		"files in another order": {func(all []part) []part { all[first], all[first+1] = all[first+1], all[first]; return all }, "out of order"},
		"a file twice":           {func(all []part) []part { count(t, all, 1); return append(all, all[len(all)-1]) }, "out of order"},
		"the database last":      {func(all []part) []part { return append(append(all[:1:1], all[first:]...), all[database]) }, "where the database should"},
		"no manifest":            {func(all []part) []part { return all[1:] }, "does not begin"},
		"no database":            {func(all []part) []part { return append(all[:1:1], all[first:]...) }, "where the database should"},
		"a file missing":         {func(all []part) []part { return all[:len(all)-1] }, "2 files"},
		"a file missing, counted": {func(all []part) []part {
			gone := all[len(all)-1]
			saying(t, all, func(m *Manifest) { m.Files, m.Bytes = m.Files-1, m.Bytes-int64(len(gone.text)) })
			return all[:len(all)-1]
		}, "is not there"},
		"a file more": {func(all []part) []part { return append(all, extra(nameOf(fmt.Sprintf("%064x", 0xff)))) }, ""},
		"a file of other bytes": {func(all []part) []part {
			count(t, all, 1)
			return append(all, extra("files/ff/"+strings.Repeat("f", 64)))
		}, "other bytes"},
		"bytes changed":    {func(all []part) []part { all[first].text[2] ^= 1; return all }, "other bytes"},
		"a path upwards":   {func(all []part) []part { count(t, all, 1); return append(all, extra("../../evil")) }, odd},
		"a path within":    {func(all []part) []part { count(t, all, 1); return append(all, extra("files/../../evil")) }, odd},
		"an absolute path": {func(all []part) []part { count(t, all, 1); return append(all, extra("/tmp/evil")) }, odd},
		"another folder":   {func(all []part) []part { count(t, all, 1); return append(all, extra("files/ab/cd")) }, odd},
		"a wrong folder": {func(all []part) []part {
			count(t, all, 1)
			return append(all, extra("files/ab/"+strings.Repeat("c", 64)))
		}, odd},
		"a name with a line": {func(all []part) []part {
			count(t, all, 1)
			return append(all, extra("files/ab/"+strings.Repeat("ab", 32)+"\n"))
		}, ""},
		"a link": {func(all []part) []part {
			p := extra(all[first].header.Name)
			p.header.Typeflag, p.header.Linkname = tar.TypeSymlink, "/etc/passwd"
			return append(all[:first:first], p)
		}, "not a plain file"},
		"a hard link": {func(all []part) []part {
			p := extra(all[first].header.Name)
			p.header.Typeflag, p.header.Linkname = tar.TypeLink, "manifest.json"
			return append(all[:first:first], p)
		}, "not a plain file"},
		"a folder": {func(all []part) []part {
			p := extra("files/")
			p.header.Typeflag = tar.TypeDir
			return append(all[:first:first], p)
		}, "not a plain file"},
		"a device": {func(all []part) []part {
			p := extra("database.sqlite")
			p.header.Typeflag = tar.TypeChar
			return append(all[:database:database], p)
		}, "not a plain file"},
		"other records": {func(all []part) []part {
			all[first].header.PAXRecords = map[string]string{"NHIPCAU.x": "y"}
			return all
		}, "odd header"},
		"a newer format":    {func(all []part) []part { saying(t, all, func(m *Manifest) { m.Format = 2 }); return all }, "use the program that made it"},
		"no format":         {func(all []part) []part { saying(t, all, func(m *Manifest) { m.Format = 0 }); return all }, "format 0"},
		"a newer migration": {func(all []part) []part { saying(t, all, func(m *Manifest) { m.Schema = 9999 }); return all }, "made by a newer program"},
		"another engine":    {func(all []part) []part { saying(t, all, func(m *Manifest) { m.Engine = "oracle" }); return all }, "oracle"},
		"the other engine": {func(all []part) []part {
			saying(t, all, func(m *Manifest) { m.Engine = db.PostgreSQL })
			all[database].header.Name = databaseNames[db.PostgreSQL]
			return all
		}, "by --database"},
		"another size of it": {func(all []part) []part { saying(t, all, func(m *Manifest) { m.Database++ }); return all }, "where the database should"},
		"an impossible time": {func(all []part) []part { saying(t, all, func(m *Manifest) { m.MadeAt = time.Time{} }); return all }, ""},
		"another time": {func(all []part) []part {
			saying(t, all, func(m *Manifest) { m.MadeAt = m.MadeAt.Add(time.Hour) })
			return all
		}, "its seal"},
		"an unreadable one":     {func(all []part) []part { all[manifest].text = []byte(`{"format": 1`); return all }, "manifest cannot be read"},
		"a manifest and more":   {func(all []part) []part { all[manifest].text = append(all[manifest].text, "{}"...); return all }, "manifest cannot be read"},
		"a word we do not know": {func(all []part) []part { all[manifest].text = []byte(`{"format": 1, "owner": "x"}`); return all }, "manifest cannot be read"},
		"a huge manifest": {func(all []part) []part {
			all[manifest].text = append(all[manifest].text, bytes.Repeat([]byte(" "), manifestMost)...)
			return all
		}, "does not begin"},
		"a newer database than it says": {func(all []part) []part {
			all[database].text = edited(t, all[database].text, `UPDATE goose_db_version SET version_id = 9999 WHERE version_id = 1`)
			saying(t, all, func(m *Manifest) { m.Database = int64(len(all[database].text)) })
			return all
		}, "error.newer_database"},
		"a file of another size than its row says": {func(all []part) []part {
			all[database].text = edited(t, all[database].text, `UPDATE file SET size = size + 1`)
			saying(t, all, func(m *Manifest) { m.Database = int64(len(all[database].text)) })
			return all
		}, "bytes, not"},
		"another database": {func(all []part) []part {
			all[database].text = bytes.Repeat([]byte("x"), len(all[database].text))
			return all
		}, "not a database"},
	} {
		t.Run(name, func(t *testing.T) {
			err := restored(t, forged(t, c.change(parts(t, whole)), nil), t.TempDir())
			wantRefused(t, err, c.want, name)
		})
	}
	all := parts(t, whole)
	for name, list := range map[string]string{"no line": "", "half a line": "abc", "other lines": strings.Repeat("x\n", 9)} {
		wantRefused(t, restored(t, forged(t, all, []byte(list)), t.TempDir()), "its list", name)
	}
	if err := restored(t, forged(t, all, nil), t.TempDir()); err != nil {
		t.Errorf("as it was: %v", err)
	}
}

// TestHugeSize: a header may promise any number of bytes: what counts is what is
// there. And a database over 8 GiB, which the old tar headers cannot say, can be
// said.
func TestHugeSize(t *testing.T) {
	const huge = 1 << 40
	var b bytes.Buffer
	w := newWriter(&b, dbtest.Noon)
	m, err := json.Marshal(Manifest{Format: format, Engine: db.SQLite, MadeAt: dbtest.Noon, Database: huge})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.add(t.Context(), manifestName, int64(len(m)), bytes.NewReader(m)); err != nil {
		t.Fatal(err)
	}
	if err := w.tar.WriteHeader(header(databaseNames[db.SQLite], huge, dbtest.Noon)); err != nil {
		t.Fatal(err)
	}
	asked := int64(0)
	b.Write(make([]byte, 10_000))
	_, err = read(bytes.NewReader(b.Bytes()), int64(b.Len()), func(m member, _ io.Reader) error {
		asked = m.size
		return nil
	})
	wantRefused(t, err, "cut off", "a promise of a terabyte")
	if asked != huge {
		t.Errorf("the header says %d bytes, want %d", asked, int64(huge))
	}
}

// FuzzRead: whatever the bytes, sealed or not, reading them ends, names no other
// members than ours, and accepts nothing but what the writer would have written.
func FuzzRead(f *testing.F) {
	whole := sample(f)
	var all []part
	for _, p := range parts(f, whole) {
		if p.header.Name == databaseNames[db.SQLite] {
			p.text = p.text[:100]
		}
		all = append(all, p)
	}
	saying(f, all, func(m *Manifest) { m.Database = 100 })
	short := forged(f, all, nil)
	for _, seed := range [][]byte{short, short[:2048], short[:len(short)-1], nil, make([]byte, 4096)} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, b []byte, seal bool) {
		if seal && len(b) > sealSize {
			end, err := sealed(hashOf(b[:len(b)-sealSize]), dbtest.Noon)
			if err != nil {
				t.Fatal(err)
			}
			b = append(bytes.Clone(b[:len(b)-sealSize]), end...)
		}
		var again bytes.Buffer
		w := newWriter(&again, dbtest.Noon)
		m, err := read(bytes.NewReader(b), int64(len(b)), func(m member, r io.Reader) error {
			if m.sum == "" && m.name != databaseNames[db.SQLite] && m.name != databaseNames[db.PostgreSQL] || m.sum != "" && m.name != nameOf(m.sum) {
				t.Errorf("a member %q", m.name)
			}
			_, err := w.add(t.Context(), m.name, m.size, r)
			return err
		})
		if err != nil {
			return
		}
		if n := strings.Count(w.list.String(), "\n"); n != m.Files+1 {
			t.Errorf("accepted with %d members, the manifest says %d files", n, m.Files)
		}
	})
}

func hashOf(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}
