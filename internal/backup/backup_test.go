package backup_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/backup"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/file"
)

// house is a house with a few files, on the engine the tests run on.
type house struct {
	backup.House
	data string
}

func newHouse(t testing.TB, files int) *house {
	t.Helper()
	return houseOf(t, dbtest.Open(t), files)
}

func houseOf(t testing.TB, d *db.DB, files int) *house {
	t.Helper()
	h := &house{data: t.TempDir()}
	h.DB, h.URL, h.Program = d, dbtest.Address(t, d), "test"
	store, err := file.Open(filepath.Join(h.data, "files"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	h.Files = store
	r := rand.New(rand.NewPCG(1, 2))
	for n := range files {
		h.save(t, fmt.Sprintf("văn bản %d", n), r.IntN(5000))
	}
	return h
}

// paper is a paper of its own of at least size bytes.
func paper(name string, size int) []byte {
	return fmt.Appendf(nil, "%%PDF-1.4\n%s %s\n%%%%EOF\n", name, strings.Repeat("x", size))
}

func (h *house) put(name string, size int) (file.Blob, error) {
	return h.Files.Put(name, bytes.NewReader(paper(name, size)), file.MaxSize, file.PDF)
}

func (h *house) save(t testing.TB, name string, size int) file.Blob {
	t.Helper()
	b, err := h.put(name, size)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Write(t, h.DB, func(ctx context.Context, tx *db.Tx) error {
		_, err := file.Save(ctx, tx, auth.System("main"), b)
		return err
	})
	return b
}

func (h *house) take(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "house.tar")
	if _, err := backup.Take(t.Context(), h.House, path, false, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// empty is a place with nothing in it, of the same engine as h.
func (h *house) empty(t testing.TB) backup.Place {
	t.Helper()
	to := backup.Place{URL: dbtest.Vacant(t, h.DB), Data: filepath.Join(t.TempDir(), "data")}
	if path, ok := strings.CutPrefix(to.URL, "file:"); ok {
		to.Data = filepath.Dir(path)
	}
	return to
}

// state is every row of every table, and every file: what makes two houses equal.
func state(t testing.TB, address, data string) string {
	t.Helper()
	driver := "pgx"
	if db.Engine(address) == db.SQLite {
		driver = "sqlite"
	}
	d, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var b strings.Builder
	for _, table := range slices.Sorted(mapsKeys(count(t, address))) {
		fmt.Fprintf(&b, "%s %x\n", table, sha256.Sum256([]byte(strings.Join(rows(t, d, table), "\n"))))
	}
	if err := fs.WalkDir(os.DirFS(data), "files", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(data, path))
		fmt.Fprintf(&b, "%s %x\n", path, sha256.Sum256(text))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func mapsKeys(m map[string]int64) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func count(t testing.TB, address string) (all map[string]int64) {
	t.Helper()
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = db.Count(ctx, tx)
		return err
	})
	return all
}

// rows are the rows of a table as text, in order.
func rows(t testing.TB, d *sql.DB, table string) []string {
	t.Helper()
	r, err := d.QueryContext(t.Context(), `SELECT * FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	names, err := r.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for r.Next() {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new(any)
		}
		if err := r.Scan(values...); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, v := range values {
			fmt.Fprintf(&b, "%#v|", *v.(*any))
		}
		all = append(all, b.String())
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// left are the names in a folder that is there or not.
func left(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return strings.Join(names, " ")
}

// TestRound: what is restored is what was kept, row by row and byte by byte.
func TestRound(t *testing.T) {
	h := newHouse(t, 20)
	if b := h.save(t, "hai lần", 10); h.save(t, "hai lần", 10).SHA256 != b.SHA256 {
		t.Fatal("two files of the same bytes have two hashes")
	}
	if _, err := h.put("chưa ai nhắc tới", 10); err != nil { // no row names it: it is left out
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "house.tar")
	var done, total int64
	m, err := backup.Take(t.Context(), h.House, path, false, func(d, all int64) { done, total = d, all })
	if err != nil {
		t.Fatal(err)
	}
	if m.Files != 21 || m.Rows["file"] != 22 || m.Engine != db.Engine(h.URL) || !m.MadeAt.Equal(dbtest.Noon) {
		t.Errorf("the manifest says %+v", m)
	}
	if done != total || total != m.Database+m.Bytes {
		t.Errorf("told of %d bytes of %d, want all of %d", done, total, m.Database+m.Bytes)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the backup has the mode %v, %v; want 0600", info.Mode(), err)
	}
	if got := left(t, filepath.Dir(path)); got != "house.tar" {
		t.Errorf("beside the backup lies %q", got)
	}
	checked, err := backup.Check(t.Context(), path, nil)
	if a, b := said(t, checked), said(t, m); err != nil || a != b {
		t.Errorf("checked: %v, %s, want %s", err, a, b)
	}
	to := h.empty(t)
	if _, err := backup.Restore(t.Context(), path, to, nil); err != nil {
		t.Fatal(err)
	}
	want := "files nhipcau.db"
	if m.Engine == db.PostgreSQL {
		want = "files"
	}
	if got := left(t, to.Data); got != want {
		t.Errorf("the data folder has %q, want %q", got, want)
	}
	unnamed := fmt.Sprintf("%x", sha256.Sum256(paper("chưa ai nhắc tới", 10)))
	if err := os.Remove(filepath.Join(h.data, "files", unnamed[:2], unnamed)); err != nil {
		t.Fatal(err)
	}
	if a, b := state(t, to.URL, to.Data), state(t, h.URL, h.data); a != b {
		t.Errorf("restored:\n%s\nkept:\n%s", a, b)
	}
}

func said(t *testing.T, m backup.Manifest) string {
	t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestWhileWriting: writers go on while backups are taken. Each backup holds what
// every writer had acknowledged when it began, nothing that came after it ended,
// and of every writer's deeds the first ones, without a gap.
func TestWhileWriting(t *testing.T) {
	const writers, backups, round = 4, 4, 120 // deeds a round
	h := newHouse(t, 3)
	var mu sync.Mutex
	said := [writers]int{}
	acknowledged := func() [writers]int {
		mu.Lock()
		defer mu.Unlock()
		return said
	}
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	may := make(chan bool)
	for i := range writers {
		all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-may:
				case <-ctx.Done():
					return
				}
				b, err := h.put(fmt.Sprintf("%d-%d", i, n), 100)
				if err == nil {
					err = h.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
						_, err := file.Save(ctx, tx, auth.System("main"), b)
						return err
					})
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				said[i]++
				mu.Unlock()
			}
		})
	}
	for range backups {
		for range round / 2 {
			may <- true
		}
		all.Go(func() { // the other half is done beside the backup
			for range round / 2 {
				select {
				case may <- true:
				case <-ctx.Done():
				}
			}
		})
		before := acknowledged()
		path := filepath.Join(t.TempDir(), "house.tar")
		m, err := backup.Take(t.Context(), h.House, path, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		after := acknowledged()
		to := h.empty(t)
		if _, err := backup.Restore(t.Context(), path, to, nil); err != nil {
			t.Fatal(err)
		}
		names := namesIn(t, to)
		if int64(len(names)+3) != m.Rows["file"] {
			t.Errorf("%d files of the writers are restored and %d rows were kept", len(names), m.Rows["file"])
		}
		for i := range writers {
			n := 0
			for names[fmt.Sprintf("%d-%d.pdf", i, n)] {
				n++
			}
			if n < before[i] || n > after[i]+1 { // one may be committed and not yet said
				t.Errorf("writer %d: the first %d deeds are there; %d were acknowledged before, %d after", i, n, before[i], after[i])
			}
			for name := range names {
				if strings.HasPrefix(name, fmt.Sprintf("%d-", i)) {
					n--
				}
			}
			if n != 0 {
				t.Errorf("writer %d: %d deeds stand behind a gap", i, -n)
			}
		}
	}
}

func namesIn(t *testing.T, to backup.Place) map[string]bool {
	t.Helper()
	d, err := db.Open(t.Context(), to.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := backup.Complete(t.Context(), d, filepath.Join(to.Data, "files")); err != nil {
		t.Error(err)
	}
	all := map[string]bool{}
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		names, err := db.All(ctx, tx, func(row db.Scanner) (s string, err error) { return s, row.Scan(&s) },
			`SELECT name FROM file WHERE name LIKE '%-%'`)
		for _, name := range names {
			all[name] = true
		}
		return err
	})
	return all
}
